"""What a trader says of a shipment, as the calculation of UK duties needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from ...errors import RequestError
from ...money import ratio

VAT_RATES = ("VAT", "VATA", "VATE", "VATR", "VATZ")
UNPROCESSED, COMMERCIAL_PROCESSING, COMMERCIAL_PURPOSES = (
    "without_any_processing",
    "commercial_processing",
    "commercial_purposes",
)
PROCESSING = (UNPROCESSED, COMMERCIAL_PROCESSING, COMMERCIAL_PURPOSES)


def number(value: Any, where: str) -> Fraction:
    """An exact number of zero or more from text, an int or a Fraction. Raises RequestError."""
    if isinstance(value, Fraction) and value >= 0:
        return value
    if isinstance(value, str | int) and not isinstance(value, bool):
        num, den = ratio(str(value), where)
        if num >= 0:
            return Fraction(num, den)
    raise RequestError(
        f"not a plain positive number: {str(value)[:40]!r}",
        code="bad_measure",
        where=where,
        hint='write text such as "12.5"',
    )


@dataclass(frozen=True, slots=True)
class CustomsValue:
    """The value of the goods and what it costs to bring them to the border, in pounds.

    Freight and insurance count as far as the border of the United Kingdom; what was not given is
    no part of the sum.
    """

    goods: Fraction | None = None
    shipping: Fraction | None = None
    insurance: Fraction | None = None

    @classmethod
    def of(cls, goods: Any, shipping: Any = None, insurance: Any = None) -> CustomsValue:
        """From exact texts of pounds. Raises RequestError."""
        given = (goods, shipping, insurance)
        names = ("goods", "shipping", "insurance")
        return cls(
            *(
                None if v is None else number(v, f"value.{n}")
                for v, n in zip(given, names, strict=True)
            )
        )

    @property
    def total(self) -> Fraction:
        """The customs value."""
        return sum((p for p in (self.goods, self.shipping, self.insurance) if p), Fraction(0))


@dataclass(frozen=True, slots=True)
class NorthernIreland:
    """What decides whether goods for Northern Ireland are at risk of moving on to the Union.

    ``authorised`` is whether the trader is in the UK Internal Market Scheme, ``final_use`` that
    the goods stay for final use there, ``small_turnover`` that the turnover is below the limit
    (GBP 500,000 until 2023-09-30, GBP 2,000,000 from then on), ``processing`` one of
    ``PROCESSING``, and ``certificate_of_origin`` that origin in the United Kingdom is proven.
    """

    authorised: bool | None = None
    final_use: bool | None = None
    small_turnover: bool | None = None
    processing: str | None = None
    certificate_of_origin: bool | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """One shipment of goods of one commodity code.

    ``destination`` is ``GB`` or ``XI``; ``quantities`` are by unit (``KGM``, ``ASV``, …, for the
    whole shipment), ``additional_codes`` and ``documents`` by type of measure, and by
    ``source:type`` where the tariffs of Great Britain and of the Union differ. ``vat`` names the
    VAT option where there are several, ``eur_gbp`` is the month's rate for amounts in euro. What
    is not known is left out; an option then says what it needs.
    """

    day: date
    origin: str
    value: CustomsValue | None = None
    destination: str = "GB"
    quantities: Mapping[str, Fraction] = field(default_factory=dict)
    additional_codes: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    vat: str | None = None
    eur_gbp: Fraction | None = None
    northern_ireland: NorthernIreland = field(default_factory=NorthernIreland)

    def answer(self, given: Mapping[str, str], source: str, kind: str) -> str | None:
        """The additional code or document given for a type of measure."""
        return given.get(f"{source}:{kind}", given.get(kind))


def quantities(given: Mapping[str, Any]) -> dict[str, Fraction]:
    """Quantities by unit from exact texts: ``{"KGM": "12.5"}``. Raises RequestError."""
    return {code.upper(): number(value, f"quantities.{code}") for code, value in given.items()}
