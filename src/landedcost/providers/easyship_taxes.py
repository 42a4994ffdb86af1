"""Duty and tax by Easyship, without shipping.

``POST /2024-09/taxes_and_duties`` with two countries, ``shipment_charge``, ``insurance_fee`` and
items of ``hs_code``, ``duty_origin_country_alpha2`` and ``customs_value`` answers
``{"tax_and_duty": {"currency", "duty", "tax", "import_duty_details": [{"hs_code_applied",
"base_duty_rate", "base_duty_amount", "additional_rates": [{"rate", "amount"}],
"line_item_shipment_value", "line_item_total_duty", …}]}}``.

Confirmed from the documentation of 2024-09. Not confirmed: the currency of the amounts sent,
since the request has none, so an answer in another currency than that of the goods is refused;
whether a rate of 5 % is written 5 or 0.05, so it is told only in the reading that gives the
amount. Its limits: duty by weight or piece is not supported and comes back as 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..money import amount_text
from ..ports import (
    Amount,
    Flow,
    Goods,
    LandedAnswer,
    LandedAsk,
    LandedLine,
    NoAnswer,
    Node,
    Problem,
    ProviderSpec,
)
from ..rounding import allocate
from .easyship_api import LIMIT, EasyshipSettings, ask_easyship
from .offers import each, text, told
from .parcel import major

CODE_DIGITS = 8
MILLION = 10**6
TOLERANCE = Fraction(1, 100)
"""How far, in whole units, an amount may be from its rate: both are rounded."""
UNMATCHED = Problem("lines_unmatched", "told duty by line, and not for the lines that were asked")
ZERO = "a duty of 0, which is also what it tells where duty is an amount by weight or piece"


@dataclass(frozen=True, slots=True)
class EasyshipTaxes:
    """The source."""

    settings: EasyshipSettings

    def landed(self, ask: LandedAsk) -> Flow[LandedAnswer]:
        """Duty and tax of the basket, and the duty of each line with its rate."""
        code = _currency(ask)
        response = yield from ask_easyship(self.settings, "taxes_and_duties", _question(ask, code))
        found = response.json()["tax_and_duty"]
        if found["currency"].currency() != code:
            raise NoAnswer(
                f"answers in {found['currency'].value}, and was asked about amounts in {code}"
            )
        details = each(found, "import_duty_details")
        lines = tuple(
            _line(goods, detail, code) for goods, detail in zip(ask.goods, details, strict=False)
        )
        in_order = len(details) == len(ask.goods) and None not in lines
        duty, tax = told(found, "duty"), told(found, "tax")
        return LandedAnswer(
            source="Easyship",
            covers=frozenset(),
            duty=None if duty is None else duty.amount(code),
            tax=None if tax is None else tax.amount(code),
            lines=tuple(line for line in lines if line is not None) if in_order else (),
            problems=tuple(_doubts(lines)) if in_order else (UNMATCHED,),
        )


def _currency(ask: LandedAsk) -> str:
    """The one currency of all amounts. Raises NoAnswer where there are several."""
    amounts = [goods.unit_price for goods in ask.goods]
    amounts += [one for one in (ask.shipping, ask.insurance, ask.discount) if one is not None]
    codes = sorted({amount.currency for amount in amounts})
    if len(codes) != 1:
        raise NoAnswer(f"takes amounts in one currency, not in {', '.join(codes) or 'none'}")
    return codes[0]


def _question(ask: LandedAsk, code: str) -> dict[str, Any]:
    if ask.shipping is None:
        raise NoAnswer("needs the price of shipping, which is part of many customs values")
    for goods in ask.goods:
        if not (goods.hs_code and goods.origin):
            raise NoAnswer(f"needs the HS code and the origin of {goods.id}")
    totals = [goods.total.minor for goods in ask.goods]
    off = allocate(ask.discount.minor if ask.discount else 0, totals)
    question: dict[str, Any] = {
        "origin_country_alpha2": ask.sender.country,
        "destination_country_alpha2": ask.buyer.country,
        "shipment_charge": major(ask.shipping),
        "items": [
            {
                "duty_origin_country_alpha2": goods.origin,
                "hs_code": goods.hs_code[:CODE_DIGITS],
                "customs_value": major(Amount(total - less, code)),
            }
            for goods, total, less in zip(ask.goods, totals, off, strict=True)
        ],
    }
    if ask.insurance is not None:
        question["insurance_fee"] = major(ask.insurance)
    return question


def _line(goods: Goods, detail: Node, code: str) -> LandedLine | None:
    """What is told about a line; None if it is about other goods."""
    if text(detail, "hs_code_provided") not in ("", goods.hs_code[:CODE_DIGITS]):
        return None
    duty = told(detail, "line_item_total_duty")
    return LandedLine(
        goods.id,
        duty=None if duty is None else duty.amount(code),
        duty_rate=_rate(detail),
        hs_code=text(detail, "hs_code_applied") or None,
    )


def _rate(detail: Node) -> str | None:
    """The whole duty rate in percent, if one reading of the numbers gives the amounts."""
    value = told(detail, "line_item_shipment_value")
    base = (told(detail, "base_duty_rate"), told(detail, "base_duty_amount"))
    more = [(told(one, "rate"), told(one, "amount")) for one in each(detail, "additional_rates")]
    pairs = [(r.exact(), a.exact()) for r, a in [base, *more] if r is not None and a is not None]
    if value is None or len(pairs) != len(more) + 1:
        return None
    fits = [
        scale
        for scale in (1, 100)
        if all(abs(value.exact() * r * Fraction(scale, 100) - a) <= TOLERANCE for r, a in pairs)
    ]
    whole = sum(r for r, _ in pairs)
    if fits and not whole:
        return "0%"
    if len(fits) != 1 or (whole * fits[0] * MILLION).denominator != 1:
        return None
    return amount_text((whole * fits[0] * MILLION).numerator, 6).rstrip("0").rstrip(".") + "%"


def _doubts(lines: Iterable[LandedLine | None]) -> Iterator[Problem]:
    for line in lines:
        if line is not None and line.duty is not None and not line.duty.minor:
            yield Problem("zero_duty", ZERO, line.id)


SPEC = ProviderSpec(
    name="easyship",
    kind="landed",
    settings=EasyshipSettings,
    factory=EasyshipTaxes,
    capabilities=frozenset({"lines", "rates"}),
    without={
        "formulas": "it tells rates and amounts, no formula",
        "guarantee": "its figures are estimates",
    },
    limit=LIMIT,
    case="landedcost.testing.cases.easyship:TAXES",
    summary="duty and tax by Easyship, with its token",
    docs="reference/sources/easyship.md",
)
