"""The official calculator's own cases, as facts, and the shipments and measures they are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from landedcost.tariffs.uk import Area, Commodity, Component, CustomsValue, Measure, Shipment
from landedcost.tariffs.uk.shipment import quantities

DAY = date(2021, 1, 1)
EVERYWHERE = Area("1011", "ERGA OMNES")


def component(
    expression: str, amount: str, currency: str = "", unit: str = "", abbreviation: str = "%"
) -> Component:
    return Component(expression, Fraction(amount), currency, unit, abbreviation)


def percent(amount: str) -> tuple[Component, ...]:
    return (component("01", amount),)


def measure(
    kind: str,
    components: Sequence[Component],
    *,
    text: str = "",
    number: int = 1,
    additional_code: str = "",
    **more: Any,
) -> Measure:
    return Measure(
        str(number),
        kind,
        f"measure type {kind}",
        text,
        EVERYWHERE,
        date(2000, 1, 1),
        None,
        tuple(components),
        additional_code=additional_code,
        vat=kind in ("305", "VTS", "VTZ"),
        **more,
    )


def commodity(*measures: Measure, source: str = "uk", code: str = "7202118000") -> Commodity:
    return Commodity(code, "", source, measures, {})


def shipment(value: CustomsValue | None = None, /, **more: Any) -> Shipment:
    given = {"day": DAY, "origin": "GB", "destination": "XI", "value": value, **more}
    given["quantities"] = quantities(given.get("quantities", {}))
    return Shipment(**given)


# The ferro-manganese of the calculator's end-to-end cases, with its doctored remedies.
REMEDIES = (
    measure("696", percent("25"), text="25.00 %", number=20057876),
    measure("695", percent("25"), text="25.00 %", number=20040869),
    measure(
        "552",
        (component("01", "144.1", "GBP", "TNEI"),),
        text="144.10 GBP / 1000 kg/biodiesel",
        number=20041036,
        additional_code="C490",
    ),
)
VAT = measure("VTS", percent("20"), text="20.00 %", number=591133)
FERRO_MANGANESE = commodity(
    *REMEDIES,
    measure("103", percent("2.7"), text="2.70 %", number=1881982),
    measure("142", percent("0"), text="0.00 %", number=3822192),
    measure("117", percent("0"), text="0.00 %", number=20121925),
    measure("122", percent("20"), text="20.00 %", number=20124406, order_number="054003"),
    VAT,
)
VALUE = CustomsValue.of("1000", "250.89", "10")
END_TO_END = shipment(VALUE, quantities={"TNEI": "2"}, additional_codes={"552": "C490"})
