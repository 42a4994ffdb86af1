"""The cases of the United Kingdom's own duty calculator hold to the penny.

Facts from the specs of trade-tariff-frontend (MIT). Where a case does not hold, or holds by
another reasoning, ``differences.md`` beside this file says why.
"""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from landedcost.errors import RuleFileError
from landedcost.tariffs.uk import (
    CustomsValue,
    NorthernIreland,
    Option,
    Row,
    charge,
    compared,
    money_text,
    options,
    options_on,
    quantity_text,
    rate_of,
    read_monthly_rates,
    route,
)
from landedcost.tariffs.uk.evaluate import Charged, Missing, evaluate, quantity, term
from landedcost.tariffs.uk.options import total
from landedcost.tariffs.uk.routes import COMPARED, NO_DUTY, UK_TARIFF, within_limit

from .calculator import (
    END_TO_END,
    FERRO_MANGANESE,
    VAT,
    commodity,
    component,
    measure,
    percent,
    shipment,
)

HERE = Path(__file__).resolve()
CASES = HERE.parents[3] / "shared" / "facts" / "golden_uk_calculator.jsonl"

ON_TOP = [("Safeguard duty", "315.22"), ("Additional duty", "315.22"), ("anti-dumping", "288.20")]


# case, type of the option's measure, its kind, duty, VAT base, VAT, total
END_TO_ENDS = {
    "e2e-mfn": ("103", "third_country", "34.04", "2,213.58", "442.72", "1,395.40"),
    "e2e-pref": ("142", "preference", "0.00", "2,179.54", "435.91", "1,354.55"),
    "e2e-susp": ("117", "suspension", "0.00", "2,179.54", "435.91", "1,354.55"),
}


@pytest.mark.parametrize("case", END_TO_ENDS)
def test_an_option_with_everything_on_top(case: str) -> None:
    kind_of_measure, kind, duty, base, vat, whole = END_TO_ENDS[case]
    assert END_TO_END.value is not None
    assert money_text(END_TO_END.value.total) == "1,260.89"
    found = {o.measure.type: o for o in options(FERRO_MANGANESE, END_TO_END) if o.measure}
    option = found[kind_of_measure]
    assert option.kind == kind
    assert option.duty is not None
    assert option.vat is not None
    assert money_text(option.duty.amount or Fraction(0)) == duty
    assert [money_text(row.amount or Fraction(0)) for row in option.rows] == [
        amount for _, amount in ON_TOP
    ]
    assert all(words in row.label for row, (words, _) in zip(option.rows, ON_TOP, strict=True))
    assert option.vat.charged.steps == f"20.00 % × {base}"
    assert money_text(option.vat.amount or Fraction(0)) == vat
    assert option.total_text == whole
    if case == "e2e-mfn":
        assert option.duty.amount == Fraction("34.04403")


def test_a_quota_bears_no_safeguard_duty() -> None:
    found = {o.measure.type: o for o in options(FERRO_MANGANESE, END_TO_END) if o.measure}
    labels = [row.label for row in found["122"].rows]
    assert labels == ["Additional duty", "Definitive anti-dumping duty, additional code C490"]


def test_e2e_waiver() -> None:
    way, found = options_on(END_TO_END, FERRO_MANGANESE, FERRO_MANGANESE)
    assert (way.leads_to, way.why) == ("eu", "a trade remedy applies: the goods are at risk")
    last = found[-1]
    assert (last.kind, last.duty, last.priority, last.total_text) == ("waiver", None, 10, None)
    assert [o.priority for o in found] == sorted(o.priority for o in found)


ONE = CustomsValue.of("10", "10", "10")
TWELVE = CustomsValue.of("1200")
DTN = "DTN"
PER_100KG = component("01", "35.1", unit=DTN)
COMPOUND = (
    component("01", "13.8"),
    component("15", "13", "GBP", DTN, "MIN"),
    component("17", "15", "GBP", DTN, "MAX"),
    component("36", "7", "GBP", DTN, "-"),
)
EVALUATED: dict[str, tuple[Any, ...]] = {
    # id: components, shipment, value
    "advalorem-1": (percent("8"), shipment(ONE), "2.40"),
    "specific-kg-multiplier": ((PER_100KG,), shipment(quantities={"KGM": "100"}), "35.10"),
    "specific-gbp": (
        (component("01", "35.1", "GBP", DTN),),
        shipment(quantities={"DTN": "100"}),
        "3,510.00",
    ),
    "specific-condition-component": (
        (PER_100KG,),
        shipment(quantities={"DTN": "100"}),
        "3,510.00",
    ),
    "compound-min-max-minus": (COMPOUND, shipment(TWELVE, quantities={"DTN": "100"}), "800.00"),
    "compound-resolved-expression": (
        COMPOUND,
        shipment(TWELVE, quantities={"DTN": "100"}),
        "800.00",
    ),
    "retail-price": (
        (component("01", "16.5", unit="RET"),),
        shipment(quantities={"RET": "1000"}),
        "165.00",
    ),
    "sucrose": (
        (component("01", "0.3", unit="DTNZ"),),
        shipment(quantities={"KGM": "16320", "BRX": "80"}),
        "3,916.80",
    ),
}


@pytest.mark.parametrize("case", EVALUATED)
def test_what_components_charge(case: str) -> None:
    components, on, expected = EVALUATED[case]
    amount, _ = evaluate(components, on)
    assert money_text(amount) == expected
    held = measure("103", components)
    assert charge(held, on).amount == amount


SPQ = component("02", "1", "GBP", "SPQ", "-")
RELIEFS = {
    "spq-lpa": ("LPA", {"SPR": "5", "LPA": "34.9"}),
    "spq-asvx": ("ASVX", {"SPR": "5", "ASV": "3.49", "LTR": "1000"}),
}


@pytest.mark.parametrize("case", RELIEFS)
def test_small_producer_relief(case: str) -> None:
    first, given = RELIEFS[case]
    amount, _ = term(SPQ, shipment(quantities=given), first)
    assert money_text(amount) == "174.50"


def test_relief_is_taken_off_and_cut_to_the_penny() -> None:
    excise = (component("01", "19.08", "GBP", "LPA"), SPQ)
    amount, steps = evaluate(excise, shipment(quantities={"SPR": "0.333", "LPA": "10.01"}))
    assert amount == Fraction("190.9908") - Fraction("3.33")
    assert " - " in steps


def test_a_unit_is_asked_for_in_kilograms_and_litres() -> None:
    assert quantity("HLT", shipment(quantities={"LTR": "250"})) == Fraction("2.5")
    with pytest.raises(Missing) as caught:
        quantity("DTNE", shipment())
    assert [n.code for n in caught.value.needs] == ["KGM"]


TOTALS = {
    "totals-advalorem": ("96", ["300"], "240", "636.00"),
    "totals-specific": ("3610.1052", ["300"], "240", "4,150.11"),
    "totals-compound": ("97", ["300"], "240", "637.00"),
    "totals-no-additional": ("96", [], "240", "336.00"),
}


@pytest.mark.parametrize("case", TOTALS)
def test_the_sum_is_rounded_not_its_parts(case: str) -> None:
    duty, more, vat, expected = TOTALS[case]
    rows = [Row("x", "x", "", Charged(Fraction(a), "")) for a in (duty, *more, vat)]
    option = Option("third_country", "", "uk", None, rows[0], tuple(rows[1:-1]), rows[-1])
    assert option.total_text == expected
    assert total([Fraction(1), None]) is None


def test_chooser_1() -> None:
    assert within_limit(Fraction(3), Fraction(4), Fraction(100))
    assert not within_limit(Fraction(3), Fraction("6.01"), Fraction(100))
    assert not within_limit(Fraction("6.01"), Fraction(3), Fraction(100))


def test_customs_value_sum() -> None:
    assert CustomsValue.of("12000", "1200", "340").total == 13540


def test_customs_value_missing() -> None:
    assert CustomsValue().total == 0
    option = options(commodity(measure("103", percent("8")), VAT), shipment())[0]
    assert [n.code for n in option.needs] == ["value"]
    assert option.total is None


NI = NorthernIreland
NO_DUTIES: dict[str, tuple[dict[str, Any], dict[str, bool]]] = {
    "noduty-eu-ni": ({"origin": "RO"}, {}),
    "noduty-ni-gb": ({"origin": "XI", "destination": "GB"}, {}),
    "noduty-zero-mfn-gb": ({"origin": "IN", "destination": "GB"}, {"zero_mfn": True}),
    "noduty-zero-mfn-ni": ({}, {"zero_mfn": True}),
    "noduty-without_any_processing-ni": (
        {"northern_ireland": NI(processing="without_any_processing")},
        {},
    ),
    "noduty-commercial_processing-ni": (
        {"northern_ireland": NI(processing="commercial_processing")},
        {},
    ),
    "noduty-cert-of-origin-ni": ({"northern_ireland": NI(certificate_of_origin=True)}, {}),
}


@pytest.mark.parametrize("case", NO_DUTIES)
def test_routes_without_duty(case: str) -> None:
    given, flags = NO_DUTIES[case]
    assert route(shipment(**given), **flags).leads_to == NO_DUTY
    if case.endswith("-ni") and case != "noduty-eu-ni":
        assert route(shipment(**given), **{**flags, "trade_defence": True}).leads_to == "eu"


def test_noduty_cert_of_origin_gb() -> None:
    """Explained in differences.md: origin in the United Kingdom frees nothing made elsewhere."""
    proven = NI(certificate_of_origin=True)
    found = route(shipment(origin="IN", destination="GB", northern_ireland=proven))
    assert found.leads_to == UK_TARIFF


OK = {"authorised": True, "final_use": True}
DELTAS: dict[str, tuple[dict[str, Any], dict[str, bool], str, bool]] = {
    "deltas-large-turnover-ok-processing": (
        {**OK, "processing": "without_any_processing", "small_turnover": False},
        {},
        "XI",
        True,
    ),
    "deltas-unacceptable-only": ({**OK, "processing": "commercial_purposes"}, {}, "XI", False),
    "deltas-zero-mfn": (
        {**OK, "processing": "commercial_processing"},
        {"zero_mfn": True},
        "XI",
        False,
    ),
    "deltas-trade-defence": (
        {**OK, "processing": "commercial_processing"},
        {"trade_defence": True},
        "XI",
        False,
    ),
    "deltas-not-ni": ({**OK, "processing": "commercial_processing"}, {}, "GB", False),
}


@pytest.mark.parametrize("case", DELTAS)
def test_when_the_two_tariffs_are_compared(case: str) -> None:
    answers, flags, destination, expected = DELTAS[case]
    on = shipment(origin="AR", destination=destination, northern_ireland=NI(**answers))
    assert (route(on, **flags).leads_to == COMPARED) is expected


@pytest.mark.parametrize(
    "answers",
    [{}, {"authorised": True}, {"authorised": True, "final_use": False}, OK],
    ids=["no scheme", "use not said", "not for use there", "processing not said"],
)
def test_what_is_not_answered_does_not_relieve(answers: dict[str, bool]) -> None:
    assert route(shipment(origin="AR", northern_ireland=NI(**answers))).leads_to == "eu"


KINDS = {"tariff_preference": "preference", "suspension": "suspension", "quota": "quota"}
TYPES = {"mfn": "103", "preference": "142", "suspension": "112", "quota": "122"}


def option_of(source: str, kind: str, amount: str, number: int) -> Option:
    held = measure(TYPES[kind], percent("1"), number=number)
    name = "third_country" if kind == "mfn" else kind
    return Option(name, "", source, held, Row(name, "", "", Charged(Fraction(amount), ""), held))


def offered(source: str, **amounts: list[str]) -> list[Option]:
    return [
        option_of(source, kind, amount, k)
        for kind, values in amounts.items()
        for k, amount in enumerate(values)
    ]


def told(found: tuple[Option, ...]) -> list[tuple[str, str, str]]:
    out = []
    for option in found:
        assert option.duty is not None
        out.append((option.source, option.kind, str(option.duty.amount)))
    return out


UK_MFN = ("uk", "third_country", "1/5")


@pytest.mark.parametrize("name", KINDS)
def test_row2ni_uk_only(name: str) -> None:
    kind = KINDS[name]
    uk = offered("uk", mfn=["0.2"], **{kind: ["100"]})
    assert told(compared(uk, offered("xi", mfn=["1.2"]), Fraction(1200))) == [UK_MFN]


@pytest.mark.parametrize("name", KINDS)
def test_row2ni_xi_only(name: str) -> None:
    kind = KINDS[name]
    eu = offered("xi", mfn=["1.2"], **{kind: ["101"]})
    found = compared(offered("uk", mfn=["0.2"]), eu, Fraction(1200))
    assert told(found) == [UK_MFN, ("xi", kind, "101")]


@pytest.mark.parametrize("name", KINDS)
def test_row2ni_cheapest_xi(name: str) -> None:
    kind = KINDS[name]
    uk = offered("uk", mfn=["0.2"], **{kind: ["100", "100"]})
    eu = offered("xi", mfn=["1.2"], **{kind: ["101", "0.4"]})
    assert told(compared(uk, eu, Fraction(1200))) == [UK_MFN, ("xi", kind, "2/5")]


def test_every_kind_that_only_the_union_has_is_kept() -> None:
    """Unlike the calculator, which keeps the last of them: see differences.md."""
    eu = offered("xi", mfn=["1.2"], preference=["1"], suspension=["2"], quota=["3"])
    found = compared(offered("uk", mfn=["0.2"]), eu, Fraction(1200))
    assert [o.kind for o in found] == ["third_country", "preference", "suspension", "quota"]


def test_what_is_not_known_is_not_compared() -> None:
    unknown = Option(
        "third_country", "", "xi", None, Row("third_country", "", "", Charged(None, ""))
    )
    found = compared(offered("uk", mfn=["0.2"]), [unknown], Fraction(1200))
    assert [o.source for o in found] == ["uk", "xi"]


def test_the_euro_of_the_month_or_the_newest() -> None:
    entry = '{"attributes": {"child_monetary_unit_code": "GBP", "exchange_rate": "%s", '
    entry += '"validity_start_date": "%s"}}'
    july = entry % ("0.8571", "2021-07-01T00:00:00.000Z")
    may = entry % ("0.86988", "2021-05-01T00:00:00.000Z")
    text = f"[{july}, {may}]"
    rates = read_monthly_rates(text)
    assert rate_of(rates, date(2021, 5, 31)) == Fraction("0.86988")
    assert rate_of(rates, date(2021, 6, 1)) == Fraction("0.8571")
    per_hl = measure("103", (component("01", "10", "EUR", "HLT"),))
    on = shipment(TWELVE, quantities={"LTR": "100"}, eur_gbp=rate_of(rates, date(2021, 7, 1)))
    assert charge(per_hl, on).amount == Fraction("8.571")
    for bad in ("{}", "[]", "[1]", text.replace("0.8", "-0.8"), text.replace("2021-", "2021/")):
        with pytest.raises(RuleFileError) as caught:
            read_monthly_rates(bad)
        assert caught.value.code == "bad_answer"


@pytest.mark.parametrize(
    ("given", "expected"),
    [("120.1", "120.10"), ("120.12", "120.12"), ("120.124", "120.124"), ("0.000001", "0.000001")],
)
def test_how_a_quantity_is_written(given: str, expected: str) -> None:
    assert quantity_text(Fraction(given)) == expected


COVERED = {
    *END_TO_ENDS,
    "e2e-waiver",
    *EVALUATED,
    *RELIEFS,
    *TOTALS,
    "chooser-1",
    "customs-value-sum",
    "customs-value-missing",
    *NO_DUTIES,
    "noduty-cert-of-origin-gb",
    *DELTAS,
    *(f"row2ni-uk-only-{n}" for n in KINDS),
    *(f"row2ni-xi-only-{n}" for n in KINDS),
    *(f"row2ni-cheapest-xi-{n}" for n in KINDS),
    *(f"qty-format-{n}" for n in ("120.1", "120.12", "120.124", "0.000001")),
}


def test_every_recorded_case_is_here() -> None:
    if not CASES.exists():
        pytest.skip("the recorded cases lie beside the project where it is developed, not in it")
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    explained = HERE.with_name("differences.md").read_text(encoding="utf-8")
    for case in cases:
        assert case["id"] in COVERED
        if case["id"] == "noduty-cert-of-origin-gb":
            assert case["reliability"] != "high"
            assert f"`{case['id']}`" in explained
