"""Answers of the UK tariff service (JSON:API, version 2) as plain nested values.

The service sends each entity once and refers to it; here the references are followed, only as
deep as a measure needs. Nothing is taken for granted: a document of another shape is an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import RuleFileError

_MAX_INCLUDED = 200_000
# What of a measure leads to another entity, and what of that entity leads further.
_ONE = (
    "duty_expression",
    "measure_type",
    "geographical_area",
    "order_number",
    "preference_code",
    "additional_code",
)
_MANY = (
    "measure_conditions",
    "measure_components",
    "resolved_measure_components",
    "excluded_countries",
)
_BELOW = {
    "geographical_area": ("children_geographical_areas",),
    "measure_condition": ("measure_condition_components",),
}


def bad_answer(file: str, message: str) -> RuleFileError:
    """The error for a document that is no answer of the service."""
    return RuleFileError(message, file=file, code="bad_answer")


def decode(text: str | bytes, file: str = "answer") -> Any:
    """A JSON text with every number kept as text, so that none becomes a float.

    Raises RuleFileError (``bad_answer``).
    """

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is no number")

    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise bad_answer(file, f"not JSON, or cut off: {error}") from None


def nested(document: Any, file: str = "answer") -> dict[str, Any]:
    """A commodity with its import measures inside, from an answer or from one already nested.

    Raises RuleFileError (``bad_answer``) for a document of another kind or a reference to
    nothing.
    """
    if not isinstance(document, dict):
        raise bad_answer(file, "not a document of the tariff service")
    if "import_measures" in document and "goods_nomenclature_item_id" in document:
        return document
    data, included = document.get("data"), document.get("included")
    if not isinstance(data, dict) or not isinstance(included, list):
        raise bad_answer(file, "not an answer about one commodity: no data and included")
    if len(included) > _MAX_INCLUDED:
        raise bad_answer(file, f"{len(included):,} included entities: no commodity has so many")
    return _Answer(included, file).commodity(data)


class _Answer:
    """The entities of one answer by type and id."""

    def __init__(self, included: Sequence[Any], file: str) -> None:
        self.file = file
        self.known: dict[tuple[str, str], Mapping[str, Any]] = {}
        for entity in included:
            if not isinstance(entity, dict):
                raise bad_answer(file, "an included entity is no object")
            self.known[str(entity.get("type")), str(entity.get("id"))] = entity

    def commodity(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The commodity: its attributes, its calculator's meta, and its measures."""
        out = {**_object(data, "attributes", self.file), "meta": data.get("meta")}
        related = _object(data, "relationships", self.file)
        if "import_measures" not in related:
            kind = data.get("type")
            raise bad_answer(
                self.file, f"the {kind} has no measures: ask for a code that can be declared"
            )
        out["import_measures"] = [
            self._measure(self._entity(ref)) for ref in self._refs(related, "import_measures")
        ]
        return out

    def _measure(self, entity: Mapping[str, Any]) -> dict[str, Any]:
        out = {
            **_object(entity, "attributes", self.file),
            "id": entity.get("id"),
            "meta": entity.get("meta"),
        }
        related = _object(entity, "relationships", self.file)
        for name in _ONE:
            refs = self._refs(related, name)
            out[name] = self._plain(self._entity(refs[0])) if refs else None
        for name in _MANY:
            out[name] = [self._plain(self._entity(ref)) for ref in self._refs(related, name)]
        return out

    def _plain(self, entity: Mapping[str, Any]) -> dict[str, Any]:
        out = {"id": entity.get("id"), **_object(entity, "attributes", self.file)}
        for name in _BELOW.get(str(entity.get("type")), ()):
            refs = self._refs(entity.get("relationships") or {}, name)
            if name == "children_geographical_areas":
                out[name] = [{"id": ref.get("id")} for ref in refs]
            else:
                out[name] = [self._plain(self._entity(ref)) for ref in refs]
        return out

    def _refs(self, related: Any, name: str) -> list[Mapping[str, Any]]:
        held = related.get(name) if isinstance(related, dict) else None
        data = held.get("data") if isinstance(held, dict) else None
        if data is None:
            return []
        refs = data if isinstance(data, list) else [data]
        if not all(isinstance(ref, dict) for ref in refs):
            raise bad_answer(self.file, f"{name} refers to no entity")
        return refs

    def _entity(self, ref: Mapping[str, Any]) -> Mapping[str, Any]:
        found = self.known.get((str(ref.get("type")), str(ref.get("id"))))
        if found is None:
            raise bad_answer(
                self.file, f"the {ref.get('type')} {ref.get('id')} is referred to and not there"
            )
        return found


def _object(entity: Mapping[str, Any], name: str, file: str) -> dict[str, Any]:
    found = entity.get(name)
    if not isinstance(found, dict):
        raise bad_answer(file, f"{entity.get('type')} {entity.get('id')} has no {name}")
    return found


_KEPT: Mapping[str, tuple[str, ...]] = {
    "": ("goods_nomenclature_item_id", "description", "description_plain", "import_measures"),
    "import_measures": (
        "id",
        "effective_start_date",
        "effective_end_date",
        "vat",
        "reduction_indicator",
        *_ONE,
        *_MANY,
    ),
    "duty_expression": ("base",),
    "measure_type": ("id", "description"),
    "geographical_area": ("id", "description", "children_geographical_areas"),
    "children_geographical_areas": ("id",),
    "excluded_countries": ("id",),
    "order_number": ("number",),
    "preference_code": ("code",),
    "additional_code": ("code",),
    "measure_conditions": (
        "condition_code",
        "action_code",
        "document_code",
        "condition_duty_amount",
        "condition_measurement_unit_code",
        "condition_measurement_unit_qualifier_code",
        "condition_monetary_unit_code",
        "requirement_operator",
        "measure_condition_components",
    ),
    **dict.fromkeys(
        ("measure_components", "resolved_measure_components", "measure_condition_components"),
        (
            "duty_expression_id",
            "duty_amount",
            "monetary_unit_code",
            "measurement_unit_code",
            "measurement_unit_qualifier_code",
            "duty_expression_abbreviation",
        ),
    ),
}


def trimmed(found: Mapping[str, Any]) -> dict[str, Any]:
    """A nested commodity with only what its measures are read from, for keeping."""
    meta = (found.get("meta") or {}).get("duty_calculator") or {}
    codes = {
        kind: {"additional_codes": [{"code": c.get("code")} for c in block["additional_codes"]]}
        for kind, block in (meta.get("applicable_additional_codes") or {}).items()
    }
    calculator = {"source": meta.get("source"), "applicable_additional_codes": codes}
    return {**_trimmed(found, ""), "meta": {"duty_calculator": calculator}}


def _trimmed(found: Any, name: str) -> Any:
    if isinstance(found, list):
        return [_trimmed(entry, name) for entry in found]
    if isinstance(found, dict) and name in _KEPT:
        kept = {key: _trimmed(found[key], key) for key in _KEPT[name] if key in found}
        scheme = ((found.get("meta") or {}).get("duty_calculator") or {}).get("scheme_code")
        if name == "import_measures" and scheme:
            kept["meta"] = {"duty_calculator": {"scheme_code": scheme}}
        return {key: value for key, value in kept.items() if value not in (None, [], "")}
    return found
