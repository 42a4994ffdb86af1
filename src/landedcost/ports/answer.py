"""What asks and answers of several ports share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..errors import BadAnswer
from ..lines import Amount


@dataclass(frozen=True, slots=True)
class Problem:
    """What a source could not answer, in its own words; the rest of the answer stands.

    ``code`` is a short name such as ``"not_calculable"``; ``line`` the id of the line it is
    about, empty for the whole.
    """

    code: str
    text: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel starts or ends. Only the country is always known."""

    country: str
    region: str = ""
    postcode: str = ""
    city: str = ""
    street: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """One line of what is sent.

    ``unit_price`` is for one unit; ``paid`` is what the whole line costs where a discount of its
    own or a fixed price of the bundle makes that another amount, and ``unit_price`` is then its
    part of one unit, rounded half up. ``weight_g`` is the weight of one unit in grams, None if it
    is not known; ``hs_code`` has digits only and may be empty, as may ``origin``.
    """

    id: str
    title: str
    quantity: int
    unit_price: Amount
    hs_code: str = ""
    origin: str = ""
    weight_g: int | None = None
    goods_class: str = "standard"
    paid: Amount | None = None

    @property
    def total(self) -> Amount:
        """The price of the whole quantity."""
        if self.paid is not None:
            return self.paid
        return Amount(self.unit_price.minor * self.quantity, self.unit_price.currency)


def checked_amount(value: object, where: str) -> None:
    """Refuse what is no Amount of zero or more minor units. Raises BadAnswer."""
    if not isinstance(value, Amount):
        raise BadAnswer(f"{where} is no Amount: {type(value).__name__}")
    if isinstance(value.minor, bool) or not isinstance(value.minor, int):
        raise BadAnswer(f"{where} is not in whole minor units: {type(value.minor).__name__}")
    if value.minor < 0:
        raise BadAnswer(f"{where} is below zero: {value.minor} {value.currency}")


def checked_moment(value: datetime | None, where: str) -> None:
    """Refuse a moment without a time zone. Raises BadAnswer."""
    if value is not None and value.utcoffset() is None:
        raise BadAnswer(f"{where} does not say its time zone: {value.isoformat()}")
