"""The asynchronous face is the synchronous one: the same methods, settings and answers."""

from __future__ import annotations

import ast
import inspect
from datetime import date
from pathlib import Path
from typing import Any

import anyio
import pytest

import landedcost
from landedcost import (
    Amount,
    AsyncLandedCost,
    Bundle,
    LandedCost,
    Line,
    Providers,
    Request,
)
from landedcost.testing import fake_carrier, fake_rates, fake_tariff

DAY = date(2026, 10, 1)
ONLY_SYNC = {"outside", "plan", "plan_for", "needs"}
"""The flows, which both faces drive."""
ASKS_NOTHING = {"with_reforms"}


def public(kind: type) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(kind).items()
        if not name.startswith("_") and callable(value)
    }


def test_both_have_the_same_methods_with_the_same_arguments() -> None:
    one, two = public(LandedCost), public(AsyncLandedCost)
    assert set(one) - set(two) - ONLY_SYNC == set()
    assert set(two) - set(one) == set()
    for name in two:
        mine, theirs = inspect.signature(one[name]), inspect.signature(two[name])
        assert list(mine.parameters.values()) == list(theirs.parameters.values()), name
        assert inspect.iscoroutinefunction(two[name]) is (name not in ASKS_NOTHING), name
    mine, theirs = inspect.signature(LandedCost), inspect.signature(AsyncLandedCost)
    assert list(mine.parameters.values()) == list(theirs.parameters.values())


def test_the_asynchronous_one_decides_nothing() -> None:
    path = Path(landedcost.__file__).with_name("async_client.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tests = [ast.unparse(node.test) for node in ast.walk(tree) if isinstance(node, ast.If)]
    allowed = {"TYPE_CHECKING", "shop.providers is None", "self.shop.providers is None",
               "self.shop.providers is not None"}  # fmt: skip
    assert set(tests) <= allowed
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


def drop(shipping: str | None = "9.00 USD") -> Bundle:
    line = Line("tee", "25.00 USD", quantity=20, hs_code="6109.10", origin="VN", weight_g=180)
    return Bundle([line], shipping=shipping)


LIVE = Providers(
    rates=fake_rates({"USD": "1.25", "GBP": "0.8"}),
    tariff=fake_tariff({"6109": "10%"}),
    carrier=fake_carrier({"Post": Amount(900, "USD")}),
)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("providers", [LIVE, None], ids=["live", "offline"])
def test_both_answer_alike(providers: Providers | None, backend: str) -> None:
    shop = LandedCost("US", providers=providers)
    request = Request(drop(), "en-GB", "US", DAY)
    rows = [{"id": "tee", "unit_price": "25.00", "currency": "USD", "hs_code": "610910",
             "origin": "VN", "weight_g": 180, "shipping": "9.00"}]  # fmt: skip

    async def main() -> None:
        async with AsyncLandedCost("US", providers=providers) as other:
            quote = await other.price_for(drop(), "de-DE", as_of=DAY)
            assert quote.as_dict() == shop.price_for(drop(), "de-DE", as_of=DAY).as_dict()
            priced = await other.price(request)
            assert priced.total_minor == shop.price(request).total_minor
            terms = await other.price_terms(drop(), "de-DE", as_of=DAY)
            assert set(terms) == {"DDP", "DAP"}
            needs = await other.requirements_for("6109.10", "VN", "de-DE", as_of=DAY)
            assert needs == shop.requirements_for("6109.10", "VN", "de-DE", as_of=DAY)
            market = await other.market_for("de-DE", as_of=DAY)
            assert market.price(drop()).total_minor == quote.total_minor
            assert (await other.market(request)).price(drop()).total_minor == priced.total_minor
            prices = await other.price_many(rows, ["DE"], as_of=DAY)
            assert prices.table == shop.price_many(rows, ["DE"], as_of=DAY).table
            if providers is not None:
                carried = await other.price_for(drop(None), "de-DE", as_of=DAY)
                assert carried.total_minor == quote.total_minor

    anyio.run(main, backend=backend)
