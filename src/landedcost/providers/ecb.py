"""The euro reference rates of the European Central Bank, from its own files.

``eurofxref-daily.xml`` holds the latest day, ``eurofxref-hist-90d.xml`` the last 90 days and
``eurofxref-hist.xml`` all since 1999; every file is ``Cube`` elements with a ``time`` around
``Cube`` elements with a ``currency`` and a ``rate``, in units for one euro. No key. Rates are
published about 16:00 in Frankfurt on the days that TARGET is open: a weekend, a holiday and the
morning of a day are answered with the day before. Confirmed: the envelope and the daily file.
The two files of history have the same form from general knowledge, and so has the hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pydantic_settings import SettingsConfigDict

from ..fx.customs import customs_day
from ..ports import (
    COMMERCIAL,
    BadAnswer,
    Element,
    Flow,
    NoAnswer,
    ProviderSettings,
    ProviderSpec,
    RatesAnswer,
    RatesAsk,
    Request,
    fetch,
    positive,
)

EU = "EU"
FILES = ("eurofxref-daily.xml", "eurofxref-hist-90d.xml", "eurofxref-hist.xml")
"""The bank's files, the smallest first."""


class EcbSettings(ProviderSettings):
    """Where the files are, and whether the large one of all years may be fetched."""

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_ECB_")

    base_url: str = "https://www.ecb.europa.eu/stats/eurofxref"
    all_years: bool = True


@dataclass(frozen=True, slots=True)
class Ecb:
    """The source."""

    settings: EcbSettings

    def rates(self, ask: RatesAsk) -> Flow[RatesAnswer]:
        """The sheet of a day, or of the last day before it that has one.

        Customs of the European Union takes the same rates, of a day in the month before
        (Reg (EU) 2015/2447 art. 146).
        """
        wanted = ask.day
        if ask.use != COMMERCIAL:
            if ask.territory != EU:
                raise NoAnswer(f"has no rates of the customs authority of {ask.territory}")
            wanted = customs_day(ask.day)
        for name in FILES if self.settings.all_years else FILES[:2]:
            response = yield from fetch(
                Request(
                    "GET",
                    f"{self.settings.base_url}/{name}",
                    headers={"accept": "application/xml"},
                )
            )
            days = dict(_days(response.xml()))
            if not days:
                raise BadAnswer(f"{name} has no day with rates", request_id=response.request_id)
            on = max((day for day in days if day <= wanted), default=None)
            if on is not None:
                return RatesAnswer(
                    base="EUR",
                    rates=_sheet(days[on]),
                    on=on,
                    source="European Central Bank reference rates",
                )
        raise NoAnswer(f"has no rates as old as {wanted.isoformat()}")


def _days(root: Element) -> Iterator[tuple[date, Element]]:
    for cube in root.all("Cube"):
        text = cube.get("time")
        if text is None:
            continue
        try:
            yield date.fromisoformat(text), cube
        except ValueError as error:
            raise BadAnswer(f"Cube.time is no date: {text[:40]!r}") from error


def _sheet(day: Element) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for cube in day.all("Cube"):
        code = cube.get("currency")
        if code is not None:
            found[code] = positive(cube.get("rate") or "", f"rates.{code}")
    return found


SPEC = ProviderSpec(
    name="ecb",
    kind="rates",
    settings=EcbSettings,
    factory=Ecb,
    capabilities=frozenset({"history", "customs"}),
    case="landedcost.testing.cases.ecb:CASE",
    summary="reference rates from the European Central Bank itself, no key",
    docs="reference/sources/ecb.md",
)
