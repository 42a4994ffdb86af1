"""A record: all that one price was made of, so that it can be recomputed from this alone.

The request in full, the rates and rows that answered, the carrier's offer, and the rule files of
the lane. The answers are in the record; the files, which many records share, are pins beside it,
each named by the SHA-256 of its text.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..cache.codec import to_data
from ..contract.text import read_json
from ..contract.write import request_document
from ..errors import RequestError, RuleFileError
from ..fx.book import RateBook
from ..market import Market
from ..outside.beside import beside
from ..quote import Quote
from .canonical import canonical, digest
from .pins import PinnedRates, PinnedTariff, Pins
from .tables import bad_record, lane_data, reform_data

if TYPE_CHECKING:
    from ..regimes.load import RuleBook

VERSION = 1
PINS = "pins"
"""The folder beside records where the rule files are."""


@dataclass(frozen=True, slots=True)
class Record:
    """A document of pinned facts, and the texts of the rule files it names by digest."""

    document: Mapping[str, Any]
    texts: Mapping[str, str]

    @property
    def digest(self) -> str:
        """43 characters that are another for any other record."""
        return digest(self.document)

    @property
    def answer(self) -> Mapping[str, Any]:
        """The answer document as it was given."""
        found: Mapping[str, Any] = self.document["answer"]
        return found

    def save(self, path: str | Path) -> None:
        """Write the record, and its rule files into the folder ``pins`` beside it.

        Raises RequestError (``cannot_write``).
        """
        path = Path(path)
        folder = path.parent.joinpath(PINS)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in self.texts.items():
                pin = folder.joinpath(f"{name}.toml")
                if not pin.is_file():
                    _put(pin, text)
            _put(path, json.dumps(self.document, ensure_ascii=False, indent=2) + "\n")
        except OSError as error:
            raise RequestError(
                f"cannot write the record: {error.strerror or error}",
                code="cannot_write",
                where=str(path),
            ) from None

    @classmethod
    def load(cls, path: str | Path) -> Record:
        """Read a record and its pins. Raises RequestError (``no_file``, ``bad_record``).

        Raises RuleFileError for a pin that is not there (``missing_pin``) or not the text it was
        (``changed_pin``).
        """
        path = Path(path)
        document = record_document(_text(path), str(path))
        folder = path.parent.joinpath(PINS)
        texts = {}
        for name in document["rules"].values():
            pin = folder.joinpath(f"{name}.toml")
            if not pin.is_file():
                raise RuleFileError(
                    "a rule file that the record was made with is not there",
                    file=str(pin),
                    code="missing_pin",
                    hint="keep the folder `pins` beside its records",
                )
            texts[name] = pin.read_bytes().decode("utf-8", "replace")
            if fingerprint(texts[name]) != name:
                raise RuleFileError(
                    "the rule file is not the one that the record was made with",
                    file=str(pin),
                    code="changed_pin",
                    hint="put the file back as it was: its name is its SHA-256",
                )
        return cls(document, texts)


def pin(quote: Quote, rules: RuleBook) -> Record:
    """The record of a quote; ``rules`` is the book of the shop that made it.

    The price is made once more while every answer is written down. Raises RequestError
    (``not_repeatable``) if it comes out otherwise, as when a source has been asked anew since,
    and RuleFileError (``rules_differ``) for another book.
    """
    priced = quote.priced
    market, code = priced.market, priced.market.lane.regime.code
    if rules.regime(code).version != market.lane.regime.version:
        raise RuleFileError(
            f"the rules of {code} are not those that the price was made with",
            file=f"{code}.toml",
            code="rules_differ",
            hint="give the rules of the shop that made the quote: shop.rules",
        )
    rates, tariff = Pins(), Pins()
    book = market.rates
    table = market.table
    again = Market(
        market.lane,
        RateBook(
            PinnedRates(rates, book.table),
            book.day,
            book.territory,
            book.given,
            book.given_customs,
            shown=book.shown,
            margin=book.margin,
        ),
        PinnedTariff(table.name, tariff, table) if table is not None else None,
        market.terms,
    )
    made = again.price(priced.bundle, priced.carried)
    if priced.beside or priced.remarks:
        made = beside(made, next(iter(priced.beside), None), priced.remarks)
    answer = made.as_dict()
    if canonical(answer) != canonical(quote.as_dict()):
        raise RequestError(
            "made once more, the price comes out otherwise",
            code="not_repeatable",
            where="quote",
            hint="a source has been asked anew since: record a quote when it is made",
        )
    texts = {name: text for name, text in rules.texts(code).items()}
    document = {
        "record": VERSION,
        "landedcost": __version__,
        "request": request_document(quote),
        "lane": lane_data(market.lane.key),
        "terms": to_data(market.terms),
        "fx_margin": book.margin.as_dict(),
        "rates": rates.kept,
        "tariff": {"name": table.name, "answers": tariff.kept} if table is not None else None,
        "carried": to_data(priced.carried) if priced.carried is not None else None,
        "beside": [to_data(one) for one in priced.beside],
        "remarks": [to_data(one) for one in priced.remarks],
        "rules": {name: fingerprint(text) for name, text in texts.items()},
        "reforms": [reform_data(reform) for reform in rules.reforms],
        "answer": answer,
    }
    return Record(document, {fingerprint(text): text for text in texts.values()})


def record_document(text: str, where: str) -> dict[str, Any]:
    """The document of a record. Raises RequestError (``bad_record``)."""
    try:
        data = read_json(text)
    except RequestError as error:
        raise bad_record(error.message, where) from None
    if not isinstance(data, dict) or set(data) != _PARTS:
        raise bad_record("it has not the parts of a record", where)
    if data["record"] != VERSION:
        raise bad_record(f"it is of version {data['record']}, and this is {VERSION}", where)
    rules = data["rules"]
    if not isinstance(rules, dict) or not all(isinstance(v, str) for v in rules.values()):
        raise bad_record("its rules are not names and digests", where)
    return data


def fingerprint(text: str) -> str:
    """The SHA-256 of a text in hex digits."""
    return sha256(text.encode()).hexdigest()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RequestError(
            f"cannot read the record: {error.strerror or error}", code="no_file", where=str(path)
        ) from None
    except UnicodeDecodeError:
        raise bad_record("it is not UTF-8", str(path)) from None


def _put(path: Path, text: str) -> None:
    beside_it = path.with_name(f".{path.name}.{os.getpid()}.new")
    beside_it.write_bytes(text.encode())
    beside_it.replace(path)


_PARTS = {
    "record",
    "landedcost",
    "request",
    "lane",
    "terms",
    "fx_margin",
    "rates",
    "tariff",
    "carried",
    "beside",
    "remarks",
    "rules",
    "reforms",
    "answer",
}
