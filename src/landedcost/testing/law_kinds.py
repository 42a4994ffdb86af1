"""The laws of each kind of source."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from ..errors import NoAnswer
from ..ports.landed import DEPTHS
from ..ports.rates import CUSTOMS
from ..tariffs.grammar import Free, Percent, parse_duty
from .laws import law, require
from .subject import Subject, provider_error

_LONG_AGO = timedelta(days=370)


@law("rates")
def rates_are_not_of_tomorrow(subject: Subject, driver: str) -> None:
    """A sheet is of the day asked for or one before it."""
    for ask in subject.case.asks:
        found = subject.answer(ask)
        require(found.on <= ask.day, f"asked for {ask.day}, it gives the rates of {found.on}")


@law("rates")
def rates_are_plausible(subject: Subject, driver: str) -> None:
    """A sheet has several currencies, and none at a rate that no currency has."""
    for ask in subject.case.asks:
        found = subject.answer(ask)
        require(found.source, "the source has no title")
        for code, rate in found.rates.items():
            sound = rate.numerator < 10**9 * rate.denominator
            sound = sound and rate.denominator < 10**9 * rate.numerator
            require(sound, f"{code} at {rate} for one {found.base}")


@law("rates")
def customs_rates_are_an_authoritys(subject: Subject, driver: str) -> None:
    """A source that is no authority's has no answer for customs rates."""
    if "customs" in subject.spec.capabilities:
        return
    ask = replace(subject.case.asks[0], use=CUSTOMS, territory="GB")
    found = subject.outcome(ask)
    require(isinstance(found.error, NoAnswer), "it answers for customs without being an authority")


@law("rates", needs="history")
def rates_of_the_past_are_of_the_past(subject: Subject, driver: str) -> None:
    """Asked for a day in the past, it does not give the rates of today."""
    asked = sorted(subject.case.asks, key=lambda a: a.day)
    require(len({a.day for a in asked}) > 1, "its case asks for one day only; give a past one too")
    found = subject.answer(asked[0])
    require(found.on <= asked[0].day, f"asked for {asked[0].day}, it gives those of {found.on}")


@law("tariff")
def duties_are_never_guessed(subject: Subject, driver: str) -> None:
    """A code that the tariff does not have is not free."""
    found = subject.outcome(subject.case.unknown)
    if found.error is not None:
        provider_error(found, "an unknown code")
        return
    told = [m for m in found.answer.measures if m.rate is not None]
    free = [m.code for m in told if _is_free(m.rate)]
    require(not free, f"an unknown code is free: {', '.join(free)}")


def _is_free(rate: str) -> bool:
    duty = parse_duty(rate, currency="EUR")
    return isinstance(duty, Free) or (isinstance(duty, Percent) and not duty.num)


@law("tariff")
def measures_are_for_the_code(subject: Subject, driver: str) -> None:
    """Every measure is for the code asked for, for lines below it, or for a heading above."""
    for ask in subject.case.asks:
        for measure in subject.answer(ask).measures:
            short = min(len(measure.code), len(ask.hs_code))
            same = measure.code[:short] == ask.hs_code[:short]
            require(same, f"asked for {ask.hs_code}, it tells of {measure.code}")


@law("tariff")
def duties_are_told(subject: Subject, driver: str) -> None:
    """An answer has the duty of everybody, readable, and says whose tariff of which day it is."""
    for ask in subject.case.asks:
        found = subject.answer(ask)
        require(found.source, "the source has no title")
        require(found.of("third_country") or found.problems, f"no duty in force for {ask.hs_code}")
        require(found.on <= ask.day, f"asked for {ask.day}, it gives the tariff of {found.on}")


@law("tariff", needs="short_codes")
def short_codes_list_their_lines(subject: Subject, driver: str) -> None:
    """A code shorter than a line of the tariff is answered with the lines it may be."""
    short = [a for a in subject.case.asks if len(a.hs_code) < 8]
    require(short, "its case asks for no code of six digits")
    for ask in short:
        require(subject.answer(ask).measures, f"no line for {ask.hs_code}")


@law("carrier")
def offers_say_what_they_cover(subject: Subject, driver: str) -> None:
    """Every offer names its service and what its price covers."""
    for ask in subject.case.asks:
        found = subject.answer(ask)
        require(found.source, "the source has no title")
        for offer in found.offers:
            require(offer.service or offer.carrier, "an offer without a name")
            require(offer.covers, f"{offer.service} does not say what its price covers")
            require(offer.price.minor > 0, f"{offer.service} is free: {offer.price}")


@law("carrier", needs="days")
def offers_say_how_long_they_take(subject: Subject, driver: str) -> None:
    """Offers tell their days, and the least are not more than the most."""
    for ask in subject.case.asks:
        for offer in subject.answer(ask).offers:
            least, most = offer.least_days, offer.most_days
            require(least is not None or most is not None, f"{offer.service} tells no days")
            if least is not None and most is not None:
                require(0 <= least <= most, f"{offer.service} takes {least} to {most} days")


@law("landed")
def totals_say_what_they_cover(subject: Subject, driver: str) -> None:
    """A total says which parts it is made of, and they add up where they are told."""
    for ask in subject.case.asks:
        found = subject.answer(ask)
        require(found.source, "the source has no title")
        if found.total is None:
            continue
        require(found.covers, "the total does not say what it covers")
        told = {n: getattr(found, n) for n in ("duty", "tax", "fees") if n in found.covers}
        if found.covers <= told.keys() and all(a is not None for a in told.values()):
            total = sum(a.minor for a in told.values())
            require(total == found.total.minor, f"{told} do not add up to {found.total}")


@law("landed")
def lines_are_those_asked(subject: Subject, driver: str) -> None:
    """The lines of an answer are lines of the question."""
    for ask in subject.case.asks:
        asked = {goods.id for goods in ask.goods}
        for line in subject.answer(ask).lines:
            require(line.id in asked, f"a line that was not asked about: {line.id!r}")


def _deep(kind: str) -> Any:
    def check(subject: Subject, driver: str) -> None:
        found = max(DEPTHS.index(subject.answer(ask).depth) for ask in subject.case.asks)
        require(found >= DEPTHS.index(kind), f"it tells {DEPTHS[found]} only")

    check.__name__ = f"depth_{kind}"
    check.__doc__ = f"A source that says it tells {kind} does."
    return law("landed", needs=kind)(check)


for _kind in ("lines", "rates", "formulas"):
    _deep(_kind)
