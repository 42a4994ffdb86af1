"""``landedcost tariff show``: what a tariff has for a code on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer

from ..client import today
from ..codes import country, hs_code, hs_dotted
from ..dates import day
from ..errors import LandedCostError, RequestError
from ..request import Buyer
from ..tariffs.editions import Described
from ..tariffs.local_table import LocalTable
from ..tariffs.rows import Claim, Row
from ..tariffs.table import TariffTable
from .inputs import local_tariffs, renamed, rule_book
from .options import AsJson, AsOf, RulesDir, Tariffs
from .output import cell, show, show_json, table, write


def show_tariff(
    code: Annotated[str, typer.Argument(metavar="HS", help="HS code, such as 6109.10.")],
    to: Annotated[str, typer.Option("--to", metavar="GB", help="The buyer: GB, DE, US, de-DE.")],
    origin: Annotated[
        str | None, typer.Option("--origin", metavar="VN", help="Where the goods were made.")
    ] = None,
    as_of: AsOf = None,
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    as_json: AsJson = False,
) -> None:
    """Show the rates of a code, what may be claimed instead, and where they come from."""
    on = today() if as_of is None else day(as_of, "--as-of")
    digits = hs_code(code, "HS")
    made_in = country(origin, "--origin") if origin is not None else ""
    with renamed({"buyer.country": "--to", "buyer": "--to"}):
        regime = rule_book(rules_dir).regime(Buyer.of(to).place.territory)
    found = _table(regime.tariff, tariffs)
    rows = found.lookup(digits, on, where="HS", origin=made_in).rows
    document = {
        "tariff": found.name,
        "code": hs_dotted(digits),
        "as_of": on.isoformat(),
        "rates": [_rate(found, row, on, made_in) for row in rows],
    }
    if as_json:
        show_json(document)
        return
    _tell(document)


def _table(name: str, tariffs: str | None) -> TariffTable:
    local = local_tariffs(tariffs)
    found: TariffTable | None = local.table(name) if local is not None else None
    if found is None and name in TariffTable.names():
        found = TariffTable.load(name)
    if found is None:
        raise RequestError(
            f"there is no tariff {name!r}, neither bundled nor imported",
            code="no_table",
            where="--to",
            hint="import one: landedcost tariff import FILE",
        )
    return found


def _rate(found: TariffTable, row: Row, on: date, origin: str) -> dict[str, Any]:
    line = found.described(row, on) if isinstance(found, LocalTable) else Described("")
    claims = found.claims(row, on)
    shown = [c for c in claims or () if c.kind != "unread" and (not origin or _open(c, origin))]
    return {
        "code": hs_dotted(row.code),
        "description": line.text,
        "units": line.units,
        "rate": row.shown,
        **_needs(row, on),
        "from": row.start.isoformat(),
        "until": None if row.until is None else row.until.isoformat(),
        "source": row.source.text,
        "provider": row.provider,
        "verified": row.verified,
        "note": row.note,
        "claims": None if claims is None else [_claim(claim, on) for claim in shown],
    }


def _open(claim: Claim, origin: str) -> bool:
    return claim.row.for_origin(origin)


def _needs(row: Row, on: date) -> dict[str, Any]:
    """What the duty is on the day, and the facts it needs."""
    try:
        duty = row.duty_on(on)
    except LandedCostError as error:
        return {"duty": None, "needs": [], "refuses": error.message}
    beyond = [row.lacks] if row.lacks else list(duty.beyond())
    refuses = f"needs {' and '.join(beyond)}" if beyond else None
    return {"duty": str(duty), "needs": sorted(duty.needs()), "refuses": refuses}


def _claim(claim: Claim, on: date) -> dict[str, Any]:
    return {
        "kind": claim.kind,
        "names": list(claim.names),
        "label": claim.label,
        "rate": claim.row.shown,
        **_needs(claim.row, on),
        "origins": sorted(claim.row.only),
        "condition": claim.condition,
        "doubt": claim.doubt,
    }


def _tell(document: Mapping[str, Any]) -> None:
    title = f"{document['tariff']} {document['code']} on {document['as_of']}"
    made = table(title, ("code", "rate", "needs", "from", "until", "what"))
    for rate in document["rates"]:
        needs = rate["refuses"] or ", ".join(rate["needs"])
        until = rate["until"] or ""
        what = rate["description"]
        made.add_row(*map(cell, (rate["code"], rate["rate"], needs, rate["from"], until, what)))
    show(made)
    rows = [(rate["code"], claim) for rate in document["rates"] for claim in rate["claims"] or ()]
    if rows:
        claims = table("What may be claimed", ("code", "name", "rate", "for", "if"))
        for code, claim in rows:
            names = ", ".join(claim["names"][:3])
            limits = "; ".join(part for part in (claim["condition"], claim["doubt"]) if part)
            origins = claim["origins"]
            places = ", ".join(origins[:6])
            if len(origins) > 6:
                places += f" and {len(origins) - 6} more"
            name = f"{names}: {claim['label']}"
            claims.add_row(*map(cell, (code, name, claim["rate"], places, limits)))
        show(claims)
    for source in dict.fromkeys(rate["source"] for rate in document["rates"]):
        write(f"source: {source}\n")
    for note in dict.fromkeys(rate["note"] for rate in document["rates"] if rate["note"]):
        write(f"note: {note}\n")
