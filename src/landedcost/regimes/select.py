"""From a rule book, a day and a lane to the rules that apply: every choice made once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ..codes import EU
from ..errors import NotInForce, RuleFileError
from .lists import Goods, goods_of
from .schema import ROUNDED, Applied, Dated, Regime, Rule

if TYPE_CHECKING:
    from ..territories import Place

_LANE_KINDS = (
    "threshold", "scheme", "duty", "additional", "exemption", "preference", "tax", "fee"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LaneKey:
    """What of a request decides which rules apply, before any line is looked at."""

    buyer: Place
    sender: Place
    day: date
    channel: str = "post"
    buyer_kind: str = "consumer"
    registrations: frozenset[str] = frozenset()
    terms: str = "DDP"

    @property
    def ship_from(self) -> frozenset[str]:
        """The names a rule may use for where the parcel is sent from."""
        return self.sender.names

    @property
    def region(self) -> str:
        """The buyer's province or state, empty when it was not given."""
        return self.buyer.region or ""


@dataclass(frozen=True, slots=True)
class Lane:
    """The rules in force on a lane and a day; ``border`` and ``supply`` say what is crossed.

    ``border`` is False inside one customs territory (no duty); ``supply`` is True inside one
    VAT area (the sale is taxed, not the import).
    """

    key: LaneKey
    regime: Regime
    border: bool
    supply: bool
    valuation: Applied
    rules: Mapping[str, tuple[Applied, ...]]
    roundings: Mapping[str, Applied]
    notes: tuple[Applied, ...] = ()
    proposed: tuple[tuple[Rule, Dated], ...] = ()
    refusals: tuple[Applied, ...] = ()
    fx_rule: Applied | None = None
    next_change: date | None = None
    stale: bool = False
    lists: Mapping[str, Goods] = field(default_factory=dict)

    def of(self, kind: str) -> tuple[Applied, ...]:
        """The applied rules of one kind, in file order."""
        return self.rules.get(kind, ())


def select(regime: Regime, key: LaneKey) -> Lane:
    """Choose the rules of ``regime`` for a lane.

    Raises NotInForce before the first day the file knows: no valuation rule holds, or none of
    the taxes the territory has.
    """
    day = key.day
    valuation = [a for a in _applied(regime.of("valuation"), day) if a.rule.when.lane(key)]
    if not valuation or (regime.of("tax") and not _applied(regime.of("tax"), day)):
        raise _not_in_force(regime, day)
    if len(valuation) > 1:
        both = " and ".join(a.address for a in valuation)
        raise RuleFileError(f"two valuation rules apply at once: {both}", file=regime.code)
    roundings = {a.rule.name: a for a in _applied(regime.of("rounding"), day)}
    for name in ROUNDED:
        if name not in roundings and name != "tax_base":
            raise RuleFileError(f"no rounding.{name} on {day}", file=f"{regime.code}.toml")
    fx = _applied(regime.of("fx"), day)
    by_kind = {
        kind: tuple(a for a in _applied(regime.of(kind), day) if a.rule.when.lane(key))
        for kind in (*_LANE_KINDS, "minimum")
    }
    by_kind["scheme"] = tuple(
        a
        for a in by_kind["scheme"]
        if not a.settings.get("registration") or a.settings["registration"] in key.registrations
    )
    border = key.buyer.customs_territory != key.sender.customs_territory
    supply = one_vat_area(key.buyer, key.sender, regime)
    imported = border or not supply
    notes = [
        a
        for a in _applied(regime.of("note"), day)
        if a.rule.when.lane(key) and (imported or a.settings.get("domestic"))
    ]
    refused = _applied(regime.of("refusal"), day) if imported else []
    refusals = tuple(a for a in refused if a.rule.when.lane(key))
    return Lane(
        key=key,
        regime=regime,
        border=border,
        supply=supply,
        valuation=valuation[0],
        rules=by_kind,
        roundings=roundings,
        notes=tuple(notes),
        proposed=tuple(_proposed(regime, key)) if imported else (),
        refusals=refusals,
        fx_rule=fx[0] if fx else None,
        next_change=next_change(regime, day),
        stale=day > regime.verified_through,
        lists=goods_of(regime, day),
    )


def one_vat_area(buyer: Place, sender: Place, regime: Regime) -> bool:
    """Whether a sale between the two places is a supply inside one VAT area, no import."""
    if buyer.vat_area == sender.vat_area:
        return True
    return regime.member_of == "EU" and buyer.vat_area in EU and sender.vat_area in EU


def _applied(rules: Iterable[Rule], day: date) -> list[Applied]:
    found = ((rule, rule.on(day)) for rule in rules)
    return [Applied(rule, values) for rule, values in found if values is not None]


def _proposed(regime: Regime, key: LaneKey) -> Iterable[tuple[Rule, Dated]]:
    for rule in regime.rules.values():
        if rule.kind == "note" and rule.when.lane(key):
            for entry in rule.values["text"]:
                if entry.status == "proposed" and entry.covers(key.day):
                    yield rule, entry


def next_change(regime: Regime, day: date) -> date | None:
    """The first later day on which any value of the regime starts or ends."""
    days = {
        edge
        for rule in regime.rules.values()
        for entries in rule.values.values()
        for entry in entries
        if entry.on(entry.start)
        for edge in (entry.start, entry.until)
        if edge is not None and edge > day
    }
    return min(days, default=None)


def _first(regime: Regime, kind: str) -> date | None:
    """The first day on which a rule of ``kind`` applies."""
    values = (e for r in regime.of(kind) for entries in r.values.values() for e in entries)
    return min((e.start for e in values if e.on(e.start)), default=None)


def _not_in_force(regime: Regime, day: date) -> NotInForce:
    first = max((s for kind in ("valuation", "tax") if (s := _first(regime, kind))), default=None)
    hint = f"rules for {regime.code} start on {first}" if first else ""
    if first and first <= day:
        hint = f"no valuation rule of {regime.code} matches this lane on the day"
    return NotInForce(
        f"no import rules for {regime.name} are in force on {day.isoformat()}",
        where="as_of",
        hint=hint,
    )
