"""Reading duty text: one reader for requests, and one for each way a tariff is written.

``parse_duty`` reads what a request may pin, and only what can be computed. ``read_us`` and
``read_special`` read the columns of the United States' schedule, ``read_taric`` the duty
expressions of the British and European tariffs; they also understand what cannot be computed
yet (:mod:`landedcost.tariffs.beyond`).
"""

from ..rates import (
    AtLeast,
    AtMost,
    Duty,
    Free,
    Minus,
    Percent,
    RetailPercent,
    Specific,
    Sum,
)
from .plain import parse_duty
from .taric import read_taric
from .us import SpecialRate, read_special, read_us
from .written import Reading

__all__ = [
    "AtLeast",
    "AtMost",
    "Duty",
    "Free",
    "Minus",
    "Percent",
    "Reading",
    "RetailPercent",
    "SpecialRate",
    "Specific",
    "Sum",
    "parse_duty",
    "read_special",
    "read_taric",
    "read_us",
]
