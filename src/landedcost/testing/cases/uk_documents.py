"""Small answers in the shape of the UK tariff service, with values of our own."""

from __future__ import annotations

from typing import Any

MEMBERS = {"1011": ("CN", "KR", "UA", "VN"), "1400": ("CN", "KR", "VN"), "2020": ("KR", "VN")}


def measure(type: str, text: str, area: str = "1011", **other: Any) -> dict[str, Any]:
    """One measure, flat; ``other`` has its additional_code, conditions, excluded, order, dates."""
    return {"type": type, "text": text, "area": area} | other


def condition(document: str, action: str = "27", **other: Any) -> dict[str, Any]:
    """One condition, flat."""
    return {"condition_code": "B", "action_code": action, "document_code": document} | other


def document(
    *measures: dict[str, Any], code: str = "6109100010", service: str = "uk", **other: Any
) -> dict[str, Any]:
    """An answer about a commodity: each entity once, and references to it."""
    included: dict[tuple[str, str], dict[str, Any]] = {}

    def put(kind: str, id: str, attributes: Any, **related: Any) -> dict[str, str]:
        included[kind, id] = {
            "id": id,
            "type": kind,
            "attributes": attributes,
            "relationships": {name: {"data": data} for name, data in related.items()},
        }
        return {"id": id, "type": kind}

    refs = []
    for at, one in enumerate(measures):
        members = [{"id": m, "type": "geographical_area"} for m in MEMBERS.get(one["area"], ())]
        related: dict[str, Any] = {
            "measure_type": put(
                "measure_type", one["type"], {"description": f"Type {one['type']}"}
            ),
            "duty_expression": put("duty_expression", f"{at}", {"base": one["text"]}),
            "geographical_area": put(
                "geographical_area",
                one["area"],
                {"description": f"Area {one['area']}"},
                children_geographical_areas=members,
            ),
            "excluded_countries": [
                put("geographical_area", c, {"description": c}) for c in one.get("excluded", ())
            ],
            "measure_components": [
                put("measure_component", f"{at}-{n}", part)
                for n, part in enumerate(one.get("components", ()))
            ],
            "resolved_measure_components": [
                put("measure_component", f"{at}-r{n}", part)
                for n, part in enumerate(one.get("resolved", ()))
            ],
            "measure_conditions": [
                put("measure_condition", f"{at}-{n}", part, measure_condition_components=[])
                for n, part in enumerate(one.get("conditions", ()))
            ],
        }
        if "additional_code" in one:
            related["additional_code"] = put(
                "additional_code", one["additional_code"], {"code": one["additional_code"]}
            )
        if "order" in one:
            related["order_number"] = put("order_number", one["order"], {"number": one["order"]})
        attributes = {
            "import": True,
            "vat": one["type"] == "305",
            "effective_start_date": one.get("start", "2021-01-01T00:00:00.000Z"),
            "effective_end_date": one.get("end"),
        }
        refs.append(put("measure", f"{1000 + at}", attributes, **related))
    attributes = {"goods_nomenclature_item_id": code, "description": "T-shirts"}
    return {
        "data": {
            "id": "1",
            "type": "commodity",
            "attributes": attributes,
            "relationships": {"import_measures": {"data": refs}},
            "meta": {"duty_calculator": {"source": service, "applicable_additional_codes": {}}},
        },
        "included": list(included.values()),
    } | other


def heading(code: str, *lines: tuple[str, bool, list[dict[str, Any]]]) -> dict[str, Any]:
    """An answer about a heading that cannot be declared.

    Each line is a code, whether it can be declared, and the measures of its overview.
    """
    included: list[dict[str, Any]] = []

    def put(kind: str, id: str, attributes: Any, **related: Any) -> dict[str, str]:
        entity = {
            "id": id,
            "type": kind,
            "attributes": attributes,
            "relationships": {name: {"data": data} for name, data in related.items()},
        }
        if entity not in included:
            included.append(entity)
        return {"id": id, "type": kind}

    refs = []
    for at, (line, declarable, measures) in enumerate(lines):
        overview = []
        for n, one in enumerate(measures):
            extra = one.get("additional_code")
            related: dict[str, Any] = {
                "measure_type": put("measure_type", one["type"], {"description": "A duty"}),
                "duty_expression": put("duty_expression", f"{at}-{n}", {"base": one["text"]}),
                "additional_code": extra and put("additional_code", extra, {"code": extra}),
            }
            overview.append(put("measure", f"{at}-{n}", {"vat": one["type"] == "305"}, **related))
        told = {"goods_nomenclature_item_id": line, "declarable": declarable}
        refs.append(put("commodity", f"{at}", told, overview_measures=overview))
    return {
        "data": {
            "id": "2",
            "type": "heading",
            "attributes": {"goods_nomenclature_item_id": code, "declarable": False},
            "relationships": {"commodities": {"data": refs}},
        },
        "included": included,
    }
