"""What the types of measure, conditions and actions of the UK tariff mean for a calculation.

As the official duty calculator has them (trade-tariff-frontend, MIT; read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

THIRD_COUNTRY, PREFERENCE, SUSPENSION, QUOTA, WAIVER = (
    "third_country",
    "preference",
    "suspension",
    "quota",
    "waiver",
)
PRIORITY: Mapping[str, int] = {
    THIRD_COUNTRY: 1,
    PREFERENCE: 2,
    SUSPENSION: 3,
    QUOTA: 3,
    WAIVER: 10,
}
"""The order in which options are listed; none of them is chosen for the trader."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a type of measure is, as an option of its own."""

    option: str
    label: str


OPTIONS: Mapping[str, Kind] = {
    "103": Kind(THIRD_COUNTRY, "Third country duty"),
    "105": Kind(THIRD_COUNTRY, "Third country duty under authorised use"),
    "106": Kind(PREFERENCE, "Customs union"),
    "142": Kind(PREFERENCE, "Tariff preference"),
    "145": Kind(PREFERENCE, "Tariff preference under authorised use"),
    "112": Kind(SUSPENSION, "Autonomous suspension"),
    "115": Kind(SUSPENSION, "Autonomous suspension under authorised use"),
    "117": Kind(SUSPENSION, "Suspension for certain ships, boats and platforms"),
    "119": Kind(SUSPENSION, "Airworthiness suspension"),
    "141": Kind(SUSPENSION, "Preferential suspension"),
    "122": Kind(QUOTA, "Non-preferential quota"),
    "123": Kind(QUOTA, "Non-preferential quota under authorised use"),
    "143": Kind(QUOTA, "Preferential quota"),
    "146": Kind(QUOTA, "Preferential quota under authorised use"),
    "147": Kind(QUOTA, "Customs union quota"),
}
REMEDIES: Mapping[str, str] = {
    "551": "Provisional anti-dumping duty",
    "552": "Definitive anti-dumping duty",
    "553": "Provisional countervailing duty",
    "554": "Definitive countervailing duty",
    "695": "Additional duty",
    "696": "Safeguard duty",
}
EXCISE = "306"
ADDITIONAL: Mapping[str, str] = {**REMEDIES, EXCISE: "Excise"}
"""Duties on top of every option."""
NOT_WITH_QUOTA = frozenset({"696"})
TRADE_DEFENCE = frozenset({*REMEDIES, "555"})
"""Types whose presence alone counts as trade defence."""
THIRD_COUNTRY_TYPES = frozenset({"103", "105"})
VAT_TYPES = frozenset({"305", "VTA", "VTE", "VTS", "VTZ"})
SUPPLEMENTARY_UNIT = "109"

APPLIES_NOT = frozenset({"04", "05", "06", "07", "08", "09", "10", "16", "30"})
"""Actions of a condition under which the measure does not apply; under the others it does."""

SINGLE = frozenset({"01", "04", "19", "20"})
"""Duty expressions that stand for an amount alone."""
DESCRIPTIVE = frozenset({"37", "40", "41", "42", "43", "44", "99"})
"""Duty expressions that are words or a unit, and no duty."""
MEURSING: Mapping[str, str] = {
    "12": "EA",
    "14": "EA",
    "21": "ADSZ",
    "25": "ADSZ",
    "27": "ADFM",
    "29": "ADFM",
}
"""Duty expressions that stand for a component of the Meursing table."""
OPERATORS: Mapping[str, str] = {
    "01": "",
    "02": "-",
    "04": "+",
    "15": "MIN",
    "17": "MAX",
    "19": "+",
    "20": "+",
    "35": "MAX",
    "36": "-",
}
"""How a component is joined to those before it."""
EVERYWHERE = frozenset({"1011", "1008"})
"""Areas that are all countries, and all outside the customs union."""
