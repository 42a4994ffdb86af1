"""A made-up territory, so that each primitive can be looked at alone."""

from __future__ import annotations

from pathlib import Path

from landedcost import Bundle, Buyer, LandedCost, Line, Quote, Request, RuleBook, Seller
from landedcost.dates import day
from landedcost.territories import place

BASE = """
[territory]
code = "CL"
name = "Testland"
currency = "EUR"
country = "CL"
customs_territory = "CL"
vat_area = "CL"
verified_through = 2026-12-31
[source.law]
title = "The law of Testland"
citation = "Act 1"
read = 2026-01-01
[valuation.basis]
[[valuation.basis.basis]]
from = 2020-01-01
value = "{basis}"
status = "in_force"
source = "law"
[fx.customs]
[[fx.customs.rule]]
from = 2020-01-01
value = "daily"
status = "in_force"
source = "law"
"""


def dated(kind: str, name: str, value: str, start: str = "2020-01-01", more: str = "") -> str:
    """One dated value of a rule."""
    return (
        f'[[{kind}.{name}]]\nfrom = {start}\nvalue = "{value}"\nstatus = "in_force"\n'
        f'source = "law"\n{more}\n'
    )


def rounding(**modes: tuple[str, str, str]) -> str:
    """The four roundings; a keyword overrides one with mode, step and level."""
    text = ""
    for name in ("value", "duty", "tax", "fee", *(k for k in modes if k == "tax_base")):
        mode, step, at = modes.get(name, ("half_up", "0.01", "line"))
        text += f'[rounding.{name}]\nmode = "{mode}"\nat = "{at}"\n'
        text += dated(f"rounding.{name}", "step", step)
    return text


VAT = '[tax.vat]\nlabel = "VAT"\nbase = ["value", "duty"]\n' + dated("tax.vat", "standard", "20%")


def book(folder: Path, *rules: str, basis: str = "CIF", **modes: tuple[str, str, str]) -> RuleBook:
    """A rule book of Testland alone."""
    text = BASE.replace("{basis}", basis) + rounding(**modes) + "\n".join(rules)
    (folder / "CL.toml").write_text(text, encoding="utf-8")
    return RuleBook(folder)


def line(name: str = "a", price: str = "100.00 EUR", **facts: object) -> Line:
    """A line with a pinned duty of 10 % unless told otherwise."""
    facts.setdefault("hs_code", "610910")
    facts.setdefault("origin", "CN")
    facts.setdefault("duty", "10%")
    return Line(name, price, **facts)  # type: ignore[arg-type]


def ask(rules: RuleBook, *lines: Line, **request: object) -> Quote:
    """Price lines sent from China to Testland, in euro."""
    extras = {k: request.pop(k) for k in ("shipping", "discount", "insurance") if k in request}
    facts: dict[str, object] = {
        "buyer": Buyer("CL", currency="EUR"),
        "seller": Seller.of("CN", request.pop("registrations", ())),  # type: ignore[arg-type]
        "ship_from": place("CN"),
        "as_of": day(request.pop("as_of", "2026-10-01")),
        "currency": "EUR",
        **request,
    }
    bundle = Bundle(lines or (line(),), **extras)
    return LandedCost("CN", rules=rules).price(Request(bundle=bundle, **facts))  # type: ignore[arg-type]
