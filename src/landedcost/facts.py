"""What was learnt about each line of a basket on one lane, before anything is computed.

A :class:`LineForm` holds what decides the shape of the calculation (which rules touch the line,
how its duty is written); :class:`LineFacts` adds the figures (rates as exact ratios) and where
each came from. Lines of one form share one program.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .errors import LandedCostError

# Positions in ``Line.ints``; amounts in minor units of the line's currency, for the whole
# quantity unless the name says unit.
GOODS, UNIT, DECLARED, DECLARED_UNIT, QUANTITY = 0, 1, 2, 3, 4
WEIGHT_G, PAIRS, LITRES, SQUARE_METRES, METRES, CUBIC_METRES, RETAIL = 5, 6, 7, 8, 9, 10, 11
OFF = 12

MEASURES = {
    "weight_g": WEIGHT_G,
    "pairs": PAIRS,
    "litres": LITRES,
    "square_metres": SQUARE_METRES,
    "metres": METRES,
    "cubic_metres": CUBIC_METRES,
    "retail_price": RETAIL,
}
GOODS_CLASSES = ("standard", "book", "childrens_clothing", "food")
"""What a line may be for taxes that tell goods apart."""

MICRO = 10**6
"""Litres and metres are kept in millionths, so that 0.75 l is an int."""

Shape = tuple[object, ...]
"""How a duty is written, its figures replaced by positions in ``LineFacts.params``:
``("percent", k)``, ``("specific", k, currency, measure)``, ``("retail", k)``,
``("sum", shape, …)``, ``("minus", a, b)``, ``("at_least", a, b)``, ``("at_most", a, b)``."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which source answered, and of which day its answer is.

    ``asked_at`` is when a live source gave it, None for what comes with the package or the
    request; ``stale`` says that it is older than it should be.
    """

    kind: str
    provider: str
    as_of: date | None
    stale: bool
    asked_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        return {
            "kind": self.kind,
            "provider": self.provider,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "stale": self.stale,
        }


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one figure of a line came from, in the words a charge shows.

    ``by`` is the live source that told it, None for the package's own tables. ``until`` is the
    first day on which it no longer holds, where that is known; ``provider`` names where a rate of
    the tariff is kept.
    """

    rule: str
    rate: str
    source: str
    since: date | None
    verified: bool = True
    note: str = ""
    until: date | None = None
    provider: str = ""
    by: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """How an additional duty touches a line.

    ``share`` is the position in ``LineFacts.params`` of the part of the value it falls on, -1 for
    the whole; ``exempt`` is the number of the exemption that lifts it, -1 for none.
    """

    share: int = -1
    exempt: int = -1


@dataclass(frozen=True, slots=True)
class Layer:
    """One additional duty of a line, by its number on the lane: as it is, and under the claim.

    None stands for a duty that does not touch the line at all.
    """

    rule: int
    plain: Way | None
    claimed: Way | None


@dataclass(frozen=True, slots=True)
class LineForm:
    """What of a line decides the program: equal forms are computed alike."""

    currency: str
    gift: bool
    duty: Shape | None
    preference: Shape | None
    preference_rule: int | None
    thresholds: tuple[int, ...]
    schemes: tuple[int, ...]
    duty_rules: tuple[int, ...]
    additional: tuple[Layer, ...]
    taxes: tuple[tuple[int, str], ...]
    pinned: int = 0
    unknown: bool = False
    refusals: tuple[int, ...] = ()
    preference_of_tariff: bool = False
    """Whether the rate of the preference is the tariff's own, not that of the rule."""
    evidence: bool = False
    unplaced: bool = False
    """Whether what is unknown is the origin, which duties on top of the tariff's go by."""
    off: bool = False
    """Whether the line has a discount of its own."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a quote must say: a code, a sentence, and what it does to the certainty."""

    code: str
    text: str
    certainty: str = "exact"


@dataclass(frozen=True, slots=True)
class LineFacts:
    """The figures of one line on one lane."""

    form: LineForm
    params: tuple[int, ...]
    hs: str
    duty: Origin | None
    preference: Origin | None
    taxes: tuple[Origin, ...]
    remarks: tuple[Remark, ...] = ()
    missing: LandedCostError | None = None
    """What to raise if the calculation turns out to need what could not be found."""
    headings: tuple[str, ...] = ()
    """The code of each additional duty, where it goes by origin; empty for the rule's own."""
