"""For every territory, scheme and date of the rules: columns give what single quotes give."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from landedcost import Buyer, LandedCost, LandedCostError, Quote, Seller
from landedcost.bulk.charges import charge_rows
from landedcost.bulk.prices import Prices
from landedcost.currencies import currency
from landedcost.regimes.load import RuleBook
from landedcost.regimes.schema import Regime

BOOK = RuleBook()
TERRITORIES = [code for code in BOOK.codes if code != "EU"]
FIRST = date(2024, 1, 1)
LIMITS = {("threshold", "amount"), ("scheme", "limit"), ("duty", "limit"), ("minimum", "amount")}
SUMS = {
    "total_minor": "total_minor",
    "due_at_checkout_minor": "checkout_minor",
    "due_on_delivery_minor": "delivery_minor",
}
GOODS = [
    {"hs_code": "6109.10", "goods_class": "standard"},
    {"hs_code": "4901.99", "goods_class": "book"},
    {"hs_code": "9503.00", "goods_class": "standard", "duty": "4.7%"},
    {"hs_code": "6403.99", "duty": "8% + 1.10 USD/pair", "pairs": 1},
    {"hs_code": "2204.21", "duty": "30% MIN 0.50 EUR/l", "litres": "0.75"},
    {"hs_code": "1806.31", "goods_class": "food", "duty": "5% MAX 18.50 EUR/100kg"},
    {"hs_code": "6111.20", "goods_class": "childrens_clothing", "duty": "12%"},
    {"hs_code": "7113.19", "duty": "2.5%", "tax_rate": "7%"},
    {"hs_code": "6505.00"},
    {"hs_code": "8518.30.20", "customs_value": "19.00"},
    {"hs_code": "0002.00", "duty": "Free"},
]


def dates(regime: Regime) -> list[date]:
    """The days on which the rules of a territory change, and today's."""
    edges = {
        entry.start
        for rule in regime.rules.values()
        if rule.kind != "note"
        for entries in rule.values.values()
        for entry in entries
        if entry.on(entry.start) and entry.start >= FIRST
    }
    return sorted({FIRST, *edges, *(e - timedelta(days=1) for e in edges if e > FIRST)})


def limits(regime: Regime, day: date) -> Iterator[tuple[int, str]]:
    """Each limit that holds, in minor units of its currency."""
    for rule in regime.rules.values():
        for name in rule.values:
            value = rule.value(name, day)
            if (rule.kind, name) in LIMITS and value is not None:
                yield (
                    int(float(value.value) * 10 ** currency(value.currency).digits),
                    value.currency,
                )


def text(minor: int, code: str) -> str:
    digits = currency(code).digits
    whole = str(minor).rjust(digits + 1, "0")
    return f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole


def lines_of(name: str, count: int, unit: str, pick: random.Random) -> list[dict[str, Any]]:
    found = []
    for k in range(count):
        minor = pick.choice([1, 99, 2_500, 14_999, 100_003, 10**11, pick.randrange(1, 10**6)])
        goods = dict(pick.choice(GOODS))
        if "customs_value" in goods:
            goods["customs_value"] = text(1_900, unit)
        if pick.randrange(20):
            goods.setdefault("duty", "3.7%")
        found.append(
            {
                "basket": name,
                "id": f"l{pick.randrange(10**6):06}-{k}",
                "unit_price": text(0 if "customs_value" in goods else minor, unit),
                "currency": unit,
                "quantity": pick.choice([1, 1, 2, 7, 1_000]),
                "origin": pick.choice(["VN", "CN", "US", "DE", "GB", "CA", "JP"]),
                "weight_g": pick.choice([None, 0, *[180, 12_345, 950, 10**9] * 4]),
                **goods,
            }
        )
    return found


def baskets(regime: Regime, day: date, pick: random.Random) -> list[dict[str, Any]]:
    """Rows of baskets at every threshold, and of random ones of 1 to 12 lines."""
    rows: list[dict[str, Any]] = []
    for number, (limit, unit) in enumerate(limits(regime, day)):
        for step in (-1, 0, 1):
            for shipping in (None, text(500, unit)):
                name = f"limit {number} {step} {shipping}"
                line = {"id": "tee", "unit_price": text(limit + step, unit), "currency": unit}
                line |= {"hs_code": "6109.10", "origin": "VN", "weight_g": 180, "basket": name}
                rows.append({**line, "shipping": shipping})
    units = [regime.currency, "USD", "EUR", "JPY", "KWD"]
    for number, count in enumerate([1] * 24 + [2] * 8 + [3] * 8 + [5, 7, 12, 12]):
        unit = pick.choice(units)
        first, *rest = lines_of(f"random {number}", count, unit, pick)
        first["shipping"] = pick.choice([None, text(900, unit), text(750, unit)])
        first["discount"] = pick.choice([None, None, None, text(1, unit), text(2_000, unit)])
        first["insurance"] = pick.choice([None, None, text(250, unit)])
        rows += [first, *rest]
    return rows


def shops(regime: Regime) -> Iterator[LandedCost]:
    held = sorted(
        {
            str(r.settings["registration"])
            for r in regime.of("scheme")
            if "registration" in r.settings
        }
    )
    sender = "US" if regime.code != "US" else "CN"
    for registrations in [(), held] if held else [()]:
        yield LandedCost(Seller.of(sender, registrations), tariff_strategy="highest", rules=BOOK)


def compare(prices: Prices) -> Counter[str]:
    """Every row against its single quote; how many there were of each kind."""
    table = prices.table.to_pylist()
    charges: dict[int, list[tuple[object, ...]]] = {}
    for charge in prices.charges().to_pylist():
        charges.setdefault(charge["row"], []).append(tuple(charge.values()))
    seen: Counter[str] = Counter()
    for number, row in enumerate(table):
        try:
            quote = prices.quote(number)
        except LandedCostError as error:
            wanted: tuple[str | None, ...] = (error.code, error.where)
            seen["failed"] += 1
        else:
            wanted = (None, None)
            check(row, quote, charges.pop(row["row"]))
            seen["priced"] += 1
        assert (row["error_code"], row["error_field"]) == wanted, row
        assert (row["total_minor"] is None) == (row["error_code"] is not None)
    assert not charges
    return seen


def check(row: dict[str, Any], quote: Quote, charges: list[tuple[object, ...]]) -> None:
    for name, attribute in SUMS.items():
        assert row[name] == getattr(quote, attribute), (name, row, str(quote.explain()))
    assert (row["currency"], row["certainty"]) == (quote.currency, quote.certainty), (
        row,
        quote.notes,
    )
    kinds: Counter[str] = Counter()
    for charge in quote.charges:
        kinds[charge.kind] += charge.amount_minor
    for kind in ("goods", "discount", "shipping", "insurance", "duty", "tax", "fee", "rounding"):
        assert row[f"{kind}_minor"] == kinds[kind], (kind, row)
    wanted = [tuple(c.values()) for c in charge_rows(row["row"], row["market"], quote)]
    assert sorted(charges, key=repr) == sorted(wanted, key=repr)


@pytest.mark.parametrize("code", TERRITORIES)
def test_columns_equal_single_quotes_in_every_charge(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landedcost.bulk.group.FEW", 1)  # else few baskets go the way of ints
    regime = BOOK.regime(code)
    pick = random.Random(code)
    seen: Counter[str] = Counter()
    days = dates(regime)
    if regime.member_of and code not in ("DE", "IT", "FI", "RO"):
        days = pick.sample(days, 2)  # members share the union's rules: four see all of its days
    buyer = Buyer("GB", region="NIR") if code == "XI" else Buyer(regime.country)
    for day in days:
        rate = {f"KWD/{regime.currency}": "2.3456789"}
        for shop in shops(regime):
            for terms in ("DDP", "DAP") if day == days[-1] else ("DAP",):
                rows = baskets(regime, day, pick)
                prices = shop.price_many(
                    rows, [buyer], as_of=day, terms=terms, rates=rate, customs_rates=rate
                )
                seen += compare(prices)
    assert seen["priced"] > seen["failed"]
    assert seen["failed"]
