"""``landedcost tariff options``: the ways to declare goods that a UK answer offers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from ..client import today
from ..codes import country
from ..dates import day
from ..errors import RequestError
from ..lines import one_of
from ..tariffs.importers.files import read_text
from ..tariffs.uk import (
    Commodity,
    CustomsValue,
    NorthernIreland,
    Option,
    Route,
    Shipment,
    money_text,
    options_on,
    quantities,
    read_answer,
)
from ..tariffs.uk.shipment import PROCESSING, VAT_RATES, number
from .options import AsJson
from .output import cell, show, show_json, table, write

_DAY = re.compile(r"as_?of[_=-](\d{4}-\d{2}-\d{2})")
Pairs = list[str] | None


def options(
    file: Annotated[
        Path, typer.Argument(metavar="ANSWER.json", help="What the tariff service answered.")
    ],
    xi: Annotated[
        Path | None,
        typer.Option("--xi", metavar="FILE", help="The same of Northern Ireland's tariff."),
    ] = None,
    origin: Annotated[
        str | None, typer.Option("--origin", metavar="VN", help="Where the goods were made.")
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="GB|XI", help="Where they go.")] = "GB",
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="The day of the import; that of the answer."),
    ] = None,
    value: Annotated[
        str | None, typer.Option("--value", metavar="POUNDS", help="The value of the goods.")
    ] = None,
    shipping: Annotated[
        str | None, typer.Option("--shipping", metavar="POUNDS", help="As far as the border.")
    ] = None,
    insurance: Annotated[str | None, typer.Option("--insurance", metavar="POUNDS")] = None,
    quantity: Annotated[
        Pairs, typer.Option("--quantity", metavar="UNIT=N", help="Such as KGM=12.5; repeat it.")
    ] = None,
    additional_code: Annotated[
        Pairs, typer.Option("--additional-code", metavar="TYPE=CODE", help="Such as 552=C490.")
    ] = None,
    document: Annotated[
        Pairs, typer.Option("--document", metavar="TYPE=CODE", help="Such as 142=U088, or none.")
    ] = None,
    vat: Annotated[str | None, typer.Option("--vat", metavar="|".join(VAT_RATES))] = None,
    eur_gbp: Annotated[
        str | None, typer.Option("--eur-gbp", metavar="RATE", help="Pounds for a euro.")
    ] = None,
    authorised: Annotated[
        bool, typer.Option("--authorised", help="In the UK Internal Market Scheme.")
    ] = False,
    final_use: Annotated[
        bool, typer.Option("--final-use", help="For final use in Northern Ireland.")
    ] = False,
    small_turnover: Annotated[
        bool, typer.Option("--small-turnover", help="Below the turnover limit.")
    ] = False,
    processing: Annotated[
        str | None, typer.Option("--processing", metavar="|".join(PROCESSING))
    ] = None,
    certificate: Annotated[
        bool, typer.Option("--certificate-of-origin", help="UK origin is proven.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the options of a commodity, what each costs, and what it needs to be known."""
    uk = _answer(file)
    theirs = _answer(xi) if xi is not None else None
    shipment = Shipment(
        day=_day(file, as_of),
        origin=country(origin, "--origin") if origin is not None else "",
        value=None if value is None else CustomsValue.of(value, shipping, insurance),
        destination=one_of(to, ("GB", "XI"), "--to", "unknown_country"),
        quantities=quantities(_pairs(quantity, "--quantity")),
        additional_codes=_pairs(additional_code, "--additional-code"),
        documents=_pairs(document, "--document"),
        vat=None if vat is None else one_of(vat, VAT_RATES, "--vat", "unknown_vat"),
        eur_gbp=None if eur_gbp is None else number(eur_gbp, "--eur-gbp"),
        northern_ireland=NorthernIreland(
            authorised=authorised,
            final_use=final_use,
            small_turnover=small_turnover,
            processing=None
            if processing is None
            else one_of(processing, PROCESSING, "--processing", "unknown_processing"),
            certificate_of_origin=certificate,
        ),
    )
    way, found = options_on(shipment, uk, theirs)
    if as_json:
        show_json(_document(uk, shipment, way, found))
        return
    _tell(uk, shipment, way, found)


def _answer(path: Path) -> Commodity:
    text, _ = read_text(path)
    return read_answer(text, path.name)


def _day(file: Path, as_of: str | None) -> Any:
    if as_of is not None:
        return day(as_of, "--as-of")
    found = _DAY.search(file.name)
    return today() if found is None else day(found[1], file.name)


def _pairs(given: Pairs, flag: str) -> dict[str, str]:
    out = {}
    for text in given or ():
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise RequestError(
                f"not NAME=VALUE: {text[:40]!r}", code="usage", where=flag, hint="write KGM=12.5"
            )
        out[name] = value
    return out


def _document(
    commodity: Commodity, shipment: Shipment, way: Route, found: tuple[Option, ...]
) -> dict[str, Any]:
    return {
        "code": commodity.code,
        "description": commodity.description,
        "as_of": shipment.day.isoformat(),
        "origin": shipment.origin or None,
        "to": shipment.destination,
        "route": {"leads_to": way.leads_to, "why": way.why},
        "options": [_option(option) for option in found],
    }


def _option(option: Option) -> dict[str, Any]:
    measure = option.measure
    return {
        "kind": option.kind,
        "label": option.label,
        "tariff": option.source,
        "area": option.area or None,
        "order_number": (measure.order_number or None) if measure else None,
        "preference_code": (measure.preference_code or None) if measure else None,
        "additional_code": (measure.additional_code or None) if measure else None,
        "documents": sorted({c.document for c in measure.conditions if c.document})
        if measure
        else [],
        "rows": [
            {
                "kind": row.kind,
                "label": row.label,
                "rate": row.text,
                "steps": row.charged.steps,
                "amount": None if row.amount is None else money_text(row.amount),
            }
            for row in option.all_rows
        ],
        "needs": [{"code": n.code, "what": n.words} for n in option.needs],
        "total": option.total_text,
    }


def _tell(commodity: Commodity, shipment: Shipment, way: Route, found: tuple[Option, ...]) -> None:
    origin = shipment.origin or "anywhere"
    write(f"{commodity.code} {commodity.description}\n")
    write(f"{origin} to {shipment.destination} on {shipment.day}: {way.why}\n\n")
    made = table("Options", ("option", "area", "rate", "on top", "total £"), ("total £",))
    needs: dict[str, str] = {}
    for option in found:
        rate = option.duty.text if option.duty else ""
        tops = [f"{row.label} {row.text}".strip() for row in option.rows]
        if option.vat is not None:
            tops.append(f"VAT {option.vat.text}".strip())
        row = (_name(option), option.area, rate, "; ".join(tops), option.total_text or "")
        made.add_row(*map(cell, row))
        needs |= {need.code: need.words for need in option.needs}
    show(made)
    if needs:
        asked = table("To be known for the totals", ("as", "what"))
        for code, words in needs.items():
            asked.add_row(cell(code), cell(words))
        show(asked)


def _name(option: Option) -> str:
    measure = option.measure
    parts = [option.label]
    if measure is not None and measure.order_number:
        parts.append(f"quota {measure.order_number}")
    if measure is not None and measure.additional_code:
        parts.append(f"code {measure.additional_code}")
    return ", ".join(parts)
