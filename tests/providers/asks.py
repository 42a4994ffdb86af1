"""What the tests of several sources share: a source, a driver, and what was sent and told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from landedcost.providers.registry import Registry
from landedcost.transport import Channel, Policy, Through, Transport

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
"""Real tables and answers, beside the checkout where there are any."""
POLICY = Policy(attempts=2, backoff_ms=1)


def source(key: str, **settings: Any) -> Any:
    """A source that comes with the package, by kind and name."""
    spec = Registry.installed().spec(key)
    return spec.factory(spec.settings(**settings))


def run(flow: Any, channel: Channel | None = None) -> Any:
    """The answer of a flow, asked twice at most; what it keeps is kept in the channel."""

    def through() -> Any:
        return (yield Through(channel or Channel.open("test", POLICY), flow))

    return Transport(POLICY).run(through())


def as_json(value: Any) -> bytes:
    """A value as JSON, its Decimals as numbers."""
    return json.dumps(value, default=float).encode()


def sent(route: Any, at: int = 0) -> Any:
    """The JSON that was sent to a mocked route."""
    return json.loads(route.calls[at].request.content)


def codes(answer: Any) -> list[tuple[str, str]]:
    """The problems of an answer, by code and line."""
    return [(problem.code, problem.line) for problem in answer.problems]


def recorded(path: str) -> bytes:
    """A file of real answers that is kept beside the checkout; skips the test without it."""
    file = SHARED / path
    if not file.exists():
        pytest.skip(f"no {path} beside this checkout: real answers are not part of it")
    return gzip.decompress(file.read_bytes())
