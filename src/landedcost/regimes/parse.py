"""Reading one rule file: TOML in, checked rules out; every fault names file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from ..codes import EU
from ..errors import RuleFileError
from .conditions import CODE_KEYS, CONDITION_KEYS, Condition, Exclusion
from .schema import (
    EFFECTS,
    KINDS,
    MONEY_LISTS,
    ROUNDED,
    STATUSES,
    TEXT_LISTS,
    Dated,
    Kind,
    Rule,
    Source,
)
from .schema import required_lists as required

_TERRITORY = {
    "code": str,
    "name": str,
    "currency": str,
    "country": str,
    "customs_territory": str,
    "vat_area": str,
    "member_of": str,
    "tariff": str,
    "verified_through": date,
    "without": list,
}
_OPTIONAL = {"member_of", "tariff", "without"}
_SOURCE = {"title": str, "url": str, "citation": str, "read": date, "official": bool}
_DATED = {
    "from": date,
    "until": date,
    "value": str,
    "status": str,
    "source": str,
    "verified": bool,
    "note": str,
    "currency": str,
}
_NUMBER = re.compile(r"\d+(\.\d+)?(%|/\d+)?|Free")
_COUNTRY_KEYS = {"ship_from", "ship_from_not", "origin", "origin_not"}
_CODES = re.compile(r"\s*\d{2,12}(\s+\d{2,12})*\s*")
_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One file as read: the territory's own facts and its own rules, nothing inherited."""

    territory: Mapping[str, Any]
    sources: Mapping[str, Source]
    rules: Mapping[str, Rule]


def parse(text: str, file: str, beside: RuleFile | None = None) -> RuleFile:
    """Read a rule file's text. Raises RuleFileError with the file and the line.

    A file of lists stands ``beside`` the one it belongs to: it has no territory of its own.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else len(text.splitlines())
        raise RuleFileError(
            f"not valid TOML: {error}", file=file, line=line, code="bad_toml"
        ) from None
    return _Reader(text, file).read(data, beside)


def is_number(value: str) -> bool:
    """Whether a text is a number as rule files have them: ``3``, ``12.5%``, ``1/3``, ``Free``."""
    return _NUMBER.fullmatch(value) is not None


def read_tables(
    tables: Mapping[str, Any], code: str, currency: str, source: Source, file: str
) -> Mapping[str, Rule]:
    """Rules in the form of a rule file that stand elsewhere; all their values have one source.

    Raises RuleFileError naming ``file``.
    """
    reader = _Reader("", file)
    reader.code, reader.currency, reader.sources = code, currency, {source.key: source}
    told = {"status": "in_force", "source": source.key}
    rules: dict[str, Rule] = {}
    for kind, named in tables.items():
        if kind not in KINDS or not isinstance(named, dict):
            known = ", ".join(sorted(KINDS))
            raise RuleFileError(f"unknown kind of rule {kind!r}; known: {known}", file=file)
        for name, table in named.items():
            if not isinstance(table, dict):
                raise RuleFileError(f"{kind}.{name} must be a table", file=file)
            filled = {
                key: [{**told, **e} if isinstance(e, dict) else e for e in value]
                if key in KINDS[kind].lists and isinstance(value, list)
                else value
                for key, value in table.items()
            }
            rules[f"{kind}.{name}"] = reader.rule(kind, name, filled)
    return rules


class _Reader:
    code: str
    currency: str
    sources: Mapping[str, Source]

    def __init__(self, text: str, file: str) -> None:
        self.lines = text.splitlines()
        self.file = file
        self.headers: dict[str, list[int]] = {}
        for number, line in enumerate(self.lines, 1):
            if "[" in line and (found := _HEADER.match(line)):
                self.headers.setdefault(found[1], []).append(number)

    def fail(self, message: str, header: str, key: str = "", index: int = 0) -> RuleFileError:
        return RuleFileError(message, file=self.file, line=self.find(header, key, index))

    def find(self, header: str, key: str = "", index: int = 0) -> int:
        """The line of ``key`` under the ``index``-th table named ``header``."""
        opened = self.headers.get(header, [])
        if index >= len(opened):
            return opened[-1] if opened else 1
        start = opened[index]
        for number, line in enumerate(self.lines[start:] if key else (), start + 1):
            if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                return number
            if _HEADER.match(line):
                break
        return start

    def read(self, data: dict[str, Any], beside: RuleFile | None = None) -> RuleFile:
        known = {"territory", "source", *KINDS} if beside is None else {"list"}
        for key in data:
            if key not in known:
                message = f"unknown table {key!r}; known: {', '.join(sorted(known))}"
                line = next((n for n, t in enumerate(self.lines, 1) if f"[{key}" in t), 1)
                raise RuleFileError(message, file=self.file, line=line)
        territory = data.get("territory") if beside is None else dict(beside.territory)
        if not isinstance(territory, dict):
            raise RuleFileError("no [territory] table", file=self.file, line=1)
        self.check(territory, _TERRITORY, "territory")
        for key in _TERRITORY.keys() - _OPTIONAL - territory.keys():
            raise self.fail(f"[territory] lacks {key!r}", "territory")
        self.code = str(territory["code"])
        self.currency = str(territory["currency"])
        self.sources = dict(beside.sources) if beside is not None else {}
        self.sources |= {k: self.source(k, v) for k, v in data.get("source", {}).items()}
        rules: dict[str, Rule] = {}
        for kind in KINDS:
            for name, table in data.get(kind, {}).items():
                rule = self.rule(kind, name, table)
                rules[f"{kind}.{name}"] = rule
        return RuleFile(territory, self.sources, rules)

    def check(
        self, table: dict[str, Any], schema: Mapping[str, type], header: str, index: int = 0
    ) -> None:
        for key, value in table.items():
            if key not in schema:
                raise self.fail(f"unknown key {key!r} in [{header}]", header, key, index)
            if type(value) is not schema[key]:
                wanted = schema[key].__name__
                raise self.fail(f"{key} must be a {wanted}: {value!r}", header, key, index)

    def source(self, key: str, table: dict[str, Any]) -> Source:
        header = f"source.{key}"
        self.check(table, _SOURCE, header)
        if not table.get("title"):
            raise self.fail(f"source {key!r} has no title", header)
        if not (table.get("url") or table.get("citation")):
            raise self.fail(f"source {key!r} has neither url nor citation", header)
        return Source(key, **table)

    def rule(self, kind: str, name: str, table: Any) -> Rule:
        spec = KINDS[kind]
        header = f"{kind}.{name}"
        if not isinstance(table, dict):
            raise self.fail(f"[{header}] must be a table", kind, name)
        if kind == "rounding" and name not in ROUNDED:
            raise self.fail(f"rounding of {name!r}; known: {', '.join(ROUNDED)}", header)
        settings: dict[str, Any] = {}
        values: dict[str, tuple[Dated, ...]] = {}
        for key, value in table.items():
            if key in spec.lists:
                values[key] = self.entries(header, key, value)
            elif (key == "when" and spec.conditional) or (key == "except" and spec.excludes):
                continue
            elif key in spec.keys:
                settings[key] = self.setting(header, key, value, spec.keys[key])
            else:
                raise self.fail(f"unknown key {key!r} in [{header}]", header, key)
        self.complete(kind, header, spec, settings, values)
        return Rule(
            address=f"{self.code}.{header}",
            kind=kind,
            name=name,
            settings=settings,
            when=self.condition(header, table.get("when", {})),
            exclude=self.exclusion(header, table.get("except", {})),
            values=values,
            file=self.file,
        )

    def complete(
        self, kind: str, header: str, spec: Kind, settings: dict[str, Any], values: dict[str, Any]
    ) -> None:
        needs_method = "method" in spec.keys and kind in ("duty", "fee", "additional")
        if needs_method and "method" not in settings:
            raise self.fail(f"[{header}] has no method", header)
        needed = list(required(kind, settings))
        for key in needed:
            if key not in values:
                raise self.fail(f"[{header}] has no [[{header}.{key}]]", header)
        tested = kind == "threshold" or not {"limit", "over"}.isdisjoint({*needed, *values})
        if tested and "compares" not in settings:
            raise self.fail(f"[{header}] does not say what it compares", header)
        if kind == "tax" and ("above" in values) != ("limit" in values):
            raise self.fail(f"[{header}] needs both a limit and the rate above it", header)
        if kind == "fee" and settings.get("per", "parcel") != "parcel":
            raise self.fail("the band of a fee is one of the parcel", header, "per")
        if settings.get("per") == "gram" and kind != "tax":
            raise self.fail("only a tax compares the value of a gram", header, "per")
        if kind == "exemption" and not settings.get("of"):
            raise self.fail(f"[{header}] does not say of which duties", header)
        if settings.get("effect") == "allowance" and settings.get("waives") != ("duty",):
            raise self.fail("an allowance is one of duty alone", header, "effect")

    def setting(self, header: str, key: str, value: Any, wanted: Any) -> Any:
        if isinstance(wanted, type):
            if type(value) is not wanted:
                raise self.fail(f"{key} must be a {wanted.__name__}: {value!r}", header, key)
            return self.by_country(header, key, value) if wanted is dict else value
        if wanted[0] == "list":
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise self.fail(f"{key} must be a list of texts: {value!r}", header, key)
            for item in value:
                if wanted[1] is not None and item not in wanted[1]:
                    allowed = ", ".join(wanted[1])
                    raise self.fail(f"{key} {item!r}; known: {allowed}", header, key)
            return tuple(value)
        if value not in wanted:
            raise self.fail(f"{key} {value!r}; known: {', '.join(wanted)}", header, key)
        return value

    def by_country(self, header: str, key: str, value: Any) -> dict[str, str]:
        """A text for each country; one for the Union is that of each member."""
        if not all(isinstance(v, str) for v in value.values()):
            raise self.fail(f"{key} must give a text for each country: {value!r}", header, key)
        shared = {member: value["EU"] for member in EU} if "EU" in value else {}
        return shared | {code: text for code, text in value.items() if code != "EU"}

    def entries(self, header: str, key: str, value: Any) -> tuple[Dated, ...]:
        name = f"{header}.{key}"
        if not isinstance(value, list) or not value:
            raise self.fail(f"[[{name}]] must be a list of dated values", name)
        out: list[Dated] = []
        for index, table in enumerate(value):
            out.append(self.entry(name, key, table, index))
        applied = sorted((e for e in out if e.on(e.start)), key=lambda e: e.start)
        for early, late in pairwise(applied):
            if early.until is None or late.start < early.until:
                message = f"{name}: the value from {early.start} overlaps the one from {late.start}"
                raise RuleFileError(message, file=self.file, line=late.line)
        return tuple(out)

    def entry(self, name: str, key: str, table: dict[str, Any], index: int) -> Dated:
        self.check(table, _DATED, name, index)
        for needed in ("from", "value", "status", "source"):
            if needed not in table:
                raise self.fail(f"a value of {name} has no {needed!r}", name, "", index)
        start, until = table["from"], table.get("until")
        if until is not None and until <= start:
            raise self.fail(f"until {until} is not after from {start}", name, "until", index)
        if table["status"] not in STATUSES:
            known = ", ".join(STATUSES)
            raise self.fail(f"status {table['status']!r}; known: {known}", name, "status", index)
        source = self.sources.get(table["source"])
        if source is None:
            raise self.fail(f"no [source.{table['source']}] in the file", name, "source", index)
        if source.read is None and table.get("verified", True):
            message = f"source {source.key!r} was not read, so the value needs verified = false"
            raise self.fail(message, name, "source", index)
        value = table["value"]
        if key not in TEXT_LISTS and not is_number(value):
            raise self.fail(f"not a number or a percentage: {value!r}", name, "value", index)
        if key == "codes" and not _CODES.fullmatch(value):
            raise self.fail(f"not codes of 2 to 12 digits: {value[:40]!r}", name, "value", index)
        if key == "effect" and value not in EFFECTS:
            known = ", ".join(EFFECTS)
            raise self.fail(f"effect {value!r}; known: {known}", name, "value", index)
        money = key in MONEY_LISTS
        return Dated(
            address=f"{self.code}.{name}",
            value=value,
            start=start,
            until=until,
            status=table["status"],
            source=source,
            verified=table.get("verified", True),
            note=table.get("note", ""),
            currency=table.get("currency", self.currency) if money else "",
            line=self.find(name, "", index),
        )

    def condition(self, header: str, table: Any) -> Condition:
        tests: dict[str, frozenset[str] | bool] = {}
        for key, value in sorted(table.items(), key=lambda item: item[0] in CODE_KEYS):
            if key not in CONDITION_KEYS:
                raise self.fail(f"unknown condition {key!r} in [{header}]", header, "when")
            if key == "preference":
                if not isinstance(value, bool):
                    raise self.fail("when.preference must be true or false", header, "when")
                tests[key] = value
                continue
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise self.fail(f"when.{key} must be a list of texts", header, "when")
            wanted = frozenset(value)
            if key in _COUNTRY_KEYS and "EU" in wanted:
                wanted = (wanted - {"EU"}) | EU
            tests[key] = wanted
        return Condition(tests)

    def exclusion(self, header: str, table: Any) -> Exclusion:
        for key in table:
            if key not in ("hs", "goods_class"):
                raise self.fail(f"unknown key {key!r} in except of [{header}]", header, "except")
        return Exclusion(tuple(table.get("hs", ())), frozenset(table.get("goods_class", ())))
