"""Lanes and reforms as data, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ..cache.codec import of_data, to_data
from ..errors import RequestError
from ..regimes.reform import Reform
from ..regimes.schema import Source
from ..regimes.select import LaneKey
from ..territories import Place

_DAY = "$day"


def lane_data(key: LaneKey) -> dict[str, Any]:
    """A lane as data, its places in full."""
    return {
        "buyer": to_data(key.buyer),
        "sender": to_data(key.sender),
        "day": key.day.isoformat(),
        "channel": key.channel,
        "buyer_kind": key.buyer_kind,
        "registrations": sorted(key.registrations),
        "terms": key.terms,
    }


def lane_of(data: Mapping[str, Any]) -> LaneKey:
    """The lane of :func:`lane_data`. Raises ValueError, KeyError or TypeError for none."""
    return LaneKey(
        buyer=of_data(Place, data["buyer"]),
        sender=of_data(Place, data["sender"]),
        day=date.fromisoformat(data["day"]),
        channel=data["channel"],
        buyer_kind=data["buyer_kind"],
        registrations=frozenset(data["registrations"]),
        terms=data["terms"],
    )


def reform_data(reform: Reform) -> dict[str, Any]:
    """A reform as data. Raises RequestError (``cannot_pin``) for rules that JSON cannot hold."""
    steps = {
        address: {on.isoformat(): value for on, value in reform.steps(address)}
        for address in reform.changes
    }
    return {
        "changes": steps,
        "name": reform.name,
        "why": reform.why,
        "source": to_data(reform.source),
        "rules": _plain(reform.rules, reform.name),
    }


def reform_of(data: Mapping[str, Any]) -> Reform:
    """The reform of :func:`reform_data`. Raises ValueError, KeyError or RequestError for none."""
    return Reform(
        data["changes"],
        name=data["name"],
        why=data["why"],
        source=of_data(Source, data["source"]),
        rules=_dated(data["rules"]),
    )


def bad_record(why: str, where: str = "record") -> RequestError:
    """The error for what is no record."""
    return RequestError(
        f"not a record: {why}",
        code="bad_record",
        where=where,
        hint="give a file that `landedcost hold --record` wrote",
    )


def _plain(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(part, name) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, name) for part in value]
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if value is None or isinstance(value, str | int):
        return value
    raise RequestError(
        f"the rules of {name!r} have a {type(value).__name__}, which a record cannot keep",
        code="cannot_pin",
        where="reforms",
        hint="write numbers with a point as text in the reform",
    )


def _dated(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {_DAY}:
            return date.fromisoformat(value[_DAY])
        return {key: _dated(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_dated(part) for part in value]
    return value
