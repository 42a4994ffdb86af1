"""Sources that answer what a test says, and sources that fail when it says so.

Each is a :class:`ProviderSpec`, to be given to ``Providers`` like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import count
from threading import Lock
from typing import Any

from ..errors import NoAnswer, ProviderError, Unreachable
from ..lines import Amount
from ..ports.carrier import Offer, ShippingAnswer, ShippingAsk
from ..ports.flow import Flow
from ..ports.landed import LandedAnswer, LandedAsk
from ..ports.rates import COMMERCIAL, RatesAnswer, RatesAsk
from ..ports.settings import ProviderSettings
from ..ports.spec import CAPABILITIES, ProviderSpec
from ..ports.tariff import Measure, TariffAnswer, TariffAsk

Answer = Callable[[Any], Any]


class NoSettings(ProviderSettings):
    """There is nothing to set."""


class Asked:
    """Counts how often a fake was asked, and for what."""

    def __init__(self) -> None:
        self.asks: list[Any] = []
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self.asks)

    def add(self, ask: Any) -> None:
        """Remember an ask."""
        with self._lock:
            self.asks.append(ask)


@dataclass(frozen=True)
class Fake:
    """A provider of every kind, by a function from ask to answer."""

    answer: Answer
    asked: Asked

    def _told(self, ask: Any) -> Flow[Any]:
        yield from ()
        self.asked.add(ask)
        return self.answer(ask)

    tariff = shipping = rates = landed = _told


def fake(kind: str, name: str, answer: Answer, asked: Asked | None = None) -> ProviderSpec:
    """A source of any kind that answers by a function; it may raise ProviderErrors."""
    watched = asked if asked is not None else Asked()
    return ProviderSpec(
        name,
        kind,
        NoSettings,
        lambda settings: Fake(answer, watched),
        without=dict.fromkeys(CAPABILITIES[kind], "a fake"),
        docs="how-to/test-your-shop.md",
        summary="a stand-in for tests",
    )


def fake_rates(
    rates: Mapping[str, str],
    base: str = "EUR",
    *,
    name: str = "fake",
    on: date | None = None,
    asked: Asked | None = None,
) -> ProviderSpec:
    """Rates that never move: ``fake_rates({"USD": "1.10"})`` is 1.10 USD for one euro."""
    exact = {code: Fraction(text) for code, text in rates.items()}

    def answer(ask: RatesAsk) -> RatesAnswer:
        if ask.use != COMMERCIAL:
            raise NoAnswer("a fake is no authority")
        return RatesAnswer(base, exact, on or ask.day, "rates of a test")

    return fake("rates", name, answer, asked)


def fake_tariff(
    duties: Mapping[str, str], *, name: str = "fake", asked: Asked | None = None
) -> ProviderSpec:
    """Duties by the start of a code: ``fake_tariff({"6109": "12%"})``; others are unknown."""

    def answer(ask: TariffAsk) -> TariffAnswer:
        known = [start for start in duties if ask.hs_code.startswith(start)]
        if not known:
            raise NoAnswer(f"no duty for {ask.hs_code}")
        longest = max(known, key=len)
        measure = Measure("third_country", ask.hs_code, duties[longest])
        return TariffAnswer((measure,), "tariff of a test", ask.day)

    return fake("tariff", name, answer, asked)


def fake_carrier(
    prices: Mapping[str, Amount], *, name: str = "fake", asked: Asked | None = None
) -> ProviderSpec:
    """Services and their prices: ``fake_carrier({"post": Amount(900, "USD")})``."""

    def answer(ask: ShippingAsk) -> ShippingAnswer:
        offers = (Offer(name, service, price) for service, price in prices.items())
        return ShippingAnswer(tuple(offers), "carrier of a test")

    return fake("carrier", name, answer, asked)


def fake_landed(
    duty: Amount,
    tax: Amount,
    fees: Amount | None = None,
    *,
    name: str = "fake",
    asked: Asked | None = None,
) -> ProviderSpec:
    """A landed cost that is the same for every basket."""
    covers = frozenset({"duty", "tax"} | ({"fees"} if fees is not None else set()))

    def answer(ask: LandedAsk) -> LandedAnswer:
        return LandedAnswer("landed cost of a test", covers, None, duty, tax, fees)

    return fake("landed", name, answer, asked)


class Switch:
    """Fails a source while it is on: ``down = Switch(); failing(spec, down); down.on()``."""

    def __init__(self, error: Callable[[], ProviderError] | None = None) -> None:
        self._error = error or (lambda: Unreachable("switched off by a test"))
        self._down = False

    def on(self) -> None:
        """Fail from now on."""
        self._down = True

    def off(self) -> None:
        """Answer again."""
        self._down = False

    def __call__(self) -> ProviderError | None:
        """The error of the moment."""
        return self._error() if self._down else None


def failing(spec: ProviderSpec, fails: Callable[[], ProviderError | None]) -> ProviderSpec:
    """A source that raises what ``fails()`` returns each time it is asked, if it does."""

    @dataclass(frozen=True)
    class Failing:
        inner: Any

        def _told(self, ask: Any) -> Flow[Any]:
            error = fails()
            if error is not None:
                raise error
            return (yield from getattr(self.inner, spec.port)(ask))

        tariff = shipping = rates = landed = _told

    return replace(spec, factory=lambda settings: Failing(spec.factory(settings)))


def one_after_another(outcomes: Sequence[ProviderError | None]) -> Callable[[], Any]:
    """For :func:`failing`: the outcomes in turn, then none."""
    numbers = count()

    def next_one() -> ProviderError | None:
        at = next(numbers)
        return outcomes[at] if at < len(outcomes) else None

    return next_one
