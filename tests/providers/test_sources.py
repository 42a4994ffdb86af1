"""Configured sources and chains: settings, preference, fallback, routes, agreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict
from secret_words import watch

from landedcost import Amount, Providers, RequestError
from landedcost.errors import (
    BadAnswer,
    NoAnswer,
    PluginError,
    ProviderDown,
    ProviderError,
    Unreachable,
)
from landedcost.ports import (
    Flow,
    LandedAnswer,
    Measure,
    Offer,
    ProviderSettings,
    ProviderSpec,
    RatesAnswer,
    RatesAsk,
    ShippingAnswer,
    TariffAnswer,
    TariffAsk,
)
from landedcost.ports.spec import Freshness
from landedcost.providers import agree
from landedcost.providers.chain import Answered
from landedcost.providers.config import Opened
from landedcost.testing import Asked, FastClock, Switch, failing, fake, fake_rates, fake_tariff

DAY = date(2026, 10, 1)
ASK = RatesAsk(DAY)
KEY = watch("key-that-must-not-be-told")


class Settings(ProviderSettings):
    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_SECRETIVE_")
    api_key: SecretStr
    base_url: str = "https://acme.test"


def secretive(factory: Any = lambda settings: settings) -> ProviderSpec:
    return ProviderSpec("secretive", "rates", Settings, factory)


def opened(**providers: Any) -> Opened:
    return Providers(**providers).open()


def ask(one: Opened, kind: str, question: Any, territory: str = "EU") -> Answered[Any]:
    return one.transport.run(one.chains[kind].ask(question, territory))


def test_settings_come_from_the_shop_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PluginError) as caught:
        opened(rates=secretive())
    assert caught.value.code == "bad_settings"
    assert "api_key: missing" in str(caught.value)
    assert "set LANDEDCOST_SECRETIVE_API_KEY or give `settings`" in str(caught.value)
    opened(rates=secretive(), settings={"secretive": {"api_key": KEY}})
    opened(rates=secretive(), settings={"rates.secretive": Settings(api_key=SecretStr(KEY))})
    monkeypatch.setenv("LANDEDCOST_SECRETIVE_API_KEY", KEY)
    opened(rates=secretive())


def test_wrong_settings_are_told_without_their_values() -> None:
    given = {"api_key": KEY, "colour": KEY}
    with pytest.raises(PluginError) as caught:
        opened(rates=secretive(), settings={"secretive": given})
    assert "colour: extra_forbidden" in str(caught.value)
    assert KEY not in str(caught.value) + repr(caught.value.__cause__)
    with pytest.raises(PluginError, match="takes Settings, not int"):
        opened(rates=secretive(), settings={"secretive": 7})


def test_a_shops_own_words_do_not_tell_settings() -> None:
    providers = Providers(rates=secretive(), settings={"secretive": {"api_key": KEY}})
    source = providers.open().chains["rates"].routes["*"][0]
    assert KEY not in repr(providers) + repr(source) + repr(source.digest)


def test_a_factory_that_breaks_is_the_plugins_fault() -> None:
    def factory(settings: Any) -> Any:
        raise ValueError(f"bad: {settings.api_key.get_secret_value()}")

    with pytest.raises(PluginError, match="cannot be made: ValueError") as caught:
        opened(rates=secretive(factory), settings={"secretive": {"api_key": KEY}})
    assert KEY not in str(caught.value)


def test_what_a_provider_breaks_with_is_told_as_its_own() -> None:
    def breaks(question: Any) -> Any:
        raise KeyError("rates")

    with pytest.raises(PluginError, match=r"rates\.acme broke on RatesAsk: KeyError"):
        ask(opened(rates=fake("rates", "acme", breaks)), "rates", ASK)
    with pytest.raises(BadAnswer, match="acme: answered with int instead of RatesAnswer"):
        ask(opened(rates=fake("rates", "acme", lambda question: 7)), "rates", ASK)


def test_the_first_that_answers_is_taken_and_failures_are_kept() -> None:
    down, asked = Switch(), Asked()
    first = failing(fake_rates({"USD": "1"}, name="first"), down)
    second = fake_rates({"USD": "2"}, name="second", asked=asked)
    one = opened(rates=[first, second])
    assert ask(one, "rates", ASK).provider == "first"
    assert len(asked) == 0
    down.on()
    one = opened(rates=[first, second])
    answered = ask(one, "rates", ASK)
    assert (answered.provider, answered.answer.rates["USD"]) == ("second", 2)
    assert [type(f) for f in answered.failures] == [Unreachable]
    assert answered.failures[0].provider == "first"  # type: ignore[attr-defined]


def test_an_old_answer_comes_after_a_fresh_one_of_another() -> None:
    down, other = Switch(), Switch()
    clock = FastClock(1)
    short = Freshness(fresh_ms=1_000, stale_ms=1_000, error_ms=3_600_000)
    first = failing(fake_rates({"USD": "1"}, name="first"), down)
    second = failing(fake_rates({"USD": "2"}, name="second"), other)
    other.on()
    one = opened(rates=[first, second], freshness={"rates": short}, clock=clock)
    assert ask(one, "rates", ASK).provider == "first"
    down.on()
    clock.skip(1_500)
    stale = ask(one, "rates", ASK)
    assert (stale.provider, stale.stale) == ("first", True)
    assert [getattr(f, "provider", "") for f in stale.failures] == ["first", "second"]
    other.off()
    clock.skip(6_000)
    assert (ask(one, "rates", ASK).provider, ask(one, "rates", ASK).stale) == ("second", False)


def test_when_all_fail_each_is_named() -> None:
    one = opened(
        rates=[
            failing(fake_rates({"USD": "1"}, name="first"), lambda: Unreachable("no line")),
            failing(fake_rates({"USD": "1"}, name="second"), lambda: ProviderDown("on fire")),
        ]
    )
    with pytest.raises(ProviderError) as caught:
        ask(one, "rates", ASK)
    text = str(caught.value)
    assert "no source answered: first: no line; second: on fire" in text
    assert caught.value.retryable
    assert isinstance(caught.value.__cause__, Unreachable)
    assert not isinstance(caught.value, NoAnswer)


def test_when_none_has_an_answer_that_is_no_failure() -> None:
    one = opened(tariff=[fake_tariff({}, name="first"), fake_tariff({}, name="second")])
    with pytest.raises(NoAnswer):
        ask(one, "tariff", TariffAsk("EU", "610910", "VN", DAY))


def test_a_single_failure_is_raised_as_it_is() -> None:
    one = opened(rates=failing(fake_rates({"USD": "1"}), lambda: Unreachable("no line")))
    with pytest.raises(Unreachable, match="fake: no line"):
        ask(one, "rates", ASK)


def test_territories_have_routes_of_their_own() -> None:
    one = opened(
        tariff={
            "GB": fake_tariff({"61": "12%"}, name="british"),
            "*": [fake_tariff({"61": "10%"}, name="others")],
        }
    )
    question = TariffAsk("GB", "610910", "VN", DAY)
    assert ask(one, "tariff", question, "GB").provider == "british"
    assert ask(one, "tariff", replace(question, territory="EU"), "EU").provider == "others"
    one = opened(tariff={"GB": fake_tariff({"61": "12%"})})
    with pytest.raises(ProviderError, match="no tariff source is configured for EU") as caught:
        ask(one, "tariff", replace(question, territory="EU"), "EU")
    assert caught.value.code == "no_source"


def test_a_source_for_some_territories_is_passed_over_elsewhere() -> None:
    british = replace(fake_tariff({"61": "12%"}, name="british"), territories=frozenset({"GB"}))
    one = opened(tariff=[british, fake_tariff({"61": "10%"}, name="others")])
    assert ask(one, "tariff", TariffAsk("EU", "610910", "", DAY), "EU").provider == "others"
    assert ask(one, "tariff", TariffAsk("GB", "610910", "", DAY), "GB").provider == "british"


def test_two_sources_that_differ_by_more_than_agreed_are_told_of() -> None:
    def pair(second: str) -> Opened:
        return opened(
            rates=[
                fake_rates({"USD": "1.10", "GBP": "0.86"}, name="first"),
                fake_rates({"USD": second, "JPY": "160"}, name="second"),
            ],
            agreement={"rates": "1%"},
        )

    assert ask(pair("1.105"), "rates", ASK).differences == ()
    assert ask(pair("1.13"), "rates", ASK).differences == ("first and second differ: USD by 2.7 %",)
    alone = opened(rates=fake_rates({"USD": "1.10"}), agreement={"rates": "1%"})
    assert ask(alone, "rates", ASK).differences == ()


def test_a_second_opinion_that_fails_is_no_failure() -> None:
    broken = failing(fake_rates({"USD": "2"}, name="second"), lambda: Unreachable("no line"))
    one = opened(rates=[fake_rates({"USD": "1"}, name="first"), broken], agreement={"rates": "1%"})
    assert ask(one, "rates", ASK).provider == "first"


def test_differences_are_shares_of_the_first() -> None:
    euro = RatesAnswer("EUR", {"USD": Fraction("1.25")}, DAY, "x")
    dollar = RatesAnswer("USD", {"EUR": Fraction("0.80")}, DAY, "x")
    assert dict(agree.rates(euro, dollar)) == {"EUR": 0, "USD": 0}
    assert agree.rates(euro, RatesAnswer("GBP", {"JPY": Fraction(200)}, DAY, "x")) == []

    def duty(*texts: str | None) -> TariffAnswer:
        measures = (Measure("third_country", f"610910000{n}", text) for n, text in enumerate(texts))
        return TariffAnswer(tuple(measures), "x", DAY)

    assert agree.tariff(duty("12%"), duty("12.0%")) == [("6109100000 (12%, 12.0%)", 0)]
    assert agree.tariff(duty("12%", None), duty("9%", "1%")) == [
        ("6109100000 (12%, 9%)", Fraction(1, 4))
    ]
    assert agree.tariff(duty("12%"), duty("3 EUR/kg"))[0][1] == 1

    def offers(*prices: Amount) -> ShippingAnswer:
        return ShippingAnswer(tuple(Offer("a", "b", p) for p in prices), "x")

    usd = offers(Amount(1_000, "USD"), Amount(2_000, "USD"))
    assert agree.carrier(usd, offers(Amount(1_100, "USD"))) == [
        ("the lowest offer", Fraction(1, 10))
    ]
    assert agree.carrier(usd, offers(Amount(1_100, "EUR"))) == []

    def landed(duty: int | None, tax: int) -> LandedAnswer:
        told = None if duty is None else Amount(duty, "EUR")
        return LandedAnswer("x", frozenset({"duty", "tax"}), None, told, Amount(tax, "EUR"))

    assert agree.landed(landed(100, 200), landed(None, 210)) == [("tax", Fraction(1, 20))]
    assert agree.landed(landed(0, 200), landed(5, 200)) == [("duty", 1)]


def test_what_providers_cannot_be() -> None:
    for bad in ({"landed_policy": "ignore"}, {"agreement": {"weather": "1%"}}):
        with pytest.raises(RequestError):
            Providers(**bad)  # type: ignore[arg-type]
    with pytest.raises(RequestError):
        Providers(agreement={"rates": "a little"})
    with pytest.raises(RequestError, match="is no source of tariff"):
        opened(tariff=fake_rates({"USD": "1"}))
    with pytest.raises(PluginError, match="no provider 'nobody'"):
        opened(rates="nobody")


def test_one_source_serves_every_route_with_one_memory() -> None:
    asked = Asked()
    shared = fake_tariff({"61": "12%"}, asked=asked)
    one = opened(tariff={"GB": shared, "*": shared})
    for territory in ("GB", "EU"):
        ask(one, "tariff", TariffAsk("GB", "610910", "", DAY), territory)
    assert len(asked) == 1


def test_accounts_do_not_share_answers() -> None:
    def digest(key: str) -> str:
        one = opened(rates=secretive(), settings={"secretive": {"api_key": key}})
        return one.chains["rates"].routes["*"][0].digest

    assert digest("account-one") != digest("account-two")
    assert digest("account-one") == digest("account-one")


def test_flows_need_no_driver_of_their_own() -> None:
    def flow() -> Flow[int]:
        yield from ()
        return 7

    assert opened().transport.run(flow()) == 7
