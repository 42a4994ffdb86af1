"""A territory is one file: a made-up one uses every primitive there is, and prices with it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from landedcost import Bundle, Buyer, LandedCost, LandedCostError, Line, Quote, RuleBook, Seller
from landedcost.bulk import group
from landedcost.bulk.charges import charge_rows
from landedcost.cli.check import check_rules
from landedcost.regimes.conditions import CONDITION_KEYS
from landedcost.regimes.schema import KINDS, STATUSES, Regime

FOLDER = Path(__file__).parent / "everything"
BOOK = RuleBook(FOLDER)
DAYS = (date(2024, 6, 1), date(2026, 7, 1))
RATES = {"USD/EUR": "0.9"}
CONVERTED = {"rates": RATES, "customs_rates": RATES}


VOCABULARIES = {"compares", "per", "base", "supply_base", "tax_base"}
"""Settings whose choices mean the same in every kind: one use of each choice is enough."""


def wanted() -> Iterator[tuple[str, ...]]:
    """Every kind, setting, choice, list and condition the schema knows."""
    for kind, spec in KINDS.items():
        for key, choice in spec.keys.items():
            yield kind, key
            if isinstance(choice, tuple):
                options = choice[1] if choice[0] == "list" else choice
                for option in options or ():
                    yield named(kind, key, option)
        for name in spec.lists:
            yield kind, name
        if spec.excludes:
            yield kind, "except"
    for key in CONDITION_KEYS:
        yield "when", key
    for status in STATUSES:
        yield "status", status


def named(kind: str, key: str, option: str) -> tuple[str, ...]:
    return (
        (key.removeprefix("supply_").removeprefix("tax_"), option)
        if key in VOCABULARIES
        else (
            kind,
            key,
            option,
        )
    )


def used(regime: Regime) -> Iterator[tuple[str, ...]]:
    """What of that the rules of a territory use."""
    for rule in regime.rules.values():
        for key, value in rule.settings.items():
            yield rule.kind, key
            for option in value if isinstance(value, tuple) else (str(value),):
                yield named(rule.kind, key, option)
        for name, entries in rule.values.items():
            yield rule.kind, name
            for entry in entries:
                yield "status", entry.status
        for key in rule.when.tests:
            yield "when", key
        if rule.exclude.hs or rule.exclude.goods_class:
            yield rule.kind, "except"


def test_the_territory_uses_everything() -> None:
    assert set(wanted()) - set(used(BOOK.regime("AQ"))) == set()


def test_the_territory_is_sound() -> None:
    _, faults = check_rules(BOOK, bundled=False)
    assert [str(fault) for fault in faults] == []


def shop(**settings: Any) -> LandedCost:
    return LandedCost(Seller.of("US", settings.pop("held", ())), rules=BOOK, **settings)


def price(*lines: Line, day: str = "2026-07-01", **settings: Any) -> Quote:
    buyer = Buyer("AQ", currency="EUR", region=settings.pop("region", None))
    bundle = Bundle(lines, shipping=settings.pop("shipping", "10.00 EUR"))
    return shop(**settings).price_for(bundle, buyer, as_of=day, **CONVERTED)


def figures(quote: Quote) -> dict[str, str | None]:
    return {k: quote.customs[k] for k in ("customs_value", "duty", "tax", "fees")}


def test_brackets_allowance_uplift_and_fees_by_hand() -> None:
    tee = Line("tee", "100.00 EUR", hs_code="6109.10", origin="CN", duty="12%")
    assert figures(price(tee)) == {
        # 100 + 10 of freight + 2 of assumed insurance
        "customs_value": "112.00",
        # the allowance of 30 leaves 82: 60% less 20 dollars is 31.20; 10% on top, 8.20
        "duty": "39.40",
        # 112 + 39.40 + 2.50 of clearance + 11.20 of uplift is 165.10; 18%, up to five cents
        "tax": "29.75",
        # clearance 2.50; processing 0.3464% of 112, at least 3; no brokerage by post
        "fees": "5.50",
    }


def test_a_global_rate_by_courier_by_hand() -> None:
    toy = Line("toy", "100.00 EUR", hs_code="9503.00", origin="US", duty="4%")
    quote = price(toy, channel="courier")
    assert figures(quote) == {
        "customs_value": "100.00",
        "duty": "23.45",  # 33.5% of 70; no surcharge beside it
        "tax": "0.00",
        "fees": "5.00",  # brokerage 4 + 1% of 100; processing only above 100
    }
    assert [c.local.minor for c in quote.seller_costs] == [200]


def test_a_scheme_takes_duty_and_tax_to_the_sale_by_hand() -> None:
    tee = Line("tee", "100.00 EUR", hs_code="6109.10", origin="CN", duty="12%")
    quote = price(tee, held=["AQ-SALE"], terms="DAP")
    assert quote.customs["scheme"] == "AQ-SALE"
    assert figures(quote)["tax"] == "19.80"  # 18% of 110, to the cent at the sale
    assert quote.checkout_minor == 11000 + 1980
    assert "parcel_note" in {note.code for note in quote.notes}


def test_layers_on_a_knife_by_hand() -> None:
    knife = Line(
        "knife", "100.00 EUR", hs_code="8211.91", origin="CN", duty="5%", content="steel 60%"
    )
    duties = {c.code: c.local.minor for c in price(knife).charges if c.kind == "duty"}
    # 112 (freight, assumed insurance) less the allowance of 30 is 82, of which 49.20 is steel:
    # 25% of that is 12.30; 8% of the other 32.80, down to five cents, is 2.60
    assert (duties["9903.50"], duties["9903.52"]) == (1230, 260)


@pytest.mark.parametrize(
    ("content", "flat"),
    [
        (None, 900),  # all of it may be metal: 25%, and the duty beside it falls on nothing
        ("steel 60%", 1200),  # 25% and 8%
        ("copper 60%", 500),  # 8% alone
    ],
)
def test_a_flat_duty_by_the_rates_it_replaces_by_hand(content: str | None, flat: int) -> None:
    knife = Line(
        "knife",
        "100.00 EUR",
        hs_code="8211.91",
        origin="VN",
        duty="5%",
        claims="AQ:flat",
        content=content,
    )
    quote = price(knife)
    assert [c.local.minor for c in quote.charges if c.code == "flat_per_parcel"] == [flat]
    assert figures(quote)["duty"] == f"{flat // 100}.00"


def test_what_is_annulled_suspended_or_proposed_never_applies() -> None:
    cheap = Line("tee", "20.00 EUR", hs_code="9503.00", origin="US", duty="4%")
    at = {day: price(cheap, day=day, shipping="0.00 EUR") for day in ("2026-06-30", "2027-06-01")}
    for quote in at.values():
        assert figures(quote)["duty"] == "0.00"  # 20.40 is below 25 dollars
    dear = Line("tee", "24.00 EUR", hs_code="9503.00", origin="US", duty="4%", tax_rate="5%")
    assert figures(price(dear, shipping="0.00 EUR"))["tax"] != "0.00"
    notes = {note.code: note.text for note in at["2026-06-30"].notes}
    assert notes["coming"] == "not in force: Testland may say that."


GOODS: list[dict[str, Any]] = [
    {"hs_code": "6109.10"},
    {"hs_code": "6109.10", "duty": "12%"},
    {"hs_code": "4901.99", "goods_class": "book", "duty": "3%"},
    {"hs_code": "6111.20", "goods_class": "childrens_clothing", "duty": "12%"},
    {"hs_code": "1806.31", "goods_class": "food", "duty": "5% MAX 18.50 EUR/100kg"},
    {"hs_code": "3304.99", "duty": "6%"},
    {"hs_code": "2204.21", "duty": "10%"},
    {"hs_code": "7113.19", "duty": "2.5%"},
    {"hs_code": "7113.19", "duty": "2.5%", "preference": "PACT", "tax_rate": "8%"},
    {"hs_code": "6403.99", "duty": "8%", "preference": "PACT", "evidence": "a statement"},
    {"hs_code": "7113.19", "duty": "2.5%", "preference": "PACT"},
    {"hs_code": "9503.00", "duty": "4.7%"},
    {"hs_code": "9504.40", "duty": "2%"},
    {"hs_code": "6403.99", "duty": "8%", "preference": "PACT"},
    {"hs_code": "9301.00", "duty": "2%"},
    {"hs_code": "8518.30"},
    {"hs_code": "8211.91", "duty": "5%", "content": "steel 60%"},
    {"hs_code": "8211.91", "duty": "5%", "content": "steel 60%", "claims": "AQ:exempt"},
    {"hs_code": "8215.20", "duty": "5%", "content": "copper 30%", "claims": "AQ:ordinary"},
    {"hs_code": "8215.99", "duty": "5%", "claims": "AQ:flat"},
]
PRICES = ["0.99", "18.00", "20.00", "40.00", "40.01", "50.00", "150.00", "499.99", "1234.56"]


def rows(pick: random.Random) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in range(45):
        for k in range(pick.choice([1, 1, 2, 3])):
            goods = pick.choice(GOODS)
            claimed = "preference" in goods
            line = {
                "basket": f"{number}",
                "id": f"l{k}",
                "unit_price": pick.choice(PRICES),
                "currency": pick.choice(["EUR", "USD"]),
                "quantity": pick.choice([1, 1, 3]),
                "origin": "VN" if claimed else pick.choice(["CN", "JP", "US", "VN"]),
                "weight_g": pick.choice([20, 300]),
                "shipping": "12.00" if k == 0 and pick.randrange(3) else None,
                **goods,
            }
            found.append({name: line.get(name) for name in COLUMNS})
    return found


COLUMNS = (
    "basket", "id", "unit_price", "currency", "quantity", "origin", "weight_g", "shipping",
    "hs_code", "duty", "goods_class", "preference", "tax_rate", "evidence", "content", "claims",
)  # fmt: skip


@pytest.mark.parametrize("channel", ["post", "courier", "sea"])
@pytest.mark.parametrize("held", [(), ("AQ-SALE",)])
def test_columns_equal_single_quotes(
    channel: str, held: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "FEW", 1)
    seen: set[tuple[str, str]] = set()
    pick = random.Random(f"{channel}{held}")
    for day in DAYS:
        for terms, sender, region in (
            ("DDP", "US", None),
            ("DAP", "MO", "AA"),
            ("DAP", "JP", "AA"),
        ):
            asker = shop(held=held, channel=channel, terms=terms, ship_from=sender)
            buyer = Buyer("AQ", currency="EUR", region=region)
            prices = asker.price_many(rows(pick), [buyer], as_of=day, **CONVERTED)
            charges: dict[int, list[tuple[object, ...]]] = {}
            for charge in prices.charges().to_pylist():
                charges.setdefault(charge["row"], []).append(tuple(charge.values()))
                seen.add((charge["kind"], charge["code"]))
            for number, row in enumerate(prices.table.to_pylist()):
                if row["error_code"] is not None:
                    with pytest.raises(LandedCostError) as caught:
                        prices.quote(number)
                    assert (row["error_code"], row["error_field"]) == (
                        caught.value.code,
                        caught.value.where,
                    )
                    seen.add(("error", row["error_code"]))
                    continue
                quote = prices.quote(number)
                assert row["total_minor"] == quote.total_minor
                assert row["certainty"] == quote.certainty
                single = [tuple(c.values()) for c in charge_rows(row["row"], row["market"], quote)]
                assert sorted(charges.pop(row["row"]), key=repr) == sorted(single, key=repr)
            assert not charges
    assert EXPECTED[channel, bool(held)] <= seen


EXPECTED = {
    ("post", False): {
        ("duty", "single_rate"), ("duty", "flat_per_line"), ("duty", "9903.01"),
        ("duty", "9903.03"), ("duty", "9903.50"), ("duty", "9903.52"), ("duty", "SWS"),
        ("duty", "below_threshold"), ("duty", "preference"),
        ("tax", "import"), ("fee", "fixed"), ("error", "refused"), ("error", "unknown_tax"),
    },
    ("courier", False): {("duty", "global_rate"), ("tax", "included"), ("fee", "both")},
    ("sea", False): {("duty", "none"), ("duty", "single_rate"), ("error", "unknown_duty")},
    ("post", True): {("tax", "scheme"), ("duty", "scheme")},
    ("courier", True): {("tax", "scheme"), ("duty", "scheme")},
    ("sea", True): {("tax", "scheme"), ("duty", "scheme")},
}  # fmt: skip
