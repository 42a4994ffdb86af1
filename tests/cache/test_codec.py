"""Answers as bytes and back, and bytes that are none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost.cache import codec
from landedcost.ports import RatesAnswer
from landedcost.testing import strategies


@given(
    st.one_of(
        strategies.rates_answers(),
        strategies.tariff_answers(),
        strategies.shipping_answers(),
        strategies.landed_answers(),
    ),
    st.integers(0, 2**60),
)
def test_every_answer_comes_back_as_it_went(answer: Any, at_ms: int) -> None:
    assert codec.load(type(answer), codec.dump(answer, at_ms)) == (answer, at_ms)


@given(st.binary(max_size=200))
def test_other_bytes_are_no_answer(data: bytes) -> None:
    assert codec.load(RatesAnswer, data) is None


@pytest.mark.parametrize(
    "text",
    [
        b'1\n{"base":"EUR","rates":{"USD":"-1"},"on":"2026-10-01","source":"x"}',
        b'1\n{"base":"XXX","rates":{"USD":"1"},"on":"2026-10-01","source":"x"}',
        b'1\n{"base":"EUR","rates":{},"on":"2026-10-01","source":"x"}',
        b'one\n{"base":"EUR","rates":{"USD":"1"},"on":"2026-10-01","source":"x"}',
        b"1\n{}",
        b"1",
        b"",
    ],
)
def test_what_breaks_a_port_is_not_taken_from_another_process(text: bytes) -> None:
    assert codec.load(RatesAnswer, text) is None
