"""A provider on the bench: made from its case, asked through a script, everything watched."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..errors import LandedCostError, ProviderError
from ..ports.flow import Flow
from ..ports.spec import ProviderSpec
from ..transport import Channel, FastClock, Policy, Through, Transport
from ..transport.scripted import Reply, Script, Seen
from .case import Case
from .drivers import DRIVERS

SPEED = 50
POLICY = Policy(deadline_ms=240_000, timeout_ms=30_000, max_bytes=4_000_000, breaker_failures=1_000)
MOST = 60
"""Requests after which the script gives up on a provider."""


class Broken(AssertionError):
    """A provider breaks a law."""


@dataclass(slots=True)
class Outcome:
    """What came of one ask: an answer or an error, the requests, and how long it took."""

    answer: Any = None
    error: BaseException | None = None
    seen: list[Seen] = field(default_factory=list)
    sent_bytes: int = 0
    took_ms: int = 0
    logs: list[str] = field(default_factory=list)

    def texts(self) -> Iterator[str]:
        """Every text that a person or a log may see of it."""
        yield repr(self.answer)
        yield from self.logs
        error: BaseException | None = self.error
        while error is not None:
            yield from (str(error), repr(error), repr(error.__dict__), repr(error.args))
            request = getattr(error, "_request", None)
            if request is not None:
                yield repr(request)
            error = error.__cause__ or error.__context__


Change = Callable[[int, Reply, Seen], Reply]
"""Given the number of a request, the right reply and the request: what arrives."""


class Subject:
    """One provider and its case."""

    def __init__(self, spec: ProviderSpec, case: Case) -> None:
        self.spec = spec
        self.case = case

    @property
    def local(self) -> bool:
        """Whether it asks nothing outside."""
        return self.case.upstream is None

    def settings(self) -> Any:
        """Its settings, made anew."""
        return self.spec.settings(**dict(self.case.settings))

    def provider(self) -> Any:
        """The provider, made anew."""
        return self.spec.factory(self.settings())

    def secrets(self) -> tuple[str, ...]:
        """The secret texts of its settings."""
        made = self.settings()
        values = (getattr(made, name) for name in type(made).model_fields)
        found = (v.get_secret_value() for v in values if hasattr(v, "get_secret_value"))
        return tuple(text for text in found if len(text) >= 4)

    def flow(self, ask: Any, provider: Any = None) -> Flow[Any]:
        """The provider's flow for an ask."""
        method = getattr(provider or self.provider(), self.spec.port)
        flow: Flow[Any] = method(ask)
        return flow

    def outcome(
        self,
        ask: Any,
        driver: str = "threads",
        change: Change | None = None,
        policy: Policy = POLICY,
    ) -> Outcome:
        """What comes of an ask, with the replies changed by ``change``."""
        count = 0

        def answer(seen: Seen) -> Reply:
            nonlocal count
            count += 1
            upstream = self.case.upstream
            if upstream is None:
                raise Broken(f"{self.spec.key} is said to be local and sends {seen.method}")
            if change is None:
                return upstream(seen)
            try:
                reply = upstream(seen)
            except Exception:  # a request that only the fault brought about, as after a redirect
                reply = Reply(404)
            return change(count - 1, reply, seen)

        script = Script(answer, MOST)
        clock = FastClock(SPEED)
        transport = Transport(policy, clock, script.outlet)
        channel = Channel.open(self.spec.name, policy, self.spec.limit)
        found = Outcome()
        start = clock.now_ms()
        with _logs() as logs:
            try:
                flow = self.flow(ask)
                found.answer = DRIVERS[driver](transport, _through(channel, flow))
            except Exception as error:
                found.error = error
        found.took_ms = clock.now_ms() - start
        found.seen, found.sent_bytes, found.logs = script.seen, script.sent_bytes, logs
        return found

    def answer(self, ask: Any, driver: str = "threads") -> Any:
        """The answer to an ask whose replies are right. Raises Broken."""
        found = self.outcome(ask, driver)
        if found.error is not None:
            raise Broken(
                f"does not answer {ask!r} with the replies of its case: {_told(found.error)}"
            ) from found.error
        return found.answer


def _told(error: BaseException) -> str:
    return str(error) if isinstance(error, LandedCostError) else repr(error)


def _through(channel: Channel, flow: Flow[Any]) -> Flow[Any]:
    return (yield Through(channel, flow))


def provider_error(outcome: Outcome, what: str) -> ProviderError:
    """The ProviderError of an outcome. Raises Broken for an answer or any other error."""
    if outcome.error is None:
        raise Broken(f"{what}: answered with {outcome.answer!r} instead of an error")
    if not isinstance(outcome.error, ProviderError):
        raise Broken(
            f"{what}: raised {type(outcome.error).__name__}, which is no ProviderError: "
            f"{outcome.error}"
        ) from outcome.error
    return outcome.error


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record's text."""
        self.kept.append(record.getMessage())


@contextmanager
def _logs() -> Iterator[list[str]]:
    """Everything that is logged meanwhile, at any level."""
    root, handler = logging.getLogger(), _Kept()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.kept
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
