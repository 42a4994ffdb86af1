"""A language is chosen as its reader would, and what was settled for is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.present.labels import languages
from landedcost.present.locale import HOW, canonical, known_locale, likely, negotiate


@pytest.mark.parametrize(
    ("wanted", "available", "tag", "how"),
    [
        (["fr-CA", "en"], ["fr", "en"], "fr", "region"),
        (["fr-CA", "en"], ["en", "fr"], "fr", "region"),
        ("fr_CA", ["fr-CA", "fr"], "fr-CA", "exact"),
        ("pt", ["pt-PT", "pt-BR"], "pt-BR", "same"),
        ("pt", ["pt-PT", "en"], "pt-PT", "region"),
        ("pt-AO", ["pt-BR", "pt-PT"], "pt-PT", "region"),
        ("zh-Hant-TW", ["zh-Hans", "zh-Hant"], "zh-Hant", "same"),
        ("zh-TW", ["zh-Hans", "zh-Hant"], "zh-Hant", "same"),
        ("zh-HK", ["zh-Hans", "zh-Hant"], "zh-Hant", "region"),
        ("zh", ["zh-Hant", "zh-Hans"], "zh-Hans", "same"),
        ("zh-Hant", ["zh-Hans", "en"], "zh-Hans", "script"),
        ("zh-Hant, en;q=0.5", ["zh-Hans", "en"], "en", "exact"),
        ("de-u-co-phonebk", ["de"], "de", "exact"),
        ("de-CH-1901", ["de", "de-CH"], "de-CH", "exact"),
        ("iw-IL", ["he", "en"], "he", "same"),
        ("no", ["nb", "en"], "nb", "relative"),
        ("nn-NO", ["nb", "en"], "nb", "relative"),
        ("en-IE", ["en", "en-GB"], "en-GB", "region"),
        ("en-CA", ["en", "de"], "en", "region"),
        ("es-MX", ["es", "es-419"], "es-419", "region"),
        ("und-DE", ["en", "de"], "de", "same"),
        ("da, en-gb;q=0.8, en;q=0.7", ["en", "de"], "en", "region"),
        ("en;q=0.3, de;q=0.9", ["en", "de"], "de", "exact"),
        ("de;q=0, *", ["de", "fr"], "fr", "default"),
        ("de;q=0", ["de-CH", "fr"], "fr", "default"),
        ("xx-XX", ["en", "de"], "en", "default"),
        ("", ["en"], "en", "default"),
    ],
)
def test_the_best_is_chosen(
    wanted: str | list[str], available: list[str], tag: str, how: str
) -> None:
    found = negotiate(wanted, available)
    assert (found.tag, found.how) == (tag, how)
    assert found.fell_back == bool(found.reason)


def test_what_was_settled_for_is_said() -> None:
    assert negotiate(["fr-CA"], ["fr"]).reason == "no fr-CA: fr is the same language"
    found = negotiate("tlh, x;q=nan", ["de", "en"], default="en")
    assert found.tag == "en"
    assert found.reason == (
        "none of tlh is there: the default, en, is taken (1 not understood, such as 'x')"
    )


def test_a_quality_that_is_none_is_no_wish() -> None:
    for quality in ("2", "1.5", "-1", "0.1234", "nan", "", "１", "1e-1"):
        found = negotiate(f"de;q={quality}", ["en", "de"])
        assert (found.tag, found.how) == ("en", "default"), quality
        assert "not understood" in found.reason


def test_nothing_to_choose_from() -> None:
    with pytest.raises(ValueError, match="no language"):
        negotiate("de", [])


@given(st.text(max_size=300) | st.lists(st.text(max_size=20), max_size=60))
def test_nothing_hostile_is_an_error(wanted: str | list[str]) -> None:
    found = negotiate(wanted, ["en", "de"])
    assert found.tag in ("en", "de")
    assert found.how in HOW
    assert len(found.reason) < 3_000


def test_a_megabyte_is_cut() -> None:
    for wanted in ("\x00" * 10**6, "de," * 10**6, ["x" * 10**6], "de;q=" + "9" * 10**6):
        assert negotiate(wanted, ["en", "de"]).tag in ("en", "de")


@given(st.sampled_from(sorted(languages())))
def test_every_language_with_labels_finds_itself(tag: str) -> None:
    language, script, region = likely(tag)
    for wanted in (tag, f"{language}-{script}-{region}"):
        assert negotiate(wanted, languages()).tag == tag


def test_tags_in_their_usual_spelling() -> None:
    assert canonical("ZH_hant_tw") == "zh-Hant-TW"
    assert canonical("es-419") == "es-419"
    assert canonical("sh") == "sr-Latn"
    assert canonical("x-private") == canonical("de--CH") == canonical("d" * 200) == ""


def test_the_locale_that_writes_numbers() -> None:
    found = {tag: known_locale(tag) for tag in ("de-CH", "und-CH", "xx-CH", "zh-TW", "en-DE", "?")}
    assert found == {
        "de-CH": "de_CH",
        "und-CH": "de_CH",
        "xx-CH": "de_CH",
        "zh-TW": "zh_Hant_TW",
        "en-DE": "en_DE",
        "?": "en",
    }
