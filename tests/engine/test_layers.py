"""Duties in layers, on a made-up territory: lists, parts, exemptions, claims, evidence."""

from __future__ import annotations

from pathlib import Path

import pytest
from fictional import ask, book, dated, line

from landedcost import LandedCost, Quote, RefusedError, RequestError, RuleFileError


def duties(quote: Quote) -> dict[str, str]:
    """The amount of each duty on top of the tariff's, by code."""
    found = [
        c for c in quote.charges if c.kind == "duty" and c.code not in ("pinned", "preference")
    ]
    return {c.code: f"{c.local_minor / 100:.2f}" for c in found}


def extra(name: str, rate: str, more: str = "", method: str = "flat") -> str:
    """An additional duty with its name as its code."""
    head = f'[additional.{name}]\ncode = "{name}"\nmethod = "{method}"\n{more}\n'
    return head + dated(f"additional.{name}", "rate", rate)


def goods(name: str, codes: str, more: str = "") -> str:
    """A list of codes."""
    return f"[list.{name}]\n" + dated(f"list.{name}", "codes", codes, more=more)


def exempt(name: str, of: str, more: str, effect: str = "whole", days: str = "") -> str:
    """An exemption with its name as its code."""
    head = f'[exemption.{name}]\ncode = "{name}"\nof = ["{of}"]\n{more}\n'
    return head + dated(f"exemption.{name}", "effect", effect, more=days)


LISTED = goods("steel", "7323 610910 85444290", "until = 2026-06-01\n")


@pytest.mark.parametrize(
    ("code", "day", "due"),
    [
        ("7323.93.00", "2026-05-31", True),
        ("6109.10", "2026-05-31", True),
        ("6109.90.10", "2026-05-31", False),
        ("7323.93.00", "2026-06-01", False),  # the list is over
    ],
)
def test_a_list_is_tested_by_first_digits_and_by_day(
    tmp_path: Path, code: str, day: str, due: bool
) -> None:
    rules = book(tmp_path, LISTED, extra("steel", "25%", 'when = { hs_list = ["steel"] }'))
    quote = ask(rules, line(hs_code=code), as_of=day)
    assert duties(quote) == ({"steel": "25.00"} if due else {})
    rules = book(tmp_path, LISTED, extra("rest", "25%", 'when = { hs_list_not = ["steel"] }'))
    quote = ask(rules, line(hs_code=code), as_of=day)
    assert duties(quote) == ({} if due else {"rest": "25.00"})


def test_a_code_too_short_for_a_list_pays_and_the_quote_says_so(tmp_path: Path) -> None:
    rules = (
        LISTED,
        extra("on", "25%", 'when = { hs_list = ["steel"] }'),
        extra("off", "5%", 'when = { origin = ["CN"] }'),
        exempt("freed", "off", 'when = { hs_list = ["some"] }'),
        goods("some", "4901 85444220"),
        extra("far", "3%", 'when = { origin = ["VN"], hs_list = ["steel"] }'),
    )
    quote = ask(
        book(tmp_path, *rules), line(hs_code="8544.42"), as_of="2026-05-01", shipping="0 EUR"
    )
    assert duties(quote) == {"on": "25.00", "off": "5.00"}
    assert quote.certainty == "estimated"
    assert [(n.code, n.text) for n in quote.notes] == [
        ("hs_code_too_short", f"a: 854442 has too few digits for a rule; {what}")
        for what in ("the exemption was not counted: off, freed", "the duty was charged: on")
    ]
    sure = ask(book(tmp_path, *rules), line(hs_code="8544.42.90"), as_of="2026-05-01")
    assert duties(sure) == {"on": "25.00", "off": "5.00"}
    assert [n.code for n in sure.notes] == ["no_shipping"]
    freed = ask(book(tmp_path, *rules), line(hs_code="8544.42.20"), as_of="2026-05-01")
    assert duties(freed) == {"freed": "0.00"}


def test_goods_are_not_refused_for_digits_they_do_not_have(tmp_path: Path) -> None:
    barred = '[refusal.barred]\nlabel = "barred"\nwhen = { hs_list = ["some"] }\n'
    barred += dated("refusal.barred", "reason", "barred from importation")
    rules = book(tmp_path, goods("some", "85444220"), barred)
    with pytest.raises(RefusedError, match="barred from importation"):
        ask(rules, line(hs_code="8544.42.20"))
    quote = ask(rules, line(hs_code="8544.42"))
    assert (
        quote.notes[0].text == "a: 854442 has too few digits for a rule; it was not refused: barred"
    )
    assert quote.notes[0].code == "hs_code_too_short"


def test_what_the_layers_need_is_told_before_a_price(tmp_path: Path) -> None:
    listed = extra("on", "25%", 'content = ["steel"]\nwhen = { hs_list = ["some"] }')
    shop = LandedCost("CN", rules=book(tmp_path, goods("some", "85444220"), listed))
    found = {r.fact: r.why for r in shop.requirements_for("8544.42", "CN", "es-CL")}
    assert found["hs_code"] == "8544.42 has too few digits to tell: on"
    assert found["content"] == "on: on the part of the value that is steel"
    longer = shop.requirements_for("8544.42.20", "CN", "es-CL")
    assert [r.fact for r in longer if r.fact != "duty"] == ["content"]


def test_a_duty_on_a_material_falls_on_its_share_of_the_value(tmp_path: Path) -> None:
    rules = book(tmp_path, extra("steel", "50%", 'content = ["steel"]'))
    known = ask(rules, line(content={"steel": "60%", "copper": "5%"}), shipping="0.00 EUR")
    assert duties(known) == {"steel": "30.00"}
    assert known.certainty == "exact"
    why = next(c.why for c in known.charges if c.code == "steel")
    assert why.formula == "60.00 EUR, the part of 100.00 EUR it falls on, × 50%"
    assert duties(ask(rules, line(content="steel 0%, copper 5%"))) == {}
    unknown = ask(rules, line(), shipping="0.00 EUR")
    assert duties(unknown) == {"steel": "50.00"}
    assert unknown.certainty == "estimated"
    assert [n.code for n in unknown.notes] == ["content_not_given"]


def test_goods_known_to_be_without_a_material_are_free_of_a_rule_about_it(tmp_path: Path) -> None:
    rules = book(tmp_path, extra("steel", "50%", 'when = { content = ["steel", "copper"] }'))
    assert duties(ask(rules, line())) == {"steel": "50.00"}
    assert duties(ask(rules, line(content="copper 1%"))) == {"steel": "50.00"}
    assert duties(ask(rules, line(content="wood 90%"))) == {}


METALS = extra("steel", "50%", 'program = "metals"\ncontent = ["steel"]') + extra(
    "copper", "40%", 'program = "metals"\ncontent = ["copper"]'
)
WORLD = extra("world", "10%", 'when = { origin_not = ["US"] }')


def test_one_duty_gives_way_to_another_on_the_part_that_bears_it(tmp_path: Path) -> None:
    rules = (METALS, WORLD, exempt("split", "world", 'beside = ["metals"]', "share"))
    made = line(content={"steel": "60%", "copper": "15%"})
    assert duties(ask(book(tmp_path, *rules), made)) == {
        "steel": "30.00",
        "copper": "6.00",
        "world": "2.50",  # 10% of the quarter that is neither
    }
    assert duties(ask(book(tmp_path, *rules), line(content="wood 100%"))) == {"world": "10.00"}
    # With nothing known all of it is metal twice over, and nothing is left for the other.
    assert duties(ask(book(tmp_path, *rules), line())) == {
        "steel": "50.00",
        "copper": "40.00",
        "split": "0.00",
    }


def test_the_stacking_itself_has_dates(tmp_path: Path) -> None:
    over = dated("exemption.split", "effect", "whole", "2026-04-06")
    split = exempt("split", "world", 'beside = ["metals"]', "share", "until = 2026-04-06\n") + over
    rules = book(tmp_path, METALS, WORLD, split)
    made = line(content={"steel": "60%", "copper": "0%"})
    assert duties(ask(rules, made, as_of="2026-04-05"))["world"] == "4.00"
    assert duties(ask(rules, made, as_of="2026-04-06")) == {"steel": "30.00", "split": "0.00"}


def test_what_is_exempt_exempts_nothing_below(tmp_path: Path) -> None:
    rules = (
        extra("steel", "50%"),
        WORLD,
        exempt("light", "steel", 'when = { claims = ["light"] }'),
        exempt("steel_first", "world", 'beside = ["steel"]'),
    )
    assert duties(ask(book(tmp_path, *rules), line())) == {"steel": "50.00", "steel_first": "0.00"}
    light = ask(book(tmp_path, *rules), line(claims=["CL:light", "US:other"]))
    assert duties(light) == {"light": "0.00", "world": "10.00"}
    charge = next(c for c in light.charges if c.code == "light")
    assert (charge.why.rule, charge.collected) == ("CL.exemption.light", "not_due")
    assert charge.why.formula == "exempt; otherwise 50% of the value"


def test_a_claim_nobody_knows_is_an_error(tmp_path: Path) -> None:
    rules = book(tmp_path, WORLD, exempt("light", "world", 'when = { claims = ["light"] }'))
    with pytest.raises(RequestError, match="knows the claim 'lihgt'") as caught:
        ask(rules, line(claims="CL:lihgt"))
    assert (caught.value.code, caught.value.where) == ("unknown_claim", "lines[0].claims")
    assert caught.value.hint == "nearest known: light"


def test_of_a_group_the_highest_that_is_due(tmp_path: Path) -> None:
    rules = (
        extra("high", "25%", 'group = "lists"'),
        extra("low", "7.5%", 'group = "lists"'),
        exempt("excluded", "high", 'when = { claims = ["excluded"] }'),
    )
    assert duties(ask(book(tmp_path, *rules), line())) == {"high": "25.00"}
    assert duties(ask(book(tmp_path, *rules), line(claims="CL:excluded"))) == {"low": "7.50"}


def test_a_code_by_origin(tmp_path: Path) -> None:
    table = '[additional.world.headings]\nCN = "99.01"\nEU = "99.02"\n'
    rules = book(tmp_path, WORLD.replace("[[", table + "[[", 1))
    assert duties(ask(rules, line(), line("b", origin="DE"), line("c", origin="VN"))) == {
        "99.01": "10.00",
        "99.02": "10.00",
        "world": "10.00",
    }


def test_a_minimum_total_on_a_part_counts_the_tariffs_duty_on_that_part(tmp_path: Path) -> None:
    total = extra("total", "15%", method="minimum_total")
    rules = book(tmp_path, METALS, total, exempt("split", "total", 'beside = ["metals"]', "share"))
    made = line(content={"steel": "60%", "copper": "0%"})
    assert duties(ask(rules, made)) == {"steel": "30.00", "total": "2.00"}  # 40% of 15 − 10


POST = (
    '[threshold.post]\ncompares = "goods"\ninclusive = true\nwaives = ["duty"]\n'
    'spares = ["world"]\nwhen = { channel = ["post"] }\n' + dated("threshold.post", "amount", "800")
)


def test_a_relief_can_leave_some_duties_due(tmp_path: Path) -> None:
    rules = book(tmp_path, POST, WORLD, extra("steel", "50%"))
    quote = ask(rules, line(), channel="post")
    assert quote.customs["duty"] == "10.00"
    assert [c.code for c in quote.charges if c.kind == "duty"] == [
        "below_threshold",
        "world",
        "below_threshold",
    ]
    assert ask(rules, line(price="800.01 EUR"), channel="post").customs["duty"] == "560.01"
    # A minimum total then has no duty of the tariff's to count.
    total = WORLD.replace('"flat"', '"minimum_total"').replace("10%", "15%")
    rules = book(tmp_path, POST, total)
    assert duties(ask(rules, line(), channel="post"))["world"] == "15.00"
    assert duties(ask(rules, line(), channel="courier"))["world"] == "5.00"


def test_a_relief_that_leaves_duties_by_origin_due_still_needs_the_origin(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="has no origin"):
        ask(book(tmp_path, POST, WORLD), line(origin=None), channel="post")
    whole = POST.replace('spares = ["world"]\n', "")
    assert ask(book(tmp_path, whole, WORLD), line(origin=None), channel="post").customs["duty"]


BANDS = (("low", "rate_below", "16%", "80"), ("high", "rate_at_least", "16%", "160"))


@pytest.mark.parametrize(("rate", "due"), [("15%", 80), ("16%", 160)])
def test_an_amount_a_parcel_chosen_by_another_rate(tmp_path: Path, rate: str, due: int) -> None:
    flat = [
        f'[duty.{name}]\nmethod = "flat_per_parcel"\nrate_of = ["world"]\n'
        'when = { claims = ["flat"] }\n'
        + dated(f"duty.{name}", "amount", amount)
        + dated(f"duty.{name}", bound, at)
        for name, bound, at, amount in BANDS
    ]
    rules = book(tmp_path, WORLD.replace("10%", rate), *flat)
    flats = {"claims": "CL:flat"}
    quote = ask(rules, line("a", "30.00 EUR", **flats), line("b", "10.00 EUR", **flats))
    assert quote.customs["duty"] == f"{due}.00"
    shares = [c.local_minor for c in quote.charges if c.code == "flat_per_parcel"]
    assert shares == [due * 75, due * 25]
    by_value = ask(rules, line("a", "30.00 EUR"), line("b", "10.00 EUR", **flats))
    assert by_value.customs["duty"] == f"{due + 3 + 30 * int(rate[:-1]) / 100:.2f}"


FEE = '[fee.entry]\nmethod = "fixed"\ndue = "unless_relieved"\n' + dated("fee.entry", "amount", "2")


def test_a_fee_of_an_entry_is_not_due_where_a_threshold_frees_the_parcel(tmp_path: Path) -> None:
    low = (
        '[threshold.low]\ncompares = "goods"\nwaives = ["duty"]\nexcept = { hs = ["2203"] }\n'
        + dated("threshold.low", "amount", "150")
    )
    rules = book(tmp_path, FEE, low)
    assert ask(rules, line()).customs["fees"] == "0.00"
    assert ask(rules, line(), line("b", hs_code="2203.00")).customs["fees"] == "2.00"
    assert ask(rules, line(price="150.00 EUR")).customs["fees"] == "2.00"


PACT = (
    '[preference.pact]\nlabel = "the pact"\nagreement = "PACT"\nevidence = "a certificate"\n'
    'when = { origin = ["CN"] }\n' + dated("preference.pact", "rate", "Free")
)
FREED = exempt("pact", "world", 'when = { preference_names = ["PACT"] }')


def test_a_claim_without_evidence_pays_and_is_told_what_it_would_save(tmp_path: Path) -> None:
    rules = book(tmp_path, PACT, WORLD, FREED)
    bare = ask(rules, line(preference="PACT"), shipping="0.00 EUR")
    assert bare.customs["duty"] == "20.00"
    (note,) = bare.notes
    assert note.code == "preference_without_evidence"
    assert note.text == (
        "a: the claim of the pact needs a certificate; with it the price would be 20.00 EUR less"
    )
    backed = ask(rules, line(preference="PACT", evidence="certificate 7"), shipping="0.00 EUR")
    assert backed.customs["duty"] == "0.00"
    assert backed.notes == ()
    assert backed.id != bare.id
    assert [c.code for c in backed.charges if c.kind == "duty"] == ["preference", "pact"]


def test_small_parcels_may_need_no_evidence(tmp_path: Path) -> None:
    free = dated("preference.pact", "evidence_above", "100")
    rules = book(tmp_path, PACT + free, WORLD, FREED)
    assert ask(rules, line(preference="PACT")).customs["duty"] == "0.00"
    above = ask(rules, line(price="100.01 EUR", preference="PACT"))
    assert above.customs["duty"] == "20.00"
    assert "preference_without_evidence" in [n.code for n in above.notes]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (extra("a", "1%", 'when = { hs_list = ["nowhere"] }'), "no list 'nowhere'"),
        (extra("a", "1%", 'not_with = ["b"]'), "no additional duty or program 'b'"),
        (WORLD + exempt("e", "metals", ""), "no additional duty or program 'metals'"),
        (POST.replace("world", "moon"), "no additional duty or program 'moon'"),
        (goods("bad", "6109 x"), "not codes of 2 to 12 digits"),
        (goods("bad", ""), "not codes of 2 to 12 digits"),
        (WORLD + exempt("e", "world", "", "half"), "effect 'half'; known: whole, share"),
        (
            "[exemption.e]\nof = []\n" + dated("exemption.e", "effect", "whole"),
            "does not say of which duties",
        ),
        (WORLD + "\n[additional.world.headings]\nCN = 9\n", "must give a text for each country"),
    ],
)
def test_rules_that_name_nothing_are_errors(tmp_path: Path, rules: str, message: str) -> None:
    with pytest.raises(RuleFileError, match=message):
        ask(book(tmp_path, rules))


def test_long_lists_may_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    rules = book(tmp_path, extra("steel", "25%", 'when = { hs_list = ["steel"] }'))
    (tmp_path / "CL.lists.toml").write_text(LISTED, encoding="utf-8")
    assert rules.codes == ("CL",)
    quote = ask(rules, line(), as_of="2026-01-15")
    assert duties(quote) == {"steel": "25.00"}
    version = rules.regime("CL").version
    (tmp_path / "CL.lists.toml").write_text(LISTED.replace("610910", "610990"), encoding="utf-8")
    changed = type(rules)(tmp_path)
    assert duties(ask(changed, line(), as_of="2026-01-15")) == {}
    assert changed.regime("CL").version != version
    (tmp_path / "CL.lists.toml").write_text(WORLD, encoding="utf-8")
    with pytest.raises(RuleFileError, match="unknown table 'additional'"):
        type(rules)(tmp_path).regime("CL")
