"""Trying laws on a provider, one by one, and telling how it went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..errors import PluginError
from ..ports.spec import ProviderSpec
from . import law_faults, law_kinds, laws
from .case import Case
from .drivers import DRIVERS
from .laws import LAWS, Law
from .subject import Broken, Subject

__all__ = ["Cell", "Verdict", "case_of", "cells", "law_faults", "law_kinds", "laws", "report"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One law through one driver; an empty driver for a law that needs none."""

    law: Law
    driver: str = ""

    @property
    def id(self) -> str:
        """Its name in reports and test ids."""
        return f"{self.law.name}[{self.driver}]" if self.driver else self.law.name


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a law fared: ``kept``, ``broken`` or ``off``, and why."""

    cell: Cell
    outcome: str
    why: str = ""


def cells(kind: str) -> tuple[Cell, ...]:
    """Every law of a kind, through every driver where it is driven."""
    found = []
    for one in LAWS:
        if kind in one.kinds:
            found += [Cell(one, d) for d in DRIVERS] if one.driven else [Cell(one)]
    return tuple(found)


def off(cell: Cell, subject: Subject) -> str:
    """Why a law is not tried on a provider; empty if it is. Raises Broken for no reason."""
    law, spec, case = cell.law, subject.spec, subject.case
    if law.name in case.excused:
        reason = case.excused[law.name].strip()
        if not reason:
            raise Broken(f"{law.name} is excused without a reason")
        return reason
    if law.needs and law.needs not in spec.capabilities:
        return f"without {law.needs}: {spec.without.get(law.needs, 'no reason given')}"
    if not law.local and subject.local:
        if not case.local.strip():
            raise Broken("its case has no `upstream`, and does not say in `local` why")
        return f"asks nothing outside: {case.local}"
    if cell.driver == "trio" and find_spec("trio") is None:
        return "trio is not installed"
    return ""


def check(cell: Cell, subject: Subject) -> None:
    """Try one law. Raises Broken, an AssertionError that says how it is broken."""
    cell.law.check(subject, cell.driver or "threads")


def verdicts(spec: ProviderSpec, case: Case) -> Iterator[Verdict]:
    """Every law tried on a provider, in order."""
    subject = Subject(spec, case)
    unknown = sorted(set(case.excused) - {one.name for one in LAWS})
    if unknown:
        raise PluginError(f"no laws to be excused from: {', '.join(unknown)}")
    for cell in cells(spec.kind):
        try:
            reason = off(cell, subject)
            if reason:
                yield Verdict(cell, "off", reason)
                continue
            check(cell, subject)
        except Broken as error:
            yield Verdict(cell, "broken", str(error))
        except Exception as error:
            yield Verdict(cell, "broken", f"{type(error).__name__}: {error}")
        else:
            yield Verdict(cell, "kept")


def report(spec: ProviderSpec, case: Case) -> tuple[Verdict, ...]:
    """How a provider does, law by law."""
    return tuple(verdicts(spec, case))


def case_of(spec: ProviderSpec) -> Case:
    """The case that a spec names. Raises PluginError if there is none."""
    module, _, attribute = spec.case.partition(":")
    if not module:
        raise PluginError(
            f"{spec.key} names no case for the conformance kit",
            code="no_case",
            hint='give ProviderSpec(case="acme.conformance:CASE")',
        )
    try:
        found: Any = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise PluginError(
            f"the case of {spec.key} cannot be loaded from {spec.case}: {error}", code="no_case"
        ) from error
    if not isinstance(found, Case):
        raise PluginError(f"{spec.case} is no Case but a {type(found).__name__}", code="no_case")
    return found
