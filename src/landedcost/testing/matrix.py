"""Every source against every fault: which error comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..ports.spec import ProviderSpec
from .case import Case
from .faults import FAULTS
from .law_faults import verdict
from .subject import Broken, Subject


@dataclass(frozen=True, slots=True)
class FaultCell:
    """What came of one fault: the name of the error, or what is wrong in ``broken``."""

    source: str
    fault: str
    error: str
    broken: str = ""


def fault_row(spec: ProviderSpec, case: Case, driver: str = "threads") -> Iterable[FaultCell]:
    """One source against every fault, at each request of its first ask."""
    subject = Subject(spec, case)
    count = len(subject.outcome(case.asks[0]).seen)
    for fault in FAULTS:
        try:
            errors = [type(verdict(subject, fault, at, driver)).__name__ for at in range(count)]
        except Broken as broken:
            yield FaultCell(spec.key, fault.name, "", str(broken))
        else:
            yield FaultCell(spec.key, fault.name, " then ".join(dict.fromkeys(errors)))
