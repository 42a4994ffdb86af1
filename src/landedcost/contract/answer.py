"""The answer document, field by field: what ``Quote.as_dict()`` gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Certainty = Literal["exact", "estimated", "partial"]
ChargeKind = Literal[
    "goods",
    "discount",
    "shipping",
    "insurance",
    "duty",
    "tax",
    "fee",
    "rounding",
    "adjustment",
]
HeadlineKind = Literal[
    "goods",
    "tax",
    "duty",
    "government_fees",
    "merchant_fees",
    "delivery",
    "adjustment",
    "rounding",
]


class Document(BaseModel):
    """What all parts of an answer share."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class MoneyAnswer(Document):
    """An exact amount."""

    model_config = ConfigDict(title="amount")

    amount: Text
    currency: Currency


class PartAnswer(MoneyAnswer):
    """What one kind of charge comes to that stands outside the headline."""

    model_config = ConfigDict(title="part")

    kind: HeadlineKind


class HeadlineAnswer(MoneyAnswer):
    """The price to show by the law of the market, with what has to stand beside it."""

    model_config = ConfigDict(title="headline")

    text: str
    label: str
    outside: list[PartAnswer]


class CustomsAnswer(Document):
    """The sums in the currency of the territory's customs."""

    model_config = ConfigDict(title="customs")

    territory: str
    currency: Currency
    customs_value: Text
    duty: Text
    tax: Text
    fees: Text
    scheme: str | None


class WhyAnswer(Document):
    """The reason for one charge: rule, formula, figures, source."""

    model_config = ConfigDict(title="why")

    rule: str
    formula: str
    basis: str
    rate: str
    source: str
    as_of: Day | None


class ChargeAnswer(Document):
    """One part of the price; all together are the total."""

    model_config = ConfigDict(title="charge")

    kind: ChargeKind
    code: str
    label: str
    line: str | None
    amount: MoneyAnswer
    local: MoneyAnswer
    collected: Literal["checkout", "delivery", "not_due"]
    why: WhyAnswer


class ExchangeAnswer(Document):
    """An exchange rate that was used, and the seller's margin on it."""

    model_config = ConfigDict(title="exchange")

    pair: Annotated[str, Field(pattern=r"^[A-Z]{3}/[A-Z]{3}$")]
    use: Literal["commercial", "customs"]
    market: Text
    margin: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)? ?%$")]
    net: Text
    ratio: Annotated[str, Field(pattern=r"^[0-9]+/[0-9]+$")]
    source: str
    as_of: Day


class NoteAnswer(Document):
    """Something to be known beside the figures."""

    model_config = ConfigDict(title="note")

    code: str
    text: str


class ProvenanceAnswer(Document):
    """A source that answered, and of which day its answer is."""

    model_config = ConfigDict(title="provenance")

    kind: Literal["tariff", "carrier", "rates", "regime", "landed"]
    provider: str
    as_of: Day | None
    stale: bool


class AnswerDocument(Document):
    """What the parcel costs the buyer, all in, and why."""

    model_config = ConfigDict(title="landedcost answer")

    id: str
    as_of: Day
    valid_until: Day
    currency: Currency
    certainty: Certainty
    total: MoneyAnswer
    headline: HeadlineAnswer
    due_at_checkout: MoneyAnswer
    due_on_delivery: MoneyAnswer
    customs: CustomsAnswer
    exchange: list[ExchangeAnswer]
    charges: list[ChargeAnswer]
    notes: list[NoteAnswer]
    provenance: list[ProvenanceAnswer]
