"""What an int64 cannot hold is still exact; what has not changed is not computed again."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from landedcost import LandedCost, LandedCostError, PluginError, RequestError
from landedcost.bulk.pricer import Pricer
from landedcost.fx.rates import RateTable

DAY = "2026-10-01"
MARKETS = ["DE", "JP", "US"]


def item(name: str, price: str, unit: str = "USD", **facts: Any) -> dict[str, Any]:
    line = {"id": name, "unit_price": price, "currency": unit, "hs_code": "6109.10"}
    return line | {"origin": "VN", "weight_g": 180, "shipping": "9.00", "duty": "12%"} | facts


def same_as_alone(prices: Any) -> None:
    for number, row in enumerate(prices.table.to_pylist()):
        quote = prices.quote(number)
        assert row["total_minor"] == quote.total_minor
        assert row["duty_minor"] == sum(c.amount_minor for c in quote.charges if c.kind == "duty")


def test_ten_decimals_and_huge_amounts_stay_exact() -> None:
    rupiah = {"IDR/EUR": "0.0000523781", "IDR/JPY": "0.0095123457", "IDR/USD": "0.0000601234"}
    dear = [item(f"dear {k}", "999999999999.99", "IDR", quantity=k + 1) for k in range(30)]
    cheap = [item(f"cheap {k}", f"{k + 1}00000.00", "IDR") for k in range(30)]
    prices = LandedCost("ID").price_many(
        dear + cheap, MARKETS, as_of=DAY, rates=rupiah, customs_rates=rupiah
    )
    assert not prices.failed
    same_as_alone(prices)
    assert 0 < prices.guarded < len(prices)


def test_a_price_no_column_can_hold_is_an_error_not_a_wrong_figure() -> None:
    dear = [item(f"dear {k}", "999999999999.99", quantity=1_000_000) for k in range(20)]
    prices = LandedCost("US").price_many([*dear, item("one", "20.00")], MARKETS, as_of=DAY)
    assert {(f.id[:4], f.code) for f in prices.failed} == {("dear", "absurd_amount")}
    assert len(prices.failed) == 60
    assert prices.table["total_minor"].null_count == 60


def test_amounts_that_only_just_fit() -> None:
    rows = [item(f"l{k}", f"{10**12 - k}.00", quantity=9_000) for k in range(20)]
    prices = LandedCost("US").price_many(rows, ["US"], as_of=DAY)
    assert not prices.failed
    assert min(prices.table["goods_minor"].to_pylist()) > 2**59
    same_as_alone(prices)


@pytest.mark.parametrize("lines", [2, 3, 12, 17])
def test_long_baskets_of_huge_lines(lines: int) -> None:
    rows = [
        item(f"l{b}-{k}", f"{10**9 + 7 * k}.33", basket=f"b{b}", shipping="123456.78")
        for b in range(20)
        for k in range(lines)
    ]
    prices = LandedCost("US").price_many(rows, MARKETS, as_of=DAY)
    assert not prices.failed
    same_as_alone(prices)


EXTREME = [
    "0.00000000000000000000001 EUR/kg",
    "1.123456789012345678901234567%",
    "5% MAX 1.123456789123456789 EUR/kg",
    "12.5% + 99999999999 USD/kg",
    "99999999999999999999%",
]


@pytest.mark.parametrize(
    "market", ["DE", "GB", "US", "JP", "NO", "CH", "AU", "CA", "NZ", "SG", "BR"]
)
def test_ten_to_the_fifteen_and_extreme_rates_are_exact(market: str) -> None:
    """Every row equals its single quote; only rows that need it leave the columns."""
    rows = [
        item(f"dear {k}", f"{10**12 - k}.00", quantity=10, duty="7.123456789%") for k in range(20)
    ]
    rows += [
        item(f"odd {k}", f"{20 + k}.00", duty=EXTREME[k % len(EXTREME)], tax_rate="5.123456789012%")
        for k in range(20)
    ]
    rows += [item(f"plain {k}", f"{20 + k}.00") for k in range(60)]
    rates = {f"USD/{unit}": "1.234567890123" for unit in ("EUR", "GBP", "JPY", "NOK", "CHF")}
    rates |= {f"USD/{unit}": "1.234567890123" for unit in ("AUD", "CAD", "NZD", "SGD", "BRL")}
    prices = LandedCost("CN").price_many(
        rows, [market], as_of=DAY, rates=rates, customs_rates=rates
    )
    for number, row in enumerate(prices.table.to_pylist()):
        if row["error_code"] not in (None, "absurd_amount"):
            with pytest.raises(LandedCostError) as caught:
                prices.quote(number)
            assert row["error_code"] == caught.value.code
        elif row["error_code"] is None:
            quote = prices.quote(number)
            assert row["total_minor"] == quote.total_minor
            assert row["due_on_delivery_minor"] == quote.delivery_minor
            for kind in ("goods", "shipping", "duty", "tax", "fee", "rounding"):
                charged = [c.amount_minor for c in quote.charges if c.kind == kind]
                assert row[f"{kind}_minor"] == sum(charged)
    assert len(prices.failed) < 30
    assert 0 < prices.guarded <= 40
    print(f"{market}: {prices.guarded} of {len(prices)} prices left the columns")


def test_a_rate_with_more_digits_than_a_column_does_not_stop_the_rest() -> None:
    rows = [item(f"l{k}", "20.00", duty="12%" if k % 9 else f"{'9' * 25}%") for k in range(90)]
    prices = LandedCost("US").price_many(rows, ["DE"], as_of=DAY)
    assert prices.guarded == 10
    same_as_alone(prices)


def test_a_negative_shipping_is_an_error_in_every_form() -> None:
    from decimal import Decimal

    column = pa.array([Decimal("-1.00"), Decimal("1.00")], pa.decimal128(12, 2))
    for shipping in (column, pa.array(["-1.00", "1.00"]), pa.array([-1, 1])):
        base = pa.table({"id": ["a", "b"], "unit_price": ["20.00"] * 2, "currency": ["USD"] * 2})
        base = base.append_column("hs_code", pa.array(["6109.10"] * 2))
        base = base.append_column("origin", pa.array(["VN"] * 2))
        prices = LandedCost("US").price_many(
            base.append_column("shipping", shipping), ["DE"], as_of=DAY
        )
        assert [(f.row, f.code, f.field) for f in prices.failed] == [
            (0, "negative_amount", "shipping")
        ]


def test_rows_that_fail_alike_are_asked_once_and_say_what_they_say_alone() -> None:
    rows = []
    for b in range(40):
        codes = ["6109.10", "0002.00", "6505.00"] if b % 2 else ["0002.00", "0003.00"]
        for k, code in enumerate(codes):
            name, price = f"sku-{k if b % 3 else 9 - k}", "900.00" if b % 4 else "1.00"
            duty = "12%" if code == "6505.00" else None
            rows.append(item(name, price, basket=f"b{b:02}", hs_code=code, duty=duty))
    prices = LandedCost("US", tariff_strategy="highest").price_many(rows, ["US", "GB"], as_of=DAY)
    assert len(prices.failed) >= 30
    assert prices.alone <= 24
    for number, row in enumerate(prices.table.to_pylist()):
        if row["error"] is None:
            assert prices.quote(number).total_minor == row["total_minor"]
            continue
        with pytest.raises(LandedCostError) as caught:
            prices.quote(number)
        alone = f"{caught.value.message} ({caught.value.hint})"
        told = (caught.value.code, caught.value.where, alone)
        assert (row["error_code"], row["error_field"], row["error"]) == told


def test_what_cannot_be_priced_is_not_asked_again_in_the_next_batch() -> None:
    made = Pricer(LandedCost("US"), ["DE", "GB"], as_of=DAY)
    one, two = (
        pa.RecordBatch.from_pylist(
            [item(f"sku-{k}", "900.00", hs_code=f"000{1 + k % 3}.00", duty=None) for k in rows]
        )
        for rows in (range(40), range(40, 90))
    )
    assert made.price(one).alone == 6
    again = made.price(two)
    assert again.alone == 0
    assert again.rows["error"].to_pylist() == pricer_of(made).price(two).rows["error"].to_pylist()
    assert again.rows["error"].null_count == 0


def pricer_of(other: Pricer) -> Pricer:
    """The same with nothing learnt yet."""
    return Pricer(LandedCost("US"), other.labels, as_of=DAY)


def test_an_error_that_names_its_line_is_not_another_line_s() -> None:
    rows = [item(f"sku-{k}", "20.00", hs_code=None, duty=None) for k in range(30)]
    prices = LandedCost("US").price_many(rows, ["DE"], as_of=DAY)
    assert all(f"'{f.id}'" in f.message for f in prices.failed)
    assert len(prices.failed) == 30


def catalogue() -> pa.Table:
    goods = [
        {"hs_code": "6109.10", "currency": "USD"},
        {"hs_code": "4901.99", "currency": "USD", "goods_class": "book"},
        {"hs_code": "6505.00.90", "currency": "GBP"},
        {"hs_code": "6912.00", "currency": "EUR", "duty": "5%"},
        {"hs_code": "xx", "currency": "USD"},
    ]
    rows = [
        {
            "id": f"a{k}",
            "unit_price": f"{k}.50",
            "origin": "VN",
            "weight_g": 100,
            "shipping": "5.00",
        }
        | goods[k % len(goods)]
        for k in range(200)
    ]
    return pa.Table.from_pylist([{"goods_class": "standard", "duty": None, **row} for row in rows])


def pricer(rate: str = "0.86", **shop: Any) -> Pricer:
    table = RateTable({date(2026, 9, 23): {"USD": "1.16", "GBP": "0.87", "JPY": "170"}})
    return Pricer(
        LandedCost("US", tariff_strategy="highest", rates=table, **shop),
        ["DE", "US"],
        as_of=DAY,
        rates={"USD/EUR": rate},
    )


def test_only_what_a_rate_touches_is_computed_again() -> None:
    batch = catalogue().combine_chunks().to_batches()[0]
    before = pricer("0.86").price(batch, basis=True).rows
    full = pricer("0.87").price(batch, basis=True).rows
    earlier = {
        market: np.array(
            [r["basis"] or 0 for r in before.to_pylist() if r["market"] == market], dtype=np.uint64
        )
        for market in ("DE", "US")
    }
    again = pricer("0.87").price(batch, basis=True, since=earlier)
    kept = {(m, row) for m, flags in again.kept.items() for row in np.flatnonzero(flags).tolist()}
    in_euro = {k for k in range(200) if k % 5 in (0, 1)}
    assert {row for m, row in kept if m == "DE"} == set(range(200)) - in_euro - {
        k for k in range(200) if k % 5 == 4
    }
    old = {(r["market"], r["row"]): r for r in before.to_pylist()}
    merged = [
        old[r["market"], r["row"]] if (r["market"], r["row"]) in kept else r
        for r in again.rows.to_pylist()
    ]
    assert merged == full.to_pylist()


def test_nothing_changed_is_nothing_computed() -> None:
    batch = catalogue().combine_chunks().to_batches()[0]
    before = pricer().price(batch, basis=True).rows.to_pylist()
    earlier = {
        m: np.array([r["basis"] or 0 for r in before if r["market"] == m], dtype=np.uint64)
        for m in ("DE", "US")
    }
    again = pricer().price(batch, basis=True, since=earlier)
    assert sum(int(k.sum()) for k in again.kept.values()) == sum(1 for r in before if r["basis"])


def test_a_pricer_travels_with_its_shop() -> None:
    batch = catalogue().combine_chunks().to_batches()[0]
    here = pricer()
    there = pickle.loads(pickle.dumps(here))
    assert there.price(batch).rows == here.price(batch).rows


def test_a_pricer_refuses_other_rules() -> None:
    here = pricer()
    for name in ("rules of DE", "tariff of US", "landedcost"):
        state = here.__getstate__()
        state["rests_on"] = here.rests_on | {name: "0123456789ab"}
        there = Pricer.__new__(Pricer)
        with pytest.raises(LandedCostError, match=name) as caught:
            there.__setstate__(state)
        assert caught.value.code == "rules_differ"


def test_the_number_of_threads_changes_nothing() -> None:
    shop = LandedCost("US", tariff_strategy="highest")
    tables = [
        pa.Table.from_batches(
            [
                part.rows
                for part in Pricer(shop, MARKETS, as_of=DAY).stream(catalogue(), jobs, size=17)
            ]
        )
        for jobs in (1, 2, 5)
    ]
    assert tables[0] == tables[1] == tables[2]


def test_a_market_without_rules_has_its_error_in_every_row() -> None:
    prices = LandedCost("US").price_many([item("tee", "20.00")], ["DE", "NG"], as_of=DAY)
    assert [(f.market, f.code) for f in prices.failed] == [("NG", "no_rules")]
    assert prices.table["total_minor"].null_count == 1


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ("catalogue.csv", "bad_type"),
        ([{"unit_price": "1"}], "missing_column"),
        (pa.table({"id": ["a"], "unit_price": [1.5], "currency": ["USD"]}), "float_amount"),
        (
            [
                item("a", "1.00", basket="x"),
                item("b", "1.00", basket="y"),
                item("c", "1", basket="x"),
            ],
            "scattered_basket",
        ),
    ],
)
def test_a_catalogue_that_cannot_be_read_is_an_error(items: Any, code: str) -> None:
    with pytest.raises(RequestError) as caught:
        LandedCost("US").price_many(items, ["DE"], as_of=DAY)
    assert caught.value.code == code


def test_prices_as_decimals_ints_and_text_are_the_same() -> None:
    from decimal import Decimal

    base = {"id": ["a", "b"], "currency": ["USD", "JPY"], "hs_code": ["6109.10"] * 2}
    base |= {"origin": ["VN"] * 2, "shipping": ["5", "5"]}
    columns = [
        pa.array(["20.00", "300"]),
        pa.array([Decimal("20.00"), Decimal(300)], pa.decimal128(12, 2)),
        pa.array([20, 300]),
        pa.array(["20 USD", "300 JPY"]),
    ]
    tables = [
        LandedCost("US").price_many(pa.table({**base, "unit_price": c}), ["DE"], as_of=DAY).table
        for c in columns
    ]
    assert all(table == tables[0] for table in tables)
    assert tables[0]["error_code"].null_count == 2


def test_frames_and_lists_of_lines_are_read_alike() -> None:
    polars = pytest.importorskip("polars")
    rows = [item(f"l{k}", "20.00", basket=f"b{k // 2}") for k in range(6)]
    flat = LandedCost("US").price_many(rows, ["DE"], as_of=DAY).table
    frame = LandedCost("US").price_many(polars.DataFrame(rows), ["DE"], as_of=DAY).table
    lines = [{k: v for k, v in row.items() if k not in ("basket", "shipping")} for row in rows]
    nested = [
        {"id": f"b{b}", "lines": lines[2 * b : 2 * b + 2], "shipping": "9.00"} for b in range(3)
    ]
    assert frame == flat
    assert LandedCost("US").price_many(nested, ["DE"], as_of=DAY).table == flat


def test_without_numpy_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [n for n in sys.modules if n.startswith("landedcost.bulk")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(PluginError) as caught:
        LandedCost("US").price_many([item("a", "1.00")], ["DE"], as_of=DAY)
    assert "landedcost[bulk]" in caught.value.hint
