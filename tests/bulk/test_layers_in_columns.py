"""Additional duties in layers: columns give every charge that single quotes give, in every era."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest

from landedcost import LandedCost
from landedcost.bulk import group
from landedcost.bulk.charges import charge_rows

GOODS: tuple[dict[str, Any], ...] = (
    {"hs_code": "6109.10.00"},
    {"hs_code": "7323.93.00", "content": "steel 60%"},
    {"hs_code": "7323.93.00", "claims": "US:9903.82.03"},
    {"hs_code": "8544.42.90.90", "duty": "2.6%", "content": "copper 5%, aluminum 72%"},
    {"hs_code": "8544.42.90.90", "duty": "2.6%", "content": "copper 12.5%"},
    {"hs_code": "8544.42", "duty": "2.6%"},
    {"hs_code": "7216.99.00", "duty": "0%", "claims": "US:postal_item_duty"},
    {"hs_code": "0409.00.00", "weight_g": 450},
    {"hs_code": "4901.99.00", "goods_class": "book"},
    {"hs_code": "6109.10.00", "preference": "USMCA"},
    {"hs_code": "6109.10.00", "preference": "USMCA", "evidence": "certification"},
    {"hs_code": "6109.10.00", "preference": "KORUS"},
)
ORIGINS = ("CN", "CA", "DE", "GB", "KR", "VN", "RU")
PRICES = ("12.00", "799.99", "800.00", "800.01", "2500.00", "2500.01")
DAYS = (
    "2025-01-15",
    "2025-05-10",
    "2025-09-15",
    "2025-12-01",
    "2026-03-15",
    "2026-05-01",
    "2026-07-23",
    "2026-10-01",
)


def baskets() -> list[dict[str, Any]]:
    """Every kind of goods of every origin alone, and baskets of several of them."""
    rows: list[dict[str, Any]] = []
    for number, (goods, origin) in enumerate(product(GOODS, ORIGINS)):
        line = {"origin": origin, "currency": "USD", "shipping": "9.00", **goods}
        for step in range(3):
            price = PRICES[(number + step) % len(PRICES)]
            rows.append({"basket": f"{number} {step}", "id": "a", "unit_price": price, **line})
    for number in range(60):
        for place in range(2 + number % 3):
            goods = GOODS[(number * 5 + place * 3) % len(GOODS)]
            origin = ORIGINS[(number + place * 2) % len(ORIGINS)]
            row = {"basket": f"several {number}", "id": f"l{place}", "currency": "USD"}
            row |= {"unit_price": PRICES[(number + place) % len(PRICES)], "origin": origin}
            rows.append({**row, **goods, "shipping": "9.00" if not place else None})
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["post", "courier"])
@pytest.mark.parametrize("day", DAYS)
def test_columns_and_quotes_agree_on_every_layer(
    day: str, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "FEW", 1)  # else few baskets go the way of ints
    shop = LandedCost("MX")
    prices = shop.price_many(baskets(), ["US"], as_of=day, channel=channel)
    assert prices.alone == len(prices.failed)
    assert {failed.code for failed in prices.failed} <= {"unknown_preference"}
    failed = {one.row for one in prices.failed}
    charges: dict[int, Counter[tuple[Any, ...]]] = {}
    for row in prices.charges().to_pylist():
        charges.setdefault(row["row"], Counter())[tuple(row.values())] += 1
    for row, table in enumerate(prices.table.to_pylist()):
        if row in failed:
            continue
        quote = prices.quote(row)
        assert table["total_minor"] == quote.total_minor
        assert table["certainty"] == quote.certainty
        wanted = Counter(tuple(r.values()) for r in charge_rows(row, "US", quote))
        assert charges[row] == wanted
