"""Headings of the UK Trade Tariff: their lines, each with the duty of everybody and VAT.

A heading that cannot be declared lists every line below it. Lines have an overview of their
measures: the duty of everybody, the supplementary unit and VAT, without dates and origins. The
same code may stand there twice, once as a title: only lines that can be declared are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ..ports import Node
from ..tariffs import uk
from ..tariffs.uk.kinds import VAT_TYPES

_EVERYBODY = uk.Area("1011", "")


def lines_of(answer: Node, service: str) -> list[uk.Commodity]:
    """The lines of a heading that can be declared. Raises BadAnswer."""
    known = {(one["type"].text(), one["id"].text()): one for one in answer["included"].list()}
    lines = []
    for ref in answer["data"]["relationships"]["commodities"]["data"].list():
        line = _entity(known, ref)
        told = line["attributes"]
        if not told["declarable"].flag():
            continue
        code = told["goods_nomenclature_item_id"].hs_code()
        overview = line["relationships"]["overview_measures"]["data"].list()
        measures = tuple(_measure(known, _entity(known, one)) for one in overview)
        lines.append(uk.Commodity(code, "", service, measures, {}))
    return lines


def _measure(known: Mapping[tuple[str, str], Node], found: Node) -> uk.Measure:
    related = found["relationships"]
    kind = _entity(known, related["measure_type"]["data"])
    text = _entity(known, related["duty_expression"]["data"])["attributes"].get("base")
    name = kind["attributes"].get("description")
    code = related.get("additional_code")
    ref = code.get("data") if code is not None else None
    type = kind["id"].text()
    return uk.Measure(
        id=found["id"].text(),
        type=type,
        name=name.text() if name is not None else "",
        text=text.text().strip() if text is not None else "",
        area=_EVERYBODY,
        start=date.min,
        end=None,
        additional_code="" if ref is None else _entity(known, ref)["attributes"]["code"].text(),
        vat=type in VAT_TYPES,
    )


def _entity(known: Mapping[tuple[str, str], Node], ref: Node) -> Node:
    found = known.get((ref["type"].text(), ref["id"].text()))
    if found is None:
        raise ref.bad("refers to what is not in the answer")
    return found
