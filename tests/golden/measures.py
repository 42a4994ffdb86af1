"""What a worked case may expect of a quote, by name."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from landedcost import Charge, Quote
from landedcost.currencies import currency
from landedcost.money import amount_text

BELOW = "below_threshold"


def number(text: str) -> Fraction:
    """``"12.50"``, ``"12.50 EUR"`` or ``"16.5%"`` as an exact number."""
    first = text.split()[0]
    return Fraction(first[:-1]) / 100 if first.endswith("%") else Fraction(first)


def _sum(quote: Quote, *names: str) -> str:
    return str(sum(Decimal(str(quote.customs[name])) for name in names))


def _of(charge: Charge) -> str:
    amount = charge.local
    return f"{amount_text(amount.minor, currency(amount.currency).digits)} {amount.currency}"


def _taxes(quote: Quote) -> list[Charge]:
    return [charge for charge in quote.charges if charge.kind == "tax"]


def _basis(charge: Charge) -> Fraction:
    """The figure a charge's ``basis`` ends with: ``"customs value + duty 118.00 EUR"``."""
    return number(" ".join(charge.why.basis.split()[-2:]))


def _decimal(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


def _taxable(quote: Quote) -> str:
    return _decimal(sum((_basis(c) for c in _taxes(quote)), Fraction(0)))


def _tax_on_duty(quote: Quote) -> str:
    """The part of the tax that is tax on the duty: what the base has above the customs value."""
    (rate,) = {number(charge.why.rate) for charge in _taxes(quote)}
    above = Fraction(_taxable(quote)) - Fraction(str(quote.customs["customs_value"]))
    return _decimal(above * rate)


def _tax_computed(quote: Quote) -> str:
    """The tax before it is rounded, or before a collection minimum leaves it uncollected."""
    left = {_basis(c) for c in _taxes(quote) if c.code == "not_collected"}
    if left:
        (computed,) = left
        return _decimal(computed)
    return _decimal(sum((_basis(c) * number(c.why.rate) for c in _taxes(quote)), Fraction(0)))


def _exempt(quote: Quote) -> bool:
    """Whether a threshold relieves the parcel of all duty and tax."""
    owed = [c for c in quote.charges if c.kind in ("duty", "tax")]
    return all(c.code == BELOW and not c.amount_minor for c in owed)


def _shown(quote: Quote, kind: str) -> str:
    """What a kind of charge adds to the total, in the currency the quote is shown in."""
    minor = sum(c.amount_minor for c in quote.charges if c.kind == kind)
    return amount_text(minor, currency(quote.currency).digits)


def _tax_on_free_part(quote: Quote) -> str:
    """The tax on what an allowance frees of duty: ``"699.00 ARS less 400.00 ARS (…)"``."""
    (charge,) = _taxes(quote)
    bases = {c.why.basis for c in quote.charges if c.kind == "duty" and " less " in c.why.basis}
    (basis,) = bases
    return _decimal(number(basis.partition(" less ")[2]) * number(charge.why.rate))


def _collected(quote: Quote) -> str:
    (who,) = {charge.collected for charge in _taxes(quote)}
    return who


MEASURES: dict[str, Callable[[Quote], Any]] = {
    # Sums in the currency of the territory
    "customs_value": lambda q: q.customs["customs_value"],
    "duty": lambda q: q.customs["duty"],
    "tax": lambda q: q.customs["tax"],
    "fees": lambda q: q.customs["fees"],
    "duty_and_tax": lambda q: _sum(q, "duty", "tax"),
    "duty_and_fees": lambda q: _sum(q, "duty", "fees"),
    "scheme": lambda q: q.customs["scheme"],
    # Of the tax
    "taxable": _taxable,
    "tax_computed": _tax_computed,
    "tax_on_duty": _tax_on_duty,
    "duty_and_tax_on_it": lambda q: _decimal(
        Fraction(str(q.customs["duty"])) + Fraction(_tax_on_duty(q))
    ),
    "tax_on_free_part": _tax_on_free_part,
    "tax_collected": _collected,
    "exempt": _exempt,
    # Of the whole
    "duty_share": lambda q: _decimal(
        Fraction(str(q.customs["duty"])) / Fraction(str(q.customs["customs_value"]))
    ),
    # In the currency shown, for cases that state them in the seller's
    "duty_shown": lambda q: _shown(q, "duty"),
    "tax_shown": lambda q: _shown(q, "tax"),
    "total": lambda q: amount_text(q.total_minor, currency(q.currency).digits),
    "seller_costs": lambda q: ", ".join(map(_of, q.seller_costs)),
}


def charged(quote: Quote, code: str) -> str:
    """The sum of the charges of a code, with its currency; ``"0"`` where there is none."""
    found = [charge for charge in quote.charges if charge.code == code]
    if not found:
        return "0"
    (unit,) = {charge.local_currency for charge in found}
    return f"{amount_text(sum(c.local_minor for c in found), currency(unit).digits)} {unit}"


def taxed(quote: Quote, rule: str) -> str:
    """The sum of the tax by one rule, such as ``vat``, in the currency of the territory."""
    found = [charge for charge in _taxes(quote) if f".tax.{rule}." in charge.why.rule]
    digits = currency(str(quote.customs["currency"])).digits
    return amount_text(sum(charge.local_minor for charge in found), digits)


def shown(quote: Quote, text: str) -> str:
    """``text`` if some charge's reason has it, else all that the reasons say."""
    said = [part for c in quote.charges for part in (c.why.basis, c.why.formula)]
    return text if any(text in part for part in said) else "; ".join(said)


def agree(wanted: Any, got: Any) -> bool:
    """Whether two values are the same: amounts by value and currency, the rest as they are."""
    if isinstance(wanted, str) and isinstance(got, str) and wanted[:1].isdigit():
        units = wanted.split()[1:], got.split()[1:]
        return number(wanted) == number(got) and (units[0] == units[1] or not number(got))
    return bool(wanted == got)


def compare(quote: Quote, expect: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What does not come out as expected: the name, the value wanted, the value found."""
    rows: list[tuple[str, Any, Any]] = []
    for name, wanted in expect.items():
        if name == "charges":
            rows += [(f"charges.{code}", v, charged(quote, code)) for code, v in wanted.items()]
        elif name == "taxes":
            rows += [(f"taxes.{rule}", v, taxed(quote, rule)) for rule, v in wanted.items()]
        elif name == "shows":
            rows += [("shows", text, shown(quote, text)) for text in wanted]
        else:
            rows.append((name, wanted, MEASURES[name](quote)))
    return {name: (wanted, got) for name, wanted, got in rows if not agree(wanted, got)}
