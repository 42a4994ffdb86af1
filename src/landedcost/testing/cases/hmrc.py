"""HM Revenue & Customs' monthly rates, in the shape of its answers, with figures of our own."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from ...ports import CUSTOMS, RatesAsk
from ..case import Case, Reply, Seen

_RATES = (("Eurozone", "EUR", "1.1580"), ("Japan", "JPY", "201.7700"), ("USA", "USD", "1.3412"))


def upstream(seen: Seen) -> Reply:
    """The service: a month, or 404 before its first one."""
    year, month = map(int, seen.url.rpartition("/")[2].split("-"))
    if year < 2021:
        return Reply(404, json={"errors": [{"detail": "not found"}]})
    since, until = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    rows = [_row(*one, since, until) for one in (*_RATES, ("Ecuador", "USD", "1.3412"))]
    about = {"year": str(year), "month": str(month), "type": seen.params["filter[type]"]}
    return Reply(
        json={
            "data": {"id": "1", "type": "exchange_rate_collection", "attributes": about},
            "included": rows,
        }
    )


def _row(country: str, code: str, rate: str, since: date, until: date) -> dict[str, Any]:
    return {
        "id": f"{country}-{code}",
        "type": "exchange_rate",
        "attributes": {
            "country": country,
            "currency_code": code,
            "rate": rate,
            "validity_start_date": since.isoformat(),
            "validity_end_date": until.isoformat(),
        },
    }


CASE = Case(
    settings={"token": "opensesame"},
    asks=[RatesAsk(date(2026, 9, 17), CUSTOMS, "GB"), RatesAsk(date(2024, 2, 29), CUSTOMS, "GB")],
    upstream=upstream,
    unknown=RatesAsk(date(2015, 1, 1), CUSTOMS, "GB"),
)
