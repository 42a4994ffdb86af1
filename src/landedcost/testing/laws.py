"""The laws that every provider keeps, whatever its kind."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..cache import codec
from ..ports.settings import ProviderSettings
from ..ports.spec import API_VERSION, KINDS
from ..providers.source import ANSWERS
from . import look
from .subject import POLICY, Broken, Outcome, Subject, provider_error

_SECRET_NAMES = ("key", "secret", "token", "password", "credential")


@dataclass(frozen=True)
class Law:
    """One thing that must hold.

    ``driven`` laws are tried through every driver; those that are not ``local`` do not concern a
    provider that asks nothing outside. ``needs`` is a capability without which the law is off.
    """

    name: str
    text: str
    check: Callable[[Subject, str], None]
    kinds: frozenset[str] = frozenset(KINDS)
    driven: bool = False
    local: bool = True
    needs: str = ""


LAWS: list[Law] = []
"""All of them, in the order in which they are reported."""


def law(
    *kinds: str, driven: bool = False, local: bool = True, needs: str = ""
) -> Callable[[Callable[[Subject, str], None]], Callable[[Subject, str], None]]:
    """Make a function a law; its name is the law's, its first line what the law says."""

    def register(check: Callable[[Subject, str], None]) -> Callable[[Subject, str], None]:
        text = (inspect.getdoc(check) or "").splitlines()[0]
        found = frozenset(kinds or KINDS)
        LAWS.append(Law(check.__name__, text, check, found, driven, local, needs))
        return check

    return register


def require(holds: object, what: str) -> None:
    """Raise Broken unless something holds."""
    if not holds:
        raise Broken(what)


@law()
def spec_is_complete(subject: Subject, driver: str) -> None:
    """The spec names its version, its documentation and a reason for each capability left out."""
    spec = subject.spec
    require(spec.api_version == API_VERSION, f"api_version is {spec.api_version}")
    require(spec.docs, "docs is empty: say where its documentation is")
    require(spec.summary, "summary is empty: say in one line what it is")
    unexplained = spec.unexplained()
    require(
        not unexplained,
        f"no reason in `without` for leaving out: {', '.join(unexplained)}",
    )
    require(callable(getattr(subject.provider(), spec.port, None)), f"it has no {spec.port}()")


@law()
def settings_are_frozen(subject: Subject, driver: str) -> None:
    """Settings cannot be changed and know no field they were not declared with."""
    kind = subject.spec.settings
    require(issubclass(kind, ProviderSettings), "settings are no ProviderSettings")
    require(kind.model_config.get("frozen"), "settings are not frozen")
    require(kind.model_config.get("extra") == "forbid", "settings take unknown fields")


@law()
def environment_has_a_prefix(subject: Subject, driver: str) -> None:
    """Settings are read from the environment under a prefix of their own."""
    kind = subject.spec.settings
    if kind.model_fields:
        prefix = str(kind.model_config.get("env_prefix") or "")
        require(len(prefix) > 3, "settings have no env_prefix")


@law()
def secrets_are_hidden(subject: Subject, driver: str) -> None:
    """A field named like a secret is a SecretStr, and no repr shows one."""
    for name, field in subject.spec.settings.model_fields.items():
        told = any(word in name.lower() for word in _SECRET_NAMES)
        hidden = "Secret" in str(field.annotation)
        require(hidden or not told, f"the field {name!r} is not a SecretStr")
    settings, provider = subject.settings(), subject.provider()
    for secret in subject.secrets():
        for what, shown in (("settings", settings), ("provider", provider)):
            require(secret not in repr(shown), f"repr of the {what} shows a secret")
            require(secret not in str(shown), f"str of the {what} shows a secret")


@law()
def making_one_does_nothing(subject: Subject, driver: str) -> None:
    """The factory keeps the settings and asks for nothing; a provider holds no state."""
    held = _attributes(subject.provider())
    changing = [n for n, v in held.items() if isinstance(v, dict | list | set | bytearray)]
    require(not changing, f"it holds what changes: {', '.join(changing)}")


def _attributes(value: Any) -> dict[str, Any]:
    slots = [n for k in type(value).__mro__ for n in getattr(k, "__slots__", ())]
    return {n: getattr(value, n) for n in slots if hasattr(value, n)} | getattr(
        value, "__dict__", {}
    )


@law()
def method_is_a_flow(subject: Subject, driver: str) -> None:
    """The method of the port is a generator: no coroutine, nothing done before it is driven."""
    method = getattr(subject.provider(), subject.spec.port)
    require(
        not inspect.iscoroutinefunction(method) and not inspect.isasyncgenfunction(method),
        "it is a coroutine: write a plain `def` with `yield from`",
    )
    flow = method(subject.case.asks[0])
    require(inspect.isgenerator(flow), f"it returns a {type(flow).__name__}, not a flow")
    flow.close()


@law(driven=True)
def answers(subject: Subject, driver: str) -> None:
    """Every ask of its case is answered, through every driver alike."""
    for ask in subject.case.asks:
        found = subject.answer(ask, driver)
        kind = ANSWERS[subject.spec.kind]
        require(isinstance(found, kind), f"it answers with {type(found).__name__}")
        require(found == subject.answer(ask), f"under {driver} it answers differently")


@law()
def answers_are_exact(subject: Subject, driver: str) -> None:
    """No float, no time without its zone, nothing that can be changed, in any answer."""
    for ask in subject.case.asks:
        for fault in look.faults(subject.answer(ask)):
            raise Broken(fault)


@law()
def answers_travel(subject: Subject, driver: str) -> None:
    """An answer is the same after it has been kept for another process."""
    for ask in subject.case.asks:
        found = subject.answer(ask)
        back = codec.load(type(found), codec.dump(found, 1))
        require(back is not None and back[0] == found, "it is not the same after a round trip")


@law(local=False)
def requests_repeat(subject: Subject, driver: str) -> None:
    """The same ask sends the same requests: no clock, nothing random, no memory."""
    for ask in subject.case.asks:
        one, two = _sent(subject.outcome(ask)), _sent(subject.outcome(ask))
        require(one == two, f"{ask!r} is asked differently the second time")


def _sent(outcome: Outcome) -> list[str]:
    """The requests in no order: those of a gather may overtake each other."""
    return sorted(repr((s.method, s.url, sorted(s.params.items()), s.body)) for s in outcome.seen)


@law(local=False)
def plain_http_is_not_used(subject: Subject, driver: str) -> None:
    """Requests go over https."""
    for seen in subject.outcome(subject.case.asks[0]).seen:
        require(seen.url.startswith("https://"), f"{seen.url} is not https")


@law(local=False)
def secrets_do_not_leak(subject: Subject, driver: str) -> None:
    """No secret is in an answer, an error or a log, also where the source repeats it."""
    from .faults import FAULTS

    secrets = subject.secrets()
    ask = subject.case.asks[0]
    for at in range(max(len(subject.outcome(ask).seen), 1)):
        for fault in FAULTS:
            if fault.name.startswith("2_gb"):
                continue

            def change(number: int, reply: Any, seen: Any, at: int = at, fault: Any = fault) -> Any:
                return fault.change(reply, seen) if number >= at else reply

            found = subject.outcome(ask, change=change)
            for text in found.texts():
                for secret in secrets:
                    require(secret not in text, f"after {fault.name} a secret is told: an error")


@law(local=True)
def unknown_is_no_answer(subject: Subject, driver: str) -> None:
    """What the source does not have is NoAnswer, or a problem in the answer."""
    ask = subject.case.unknown
    require(ask is not None, "its case has no `unknown`: give an ask that it has no answer to")
    found = subject.outcome(ask)
    if found.error is None:
        require(getattr(found.answer, "problems", ()), f"it answers {found.answer!r}")
        return
    error = provider_error(found, "an unknown ask")
    require(not error.retryable, "it says that asking again may help")


@law(local=False)
def attempts_are_bounded(subject: Subject, driver: str) -> None:
    """It does not ask again by itself: a source that fails is asked as often as the policy says."""
    from ..transport.scripted import Reply

    ask = subject.case.asks[0]
    right = len(subject.outcome(ask).seen)
    found = subject.outcome(ask, change=lambda n, r, s: Reply(503))
    provider_error(found, "a source that is down")
    most = right * POLICY.attempts
    require(len(found.seen) <= most, f"{len(found.seen)} requests, {most} are enough")
