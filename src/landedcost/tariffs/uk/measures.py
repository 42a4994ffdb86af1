"""A commodity of the UK tariff and its measures, read from an answer of the service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ...dates import day as as_day
from ...errors import RequestError
from .document import bad_answer, decode, nested
from .kinds import (
    EVERYWHERE,
    MEURSING,
    OPTIONS,
    THIRD_COUNTRY_TYPES,
    TRADE_DEFENCE,
    VAT_TYPES,
)

_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,8})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Component:
    """One term of a duty: an amount, of which currency and for which unit if not percent.

    ``expression`` is the duty expression id, which says how it joins the terms before it.
    """

    expression: str
    amount: Fraction | None
    currency: str = ""
    unit: str = ""
    abbreviation: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition of a measure: what has to be shown, and what then happens."""

    code: str
    action: str
    document: str = ""
    amount: Fraction | None = None
    unit: str = ""
    currency: str = ""
    operator: str = ""
    components: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """Where goods come from: a country, or a group with its members."""

    id: str
    name: str
    members: frozenset[str] = frozenset()

    def holds(self, origin: str) -> bool:
        """Whether goods of ``origin`` belong to it."""
        return self.id in EVERYWHERE or origin == self.id or origin in self.members


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: what is charged or required, for which origins and days (both inclusive)."""

    id: str
    type: str
    name: str
    text: str
    area: Area
    start: date
    end: date | None
    components: tuple[Component, ...] = ()
    resolved: tuple[Component, ...] = ()
    conditions: tuple[Requirement, ...] = ()
    excluded: frozenset[str] = frozenset()
    additional_code: str = ""
    order_number: str = ""
    preference_code: str = ""
    reduction_indicator: str = ""
    scheme: str = ""
    vat: bool = False

    def on(self, day: date) -> bool:
        """Whether it is in force on ``day``."""
        return self.start <= day and (self.end is None or day <= self.end)

    def is_for(self, origin: str) -> bool:
        """Whether it concerns goods of ``origin``."""
        return self.area.holds(origin) and origin not in self.excluded

    @property
    def is_zero(self) -> bool:
        """Whether it charges nothing: every component is 0."""
        return all(c.amount == 0 for c in self.components)


@dataclass(frozen=True, slots=True)
class Commodity:
    """A code that can be declared, with its import measures.

    ``source`` is ``uk``, or ``xi`` for Northern Ireland; ``additional_codes`` are those offered
    for each type of measure.
    """

    code: str
    description: str
    source: str
    measures: tuple[Measure, ...]
    additional_codes: Mapping[str, tuple[str, ...]]

    def for_origin(self, origin: str) -> Commodity:
        """The same with the measures for goods of ``origin`` only."""
        kept = tuple(m for m in self.measures if m.is_for(origin))
        return Commodity(
            self.code, self.description, self.source, kept, dict(self.additional_codes)
        )

    def on(self, day: date) -> Commodity:
        """The same with the measures in force on ``day`` only."""
        kept = tuple(m for m in self.measures if m.on(day))
        return Commodity(
            self.code, self.description, self.source, kept, dict(self.additional_codes)
        )

    @property
    def trade_defence(self) -> bool:
        """Whether a remedy is among the measures."""
        return any(m.type in TRADE_DEFENCE for m in self.measures)

    @property
    def zero_mfn(self) -> bool:
        """Whether every third country duty is a single component of 0."""
        found = [m for m in self.measures if m.type in THIRD_COUNTRY_TYPES]
        return bool(found) and all(len(m.components) == 1 and m.is_zero for m in found)

    @property
    def meursing(self) -> bool:
        """Whether an option has a component of the Meursing table that is not resolved."""
        return any(
            c.expression in MEURSING
            for m in self.measures
            if m.type in OPTIONS and not m.resolved
            for c in m.components
        )


def read_answer(document: str | bytes | Mapping[str, Any], file: str = "answer") -> Commodity:
    """Read an answer of ``commodities/{code}`` (or of a heading that can be declared).

    A text is decoded without floats; a decoded document must have been, too: numbers as text,
    ``Decimal`` or int. Raises RuleFileError (``bad_answer``).
    """
    value = decode(document, file) if isinstance(document, str | bytes) else document
    return _commodity(nested(value, file), file)


def _commodity(found: Mapping[str, Any], file: str) -> Commodity:
    code = found.get("goods_nomenclature_item_id")
    if not isinstance(code, str) or not re.fullmatch(r"\d{10}", code, re.ASCII):
        raise bad_answer(file, f"not a commodity code: {str(code)[:40]!r}")
    meta = _calculator(found, file)
    blocks = _object(meta.get("applicable_additional_codes"), "additional codes", file)
    offered = {
        str(kind): tuple(
            str(_object(entry, "an additional code", file).get("code"))
            for entry in _object(block, "additional codes", file).get("additional_codes") or ()
        )
        for kind, block in blocks.items()
    }
    measures = found.get("import_measures")
    if not isinstance(measures, list):
        raise bad_answer(file, "the commodity has no list of measures")
    return Commodity(
        code,
        str(found.get("description_plain") or found.get("description") or ""),
        str(meta.get("source") or "uk"),
        tuple(_measure(m, file) for m in measures),
        offered,
    )


def _calculator(found: Mapping[str, Any], file: str) -> Mapping[str, Any]:
    meta = _object(found.get("meta"), "meta", file)
    return _object(meta.get("duty_calculator"), "duty_calculator", file)


def _object(value: Any, what: str, file: str) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise bad_answer(file, f"{what} is no object: {str(value)[:40]!r}")
    return value or {}


def _measure(found: Any, file: str) -> Measure:
    if not isinstance(found, dict) or not isinstance(found.get("measure_type"), dict):
        raise bad_answer(file, "a measure without a type")
    kind = found["measure_type"]
    area = found.get("geographical_area") or {}
    start = found.get("effective_start_date")
    meta = _calculator(found, file)
    return Measure(
        id=str(found.get("id")),
        type=str(kind.get("id")),
        name=str(kind.get("description") or ""),
        text=str((found.get("duty_expression") or {}).get("base") or "").strip(),
        area=Area(
            str(area.get("id") or ""),
            str(area.get("description") or ""),
            frozenset(str(a.get("id")) for a in area.get("children_geographical_areas") or ()),
        ),
        start=_date(start, file) if start else date.min,
        end=_date(end, file) if (end := found.get("effective_end_date")) else None,
        components=tuple(_components(found, "measure_components", file)),
        resolved=tuple(_components(found, "resolved_measure_components", file)),
        conditions=tuple(_condition(c, file) for c in found.get("measure_conditions") or ()),
        excluded=frozenset(str(a.get("id")) for a in found.get("excluded_countries") or ()),
        additional_code=str((found.get("additional_code") or {}).get("code") or ""),
        order_number=str((found.get("order_number") or {}).get("number") or ""),
        preference_code=str((found.get("preference_code") or {}).get("code") or ""),
        reduction_indicator=str(found.get("reduction_indicator") or ""),
        scheme=str(meta.get("scheme_code") or ""),
        vat=found.get("vat") is True or str(kind.get("id")) in VAT_TYPES,
    )


def _condition(found: Any, file: str) -> Requirement:
    if not isinstance(found, dict):
        raise bad_answer(file, "a condition is no object")
    return Requirement(
        code=str(found.get("condition_code") or ""),
        action=str(found.get("action_code") or ""),
        document=str(found.get("document_code") or ""),
        amount=_amount(found.get("condition_duty_amount"), file),
        unit=_unit(found, "condition_"),
        currency=str(found.get("condition_monetary_unit_code") or ""),
        operator=str(found.get("requirement_operator") or ""),
        components=tuple(_components(found, "measure_condition_components", file)),
    )


def _components(found: Mapping[str, Any], name: str, file: str) -> Iterator[Component]:
    for entry in found.get(name) or ():
        if not isinstance(entry, dict):
            raise bad_answer(file, f"{name} holds no components")
        yield Component(
            str(entry.get("duty_expression_id") or ""),
            _amount(entry.get("duty_amount"), file),
            str(entry.get("monetary_unit_code") or ""),
            _unit(entry),
            str(entry.get("duty_expression_abbreviation") or ""),
        )


def _unit(found: Mapping[str, Any], prefix: str = "") -> str:
    code = found.get(f"{prefix}measurement_unit_code") or ""
    return f"{code}{found.get(f'{prefix}measurement_unit_qualifier_code') or ''}"


def _amount(value: Any, file: str) -> Fraction | None:
    if value is None or value == "":
        return None
    if isinstance(value, float | bool):
        raise bad_answer(file, f"{value!r} is a float: decode numbers as text")
    if isinstance(value, str | int | Decimal) and _AMOUNT.fullmatch(str(value)):
        return Fraction(str(value))
    raise bad_answer(file, f"not an amount: {str(value)[:40]!r}")


def _date(value: Any, file: str) -> date:
    try:
        return as_day(str(value)[:10])
    except RequestError as error:
        raise bad_answer(file, error.message) from None
