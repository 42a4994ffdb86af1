"""Lists of goods by HS code: long ones are named once and tested by many rules."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from ..errors import RuleFileError

if TYPE_CHECKING:
    from .schema import Regime, Rule

_NAMING = ("not_with", "of", "beside", "spares", "rate_of")
"""Settings that name additional duties, by their own name or by their program's."""


class Goods:
    """A list of codes of 2 to 12 digits; each stands for every longer code that begins so."""

    __slots__ = ("codes", "lengths", "ordered")

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = frozenset(codes)
        self.ordered = sorted(self.codes)
        self.lengths = sorted({len(code) for code in self.codes})

    def has(self, hs: str) -> bool | None:
        """Whether ``hs`` is on the list; None where it is shorter than codes that begin with it."""
        if any(hs[:length] in self.codes for length in self.lengths if length <= len(hs)):
            return True
        at = bisect_left(self.ordered, hs)
        begun = hs and at < len(self.ordered) and self.ordered[at].startswith(hs)
        return None if begun else False


@cache
def _goods(text: str) -> Goods:
    return Goods(text.split())


def goods_of(regime: Regime, day: date) -> Mapping[str, Goods]:
    """The lists that hold on ``day``, by name; one that does not hold yet has no goods."""
    return {
        rule.name: _goods(value.value)
        for rule in regime.of("list")
        if (value := rule.value("codes", day)) is not None
    }


def check_names(rules: Mapping[str, Rule]) -> None:
    """Raise RuleFileError where a rule names a list or an additional duty that there is not."""
    lists = {r.name for r in rules.values() if r.kind == "list"}
    duties = {n for r in rules.values() if r.kind == "additional" for n in r.names}
    for rule in rules.values():
        for name in sorted(_listed(rule) - lists):
            raise RuleFileError(f"{rule.address}: no list {name!r}", file=rule.file, line=1)
        for name in sorted(_named(rule) - duties):
            raise RuleFileError(
                f"{rule.address}: no additional duty or program {name!r}", file=rule.file, line=1
            )


def _listed(rule: Rule) -> set[str]:
    found: set[str] = set()
    for key in ("hs_list", "hs_list_not"):
        names = rule.when.tests.get(key, frozenset())
        if not isinstance(names, bool):
            found |= names
    return found


def _named(rule: Rule) -> set[str]:
    def names() -> Iterator[str]:
        for key in _NAMING:
            yield from rule.settings.get(key, ())

    return set(names())
