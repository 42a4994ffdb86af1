"""Units of the UK tariff: what is asked for each, and how the answer becomes a quantity.

The codes, abbreviations, multipliers and the units they are asked in are those of the tariff
service (trade-tariff-backend, ``db/measurement_units.json``, MIT; read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

# Code, the unit it is asked in (- for its own), multiplier, abbreviation.
_TABLE = """
ASV - - % vol
ASVX - - % vol/hl
BRX - - % sucrose
CCT - - ct/l
CEN - 0.01 100 p/st
CTM - - c/k
DAP - - 10 000 kg/polar
DHS - - kg DHS
DTN KGM 0.01 100 kg
DTNE KGM 0.01 100 kg/net eda
DTNF KGM 0.01 100 kg common wheat
DTNG KGM 0.01 100 kg/br
DTNL KGM 0.01 100 kg live weight
DTNM KGM 0.01 100 kg/net mas
DTNR KGM 0.01 100 kg std qual
DTNS KGM 0.01 100 kg raw sugar
DTNZ - - 100 kg/net/%sacchar.
EUR - - EUR
GFI - - gi F/S
GRM - - g
GRT - - GT
HLT LTR 0.01 hl
HMT - - 100 m
KCC - - kg C₅H₁₄ClNO
KCL - - tonne KCl
KGM - - kg
KGMA - - kg/tot/alc
KGME - - kg/net eda
KGMG - - GKG
KGMP - - kg/lactic matter
KGMS - - kg/raw sugar
KGMT - - kg/dry lactic matter
KLT LTR 0.001 1,000 l
KMA - - kg methylamines
KMT - - KM
KNI - - kg N
KNS - - kg H₂O₂
KPH - - kg KOH
KPO - - kg K₂O
KPP - - kg P₂O₅
KSD - - kg 90% sdt
KSH - - kg NaOH
KUR - - kg U
LPA - - l alc. 100%
LTR - - l
LTRA - - L total alc.
MIL - 0.001 1,000 p/st
MPR - 0.001 1,000 pa
MTK - - m²
MTQ - - m³
MTQC - - 1,000 m³
MTR - - m
MWH - - 1,000 kWh
NAR - - p/st
NARB - - b/f
NCL - - ce/el
NPR - - pa
RET - - GBP
SPR - - SPR discount
TJO - - TJ
TNE KGM 0.001 1,000 kg
TNEE KGM 0.001 1,000 kg/net eda
TNEI KGM 0.001 1,000 kg/biodiesel
TNEJ KGM 0.001 1,000 kg/fuel content
TNEK KGM 0.001 1,000 kg/bioethanol
TNEM KGM 0.001 1,000 kg/net mas
TNER KGM 0.001 1,000 kg std qual
TNEZ KGM 0.001 1,000 kg/net/%saccha.
WAT - - Watt
"""
_MADE_UP: Mapping[str, tuple[str, ...]] = {
    "ASVX": ("ASV", "HLT"),
    "DTNZ": ("DTN", "BRX"),
    "SPQLPA": ("SPR", "LPA"),
    "SPQLTR": ("SPR", "ASV", "HLT"),
}
"""Units that are a product of others."""
IGNORED = frozenset({"FC1X"})
"""Units of components that the calculator leaves out."""
_ASKED = {
    "ASV": "alcoholic strength, in percent by volume",
    "BRX": "sucrose content, in percent",
    "CEN": "number of items",
    "GRM": "weight in grams",
    "KGM": "net weight in kilograms",
    "LPA": "litres of pure alcohol",
    "LTR": "volume in litres",
    "MIL": "number of items",
    "MPR": "number of pairs",
    "MTK": "area in square metres",
    "MTQ": "volume in cubic metres",
    "MTR": "length in metres",
    "NAR": "number of items",
    "NPR": "number of pairs",
    "RET": "retail price in pounds",
    "SPR": "small producer relief, in pounds for a litre of pure alcohol",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the tariff.

    ``asked`` is the unit a trader answers in, ``multiplier`` turns that answer into this unit.
    """

    code: str
    abbreviation: str
    asked: str
    multiplier: Fraction

    @property
    def words(self) -> str:
        """What to ask for."""
        known = _ASKED.get(self.asked)
        if known is None:
            return f"quantity in {self.abbreviation}"
        plain = self.asked == self.code or self.code in ("DTN", "TNE", "HLT", "KLT")
        return known if plain else f"{known}, counted as {self.abbreviation}"


@cache
def _known() -> Mapping[str, Unit]:
    found = {}
    for row in _TABLE.strip().splitlines():
        code, asked, multiplier, abbreviation = row.split(" ", 3)
        found[code] = Unit(
            code,
            abbreviation,
            code if asked == "-" else asked,
            Fraction(1) if multiplier == "-" else Fraction(multiplier),
        )
    return found


def unit(code: str) -> Unit:
    """A unit by its code and qualifier; one that is not known is asked in itself."""
    return _known().get(code) or Unit(code, code, code, Fraction(1))


def parts(code: str) -> tuple[str, ...]:
    """The units a unit is made of, or itself."""
    return _MADE_UP.get(code, (code,))
