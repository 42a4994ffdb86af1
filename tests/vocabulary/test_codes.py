"""Currencies, countries, places, locales and days: what exists today, and what nearly does."""

from __future__ import annotations

from datetime import date, datetime

import moneyed
import pytest
from babel.core import get_global

from landedcost.codes import EU, country, country_name, hs_code, hs_dotted, nearest
from landedcost.currencies import currencies, currency
from landedcost.dates import day
from landedcost.errors import LandedCostError, MoneyError, RequestError
from landedcost.locales import buyer_locale, currency_of
from landedcost.territories import place

TODAY = date(2026, 11, 24)


def codes(on: date) -> set[str]:
    return {c.code for c in currencies(on)}


def test_iso_4217_of_today() -> None:
    now = codes(TODAY)
    assert {"XCG", "ZWG", "SLE", "VED", "VES", "MRU", "STN", "BYN", "SVC"} <= now
    assert not now & {"BGN", "HRK", "ANG", "ZWL", "SLL", "CUC", "BYR", "XXX", "XAU", "CLF"}
    assert "BGN" in codes(date(2025, 12, 31))
    assert "HRK" in codes(date(2022, 12, 31))
    assert currency("BGN").successor == "EUR"
    digits = {c: currency(c).digits for c in ("JPY", "KWD", "ISK", "IQD", "MGA", "UGX", "HUF")}
    assert digits == {"JPY": 0, "KWD": 3, "ISK": 0, "IQD": 3, "MGA": 2, "UGX": 0, "HUF": 2}
    assert len(now) == len({c.number for c in currencies(TODAY)})


def test_against_what_babel_and_moneyed_know() -> None:
    """The differences are theirs, and known: each is named here."""
    legal = {
        code
        for rows in get_global("territory_currencies").values()
        for code, _, end, tender in rows
        if tender and end is None
    }
    assert legal - codes(TODAY) == {"BGN", "CUC"} & legal
    assert codes(TODAY) - legal == {"SVC", "VED"} - legal
    assert codes(TODAY) - set(moneyed.CURRENCIES) == {"XCG", "ZWG"}


def test_an_unknown_currency_names_the_nearest() -> None:
    with pytest.raises(MoneyError, match="no currency of ISO 4217") as caught:
        currency("EURO", "currency")
    assert "EUR" in caught.value.hint
    assert caught.value.where == "currency"
    for bad in (None, 5, "eur", ["EUR"], "X" * 5000):
        with pytest.raises(MoneyError):
            currency(bad)


def test_countries() -> None:
    assert len(EU) == 27
    assert country("DE") == "DE"
    assert country_name("XI") == "Northern Ireland"
    for wrong, right in (("UK", "GB"), ("EL", "GR"), ("Germany", "DE"), ("de", "DE")):
        with pytest.raises(RequestError, match="no country of ISO 3166") as caught:
            country(wrong, "buyer.country")
        assert right in caught.value.hint


@pytest.mark.parametrize("text", ["6109.10", "610910", "6109 10 00", "6109.10.00.12"])
def test_hs_codes(text: str) -> None:
    digits = hs_code(text)
    assert digits.startswith("610910")
    assert hs_code(hs_dotted(digits)) == digits


@pytest.mark.parametrize(
    "text", ["6109", "61O910", "", "0012.34", "7712.34", "1" * 13, None, 610910]
)
def test_what_is_no_hs_code(text: object) -> None:
    with pytest.raises(RequestError, match="not an HS code") as caught:
        hs_code(text, "lines[0].hs_code")
    assert caught.value.code == "bad_hs_code"


@pytest.mark.parametrize(
    ("code", "region", "territory", "customs", "vat"),
    [
        ("DE", None, "DE", "EU", "DE"),
        ("US", "CA", "US", "US", "US"),
        ("US", "US-CA", "US", "US", "US"),
        ("GB", "NIR", "XI", "XI", "GB"),
        ("XI", None, "XI", "XI", "GB"),
        ("IC", None, "ES-CN", "EU", "ES-CN"),
        ("ES", "ES-CN", "ES-CN", "EU", "ES-CN"),
        ("ES", "MD", "ES", "EU", "ES"),
        ("MC", None, "FR", "EU", "FR"),
        ("AX", None, "AX", "EU", "AX"),
        ("LI", None, "CH", "CH", "CH"),
        ("IM", None, "GB", "GB", "GB"),
        ("JE", None, "JE", "GB", "JE"),
        ("EA", "CE", "ES-CE", "ES-CE", "ES-CE"),
        ("DE", "BUS", "CH", "CH", "CH"),
        ("PR", None, "PR", "US", "PR"),
        ("SM", None, "SM", "EU", "SM"),
    ],
)
def test_places(code: str, region: str | None, territory: str, customs: str, vat: str) -> None:
    found = place(code, region)
    assert (found.territory, found.customs_territory, found.vat_area) == (territory, customs, vat)


@pytest.mark.parametrize("region", ["California", "US-", "c a", "<b>", "FR-75"])
def test_what_is_no_region(region: str) -> None:
    with pytest.raises(RequestError, match="not a region of US") as caught:
        place("US", region, "buyer.country")
    assert caught.value.where == "buyer.region"


def test_locales() -> None:
    found = buyer_locale("de_at")
    assert (found.tag, found.country, found.currency) == ("de-AT", "AT", "EUR")
    assert buyer_locale("zh-hant-TW").tag == "zh-Hant-TW"
    for bad in ("de", "", "DE", "xx-DE", "de-ZZ", "de-DE-1996", None, "de-DE<script>"):
        with pytest.raises(LandedCostError) as caught:
            buyer_locale(bad)
        assert caught.value.where == "buyer.locale"


def test_the_currency_of_a_country_on_a_day() -> None:
    assert currency_of("BG", date(2025, 12, 31)) == "BGN"
    assert currency_of("BG", date(2026, 1, 1)) == "EUR"
    assert currency_of("HR", TODAY) == "EUR"
    assert currency_of("CW", TODAY) == "XCG"
    assert currency_of("XI", TODAY) == "GBP"
    assert currency_of("JP", date.max) == "JPY"
    with pytest.raises(RequestError, match="no currency is known"):
        currency_of("AQ", TODAY)


def test_days() -> None:
    assert day("2026-10-01") == day(date(2026, 10, 1)) == day(datetime(2026, 10, 1, 23, 59))  # noqa: DTZ001
    for bad in (
        "2026-1-1",
        "2026-02-30",
        "01.10.2026",
        "0000-01-01",
        20261001,
        None,
        "2026-10-01Z",
    ):
        with pytest.raises(RequestError, match="not a day") as caught:
            day(bad, "as_of")
        assert caught.value.code == "bad_date"


def test_the_nearest_words_come_first() -> None:
    assert nearest("courer", ["post", "courier", "sea"], 1) == ["courier"]
    assert nearest("zzz", ["post"], 1) == []
