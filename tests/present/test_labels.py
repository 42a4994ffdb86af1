"""Labels: every language has every key, and a broken file is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from landedcost.errors import RuleFileError
from landedcost.lines import Amount
from landedcost.present import labels, law
from landedcost.present.labels import KEYS, labels_for, languages
from landedcost.present.notices import valid_until_text, was_text


def test_at_least_twelve_languages_say_everything() -> None:
    asked = {"de", "en", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "ja", "ko"}
    asked |= {"zh-Hans", "zh-Hant", "ar", "he", "cs", "fi"}
    assert asked <= set(languages())
    for tag, (words, _) in languages().items():
        assert set(words) == set(KEYS), tag
        assert all(text == text.strip() for key, text in words.items() if key != "joiner"), tag
        assert len(set(words.values())) == len(words), tag


@pytest.mark.parametrize(
    ("locale", "market", "tax", "shipping"),
    [
        ("de-DE", ["DE"], "inkl. MwSt.", "zzgl. Versand"),
        ("en-GB", ["GB"], "VAT included", "plus delivery"),
        ("en-AU", ["AU"], "GST included", "plus shipping"),
        ("fr-FR", ["FR"], "TVA incluse", "hors frais de port"),
        ("fr-CA", ["CA"], "taxes incluses", "livraison en sus"),
        ("es-ES", ["ES"], "IVA incluido", "gastos de envío no incluidos"),
        ("es-ES", ["ES", "ES-CN"], "IGIC incluido", "gastos de envío no incluidos"),
        ("pt-PT", ["PT"], "IVA incluído", "portes não incluídos"),
        ("pt-BR", ["BR"], "impostos inclusos", "frete não incluso"),
        ("nn-NO", ["NO"], "inkl. mva.", "ekskl. frakt"),
        ("ja-JP", ["JP"], "税込", "送料別"),
        ("zh-TW", ["TW"], "含稅", "運費另計"),
        ("zh-CN", ["CN"], "含税", "不含运费"),
        ("ko-KR", ["KR"], "부가세 포함", "배송비 별도"),
    ],
)
def test_words_of_the_country(locale: str, market: list[str], tax: str, shipping: str) -> None:
    found = labels_for(locale, market)
    assert (found.text("tax_included"), found.text("plus_shipping")) == (tax, shipping)


def test_a_language_without_labels_is_answered_in_english_and_says_so() -> None:
    found = labels_for("th-TH")
    assert found.text("plus_tax") == "plus tax"
    assert found.chosen.reason == "none of th-TH is there: the default, en, is taken"


def test_notices() -> None:
    moment = datetime(2026, 10, 1, 18, tzinfo=UTC)
    assert valid_until_text(moment, "de-DE", ZoneInfo("Europe/Berlin")) == (
        "Preis gültig bis \u206801.10.26, 20:00\u2069"
    )
    assert valid_until_text(moment, "en-US") == (
        "price valid until \u206810/1/26, 6:00\u202fPM\u2069"
    )
    assert was_text(Amount(4900, "EUR"), "de-DE") == (
        "statt \u206849,00\xa0€\u2069 (niedrigster Preis der letzten 30 Tage)"
    )


def words(**changes: Any) -> dict[str, Any]:
    return {**languages()["en"][0], **changes}


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({k: v for k, v in words().items() if k != "was"}, "missing_key"),
        (words(was="was {price}"), "bad_placeholder"),
        (words(plus_tax="plus {amount}"), "bad_placeholder"),
        (words(valid_until="valid"), "bad_placeholder"),
        (words(plus_tax=5), "bad_type"),
        (words(plus_taxes="plus taxes"), "unknown_key"),
        (words(market={"US": {"plus_taxes": "x"}}), "unknown_key"),
        (words(market={"US": {"was": "x"}}), "bad_placeholder"),
    ],
)
def test_a_broken_file_of_labels(entry: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleFileError) as caught:
        labels.read({"en": entry})
    assert caught.value.code == code


def rule(**changes: Any) -> dict[str, Any]:
    full = {
        "from": law.date(2020, 1, 1),
        **dict.fromkeys(law.PARTS, "inside"),
        "text": "…",
        "source": "law",
    }
    return {k: v for k, v in {**full, **changes}.items() if v is not None}


def test_a_market_that_goes_by_none() -> None:
    with pytest.raises(RuleFileError, match=r"same\.AX"):
        law.read(
            {
                "source": {"law": {"title": "Law"}},
                "market": {"DE": [rule()]},
                "same": {"AX": "SE"},
            }
        )


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([rule(tax="maybe")], "bad_type"),
        ([rule(tax="unless_free")], "bad_type"),
        ([rule(duty=None)], "missing_key"),
        ([rule(vat="inside")], "unknown_key"),
        ([rule(source="other")], "unknown_source"),
        ([rule(source=None)], "no_source"),
        ([rule(also=["other"])], "unknown_source"),
        ([rule(), rule()], "overlap"),
        ([rule(until=law.date(2021, 1, 1)), rule()], "overlap"),
        ({}, "bad_type"),
        ([rule(source=None, verified=False)], "unused_source"),
    ],
)
def test_a_broken_file_of_law(entries: Any, code: str) -> None:
    with pytest.raises(RuleFileError) as caught:
        law.read({"source": {"law": {"title": "Law"}}, "market": {"DE": entries}})
    assert caught.value.code == code
