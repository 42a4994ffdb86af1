"""The ways in which a shipment may be declared, what each costs, and what it needs to be known.

Every duty rate, preference, suspension and quota of a commodity is an option; none is chosen.
Excise and trade remedies are rows of each of them, and VAT comes last, on everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from .evaluate import VALUE, Charged, Needed, applies, charge, money_text
from .kinds import (
    ADDITIONAL,
    EXCISE,
    NOT_WITH_QUOTA,
    OPTIONS,
    PRIORITY,
    QUOTA,
    REMEDIES,
    WAIVER,
)
from .measures import Commodity, Measure
from .shipment import Shipment

_NO_CODE = "VAT"
_HUNDREDTH = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Row:
    """One amount of an option; ``amount`` is None while facts are missing."""

    kind: str
    label: str
    text: str
    charged: Charged
    measure: Measure | None = None

    @property
    def amount(self) -> Fraction | None:
        """The amount in pounds, not rounded."""
        return self.charged.amount


@dataclass(frozen=True, slots=True)
class Option:
    """One way to declare the goods.

    ``kind`` is ``third_country``, ``preference``, ``suspension``, ``quota`` or ``waiver``;
    ``source`` the tariff it is from; ``duty`` the rate's own row (None for a waiver), ``rows``
    what is charged on top, ``vat`` the last row (None where the goods bear none).
    """

    kind: str
    label: str
    source: str
    measure: Measure | None
    duty: Row | None
    rows: tuple[Row, ...] = ()
    vat: Row | None = None

    @property
    def priority(self) -> int:
        """Its place in the list."""
        return PRIORITY[self.kind]

    @property
    def area(self) -> str:
        """The origins it is for, as the tariff names them."""
        return self.measure.area.name if self.measure else ""

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """Every row that is charged."""
        rows = (self.duty, *self.rows, self.vat)
        return tuple(row for row in rows if row is not None)

    @property
    def needs(self) -> tuple[Needed, ...]:
        """The facts that are missing for its total."""
        found = {n.code: n for row in self.all_rows for n in row.charged.needs}
        return tuple(found.values())

    @property
    def total(self) -> Fraction | None:
        """Duty, everything on top and VAT, not rounded; None while facts are missing.

        A waiver has no amount.
        """
        return None if self.kind == WAIVER else total(row.amount for row in self.all_rows)

    @property
    def total_text(self) -> str | None:
        """The total to the penny: the sum is rounded, not its parts."""
        amount = self.total
        return None if amount is None else money_text(amount)


def total(amounts: Iterable[Fraction | None]) -> Fraction | None:
    """The sum of amounts; None if one of them is not known."""
    known = list(amounts)
    if any(amount is None for amount in known):
        return None
    return sum((amount for amount in known if amount is not None), Fraction(0))


def options(
    commodity: Commodity,
    shipment: Shipment,
    *,
    filtered: bool = False,
    vat_of: Commodity | None = None,
) -> tuple[Option, ...]:
    """Every option of a commodity for a shipment, in the order in which they are listed.

    Measures of other days are left out, and unless ``filtered`` says that the answer was asked
    for this origin, those for other origins. VAT is that of ``vat_of``, the commodity of the
    United Kingdom's tariff, where ``commodity`` is of Northern Ireland's.
    """
    found = _held(commodity, shipment, filtered)
    vat_source = found if vat_of is None else _held(vat_of, shipment, filtered)
    vats = [m for m in vat_source.measures if m.vat]
    additional = [
        m for m in found.measures if m.type in ADDITIONAL and applies(m, shipment, found.source)
    ]
    out = [
        _option(measure, additional, vats, shipment, found.source)
        for measure in found.measures
        if measure.type in OPTIONS and applies(measure, shipment, found.source)
    ]
    return tuple(sorted(out, key=lambda option: option.priority))


def _held(commodity: Commodity, shipment: Shipment, filtered: bool) -> Commodity:
    found = commodity.on(shipment.day)
    if not filtered and shipment.origin:
        found = found.for_origin(shipment.origin)
    return found


def _option(
    measure: Measure,
    additional: Sequence[Measure],
    vats: Sequence[Measure],
    shipment: Shipment,
    source: str,
) -> Option:
    kind = OPTIONS[measure.type]
    duty = Row(kind.option, kind.label, measure.text, charge(measure, shipment, source), measure)
    rows = tuple(
        row
        for extra in additional
        if not (kind.option == QUOTA and extra.type in NOT_WITH_QUOTA)
        if (row := _extra(extra, shipment, source)) is not None
    )
    option = Option(kind.option, kind.label, source, measure, duty, rows)
    return replace(option, vat=vat_row(option, vats, shipment))


def _extra(measure: Measure, shipment: Shipment, source: str) -> Row | None:
    """The row of excise or a remedy; None where it charges nothing."""
    if measure.components and measure.is_zero:
        return None
    kind = "excise" if measure.type == EXCISE else "remedy"
    label = ADDITIONAL[measure.type]
    charged = charge(measure, shipment, source)
    if measure.additional_code:
        label = f"{label}, additional code {measure.additional_code}"
        if shipment.answer(shipment.additional_codes, source, measure.type) is None:
            words = f"the additional code of measure type {measure.type}"
            needs = (Needed(f"additional_code_{measure.type}", words), *charged.needs)
            charged = Charged(None, measure.text, needs)
    return Row(kind, label, measure.text, charged, measure)


def vat_row(option: Option, vats: Sequence[Measure], shipment: Shipment) -> Row | None:
    """VAT on the customs value, the duty and what comes on top of it."""
    if not vats:
        return None
    chosen = vats[0] if len(vats) == 1 else _chosen(vats, shipment.vat)
    if chosen is None:
        offered = ", ".join(sorted(vat_code(m) for m in vats))
        needs = (Needed("vat", f"which VAT applies: {offered}"),)
        return Row("vat", "VAT", "", Charged(None, "", needs))
    rate = next((c.amount for c in chosen.components), None)
    value = None if shipment.value is None else shipment.value.total
    base = total((value, *(r.amount for r in (option.duty, *option.rows) if r)))
    if rate is None or base is None:
        lacking: tuple[Needed, ...] = () if shipment.value else (VALUE,)
        return Row("vat", "VAT", chosen.text, Charged(None, chosen.text, lacking), chosen)
    steps = f"{chosen.text} × {money_text(base)}"
    return Row("vat", "VAT", chosen.text, Charged(base * rate * _HUNDREDTH, steps), chosen)


def vat_code(measure: Measure) -> str:
    """What the VAT of a measure is called: its additional code, or VAT for the standard one."""
    return measure.additional_code or _NO_CODE


def _chosen(vats: Sequence[Measure], wanted: str | None) -> Measure | None:
    return next((m for m in vats if wanted and vat_code(m) == wanted), None)


def waiver() -> Option:
    """The last option of goods from Great Britain for Northern Ireland: no duty, as minor aid.

    It has no amount; the limit is EUR 300,000 in three tax years.
    """
    return Option(WAIVER, "Waiver of duty as de minimis aid", "uk", None, None)


def offered_remedies(commodity: Commodity) -> tuple[Measure, ...]:
    """The trade remedies on a commodity, whatever the origin."""
    return tuple(m for m in commodity.measures if m.type in REMEDIES)
