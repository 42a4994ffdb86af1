"""Every wrong field of a request: its message, its path, a hint, exit code 2."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .asking import put, refused
from .conftest import Run

FIELDS = [
    # field, value, code, where, message, hint
    ("buyer.country", "UK", "unknown_country", "buyer.country", "no country of ISO 3166", "GB"),
    ("seller.country", "USA", "unknown_country", "seller.country", "'USA'", "US"),
    ("lines.0.origin", "Vietnam", "unknown_country", "lines[0].origin", "'Vietnam'", "VN"),
    ("currency", "EUX", "unknown_currency", "currency", "'EUX'", "EUR"),
    (
        "lines.0.unit_price.currency",
        "DOL",
        "unknown_currency",
        "lines[0].unit_price.currency",
        "no currency of ISO 4217",
        "did you mean",
    ),
    ("lines.0.hs_code", "61", "bad_hs_code", "lines[0].hs_code", "not an HS code", "6 to 12"),
    ("lines.0.hs_code", None, "missing_hs_code", "lines[0].hs_code", "no HS code", "six digits"),
    (
        "lines.0.unit_price.amount",
        25.5,
        "float_amount",
        "lines[0].unit_price.amount",
        "not an exact amount: 25.5",
        'text, such as "25.00"',
    ),
    ("lines.0.unit_price.amount", 25, "float_amount", "lines[0].unit_price.amount", "25", "text"),
    ("lines.0.unit_price", 25, "float_amount", "lines[0].unit_price", "currency", "amount"),
    ("lines.0.unit_price", 2.5, "float_amount", "lines[0].unit_price", "2.5", "text"),
    ("shipping", "9 USD", "bad_type", "shipping", "an amount with its currency", "currency"),
    ("lines.0.weight_g", 180.5, "bad_number", "lines[0].weight_g", "180.5", "grams are whole"),
    ("rates", {"USD/EUR": 0.86}, "bad_rate", "rates.USD/EUR", "not an exact rate", "text"),
    ("rates", {"USD/EUR": 1}, "bad_rate", "rates.USD/EUR", "not an exact rate", "text"),
    ("rates", {"USD/EUR": "0"}, "zero_rate", "rates.USD/EUR", "a rate of zero", "leave"),
    ("rates", {"USD/EUR": "0.000"}, "zero_rate", "rates.USD/EUR", "a rate of zero", "leave"),
    ("rates", {"USD/EUR": "-1"}, "bad_rate", "rates.USD/EUR", "not a rate", "digits"),
    ("rates", {"dollar": "1"}, "bad_pair", "rates.dollar", "pair", "USD/EUR"),
    (
        "lines.0.unit_price.amount",
        "NaN",
        "not_finite",
        "lines[0].unit_price.amount",
        "not a finite amount",
        "",
    ),
    (
        "lines.0.unit_price.amount",
        float("nan"),
        "not_finite",
        "lines[0].unit_price.amount",
        "not a finite number: NaN",
        "",
    ),
    ("shipping.amount", float("inf"), "not_finite", "shipping.amount", "Infinity", ""),
    (
        "lines.0.unit_price.amount",
        "-5.00",
        "negative_amount",
        "lines[0].unit_price",
        "cannot be negative",
        "discount",
    ),
    ("shipping.amount", "-9.00", "negative_amount", "shipping", "cannot be negative", ""),
    (
        "lines.0.unit_price.amount",
        "99999999999999.00",
        "absurd_amount",
        "lines[0].unit_price.amount",
        "beyond anything sold",
        "the limit is",
    ),
    (
        "lines.0.unit_price.amount",
        "25.001",
        "too_precise",
        "lines[0].unit_price.amount",
        "more decimals",
        "round it",
    ),
    ("lines.0.quantity", 0, "bad_quantity", "lines[0].quantity", "from 1 to 1,000,000: 0", ""),
    ("lines.0.quantity", -1, "bad_quantity", "lines[0].quantity", "from 1 to 1,000,000", ""),
    ("lines.0.quantity", "2", "bad_type", "lines[0].quantity", 'whole number: "2"', ""),
    ("lines.0.quantity", True, "bad_type", "lines[0].quantity", "whole number: true", ""),
    ("lines.0.id", None, "bad_type", "lines[0].id", "must be text: null", ""),
    ("lines.0.title", "x" * 501, "bad_type", "lines[0].title", "longer than 500", ""),
    ("lines.0.quantity", 10**99, "bad_number", "lines[0].quantity", "60 digits: 1000", ""),
    ("lines", [], "no_lines", "lines", "at least one line", ""),
    ("lines", None, "bad_type", "lines", "must be a list: null", ""),
    ("lines", {}, "bad_type", "lines", "must be a list", ""),
    ("lines", ["tee"], "bad_type", "lines[0]", "must be an object", ""),
    ("lines.0.id", "a\nb", "bad_id", "lines[0].id", "not a usable line id", "printable"),
    ("lines.0.colour", "red", "unknown_field", "lines[0].colour", "no field 'colour'", ""),
    ("lines.0.hscode", "6109.10", "unknown_field", "lines[0].hscode", "'hscode'", "'hs_code'"),
    ("buyer.contry", "DE", "unknown_field", "buyer.contry", "'contry'", "'country'"),
    ("vat", "19%", "unknown_field", "vat", "no field 'vat'", ""),
    ("shipping.value", "9", "unknown_field", "shipping.value", "'value'", "amount"),
    ("discount", {"amount": "60.00", "currency": "USD"}, "discount_too_large", "discount", "", ""),
    ("terms", "FOB", "unknown_terms", "terms", "'FOB' is not known here", ""),
    ("channel", "pigeon", "unknown_channel", "channel", "'pigeon'", ""),
    ("buyer.kind", "robot", "unknown_kind", "buyer.kind", "'robot'", ""),
    ("buyer.locale", "german", "bad_locale", "buyer.locale", "'german'", "de-DE"),
    ("buyer.locale", "qq-DE", "bad_locale", "buyer.locale", "no such language", ""),
    ("buyer.region", "no region", "bad_region", "buyer.region", "not a region of DE", "3166-2"),
    ("seller.registrations", ["ioss"], "bad_registration", "seller.registrations[0]", "", "IOSS"),
    ("lines.0.goods_class", "boks", "unknown_goods_class", "lines[0].goods_class", "", "book"),
    ("lines.0.tax_rate", "19", "bad_rate", "lines[0].tax_rate", "not a percentage", "12.5%"),
    ("lines.0.litres", "much", "bad_measure", "lines[0].litres", "'much'", "0.75"),
    ("as_of", "01.10.2026", "bad_date", "as_of", "not a day", "2026-10-01"),
    ("as_of", "2026-02-30", "bad_date", "as_of", "not a day", "2026-10-01"),
    ("as_of", "1990-01-01", "not_in_force", "as_of", "no import rules", "rules for DE start on"),
    ("buyer.country", "AQ", "no_rules", "buyer.country", "no import rules for 'AQ'", "rules for"),
    ("lines.0.preference", "mars", "", "lines[0].preference", "", ""),
    ("lines.0.evidence", "a\nb", "bad_evidence", "lines[0].evidence", "short text", ""),
    ("lines.0.claims", ["9903.82.03"], "bad_claim", "lines[0].claims[0]", "'9903.82.03'", "US:"),
    ("lines.0.claims", "US:9903.82.03", "bad_type", "lines[0].claims", "", ""),
    ("lines.0.claims", ["DE:sun"], "unknown_claim", "lines[0].claims", "'sun'", "leave `claims`"),
    ("lines.0.content", {"Steel": "60%"}, "bad_content", "lines[0].content", "'Steel'", "small"),
    ("lines.0.content", {"steel": "60"}, "bad_rate", "lines[0].content.steel", "'60'", "12.5%"),
    ("lines.0.content", {"a": "60%", "b": "41%"}, "bad_content", "lines[0].content", "more", ""),
]


@pytest.mark.parametrize(
    ("field", "value", "code", "where", "message", "hint"),
    FIELDS,
    ids=[f"{row[0]}={str(row[1])[:20]}" for row in FIELDS],
)
def test_a_wrong_field(
    run: Run,
    document: dict[str, Any],
    field: str,
    value: Any,
    code: str,
    where: str,
    message: str,
    hint: str,
) -> None:
    put(document, field, value)
    error = refused(run, json.dumps(document))
    assert error["where"] == where
    assert not code or error["code"] == code
    assert message in error["message"]
    assert hint in error["hint"]
