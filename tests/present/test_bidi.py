"""Amounts keep their direction in any sentence."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.lines import Amount
from landedcost.present.bidi import isolate
from landedcost.present.labels import labels_for
from landedcost.present.notices import was_text
from landedcost.present.text import money_text


@pytest.mark.parametrize(
    ("tag", "code", "text"),
    [
        ("ar-AE", "AED", "\u2068\u200f-123.45\xa0د.إ.\u200f\u2069"),
        ("he-IL", "ILS", "\u2068\u200f-123.45\xa0\u200f₪\u2069"),
        ("de-DE", "EUR", "\u2068-123,45\xa0€\u2069"),
    ],
)
def test_an_isolated_amount_to_the_code_point(tag: str, code: str, text: str) -> None:
    assert isolate(money_text(Amount(-12345, code), tag)) == text


def test_an_amount_in_a_sentence() -> None:
    assert was_text(Amount(4900, "ILS"), "he-IL") == (
        "במקום \u2068\u200f49.00\xa0\u200f₪\u2069 (המחיר הנמוך ביותר ב־30 הימים האחרונים)"
    )
    assert was_text(Amount(4900, "AED"), "ar-AE") == (
        "كان \u2068\u200f49.00\xa0د.إ.\u200f\u2069 (أدنى سعر خلال آخر 30 يومًا)"
    )
    assert labels_for("en-GB").text("on_delivery", amount="£3.00") == (
        "\u2068£3.00\u2069 of it due on delivery"
    )


@given(st.text(st.sampled_from("ab\u2066\u2067\u2068\u2069")))
def test_no_text_breaks_out_of_its_isolate(text: str) -> None:
    """Whatever is isolated, openings and closings match, and the outermost closes last."""
    depth = 0
    made = isolate(text)
    for at, char in enumerate(made):
        depth += unicodedata.bidirectional(char) in ("FSI", "LRI", "RLI")
        depth -= unicodedata.bidirectional(char) == "PDI"
        assert depth > 0 or at == len(made) - 1
    assert depth == 0
    assert [c for c in made if c in "ab"] == [c for c in text if c in "ab"]
