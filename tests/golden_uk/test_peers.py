"""Cases that others tell of the United Kingdom's calculator, some not told in its own specs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from landedcost.tariffs.uk import Component, CustomsValue, Option, Shipment, money_text, options
from landedcost.tariffs.uk.evaluate import evaluate
from landedcost.tariffs.uk.routes import within_limit

from .calculator import END_TO_END, FERRO_MANGANESE, commodity, component, measure, shipment

OPTIONS = {
    # type of the option's measure, duty, VAT base, VAT, total
    "G03": ("103", "34.04403", "2,213.58", "442.72", "1,395.40"),
    "G04": ("142", "0", "2,179.54", "435.91", "1,354.55"),
    "G05": ("122", "252.178", "2,116.49", "423.30", "1,278.90"),
    "G06": ("117", "0", "2,179.54", "435.91", "1,354.55"),
}


def option(kind_of_measure: str) -> Option:
    found = options(FERRO_MANGANESE, END_TO_END)
    return next(o for o in found if o.measure and o.measure.type == kind_of_measure)


@pytest.mark.parametrize("case", OPTIONS)
def test_an_option_to_the_penny(case: str) -> None:
    kind_of_measure, duty, base, vat, whole = OPTIONS[case]
    told = option(kind_of_measure)
    assert told.duty is not None
    assert told.vat is not None
    assert told.duty.amount == Fraction(duty)
    assert told.vat.charged.steps == f"20.00 % × {base}"
    assert money_text(told.vat.amount or Fraction(0)) == vat
    assert told.total_text == whole


def test_g08_vat_on_value_and_duty() -> None:
    """8% of a value of 30 and a duty of 1,000 for one tonne."""
    duties = measure("103", (component("01", "1000", "GBP", "TNE"),))
    vat = measure("VTS", (component("01", "8"),), text="8.00 %")
    on = shipment(CustomsValue.of("10", "10", "10"), quantities={"KGM": "1000"})
    (told,) = options(commodity(duties, vat), on)
    assert told.vat is not None
    assert money_text(told.vat.amount or Fraction(0)) == "82.40"


def gbp(amount: str, unit: str, abbreviation: str = "") -> Component:
    return component("01", amount, "GBP", unit, abbreviation)


EURO = shipment(quantities={"DTN": "100"}, eur_gbp=Fraction("0.8571"))
AMOUNTS: dict[str, tuple[tuple[Component, ...], Shipment, str]] = {
    "G07": ((component("01", "8"),), shipment(CustomsValue.of("10", "10", "10")), "2.40"),
    "G09": ((gbp("35.10", "DTN"),), shipment(quantities={"KGM": "100"}), "35.10"),
    "G11": ((component("01", "35.10", "EUR", "DTN"),), EURO, "3008.421"),
    "G12": (
        (
            component("01", "13.8"),
            component("15", "13", "GBP", "DTN", "MIN"),
            component("17", "15", "GBP", "DTN", "MAX"),
            component("36", "7", "GBP", "DTN", "-"),
        ),
        shipment(CustomsValue.of("1200"), quantities={"DTN": "100"}),
        "800",
    ),
    "G13": ((gbp("0.50", "ASVX"),), shipment(quantities={"ASV": "40", "LTR": "45"}), "9"),
    "G13 in hectolitres": (
        (gbp("0.50", "ASVX"),),
        shipment(quantities={"ASV": "40", "HLT": "45"}),
        "900",
    ),
    "G17": (
        (gbp("0.30", "DTNZ"),),
        shipment(quantities={"KGM": "16320", "BRX": "80"}),
        "3916.80",
    ),
}


@pytest.mark.parametrize("case", AMOUNTS)
def test_an_amount_is_exact(case: str) -> None:
    components, on, wanted = AMOUNTS[case]
    assert evaluate(components, on)[0] == Fraction(wanted)


RELIEFS: dict[str, tuple[str, dict[str, Any]]] = {
    "by litres of pure alcohol": ("LPA", {"SPR": "5", "LPA": "34.9"}),
    "by strength and volume": ("ASVX", {"SPR": "5", "ASV": "3.49", "LTR": "1000"}),
}


@pytest.mark.parametrize("way", RELIEFS)
def test_g16_small_producer_relief(way: str) -> None:
    """What is taken off an excise of 100 for each: 1 × alcohol × 5 is 174.50."""
    unit, held = RELIEFS[way]
    relief = component("02", "1", "GBP", "SPQ", "-")
    whole, _ = evaluate((gbp("100", unit),), shipment(quantities=held))
    rest, _ = evaluate((gbp("100", unit), relief), shipment(quantities=held))
    assert whole - rest == Fraction("174.50")


@pytest.mark.parametrize(("eu", "takes_ours"), [("4", True), ("6", True), ("7", False)])
def test_g18_a_union_duty_up_to_three_percent_higher_is_passed_over(
    eu: str, takes_ours: bool
) -> None:
    assert within_limit(Fraction(3), Fraction(eu), Fraction(100)) is takes_ours
