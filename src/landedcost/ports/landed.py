"""The port of landed cost sources: somebody else's answer to the whole question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ..errors import BadAnswer
from ..lines import Amount
from .answer import Address, Goods, Problem, checked_amount, checked_moment
from .flow import Flow

PARTS = ("goods", "shipping", "insurance", "duty", "tax", "fees")
"""What a landed cost can cover."""
DEPTHS = ("total", "lines", "rates", "formulas")


@dataclass(frozen=True, slots=True)
class LandedAsk:
    """A whole basket on its way: the same question that our own rules answer."""

    sender: Address
    buyer: Address
    goods: tuple[Goods, ...]
    day: date
    channel: str
    terms: str
    currency: str
    shipping: Amount | None = None
    insurance: Amount | None = None
    discount: Amount | None = None


@dataclass(frozen=True, slots=True)
class LandedLine:
    """What a source says about one line; None is what it does not tell, which is not zero.

    ``duty_rate`` and ``tax_rate`` are texts such as ``"12%"``; ``formula`` is the source's own;
    ``since`` the day its rate is of; ``hs_code`` the code it applied.
    """

    id: str
    duty: Amount | None = None
    tax: Amount | None = None
    fees: Amount | None = None
    duty_rate: str | None = None
    tax_rate: str | None = None
    formula: str | None = None
    since: date | None = None
    hs_code: str | None = None

    def __post_init__(self) -> None:
        for name in ("duty", "tax", "fees"):
            if getattr(self, name) is not None:
                checked_amount(getattr(self, name), f"{self.id}.{name}")


@dataclass(frozen=True, slots=True)
class LandedAnswer:
    """A source's landed cost.

    ``total`` is the source's own total and ``covers`` says which of :data:`PARTS` it is made of,
    since sources mean different things by it. ``duty``, ``tax`` and ``fees`` are for the whole
    basket. None is what the source does not tell. ``reference`` is the source's id of the quote;
    ``guaranteed`` whether it stands by it; ``expires`` until when.
    """

    source: str
    covers: frozenset[str]
    total: Amount | None = None
    duty: Amount | None = None
    tax: Amount | None = None
    fees: Amount | None = None
    lines: tuple[LandedLine, ...] = ()
    reference: str = ""
    guaranteed: bool | None = None
    expires: datetime | None = None
    problems: tuple[Problem, ...] = ()

    def __post_init__(self) -> None:
        unknown = sorted(set(self.covers) - set(PARTS))
        if unknown:
            raise BadAnswer(f"a landed cost cannot cover {', '.join(unknown)}")
        told = [n for n in ("total", "duty", "tax", "fees") if getattr(self, n) is not None]
        for name in told:
            checked_amount(getattr(self, name), name)
        if self.total is not None and not self.covers:
            raise BadAnswer("a total that does not say what it covers")
        if not told and not self.lines and not self.problems:
            raise BadAnswer("a landed cost that tells nothing, and no word why")
        checked_moment(self.expires, "expires")

    @property
    def depth(self) -> str:
        """How much the source tells: ``total``, ``lines``, ``rates`` or ``formulas``."""
        if any(line.formula is not None for line in self.lines):
            return "formulas"
        if any(line.duty_rate is not None or line.tax_rate is not None for line in self.lines):
            return "rates"
        return "lines" if self.lines else "total"


class LandedSource(Protocol):
    """A source that answers a whole quote."""

    def landed(self, ask: LandedAsk) -> Flow[LandedAnswer]:
        """Its landed cost of the basket. Raises NoAnswer for a lane it does not serve."""
        ...
