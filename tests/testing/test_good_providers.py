"""A provider of each kind that keeps the laws passes the kit, as a test class and as a report."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count

import acme
import pytest

from landedcost.errors import PluginError
from landedcost.ports import Flow, RatesAnswer, RatesAsk, Response, blocking, gather
from landedcost.providers.registry import Registry
from landedcost.testing import (
    CarrierConformance,
    Case,
    LandedConformance,
    RatesConformance,
    Reply,
    TariffConformance,
)
from landedcost.testing.laws import LAWS
from landedcost.testing.run import case_of, cells, check, report
from landedcost.testing.subject import Broken, Subject


class TestRates(RatesConformance):
    spec = acme.RATES
    case = acme.CASES["rates"]


class TestTariff(TariffConformance):
    spec = acme.TARIFF
    case = acme.CASES["tariff"]


class TestCarrier(CarrierConformance):
    spec = acme.CARRIER
    case = acme.CASES["carrier"]


class TestLanded(LandedConformance):
    spec = acme.LANDED
    case = acme.CASES["landed"]


@pytest.mark.parametrize("kind", acme.SPECS)
def test_the_report_says_the_same(kind: str) -> None:
    verdicts = report(acme.SPECS[kind], acme.CASES[kind])
    assert [v for v in verdicts if v.outcome == "broken"] == []
    assert sum(v.outcome == "kept" for v in verdicts) > 80


@pytest.mark.parametrize("key", [one.key for one in Registry.installed().listed()])
def test_every_source_of_the_package_passes(key: str) -> None:
    spec = Registry.installed().spec(key)
    broken = [v for v in report(spec, case_of(spec)) if v.outcome == "broken"]
    assert [(v.cell.id, v.why) for v in broken] == []


def test_a_capability_left_out_turns_its_law_off_with_the_reason() -> None:
    spec = replace(
        acme.RATES,
        capabilities=frozenset(),
        without={"history": "today only", "customs": "a bank"},
    )
    found = {v.cell.law.name: v for v in report(spec, acme.CASES["rates"])}
    verdict = found["rates_of_the_past_are_of_the_past"]
    assert (verdict.outcome, verdict.why) == ("off", "without history: today only")


class Overtaking:
    """Sends two requests at once; the first arrives later every other time."""

    def __init__(self, settings: acme.Settings) -> None:
        self.settings = settings

    def rates(self, ask: RatesAsk) -> Flow[RatesAnswer]:
        late = next(TURNS) % 2

        def one(wait: int) -> Flow[Response]:
            yield from blocking(lambda: time.sleep(0.05 * wait))
            path = f"rates/{ask.day.isoformat()}" if wait == late else "late"
            return (yield from acme.ask_acme(self.settings, path, {"use": ask.use}))

        yield from gather(one(0), one(1))
        return RatesAnswer("EUR", {"USD": "1.2"}, ask.day, "Acme")


TURNS = count()


def test_requests_that_overtake_each_other_are_the_same_requests() -> None:
    spec = replace(acme.RATES, factory=Overtaking)
    case = replace(acme.CASES["rates"], upstream=lambda seen: Reply(json={}))
    check(next(c for c in cells("rates") if c.law.name == "requests_repeat"), Subject(spec, case))


def test_a_law_is_excused_with_a_reason_only() -> None:
    case = replace(acme.CASES["rates"], excused={"requests_repeat": "a nonce is part of it"})
    found = {v.cell.law.name: v for v in report(acme.RATES, case)}
    assert found["requests_repeat"].outcome == "off"
    case = replace(case, excused={"requests_repeat": " "})
    found = {v.cell.law.name: v for v in report(acme.RATES, case)}
    assert found["requests_repeat"].outcome == "broken"
    with pytest.raises(PluginError, match="no laws to be excused from: gravity"):
        report(acme.RATES, replace(case, excused={"gravity": "in space"}))


def test_a_local_provider_says_why_it_asks_nothing() -> None:
    case = replace(acme.CASES["rates"], upstream=None)
    verdicts = report(acme.RATES, case)
    assert any("does not say in `local` why" in v.why for v in verdicts)


def test_laws_have_names_of_their_own_and_words() -> None:
    names = [law.name for law in LAWS]
    assert len(names) == len(set(names))
    assert all(law.text.endswith(".") for law in LAWS)


def test_a_spec_without_a_case_is_told_what_to_do() -> None:
    with pytest.raises(PluginError, match="names no case"):
        case_of(acme.RATES)
    with pytest.raises(PluginError, match="cannot be loaded from nowhere:CASE"):
        case_of(replace(acme.RATES, case="nowhere:CASE"))
    with pytest.raises(PluginError, match="is no Case"):
        case_of(replace(acme.RATES, case="acme:DAY"))
    assert isinstance(case_of(Registry.installed().spec("frankfurter")), Case)
    assert issubclass(Broken, AssertionError)
