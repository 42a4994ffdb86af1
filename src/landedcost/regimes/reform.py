"""What if a rule were another: values of the rule files replaced from a day on.

.. code-block:: python

    Reform({"GB.threshold.low_value.amount": {"2029-03-01": "0"}}, name="No relief")

An address names a list of dated values in a rule file, as ``landedcost rules show`` prints it. From
the day given the value holds, until the next day given or for good; ``None`` (``"none"`` in a
file) ends the list on that day. What was before the day stays. A reform may also bring rules of
its own, in the form of a rule file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..codes import nearest
from ..currencies import currency
from ..dates import day
from ..errors import LandedCostError, RequestError
from .schema import MONEY_LISTS, REFORM, TEXT_LISTS, Dated, Reformed, Rule, Source

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from .parse import RuleFile

_SOURCE = {"title", "url", "citation", "read"}
_KEYS = {"name", "why", "source", "changes", "rules"}
Steps = tuple[tuple[date, str | None], ...]


@dataclass(frozen=True, slots=True)
class Reform:
    """Changes of values by address and day, under a name that every price it touches carries.

    ``changes`` maps an address to ``{day: value}``; a value is written as in a rule file
    (``"0"``, ``"12.5%"``), an amount also with its currency (``"150 EUR"``). ``rules`` maps a
    territory to tables in the form of its rule file, without sources of their own. ``source``
    says where the reform is described. Raises RequestError for what cannot be read; whether the
    addresses exist is checked by the rule book.
    """

    changes: Mapping[str, Mapping[date | str, str | None]]
    name: str = "a reform"
    why: str = ""
    source: Source = field(
        default_factory=lambda: Source(REFORM, "What if", citation="assumed, not enacted")
    )
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found: dict[str, dict[date | str, str | None]] = {}
        for address, steps in self.changes.items():
            if not isinstance(steps, Mapping) or not steps:
                raise _bad(f"no values for {address!r}", f"changes.{address}")
            found[address] = {
                day(on, f"changes.{address}"): _value(value, f"changes.{address}.{on}")
                for on, value in steps.items()
            }
        object.__setattr__(self, "changes", found)

    @classmethod
    def load(cls, path: str | Path) -> Reform:
        """A reform from a TOML file, or by name one of :func:`scenarios`.

        Raises RequestError with the file's name.
        """
        where = str(path)
        try:
            file = scenarios().get(where) or Path(path)
            document = tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise RequestError(
                f"cannot read the reform: {error.strerror or error}", code="no_file", where=where
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise _bad(f"not valid TOML: {error}", where) from None
        unknown = sorted({*document} - _KEYS)
        if unknown:
            raise _bad(f"unknown key {unknown[0]!r}; known: {', '.join(sorted(_KEYS))}", where)
        told = document.get("source", {})
        if not document.get("name") or not set(told) <= _SOURCE:
            raise _bad("a reform has a name, and a source of title, url, citation, read", where)
        try:
            own = (
                {"source": Source(REFORM, **{"title": str(document["name"]), **told})}
                if told
                else {}
            )
            return cls(
                document.get("changes", {}),
                name=str(document["name"]),
                why=str(document.get("why", "")),
                rules=document.get("rules", {}),
                **own,
            )
        except LandedCostError as error:
            error.where = f"{where}: {error.where}" if error.where else where
            raise

    def since(self, on: date | str) -> Reform:
        """The same as if it held from ``on``: all days moved alike. Raises RequestError."""
        steps = [day(d, "") for found in self.changes.values() for d in found]
        added = [
            entry["from"]
            for tables in self.rules.values()
            for entry in _entries(tables)
            if isinstance(entry.get("from"), date)
        ]
        if not steps and not added:
            return self
        by = day(on, "since") - min([*steps, *added])
        changes = {
            address: {day(d, "") + by: value for d, value in found.items()}
            for address, found in self.changes.items()
        }
        return replace(self, changes=changes, rules=_moved(self.rules, by))

    def steps(self, address: str) -> Steps:
        """The values of one address in the order of their days."""
        return tuple(sorted((day(on, ""), value) for on, value in self.changes[address].items()))

    def touches(self, code: str) -> list[str]:
        """The addresses in the file of a territory."""
        return [address for address in self.changes if address.partition(".")[0] == code]

    @property
    def first(self) -> date | None:
        """The first day on which it changes a value; None if it changes none."""
        return min((on for address in self.changes for on, _ in self.steps(address)), default=None)

    @property
    def territories(self) -> list[str]:
        """The territories whose files it changes, in order of mention."""
        return list(dict.fromkeys([*(a.partition(".")[0] for a in self.changes), *self.rules]))

    @property
    def digest(self) -> str:
        """Hex digits that differ between reforms that differ."""
        steps = [(address, self.steps(address)) for address in sorted(self.changes)]
        told = (steps, repr(sorted(self.rules.items())), self.name, self.source.text)
        return sha256(repr(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two reforms that change one value: ``winner`` came later and holds."""

    address: str
    loser: str
    winner: str


def scenarios() -> dict[str, Traversable]:
    """The reforms that come with the package, by name: files that :meth:`Reform.load` reads."""
    folder = resources.files("landedcost.regimes").joinpath("scenarios")
    return {f.name.removesuffix(".toml"): f for f in sorted(folder.iterdir(), key=lambda f: f.name)}


def _entries(tables: Any) -> Iterator[dict[str, Any]]:
    """Every dated value in the tables of a rule."""
    for value in tables.values() if isinstance(tables, Mapping) else tables:
        if isinstance(value, Mapping):
            if "from" in value:
                yield dict(value)
            yield from _entries(value)
        elif isinstance(value, list):
            yield from _entries(value)


def _moved(tables: Any, by: timedelta) -> Any:
    if isinstance(tables, Mapping):
        return {k: _moved(v, by) for k, v in tables.items()}
    if isinstance(tables, list):
        return [_moved(v, by) for v in tables]
    return tables + by if isinstance(tables, date) else tables


def overlaps(reforms: Sequence[Reform]) -> tuple[Overlap, ...]:
    """Where reforms meet. Those that do not meet may come in any order."""
    found = []
    for position, late in enumerate(reforms):
        for early in reforms[:position]:
            found += [Overlap(a, early.name, late.name) for a in late.changes if a in early.changes]
    return tuple(found)


def apply(file: RuleFile, code: str, reform: Reform) -> tuple[RuleFile, Reformed | None]:
    """A rule file with one reform in it. Raises RequestError for an address that is not there."""
    rules = dict(file.rules)
    told: list[str] = []
    days: list[date] = []
    for address in reform.touches(code):
        key, name = _place(address, code, rules)
        steps = reform.steps(address)
        rules[key] = _changed(rules[key], name, address, steps, reform, file)
        days += [on for on, _ in steps]
        told += [f"{address} is {value or 'no more'} from {on}" for on, value in steps]
    added = reform.rules.get(code)
    if added:
        more = _added(code, added, reform, file)
        rules.update(more)
        days += [e.start for r in more.values() for v in r.values.values() for e in v]
        told += [f"{rule.address} is new" for rule in more.values()]
    if not told:
        return file, None
    text = f"what if: {reform.name} ({'; '.join(told)})"
    return replace(file, rules=rules), Reformed(reform.name, min(days), text)


def _place(address: str, code: str, rules: Mapping[str, Rule]) -> tuple[str, str]:
    """The rule and the list an address names."""
    _, _, rest = address.partition(".")
    key, _, name = rest.rpartition(".")
    if key in rules and name in rules[key].values:
        return key, name
    known = [f"{code}.{k}.{n}" for k, rule in rules.items() for n in rule.values]
    close = nearest(address, known, 3)
    raise RequestError(
        f"no rule has the address {address!r}",
        code="unknown_address",
        where=f"changes.{address}",
        hint=f"did you mean {', '.join(close)}?" if close else f"see landedcost rules show {code}",
    )


def _changed(
    rule: Rule, name: str, address: str, steps: Steps, reform: Reform, file: RuleFile
) -> Rule:
    kept = []
    first = steps[0][0]
    for entry in rule.values[name]:
        if not entry.on(entry.start) or (entry.until is not None and entry.until <= first):
            kept.append(entry)
        elif entry.start < first:
            kept.append(replace(entry, until=first))
    ends = [on for on, _ in steps[1:]] + [None]
    like = rule.values[name][-1]
    for (on, value), until in zip(steps, ends, strict=True):
        if value is not None:
            kept.append(_entry(like, name, address, on, until, value, reform, file))
    return replace(rule, values={**rule.values, name: tuple(kept)})


def _entry(
    like: Dated,
    name: str,
    address: str,
    on: date,
    until: date | None,
    value: str,
    reform: Reform,
    file: RuleFile,
) -> Dated:
    from .parse import is_number

    number, _, unit = value.partition(" ")
    money = name in MONEY_LISTS
    if money and unit:
        value, unit = number, currency(unit, f"changes.{address}").code
    elif money:
        unit = like.currency or str(file.territory["currency"])
    else:
        unit = ""
    if name not in TEXT_LISTS and not is_number(value):
        raise RequestError(
            f"not a number or a percentage: {value!r}",
            code="bad_reform",
            where=f"changes.{address}.{on}",
            hint="write it as the rule file does: 0, 12.5%, or 150 EUR",
        )
    return Dated(
        address=address,
        value=value,
        start=on,
        until=until,
        status=REFORM,
        source=reform.source,
        verified=True,
        currency=unit,
    )


def _added(
    code: str, tables: Mapping[str, Any], reform: Reform, file: RuleFile
) -> Mapping[str, Rule]:
    """The rules a reform brings, read as those of a rule file; each value is the reform's."""
    from .parse import read_tables

    found = {}
    unit = str(file.territory["currency"])
    read = replace(reform.source, read=reform.source.read or date.min)
    for key, rule in read_tables(tables, code, unit, read, reform.name).items():
        if key in file.rules:
            raise RequestError(
                f"{rule.address} is there already",
                code="bad_reform",
                where=f"rules.{rule.address}",
                hint="change its values by their addresses, or give the rule another name",
            )
        values = {
            name: tuple(replace(e, status=REFORM, source=reform.source) for e in entries)
            for name, entries in rule.values.items()
        }
        found[key] = replace(rule, values=values)
    return found


def _value(value: object, where: str) -> str | None:
    if value is None or value == "none":
        return None
    if isinstance(value, str) and value:
        return value
    raise _bad(f'a value is text, such as "0" or "12.5%": {value!r}', where)


def _bad(message: str, where: str) -> RequestError:
    return RequestError(message, code="bad_reform", where=where)
