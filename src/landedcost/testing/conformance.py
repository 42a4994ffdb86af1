"""The kit as tests for pytest: subclass one, name the spec, and run pytest."""

from __future__ import annotations

from typing import ClassVar

import pytest

from ..ports.spec import ProviderSpec
from .case import Case
from .run import Cell, case_of, cells, check, off
from .subject import Subject


class _Conformance:
    """What the four share: ``spec``, and ``case`` if the spec does not name it."""

    spec: ClassVar[ProviderSpec]
    case: ClassVar[Case | None] = None

    def _try(self, cell: Cell) -> None:
        subject = Subject(self.spec, self.case or case_of(self.spec))
        reason = off(cell, subject)
        if reason:
            pytest.skip(reason)
        check(cell, subject)


def _all(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("cell", cells(kind), ids=lambda cell: cell.id)


class RatesConformance(_Conformance):
    """The laws of a source of exchange rates."""

    @_all("rates")
    def test_law(self, cell: Cell) -> None:
        """One law through one driver."""
        self._try(cell)


class TariffConformance(_Conformance):
    """The laws of a source of tariffs."""

    @_all("tariff")
    def test_law(self, cell: Cell) -> None:
        """One law through one driver."""
        self._try(cell)


class CarrierConformance(_Conformance):
    """The laws of a source of shipping prices."""

    @_all("carrier")
    def test_law(self, cell: Cell) -> None:
        """One law through one driver."""
        self._try(cell)


class LandedConformance(_Conformance):
    """The laws of a source of landed costs."""

    @_all("landed")
    def test_law(self, cell: Cell) -> None:
        """One law through one driver."""
        self._try(cell)
