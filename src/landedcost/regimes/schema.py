"""What a rule file may say: the closed list of rule kinds, and the values they hold.

The reference page "Rule files" explains each kind in words; this module is what the reader
(:mod:`landedcost.regimes.parse`) checks a file against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..facts import GOODS_CLASSES as GOODS_CLASSES
from .conditions import Condition, Exclusion

STATUSES = ("in_force", "scheduled", "provisional", "suspended", "annulled", "proposed")
REFORM = "reform"
"""The status of a value that a reform has put in; no rule file may use it."""
APPLIES = frozenset({"in_force", "scheduled", "provisional", REFORM})
COMPARES = ("goods", "value", "goods_freight")
PER = ("parcel", "day", "item", "gram")
WAIVABLE = ("duty", "tax")
RATE_BANDS = ("rate_at_least", "rate_below", "rate_over", "rate_at_most")
BASE_TOKENS = ("value", "goods", "freight", "insurance", "duty", "fees", "uplift")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: title, url or citation, and the day it was read."""

    key: str
    title: str
    url: str = ""
    citation: str = ""
    read: date | None = None
    official: bool = False

    @property
    def text(self) -> str:
        """One line for a quote's ``why.source``."""
        where = self.url or self.citation
        parts = [self.title] if not where or where == self.title else [self.title, where]
        if self.read is not None:
            parts.append(f"read {self.read.isoformat()}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Dated:
    """One value of a rule with the days it applies on (``until`` is exclusive).

    ``currency`` is the ISO code an amount is in, or the territory's when the file names none.
    """

    address: str
    value: str
    start: date
    until: date | None
    status: str
    source: Source
    verified: bool = True
    note: str = ""
    currency: str = ""
    line: int = 0

    def on(self, day: date) -> bool:
        """Whether the value applies on ``day``: by its dates and by its status."""
        return self.status in APPLIES and self.covers(day)

    def covers(self, day: date) -> bool:
        """Whether ``day`` lies within the dates, whatever the status."""
        return self.start <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Rule:
    """One addressable rule: its fixed settings and its dated values."""

    address: str
    kind: str
    name: str
    settings: Mapping[str, Any]
    when: Condition
    exclude: Exclusion
    values: Mapping[str, tuple[Dated, ...]]
    file: str = ""

    def value(self, name: str, day: date) -> Dated | None:
        """The entry of list ``name`` that applies on ``day``, if any."""
        for entry in self.values.get(name, ()):
            if entry.on(day):
                return entry
        return None

    def on(self, day: date) -> Mapping[str, Dated] | None:
        """Every value that applies on ``day``, or None when the rule does not apply."""
        found = {n: v for n in self.values if (v := self.value(n, day)) is not None}
        needed = required_lists(self.kind, self.settings)
        if self.kind in _BANDED:
            needed = (*needed, *(n for n in _BANDS if n in self.values))
        return found if all(n in found for n in needed) else None

    @property
    def label(self) -> str:
        """The words shown for the rule."""
        return str(self.settings.get("label") or self.name.replace("_", " "))

    @property
    def names(self) -> frozenset[str]:
        """What other rules may call it: its name, and the program it belongs to."""
        return frozenset({self.name, str(self.settings.get("program") or self.name)})


@dataclass(frozen=True, slots=True)
class Reformed:
    """A reform in a territory's rules: since when, and what it changes, in words."""

    name: str
    since: date
    text: str


@dataclass(frozen=True, slots=True)
class Regime:
    """All rules of one territory, inherited ones included."""

    code: str
    name: str
    currency: str
    country: str
    customs_territory: str
    vat_area: str
    member_of: str
    tariff: str
    verified_through: date
    rules: Mapping[str, Rule]
    version: str
    kinds: Mapping[str, tuple[Rule, ...]] = field(init=False)
    reforms: tuple[Reformed, ...] = ()

    def __post_init__(self) -> None:
        kinds: dict[str, list[Rule]] = {}
        for rule in self.rules.values():
            kinds.setdefault(rule.kind, []).append(rule)
        object.__setattr__(self, "kinds", {k: tuple(found) for k, found in kinds.items()})

    def of(self, kind: str) -> Sequence[Rule]:
        """The rules of one kind, in file order."""
        return self.kinds.get(kind, ())


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of rule may hold: fixed keys with their type, and dated lists."""

    keys: Mapping[str, Any]
    lists: tuple[str, ...]
    conditional: bool = True
    excludes: bool = False


_TEST = {"compares": COMPARES, "per": PER, "inclusive": bool}
_MANY = "list"

KINDS: Mapping[str, Kind] = {
    "list": Kind({"label": str}, ("codes",), conditional=False),
    "valuation": Kind({}, ("basis", "factor", "insurance")),
    "threshold": Kind(
        {
            "label": str,
            **_TEST,
            "effect": ("cliff", "allowance"),
            "waives": (_MANY, WAIVABLE),
            "spares": (_MANY, None),
        },
        ("amount",),
        excludes=True,
    ),
    "scheme": Kind(
        {
            "label": str,
            "registration": str,
            **_TEST,
            "collects": (_MANY, WAIVABLE),
            "waives": (_MANY, WAIVABLE),
            "tax_base": (_MANY, BASE_TOKENS),
            "parcel_note": str,
        },
        ("limit",),
        excludes=True,
    ),
    "duty": Kind(
        {
            "label": str,
            "method": ("none", "flat_per_line", "flat_per_parcel", "rate"),
            **_TEST,
            "unless_preference": bool,
            "unless_pinned": bool,
            "replaces": (_MANY, ("tax",)),
            "rate_of": (_MANY, None),
        },
        ("reason", "amount", "rate", "deduct", "over", "limit", *RATE_BANDS),
        excludes=True,
    ),
    "additional": Kind(
        {
            "label": str,
            "code": str,
            "headings": dict,
            "method": ("flat", "minimum_total", "surcharge"),
            "program": str,
            "group": str,
            "content": (_MANY, None),
            "not_with": (_MANY, None),
        },
        ("rate",),
    ),
    "exemption": Kind(
        {"label": str, "code": str, "of": (_MANY, None), "beside": (_MANY, None)}, ("effect",)
    ),
    "preference": Kind(
        {"label": str, "agreement": str, "not_under": (_MANY, None), "evidence": str},
        ("rate", "evidence_above"),
    ),
    "tax": Kind(
        {
            "label": str,
            "method": ("rate", "split", "gross_up"),
            "base": (_MANY, BASE_TOKENS),
            "supply_base": (_MANY, BASE_TOKENS),
            "given": bool,
            **_TEST,
        },
        (*GOODS_CLASSES, "local_share", "pay", "uplift", "limit", "above"),
    ),
    "fee": Kind(
        {
            "label": str,
            "method": ("fixed", "percent", "percent_plus_fixed", "per_line"),
            "payer": ("buyer", "seller"),
            "imposed_by": ("government", "carrier"),
            "due": ("always", "if_tax", "if_duty_or_tax", "on_delivery", "unless_relieved"),
            "in_tax_base": bool,
            "band": ("up_to", "above"),
            **_TEST,
        },
        ("amount", "rate", "min", "max", "limit"),
    ),
    "rounding": Kind(
        {"mode": ("half_up", "half_even", "down", "up"), "at": ("line", "entry")},
        ("step",),
        conditional=False,
    ),
    "minimum": Kind({"label": str, "on": (_MANY, WAIVABLE), "inclusive": bool}, ("amount",)),
    "refusal": Kind({"label": str, **_TEST}, ("reason", "limit"), excludes=True),
    "note": Kind({"code": str, "partial": bool, "domestic": bool}, ("text",)),
    "fx": Kind({}, ("rule",), conditional=False),
}

ROUNDED = ("value", "duty", "tax_base", "tax", "fee")
MONEY_LISTS = frozenset({"amount", "limit", "min", "max", "over", "deduct", "evidence_above"})
TEXT_LISTS = frozenset({"basis", "reason", "text", "rule", "codes", "effect"})
EFFECTS = ("whole", "share")
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "list": ("codes",),
    "exemption": ("effect",),
    "valuation": ("basis",),
    "threshold": ("amount",),
    "scheme": ("limit",),
    "additional": ("rate",),
    "preference": ("rate",),
    "tax": ("standard",),
    "rounding": ("step",),
    "minimum": ("amount",),
    "refusal": ("reason",),
    "note": ("text",),
    "fx": ("rule",),
}
# Rules that say for which amounts they hold do not hold on a day that lacks the amount.
_BANDED = frozenset({"duty", "refusal"})
_BANDS = ("limit", "over", "deduct", *RATE_BANDS)
_BY_METHOD: Mapping[str, tuple[str, ...]] = {
    "none": ("reason",),
    "flat_per_line": ("limit", "amount"),
    "flat_per_parcel": ("amount",),
    "rate": ("rate",),
    "fixed": ("amount",),
    "per_line": ("amount",),
    "percent": ("rate",),
    "percent_plus_fixed": ("amount", "rate"),
}


def required_lists(kind: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The dated lists without an applicable entry of which a rule does not apply at all."""
    if kind == "tax" and settings.get("given"):
        return ()
    if kind in _REQUIRED:
        return _REQUIRED[kind]
    needed = _BY_METHOD[str(settings["method"])]
    return (*needed, "limit") if settings.get("band") else needed


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule with the values that apply on one day."""

    rule: Rule
    values: Mapping[str, Dated] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Dated:
        return self.values[name]

    def get(self, name: str) -> Dated | None:
        """The value of a list the rule need not have."""
        return self.values.get(name)

    @property
    def address(self) -> str:
        """The rule's address."""
        return self.rule.address

    @property
    def settings(self) -> Mapping[str, Any]:
        """The rule's fixed settings."""
        return self.rule.settings

    @property
    def label(self) -> str:
        """The words shown for the rule."""
        return self.rule.label
