"""For every territory, scheme and date of the rules: columns give what single quotes give."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from landedcost import Buyer, LandedCost, LandedCostError, Quote, Seller
from landedcost.bulk.charges import charge_rows
from landedcost.bulk.prices import Prices
from landedcost.currencies import currency
from landedcost.regimes.load import RuleBook
from landedcost.regimes.schema import Regime

BOOK = RuleBook()
# Currencies the bundled table of exchange rates does not have.
OTHERS = {"AED", "ARS", "CLP", "COP", "SAR", "TWD", "VND"}
TERRITORIES = [code for code in BOOK.codes if code != "EU"]
FIRST = date(2024, 1, 1)
LIMITS = {
    ("threshold", "amount"),
    ("scheme", "limit"),
    ("duty", "limit"),
    ("duty", "over"),
    ("minimum", "amount"),
    ("refusal", "limit"),
    ("tax", "limit"),
}
RATES = {"EUR": "1.1", "USD": "1", "JPY": "0.0065", "KWD": "3.25"}
MOST_DAYS = 6
SIZES = (*[1] * 24, *[2] * 8, *[3] * 8, 5, 7, 12, 12)
QUICK = {"AR", "BR", "CN", "DE", "JP", "MX", "ZA"}
"""Of each way of calculating one: the inner loop looks at these alone."""
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


def claims(regime: Regime) -> list[tuple[str, str]]:
    """The names of the territory's preferences, each with an origin it may be claimed for."""
    found = []
    for rule in regime.of("preference"):
        origins = rule.when.tests.get("origin", frozenset(["CN"]))
        assert not isinstance(origins, bool)
        name = str(rule.settings.get("agreement") or rule.name)
        found += [(name, origin) for origin in sorted(origins)[:2]]
    return found


def lines_of(
    regime: Regime, name: str, count: int, unit: str, pick: random.Random
) -> list[dict[str, Any]]:
    found = []
    known = claims(regime)
    given = any(rule.settings.get("given") for rule in regime.of("tax"))
    for k in range(count):
        minor = pick.choice([1, 99, 2_500, 14_999, 100_003, 10**11, pick.randrange(1, 10**6)])
        goods = dict(pick.choice(GOODS))
        if "customs_value" in goods:
            goods["customs_value"] = text(1_900, unit)
        if pick.randrange(20):
            goods.setdefault("duty", "3.7%")
        elif pick.randrange(2):
            goods.pop("duty", None)
        if given and pick.randrange(16):
            goods.setdefault("tax_rate", "8.5%")
        found.append(
            {
                "basket": name,
                "id": f"l{pick.randrange(10**6):06}-{k}",
                "unit_price": text(0 if "customs_value" in goods else minor, unit),
                "currency": unit,
                "quantity": pick.choice([1, 1, 2, 7, 1_000]),
                "origin": pick.choice(["VN", "CN", "US", "DE", "GB", "CA", "JP"]),
                "preference": None,
                "weight_g": pick.choice([None, 0, *[180, 12_345, 950, 10**9] * 4]),
                **goods,
            }
        )
        if not pick.randrange(4):
            found[-1]["line_discount"] = text(pick.choice([0, 1, 99, minor]), unit)
        if known and not pick.randrange(4):
            found[-1]["preference"], found[-1]["origin"] = pick.choice(known)
    return found


def baskets(
    regime: Regime, day: date, pick: random.Random, sizes: Sequence[int] = SIZES
) -> list[dict[str, Any]]:
    """Rows of baskets at every threshold, and of random ones of 1 to 12 lines."""
    rows: list[dict[str, Any]] = []
    given = any(rule.settings.get("given") for rule in regime.of("tax"))
    for number, (limit, unit) in enumerate(dict.fromkeys(limits(regime, day))):
        for step in (-1, 0, 1):
            for shipping in (None, text(500, unit)):
                name = f"limit {number} {step} {shipping}"
                line = {"id": "tee", "unit_price": text(limit + step, unit), "currency": unit}
                line |= {"hs_code": "6109.10", "origin": "VN", "weight_g": 180, "basket": name}
                line |= {"tax_rate": "4%"} if given else {}
                rows.append({**line, "shipping": shipping})
    units = [regime.currency, "USD", "EUR", "JPY", "KWD"]
    for number, count in enumerate(sizes):
        unit = pick.choice(units)
        first, *rest = lines_of(regime, f"random {number}", count, unit, pick)
        first["shipping"] = pick.choice([None, text(900, unit), text(750, unit)])
        first["discount"] = pick.choice([None, None, None, text(1, unit), text(2_000, unit)])
        first["insurance"] = pick.choice([None, None, text(250, unit)])
        if not pick.randrange(3):
            first["discount"] = first["discount"] if not pick.randrange(9) else None
            fixed = [text(pick.randrange(10**6), unit), "59.00 EUR", "6400 JPY", text(0, unit)]
            first["price"] = pick.choice(fixed)
        rows += [first, *rest]
    return rows


def shops(regime: Regime, channel: str) -> Iterator[LandedCost]:
    held = sorted(
        {
            str(r.settings["registration"])
            for r in regime.of("scheme")
            if "registration" in r.settings
        }
    )
    sender = "US" if regime.code != "US" else "CN"
    alone = [[one] for one in held] if len(held) > 1 else []
    for registrations in [(), *alone, held] if held else [()]:
        yield LandedCost(
            Seller.of(sender, registrations), tariff_strategy="highest", rules=BOOK, channel=channel
        )


def lanes(regime: Regime, code: str, days: list[date]) -> Iterator[tuple[date, str, Buyer]]:
    """Each day with a channel and a buyer; kinds, channels and regions take turns over the days."""
    kinds = ["consumer", "consumer", "business"] if asked(regime, "buyer_kind") else ["consumer"]
    channels = ["courier", "post", "sea"] if asked(regime, "channel") else ["post"]
    regions = asked(regime, "region") or [""]
    for number, day in enumerate(sorted(days * 3) if len(days) == 1 else days):
        home = Buyer.of(code).place
        region = home.region or regions[number % len(regions)] or None
        kind, channel = kinds[number % len(kinds)], channels[number % len(channels)]
        yield day, channel, Buyer(home.country, region=region, kind=kind)


def asked(regime: Regime, key: str) -> list[str]:
    """The values that rules of the territory test, sorted."""
    found: set[str] = set()
    for rule in regime.rules.values():
        for name in (key, f"{key}_not"):
            wanted = rule.when.tests.get(name, frozenset())
            assert not isinstance(wanted, bool)
            found |= wanted
    return sorted(found)


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
            told = f"{error.message} ({error.hint})" if error.hint else error.message
            wanted: tuple[str | None, ...] = (error.code, error.where, told)
            seen["failed"] += 1
        else:
            wanted = (None, None, None)
            check(row, quote, charges.pop(row["row"]))
            seen["priced"] += 1
        assert (row["error_code"], row["error_field"], row["error"]) == wanted, row
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


@pytest.mark.parametrize(
    "code",
    [pytest.param(c, marks=() if c in QUICK else pytest.mark.slow) for c in TERRITORIES],
)
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
    elif len(days) > MOST_DAYS and code not in ("US", "GB", "CA"):
        days = sorted(pick.sample(days, MOST_DAYS))
    rate = rates_to(regime)
    for day, channel, buyer in lanes(regime, code, days):
        for shop in shops(regime, channel):
            for terms in ("DDP", "DAP") if day == days[-1] else ("DAP",):
                rows = baskets(regime, day, pick)
                prices = shop.price_many(
                    rows, [buyer], as_of=day, terms=terms, rates=rate, customs_rates=rate
                )
                seen += compare(prices)
    assert seen["failed"]
    assert bool(seen["priced"]) is not barred(regime)


def rates_to(regime: Regime) -> dict[str, str]:
    """A rate for the dinar, and for every currency where the bundled table lacks the home one."""
    home = regime.currency
    if home not in OTHERS:
        return {f"KWD/{home}": "2.3456789"}
    worth = {"COP": 4000, "VND": 26000, "CLP": 950, "ARS": 1400}.get(home, 4)
    return {f"{unit}/{home}": str(Decimal(value) * worth) for unit, value in RATES.items()}


def barred(regime: Regime) -> bool:
    """Whether everything is refused."""
    return any(not rule.when.tests and "limit" not in rule.values for rule in regime.of("refusal"))


def alike(regime: Regime, pick: random.Random, huge: bool) -> list[dict[str, Any]]:
    """One-line baskets nearly all of one kind: computed in their order, the others put over."""
    unit = regime.currency
    given = any(rule.settings.get("given") for rule in regime.of("tax"))
    found = []
    for k in range(70):
        goods: dict[str, Any] = {"hs_code": "6109.10", "duty": "12%", "origin": "VN"}
        minor = pick.choice([1, 99, 15_000, pick.randrange(1, 10**6)])
        if k % 10 == 3:
            goods = {**pick.choice(GOODS[:3]), "origin": pick.choice(["CN", "US"])}
            goods.setdefault("duty", "3%")
        if k % 23 == 5:
            goods["hs_code"] = "xx"
        if k % 23 == 6:
            minor = 0
        if huge and k % 20 == 7:
            minor = 10**12 * 10 ** currency(unit).digits
        line = {"id": f"l{k}", "unit_price": text(minor, unit), "currency": unit, "weight_g": 180}
        line |= {"quantity": pick.choice([1, 2, 10_000 if huge else 3]), "tax_rate": None}
        line |= {"tax_rate": "4%"} if given else {}
        found.append({**line, "shipping": text(500, unit), **goods})
    return found


@pytest.mark.parametrize("huge", [False, True])
@pytest.mark.parametrize("code", TERRITORIES)
def test_a_batch_of_mostly_one_kind(code: str, huge: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("landedcost.bulk.group.FEW", 1)
    monkeypatch.setattr("landedcost.bulk.group.CHUNK", 13)
    regime = BOOK.regime(code)
    pick = random.Random(code)
    rate = rates_to(regime)
    shop = list(shops(regime, "post"))[-1]
    buyer = Buyer.of(code)
    prices = shop.price_many(
        alike(regime, pick, huge), [buyer], as_of="2026-06-01", rates=rate, customs_rates=rate
    )
    seen = compare(prices)
    assert seen["failed"]
    assert bool(seen["priced"]) is not barred(regime)
    assert huge or not prices.guarded


@pytest.mark.slow
@pytest.mark.parametrize("code", TERRITORIES)
def test_on_every_day_of_the_rules_under_every_scheme(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landedcost.bulk.group.FEW", 1)
    regime = BOOK.regime(code)
    pick = random.Random(code)
    rate = rates_to(regime)
    seen: Counter[str] = Counter()
    for day, channel, buyer in lanes(regime, code, dates(regime)):
        for shop in shops(regime, channel):
            terms = pick.choice(["DDP", "DAP"])
            rows = baskets(regime, day, pick, [1] * 5 + [2, 3])
            prices = shop.price_many(
                rows, [buyer], as_of=day, terms=terms, rates=rate, customs_rates=rate
            )
            seen += compare(prices)
    assert bool(seen["priced"]) is not barred(regime)
