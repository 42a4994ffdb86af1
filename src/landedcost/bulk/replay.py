"""A row of a file of prices asked again alone, for its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import RequestError, RuleFileError
from ..quote import Quote
from .earlier import Earlier
from .files import Catalog
from .job import Job
from .pricer import Pricer
from .prices import replayed


@dataclass
class Replay:
    """The prices of a file with the catalogue and the settings they were made with.

    ``catalog`` is where the catalogue is now, if it has moved. Raises RequestError
    (``other_catalog``) if it is not the one that was priced, RuleFileError (``rules_differ``)
    if the rules here are of another version.
    """

    earlier: Earlier
    catalog: Path | None = None

    @cached_property
    def job(self) -> Job:
        """The job, its files named from here."""
        return Job.of(self.earlier.about["job"]).seen_from(self.earlier.path.parent)

    @cached_property
    def _catalog(self) -> Catalog:
        found = Catalog(self.catalog or Path(self.job.catalog))
        if found.digest() != self.earlier.about["catalog"]:
            raise RequestError(
                "this is not the catalogue the prices are of: its bytes are others",
                code="other_catalog",
                where=str(found.path),
                hint="name the one that was priced with --catalog, or price this one",
            )
        return found

    @cached_property
    def _pricer(self) -> Pricer:
        pricer, then = self.job.pricer(), self.earlier.about["rules"]
        differ = sorted(k for k, v in pricer.versions.items() if then.get(k) != v)
        if differ:
            raise RuleFileError(
                f"the rules have changed since these prices were made: {', '.join(differ)}",
                file=str(self.earlier.path),
                code="rules_differ",
                hint="price the catalogue again, then explain that",
            )
        return pricer

    def quote(self, number: int) -> Quote:
        """The quote of a row of the file, equal to it to the minor unit.

        Raises the row's own error if it has one, RequestError for a row that is not there, and
        RuleFileError (``rates_differ``) if the price comes out otherwise than in the file.
        """
        return self.again(self.earlier.row(number))

    def again(self, row: Mapping[str, Any]) -> Quote:
        """The quote of a row that was read from the file. Raises as :meth:`quote` does."""
        batches = self._catalog.batches(self.earlier.about["batch"])
        quote = replayed(self._pricer, batches, row["row"], row["market"])
        if _sums(quote) != {name: row[name] for name in _sums(quote)}:
            raise RuleFileError(
                f"{row['id']} on {row['market']} comes out otherwise than in the file: tariffs or "
                "exchange rates have changed since",
                file=str(self.earlier.path),
                code="rates_differ",
                hint="price the catalogue again, then explain that",
            )
        return quote


def _sums(quote: Quote) -> dict[str, Any]:
    return {
        "currency": quote.currency,
        "total_minor": quote.total_minor,
        "due_at_checkout_minor": quote.checkout_minor,
        "due_on_delivery_minor": quote.delivery_minor,
    }
