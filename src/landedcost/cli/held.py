"""``landedcost hold``, ``verify`` and ``replay``: a price that holds, and one made again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from ..errors import RequestError
from ..held import HeldQuote, Keys, Record, Scope, hold, pin, replay, verify
from ..held.quote import MARK
from ..lines import Amount
from .inputs import FLAGS, buyer_fields, read_input, renamed, shop
from .options import (
    AsJson,
    Carrier,
    FxMarginFlag,
    Reforms,
    RulesDir,
    Strategy,
    Tariffs,
)
from .output import amount, cell, show, show_json, table, write

KeysFile = Annotated[
    str | None,
    typer.Option(
        "--keys",
        metavar="FILE",
        help="The shop's keys; the text in LANDEDCOST_KEYS if left out.",
    ),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="INSTANT", help="Now, such as 2026-10-01T12:00:00Z."),
]
Shop = Annotated[
    str, typer.Option("--shop", metavar="NAME", help="Where the price is honoured: a shop's id.")
]
_FLAGS = {**FLAGS, "lasts": "--for", "at": "--at", "scope.shop": "--shop"}
_SPAN = re.compile(r"(\d{1,7})(s|m|h|d)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def hold_command(
    file: Annotated[str, typer.Argument(metavar="REQUEST.json", help="A request document, or -.")],
    lasts: Annotated[
        str, typer.Option("--for", metavar="15m", help="How long: 90s, 15m, 24h or 2d.")
    ] = "15m",
    keys: KeysFile = None,
    shop_name: Shop = "",
    at: At = None,
    overnight: Annotated[
        bool, typer.Option("--overnight", help="Hold beyond the quote's own last day (UTC).")
    ] = False,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the document here.")
    ] = None,
    record: Annotated[
        str | None,
        typer.Option(
            "--record", metavar="FILE", help="Write all the price was made of, for replay."
        ),
    ] = None,
    fx_margin: FxMarginFlag = None,
    carrier: Carrier = None,
    strategy: Strategy = "refuse",
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    reform: Reforms = None,
    as_json: AsJson = False,
) -> None:
    """Price a request and sign the quote, so that its price holds for a while.

    The token is for a page or a payment; the document has the request and the whole answer.
    """
    ring, now, span = _keys(keys), _instant(at), _span(lasts)
    with renamed(_FLAGS):
        answerer = shop(carrier, strategy, rules_dir, tariffs, reform, fx_margin=fx_margin)
        quote = answerer.price(_request(file, now))
        kept = pin(quote, answerer.rules) if record else None
        held = hold(
            quote, ring, at=now, lasts=span, shop=shop_name, overnight=overnight, record=kept
        )
    if kept is not None and record is not None:
        kept.save(record)
    if output is not None:
        _write(Path(output), held)
    if as_json:
        show_json({"token": held.token, "document": held.as_dict()})
        return
    show(_told(held))
    write(f"{held.token}\n")


def verify_command(
    what: Annotated[
        str, typer.Argument(metavar="TOKEN|FILE", help="A token, a document's file, or -.")
    ],
    keys: KeysFile = None,
    shop_name: Shop = "",
    to: Annotated[
        str | None, typer.Option("--to", metavar="DE", help="The buyer's market, CA-ON or de-DE.")
    ] = None,
    currency: Annotated[str | None, typer.Option("--currency", metavar="EUR")] = None,
    terms: Annotated[str | None, typer.Option("--terms", metavar="DDP|DAP")] = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a held price is honoured, or why not (exit code 3).

    Whether it is for the shop is always looked at; the market, the currency and the terms are
    where they are given.
    """
    market = buyer_fields(to) if to is not None else {}
    named = "-".join(filter(None, (market.get("country"), market.get("region"))))
    with renamed(_FLAGS):
        scope = Scope(shop_name, named or None, currency, terms, market.get("locale"))
    text = what if what.startswith(f"{MARK}.") else read_input(what, "held price")
    held = verify(text, _keys(keys), at=_instant(at), scope=scope)
    if as_json:
        show_json({"honoured": True, "token": held.token, **_data(held)})
        return
    show(_told(held))


def replay_command(
    file: Annotated[str, typer.Argument(metavar="RECORD.json", help="A record of a price.")],
    as_json: AsJson = False,
) -> int:
    """Make a price again from its record alone, and say whether it is the same byte for byte.

    If it is not, the exit code is 3 and what differs is listed.
    """
    found = replay(Record.load(file))
    if as_json:
        show_json(
            {
                "same": found.same,
                "made_with": found.made_with,
                "replayed_with": found.replayed_with,
                "differences": [one.as_dict() for one in found.differences],
                "error": found.error.as_dict() if found.error is not None else None,
                "answer": found.quote.as_dict() if found.quote is not None else None,
            }
        )
        return 0 if found.same else 3
    versions = f"made with landedcost {found.made_with}, now {found.replayed_with}"
    if found.same and found.quote is not None:
        total = amount(found.quote.total_minor, found.quote.currency)
        write(f"{total}, the same byte for byte ({versions})\n")
        return 0
    if found.error is not None:
        write(f"no price any more ({versions}): {found.error}\n")
        return 3
    made = table(f"What differs ({versions})", ("where", "then", "now"))
    for one in found.differences:
        made.add_row(*map(cell, (one.path, one.then, one.now)))
    show(made)
    return 3


def _keys(path: str | None) -> Keys:
    return Keys.load(path) if path is not None else Keys.from_env()


def _request(file: str, now: datetime) -> Any:
    """The one request of a file; its day is that of ``now`` where it names none."""
    from ..contract import build_request, read_json

    data = read_json(read_input(file))
    day = data.get("as_of") if isinstance(data, dict) else None
    return build_request(data, as_of=day or now.astimezone(UTC).date())


def _instant(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
        if found.utcoffset() is not None:
            return found
    except ValueError as error:
        raise _bad_instant(text) from error
    raise _bad_instant(text)


def _bad_instant(text: str) -> RequestError:
    return RequestError(
        f"not an instant with its zone: {text[:40]!r}",
        code="bad_instant",
        where="--at",
        hint="write 2026-10-01T12:00:00Z, or with +02:00 for another zone",
    )


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise RequestError(
            f"not a length of time: {text[:40]!r}",
            code="bad_duration",
            where="--for",
            hint="write 90s, 15m, 24h or 2d",
        )
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _write(path: Path, held: HeldQuote) -> None:
    import json

    try:
        path.write_text(json.dumps(held.as_dict(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise RequestError(
            f"cannot write the document: {error.strerror or error}",
            code="cannot_write",
            where=str(path),
        ) from None


def _data(held: HeldQuote) -> dict[str, Any]:
    scope = held.scope
    return {
        "id": held.id,
        "total": _text(held.total),
        "headline": _text(held.headline),
        "due_at_checkout": _text(held.due_at_checkout),
        "shop": scope.shop,
        "to": scope.to,
        "locale": scope.locale,
        "terms": scope.terms,
        "issued_at": held.issued_at.isoformat(),
        "valid_until": held.valid_until.isoformat(),
        "key": held.key_id,
    }


def _text(money: Amount) -> str:
    return amount(money.minor, money.currency)


def _told(held: HeldQuote) -> Table:
    made = Table.grid(padding=(0, 2))
    rows = [(name.replace("_", " "), value) for name, value in _data(held).items()]
    for rate in held.exchange:
        told = f"{rate['pair']} ({rate['use']}) {rate['market']} + {rate['margin']} = {rate['net']}"
        rows.append(("exchange", told))
    for name, value in rows:
        made.add_row(cell(name), cell(value or "any"))
    return made
