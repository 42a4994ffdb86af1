"""Duties of the United States by the Harmonized Tariff Schedule, as USITC serves it.

``GET {base_url}/reststop/exportList?from=6109&to=6110&format=JSON`` answers with the lines of a
heading in the edition of the day; editions of other days are not served. No key. The names of
the routes are not documented by USITC: they are those that its own pages and others use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime

from pydantic_settings import SettingsConfigDict

from ..ports import (
    Flow,
    NoAnswer,
    Problem,
    ProviderSettings,
    ProviderSpec,
    Request,
    Response,
    TariffAnswer,
    TariffAsk,
    fetch,
)
from ..tariffs.grammar import parse_duty
from .hts_lines import lines_for, measures, read_lines

CURRENCY = "USD"


class UsitcHtsSettings(ProviderSettings):
    """Where the service is."""

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_USITC_HTS_")

    base_url: str = "https://hts.usitc.gov"


@dataclass(frozen=True, slots=True)
class UsitcHts:
    """The source."""

    settings: UsitcHtsSettings

    def tariff(self, ask: TariffAsk) -> Flow[TariffAnswer]:
        """The duties of a code, and of every line below it if it is short.

        Goods of the countries of column 2 have that column's rate as the duty of everybody.
        Additional duties are told as far as footnotes name them, without a rate. A coming day
        has today's edition, and a problem says so. Raises NoAnswer for another territory, a past
        day, and a code that the schedule does not have.
        """
        if ask.territory != "US":
            raise NoAnswer(f"has the tariff of US, not of {ask.territory}")
        heading = ask.hs_code[:4]
        response = yield from fetch(
            Request(
                "GET",
                f"{self.settings.base_url}/reststop/exportList",
                params={
                    "from": heading,
                    "to": f"{int(heading) + 1:04}",
                    "format": "JSON",
                    "styles": "false",
                },
            )
        )
        found = lines_for(read_lines(response.json()), ask.hs_code)
        if not found:
            raise NoAnswer(
                f"{ask.hs_code} is no code of the schedule",
                hint="look it up on https://hts.usitc.gov; a code of six digits is enough",
            )
        told = tuple(measure for line in found for measure in measures(line, ask))
        on, problems = ask.day, []
        served = _day(response)
        if served is not None and (served - ask.day).days > 1:
            raise NoAnswer(
                f"has the edition of {served.isoformat()} only, not that of {ask.day.isoformat()}"
            )
        if served is not None and (ask.day - served).days > 1:
            on = served
            text = f"the edition of {served.isoformat()}, asked for {ask.day.isoformat()}"
            problems.append(Problem("other_day", text))
        needs = {
            need
            for measure in told
            if measure.rate is not None
            for need in parse_duty(measure.rate, currency=CURRENCY).needs()
        }
        return TariffAnswer(
            told,
            "Harmonized Tariff Schedule of the United States",
            on,
            url=f"https://hts.usitc.gov/search?query={heading}",
            currency=CURRENCY,
            needs=tuple(sorted(needs)),
            problems=tuple(problems),
        )


def _day(response: Response) -> date | None:
    """The day on which the service answered, None if it does not say."""
    try:
        return parsedate_to_datetime(response.headers.get("date", "")).date()
    except ValueError:
        return None


SPEC = ProviderSpec(
    name="usitc-hts",
    kind="tariff",
    settings=UsitcHtsSettings,
    factory=UsitcHts,
    capabilities=frozenset({"preferences", "short_codes"}),
    without={
        "history": "the service has the edition of the day only",
        "remedies": "anti-dumping and countervailing orders are not in the schedule",
        "taxes": "the schedule has duties, no taxes",
    },
    territories=frozenset({"US"}),
    summary="duties of the United States by USITC; no key",
    docs="reference/sources/usitc-hts.md",
    case="landedcost.testing.cases.usitc_hts:CASE",
)
