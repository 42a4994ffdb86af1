"""Which facts a lane needs, known before a price is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from .asked import Asked
from .codes import country, hs_code, hs_dotted
from .errors import LandedCostError, RequestError
from .territories import parts_of

if TYPE_CHECKING:
    from .market import Market
    from .tariffs.rows import Row

_NAMED = 4
_WORDS = {
    "weight_g": "the net weight of one unit in grams",
    "pairs": "the number of pairs in one unit",
    "litres": "the volume of one unit in litres",
    "square_metres": "the area of one unit in square metres",
    "metres": "the length of one unit in metres",
    "cubic_metres": "the volume of one unit in cubic metres",
    "retail_price": "the retail price of one unit",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One fact: the field that carries it, why it matters, and whether a price fails without."""

    fact: str
    why: str
    needed: bool


def requirements(market: Market, code: str, origin: str) -> tuple[Requirement, ...]:
    """The facts a price of ``code`` made in ``origin`` needs on the market's lane."""
    hs = hs_code(code, "hs_code")
    made_in = country(origin, "origin")
    goods = Asked(hs, made_in, market.lane)
    return tuple(
        dict.fromkeys(
            [
                *_duty_facts(market, hs, goods),
                *_evidence(market, hs, made_in),
                *_layers(market, hs, made_in),
                *_lane_facts(market, goods),
            ]
        )
    )


def _duty_facts(market: Market, hs: str, goods: Asked) -> Iterable[Requirement]:
    lane = market.lane
    if not lane.border:
        return
    stand_ins = [
        rule
        for rule in lane.of("duty")
        if rule.settings["method"] != "flat_per_line"
        and rule.rule.when.line(goods)
        and not rule.rule.exclude.covers(goods)
    ]
    banded = [r for r in stand_ins if r.get("limit") is not None or r.get("over") is not None]
    if len(banded) < len(stand_ins):
        return
    if market.table is None:
        why = f"no tariff of {lane.regime.name} is bundled"
        if banded:
            why += f"; not needed where {' or '.join(dict.fromkeys(r.label for r in banded))} holds"
        yield Requirement("duty", why, not banded)
        return
    try:
        found = market.table.lookup(hs, lane.key.day, where="hs_code", origin=goods.origin)
    except RequestError as error:
        yield Requirement("duty", f"{error.message}; pin the rate of {hs_dotted(hs)}", True)
        return
    rows = found.rows
    if len({r.meaning for r in rows}) > 1:
        listed = ", ".join(f"{hs_dotted(r.code)} {r.shown}" for r in rows)
        yield Requirement(
            "hs_code", f"{hs_dotted(hs)} is one of several national lines: {listed}", True
        )
    for row in rows:
        yield from _row_facts(row, lane.key.day)


def _row_facts(row: Row, day: date) -> Iterable[Requirement]:
    """What a row's duty needs: fields of the line, or facts no request carries."""
    code = hs_dotted(row.code)
    try:
        duty = row.duty_on(day)
    except LandedCostError as error:
        yield Requirement("duty", f"{error.message}; pin the rate", True)
        return
    beyond = (row.lacks,) if row.lacks else duty.beyond()
    if beyond:
        why = f"the duty of {code} is {row.shown}, which needs {' and '.join(beyond)}; pin the rate"
        yield Requirement("duty", why, True)
    for fact in sorted(duty.needs()):
        why = f"the duty of {code} is {row.shown}: give {_WORDS[fact]}"
        yield Requirement(fact, why, True)


def _evidence(market: Market, hs: str, origin: str) -> Iterable[Requirement]:
    for rule in market.lane.of("preference"):
        name = str(rule.settings.get("agreement") or rule.rule.name)
        claimed = Asked(hs, origin, market.lane, preference=name)
        if rule.rule.when.line(claimed):
            evidence = rule.settings.get("evidence") or "evidence of origin"
            why = (
                f"{rule.label}: {rule['rate'].value} instead of the tariff's duty, with {evidence}"
            )
            yield Requirement("preference", why, False)


def _layers(market: Market, hs: str, origin: str) -> Iterable[Requirement]:
    """What the duties on top need: a longer code, the parts of the value."""
    lane = market.lane
    if not lane.border:
        return
    asked = Asked(hs, origin, lane)
    asked.unsure = True
    for rule in lane.of("additional"):
        asked.short = False
        if not rule.rule.when.line(asked):
            continue
        if asked.short:
            why = f"{hs_dotted(hs)} has too few digits to tell: {rule.label}"
            yield Requirement("hs_code", why, True)
        if materials := rule.settings.get("content"):
            why = f"{rule.label}: on the part of the value that is {' or '.join(materials)}"
            yield Requirement("content", why, False)


def _lane_facts(market: Market, goods: Asked) -> Iterable[Requirement]:
    lane = market.lane
    for tax in lane.of("tax"):
        if tax.rule.when.line(goods) and tax.settings.get("given"):
            yield Requirement("tax_rate", f"the rate of {tax.label} goes by the goods", True)
        if tax.rule.when.line(goods) and tax.settings.get("per") == "gram":
            yield Requirement("weight_g", f"{tax.label} goes by the value of a gram", True)
    if lane.border and any(r.rule.when.asks("origin", "origin_not") for r in lane.of("additional")):
        yield Requirement("origin", "duties on top of the tariff's depend on it", True)
    by_region = any(
        r.when.asks("region", "region_not") for r in lane.regime.rules.values() if r.kind == "tax"
    )
    if by_region and not lane.key.region:
        yield Requirement("buyer.region", "the tax depends on the buyer's province", False)
    buyer = lane.key.buyer
    apart = [part.name for part in parts_of(buyer.country) if part.territory and part.postal]
    if apart and not buyer.region:
        listed = ", ".join(apart[:_NAMED]) + (" and others" if len(apart) > _NAMED else "")
        yield Requirement("buyer.postal_code", f"other rules hold in {listed}", False)
    held = lane.key.registrations
    for rule in lane.regime.of("scheme"):
        name = str(rule.settings.get("registration") or "")
        day = rule.value("limit", lane.key.day)
        if name and name not in held and day is not None and rule.when.lane(lane.key):
            why = (
                f"{rule.label}: with this registration the seller collects the tax up to "
                f"{day.value} {day.currency}"
            )
            yield Requirement("seller.registrations", f"{name}: {why}", False)
