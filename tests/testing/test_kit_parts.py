"""The fakes, the strategies, and the plugin that forbids the network."""

from __future__ import annotations

import socket
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landedcost import Amount, LandedCost, Providers
from landedcost.errors import NoAnswer, Unreachable
from landedcost.ports import RatesAsk, TariffAsk
from landedcost.ports.carrier import ShippingAsk
from landedcost.ports.landed import LandedAsk
from landedcost.testing import (
    Asked,
    Switch,
    failing,
    fake_carrier,
    fake_landed,
    fake_rates,
    fake_tariff,
    one_after_another,
    strategies,
)
from landedcost.testing.look import faults
from landedcost.transport import Transport

PINNED = {"USD/EUR": "0.86", "GBP/EUR": "1.15", "AUD/EUR": "0.6", "CAD/EUR": "0.6",
          "CHF/EUR": "1.05", "JPY/EUR": "0.006", "NOK/EUR": "0.085", "PLN/EUR": "0.23",
          "NZD/EUR": "0.55", "SGD/EUR": "0.68"}  # fmt: skip
ANSWERS = (
    strategies.rates_answers(),
    strategies.tariff_answers(),
    strategies.shipping_answers(),
    strategies.landed_answers(),
)


@given(st.one_of(*ANSWERS))
def test_generated_answers_are_exact(answer: Any) -> None:
    assert list(faults(answer)) == []


@settings(max_examples=30)
@given(strategies.bundles(), strategies.buyers(), strategies.days())
def test_generated_bundles_can_be_priced(bundle: Any, buyer: Any, day: Any) -> None:
    shop = LandedCost("US", tariff_strategy="highest", providers=Providers(
        tariff=fake_tariff(dict.fromkeys(strategies.CODES, "12%"))))  # fmt: skip
    quote = shop.price_for(bundle, buyer, as_of=day, rates=PINNED, customs_rates=PINNED)
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor


@settings(max_examples=20)
@given(strategies.rates_asks(), strategies.tariff_asks(), strategies.shipping_asks(),
       strategies.landed_asks())  # fmt: skip
def test_fakes_answer_generated_asks(
    rates: RatesAsk, tariff: TariffAsk, shipping: ShippingAsk, landed: LandedAsk
) -> None:
    def ask(spec: Any, question: Any) -> Any:
        provider = spec.factory(spec.settings())
        return Transport().run(getattr(provider, spec.port)(question))

    assert ask(fake_rates({"USD": "1.25"}), rates).on == rates.day
    duty = ask(fake_tariff({tariff.hs_code[:2]: "12%"}), tariff)
    assert duty.measures[0].rate == "12%"
    offer = ask(fake_carrier({"Post": Amount(900, "USD")}), shipping).offers[0]
    assert offer.price == Amount(900, "USD")
    told = ask(fake_landed(Amount(1, "EUR"), Amount(2, "EUR"), Amount(3, "EUR")), landed)
    assert (told.fees, told.covers) == (Amount(3, "EUR"), frozenset({"duty", "tax", "fees"}))


def test_a_fake_that_fails_fails_as_it_is_told() -> None:
    asked, down = Asked(), Switch()
    spec = failing(fake_rates({"USD": "1.25"}, asked=asked), down)
    provider = spec.factory(spec.settings())
    question = RatesAsk(date(2026, 10, 1))
    transport = Transport()
    transport.run(provider.rates(question))
    down.on()
    with pytest.raises(Unreachable, match="switched off by a test"):
        transport.run(provider.rates(question))
    down.off()
    transport.run(provider.rates(question))
    assert len(asked) == 2
    turns = failing(spec, one_after_another([NoAnswer("first"), None]))
    provider = turns.factory(turns.settings())
    with pytest.raises(NoAnswer):
        transport.run(provider.rates(question))
    for _ in range(3):
        transport.run(provider.rates(question))


TEST = """
import socket
import pytest

def test_away():
    with socket.socket() as one:
        one.settimeout(0.1)
        one.connect(("192.0.2.1", 80))

def test_name():
    socket.getaddrinfo("service.invalid", 443)

def test_here():
    with socket.socket() as server, socket.socket() as one:
        server.bind(("127.0.0.1", 0))
        server.listen()
        one.connect(server.getsockname())
    socket.getaddrinfo("localhost", 80)

@pytest.mark.network
def test_meant():
    with pytest.raises(OSError), socket.socket() as one:
        one.settimeout(0.05)
        one.connect(("192.0.2.1", 80))
"""


def test_the_plugin_forbids_the_network(tmp_path: Path) -> None:
    conftest = 'pytest_plugins = ["landedcost.testing.pytest_plugin"]\n'
    tmp_path.joinpath("conftest.py").write_text(conftest, encoding="utf-8")
    tmp_path.joinpath("test_it.py").write_text(TEST, encoding="utf-8")
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--strict-markers"]
    done = subprocess.run(
        [*run, str(tmp_path)], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert "2 failed, 2 passed" in done.stdout, done.stdout
    assert "a test tried to reach 192.0.2.1" in done.stdout
    assert "a test tried to reach service.invalid" in done.stdout
    assert socket.socket.connect.__qualname__ == "socket.connect"
