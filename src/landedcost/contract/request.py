"""The request document, field by field.

The models check the shape only: which fields there are, and whether each is text, a whole
number, a list. What the texts mean is checked by the classes of :mod:`landedcost.request`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..lines import MAX_QUANTITY, MAX_TITLE, MAX_WEIGHT_G
from ..regimes.schema import GOODS_CLASSES
from ..request import CHANNELS, KINDS, MAX_LINES, TERMS

_AMOUNT = r"^-?[0-9]+(\.[0-9]+)?$"


def _text(description: str, **more: Any) -> Any:
    """A field whose schema says more than the model checks."""
    return Field(description=description, json_schema_extra=more or None)


def _choice(description: str, known: Sequence[str]) -> Any:
    """A field with a list of values; null stands for the one used when it is left out."""
    return _text(description, enum=[*known, None])


Day = Annotated[str, _text("a day", format="date")]
Country = Annotated[str, _text("ISO 3166-1 alpha-2 code", pattern="^[A-Z]{2}$")]
Currency = Annotated[str, _text("ISO 4217 code", pattern="^[A-Z]{3}$")]
Measure = Annotated[str, _text("a decimal number of one unit", pattern=r"^[0-9]+(\.[0-9]+)?$")]
Rates = dict[str, str]


class Document(BaseModel):
    """What all parts of a request share: no field more, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AmountDocument(Document):
    """An exact amount: decimal text and a currency."""

    model_config = ConfigDict(title="amount")

    amount: Annotated[str, _text("major units as text", pattern=_AMOUNT)]
    currency: Currency


class SellerDocument(Document):
    """Who sells, and the tax schemes they are registered for."""

    model_config = ConfigDict(title="seller")

    country: Country
    registrations: Annotated[
        list[str] | None, _text("IOSS, or TERRITORY-SCHEME such as GB-VAT, NO-VOEC, AU-GST")
    ] = None


class PlaceDocument(Document):
    """Where the parcel leaves from; the seller's country when left out."""

    model_config = ConfigDict(title="ship_from")

    country: Country
    region: Annotated[str | None, _text("ISO 3166-2 part, such as CA for California")] = None


class BuyerDocument(Document):
    """Who buys."""

    model_config = ConfigDict(title="buyer")

    country: Country
    region: Annotated[str | None, _text("ISO 3166-2 part, such as ON or NIR")] = None
    postal_code: Annotated[
        str | None,
        _text(
            "names the region where rules go by it, such as 35001 for the Canaries",
            minLength=1,
            maxLength=100,
        ),
    ] = None
    city: Annotated[
        str | None, _text("for carriers that ask for it", minLength=1, maxLength=100)
    ] = None
    locale: Annotated[str | None, _text("how amounts are written, such as de-DE")] = None
    kind: Annotated[str | None, _choice("private buyer or business", KINDS)] = "consumer"


class LineDocument(Document):
    """So many units of one article; amounts, weights and measures are of one unit."""

    model_config = ConfigDict(title="line")

    id: Annotated[str, _text("a name of the line, used once", minLength=1, maxLength=200)]
    quantity: Annotated[int | None, _text("units", minimum=1, maximum=MAX_QUANTITY)] = 1
    unit_price: AmountDocument
    hs_code: Annotated[str | None, _text("6 to 12 digits, dots allowed")] = None
    origin: Annotated[str | None, _text("the country it was made in")] = None
    weight_g: Annotated[
        int | None, _text("net weight in grams", minimum=0, maximum=MAX_WEIGHT_G)
    ] = None
    goods_class: Annotated[str | None, _choice("decides reduced tax rates", GOODS_CLASSES)] = (
        "standard"
    )
    duty: Annotated[str | None, _text("pins the base duty: 12%, 16.5% + 0.30 USD/kg")] = None
    tax_rate: Annotated[str | None, _text("pins the tax rate: 19%")] = None
    preference: Annotated[str | None, _text("agreement under which origin is claimed")] = None
    evidence: Annotated[
        str | None, _text("what proof of origin is held; a preference may need it", maxLength=200)
    ] = None
    claims: Annotated[
        list[str] | None, _text("reliefs and ways the importer chooses: US:9903.82.03")
    ] = None
    content: Annotated[
        dict[str, str] | None, _text('share of the value by material: {"steel": "60%"}')
    ] = None
    discount: Annotated[AmountDocument | None, _text("off the whole line, positive")] = None
    customs_value: Annotated[
        AmountDocument | None, _text("what a gift would be sold for; needed at the price 0")
    ] = None
    retail_price: Annotated[AmountDocument | None, _text("retail price, where a duty asks")] = None
    pairs: Annotated[int | None, _text("pairs in one unit", minimum=1, maximum=10_000)] = None
    litres: Measure | None = None
    square_metres: Measure | None = None
    metres: Measure | None = None
    cubic_metres: Measure | None = None
    title: Annotated[str | None, _text("what the buyer reads", maxLength=MAX_TITLE)] = None


class RequestDocument(Document):
    """One question: what does this parcel cost this buyer, all in?"""

    model_config = ConfigDict(title="landedcost request")

    as_of: Annotated[Day | None, _text("the day whose rules hold; today when left out")] = None
    terms: Annotated[
        str | None, _choice("DDP: the seller collects all; DAP: the carrier does", TERMS)
    ] = "DDP"
    channel: Annotated[str | None, _choice("how it is sent", CHANNELS)] = "post"
    seller: SellerDocument
    ship_from: PlaceDocument | None = None
    buyer: BuyerDocument
    currency: Annotated[
        Currency | None, _text("the currency shown; the buyer's own when left out")
    ] = None
    lines: Annotated[
        list[LineDocument], _text("what is in the parcel", minItems=1, maxItems=MAX_LINES)
    ]
    discount: Annotated[AmountDocument | None, _text("off the whole bundle, positive")] = None
    price: Annotated[
        AmountDocument | None,
        _text("fixed price of the goods, instead of what the lines add up to; not with `discount`"),
    ] = None
    shipping: Annotated[
        AmountDocument | None, _text("for the whole bundle; the carrier's table when left out")
    ] = None
    insurance: Annotated[AmountDocument | None, _text("for the whole bundle")] = None
    rates: Annotated[
        Rates | None, _text('exchange rates, such as {"USD/EUR": "0.86"}; bundled when left out')
    ] = None
    customs_rates: Annotated[Rates | None, _text("the rates customs applies, as `rates`")] = None
