"""``landedcost catalog``: is a shop's file whole, and what do its bundles cost where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table

from ..bundles.sets import SetAssessment
from ..catalog import Catalog, CatalogBundle
from ..errors import LandedCostError, RequestError
from ..pricing.offer import Offer
from .inputs import buyer_in, live_sources, local_tariffs, renamed, rule_book, split_list
from .options import AsJson, AsOf, Offline, Reforms, RulesDir, Sources, Tariffs
from .output import cell, plain, room, show, show_json, table, unmarked

catalog = typer.Typer(
    rich_markup_mode=None,
    help="A shop's file: items, bundles, policy and drops.",
)

File = Annotated[str, typer.Argument(metavar="DROP.toml", help="The shop's file.")]
To = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="de-DE,en-GB,CA-ON",
        help="The markets; those of the file if left out.",
    ),
]
ADVICE = {
    "hs_code": "no hs_code: its duty is not known",
    "origin": "no origin: duties that go by it are not known",
    "weight_g": "no weight_g: no carrier's table can price its parcel",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a bundle costs on a market, or why it has no price there."""

    bundle: CatalogBundle
    market: str
    offer: Offer | None = None
    error: LandedCostError | None = None

    def as_dict(self) -> dict[str, Any]:
        """The answer for JSON: the headline is in the quote of the offer."""
        found: dict[str, Any] = {"bundle": self.bundle.name, "market": self.market}
        if self.offer is None:
            return {**found, "error": self.error and self.error.as_dict()}
        return found | self.offer.as_dict()


def opened(
    file: str,
    tariffs: str | None,
    rules_dir: str | None,
    reform: list[str] | None,
    sources: Iterable[str] | None,
) -> Catalog:
    """A shop's file, priced as the flags say. Raises RequestError, RuleFileError."""
    found = Catalog.load(file)
    asking = tuple(sources or ())
    shop = found.shop(
        tariffs=local_tariffs(tariffs),
        rules=rule_book(rules_dir, reform),
        providers=live_sources(asking) if asking else None,
    )
    return found.using(shop)


def markets_of(found: Catalog, to: str | None) -> list[str]:
    """The markets named, else those of the file. Raises RequestError where there are none."""
    markets = list(dict.fromkeys(split_list(to))) or list(found.settings.markets)
    if not markets:
        raise RequestError(
            "no market given, and the file names none",
            code="missing_field",
            where="--to",
            hint="such as --to de-DE,en-GB, or markets = [...] in [shop]",
        )
    return markets


def answers(found: Catalog, markets: Iterable[str], as_of: str | None) -> list[Answer]:
    """Every bundle on every market. Raises RequestError for a file without bundles."""
    if not found.bundles:
        raise RequestError(
            "the file has no bundles",
            code="missing_field",
            where="bundles",
            hint="write [bundles.NAME] with items = { tee = 1 }",
        )
    wanted = list(markets)
    return [
        _answer(bundle, market, as_of) for bundle in found.bundles.values() for market in wanted
    ]


def _answer(bundle: CatalogBundle, market: str, as_of: str | None) -> Answer:
    with renamed({"buyer": "--to"}):
        buyer = buyer_in(market)
    try:
        return Answer(bundle, market, offer=bundle.offer(buyer, at=as_of))
    except LandedCostError as error:
        if error.where == "at":
            error.where = "--as-of"
            raise
        return Answer(bundle, market, error=error)


@catalog.command()
def check(
    file: File,
    to: To = None,
    as_of: AsOf = None,
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    reform: Reforms = None,
    as_json: AsJson = False,
    sources: Sources = None,
    offline: Offline = False,
) -> int:
    """Check a shop's file, and that every bundle has a price on every market.

    A fault of the file is told with its line. What is missing but not wrong is advice, and so is
    the duty of a set to customs each way.
    """
    found = opened(file, tariffs, rules_dir, reform, () if offline else sources)
    asked = answers(found, markets_of(found, to), as_of) if found.bundles else []
    failed = [answer for answer in asked if answer.error is not None]
    advice = [*_advice(found), *_sets(asked, as_of)]
    if as_json:
        show_json(
            {
                "file": found.file,
                "items": list(found.items),
                "bundles": list(found.bundles),
                "drops": list(found.drops),
                "priced": len(asked) - len(failed),
                "without_price": [answer.as_dict() for answer in failed],
                "advice": [{"where": where, "text": text} for where, text in advice],
            }
        )
    else:
        _show_check(found, asked, failed, advice)
    return max((a.error.exit_code for a in failed if a.error is not None), default=0)


def _advice(found: Catalog) -> list[tuple[str, str]]:
    told = []
    for item in found.items.values():
        told += [(item.where, text) for name, text in ADVICE.items() if name not in item.facts]
        if item.cost is None:
            told.append((item.where, "no cost: its margin is not known"))
    sold = {part.item.sku for bundle in found.bundles.values() for part in bundle.parts}
    told += [(i.where, "in no bundle") for sku, i in found.items.items() if sku not in sold]
    return told


def _sets(asked: list[Answer], as_of: str | None) -> list[tuple[str, str]]:
    """Where something is said of a set to customs: how it is classified, and the duty each way."""
    told = []
    for bundle, market in ((a.bundle, a.market) for a in asked if a.offer is not None):
        if bundle.assessment != SetAssessment():
            try:
                text = bundle.both_ways(buyer_in(market), as_of=as_of).text
            except LandedCostError as error:
                text = f"line by line it has no price: {error}"
            told.append((f"{bundle.name}, {market}", text))
    return told


def _show_check(
    found: Catalog, asked: list[Answer], failed: list[Answer], advice: list[tuple[str, str]]
) -> None:
    counts = [
        (len(found.items), "item"),
        (len(found.bundles), "bundle"),
        (len(found.drops), "drop"),
    ]
    words = ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for n, what in counts)
    parts: list[RenderableType] = [
        cell(f"{found.file}: {words}; {len(asked) - len(failed)} of {len(asked)} prices found")
    ]
    parts += [cell(f"{a.bundle.name}, {a.market}: {a.error}", "red") for a in failed]
    parts += [cell(f"{where}: {text}", "dim") for where, text in advice]
    show(*parts)


@catalog.command("price")
def price(
    file: File,
    to: To = None,
    as_of: AsOf = None,
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    reform: Reforms = None,
    as_json: AsJson = False,
    sources: Sources = None,
    offline: Offline = False,
) -> int:
    """Price every bundle of a shop's file on every market, as its buyers read it."""
    found = opened(file, tariffs, rules_dir, reform, () if offline else sources)
    asked = answers(found, markets_of(found, to), as_of)
    if as_json:
        show_json([answer.as_dict() for answer in asked])
    else:
        _show_prices(found, asked)
    errors = [answer.error for answer in asked if answer.error is not None]
    return max(e.exit_code for e in errors) if len(errors) == len(asked) else 0


_COLUMNS = ("bundle", "market", "price", "label", "all in", "certainty", "set by")
_AMOUNTS = ("price", "all in")
_WORDS = 24
"""The width that the label should have."""


def _show_prices(found: Catalog, asked: list[Answer]) -> None:
    parts: list[RenderableType] = []
    rows = [_row(answer) for answer in asked if answer.offer is not None]
    if rows:
        made = _prices(found.settings.name or found.file, rows)
        parts.append(made)
    parts += [
        cell(f"{a.bundle.name}, {a.market}: {a.error}", "red") for a in asked if a.error is not None
    ]
    show(*parts)


def _prices(title: str, rows: list[tuple[str, ...]]) -> Table:
    """A row for each price, its label beside it or, on a narrow terminal, below the bundle."""
    at = _COLUMNS.index("label")
    short = [*_COLUMNS[:at], *_COLUMNS[at + 1 :]]
    others = [(*row[:at], *row[at + 1 :]) for row in rows]
    left = room(short, others)
    if left >= _WORDS:
        made = table(title, _COLUMNS, _AMOUNTS)
        for row in rows:
            made.add_row(*map(cell, row))
        return made
    made = table(title, short, _AMOUNTS, whole=left >= 0)
    for row, (name, *rest) in zip(rows, others, strict=True):
        told = cell(name).append(f"\n{plain(row[at])}", style="dim")
        made.add_row(told, *map(cell, rest), end_section=True)
    return made


def _row(answer: Answer) -> tuple[str, ...]:
    offer = answer.offer
    assert offer is not None
    quote, first = offer.quote, offer.headline
    written = map(unmarked, (first.text, first.label, quote.text))
    told = (*written, quote.certainty, offer.binding.replace("_", " "))
    return (answer.bundle.title, answer.market, *told)
