"""What the headline of a market has to include: ``law.toml``, read once and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

from ..codes import EU
from ..errors import RuleFileError
from ..regimes.schema import Source
from ..sourced import closed, sources, table, verified
from ..territories import Place, place

FILE = "law.toml"
PARTS = ("tax", "duty", "government_fees", "merchant_fees", "delivery")
"""What may stand inside or outside a headline; the goods, less their discount, are always in."""
_SIDES = ("inside", "outside")
_DELIVERY = ("inside", "unless_free", "outside")
_KEYS: Mapping[str, Any] = {
    "from": date,
    "until": date,
    **dict.fromkeys(PARTS, _SIDES),
    "delivery": _DELIVERY,
    "text": str,
    "source": str,
    "also": list,
    "verified": bool,
    "note": str,
}
_UNKNOWN = (
    "No rule is known for this market: the most inclusive price is shown, with duty, tax, fees "
    "and delivery."
)
_BUSINESS = "Price law protects consumers: a business is shown everything that is to be paid."


@dataclass(frozen=True, slots=True)
class HeadlineRule:
    """What one market's headline includes, since ``start``; ``until`` is exclusive.

    ``sides`` says for each of :data:`PARTS` whether it is ``inside``, ``outside`` or, for
    delivery alone, inside ``unless_free``. ``sources`` is empty for a rule that rests on none.
    """

    market: str
    start: date | None
    until: date | None
    sides: Mapping[str, str]
    text: str
    sources: tuple[Source, ...]
    verified: bool
    note: str = ""

    def on(self, day: date) -> bool:
        """Whether the rule holds on ``day``."""
        begun = self.start is None or self.start <= day
        return begun and (self.until is None or day < self.until)

    def inside(self, part: str, *, free_delivery: bool = False) -> bool:
        """Whether a part stands in the headline."""
        side = self.sides[part]
        return side == "inside" or (side == "unless_free" and not free_delivery)


def rule_of(market: Place | str, day: date, *, business: bool = False) -> HeadlineRule:
    """The rule for a market on a day: the region's, the country's, or the union's.

    A market of which nothing is known, and a business, get the most inclusive headline, and the
    rule says so. ``market`` is a place, or a text such as ``"DE"`` or ``"US-CA"``. Raises
    RequestError for a country that does not exist.
    """
    where = place(*_split(market)) if isinstance(market, str) else market
    if business:
        return _all_in(where.country, _BUSINESS)
    for name in _names(where):
        for rule in rules().get(name, ()):
            if rule.on(day):
                return rule
    return _all_in(where.country, _UNKNOWN)


def _split(market: str) -> tuple[str, str | None]:
    country, _, region = market.partition("-")
    return country, region or None


def _names(where: Place) -> Iterator[str]:
    if where.region:
        yield f"{where.country}-{where.region}"
    yield where.territory
    yield where.country
    if where.country in EU:
        yield "EU"
    same = same_as().get(where.territory) or same_as().get(where.country)
    if same:
        yield same


def _all_in(market: str, text: str) -> HeadlineRule:
    sides = dict.fromkeys(PARTS, "inside")
    return HeadlineRule(market, None, None, sides, text, (), verified=False)


Law = tuple[Mapping[str, tuple[HeadlineRule, ...]], Mapping[str, str]]
"""The rules by market, and the markets that go by another's."""


@cache
def _file() -> Law:
    return read(table("landedcost.present", FILE))


def rules() -> Mapping[str, tuple[HeadlineRule, ...]]:
    """Every rule of ``law.toml`` by market, in file order. Raises RuleFileError."""
    return _file()[0]


def same_as() -> Mapping[str, str]:
    """The markets that go by the rule of another. Raises RuleFileError."""
    return _file()[1]


def read(found: Mapping[str, Any], file: str = FILE) -> Law:
    """The rules of a parsed file, checked. Raises RuleFileError."""
    keys = {"source": dict, "market": dict, "same": dict}
    top = closed(dict(found), keys, file, "file", needed=("market",))
    known = sources(top.get("source", {}), file)
    made: dict[str, tuple[HeadlineRule, ...]] = {}
    for market, entries in top["market"].items():
        where = f"market.{market}"
        if not isinstance(entries, list):
            raise RuleFileError(f"{where} is no list of tables", file=file, code="bad_type")
        dated = [_rule(market, entry, known, file, where) for entry in entries]
        for one, two in pairwise(dated):
            if one.until is None or two.start is None or two.start < one.until:
                raise RuleFileError(f"{where}: entries overlap", file=file, code="overlap")
        made[market] = tuple(dated)
    unused = sorted(
        set(known) - {s.key for dated in made.values() for r in dated for s in r.sources}
    )
    if unused:
        raise RuleFileError(f"unused sources: {', '.join(unused)}", file=file, code="unused_source")
    same = closed(
        top.get("same", {}), dict.fromkeys(top.get("same", {}), tuple(made)), file, "same"
    )
    return made, same


def _rule(
    market: str, entry: object, known: Mapping[str, Source], file: str, where: str
) -> HeadlineRule:
    fields = closed(entry, _KEYS, file, where, needed=("from", *PARTS, "text"))
    told = verified(fields, known, file, where)
    keys = [key for key in (fields.get("source"), *fields.get("also", ())) if key is not None]
    for key in keys:
        verified({"source": key}, known, file, where)
    return HeadlineRule(
        market,
        fields["from"],
        fields.get("until"),
        {part: fields[part] for part in PARTS},
        fields["text"],
        tuple(known[key] for key in keys),
        told,
        fields.get("note", ""),
    )
