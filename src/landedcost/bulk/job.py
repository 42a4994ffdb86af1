"""A catalogue to be priced, in words that can be kept beside its prices."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from .. import __version__
from ..client import LandedCost
from ..codes import nearest
from ..errors import RequestError
from ..regimes.load import RuleBook
from ..regimes.reform import Reform, scenarios
from ..request import Seller
from ..shipping.zones import ZoneTable
from ..tariffs.local import LocalTariffs
from ..territories import place
from .pricer import Pricer

_LISTS = ("markets", "registrations", "reforms")


@dataclass(frozen=True, slots=True)
class Job:
    """What is priced and how: a catalogue's file, markets, the shop's settings, one day.

    ``sender`` is a country or a country and region (``"US-CA"``), where seller and parcels are;
    ``carrier``, ``rules`` and ``tariffs`` are files, empty for none, for the bundled rules and
    for the bundled tariffs alone, ``reforms``
    are files or names of reforms, moved to hold from ``since`` if that is given; ``rates`` and
    ``customs_rates`` pin exchange rates; ``fx_margin`` is a percentage or empty.
    """

    catalog: str
    markets: tuple[str, ...]
    as_of: str
    sender: str = "US"
    registrations: tuple[str, ...] = ()
    terms: str = "DDP"
    channel: str = "post"
    strategy: str = "refuse"
    carrier: str = ""
    rules: str = ""
    tariffs: str = ""
    reforms: tuple[str, ...] = ()
    since: str = ""
    rates: Mapping[str, str] = field(default_factory=dict)
    customs_rates: Mapping[str, str] = field(default_factory=dict)
    fx_margin: str = ""

    def pricer(self) -> Pricer:
        """The pricer it asks for. Raises RequestError and RuleFileError for its settings."""
        if not self.markets:
            raise RequestError(
                "no market given", code="missing_field", where="markets", hint="such as DE,US,CA-ON"
            )
        country, _, region = self.sender.partition("-")
        shop = LandedCost(
            Seller.of(country, self.registrations),
            ship_from=place(country, region or None, "ship_from"),
            channel=self.channel,
            terms=self.terms,
            tariff_strategy=self.strategy,
            carrier=ZoneTable.load(self.carrier) if self.carrier else None,
            tariffs=LocalTariffs(self.tariffs) if self.tariffs else None,
            fx_margin=self.fx_margin or None,
            rules=RuleBook(Path(self.rules) if self.rules else None, self._reforms()),
        )
        return Pricer(
            shop,
            self.markets,
            as_of=self.as_of,
            rates=self.rates or None,
            customs_rates=self.customs_rates or None,
        )

    def _reforms(self) -> list[Reform]:
        found = [Reform.load(file) for file in self.reforms]
        return [one.since(self.since) for one in found] if self.since else found

    def beside(self, folder: Path) -> Job:
        """The job with its files named as seen from ``folder``; :meth:`seen_from` undoes it."""
        return self._files(lambda name: _relative(Path(name).resolve(), folder.resolve()))

    def seen_from(self, folder: Path) -> Job:
        """The job with files that were named from ``folder``."""
        return self._files(lambda name: str(folder.joinpath(name)))

    def _files(self, named: Callable[[str], str]) -> Job:
        known = scenarios()
        return replace(
            self,
            catalog=named(self.catalog),
            carrier=named(self.carrier) if self.carrier else "",
            rules=named(self.rules) if self.rules else "",
            tariffs=named(self.tariffs) if self.tariffs else "",
            reforms=tuple(f if f in known else named(f) for f in self.reforms),
        )

    def as_dict(self) -> dict[str, Any]:
        """The job for a JSON document; :meth:`of` reads it."""
        found = asdict(self)
        lists = {name: [*getattr(self, name)] for name in _LISTS}
        return found | lists

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Job:
        """A job from :meth:`as_dict`. Raises RequestError for what is no job."""
        try:
            return cls(**{**document, **{name: tuple(document[name]) for name in _LISTS}})
        except (KeyError, TypeError):
            raise _no_job() from None


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return str(path)


def _no_job() -> RequestError:
    return RequestError(
        f"the prices were made by another version than {__version__}",
        code="other_version",
        hint="price the catalogue again",
    )


def not_used(columns: list[str], known: tuple[str, ...]) -> list[str]:
    """The columns nothing reads, each with the name that was perhaps meant."""
    found = []
    for name in columns:
        if name not in known:
            close = nearest(name, known, 1, close=True)
            meant = close[0] if close and close[0] not in columns else ""
            found.append(f"{name} (did you mean {meant}?)" if meant else name)
    return found
