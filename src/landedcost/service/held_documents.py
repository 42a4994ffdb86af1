"""What the service answers beyond the JSON contract, field by field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ..contract import AnswerDocument
from ..contract.answer import Document, MoneyAnswer

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class Fault(Document):
    """What happened, to which input, and what to do."""

    code: str
    message: str
    where: str
    hint: str


class ErrorDocument(Document):
    """Every error."""

    error: Fault


class Held(Document):
    """A price that holds: ``id`` to accept it by, ``token`` to show and to verify it anywhere."""

    id: str
    token: str
    valid_until: Instant
    reserved: dict[str, int]


class PricedDocument(AnswerDocument):
    """An answer, with ``held`` if its price was to be held."""

    held: Held | None = None


class Told(Document):
    """A hold as it is now."""

    held: Held
    state: Literal["held", "expired", "accepted"]
    accepted_at: Instant | None
    total: MoneyAnswer
    due_at_checkout: MoneyAnswer


class HeldDocument(Told):
    """A hold with its signed document."""

    document: dict[str, Any]


class VerifiedDocument(Told):
    """Whether a held price is honoured now, or why not."""

    honoured: bool
    error: Fault | None


class AcceptedDocument(Told):
    """Sold at the held price."""

    honoured: Literal[True]


class Moved(Document):
    """One thing that is another than when the price was held."""

    what: str
    name: str
    then: str
    now: str


class ExpiredDocument(Document):
    """Nothing was sold: the price made again, what moved, and a new hold."""

    honoured: Literal[False]
    error: Fault
    answer: AnswerDocument | None
    moved: list[Moved]
    held: Held | None
