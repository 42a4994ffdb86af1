"""The port of carriers: what it costs to send a parcel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ..errors import BadAnswer
from ..lines import Amount
from .answer import Address, Goods, Problem, checked_amount, checked_moment
from .flow import Flow

COVERS = frozenset(
    {"transport", "fuel", "surcharges", "insurance", "tax", "import_duty", "import_tax", "fees"}
)
"""What an offer's total can cover: ``tax`` is the tax on the service itself."""


@dataclass(frozen=True, slots=True)
class ShippingAsk:
    """One parcel.

    ``weight_g`` is that of the goods together; ``packaging_g`` what the parcel weighs besides;
    ``size_mm`` length, width and height, None if not known. ``terms`` are ``DDP`` or ``DAP``,
    ``channel`` is ``post``, ``courier`` or ``sea``. Offers in ``currency`` are preferred.
    """

    sender: Address
    buyer: Address
    goods: tuple[Goods, ...]
    weight_g: int
    day: date
    channel: str
    terms: str
    currency: str
    packaging_g: int = 0
    size_mm: tuple[int, int, int] | None = None

    @property
    def total_g(self) -> int:
        """What the parcel weighs."""
        return self.weight_g + self.packaging_g


@dataclass(frozen=True, slots=True)
class Offer:
    """One service at one price.

    ``price`` is all the shop pays for it, and ``covers`` says what that is. Duty and tax of the
    import are not part of it unless covered: then ``import_duty`` and ``import_tax`` say how
    much of ``price`` they are, None if the source does not tell. ``least_days`` and
    ``most_days`` are how long it takes.
    """

    carrier: str
    service: str
    price: Amount
    covers: frozenset[str] = frozenset({"transport"})
    import_duty: Amount | None = None
    import_tax: Amount | None = None
    least_days: int | None = None
    most_days: int | None = None
    expires: datetime | None = None
    reference: str = ""

    def __post_init__(self) -> None:
        checked_amount(self.price, "price")
        for name in ("import_duty", "import_tax"):
            if getattr(self, name) is not None:
                checked_amount(getattr(self, name), name)
        unknown = sorted(set(self.covers) - COVERS)
        if unknown:
            raise BadAnswer(f"an offer cannot cover {', '.join(unknown)}")
        checked_moment(self.expires, "expires")


@dataclass(frozen=True, slots=True)
class ShippingAnswer:
    """The offers, in the order of the source, and what it could not offer and why."""

    offers: tuple[Offer, ...]
    source: str
    problems: tuple[Problem, ...] = ()

    def __post_init__(self) -> None:
        if not self.offers and not self.problems:
            raise BadAnswer("no offer, and no word why")


class CarrierSource(Protocol):
    """A source of shipping prices."""

    def shipping(self, ask: ShippingAsk) -> Flow[ShippingAnswer]:
        """What it costs to send the parcel. Raises NoAnswer where nothing goes."""
        ...
