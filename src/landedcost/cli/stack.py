"""``landedcost rules stack``: which duties goods bear, by code, origin and day."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, product
from operator import itemgetter
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table

from ..client import today
from ..currencies import currency
from ..errors import LandedCostError
from ..lines import Line
from ..money import parse_money
from ..quote import Charge, Quote, money_dict
from ..request import Bundle, Request
from ..rounding import half_up
from ..tariffs.rates import decimal_text
from .inputs import QUICK, buyer_in, grams, renamed, shop, split_list
from .options import (
    AsJson,
    Channel,
    Claims,
    Content,
    Duty,
    Evidence,
    From,
    Preference,
    Reforms,
    RulesDir,
    Tariffs,
    Weight,
)
from .output import cell, show, show_json, table

_COLUMNS = ("origin, day, code", "duty", "takes", "since", "until", "source")
_MANY = "may be several with commas"


@dataclass(frozen=True, slots=True)
class _Answer:
    """The duties of goods of one code and origin on one day, or why they are not known."""

    hs: str
    origin: str
    on: str
    quote: Quote | None = None
    error: LandedCostError | None = None

    @property
    def duties(self) -> list[Charge]:
        """The charges that are duties, exemptions among them."""
        return [c for c in self.quote.charges if c.kind == "duty"] if self.quote else []


def stack(
    market: Annotated[str, typer.Argument(metavar="MARKET", help="Such as US, GB, DE or CA-ON.")],
    hs: Annotated[str, typer.Option("--hs", metavar="CODE", help=f"HS code; {_MANY}.")],
    origin: Annotated[str, typer.Option("--origin", metavar="CN", help=f"Where made; {_MANY}.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help=f"The day, else today; {_MANY}.")
    ] = None,
    value: Annotated[
        str | None,
        typer.Option("--value", metavar="10000USD", help="What they are worth; 10000 if left out."),
    ] = None,
    weight: Weight = None,
    duty: Duty = None,
    preference: Preference = None,
    evidence: Evidence = None,
    claims: Claims = None,
    content: Content = None,
    sender: From = None,
    channel: Channel = None,
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    reform: Reforms = None,
    as_json: AsJson = False,
) -> int:
    """Show the duties that goods bear, layer by layer: by code, origin and day.

    Each duty and each exemption, with the code it is declared under, what part of the value it
    takes, the days it holds and who says so. Goods come from where they were made unless --from
    says otherwise:
    landedcost rules stack US --hs 6109.10.00 --origin CN,DE --on 2026-07-23,2026-07-24
    """
    answerer = shop(None, "refuse", rules_dir, tariffs, reform)
    with renamed({"buyer": "MARKET"}):
        buyer = buyer_in(market)
        unit = answerer.rules.regime(buyer.place.territory).currency
    facts: dict[str, Any] = {
        "unit_price": parse_money(value, "--value") if value else _value(unit),
        "weight_g": grams(weight),
        "duty": duty,
        "preference": preference,
        "evidence": evidence,
        "claims": split_list(claims) or None,
        "content": content,
    }
    lane: dict[str, Any] = {"currency": unit, "channel": channel or "courier"}

    def answer(hs: str, origin: str, on: str) -> _Answer:
        try:
            with renamed({**QUICK, "as_of": "--on"}):
                line = Line("goods", hs_code=hs, origin=origin, where="lines[0]", **facts)
                goods = Bundle([line], shipping=("0", unit))
                asked = Request(goods, buyer, (sender or origin).partition("-")[0], on, **lane)
                return _Answer(hs, origin, on, answerer.price(asked))
        except LandedCostError as error:
            return _Answer(hs, origin, on, error=error)

    days = split_list(on) or [today().isoformat()]
    found = [answer(*one) for one in product(split_list(hs), split_list(origin), days)]
    if as_json:
        show_json([_document(one) for one in found])
    else:
        show(*_shown(found, market))
    errors = [one.error for one in found if one.error is not None]
    return max(e.exit_code for e in errors) if len(errors) == len(found) else 0


def _value(unit: str) -> tuple[str, str]:
    """A round value that is above the limits for small parcels and does not round much."""
    return "1000000" if not currency(unit).digits else "10000", unit


def _share(quote: Quote, minor: int) -> str:
    """An amount in percent of the goods, to at most four decimals."""
    value = sum(c.local_minor for c in quote.charges if c.kind == "goods")
    return f"{decimal_text(half_up(1_000_000 * minor, value), 10_000)}%"


def _document(answer: _Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"hs_code": answer.hs, "origin": answer.origin, "as_of": answer.on}
    quote = answer.quote
    if quote is None:
        return {**told, "error": answer.error and answer.error.as_dict()}
    return {
        **told,
        "territory": quote.customs["territory"],
        "takes": _share(quote, sum(c.local_minor for c in answer.duties)),
        "layers": [_layer(quote, charge) for charge in answer.duties],
        "certainty": quote.certainty,
        "notes": [{"code": note.code, "text": note.text} for note in quote.notes],
    }


def _layer(quote: Quote, charge: Charge) -> dict[str, Any]:
    """One duty or exemption, with the dated value of the rules it rests on."""
    value, why = charge.rests_on, charge.why
    since = value.start if value else why.as_of
    return {
        "code": charge.code,
        "label": charge.label,
        "rate": why.rate,
        "takes": _share(quote, charge.local_minor),
        "amount": money_dict(charge.local),
        "rule": why.rule,
        "from": since.isoformat() if since else None,
        "until": value.until.isoformat() if value and value.until else None,
        "status": value.status if value else None,
        "verified": value.verified if value else None,
        "source": why.source,
    }


def _shown(found: list[_Answer], market: str) -> list[RenderableType]:
    """A table for each code, and below them the sources by number."""
    sources: dict[str, int] = {}
    parts: list[RenderableType] = []
    priced = ((one.hs, one, one.quote) for one in found if one.quote is not None)
    for hs, answers in groupby(priced, key=itemgetter(0)):
        made = table(f"Duties of {market} on {hs}", _COLUMNS, ("takes",))
        for _, one, quote in answers:
            _rows(made, one, quote, sources)
        parts.append(made)
    parts += [cell(f"[{number}] {source}", "dim") for source, number in sources.items()]
    errors = [one for one in found if one.error is not None]
    parts += [cell(f"{e.hs} of {e.origin} on {e.on}: {e.error}", "red") for e in errors]
    return parts


def _rows(made: Table, answer: _Answer, quote: Quote, sources: dict[str, int]) -> None:
    """The rows of goods of one origin on one day: all duties, then each."""
    whole = _share(quote, sum(c.local_minor for c in answer.duties))
    head = f"{answer.origin} on {answer.on}"
    made.add_row(cell(head, "bold"), cell("all duties"), cell(whole, "bold"))
    for charge in answer.duties:
        told = _layer(quote, charge)
        source = told["source"]
        number = f"[{sources.setdefault(source, len(sources) + 1)}]" if source else ""
        days = (told["from"] or "", told["until"] or "")
        cells = (f"  {told['code']}", told["label"], told["takes"], *days, number)
        made.add_row(*map(cell, cells))
    made.add_section()
