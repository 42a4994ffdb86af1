"""For every law a provider that breaks it on purpose: the kit must notice, by that law."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import acme
import pytest
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from landedcost.ports import (
    Amount,
    BadAnswer,
    Flow,
    LandedAnswer,
    LandedLine,
    Measure,
    NoAnswer,
    Offer,
    ProviderError,
    ProviderSettings,
    ProviderSpec,
    RatesAnswer,
    RatesAsk,
    Request,
    ShippingAnswer,
    TariffAnswer,
    Unreachable,
    bearer,
    fetch,
)
from landedcost.testing import Case, Reply
from landedcost.testing.faults import FAULTS
from landedcost.testing.laws import LAWS
from landedcost.testing.run import Cell, check
from landedcost.testing.subject import Broken, Subject

Bad = tuple[ProviderSpec, Case]
BAD: dict[str, Callable[[], Bad]] = {}
RATES, CASE = acme.RATES, acme.CASES["rates"]


def bad(name: str) -> Callable[[Callable[[], Bad]], Callable[[], Bad]]:
    """Register what breaks the law of that name."""

    def register(make: Callable[[], Bad]) -> Callable[[], Bad]:
        BAD[name] = make
        return make

    return register


def rates(method: Callable[[Any, RatesAsk], Any], settings: Any = acme.Settings) -> ProviderSpec:
    """Acme's rates with another method."""
    kind = type("BadRates", (acme.AcmeRates,), {"rates": method, "__slots__": ()})
    return replace(RATES, factory=kind, settings=settings)


def good(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
    return (yield from acme.AcmeRates(self.settings).rates(ask))


@bad("spec_is_complete")
def _() -> Bad:
    return replace(RATES, without={}), CASE


@bad("settings_are_frozen")
def _() -> Bad:
    class Open(ProviderSettings):
        model_config = SettingsConfigDict(env_prefix="LANDEDCOST_BAD_", frozen=False)
        api_key: SecretStr
        base_url: str = "https://api.acme.test"

    return replace(RATES, settings=Open), CASE


@bad("environment_has_a_prefix")
def _() -> Bad:
    class Bare(ProviderSettings):
        api_key: SecretStr
        base_url: str = "https://api.acme.test"

    return replace(RATES, settings=Bare), CASE


@bad("secrets_are_hidden")
def _() -> Bad:
    class Told(ProviderSettings):
        model_config = SettingsConfigDict(env_prefix="LANDEDCOST_BAD_")
        api_key: str
        base_url: str = "https://api.acme.test"

    return replace(RATES, settings=Told), CASE


@bad("making_one_does_nothing")
def _() -> Bad:
    class Remembering:
        def __init__(self, settings: Any) -> None:
            self.settings = settings
            self.cache: dict[str, Any] = {}

        rates = good

    return replace(RATES, factory=Remembering), CASE


@bad("method_is_a_flow")
def _() -> Bad:
    async def coroutine(self: Any, ask: RatesAsk) -> RatesAnswer:
        raise NoAnswer("never")

    return rates(coroutine), CASE


@bad("answers")
def _() -> Bad:
    def different(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        found = yield from good(self, ask)
        return replace(found, rates={"USD": Fraction(random.randrange(1, 10**6), 10**5)})

    return rates(different), CASE


@bad("answers_are_exact")
def _() -> Bad:
    def floating(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        found = yield from good(self, ask)
        object.__setattr__(found, "rates", {"USD": 1.1435})
        return found

    return rates(floating), CASE


@bad("answers_travel")
def _() -> Bad:
    @dataclass(frozen=True)
    class Richer(RatesAnswer):
        def __eq__(self, other: object) -> bool:
            return self is other

    def richer(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        found = yield from good(self, ask)
        return Richer(found.base, found.rates, found.on, found.source)

    return rates(richer), CASE


@bad("requests_repeat")
def _() -> Bad:
    def moody(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        params = {"day": ask.day.isoformat(), "nonce": str(random.random())}
        yield from acme.ask_acme(self.settings, "rates", params)
        return (yield from good(self, ask))

    return rates(moody), CASE


@bad("plain_http_is_not_used")
def _() -> Bad:
    return RATES, replace(CASE, settings={**CASE.settings, "base_url": "http://api.acme.test"})


@bad("secrets_do_not_leak")
def _() -> Bad:
    def telling(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        try:
            return (yield from good(self, ask))
        except ProviderError as error:
            key = self.settings.api_key.get_secret_value()
            raise BadAnswer(f"it did not work with the key {key}") from error

    return rates(telling), CASE


@bad("unknown_is_no_answer")
def _() -> Bad:
    def always(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        try:
            return (yield from good(self, ask))
        except NoAnswer:
            return RatesAnswer("EUR", {"USD": Fraction(1)}, ask.day, "a guess")

    return rates(always), CASE


@bad("attempts_are_bounded")
def _() -> Bad:
    def stubborn(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        while True:
            try:
                return (yield from good(self, ask))
            except NoAnswer:
                raise
            except Unreachable as error:
                if "script ends" in str(error):
                    raise
            except ProviderError:
                continue

    return rates(stubborn), CASE


def swallowing(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
    """Answers with something whatever happens."""
    try:
        return (yield from good(self, ask))
    except ProviderError:
        return RatesAnswer("EUR", {"USD": Fraction(1)}, ask.day, "a guess")


for _fault in FAULTS:
    BAD[f"fault_{_fault.name}"] = lambda: (rates(swallowing), CASE)


@bad("retry_after_is_obeyed")
def _() -> Bad:
    def unsafe(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        settings = self.settings
        response = yield from fetch(
            Request(
                "GET",
                f"{settings.base_url}/rates",
                params={"day": ask.day.isoformat()},
                headers={"authorization": bearer(settings.api_key)},
                safe=False,
            )
        )
        answer = response.json()
        usd = answer["rates"]["USD"].ratio()
        return RatesAnswer("EUR", {"USD": usd}, answer["date"].date(), "Acme")

    return rates(unsafe), CASE


@bad("spoiled_answers_are_noticed")
def _() -> Bad:
    def trusting(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        params = {"day": ask.day.isoformat()}
        response = yield from acme.ask_acme(self.settings, "rates", params)
        told = response.json().value
        return RatesAnswer(
            told["base"],
            {"USD": Fraction(Decimal(told["rates"]["USD"]))},
            ask.day,
            "Acme",
        )

    return rates(trusting), CASE


@bad("rates_are_not_of_tomorrow")
def _() -> Bad:
    def early(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        found = yield from good(self, ask)
        return replace(found, on=found.on + timedelta(days=1))

    return rates(early), CASE


@bad("rates_are_plausible")
def _() -> Bad:
    def upside_down(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        found = yield from good(self, ask)
        return replace(found, rates={"USD": Fraction(10**12)})

    return rates(upside_down), CASE


@bad("customs_rates_are_an_authoritys")
def _() -> Bad:
    def any_use(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        return (yield from good(self, RatesAsk(ask.day)))

    return rates(any_use), CASE


@bad("rates_of_the_past_are_of_the_past")
def _() -> Bad:
    def todays(self: Any, ask: RatesAsk) -> Flow[RatesAnswer]:
        return (yield from good(self, RatesAsk(acme.DAY, ask.use)))

    return rates(todays), CASE


def tariff(change: Callable[[TariffAnswer], TariffAnswer]) -> Bad:
    class BadTariff(acme.AcmeTariff):
        __slots__ = ()

        def tariff(self, ask: Any) -> Flow[TariffAnswer]:
            try:
                found = yield from acme.AcmeTariff(self.settings).tariff(ask)
            except NoAnswer:
                line = Measure("third_country", ask.hs_code, "0%")
                found = TariffAnswer((line,), "a guess", ask.day)
            return change(found)

    return replace(acme.TARIFF, factory=BadTariff), acme.CASES["tariff"]


BAD["duties_are_never_guessed"] = lambda: tariff(lambda found: found)
BAD["measures_are_for_the_code"] = lambda: tariff(
    lambda found: replace(found, measures=(Measure("third_country", "9701000000", "5%"),))
)
BAD["duties_are_told"] = lambda: tariff(lambda found: replace(found, source=""))


@bad("short_codes_list_their_lines")
def _() -> Bad:
    case = acme.CASES["tariff"]
    return acme.TARIFF, replace(case, asks=case.asks[1:])


def carrier(**changes: Any) -> Bad:
    class BadCarrier(acme.AcmeCarrier):
        __slots__ = ()

        def shipping(self, ask: Any) -> Flow[ShippingAnswer]:
            found = yield from acme.AcmeCarrier(self.settings).shipping(ask)
            return replace(found, offers=tuple(replace(o, **changes) for o in found.offers))

    return replace(acme.CARRIER, factory=BadCarrier), acme.CASES["carrier"]


BAD["offers_say_what_they_cover"] = lambda: carrier(covers=frozenset())
BAD["offers_say_how_long_they_take"] = lambda: carrier(least_days=9, most_days=5)


def landed(**changes: Any) -> Bad:
    class BadLanded(acme.AcmeLanded):
        __slots__ = ()

        def landed(self, ask: Any) -> Flow[LandedAnswer]:
            found = yield from acme.AcmeLanded(self.settings).landed(ask)
            return replace(found, **changes)

    return replace(acme.LANDED, factory=BadLanded), acme.CASES["landed"]


BAD["totals_say_what_they_cover"] = lambda: landed(total=Amount(1, "EUR"))
BAD["lines_are_those_asked"] = lambda: landed(lines=(LandedLine("another"),))
BAD["depth_lines"] = lambda: landed(lines=())
BAD["depth_rates"] = lambda: landed(lines=(LandedLine("tee"),))
BAD["depth_formulas"] = lambda: landed(lines=(LandedLine("tee", duty_rate="12%"),))


def test_there_is_a_bad_provider_for_every_law() -> None:
    assert set(BAD) == {law.name for law in LAWS}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_the_law_notices_it(law: Any) -> None:
    spec, case = BAD[law.name]()
    with pytest.raises(Broken):
        check(Cell(law, "threads" if law.driven else ""), Subject(spec, case))


@pytest.mark.parametrize("driver", ["asyncio", "trio"])
@pytest.mark.parametrize("law", [law for law in LAWS if law.driven], ids=lambda law: law.name)
def test_the_law_notices_it_in_event_loops(law: Any, driver: str) -> None:
    spec, case = BAD[law.name]()
    with pytest.raises(Broken):
        check(Cell(law, driver), Subject(spec, case))


def test_a_naive_time_is_refused_when_it_is_given() -> None:
    with pytest.raises(BadAnswer, match="does not say its time zone"):
        Offer("Acme", "Parcel", Amount(1, "EUR"), expires=acme.NAIVE)
    assert Offer("Acme", "Parcel", Amount(1, "EUR"), expires=acme.AWARE).expires == acme.AWARE


def test_an_answer_that_cannot_be_is_refused_when_it_is_made() -> None:
    with pytest.raises(BadAnswer, match="no duty for everybody"):
        TariffAnswer((), "Acme", acme.DAY)
    with pytest.raises(BadAnswer, match="cannot be read"):
        Measure("third_country", "610910", "twelve")
    with pytest.raises(BadAnswer, match="no offer, and no word why"):
        ShippingAnswer((), "Acme")
    with pytest.raises(BadAnswer, match="is not in whole minor units"):
        Offer("Acme", "Parcel", Amount(1.5, "EUR"))  # type: ignore[arg-type]
    with pytest.raises(BadAnswer, match="does not say what it covers"):
        LandedAnswer("Acme", frozenset(), total=Amount(1, "EUR"))
    with pytest.raises(BadAnswer, match="tells nothing"):
        LandedAnswer("Acme", frozenset({"duty"}))
    assert Reply(json={"a": Decimal("1.10")}).content == b'{"a":1.10}'
