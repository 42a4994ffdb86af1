"""An answer of the UK tariff service in its shape (JSON:API), with invented measures."""

from __future__ import annotations

import json
from typing import Any

UK_2025 = "uk_commodities_6214100010_asof_2025-07-14.json"


class Answer:
    """Builds one answer: measures are added, the rest follows from them."""

    def __init__(self, code: str = "6214100010", source: str = "uk") -> None:
        self.code = code
        self.source = source
        self.included: list[dict[str, Any]] = []
        self.measures: list[dict[str, str]] = []

    def _include(self, kind: str, name: str, **attributes: Any) -> dict[str, str]:
        ref = {"id": name, "type": kind}
        if not any(e["id"] == name and e["type"] == kind for e in self.included):
            self.included.append({**ref, "attributes": attributes})
        return ref

    def area(self, name: str, *members: str) -> dict[str, str]:
        ref = self._include("geographical_area", name, description=f"area {name}")
        found = next(e for e in self.included if e["id"] == name)
        refs = [self._include("geographical_area", m, description=m) for m in members]
        found["relationships"] = {"children_geographical_areas": {"data": refs}}
        return ref

    def measure(
        self,
        kind: str,
        text: str,
        *components: tuple[str, float, str | None, str | None],
        area: tuple[str, ...] = ("1011",),
        start: str = "2021-01-01",
        end: str | None = None,
        additional_code: str = "",
        order_number: str = "",
        conditions: tuple[dict[str, Any], ...] = (),
        scheme: str = "",
        excluded: tuple[str, ...] = (),
    ) -> Answer:
        number = str(1000 + len(self.measures))
        parts = [
            self._include(
                "measure_component",
                f"{number}-{k}",
                duty_expression_id=expression,
                duty_amount=amount,
                monetary_unit_code=currency,
                measurement_unit_code=unit,
                measurement_unit_qualifier_code=None,
                duty_expression_abbreviation="%",
            )
            for k, (expression, amount, currency, unit) in enumerate(components)
        ]
        required = [
            self._include("measure_condition", f"{number}-c{k}", **condition)
            for k, condition in enumerate(conditions)
        ]
        refs: dict[str, Any] = {
            "duty_expression": self._include("duty_expression", f"{number}-d", base=text),
            "measure_type": self._include("measure_type", kind, description=f"type {kind}"),
            "geographical_area": self.area(*area),
            "measure_components": parts,
            "measure_conditions": required,
            "resolved_measure_components": [],
            "excluded_countries": [self.area(c) for c in excluded],
            "order_number": self._include("order_number", order_number, number=order_number)
            if order_number
            else None,
            "additional_code": self._include(
                "additional_code", additional_code, code=additional_code
            )
            if additional_code
            else None,
        }
        self.included.append(
            {
                "id": number,
                "type": "measure",
                "attributes": {
                    "effective_start_date": f"{start}T00:00:00.000Z",
                    "effective_end_date": f"{end}T23:59:59.000Z" if end else None,
                    "vat": kind == "305",
                },
                "relationships": {name: {"data": ref} for name, ref in refs.items()},
                "meta": {"duty_calculator": {"source": self.source, "scheme_code": scheme or None}},
            }
        )
        self.measures.append({"id": number, "type": "measure"})
        return self

    def document(self) -> dict[str, Any]:
        return {
            "data": {
                "id": "1",
                "type": "commodity",
                "attributes": {
                    "goods_nomenclature_item_id": self.code,
                    "description": "Of silk",
                    "declarable": True,
                },
                "relationships": {"import_measures": {"data": self.measures}},
                "meta": {"duty_calculator": {"source": self.source}},
            },
            "included": self.included,
        }

    def text(self) -> bytes:
        return json.dumps(self.document()).encode()


def scarves() -> Answer:
    """Silk: a duty, two preferences, a quota, a suspension, a remedy on two origins, and VAT."""
    document = {"condition_code": "Q", "action_code": "27", "document_code": "U110"}
    return (
        Answer()
        .measure("103", "8.00 %", ("01", 8.0, None, None))
        .measure("103", "0.00 %", ("01", 0.0, None, None), area=("1080", "GG", "JE"))
        .measure(
            "142",
            "0.00 %",
            ("01", 0.0, None, None),
            area=("1013", "DE", "FR", "IT"),
            scheme="eu",
            conditions=(document,),
        )
        .measure("142", "4.00 %", ("01", 4.0, None, None), area=("VN",), scheme="vietnam")
        .measure(
            "142", "3.00 %", ("01", 3.0, None, None), area=("2060", "VN", "NZ"), scheme="cptpp"
        )
        .measure("143", "0.00 %", ("01", 0.0, None, None), area=("VN",), order_number="050001")
        .measure("112", "2.00 %", ("01", 2.0, None, None), start="2025-01-01", end="2025-12-31")
        .measure("695", "35.00 %", ("01", 35.0, None, None), area=("RU",))
        .measure("696", "25.00 %", ("01", 25.0, None, None), area=("5050", "CN", "VN"))
        .measure(
            "552",
            "1.50 GBP / kg",
            ("01", 1.5, "GBP", "KGM"),
            area=("CN",),
            additional_code="C999",
        )
        .measure("305", "20.00 %", ("01", 20.0, None, None))
    )
