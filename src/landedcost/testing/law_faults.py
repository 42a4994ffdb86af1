"""The laws about what goes wrong on the way: the documented error, in time, nothing leaked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..errors import ProviderError
from ..transport.scripted import CHUNK, Reply, Seen
from . import look
from .faults import FAULTS, Fault
from .laws import law, require
from .subject import POLICY, Broken, Outcome, Subject, provider_error

_MUTATIONS: tuple[Any, ...] = (-1, "abc", True, None, [], {}, "NaN", "-0.01", 10**30)
_MOST = 300
"""How many spoiled forms of an answer are tried, evenly over it."""


def struck(subject: Subject, fault: Fault, at: int, driver: str) -> Outcome:
    """What comes of the first ask when every reply from the ``at``-th on is struck."""

    def change(number: int, reply: Reply, seen: Seen) -> Reply:
        return fault.change(reply, seen) if number >= at else reply

    return subject.outcome(subject.case.asks[0], driver, change)


def verdict(subject: Subject, fault: Fault, at: int, driver: str) -> ProviderError:
    """The error of a fault, looked at from every side. Raises Broken."""
    found = struck(subject, fault, at, driver)
    where = f"{fault.name} at request {at + 1}"
    error = provider_error(found, where)
    named = ", ".join(kind.__name__ for kind in fault.raises)
    require(isinstance(error, fault.raises), f"{where}: {type(error).__name__}, not {named}")
    require(found.took_ms < POLICY.deadline_ms + 5_000, f"{where}: took {found.took_ms} ms")
    for name, value in fault.says.items():
        told = getattr(error, name)
        require(told == value, f"{where}: {name} is {told!r}, not {value!r}")
    limit = fault.attempts + at if fault.attempts else 0
    require(not limit or len(found.seen) <= limit, f"{where}: {len(found.seen)} requests")
    require(found.sent_bytes <= 64_000_000 + CHUNK, f"{where}: {found.sent_bytes} bytes were read")
    for secret in subject.secrets():
        require(all(secret not in text for text in found.texts()), f"{where}: a secret is told")
    return error


def _check(fault: Fault) -> None:
    def check(subject: Subject, driver: str) -> None:
        count = len(subject.outcome(subject.case.asks[0]).seen)
        require(count, "its case sends no request")
        for at in range(count):
            verdict(subject, fault, at, driver)

    check.__name__ = f"fault_{fault.name}"
    kinds = " or ".join(kind.__name__ for kind in fault.raises)
    check.__doc__ = f"{fault.name.replace('_', ' ')}: {kinds}, within the deadline."
    law(driven=True, local=False)(check)


for _fault in FAULTS:
    _check(_fault)


@law(local=False)
def retry_after_is_obeyed(subject: Subject, driver: str) -> None:
    """After a 429 that names a time, the answer comes from the request after it."""
    ask = subject.case.asks[0]

    def change(number: int, reply: Reply, seen: Seen) -> Reply:
        return Reply(429, headers={"retry-after": "2"}) if number == 0 else reply

    found = subject.outcome(ask, change=change)
    if found.error is not None:
        raise Broken(f"not answered after waiting: {found.error}") from found.error
    require(found.took_ms >= 2_000, f"asked again after {found.took_ms} ms instead of 2,000")


@law(local=False)
def spoiled_answers_are_noticed(subject: Subject, driver: str) -> None:
    """A wrong type, a negative number or a null anywhere is an error, or still an exact answer."""
    ask = subject.case.asks[0]
    replies = _replies(subject)
    for number, reply in enumerate(replies):
        for what, spoiled in _spoiled(reply):

            def change(n: int, r: Reply, s: Seen, at: int = number, bad: Reply = spoiled) -> Reply:
                return bad if n == at else r

            found = subject.outcome(ask, change=change)
            if found.error is not None:
                provider_error(found, what)
                continue
            for fault in look.faults(found.answer):
                raise Broken(f"{what}: {fault}")


def _replies(subject: Subject) -> list[Reply]:
    seen: list[Reply] = []

    def change(number: int, reply: Reply, asked: Seen) -> Reply:
        seen.append(reply)
        return reply

    subject.outcome(subject.case.asks[0], change=change)
    return seen


def _spoiled(reply: Reply) -> Iterator[tuple[str, Reply]]:
    content = reply.content.decode("utf-8", "replace")
    try:
        document = json.loads(content)
    except ValueError:
        for at, text in enumerate(_spoiled_text(content)):
            yield f"text spoiled ({at})", replace(reply, json=None, text=text)
        return
    paths = [path for path, _ in _leaves(document)]
    every = [(path, bad) for path in paths for bad in _MUTATIONS]
    step = -(-len(every) // _MOST)  # one more than a multiple of the mutations meets them all
    step += step > 1 and step % len(_MUTATIONS) == 0
    for path, bad in every[:: max(step, 1)]:
        text = json.dumps(_with(document, path, bad))
        where = ".".join(map(str, path))
        yield f"{where} = {bad!r}", replace(reply, json=None, text=text)


def _spoiled_text(content: str) -> Iterator[str]:
    for bad in ('"-1"', '"NaN"', '""', '"abc"'):
        yield re.sub(r'"\d+(\.\d+)?"', bad, content)
    yield content.replace(">", "", 1)


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _leaves(inner, (*path, at))
    else:
        yield path, value


def _with(value: Any, path: tuple[Any, ...], bad: Any) -> Any:
    if not path:
        return bad
    head, *rest = path
    if isinstance(value, dict):
        return {k: _with(v, tuple(rest), bad) if k == head else v for k, v in value.items()}
    return [_with(v, tuple(rest), bad) if k == head else v for k, v in enumerate(value)]
