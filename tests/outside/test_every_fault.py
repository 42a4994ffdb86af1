"""Whatever goes wrong with a source, a price with another behind it stands, and says so."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from landedcost import Bundle, LandedCost, Line, Providers
from landedcost.testing import FastClock, Policy, Reply, Seen
from landedcost.testing.cases.frankfurter import upstream
from landedcost.testing.faults import FAULTS, Fault
from landedcost.transport import Transport
from landedcost.transport.scripted import Script

DAY = date(2026, 10, 1)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_next_source_answers_within_the_deadline(fault: Fault) -> None:
    policy = Policy(deadline_ms=60_000, timeout_ms=20_000, max_bytes=1_000_000)
    clock = FastClock(20)
    shop = LandedCost(
        "US", providers=Providers(rates=["frankfurter", "bundled"], policy=policy, clock=clock)
    )

    def answer(seen: Seen) -> Reply:
        right = upstream(seen) if "base" in seen.params else Reply(404)
        return fault.change(right, seen)

    outlet: Any = Script(answer).outlet
    shop.outside.opened.transport.wire = Transport(policy, clock, outlet).wire
    line = Line("tee", "25.00 USD", quantity=2, hs_code="6109.10", origin="VN", weight_g=180)
    start = clock.now_ms()
    quote = shop.price_for(Bundle([line], shipping="9.00 USD"), "de-DE", as_of=DAY)
    assert clock.now_ms() - start < policy.deadline_ms
    assert {p.provider.split()[0] for p in quote.provenance if p.kind == "rates"} == {"bundled"}
    assert any(note.code == "source_failed" for note in quote.notes)
    plain = LandedCost("US", providers=Providers(rates="bundled"))
    same = plain.price_for(Bundle([line], shipping="9.00 USD"), "de-DE", as_of=DAY)
    assert quote.total_minor == same.total_minor
