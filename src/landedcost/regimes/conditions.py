"""When a rule applies: tests of the lane (decided once) and of the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

LANE_KEYS = (
    "channel",
    "ship_from",
    "ship_from_not",
    "buyer_kind",
    "region",
    "region_not",
    "registrations",
    "registrations_not",
    "terms",
)
LINE_KEYS = (
    "origin",
    "origin_not",
    "goods_class",
    "goods_class_not",
    "hs",
    "hs_not",
    "preference",
    "preference_names",
    "claims",
    "claims_not",
    "content",
    "hs_list",
    "hs_list_not",
)
CODE_KEYS = ("hs", "hs_not", "hs_list", "hs_list_not")
CONDITION_KEYS = frozenset(LANE_KEYS + LINE_KEYS)


class LaneFacts(Protocol):
    """What a lane condition looks at."""

    @property
    def channel(self) -> str:
        """``post``, ``courier`` or ``sea``."""
        ...

    @property
    def ship_from(self) -> frozenset[str]:
        """Every name of the place the parcel leaves from."""
        ...

    @property
    def buyer_kind(self) -> str:
        """``consumer`` or ``business``."""
        ...

    @property
    def region(self) -> str:
        """The buyer's province."""
        ...

    @property
    def registrations(self) -> frozenset[str]:
        """The schemes the seller is registered for."""
        ...

    @property
    def terms(self) -> str:
        """``DDP`` or ``DAP``."""
        ...


class LineFacts(Protocol):
    """What a line condition looks at; an empty text is a fact that was not given."""

    @property
    def origin(self) -> str:
        """Where the goods were made."""
        ...

    @property
    def goods_class(self) -> str:
        """``standard``, ``book`` and so on."""
        ...

    @property
    def hs(self) -> str:
        """The digits of the code."""
        ...

    @property
    def preference(self) -> str:
        """The agreement claimed."""
        ...

    @property
    def claims(self) -> frozenset[str]:
        """What the importer claims or chooses, by code."""
        ...

    def contains(self, materials: frozenset[str]) -> bool:
        """Whether the goods contain, or may contain, one of the materials."""
        ...

    def begins(self, codes: frozenset[str], *, wanted: bool) -> bool:
        """Whether the code begins with one of ``codes`` (or with none, if not ``wanted``)."""
        ...

    def listed(self, names: frozenset[str], *, wanted: bool) -> bool:
        """Whether the goods are on one of the lists (or on none, if not ``wanted``)."""
        ...


@dataclass(frozen=True, slots=True)
class Condition:
    """Every test must hold; a key that is absent is no test.

    The reader puts the tests of the code last: what a code is too short to tell matters only
    where everything else holds.
    """

    tests: Mapping[str, frozenset[str] | bool]

    def lane(self, facts: LaneFacts) -> bool:
        """Whether the tests of the lane hold."""
        for key, wanted in self.tests.items():
            if key not in LANE_KEYS or isinstance(wanted, bool):
                continue
            positive = not key.endswith("_not")
            name = key.removesuffix("_not")
            have: Any = getattr(facts, name)
            held = have if isinstance(have, frozenset) else frozenset([have])
            if (not held.isdisjoint(wanted)) is not positive:
                return False
        return True

    def line(self, facts: LineFacts) -> bool:
        """Whether the tests of the line hold."""
        for key, wanted in self.tests.items():
            if key not in LINE_KEYS:
                continue
            if isinstance(wanted, bool):
                held = bool(facts.preference) is wanted
            elif key in ("hs", "hs_not"):
                held = facts.begins(wanted, wanted=key == "hs")
            elif key == "preference_names":
                held = facts.preference in wanted
            elif key in ("claims", "claims_not"):
                held = facts.claims.isdisjoint(wanted) is (key == "claims_not")
            elif key == "content":
                held = facts.contains(wanted)
            elif key in CODE_KEYS:
                held = facts.listed(wanted, wanted=key == "hs_list")
            else:
                have = getattr(facts, key.removesuffix("_not"))
                held = (have in wanted) is (not key.endswith("_not"))
            if not held:
                return False
        return True

    def asks(self, *keys: str) -> bool:
        """Whether any of ``keys`` is tested."""
        return any(k in self.tests for k in keys)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Lines that a threshold, scheme or duty rule leaves out (``except`` in the file)."""

    hs: tuple[str, ...] = ()
    goods_class: frozenset[str] = frozenset()

    def covers(self, facts: LineFacts) -> bool:
        """Whether the line is left out."""
        if self.hs and facts.hs.startswith(self.hs):
            return True
        return facts.goods_class in self.goods_class
