"""The pounds for a euro that the UK tariff service publishes for each month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from ...errors import RequestError
from ...money import ratio
from .document import bad_answer, decode


def read_monthly_rates(document: str | bytes | Any, file: str = "answer") -> dict[date, Fraction]:
    """Pounds for a euro by the first day of the month, from ``monetary_exchange_rates``.

    Raises RuleFileError (``bad_answer``).
    """
    value = decode(document, file) if isinstance(document, str | bytes) else document
    entries = value.get("data") if isinstance(value, dict) else value
    if not isinstance(entries, list):
        raise bad_answer(file, "not a list of exchange rates")
    out: dict[date, Fraction] = {}
    for entry in entries:
        held = entry.get("attributes") if isinstance(entry, dict) else None
        if not isinstance(held, Mapping):
            raise bad_answer(file, "an exchange rate has no attributes")
        if held.get("child_monetary_unit_code") == "GBP":
            month, rate = _entry(held, file)
            out[month] = rate
    if not out:
        raise bad_answer(file, "no rate of the euro in pounds")
    return out


def _entry(held: Mapping[str, Any], file: str) -> tuple[date, Fraction]:
    start, rate = held.get("validity_start_date"), held.get("exchange_rate")
    if not isinstance(start, str) or not isinstance(rate, str):
        raise bad_answer(file, "an exchange rate is not written as text")
    try:
        month = date.fromisoformat(start[:10]).replace(day=1)
        num, den = ratio(rate)
    except (ValueError, RequestError) as error:
        raise bad_answer(file, f"not an exchange rate: {error}") from None
    if num <= 0:
        raise bad_answer(file, f"not an exchange rate: {rate[:40]!r}")
    return month, Fraction(num, den)


def rate_of(rates: Mapping[date, Fraction], day: date) -> Fraction:
    """The rate of the month of ``day``, the newest one where that month has none."""
    return rates.get(day.replace(day=1)) or rates[max(rates)]
