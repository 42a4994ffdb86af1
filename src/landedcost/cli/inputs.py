"""What the commands are given: a request file, or a few flags for a quick look."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..client import LandedCost
from ..declared import shares_in
from ..errors import LandedCostError, RequestError
from ..lines import one_of
from ..locales import buyer_locale
from ..money import parse_money
from ..regimes.load import RuleBook
from ..regimes.reform import Reform
from ..request import TERMS, Buyer, Request
from ..shipping.zones import ZoneTable
from ..tariffs.local import LocalTariffs

if TYPE_CHECKING:
    from ..providers.config import Providers

# Where a fault is: the field it was found in, and the flag that filled it.
FLAGS = {"tariff_strategy": "--strategy", "fx_margin": "--fx-margin"}
QUICK = {
    **FLAGS,
    "lines[0].hs_code": "--hs",
    "lines[0].origin": "--origin",
    "lines[0].unit_price": "--value",
    "lines[0].weight_g": "--weight",
    "lines[0].quantity": "--quantity",
    "lines[0].goods_class": "--goods-class",
    "lines[0].duty": "--duty",
    "lines[0].tax_rate": "--tax-rate",
    "lines[0].preference": "--preference",
    "lines[0].evidence": "--evidence",
    "lines[0].claims": "--claims",
    "lines[0].content": "--content",
    "buyer.kind": "--kind",
    "buyer.postal_code": "--postal-code",
    "buyer": "--to",
    "seller.registrations": "--registrations",
    "seller": "--from",
    "ship_from": "--from",
    "shipping": "--shipping",
    "channel": "--channel",
    "currency": "--currency",
    "as_of": "--as-of",
}
_LOCALE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{4})?[-_][A-Za-z]{2}", re.ASCII)
_WEIGHT = re.compile(r"(\d{1,9})(?:\.(\d{1,3}))?\s?(g|kg)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything ``price`` and ``explain`` may be given."""

    file: str | None
    hs: str | None
    origin: str | None
    value: str | None
    weight: str | None
    to: str | None
    postal_code: str | None
    sender: str | None
    quantity: str | None
    shipping: str | None
    channel: str | None
    kind: str | None
    currency: str | None
    registrations: str | None
    goods_class: str | None
    duty: str | None
    tax_rate: str | None
    preference: str | None
    evidence: str | None
    claims: str | None
    content: str | None
    as_of: str | None
    terms: str | None
    carrier: str | None
    strategy: str
    tariffs: str | None
    rules_dir: str | None
    reforms: tuple[str, ...]
    row: int | None
    catalog: str | None
    as_json: bool
    sources: tuple[str, ...] = ()
    fx_margin: str | None = None

    def quick(self) -> dict[str, Any]:
        """The flags of a quick look that were given."""
        names = (
            "hs", "origin", "value", "weight", "to", "postal_code", "sender", "quantity",
            "shipping", "channel", "kind", "currency", "registrations", "goods_class", "duty",
            "tax_rate", "preference", "evidence", "claims", "content",
        )  # fmt: skip
        return {n: v for n in names if (v := getattr(self, n)) is not None}


def requests(inputs: Inputs) -> list[Request]:
    """The questions asked: one for each of the terms. Raises RequestError."""
    from ..contract import build_request, parse_request

    if inputs.file is not None:
        if inputs.quick():
            flag = next(iter(inputs.quick())).replace("_", "-").replace("sender", "from")
            raise RequestError(
                f"a request file and --{flag} say the same twice",
                code="usage",
                where=f"--{flag}",
                hint="change the file, or leave the file out",
            )
        request = parse_request(read_input(inputs.file), as_of=inputs.as_of)
    else:
        request = build_request(_document(inputs), as_of=inputs.as_of)
    return [request.but(terms=t) for t in _terms(inputs.terms)] or [request]


def shop(
    carrier: str | None,
    strategy: str,
    rules_dir: str | None,
    tariffs: str | None = None,
    reforms: Sequence[str] | None = None,
    sources: Sequence[str] = (),
    fx_margin: str | None = None,
) -> LandedCost:
    """Who answers. Raises RequestError and RuleFileError for the files named."""
    return LandedCost(
        tariff_strategy=strategy,
        carrier=ZoneTable.load(carrier) if carrier is not None else None,
        tariffs=local_tariffs(tariffs),
        rules=rule_book(rules_dir, reforms),
        providers=live_sources(sources) if sources else None,
        fx_margin=fx_margin,
    )


def live_sources(texts: Sequence[str]) -> Providers:
    """Sources from texts such as ``rates=frankfurter,bundled``. Raises RequestError."""
    from ..ports.spec import KINDS
    from ..providers.config import Providers

    found: dict[str, dict[str, Sequence[str]]] = {}
    for text in texts:
        left, _, names = text.partition("=")
        kind, _, territory = left.partition(":")
        one_of(kind, KINDS, "--source", "unknown_kind")
        if not split_list(names):
            raise RequestError(
                f"names no source: {text[:60]!r}",
                where="--source",
                hint="write KIND=NAME,NAME such as rates=frankfurter,bundled",
            )
        found.setdefault(kind, {})[territory or "*"] = split_list(names)
    rates, tariff = found.get("rates"), found.get("tariff")
    carrier, landed = found.get("carrier"), found.get("landed")
    return Providers(rates=rates, tariff=tariff, carrier=carrier, landed=landed)


def local_tariffs(named: str | None) -> LocalTariffs | None:
    """The imported tariffs of a file, those that are configured, or none.

    Raises RequestError (``no_table``, ``bad_table``).
    """
    if named is None:
        return LocalTariffs.configured()
    return None if named == "none" else LocalTariffs(named)


def rule_book(folder: str | None, reforms: Sequence[str] | None = None) -> RuleBook:
    """The bundled rules, or those of a folder, reformed. Raises RequestError (``no_file``)."""
    if reforms:
        return rule_book(folder).with_reforms(*map(Reform.load, reforms))
    if folder is None:
        return RuleBook()
    path = Path(folder)
    book = RuleBook(path)
    if not path.is_dir() or not book.codes:
        raise RequestError(
            "no folder with rule files" if path.is_dir() else "no such folder",
            code="no_file",
            where=folder,
            hint="give a folder of TERRITORY.toml files",
        )
    return book


def read_input(name: str, what: str = "request") -> bytes:
    """The bytes of a file, ``-`` for stdin. Raises RequestError (``no_file``, ``too_large``)."""
    from ..contract import MAX_BYTES

    try:
        if name == "-":
            if sys.stdin is None:
                raise ValueError("standard input is closed")
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with open(name, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RequestError(
            f"cannot read the {what}: {reason}",
            code="no_file",
            where=name,
            hint="give the path of a JSON file, or - for standard input",
        ) from None


@contextmanager
def renamed(flags: Mapping[str, str]) -> Iterator[None]:
    """Let errors name the flag that was written instead of the field it filled."""
    try:
        yield
    except LandedCostError as error:
        for field, flag in flags.items():
            if error.where == field or error.where.startswith((f"{field}.", f"{field}[")):
                error.where = flag
                break
        raise


def split_list(text: str | None) -> list[str]:
    """The parts of a list with commas, blanks around them taken off."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def buyer_fields(market: str) -> dict[str, str]:
    """``DE``, ``CA-ON`` or ``de-DE`` as the fields of a buyer. Raises RequestError."""
    if _LOCALE.fullmatch(market):
        found = buyer_locale(market)
        return {"country": found.country, "locale": found.tag}
    code, _, region = market.partition("-")
    return {"country": code, "region": region} if region else {"country": code}


def buyer_in(market: str, kind: str = "consumer") -> Buyer:
    """The buyer a market stands for. Raises RequestError."""
    fields = buyer_fields(market)
    return Buyer(
        fields["country"],
        region=fields.get("region"),
        locale=fields.get("locale"),
        kind=kind,
    )


def _terms(text: str | None) -> list[str]:
    found = [one_of(t, TERMS, "--terms", "unknown_terms") for t in split_list(text)]
    return list(dict.fromkeys(found))


def _document(inputs: Inputs) -> dict[str, Any]:
    """The request document of a quick look."""
    for flag, value in (("--hs", inputs.hs), ("--value", inputs.value), ("--to", inputs.to)):
        if value is None:
            raise RequestError(
                f"nothing to price: give a request file, or at least --hs, --value and --to; "
                f"{flag} is missing",
                code="missing_field",
                where=flag,
                hint="landedcost price --hs 6109.10 --origin VN --value 25USD --to DE --from US",
            )
    start, _, region = (inputs.sender or "US").partition("-")
    line = {
        "id": "item",
        "unit_price": _money(inputs.value, "--value"),
        "hs_code": inputs.hs,
        "origin": inputs.origin,
        "weight_g": grams(inputs.weight),
        "quantity": _count(inputs.quantity),
        "goods_class": inputs.goods_class,
        "duty": inputs.duty,
        "tax_rate": inputs.tax_rate,
        "preference": inputs.preference,
        "evidence": inputs.evidence,
        "claims": split_list(inputs.claims) or None,
        "content": shares_in(inputs.content, "--content") if inputs.content else None,
    }
    document = {
        "channel": inputs.channel,
        "currency": inputs.currency,
        "shipping": _money(inputs.shipping, "--shipping"),
        "ship_from": {"country": start, "region": region or None},
        "lines": [_given(line)],
        "seller": {"country": start, "registrations": split_list(inputs.registrations)},
        "buyer": _given(
            {
                **buyer_fields(inputs.to or ""),
                "kind": inputs.kind,
                "postal_code": inputs.postal_code,
            }
        ),
    }
    return _given(document)


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in fields.items() if v is not None}


def _money(text: str | None, where: str) -> dict[str, str] | None:
    if text is None:
        return None
    number, code = parse_money(text, where)
    return {"amount": number, "currency": code}


def _count(text: str | None) -> int | None:
    if text is None:
        return None
    if re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        return int(text)
    raise RequestError(
        f"not a whole number: {text[:40]!r}",
        code="bad_quantity",
        where="--quantity",
        hint="write digits, such as 2",
    )


def grams(text: str | None) -> int | None:
    """The weight ``180g`` or ``0.18kg`` says, in grams. Raises RequestError."""
    if text is None:
        return None
    found = _WEIGHT.fullmatch(text)
    if found is not None:
        whole, rest, unit = found[1], (found[2] or "").ljust(3, "0"), found[3]
        if unit == "kg":
            return int(whole) * 1000 + int(rest)
        if not int(rest):
            return int(whole)
    raise RequestError(
        f"not a weight: {text[:40]!r}",
        code="bad_weight",
        where="--weight",
        hint="whole grams, such as 180g or 0.18kg",
    )
