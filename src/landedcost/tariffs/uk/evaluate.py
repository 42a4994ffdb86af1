"""What a measure charges, exactly, with the steps in words.

The official calculator computes the same in floating point; see ``docs/reference/
tariff-tables.md`` for where that could show. Amounts are ratios of pounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...rounding import down, half_up
from ..rates import decimal_text
from .kinds import APPLIES_NOT, DESCRIPTIVE, MEURSING, OPERATORS, SINGLE
from .measures import Component, Measure, Requirement
from .shipment import Shipment
from .units import IGNORED, parts, unit

ENTRY_PRICE = "V"
"""The code of conditions that set bands of the import price."""
_HUNDREDTH = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Needed:
    """A fact that is missing: the unit or name it is given under, and what to ask for."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Charged:
    """An amount in pounds and how it came about; None when facts are missing."""

    amount: Fraction | None
    steps: str
    needs: tuple[Needed, ...] = ()


VALUE = Needed("value", "the customs value in pounds")


class Missing(Exception):
    """Facts without which an amount cannot be worked out."""

    def __init__(self, *needs: Needed) -> None:
        super().__init__(", ".join(n.words for n in needs))
        self.needs = needs


def money_text(amount: Fraction) -> str:
    """Pounds to the penny, half up."""
    minor = half_up(amount.numerator * 100, amount.denominator)
    return f"{minor // 100:,}.{minor % 100:02d}" if minor >= 0 else f"-{money_text(-amount)}"


def quantity_text(amount: Fraction) -> str:
    """A quantity with two decimals, and more where it has them."""
    text = decimal_text(amount.numerator, amount.denominator)
    if "/" in text:
        return text
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.ljust(2, '0')}"


def charge(measure: Measure, shipment: Shipment, source: str = "uk") -> Charged:
    """What a measure charges on a shipment; the facts that are missing, where some are."""
    try:
        components = components_of(measure, shipment, source)
        needs = needed(components, shipment)
        if needs:
            return Charged(None, measure.text, needs)
        return Charged(*evaluate(components, shipment))
    except Missing as missing:
        return Charged(None, measure.text, missing.needs)


def needed(components: Sequence[Component], shipment: Shipment) -> tuple[Needed, ...]:
    """The facts that the components need and the shipment does not have."""
    found: dict[str, Needed] = {}
    first = components[0].unit if components else ""
    for component in components:
        for code in _units(component, first):
            try:
                quantity(code, shipment)
            except Missing as missing:
                found |= {need.code: need for need in missing.needs}
        percent = not component.unit and not component.currency
        if percent and component.expression not in DESCRIPTIVE and shipment.value is None:
            found[VALUE.code] = VALUE
        if component.currency == "EUR" and shipment.eur_gbp is None:
            found["EUR"] = Needed("EUR", "pounds for a euro in the month of the import")
    return tuple(found.values())


def units_of(components: Sequence[Component]) -> tuple[str, ...]:
    """The units in which the components ask for quantities."""
    first = components[0].unit if components else ""
    codes = (code for c in components for code in _units(c, first))
    return tuple(dict.fromkeys(unit(code).asked for code in codes))


def _units(component: Component, first: str) -> tuple[str, ...]:
    if not component.unit or component.unit in IGNORED or component.expression in DESCRIPTIVE:
        return ()
    if component.unit == "SPQ":
        return parts("SPQLPA" if first == "LPA" else "SPQLTR")
    return parts(component.unit)


def components_of(measure: Measure, shipment: Shipment, source: str) -> tuple[Component, ...]:
    """The components that hold: of a document, a threshold, the Meursing table, or its own.

    Raises Missing for a duty by entry price, and a threshold whose quantity is not known.
    """
    document = condition_met(measure, shipment, source)
    if document is not None and document.components:
        return document.components
    threshold = _threshold(measure, shipment)
    if threshold is not None:
        return threshold.components
    found = measure.resolved or measure.components
    if not found and any(c.code == ENTRY_PRICE for c in measure.conditions):
        raise Missing(Needed("entry_price", "the entry price of the consignment"))
    return found


def condition_met(measure: Measure, shipment: Shipment, source: str) -> Requirement | None:
    """The condition of the document that was given for this type of measure, if one was."""
    given = shipment.answer(shipment.documents, source, measure.type)
    if given is None:
        return None
    wanted = "" if given == "none" else given
    for condition in measure.conditions:
        if condition.document == wanted and condition.amount is None:
            return condition
    return None


def applies(measure: Measure, shipment: Shipment, source: str) -> bool:
    """Whether the measure counts, by the additional code and the document that were given."""
    if measure.additional_code:
        given = shipment.answer(shipment.additional_codes, source, measure.type)
        if given is not None and given != measure.additional_code:
            return False
    condition = condition_met(measure, shipment, source)
    return condition is None or condition.action not in APPLIES_NOT


def _threshold(measure: Measure, shipment: Shipment) -> Requirement | None:
    """The first condition on a quantity that the shipment meets."""
    for condition in measure.conditions:
        if not (condition.components and condition.unit and condition.amount is not None):
            continue
        if condition.currency:
            continue
        held = quantity(condition.unit, shipment)
        test = {
            "=<": held <= condition.amount,
            "<=": held <= condition.amount,
            "=>": held >= condition.amount,
            ">=": held >= condition.amount,
            ">": held > condition.amount,
            "<": held < condition.amount,
        }
        if test.get(condition.operator, False):
            return condition
    return None


def evaluate(components: Sequence[Component], shipment: Shipment) -> tuple[Fraction, str]:
    """The amount of a list of components, in pounds, and the steps.

    The last MIN or MAX splits the list: MIN is "at least" what follows, MAX "at most". Plus and
    minus belong to the part they stand in. Raises Missing.
    """
    kept = [c for c in components if c.expression not in DESCRIPTIVE and c.unit not in IGNORED]
    if not kept:
        raise Missing(Needed("duty", "a duty: the measure names none that can be computed"))
    if len(kept) == 1 and kept[0].expression in SINGLE:
        return term(kept[0], shipment, kept[0].unit)
    for at in range(len(kept) - 1, 0, -1):
        join = OPERATORS.get(kept[at].expression, kept[at].abbreviation)
        if join in ("MIN", "MAX"):
            left, said = evaluate(kept[:at], shipment)
            right, other = _added(kept[at:], shipment)
            amount = max(left, right) if join == "MIN" else min(left, right)
            return amount, f"({said}) {join} ({other})"
    return _added(kept, shipment)


def _added(components: Sequence[Component], shipment: Shipment) -> tuple[Fraction, str]:
    amount, steps = term(components[0], shipment, components[0].unit)
    for component in components[1:]:
        more, said = term(component, shipment, components[0].unit)
        minus = OPERATORS.get(component.expression, component.abbreviation) == "-"
        amount = amount - more if minus else amount + more
        steps = f"{steps} {'-' if minus else '+'} {said}"
    return amount, steps


def term(component: Component, shipment: Shipment, first: str) -> tuple[Fraction, str]:
    """One component, in pounds. Raises Missing."""
    if component.expression in MEURSING:
        name = MEURSING[component.expression]
        raise Missing(Needed(name, f"the Meursing code, for {name}"))
    if component.amount is None:
        raise Missing(Needed("duty", "a duty: a component has no amount"))
    if not component.unit:
        if component.currency:
            raise Missing(Needed("duty", "a duty: an amount without a unit"))
        if shipment.value is None:
            raise Missing(VALUE)
        return _share(component.amount, shipment.value.total)
    if component.unit == "RET":
        return _share(component.amount, quantity("RET", shipment))
    if component.unit == "SPQ":
        return _relief(component.amount, shipment, first)
    held, words = Fraction(1), ""
    for code in parts(component.unit):
        one = quantity(code, shipment)
        held *= one
        words += f" × {quantity_text(one)} {unit(code).abbreviation}"
    amount = component.amount
    said = f"{quantity_text(amount)} {component.currency or 'GBP'}{words}"
    if component.currency == "EUR":
        if shipment.eur_gbp is None:
            raise Missing(Needed("EUR", "pounds for a euro in the month of the import"))
        amount *= shipment.eur_gbp
        said += f" at {decimal_text(shipment.eur_gbp.numerator, shipment.eur_gbp.denominator)}"
    return amount * held, said


def _share(rate: Fraction, value: Fraction) -> tuple[Fraction, str]:
    return value * rate * _HUNDREDTH, f"{quantity_text(rate)} % × {money_text(value)}"


def _relief(rate: Fraction, shipment: Shipment, first: str) -> tuple[Fraction, str]:
    """Small producer relief: rate × alcohol × relief, cut to the penny."""
    held, words = rate, quantity_text(rate)
    for code in parts("SPQLPA" if first == "LPA" else "SPQLTR"):
        one = quantity(code, shipment)
        held *= one
        words += f" × {quantity_text(one)} {unit(code).abbreviation}"
    return Fraction(down(held.numerator * 100, held.denominator), 100), words


def quantity(code: str, shipment: Shipment) -> Fraction:
    """How much of a unit there is: as given in the unit itself, or in the one it is asked in.

    Raises Missing naming what to ask for.
    """
    known = unit(code)
    if known.asked in shipment.quantities:
        return shipment.quantities[known.asked] * known.multiplier
    if code in shipment.quantities:
        return shipment.quantities[code]
    raise Missing(Needed(known.asked, known.words))
