"""The European Central Bank's files, with figures of our own."""

from __future__ import annotations

from datetime import date

from ...ports import CUSTOMS, RatesAsk
from ..case import Case, Reply, Seen

_DAYS = {
    "eurofxref-daily.xml": ("2026-10-02",),
    "eurofxref-hist-90d.xml": ("2026-10-02", "2026-10-01", "2026-09-23", "2026-09-16"),
    "eurofxref-hist.xml": ("2026-10-02", "2024-01-15", "1999-01-04"),
}


def upstream(seen: Seen) -> Reply:
    """The files: days within cubes, currencies within days."""
    cubes = "".join(
        f'<Cube time="{day}"><Cube currency="USD" rate="1.1435"/>'
        '<Cube currency="JPY" rate="185.7"/><Cube currency="GBP" rate="0.85363"/></Cube>'
        for day in _DAYS[seen.url.rpartition("/")[2]]
    )
    return Reply(
        text='<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope'
        ' xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
        ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">'
        f"<Cube>{cubes}</Cube></gesmes:Envelope>",
        headers={"content-type": "text/xml"},
    )


CASE = Case(
    settings={},
    asks=[
        RatesAsk(date(2026, 10, 1)),
        RatesAsk(date(2026, 10, 4)),
        RatesAsk(date(2024, 1, 16)),
        RatesAsk(date(2026, 10, 1), CUSTOMS, "EU"),
    ],
    upstream=upstream,
    unknown=RatesAsk(date(1990, 1, 1)),
)
