"""Two other ways to work out one fixed lane, as yardsticks: United Kingdom, three lines, DDP.

Both charge what the rules of GB charge above 135 GBP: CIF value, ad valorem duty, VAT on value
and duty, all in pounds, from prices in dollars. Each returns the total and its charges.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from moneyed import Money
from pydantic import BaseModel, ConfigDict

CENT = Decimal("0.01")


class NaiveLine(BaseModel):
    """A line as a first version would model it."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    id: str
    quantity: int
    unit_price: Money
    duty_rate: Decimal
    vat_rate: Decimal


class NaiveWhy(BaseModel):
    """Why a charge is charged."""

    rule: str
    rate: str
    source: str


class NaiveCharge(BaseModel):
    """One charge."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    kind: str
    code: str
    line: str | None
    amount: Money
    local: Money
    collected: str
    why: NaiveWhy


class NaiveQuote(BaseModel):
    """The answer."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    total: Money
    charges: list[NaiveCharge]


def _round(value: Decimal) -> Decimal:
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def _share(total: Decimal, weights: list[Decimal]) -> list[Decimal]:
    whole = sum(weights)
    cents = int(total / CENT)
    exact = [Decimal(cents) * w / whole for w in weights]
    parts = [int(x) for x in exact]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: cents - sum(parts)]:
        parts[i] += 1
    return [p * CENT for p in parts]


def naive(lines: list[NaiveLine], shipping: Money, rate: Decimal) -> NaiveQuote:
    """pydantic models, ``Money`` and ``Decimal``, nothing kept between calls."""
    charges: list[NaiveCharge] = []
    goods: list[Money] = []

    def charge(kind: str, code: str, line: str | None, amount: Money, local: Money) -> None:
        why = NaiveWhy(rule=f"GB.{kind}", rate=code, source="gov.uk")
        charges.append(
            NaiveCharge(
                kind=kind,
                code=code,
                line=line,
                amount=amount,
                local=local,
                collected="checkout",
                why=why,
            )
        )

    dollars = Money(0, "USD")
    for line in lines:
        price = line.unit_price * line.quantity
        dollars += price
        pounds = Money(_round(price.amount * rate), "GBP")
        goods.append(pounds)
        charge("goods", "goods", line.id, pounds, price)
    dollars += shipping
    freight = Money(_round(shipping.amount * rate), "GBP")
    charge("shipping", "shipping", None, freight, shipping)
    parts = _share(freight.amount, [g.amount for g in goods])
    due = Money(0, "GBP")
    for line, pounds, part in zip(lines, goods, parts, strict=True):
        value = pounds.amount + part
        duty = Money(_round(value * line.duty_rate), "GBP")
        vat = Money(_round((value + duty.amount) * line.vat_rate), "GBP")
        due += duty + vat
        charge("duty", "mfn", line.id, duty, duty)
        charge("tax", "import", line.id, vat, vat)
    sale = Money(_round(dollars.amount * rate), "GBP")
    total = sale + due
    rest = total - Money(sum(c.amount.amount for c in charges), "GBP")
    if rest.amount:
        charge("rounding", "conversion", None, rest, rest)
    return NaiveQuote(total=total, charges=charges)


class Charge:
    """A plain struct."""

    __slots__ = ("amount", "code", "collected", "kind", "line", "local")

    def __init__(
        self, kind: str, code: str, line: str | None, amount: int, local: int, collected: str
    ) -> None:
        self.kind = kind
        self.code = code
        self.line = line
        self.amount = amount
        self.local = local
        self.collected = collected


IntLine = tuple[str, int, int, int, int, int, int]
"""Id, quantity, unit price in cents, duty rate as a ratio, VAT rate as a ratio."""


def by_hand(lines: list[IntLine], shipping: int, num: int, den: int) -> tuple[int, list[Charge]]:
    """Integers written for this lane alone."""
    charges = []
    goods = []
    cents = shipping
    double = 2 * den
    for name, quantity, unit, _, _, _, _ in lines:
        price = quantity * unit
        cents += price
        pence = (2 * price * num + den) // double
        goods.append(pence)
        charges.append(Charge("goods", "goods", name, pence, price, "checkout"))
    freight = (2 * shipping * num + den) // double
    charges.append(Charge("shipping", "shipping", None, freight, shipping, "checkout"))
    whole = sum(goods)
    parts = [freight * g // whole for g in goods]
    rest = freight - sum(parts)
    if rest:
        order = sorted(range(len(goods)), key=lambda i: (-(freight * goods[i] % whole), i))
        for i in order[:rest]:
            parts[i] += 1
    due = 0
    for (name, _, _, duty_num, duty_den, vat_num, vat_den), pence, part in zip(
        lines, goods, parts, strict=True
    ):
        value = pence + part
        duty = (2 * value * duty_num + duty_den) // (2 * duty_den)
        vat = (2 * (value + duty) * vat_num + vat_den) // (2 * vat_den)
        due += duty + vat
        charges.append(Charge("duty", "mfn", name, duty, duty, "checkout"))
        charges.append(Charge("tax", "import", name, vat, vat, "checkout"))
    total = (2 * cents * num + den) // double + due
    left = total - sum(c.amount for c in charges)
    if left:
        charges.append(Charge("rounding", "conversion", None, left, left, "checkout"))
    return total, charges
