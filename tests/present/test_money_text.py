"""A warm price is written as Babel writes it, to the code point, and much faster."""

from __future__ import annotations

import timeit
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.localedata import locale_identifiers
from babel.numbers import format_currency, get_currency_precision, parse_pattern
from hypothesis import given
from hypothesis import strategies as st

from landedcost.currencies import currencies, currency
from landedcost.errors import MoneyError, RequestError
from landedcost.lines import Amount
from landedcost.money import amount_text
from landedcost.present.text import formatter, money_text, time_text

LOCALES = sorted(locale_identifiers())
CURRENCIES = sorted(
    {c.code for c in currencies(date(2026, 10, 1))} | {"BGN", "HRK", "SLL", "ZWL", "ANG"}
)
SAMPLES = (0, 5, -5, 99_999, 123_456, -1_234_567, 98_765_432_109_876)


@cache
def babel(tag: str) -> Locale:
    return Locale.parse(tag)


def by_babel(minor: int, code: str, tag: str) -> str:
    """Babel's ``format_currency``, or where ISO has other digits its pattern with these."""
    digits = currency(code).digits
    value = Decimal(amount_text(minor, digits))
    if digits == get_currency_precision(code):
        return format_currency(value, code, locale=babel(tag))
    pattern = parse_pattern(babel(tag).currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)
    return pattern.apply(value, babel(tag), currency=code, currency_digits=False)


def faults(pairs: Iterator[tuple[str, str]], samples: tuple[int, ...]) -> list[str]:
    found = []
    for tag, code in pairs:
        write = formatter(tag, code)
        for minor in samples:
            ours, theirs = write(minor), by_babel(minor, code, tag)
            if ours != theirs:
                found.append(f"{tag} {code} {minor}: {ours!a} is not {theirs!a}")
    return found


def test_every_locale_writes_as_babel_does() -> None:
    step = 61
    pairs = (
        (tag, CURRENCIES[(at + k * step) % len(CURRENCIES)])
        for at, tag in enumerate(LOCALES)
        for k in range(3)
    )
    assert faults(pairs, SAMPLES[2:6:2]) == []


def test_every_currency_writes_as_babel_does() -> None:
    tags = ("de_DE", "en_US", "en_IN", "ar_EG", "he_IL", "fa_IR", "mr_IN", "ne_NP", "fr_CH", "nds")
    assert faults(((tag, code) for tag in tags for code in CURRENCIES), SAMPLES) == []


@pytest.mark.slow
def test_every_locale_writes_every_currency_as_babel_does() -> None:
    assert len(LOCALES) * len(CURRENCIES) > 150_000
    assert faults(((t, c) for t in LOCALES for c in CURRENCIES), (-123_456_789,)) == []


@given(
    st.sampled_from(LOCALES),
    st.sampled_from(CURRENCIES),
    st.integers(min_value=-(10**15), max_value=10**15),
)
def test_any_amount_is_written_as_babel_does(tag: str, code: str, minor: int) -> None:
    assert formatter(tag, code)(minor) == by_babel(minor, code, tag)


@pytest.mark.parametrize(
    ("tag", "code", "minor", "text"),
    [
        ("de-DE", "EUR", 123456789, "1.234.567,89\xa0€"),
        ("de-CH", "CHF", -123456, "CHF-1’234.56"),
        ("de-AT", "EUR", 123456, "€\xa01.234,56"),
        ("fr-FR", "EUR", 123456, "1\u202f234,56\xa0€"),
        ("en-US", "USD", -50, "-$0.50"),
        ("en-IN", "INR", 123456789, "₹12,34,567.89"),
        ("ja-JP", "JPY", 10163, "￥10,163"),
        ("zh-Hant-TW", "TWD", 185000, "$1,850.00"),
        ("nl-NL", "EUR", -123456, "€\xa0-1.234,56"),
        ("nb-NO", "NOK", 70805, "708,05\xa0kr"),
        ("pt-BR", "BRL", 60673, "R$\xa0606,73"),
        ("he-IL", "ILS", -18134, "\u200f-181.34\xa0\u200f₪"),
        ("ar-AE", "AED", 12345, "\u200f123.45\xa0د.إ.\u200f"),
        ("en-US", "KWD", 12345, "KWD12.345"),
        ("und-DE", "EUR", 100, "1,00\xa0€"),
    ],
)
def test_texts_to_the_code_point(tag: str, code: str, minor: int, text: str) -> None:
    assert money_text(Amount(minor, code), tag) == text


@pytest.mark.parametrize(
    ("tag", "code", "minor", "text"),
    [
        ("en-AU", "AUD", 8023, "AUD\xa080.23"),
        ("en-US", "AUD", 8023, "AUD\xa080.23"),
        ("en-US", "USD", -5000, "-USD\xa050.00"),
        ("de-DE", "USD", 5000, "50,00\xa0USD"),
        ("bn-BD", "USD", 5000, "50.00\xa0USD"),
    ],
)
def test_the_code_in_place_of_an_ambiguous_symbol(
    tag: str, code: str, minor: int, text: str
) -> None:
    assert money_text(Amount(minor, code), tag, code=True) == text


def test_native_digits_are_babels_text_with_the_digits_put_in() -> None:
    for tag in ("ar_EG", "fa_IR", "mr_IN", "ne_NP", "bn_BD", "my_MM", "dz_BT", "ff_Adlm_GN"):
        plain = format_currency(
            Decimal("-1234567.89"), "EUR", locale=babel(tag), numbering_system="default"
        )
        native = money_text(Amount(-123456789, "EUR"), tag, native=True)
        assert not any(char in "0123456789" for char in native)
        digits = ("".join(str(unicodedata.digit(c, c)) for c in text) for text in (plain, native))
        assert len(set(digits)) == 1


def test_native_digits_golden() -> None:
    assert money_text(Amount(123456, "EGP"), "ar-EG", native=True) == "\u200f١٬٢٣٤٫٥٦\xa0ج.م.\u200f"
    assert money_text(Amount(12345678, "NPR"), "ne-NP", native=True) == "नेरू\xa0१,२३,४५६.७८"


def test_every_default_numbering_system_has_its_digits() -> None:
    for tag in LOCALES:
        text = formatter(tag, "EUR", native=True)(1)
        native = babel(tag).default_numbering_system != "latn"
        assert native == (not any(char in "0123456789" for char in text)), tag


@pytest.mark.parametrize("tag", ["", "x", "\x00", "tlh-Piqd", "de" * 10_000, "../../etc/passwd"])
def test_a_locale_that_is_none_is_still_written(tag: str) -> None:
    assert money_text(Amount(123456, "EUR"), tag) == "€1,234.56"


def test_a_currency_that_does_not_exist() -> None:
    with pytest.raises(MoneyError, match="XTS"):
        money_text(Amount(1, "XTS"), "de-DE")


@pytest.mark.parametrize(
    ("tag", "zone", "text"),
    [
        ("de-DE", "Europe/Berlin", "01.10.26, 20:00"),
        ("en-US", "America/New_York", "10/1/26, 2:00\u202fPM"),
        ("ja-JP", "Asia/Tokyo", "2026/10/02 3:00"),
    ],
)
def test_times(tag: str, zone: str, text: str) -> None:
    assert time_text(datetime(2026, 10, 1, 18, tzinfo=UTC), tag, ZoneInfo(zone)) == text


def test_a_long_time_names_its_zone() -> None:
    moment = datetime(2026, 10, 1, 18, tzinfo=UTC)
    assert time_text(moment, "de-DE", ZoneInfo("Europe/Berlin"), long=True) == (
        "1. Oktober 2026, 20:00:00 MESZ"
    )
    assert "UTC" in time_text(moment, "en-GB", long=True)


def test_a_time_needs_a_zone() -> None:
    with pytest.raises(RequestError, match="time zone"):
        time_text(datetime(2026, 10, 1, 18), "de-DE")  # noqa: DTZ001


def test_a_warm_price_is_written_much_faster_than_by_babel() -> None:
    """The ratio is in scripts/bench; here only that the compiled way is the one taken."""
    amount, value = Amount(12345678, "EUR"), Decimal("123456.78")

    def each(work: object) -> float:
        return min(timeit.repeat(work, number=500, repeat=9))  # type: ignore[arg-type]

    ours = each(lambda: money_text(amount, "de-DE"))
    assert each(lambda: format_currency(value, "EUR", locale="de_DE")) > 4 * ours
