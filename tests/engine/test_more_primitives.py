"""Primitives that parcels of some countries need, on a made-up territory, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from fictional import VAT, ask, book, dated, line

from landedcost import Quote, RefusedError, RequestError, RuleBook, RuleFileError


def duty_of(quote: Quote) -> str:
    return str(quote.customs["duty"])


def tax_of(quote: Quote) -> str:
    return str(quote.customs["tax"])


def codes(quote: Quote, kind: str) -> list[str]:
    return [c.code for c in quote.charges if c.kind == kind]


def why(quote: Quote, code: str) -> str:
    return next(c.why.formula for c in quote.charges if c.code == code)


def rate(name: str, value: str, settings: str = "", *lists: str) -> str:
    """A rule with one rate instead of the tariff's duty."""
    head = f'[duty.{name}]\nlabel = "{name}"\nmethod = "rate"\n{settings}\n'
    return head + dated(f"duty.{name}", "rate", value) + "".join(lists)


def bound(rule: str, name: str, value: str, more: str = "") -> str:
    return dated(rule, name, value, more=more)


TEST = 'compares = "value"\nper = "parcel"\ninclusive = true\n'


def test_one_rate_instead_of_the_tariffs(tmp_path: Path) -> None:
    rules = book(tmp_path, VAT, rate("single", "7.5%"))
    quote = ask(rules, shipping="20.00 EUR")
    assert (duty_of(quote), tax_of(quote)) == ("9.00", "25.80")  # 7.5% of 120, 20% of 129
    assert codes(quote, "duty") == ["single_rate"]
    assert "in place of the tariff's duty" in why(quote, "single_rate")


def test_the_tariff_need_not_be_known_where_one_rate_stands_for_it(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        VAT,
        rate("single", "7.5%", TEST, bound("duty.single", "limit", "100")),
    )
    assert duty_of(ask(rules, line(duty=None))) == "7.50"
    with pytest.raises(RequestError, match="no tariff of Testland is bundled"):
        ask(rules, line(price="100.01 EUR", duty=None))


def test_a_pinned_duty_and_a_claimed_preference_go_before_where_the_rule_says_so(
    tmp_path: Path,
) -> None:
    preference = (
        '[preference.pact]\nlabel = "The pact"\nagreement = "PACT"\nwhen = { origin = ["CN"] }\n'
        + dated("preference.pact", "rate", "2%")
    )
    both = "unless_pinned = true\nunless_preference = true\n"
    rules = book(tmp_path, VAT, preference, rate("general", "6%", both))
    assert duty_of(ask(rules, line(duty=None))) == "6.00"
    assert duty_of(ask(rules, line(duty="11%"))) == "11.00"
    assert duty_of(ask(rules, line(duty=None, preference="PACT"))) == "2.00"
    alone = book(tmp_path, VAT, preference, rate("general", "6%"))
    assert duty_of(ask(alone, line(duty="11%", preference="PACT"))) == "6.00"


@pytest.mark.parametrize(
    ("price", "expected"),
    [("50.00", "10.00"), ("50.01", "10.01"), ("3000.00", "1780.00"), ("3000.01", "300.00")],
)
def test_brackets_with_a_deduction(tmp_path: Path, price: str, expected: str) -> None:
    """20% up to 50; 60% less 20 up to 3,000; above that the tariff's 10%."""
    rules = book(
        tmp_path,
        VAT,
        rate("low", "20%", TEST, bound("duty.low", "limit", "50")),
        rate(
            "high",
            "60%",
            TEST,
            bound("duty.high", "over", "50"),
            bound("duty.high", "limit", "3000"),
            bound("duty.high", "deduct", "20"),
        ),
    )
    assert duty_of(ask(rules, line(price=f"{price} EUR"))) == expected


def test_a_deduction_is_taken_once_a_parcel_and_never_below_zero(tmp_path: Path) -> None:
    high = rate("high", "60%", "", bound("duty.high", "deduct", "20"))
    rules = book(tmp_path, VAT, high)
    quote = ask(rules, line("a", "75.00 EUR"), line("b", "25.00 EUR"))
    assert [c.local_minor for c in quote.charges if c.kind == "duty"] == [3000, 1000]  # 60 - 20
    assert duty_of(ask(rules, line(price="20.00 EUR"))) == "0.00"
    assert "less 15.00 EUR of 20 EUR" in why(quote, "single_rate")


def test_an_open_band_is_closed_at_the_other_side(tmp_path: Path) -> None:
    over = TEST.replace("inclusive = true", "inclusive = false")
    rules = book(tmp_path, VAT, rate("high", "50%", over, bound("duty.high", "over", "100")))
    assert duty_of(ask(rules, line(price="99.99 EUR"))) == "10.00"
    assert duty_of(ask(rules, line(price="100.00 EUR"))) == "50.00"


def test_a_rule_does_not_hold_on_a_day_that_lacks_its_bound(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        VAT,
        rate("single", "50%", TEST, bound("duty.single", "limit", "500", "until = 2026-01-01")),
    )
    assert duty_of(ask(rules, as_of="2025-12-31")) == "50.00"
    assert duty_of(ask(rules, as_of="2026-01-01")) == "10.00"


def test_a_global_rate_stands_for_duty_and_tax(tmp_path: Path) -> None:
    extra = '[additional.more]\nlabel = "more"\nmethod = "flat"\n'
    rules = book(
        tmp_path,
        VAT,
        extra + dated("additional.more", "rate", "5%"),
        rate(
            "global", "33.5%", 'replaces = ["tax"]\n' + TEST, bound("duty.global", "limit", "500")
        ),
    )
    quote = ask(rules)
    assert (duty_of(quote), tax_of(quote)) == ("33.50", "0.00")
    assert codes(quote, "duty") == ["global_rate", "more"]
    assert codes(quote, "tax") == ["included"]
    assert quote.charges[-1].why.rule == "CL.duty.global"
    above = ask(rules, line(price="500.01 EUR"))
    assert (duty_of(above), tax_of(above)) == ("75.00", "115.00")  # 50 and 25; 20% of 575.01


def test_an_allowance_frees_the_first_part_only(tmp_path: Path) -> None:
    rule = (
        '[threshold.free]\nlabel = "400 free"\ncompares = "goods"\neffect = "allowance"\n'
        'waives = ["duty"]\n' + dated("threshold.free", "amount", "400")
    )
    statistics = '[additional.fee]\nlabel = "fee"\nmethod = "flat"\n'
    rules = book(tmp_path, VAT, rule, statistics + dated("additional.fee", "rate", "3%"))
    quote = ask(rules, line(price="699.00 EUR"))
    assert duty_of(quote) == "38.87"  # 10% and 3% of 299: 29.90 and 8.97
    assert tax_of(quote) == "147.57"  # 20% of 699 and 38.87
    assert "699.00 EUR less 400.00 EUR (400 free)" in {c.why.basis for c in quote.charges}
    two = ask(rules, line("a", "500.00 EUR"), line("b", "300.00 EUR"))
    assert duty_of(two) == "52.00"
    assert duty_of(ask(rules, line(price="399.99 EUR"))) == "0.00"


def test_an_allowance_is_not_taken_off_a_duty_by_weight(tmp_path: Path) -> None:
    rule = (
        '[threshold.free]\ncompares = "goods"\neffect = "allowance"\nwaives = ["duty"]\n'
        + dated("threshold.free", "amount", "60")
    )
    quote = ask(book(tmp_path, VAT, rule), line(duty="10% + 1 EUR/kg", weight_g=2000))
    assert duty_of(quote) == "6.00"  # 10% of 40, and 2 kg


def test_a_surcharge_is_a_share_of_the_duty(tmp_path: Path) -> None:
    rule = '[additional.sws]\nlabel = "Surcharge"\nmethod = "surcharge"\n'
    rules = book(tmp_path, VAT, rule + dated("additional.sws", "rate", "10%"))
    quote = ask(rules, line(price="1000.00 EUR"))
    assert (duty_of(quote), tax_of(quote)) == ("110.00", "222.00")
    assert why(quote, "sws") == "duty of 100.00 EUR × 10%"


def tax(name: str, settings: str, *lists: str) -> str:
    return f'[tax.{name}]\nlabel = "{name}"\nbase = ["value", "duty"]\n{settings}\n' + "".join(
        lists
    )


def test_a_tax_that_is_part_of_its_own_base(tmp_path: Path) -> None:
    icms = tax("icms", 'method = "gross_up"', dated("tax.icms", "standard", "17%"))
    quote = ask(book(tmp_path, icms), line(price="500.00 EUR", duty="30%"))
    assert tax_of(quote) == "133.13"  # 650 / 0.83 x 0.17
    assert "part of its own base" in why(quote, "import")
    pinned = ask(book(tmp_path, icms), line(price="500.00 EUR", duty="30%", tax_rate="20%"))
    assert tax_of(pinned) == "162.50"  # 650 / 0.8 x 0.2


def test_a_tax_paid_in_part(tmp_path: Path) -> None:
    reduced = tax("ct", "", dated("tax.ct", "standard", "12%"), dated("tax.ct", "pay", "11/12"))
    quote = ask(book(tmp_path, reduced))
    assert tax_of(quote) == "12.10"  # 11% of 110
    assert "of which 11/12 is paid" in why(quote, "import")


def test_a_base_raised_by_a_share_of_the_value(tmp_path: Path) -> None:
    atv = (
        '[tax.vat]\nlabel = "VAT"\nbase = ["value", "uplift", "duty"]\n'
        + dated("tax.vat", "standard", "15%")
        + dated("tax.vat", "uplift", "10%")
    )
    quote = ask(book(tmp_path, atv, basis="FOB"), line(price="1000.00 EUR", duty="45%"))
    assert tax_of(quote) == "232.50"  # 15% of 1,550
    assert "uplift of the customs value" in quote.charges[-1].why.basis


BANDED = (
    dated("tax.gst", "standard", "5%"),
    dated("tax.gst", "above", "18%"),
    dated("tax.gst", "book", "0%"),
)


@pytest.mark.parametrize(
    ("price", "quantity", "expected"), [("25.00", 4, "5.50"), ("25.01", 1, "4.95")]
)
def test_a_rate_by_the_value_of_an_item(
    tmp_path: Path, price: str, quantity: int, expected: str
) -> None:
    gst = tax(
        "gst",
        'compares = "goods"\nper = "item"\ninclusive = true',
        *BANDED,
        dated("tax.gst", "limit", "25"),
    )
    rules = book(tmp_path, gst)
    quote = ask(rules, line(price=f"{price} EUR", quantity=quantity))
    assert tax_of(quote) == expected
    rule = quote.charges[-1].why.rule
    assert rule == ("CL.tax.gst.above" if price == "25.01" else "CL.tax.gst.standard")
    assert tax_of(ask(rules, line(price=f"{price} EUR", goods_class="book"))) == "0.00"
    assert tax_of(ask(rules, line(price="100.00 EUR", tax_rate="10%"))) == "11.00"


def test_a_rate_by_the_value_of_the_parcel_and_of_a_gram(tmp_path: Path) -> None:
    by_parcel = tax("gst", 'compares = "goods"', *BANDED, dated("tax.gst", "limit", "100"))
    rules = book(tmp_path, by_parcel)
    assert tax_of(ask(rules, line("a", "60.00 EUR"), line("b", "39.99 EUR"))) == "5.50"
    assert tax_of(ask(rules, line("a", "60.00 EUR"), line("b", "40.00 EUR"))) == "19.80"
    by_gram = tax(
        "gst", 'compares = "goods"\nper = "gram"', *BANDED, dated("tax.gst", "limit", "10")
    )
    rules = book(tmp_path, by_gram)
    assert tax_of(ask(rules, line(price="199.99 EUR", weight_g=20))) == "11.00"
    assert tax_of(ask(rules, line(price="200.00 EUR", weight_g=20))) == "39.60"
    with pytest.raises(RequestError, match="value of a gram") as caught:
        ask(rules, line())
    assert caught.value.code == "missing_weight_g"


def test_truncated_entries_keep_lines_of_different_rates_apart(tmp_path: Path) -> None:
    gst = tax(
        "gst",
        'compares = "goods"\nper = "item"\ninclusive = true',
        *BANDED,
        dated("tax.gst", "limit", "25"),
    )
    rules = book(tmp_path, gst, tax=("down", "1", "entry"))
    quote = ask(rules, line("a", "25.00 EUR"), line("b", "100.00 EUR"))
    assert tax_of(quote) == "20.00"  # 1.375 and 19.80, each cut to whole euro
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor


def test_a_rate_that_has_to_be_given(tmp_path: Path) -> None:
    rules = book(tmp_path, '[tax.ipsi]\nlabel = "IPSI"\nbase = ["value"]\ngiven = true\n')
    with pytest.raises(RequestError, match="goes by the goods") as caught:
        ask(rules)
    assert (caught.value.code, caught.value.where) == ("unknown_tax", "lines[0].tax_rate")
    assert tax_of(ask(rules, line(tax_rate="4%"))) == "4.00"


def test_a_scheme_that_collects_the_duty_too(tmp_path: Path) -> None:
    scheme = (
        '[scheme.sale]\nlabel = "Certified"\nregistration = "CL-PRC"\ncompares = "value"\n'
        'inclusive = true\ncollects = ["duty", "tax"]\nwaives = []\ntax_base = ["value", "duty"]\n'
        + dated("scheme.sale", "limit", "150")
    )
    door = '[fee.door]\nlabel = "door"\nmethod = "fixed"\ndue = "on_delivery"\n'
    rules = book(tmp_path, VAT, scheme, door + dated("fee.door", "amount", "8.00"))
    quote = ask(rules, registrations=["CL-PRC"], terms="DAP")
    assert quote.checkout_minor == 10000 + 1000 + 2200
    assert quote.delivery_minor == 0
    assert {c.collected for c in quote.charges if c.kind in ("duty", "tax")} == {"checkout"}
    without = ask(rules, terms="DAP")
    assert without.delivery_minor == 1000 + 2200 + 800
    above = ask(rules, line(price="150.01 EUR"), registrations=["CL-PRC"], terms="DAP")
    assert above.checkout_minor == 15001


def refusal(settings: str, limit: str = "") -> str:
    text = f'[refusal.no]\nlabel = "Regime"\n{settings}\n'
    text += dated("refusal.no", "reason", "Above the limit an ordinary import is needed")
    return text + (dated("refusal.no", "limit", limit) if limit else "")


@pytest.mark.parametrize("terms", ["DDP", "DAP"])
def test_a_refusal_above_an_amount(tmp_path: Path, terms: str) -> None:
    rules = book(tmp_path, VAT, refusal(TEST + 'when = { hs = ["61"] }', "3000"))
    assert ask(rules, line(price="3000.00 EUR"), terms=terms).total_minor
    with pytest.raises(RefusedError, match="ordinary import is needed") as caught:
        ask(rules, line("a", "1.00 EUR", hs_code="950300"), line("b", "2999.01 EUR"), terms=terms)
    assert caught.value.where == "lines[1]"
    assert "CL.refusal.no" in caught.value.hint
    assert "Act 1" in caught.value.hint
    assert caught.value.exit_code == 3
    assert ask(rules, line(price="3000.01 EUR", hs_code="950300"), terms=terms).total_minor


def test_a_refusal_of_an_item_and_none_at_home(tmp_path: Path) -> None:
    each = TEST.replace("parcel", "item").replace('"value"', '"goods"')
    rules = book(tmp_path, VAT, refusal(each, "60"))
    assert ask(rules, line(price="60.00 EUR", quantity=9)).total_minor
    with pytest.raises(RefusedError):
        ask(rules, line(price="60.01 EUR"))
    assert ask(rules, line(price="60.01 EUR"), ship_from="CL", seller="CL").total_minor == 7201
    always = book(tmp_path, VAT, refusal(""))
    with pytest.raises(RefusedError):
        ask(always)
    assert ask(always, ship_from="CL", seller="CL").total_minor == 12000


def test_an_insurance_that_customs_assumes(tmp_path: Path) -> None:
    assumed = dated("valuation.basis", "insurance", "2%")
    rules = book(tmp_path, assumed, VAT)
    quote = ask(rules, line(price="12000.00 EUR", duty="15%"), shipping="1000.00 EUR")
    assert quote.customs["customs_value"] == "13240.00"
    assert quote.total_minor == 1300000 + 198600 + 304520  # it is assessed, not paid
    insured = ask(rules, line(), insurance="5.00 EUR")
    assert insured.customs["customs_value"] == "105.00"


def test_a_threshold_of_a_day_looks_at_this_parcel_and_says_so(tmp_path: Path) -> None:
    rule = (
        '[threshold.low]\ncompares = "goods"\nper = "day"\ninclusive = true\nwaives = ["duty"]\n'
        + dated("threshold.low", "amount", "100")
    )
    quote = ask(book(tmp_path, VAT, rule))
    assert duty_of(quote) == "0.00"
    assert "other parcels of the day, which are not known here" in why(quote, "below_threshold")


def test_taxes_by_code_need_the_code_where_no_duty_does(tmp_path: Path) -> None:
    none = '[duty.none]\nlabel = "none"\nmethod = "none"\n' + dated("duty.none", "reason", "free")
    by_code = VAT.replace('"duty"]\n', '"duty"]\nwhen = { hs = ["61"] }\n', 1)
    rules = book(tmp_path, none, by_code)
    assert tax_of(ask(rules)) == "20.00"
    assert tax_of(ask(rules, line(hs_code="950300"))) == "0.00"
    with pytest.raises(RequestError, match="has no HS code"):
        ask(rules, line(hs_code=None))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (rate("x", "5%", "", bound("duty.x", "over", "5")), "does not say what it compares"),
        (
            '[threshold.x]\ncompares = "goods"\neffect = "allowance"\nwaives = ["tax"]\n'
            + dated("threshold.x", "amount", "5"),
            "an allowance is one of duty alone",
        ),
        (
            '[threshold.x]\ncompares = "goods"\nper = "gram"\nwaives = ["tax"]\n'
            + dated("threshold.x", "amount", "5"),
            "only a tax compares the value of a gram",
        ),
        (
            tax("x", "", dated("tax.x", "standard", "5%"), dated("tax.x", "above", "6%")),
            "needs both a limit and the rate above it",
        ),
        ('[duty.x]\nlabel = "x"\nmethod = "rate"\n', r"has no \[\[duty.x.rate\]\]"),
    ],
)
def test_rules_that_say_too_little(tmp_path: Path, rule: str, message: str) -> None:
    with pytest.raises(RuleFileError, match=message):
        book(tmp_path, VAT, rule).regime("CL")


def territory(folder: Path, code: str, union: str, *rules: str, without: str = "[]") -> None:
    """Another territory beside Testland, completed from ``union``."""
    head = (
        f'[territory]\ncode = "{code}"\nname = "{code}"\ncurrency = "EUR"\ncountry = "{code}"\n'
        f'customs_territory = "{code}"\nvat_area = "{code}"\nmember_of = "{union}"\n'
        f"without = {without}\nverified_through = 2026-12-31\n"
        '[source.law]\ntitle = "Law"\ncitation = "Act 2"\nread = 2026-01-01\n'
    )
    (folder / f"{code}.toml").write_text(head + "\n".join(rules), encoding="utf-8")


def test_a_part_inherits_through_its_country_and_leaves_rules_out(tmp_path: Path) -> None:
    rules = book(tmp_path, VAT, "[note.x]\n" + dated("note.x", "text", "said"))
    territory(tmp_path, "PE", "CL", VAT.replace("20%", "8%"))
    territory(tmp_path, "BO", "PE", without='["note.x"]')
    book_of_three = RuleBook(tmp_path)
    found = book_of_three.regime("BO")
    assert found.rules["valuation.basis"].address == "CL.valuation.basis"
    assert found.rules["tax.vat"].address == "PE.tax.vat"
    assert "note.x" in book_of_three.regime("PE").rules
    assert "note.x" not in found.rules
    assert rules.regime("CL").version != found.version


@pytest.mark.parametrize(
    ("union", "without", "message"),
    [
        ("CL", '["note.y"]', "no rule 'note.y' to leave out"),
        ("BO", "[]", "is a part of itself"),
        ("EC", "[]", "no rules of 'EC'"),
    ],
)
def test_what_cannot_be_inherited(tmp_path: Path, union: str, without: str, message: str) -> None:
    book(tmp_path, VAT)
    territory(tmp_path, "PE", union, without=without)
    territory(tmp_path, "BO", "PE")
    with pytest.raises(RuleFileError, match=message):
        RuleBook(tmp_path).regime("PE")
