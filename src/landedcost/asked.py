"""A line as the conditions of rules see it, and whether its claims are known to any."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from .codes import nearest
from .errors import RequestError

if TYPE_CHECKING:
    from .lines import Line
    from .regimes.lists import Goods
    from .regimes.select import Lane


class Asked:
    """What conditions test of a line on a lane.

    A test that the line's code is too short for counts as ``unsure`` says, and sets ``short``. An
    empty text is a fact that was not given.
    """

    __slots__ = (
        "claims", "content", "goods_class", "hs", "lists", "origin", "preference", "short",
        "unsure",
    )  # fmt: skip

    def __init__(self, hs: str, origin: str, lane: Lane, *, preference: str = "") -> None:
        self.hs = hs
        self.origin = origin
        self.preference = preference
        self.goods_class = "standard"
        self.claims: frozenset[str] = frozenset()
        self.content: Mapping[str, Fraction] = {}
        self.lists: Mapping[str, Goods] = lane.lists
        self.short = False
        self.unsure = False

    @classmethod
    def of(cls, line: Line, lane: Lane, *, claimed: bool = True, unsure: bool = False) -> Asked:
        """``line`` on ``lane``, or as it is without its claim of a preference."""
        asked = cls(line.hs_code, line.origin, lane, preference=line.preference if claimed else "")
        asked.goods_class = line.goods_class
        asked.claims = line.claims.get(lane.regime.code, frozenset())
        asked.content = {name: Fraction(*share) for name, share in line.content.items()}
        asked.unsure = unsure
        return asked

    def contains(self, materials: frozenset[str]) -> bool:
        """Whether the goods contain one of the materials; they may, if nothing is known."""
        return not self.content or any(self.content.get(name) for name in materials)

    def begins(self, codes: frozenset[str], *, wanted: bool) -> bool:
        """Whether the code begins with one of ``codes``, or with none if not ``wanted``."""
        hs = self.hs
        if hs.startswith(tuple(codes)):
            return wanted
        return self._told(not hs or not any(c.startswith(hs) for c in codes), wanted=wanted)

    def listed(self, names: frozenset[str], *, wanted: bool) -> bool:
        """Whether the goods are on one of the lists, or on none if not ``wanted``."""
        found = [self.lists[name].has(self.hs) for name in names if name in self.lists]
        return wanted if True in found else self._told(None not in found, wanted=wanted)

    def _told(self, sure: bool, *, wanted: bool) -> bool:
        """The answer where the code is nowhere, or too short to tell where."""
        self.short |= not sure
        return not wanted if sure else self.unsure


def check_claims(lane: Lane, asked: Asked, where: str) -> None:
    """Raise RequestError (``unknown_claim``) for a claim that no rule of the territory knows."""
    known = {
        name
        for rule in lane.regime.rules.values()
        for key in ("claims", "claims_not")
        for name in _names(rule.when.tests.get(key))
    }
    for claim in sorted(asked.claims - known):
        close = nearest(claim, sorted(known), 3)
        raise RequestError(
            f"no rule of {lane.regime.name} knows the claim {claim!r}",
            code="unknown_claim",
            where=where,
            hint=f"nearest known: {', '.join(close)}" if close else "leave `claims` out",
        )


def _names(wanted: frozenset[str] | bool | None) -> frozenset[str]:
    return frozenset() if wanted is None or isinstance(wanted, bool) else wanted
