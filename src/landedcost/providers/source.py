"""One configured source: its provider, its channel, and the way to it through the cache."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..cache.answers import Aged, Answers, Question
from ..errors import BadAnswer, LandedCostError, NoAnswer, PluginError
from ..ports.carrier import ShippingAnswer
from ..ports.flow import Flow, reveal
from ..ports.landed import LandedAnswer
from ..ports.rates import RatesAnswer
from ..ports.spec import FRESHNESS, Freshness, ProviderSpec
from ..ports.tariff import TariffAnswer
from ..transport import Channel, Policy, Through

ANSWERS: Mapping[str, type] = {
    "tariff": TariffAnswer,
    "carrier": ShippingAnswer,
    "rates": RatesAnswer,
    "landed": LandedAnswer,
}


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A provider that a shop has configured."""

    spec: ProviderSpec
    provider: Any
    channel: Channel
    freshness: Freshness
    digest: str
    answers: Answers

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.spec.name

    def ask(self, ask: Any) -> Flow[Aged[Any]]:
        """The answer to ``ask``, kept or new.

        Raises ProviderError with the provider's name; PluginError where the provider itself is
        broken.
        """
        question = self._question(ask)
        make = partial(self._new, ask, question.answer)
        try:
            return (yield from self.answers.get(question, self.freshness, make))
        except LandedCostError as error:
            named(error, self.spec)
            raise

    def old(self, ask: Any) -> Aged[Any] | None:
        """An answer past its time, as old as the freshness allows after a failure."""
        return self.answers.old(self._question(ask), self.freshness)

    def _question(self, ask: Any) -> Question:
        return Question(self.spec.key, self.digest, ask, ANSWERS[self.spec.kind])

    def _new(self, ask: Any, kind: type) -> Flow[Any]:
        method = getattr(self.provider, self.spec.port)
        try:
            answer = yield Through(self.channel, method(ask))
        except LandedCostError:
            raise
        except Exception as error:
            raise PluginError(
                f"{self.spec.key} broke on {type(ask).__name__}: {type(error).__name__}",
                code="provider_broke",
                hint=f"tell its author; see {self.spec.docs or 'its documentation'}",
            ) from error
        if not isinstance(answer, kind):
            raise BadAnswer(
                f"answered with {type(answer).__name__} instead of {kind.__name__}",
                provider=self.spec.name,
            )
        if isinstance(answer, RatesAnswer) and answer.on > ask.day:
            raise NoAnswer(
                f"has the rates of {answer.on.isoformat()}, not of {ask.day.isoformat()}"
            )
        return answer


def named(error: LandedCostError, spec: ProviderSpec) -> None:
    """Put the provider's name on an error that does not have one."""
    if hasattr(error, "provider") and not error.provider:
        error.provider = spec.name


def configure(
    spec: ProviderSpec,
    answers: Answers,
    policy: Policy,
    settings: object = None,
    freshness: Freshness | None = None,
) -> Source:
    """A source from its spec.

    ``settings`` is an object of the spec's class, a mapping, or None for the environment alone.
    Raises PluginError (``bad_settings``) naming what is missing or wrong, without values.
    """
    made = _settings(spec, settings)
    try:
        provider = spec.factory(made)
    except Exception as error:
        raise PluginError(
            f"{spec.key} cannot be made: {type(error).__name__}", code="provider_broke"
        ) from error
    return Source(
        spec,
        provider,
        Channel.open(spec.name, policy, spec.limit),
        freshness or spec.freshness or FRESHNESS[spec.kind],
        _digest(made),
        answers,
    )


def _settings(spec: ProviderSpec, given: object) -> Any:
    if isinstance(given, spec.settings):
        return given
    if given is not None and not isinstance(given, Mapping):
        raise PluginError(
            f"{spec.key} takes {spec.settings.__name__}, not {type(given).__name__}",
            code="bad_settings",
        )
    try:
        return spec.settings(**(given or {}))
    except ValueError as error:
        raise PluginError(
            f"the settings of {spec.key} are incomplete or wrong: {_wrong(error)}",
            code="bad_settings",
            hint=_variables(spec, error),
        ) from None


def _wrong(error: ValueError) -> str:
    """What a validation found, field by field, without any value."""
    found = getattr(error, "errors", None)
    if found is None:
        return type(error).__name__
    listed = found(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in listed)


def _variables(spec: ProviderSpec, error: ValueError) -> str:
    prefix = str(spec.settings.model_config.get("env_prefix") or "")
    found = getattr(error, "errors", None)
    listed = found(include_url=False, include_input=False) if found is not None else []
    names = [f"{prefix}{e['loc'][0]}".upper() for e in listed if e["loc"]]
    return f"set {', '.join(names)} or give `settings`" if names else "give `settings`"


def _digest(settings: Any) -> str:
    """What of the settings an answer may depend on, in a form that gives nothing away."""
    parts = []
    for name in sorted(type(settings).model_fields):
        value = getattr(settings, name)
        hidden = hasattr(value, "get_secret_value")
        parts.append(f"{name}={reveal(value) if hidden else value!r}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
