"""Each primitive of the rules on a made-up territory, worked out by hand in the comments."""

from __future__ import annotations

from pathlib import Path

import pytest
from fictional import VAT, ask, book, dated, line

from landedcost import Quote, RefusedError, RequestError
from landedcost.errors import MoneyError


def duty_of(quote: Quote) -> str:
    """The duty in customs currency."""
    return str(quote.customs["duty"])


def codes(quote: Quote, kind: str) -> list[str]:
    """The codes of the charges of a kind."""
    return [c.code for c in quote.charges if c.kind == kind]


def test_cif_takes_freight_into_the_value_and_fob_does_not(tmp_path: Path) -> None:
    cif = ask(book(tmp_path, VAT), shipping="20.00 EUR", insurance="5.00 EUR")
    assert cif.customs["customs_value"] == "125.00"
    assert (duty_of(cif), cif.customs["tax"]) == ("12.50", "27.50")  # 20% of 137.50
    assert cif.total_minor == 10000 + 2500 + 1250 + 2750
    fob = ask(book(tmp_path, VAT, basis="FOB"), shipping="20.00 EUR")
    assert (fob.customs["customs_value"], duty_of(fob)) == ("100.00", "10.00")


@pytest.mark.parametrize(
    ("inclusive", "price", "waived"),
    [("true", "100.00", True), ("false", "100.00", False), ("false", "99.99", True)],
)
def test_a_threshold_is_a_cliff(tmp_path: Path, inclusive: str, price: str, waived: bool) -> None:
    rule = (
        f'[threshold.low]\ncompares = "goods"\ninclusive = {inclusive}\nwaives = ["duty"]\n'
        + dated("threshold.low", "amount", "100")
    )
    quote = ask(book(tmp_path, VAT, rule), line(price=f"{price} EUR"), shipping="50.00 EUR")
    assert (duty_of(quote) == "0.00") is waived
    assert codes(quote, "duty") == ["below_threshold" if waived else "pinned"]
    assert quote.charges[-2].why.rule in ("CL.threshold.low", "request.duty")


def test_a_threshold_per_item_looks_at_one_unit(tmp_path: Path) -> None:
    rule = (
        '[threshold.low]\ncompares = "goods"\nper = "item"\ninclusive = true\nwaives = ["duty"]\n'
        + dated("threshold.low", "amount", "60")
    )
    rules = book(tmp_path, VAT, rule)
    quote = ask(rules, line("a", "60.00 EUR", quantity=5), line("b", "60.01 EUR"))
    assert codes(quote, "duty") == ["below_threshold", "pinned"]


def test_an_excluded_line_pays_beside_a_relieved_one(tmp_path: Path) -> None:
    rule = (
        '[threshold.low]\ncompares = "goods"\ninclusive = true\nwaives = ["duty", "tax"]\n'
        'except = { hs = ["3303"] }\n' + dated("threshold.low", "amount", "500")
    )
    quote = ask(book(tmp_path, VAT, rule), line("a"), line("b", hs_code="330300"))
    assert codes(quote, "duty") == ["below_threshold", "pinned"]
    assert codes(quote, "tax") == ["below_threshold", "import"]
    assert (duty_of(quote), quote.customs["tax"]) == ("10.00", "22.00")


SCHEME = (
    '[scheme.sale]\nlabel = "Sale scheme"\nregistration = "CL-IVA"\ncompares = "goods"\n'
    'inclusive = true\ncollects = ["tax"]\nwaives = ["duty"]\n'
    'tax_base = ["goods", "freight"]\n' + dated("scheme.sale", "limit", "150")
)


def test_a_scheme_collects_at_the_sale_under_dap_too(tmp_path: Path) -> None:
    rules = book(tmp_path, VAT, SCHEME)
    quote = ask(rules, registrations=["CL-IVA"], terms="DAP", shipping="10.00 EUR")
    assert quote.customs["scheme"] == "CL-IVA"
    assert [c.collected for c in quote.charges if c.kind == "tax"] == ["checkout"]
    assert quote.checkout_minor == 11000 + 2200  # 20% of goods and freight
    assert quote.delivery_minor == 0
    above = ask(rules, line(price="150.01 EUR"), registrations=["CL-IVA"], terms="DAP")
    assert above.customs["scheme"] is None
    assert above.delivery_minor > 0


def test_without_the_registration_there_is_no_scheme(tmp_path: Path) -> None:
    quote = ask(book(tmp_path, VAT, SCHEME), terms="DAP")
    assert quote.customs["scheme"] is None
    assert quote.delivery_minor == 1000 + 2200


def test_a_scheme_goes_before_a_threshold_for_the_tax(tmp_path: Path) -> None:
    low = '[threshold.low]\ncompares = "goods"\ninclusive = true\nwaives = ["duty", "tax"]\n'
    rules = book(tmp_path, VAT, SCHEME, low + dated("threshold.low", "amount", "150"))
    assert ask(rules).customs["tax"] == "0.00"
    assert ask(rules, registrations=["CL-IVA"]).customs["tax"] == "20.00"


FLAT = (
    '[duty.flat]\nlabel = "Flat duty"\nmethod = "flat_per_line"\ncompares = "goods"\n'
    'inclusive = true\nunless_preference = true\nwhen = { buyer_kind = ["consumer"] }\n'
    + dated("duty.flat", "limit", "150")
    + dated("duty.flat", "amount", "3")
)


def test_a_flat_duty_takes_the_place_of_the_tariffs(tmp_path: Path) -> None:
    quote = ask(book(tmp_path, VAT, FLAT), line("a", "40.00 EUR"), line("b", "1.00 EUR", duty="0%"))
    assert duty_of(quote) == "6.00"
    assert codes(quote, "duty") == ["flat_per_line", "flat_per_line"]
    assert ask(book(tmp_path, VAT, FLAT), line(price="150.01 EUR")).customs["duty"] == "15.00"


PREFERENCE = (
    '[preference.pact]\nlabel = "The pact"\nagreement = "PACT"\nwhen = { origin = ["CN"] }\n'
    'not_under = ["sale"]\n' + dated("preference.pact", "rate", "2%")
)


def test_a_preference_is_applied_when_claimed_and_not_under_a_scheme(tmp_path: Path) -> None:
    scheme = SCHEME.replace('waives = ["duty"]\n', "")
    rules = book(tmp_path, VAT, FLAT, PREFERENCE, scheme)
    claimed = line(preference="PACT")
    assert duty_of(ask(rules, claimed)) == "2.00"
    assert duty_of(ask(rules, claimed, registrations=["CL-IVA"])) == "3.00"
    assert duty_of(ask(rules, line())) == "3.00"


def test_a_preference_nobody_knows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no preference of Testland") as caught:
        ask(book(tmp_path, VAT, PREFERENCE), line(preference="CETA"))
    assert caught.value.where == "lines[0].preference"
    assert caught.value.hint == "known: PACT"


def extra(name: str, rate: str, method: str = "flat", more: str = "") -> str:
    """An additional duty."""
    return (
        f'[additional.{name}]\nlabel = "{name}"\ncode = "{name}"\nmethod = "{method}"\n{more}'
        + dated(f"additional.{name}", "rate", rate)
    )


def test_additional_duties_stack_group_and_exclude(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        VAT,
        extra("one", "5%"),
        extra("list_a", "7.5%", more='group = "lists"\n'),
        extra("list_b", "25%", more='group = "lists"\n'),
        extra("off", "50%", more='not_with = ["one"]\n'),
    )
    quote = ask(rules)
    assert codes(quote, "duty") == ["pinned", "one", "list_b"]
    assert duty_of(quote) == "40.00"  # 10 + 5 + 25


@pytest.mark.parametrize(("base", "total"), [("4%", "12.50"), ("12.5%", "12.50"), ("16%", "16.00")])
def test_a_minimum_total_adds_what_is_lacking(tmp_path: Path, base: str, total: str) -> None:
    rules = book(tmp_path, VAT, extra("floor", "12.5%", "minimum_total"))
    assert duty_of(ask(rules, line(duty=base))) == total


def test_a_minimum_total_counts_a_specific_duty_by_its_amount(tmp_path: Path) -> None:
    rules = book(tmp_path, VAT, extra("floor", "12.5%", "minimum_total"))
    quote = ask(rules, line(duty="19 EUR/100kg", weight_g=20_000))
    assert duty_of(quote) == "12.50"  # 3.80 by weight and 8.70 on top


@pytest.mark.parametrize(
    ("duty", "expected"),
    [
        ("8% + 0.30 EUR/kg", "8.60"),  # 8.00 + 2 kg x 0.30
        ("5% MIN 4.10 EUR/kg", "8.20"),
        ("20% MAX 4.10 EUR/kg", "8.20"),
        ("20% - 1 EUR/kg", "18.00"),
        ("1% - 10 EUR/kg", "0.00"),
        ("1.25 EUR/item", "1.25"),
        ("3 EUR/dozen", "0.25"),
        ("Free", "0.00"),
    ],
)
def test_compound_duties(tmp_path: Path, duty: str, expected: str) -> None:
    assert duty_of(ask(book(tmp_path, VAT), line(duty=duty, weight_g=2000))) == expected


def test_a_specific_duty_in_another_currency(tmp_path: Path) -> None:
    quote = ask(
        book(tmp_path, VAT),
        line(duty="1.00 USD/kg", weight_g=3000),
        customs_rates={"USD/EUR": "0.9"},
    )
    assert duty_of(quote) == "2.70"


def test_a_missing_weight_is_an_error_only_when_it_is_needed(tmp_path: Path) -> None:
    low = '[threshold.low]\ncompares = "goods"\ninclusive = true\nwaives = ["duty"]\n'
    rules = book(tmp_path, VAT, low + dated("threshold.low", "amount", "100"))
    heavy = "8% + 0.30 EUR/kg"
    assert duty_of(ask(rules, line(duty=heavy))) == "0.00"
    with pytest.raises(RequestError, match="needs weight_g") as caught:
        ask(rules, line(price="100.01 EUR", duty=heavy))
    assert caught.value.where == "lines[0].weight_g"


def test_tax_on_a_retail_factor_and_truncations_by_entry(tmp_path: Path) -> None:
    factor = dated("valuation.basis", "factor", "0.6")
    split = (
        '[tax.ct]\nlabel = "CT"\nmethod = "split"\nbase = ["value", "duty"]\n'
        + dated("tax.ct", "standard", "7.8%")
        + dated("tax.ct", "local_share", "22/78")
    )
    modes = {
        "value": ("down", "10", "entry"),
        "duty": ("down", "1", "entry"),
        "tax": ("down", "1", "entry"),
    }
    rules = book(tmp_path, factor, split, basis="retail", **modes)
    quote = ask(rules, line("a", "300.00 EUR", duty="4.5%"), line("b", "19.99 EUR", duty="4.5%"))
    # 180.00 + 11.99 -> 190; duty 8.54 -> 8; base 198; 15.44 -> 15; 4.23 -> 4
    assert quote.customs["customs_value"] == "190.00"
    assert (duty_of(quote), quote.customs["tax"]) == ("8.00", "19.00")
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor


def test_a_sum_too_small_is_not_collected(tmp_path: Path) -> None:
    rule = '[minimum.small]\non = ["duty", "tax"]\ninclusive = false\n'
    rules = book(tmp_path, VAT, rule + dated("minimum.small", "amount", "32"))
    quote = ask(rules, line(price="99.00 EUR"))  # 9.90 + 21.78 = 31.68
    assert (duty_of(quote), quote.customs["tax"]) == ("0.00", "0.00")
    assert codes(quote, "tax") == ["not_collected"]
    assert ask(rules).customs["tax"] == "22.00"  # 10 + 22 = 32 is not below 32


def fee(name: str, settings: str, *values: str) -> str:
    """A fee."""
    return f'[fee.{name}]\nlabel = "{name}"\n{settings}\n' + "".join(values)


def test_fees_fixed_percent_clamped_and_conditional(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        VAT,
        fee("fixed", 'method = "fixed"', dated("fee.fixed", "amount", "2.50")),
        fee(
            "share",
            'method = "percent"',
            dated("fee.share", "rate", "0.3464%"),
            dated("fee.share", "min", "3.00"),
            dated("fee.share", "max", "9.00"),
        ),
        fee(
            "door",
            'method = "fixed"\ndue = "on_delivery"',
            dated("fee.door", "amount", "8.00"),
        ),
        fee(
            "high",
            'method = "fixed"\nband = "above"\ncompares = "goods"\ninclusive = true',
            dated("fee.high", "limit", "100"),
            dated("fee.high", "amount", "40.00"),
        ),
    )
    assert ask(rules).customs["fees"] == "5.50"
    assert ask(rules, terms="DAP").customs["fees"] == "13.50"
    assert ask(rules, line(price="100.01 EUR")).customs["fees"] == "45.50"
    assert ask(rules, line(price="9000.00 EUR")).customs["fees"] == "51.50"
    reasons = {c.why.formula for c in ask(rules).charges if c.code == "not_due"}
    assert reasons == {"nothing is collected on delivery", "the parcel is not above 100 EUR"}


def test_a_fee_in_the_tax_base_and_one_the_seller_owes(tmp_path: Path) -> None:
    inside = fee(
        "clearance",
        'method = "fixed"\nin_tax_base = true\ndue = "if_tax"',
        dated("fee.clearance", "amount", "10.00"),
    )
    owed = fee("levy", 'method = "per_line"\npayer = "seller"', dated("fee.levy", "amount", "2.00"))
    with_fees = VAT.replace('"duty"]', '"duty", "fees"]')
    quote = ask(
        book(tmp_path, with_fees, inside, owed), line("a"), line("b"), line("c", hs_code="950300")
    )
    assert quote.customs["tax"] == "68.01"  # 20% of 113.34, 113.33 and 113.33, line by line
    assert [c.amount_minor for c in quote.seller_costs] == [400]  # two codes
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor
    shown = next(c for c in quote.charges if c.code == "owed_by_seller")
    assert (shown.amount_minor, shown.collected) == (0, "not_due")


def test_goods_the_rules_refuse(tmp_path: Path) -> None:
    rule = '[refusal.knives]\nlabel = "Knives"\nwhen = { hs = ["8211"] }\n'
    rules = book(tmp_path, VAT, rule + dated("refusal.knives", "reason", "knives are not let in"))
    with pytest.raises(RefusedError, match="knives are not let in") as caught:
        ask(rules, line(hs_code="821191"))
    assert caught.value.exit_code == 3
    assert caught.value.where == "lines[0]"


def test_a_gift_is_valued_and_never_free_of_value(tmp_path: Path) -> None:
    rules = book(tmp_path, VAT)
    quote = ask(rules, line("a"), line("gift", "0.00 EUR", customs_value="30.00 EUR"))
    assert quote.customs["customs_value"] == "130.00"
    assert duty_of(quote) == "13.00"
    assert quote.total_minor == 10000 + 1300 + 2860
    with pytest.raises(RequestError, match="price 0 and no customs value"):
        line("gift", "0.00 EUR")


def test_a_discount_lowers_value_by_line_and_loses_no_cent(tmp_path: Path) -> None:
    lines = [line(n, "33.33 EUR") for n in "abc"]
    quote = ask(book(tmp_path, VAT), *lines, discount="10.00 EUR")
    assert quote.customs["customs_value"] == "89.99"
    with pytest.raises(MoneyError, match="above the price of the goods"):
        ask(book(tmp_path, VAT), discount="100.01 EUR")


def test_a_proposed_value_never_applies_but_is_told(tmp_path: Path) -> None:
    note = '[note.fee]\ncode = "fee"\n' + dated("note.fee", "text", "a fee may come").replace(
        "in_force", "proposed"
    )
    quote = ask(book(tmp_path, VAT, note))
    assert ("fee", "not in force: a fee may come") in [(n.code, n.text) for n in quote.notes]


def test_an_unverified_value_makes_the_quote_an_estimate(tmp_path: Path) -> None:
    assert ask(book(tmp_path, VAT), shipping="0.00 EUR").certainty == "exact"
    unsure = VAT.replace('source = "law"', 'source = "law"\nverified = false')
    quote = ask(book(tmp_path, unsure), shipping="0.00 EUR")
    assert quote.certainty == "estimated"
    assert any("CL.tax.vat.standard" in n.text for n in quote.notes)


def test_past_the_day_the_rules_were_checked(tmp_path: Path) -> None:
    quote = ask(book(tmp_path, VAT), as_of="2027-01-01", shipping="0.00 EUR")
    assert quote.certainty == "estimated"
    assert [n.code for n in quote.notes] == ["rules_not_rechecked"]


def test_no_shipping_is_said_and_not_taken_for_free(tmp_path: Path) -> None:
    quote = ask(book(tmp_path, VAT))
    assert quote.certainty == "partial"
    assert [n.code for n in quote.notes] == ["no_shipping"]
