"""Prices that rest on live sources: what they say about them, and what they do without."""

from __future__ import annotations

import pickle
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from landedcost import (
    Amount,
    Bundle,
    Buyer,
    LandedCost,
    LandedCostError,
    Line,
    MoneyError,
    Policy,
    Pricing,
    Provenance,
    ProviderError,
    Providers,
    Quote,
    RequestError,
)
from landedcost.errors import NoAnswer, PluginError, Unreachable
from landedcost.ports import (
    LandedAnswer,
    LandedLine,
    Measure,
    Offer,
    Problem,
    RatesAnswer,
    RatesAsk,
    ShippingAnswer,
    ShippingAsk,
    TariffAnswer,
    TariffAsk,
)
from landedcost.ports.spec import Freshness
from landedcost.testing import (
    Asked,
    FastClock,
    Switch,
    failing,
    fake,
    fake_carrier,
    fake_landed,
    fake_rates,
    fake_tariff,
)

DAY = date(2026, 10, 1)
USD = fake_rates({"USD": "1.25", "GBP": "0.80", "JPY": "160"})
TEE = {"quantity": 20, "hs_code": "6109.10", "origin": "VN", "weight_g": 180}


def basket(shipping: str | None = "9.00 USD", **changes: Any) -> Bundle:
    return Bundle([Line("tee", "25.00 USD", **TEE | changes)], shipping=shipping)


def shop(**providers: Any) -> LandedCost:
    return LandedCost("US", providers=Providers(**providers))


def price(one: LandedCost, bundle: Bundle | None = None, buyer: str | Buyer = "de-DE") -> Quote:
    quote = one.price_for(bundle or basket(), buyer, as_of=DAY)
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor
    return quote


def fails(one: LandedCost, bundle: Bundle | None = None, **more: Any) -> LandedCostError:
    with pytest.raises(LandedCostError) as caught:
        price(one, bundle, **more)
    return caught.value


def told(quote: Quote, code: str) -> list[str]:
    return [note.text for note in quote.notes if note.code == code]


def sources(quote: Quote, kind: str) -> list[Provenance]:
    return [p for p in quote.provenance if p.kind == kind]


# --- rates -----------------------------------------------------------------------------------


def test_a_quote_names_the_source_of_its_rates_and_when_it_answered() -> None:
    quote = price(shop(rates=USD))
    for one in sources(quote, "rates"):
        assert one.provider.startswith("fake USD/EUR")
        assert (one.as_of, one.stale) == (DAY, False)
        assert one.asked_at is not None
        assert abs(datetime.now(UTC) - one.asked_at).total_seconds() < 60
        assert set(one.as_dict()) == {"kind", "provider", "as_of", "stale"}
    goods = next(c for c in quote.charges if c.kind == "goods")
    assert goods.amount_minor == 40_000  # 500 USD at 1.25


def test_pinned_rates_are_not_asked_for() -> None:
    asked = Asked()
    one = shop(rates=fake_rates({"USD": "1.25"}, asked=asked))
    pinned = {"USD/EUR": "0.5"}
    quote = one.price_for(basket(), "de-DE", as_of=DAY, rates=pinned, customs_rates=pinned)
    assert {p.provider.split()[0] for p in sources(quote, "rates")} == {"request"}
    assert len(asked) == 0
    quote = one.price_for(basket(), "de-DE", as_of=DAY, rates=pinned)
    assert {p.provider.split()[0] for p in sources(quote, "rates")} == {"request", "fake"}


def test_a_currency_that_the_first_source_lacks_comes_from_the_next() -> None:
    second = fake_rates({"USD": "1.25", "VND": "30000"}, name="second")
    one = shop(rates=[fake_rates({"USD": "1.25"}, name="first"), second])
    quote = price(one, Bundle([Line("tee", "250000 VND", **TEE)], shipping="9.00 USD"))
    assert {p.provider.split(" (")[0] for p in sources(quote, "rates")} == {
        "first USD/EUR",
        "second VND/EUR",
    }
    error = fails(shop(rates=USD), Bundle([Line("tee", "250000 VND", **TEE)], shipping="9 USD"))
    assert (error.code, type(error)) == ("no_rate", RequestError)


def test_rates_that_are_not_needed_may_fail() -> None:
    down = failing(USD, lambda: Unreachable("no line"))
    home = Bundle([Line("tee", "25.00 USD", **TEE)], shipping="9.00 USD")
    assert price(shop(rates=down), home, "en-US").currency == "USD"
    error = fails(shop(rates=down))
    assert (error.code, error.exit_code) == ("provider_unreachable", 4)


def authority(base: str, territory: str) -> Any:
    def answer(ask: RatesAsk) -> RatesAnswer:
        if ask.use == "customs":
            if ask.territory != territory:
                raise NoAnswer("another's")
            return RatesAnswer(base, {"USD": "1.6", "EUR": "1.2"}, DAY, "the authority's rates")  # type: ignore[dict-item]
        return RatesAnswer("EUR", {"USD": "1.25", "GBP": "0.80"}, DAY, "reference rates")  # type: ignore[dict-item]

    made = fake("rates", "authority", answer)
    return replace(made, capabilities=frozenset({"customs"}), without={"history": "a fake"})


def test_customs_takes_the_authoritys_rates_where_a_source_has_them() -> None:
    quote = price(shop(rates=authority("GBP", "GB")), buyer="en-GB")
    assert quote.customs["customs_value"] == "318.13"  # (500 + 9 freight) / 1.6
    assert told(quote, "customs_rate_stands_in") == []
    quote = price(shop(rates=USD), buyer="en-GB")
    assert "stand in for those of the authority of GB" in told(quote, "customs_rate_stands_in")[0]


def test_an_authority_publishes_rates_into_its_own_currency_only() -> None:
    polish = price(shop(rates=authority("EUR", "EU")), buyer="fr-FR")
    assert told(polish, "customs_rate_stands_in") == []
    made = authority("EUR", "EU")
    rates = Providers(rates=[made, fake_rates({"USD": "1.25", "PLN": "4.3"}, name="more")])
    quote = LandedCost("US", providers=rates).price_for(basket(), "pl-PL", as_of=DAY)
    assert told(quote, "customs_rate_stands_in")


# --- tariff ----------------------------------------------------------------------------------


def test_a_quote_names_the_source_of_its_duty() -> None:
    quote = price(shop(tariff=fake_tariff({"6109": "10%"}), rates=USD))
    (tariff,) = sources(quote, "tariff")
    assert (tariff.provider, tariff.as_of, tariff.stale) == ("fake", DAY, False)
    duty = next(c for c in quote.charges if c.kind == "duty")
    assert (duty.why.rule, duty.why.rate) == ("tariff.EU.610910", "10%")
    assert duty.why.source.startswith("tariff of a test")
    assert quote.customs["duty"] == "40.72"  # 10 % of 407.20


def test_a_code_that_no_source_has_is_the_callers_to_pin() -> None:
    error = fails(shop(tariff=fake_tariff({"42": "3%"}), rates=USD))
    assert (error.code, error.where, error.exit_code) == ("unknown_duty", "lines[0].hs_code", 2)
    quote = price(shop(tariff=fake_tariff({"42": "3%"}), rates=USD), basket(duty="5%"))
    assert quote.customs["duty"] == "20.36"


def test_a_tariff_that_is_down_does_no_harm_where_no_duty_is_due() -> None:
    down = failing(fake_tariff({"6109": "10%"}), lambda: Unreachable("no line"))
    one = shop(tariff=down, rates=USD)
    small = basket(quantity=1, hs_code="6911.10")
    assert price(one, small, "ja-JP").customs["duty"] == "0"
    error = fails(one)
    assert isinstance(error, ProviderError)
    assert (error.code, error.provider) == ("provider_unreachable", "fake")


def test_a_source_that_comes_back_is_believed() -> None:
    down = Switch()
    down.on()
    clock = FastClock(1)
    one = shop(tariff=failing(fake_tariff({"6109": "10%"}), down), rates=USD, clock=clock)
    assert fails(one).code == "provider_unreachable"
    down.off()
    assert price(one).customs["duty"] == "40.72"


def measures(*found: Measure, problems: tuple[Problem, ...] = ()) -> Any:
    def answer(ask: TariffAsk) -> TariffAnswer:
        return TariffAnswer(found, "tariff of a test", ask.day, problems=problems)

    return fake("tariff", "measures", answer)


BASE = Measure("third_country", "6109100010", "10%")


def test_a_short_code_is_chosen_by_the_shops_strategy() -> None:
    one = measures(BASE, Measure("third_country", "6109100090", "16%"))
    assert fails(shop(tariff=one, rates=USD)).code == "ambiguous_tariff"
    careful = LandedCost(
        "US", tariff_strategy="highest", providers=Providers(tariff=one, rates=USD)
    )
    quote = price(careful)
    assert quote.customs["duty"] == "65.15"
    assert quote.certainty == "estimated"


def test_a_rate_that_cannot_be_computed_refuses_with_its_text() -> None:
    one = measures(replace(BASE, rate=None, note="5 % on the case + 2 EUR each on the strap"))
    error = fails(shop(tariff=one, rates=USD))
    assert error.code == "unreadable_duty"
    assert "5 % on the case" in str(error)


def test_a_suspension_without_conditions_is_the_duty() -> None:
    suspended = Measure("suspension", "6109100010", "2%")
    assert price(shop(tariff=measures(BASE, suspended), rates=USD)).customs["duty"] == "8.14"
    conditional = replace(suspended, conditions=("end use",))
    quote = price(shop(tariff=measures(BASE, conditional), rates=USD))
    assert quote.customs["duty"] == "40.72"
    assert "could be claimed with end use" in told(quote, "tariff_suspension")[0]
    old = replace(suspended, until=DAY)
    assert price(shop(tariff=measures(BASE, old), rates=USD)).customs["duty"] == "40.72"


def test_a_remedy_that_is_not_applied_makes_the_price_partial() -> None:
    remedy = Measure("remedy", "6109100010", "48.5%", title="Anti-dumping duty", area="VN")
    quote = price(shop(tariff=measures(BASE, remedy), rates=USD))
    assert quote.certainty == "partial"
    assert "Anti-dumping duty VN 48.5%" in told(quote, "tariff_measure_not_applied")[0]


def test_what_a_source_could_not_answer_is_told() -> None:
    one = measures(BASE, problems=(Problem("quota", "the quota was not looked up"),))
    quote = price(shop(tariff=one, rates=USD))
    assert "measures says: the quota was not looked up (quota)" in told(quote, "source_problem")[0]
    assert quote.certainty == "estimated"


def test_no_duty_in_force_is_no_duty_of_zero() -> None:
    later = replace(BASE, since=date(2027, 1, 1))
    error = fails(shop(tariff=measures(later), rates=USD))
    assert error.code == "unknown_duty"
    none = measures(problems=(Problem("gone", "the heading was deleted"),))
    assert "the heading was deleted" in str(fails(shop(tariff=none, rates=USD)))


def test_each_code_and_origin_is_asked_for_once() -> None:
    asked = Asked()
    one = shop(tariff=fake_tariff({"6": "10%"}, asked=asked), rates=USD)
    lines = [Line(f"a{n}", "25.00 USD", **TEE) for n in range(3)]
    lines += [Line("b", "25.00 USD", **TEE | {"origin": "CN"})]
    lines += [Line("c", "25.00 USD", **TEE | {"hs_code": "6110.20"})]
    lines += [Line("d", "25.00 USD", **TEE | {"duty": "3%"})]
    price(one, Bundle(lines, shipping="9.00 USD"))
    assert {(a.hs_code, a.origin) for a in asked.asks} == {
        ("610910", "VN"),
        ("610910", "CN"),
        ("611020", "VN"),
    }
    assert len(asked) == 3
    price(one, Bundle(lines, shipping="9.00 USD"))
    assert len(asked) == 3


def test_northern_ireland_is_asked_for_by_its_own_name() -> None:
    asked = Asked()
    price(
        shop(tariff=fake_tariff({"6": "10%"}, asked=asked), rates=USD),
        buyer=Buyer("GB", region="NIR"),
    )
    assert {a.territory for a in asked.asks} == {"XI"}


def test_the_bundled_tables_as_a_source_say_what_they_say_without() -> None:
    plain = LandedCost("US").price_for(basket(), "de-DE", as_of=DAY)
    live = price(shop(tariff="bundled", rates="bundled"))
    assert live.customs["duty"] == plain.customs["duty"]
    assert live.certainty in ("exact", "estimated")
    assert price(shop(tariff="bundled")).total_minor == plain.total_minor


# --- carriers --------------------------------------------------------------------------------


def offers(*found: Offer) -> Any:
    return fake("carrier", "acme", lambda ask: ShippingAnswer(found, "Acme"))


POST = Offer("Acme", "Post", Amount(1_250, "USD"), least_days=7, most_days=14)
FAST = Offer("Acme", "Express", Amount(3_000, "EUR"), least_days=1, most_days=3)


def shipping(quote: Quote) -> tuple[int, str]:
    charge = next(c for c in quote.charges if c.kind == "shipping")
    return charge.local_minor, charge.local_currency


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ("cheapest", (1_250, "USD")),
        ("fastest", (3_000, "EUR")),
        ("Express", (3_000, "EUR")),
        ("Acme", (1_250, "USD")),
    ],
)
def test_the_offer_is_the_shops_choice(choice: str, found: tuple[int, str]) -> None:
    quote = price(shop(carrier=offers(FAST, POST), rates=USD, choice=choice), basket(None))
    assert shipping(quote) == found
    (carrier,) = sources(quote, "carrier")
    assert (carrier.provider, carrier.as_of, carrier.stale) == ("acme", DAY, False)
    assert told(quote, "no_shipping") == []


def test_a_service_that_is_not_offered_is_told_with_those_that_are() -> None:
    error = fails(shop(carrier=offers(FAST, POST), rates=USD, choice="Rocket"), basket(None))
    assert (error.code, error.hint) == ("no_service", "offered: Express, Post")


def test_what_is_in_the_offer_of_the_import_is_taken_out() -> None:
    paid = replace(
        POST,
        covers=frozenset({"transport", "import_duty", "import_tax"}),
        import_duty=Amount(200, "USD"),
        import_tax=Amount(300, "USD"),
    )
    quote = price(shop(carrier=offers(paid), rates=USD), basket(None))
    assert shipping(quote) == (750, "USD")
    assert told(quote, "import_charges_taken_out")
    untold = replace(paid, import_tax=None)
    error = fails(shop(carrier=offers(untold), rates=USD), basket(None))
    assert error.code == "no_answer"
    assert shipping(price(shop(carrier=offers(untold, FAST), rates=USD), basket(None))) == (
        3_000,
        "EUR",
    )


def test_shipping_that_is_given_is_not_asked_for() -> None:
    asked = Asked()
    one = shop(carrier=fake_carrier({"Post": Amount(1, "USD")}, asked=asked), rates=USD)
    assert shipping(price(one)) == (900, "USD")
    assert len(asked) == 0


def test_carriers_are_told_where_and_what() -> None:
    asked = Asked()
    providers = Providers(
        carrier=fake_carrier({"Post": Amount(900, "USD")}, asked=asked),
        rates=USD,
        packaging_g=50,
    )
    buyer = Buyer("DE", postal_code="10115", city="Berlin", locale="de-DE")
    LandedCost("US", providers=providers).price_for(basket(None), buyer, as_of=DAY)
    ask: ShippingAsk = asked.asks[0]
    assert (ask.buyer.country, ask.buyer.postcode, ask.buyer.city) == ("DE", "10115", "Berlin")
    assert (ask.sender.country, ask.weight_g, ask.total_g) == ("US", 3_600, 3_650)
    assert (ask.goods[0].quantity, ask.goods[0].hs_code) == (20, "610910")
    assert ask.currency == "EUR"


def test_a_parcel_whose_weight_is_not_known_is_not_asked_about() -> None:
    error = fails(shop(carrier=offers(POST), rates=USD), basket(None, weight_g=None))
    assert (error.code, error.where) == ("missing_weight", "lines[0].weight_g")


def test_a_carrier_that_is_down_is_an_error_and_not_a_price_without_freight() -> None:
    down = failing(offers(POST), lambda: Unreachable("no line"))
    assert fails(shop(carrier=down, rates=USD), basket(None)).code == "provider_unreachable"


# --- landed costs ----------------------------------------------------------------------------

EUR = "EUR"


def test_anothers_landed_cost_is_shown_beside_ours() -> None:
    landed = fake_landed(Amount(5_000, EUR), Amount(9_000, EUR))
    plain = price(shop(rates=USD))
    quote = price(shop(rates=USD, landed=landed))
    assert quote.total_minor == plain.total_minor
    (one,) = quote.beside
    assert (one.provider, one.covers) == ("fake", frozenset({"duty", "tax"}))
    ours = sum(c.amount_minor for c in plain.charges if c.kind in ("duty", "tax"))
    assert (one.ours, one.theirs) == (Amount(ours, EUR), Amount(14_000, EUR))
    assert one.difference == 14_000 - ours
    assert "140.00 EUR by fake" in told(quote, "landed_source")[0]
    assert quote.certainty == plain.certainty
    assert sources(quote, "landed")[0].provider == "fake"
    assert quote.id != plain.id


@pytest.mark.parametrize("terms", ["DDP", "DAP"])
def test_anothers_landed_cost_goes_before_ours_where_the_shop_says_so(terms: str) -> None:
    landed = fake_landed(Amount(6_000, "USD"), Amount(9_000, EUR))
    one = shop(rates=USD, landed=landed, landed_policy="replace")
    plain = shop(rates=USD).price_for(basket(), "de-DE", as_of=DAY, terms=terms)
    quote = one.price_for(basket(), "de-DE", as_of=DAY, terms=terms)
    (beside,) = quote.beside
    assert beside.theirs.minor == 4_800 + 9_000
    assert quote.total_minor == plain.total_minor + beside.difference
    assert sum(c.amount_minor for c in quote.charges) == quote.total_minor
    (change,) = [c for c in quote.charges if c.kind == "adjustment"]
    assert change.amount_minor == beside.difference
    assert change.why.source == "landed cost of a test"
    assert change.collected == ("checkout" if terms == "DDP" else "delivery")
    due = quote.checkout_minor if terms == "DDP" else quote.delivery_minor
    before = plain.checkout_minor if terms == "DDP" else plain.delivery_minor
    assert due == before + beside.difference
    assert "Difference to fake" in str(quote.explain())
    assert quote.as_dict()["total"]["amount"] == f"{quote.total_minor / 100:.2f}"


@pytest.mark.parametrize("replaces", [False, True])
def test_an_offer_says_that_anothers_landed_cost_was_of_the_list_prices(replaces: bool) -> None:
    landed = fake_landed(Amount(5_000, EUR), Amount(9_000, EUR))
    more = {"landed_policy": "replace"} if replaces else {}
    one = shop(rates=USD, landed=landed, **more)
    offer = Pricing(one, Policy.of({"charm": "usual"})).offer(
        basket(), "de-DE", at=datetime(2026, 10, 1, 12, tzinfo=UTC)
    )
    assert offer.quote.total_minor != offer.listed.total_minor
    assert offer.quote.beside == ()
    assert told(offer.listed, "landed_source")
    assert not told(offer.quote, "landed_source")
    assert "list prices" in told(offer.quote, "landed_source_at_list")[0]
    assert (offer.quote.certainty == "exact") <= (not replaces)
    charges = offer.quote.charges
    assert sum(c.amount_minor for c in charges) == offer.quote.total_minor


def landed_of(answer: LandedAnswer) -> Any:
    return fake("landed", "fake", lambda ask: answer)


def test_what_a_source_does_not_tell_is_not_compared() -> None:
    tax_only = LandedAnswer("x", frozenset({"tax"}), tax=Amount(100, EUR))
    (one,) = price(shop(rates=USD, landed=landed_of(tax_only))).beside
    assert one.covers == frozenset({"tax"})
    lines = (LandedLine("tee", duty=Amount(70, EUR), tax=Amount(80, EUR)),)
    by_line = LandedAnswer("x", frozenset(), lines=lines)
    (one,) = price(shop(rates=USD, landed=landed_of(by_line))).beside
    assert (one.covers, one.theirs.minor) == (frozenset({"duty", "tax"}), 150)
    half = LandedAnswer("x", frozenset(), lines=(*lines, LandedLine("bag", tax=Amount(1, EUR))))
    (one,) = price(shop(rates=USD, landed=landed_of(half))).beside
    assert (one.covers, one.theirs.minor) == (frozenset({"tax"}), 81)
    total = LandedAnswer("x", frozenset({"goods", "shipping", "duty", "tax", "fees"}),
                         total=Amount(60_000, EUR))  # fmt: skip
    quote = price(shop(rates=USD, landed=landed_of(total)))
    assert quote.beside[0].ours.minor == quote.total_minor
    nothing = LandedAnswer("x", frozenset(), problems=(Problem("lane", "not served"),))
    quote = price(shop(rates=USD, landed=landed_of(nothing)))
    assert quote.beside == ()
    assert "not served" in told(quote, "source_problem")[0]
    assert told(quote, "landed_source_untold")


def test_a_landed_cost_source_that_is_down_leaves_our_price() -> None:
    down = failing(fake_landed(Amount(1, EUR), Amount(1, EUR)), lambda: Unreachable("no line"))
    plain = price(shop(rates=USD))
    quote = price(shop(rates=USD, landed=down))
    assert (quote.total_minor, quote.certainty) == (plain.total_minor, plain.certainty)
    assert "no line" in told(quote, "landed_source_failed")[0]
    instead = price(shop(rates=USD, landed=down, landed_policy="replace"))
    assert (instead.total_minor, instead.certainty) == (plain.total_minor, "estimated")


def test_a_landed_cost_source_is_asked_with_the_shipping_that_was_found() -> None:
    asked = Asked()
    price(
        shop(
            rates=USD,
            carrier=offers(POST),
            landed=fake_landed(Amount(1, EUR), Amount(1, EUR), asked=asked),
        ),
        basket(None),
    )
    assert asked.asks[0].shipping == Amount(1_250, "USD")


# --- when sources fail -----------------------------------------------------------------------


def test_with_every_source_down_quotes_go_on_marked_until_the_stated_age() -> None:
    clock, down = FastClock(1), Switch()
    hour = 3_600_000
    kinds = ("rates", "tariff", "carrier")
    ages = dict.fromkeys(kinds, Freshness(fresh_ms=hour // 4, stale_ms=hour // 4, error_ms=hour))
    one = shop(
        rates=failing(USD, down),
        tariff=failing(fake_tariff({"6109": "10%"}), down),
        carrier=failing(fake_carrier({"Post": Amount(900, "USD")}), down),
        freshness=ages,
        clock=clock,
    )
    warm = price(one, basket(None))
    assert not any(p.stale for p in warm.provenance)
    down.on()
    clock.skip(hour // 3)
    quote = price(one, basket(None))
    assert quote.total_minor == warm.total_minor
    assert quote.certainty == "estimated"
    stale = {p.kind for p in quote.provenance if p.stale}
    assert stale == {"rates", "tariff", "carrier"}
    notes = told(quote, "stale_source")
    assert any("tariff of EU: the answer of fake is" in text for text in notes)
    assert all("switched off by a test" in text for text in notes)
    assert quote.as_dict()["provenance"][1]["stale"] is True
    clock.skip(hour)
    error = fails(one, basket(None))
    assert isinstance(error, Unreachable)
    assert "switched off by a test" in str(error)
    down.off()
    time.sleep(0.3)  # what was under way when the price was refused has ended by then
    clock.skip(40_000)
    assert not any(p.stale for p in price(one, basket(None)).provenance)


def test_a_fallback_is_told_and_an_unknown_is_not() -> None:
    broken = failing(fake_rates({"USD": "1"}, name="first"), lambda: Unreachable("no line"))
    quote = price(shop(rates=[broken, "bundled"]))
    assert "so bundled was asked: first: no line" in told(quote, "source_failed")[0]
    empty = fake_tariff({}, name="first")
    quote = price(shop(rates=USD, tariff=[empty, "bundled"]))
    assert told(quote, "source_failed") == []
    assert sources(quote, "tariff")[0].provider == "bundled"


def test_sources_that_disagree_are_told_of() -> None:
    other = fake_rates({"USD": "1.5"}, name="other")
    quote = price(shop(rates=[USD, other], agreement={"rates": "1%"}))
    assert "fake and other differ: USD by 20.0 %" in told(quote, "sources_differ")[0]
    assert quote.certainty == "estimated"


# --- the shop around it ----------------------------------------------------------------------


def test_markets_are_kept_while_the_sources_say_the_same() -> None:
    asked = Asked()
    clock = FastClock(1)
    moving: dict[str, str] = {"USD": "1.25"}

    def answer(ask: RatesAsk) -> RatesAnswer:
        if ask.use != "commercial":
            raise NoAnswer("none")
        return RatesAnswer("EUR", moving, ask.day, "moving")  # type: ignore[arg-type]

    ages = {"rates": Freshness(fresh_ms=60_000, stale_ms=60_000, error_ms=60_000)}
    rates = fake("rates", "moving", answer, asked)
    one = shop(rates=rates, tariff=fake_tariff({"6109": "10%"}), freshness=ages, clock=clock)
    first, second = price(one), price(one, basket(quantity=21))
    assert first.priced.market is second.priced.market
    moving["USD"] = "1.30"
    clock.skip(70_000)
    third = price(one)
    assert third.priced.market is not first.priced.market
    assert third.total_minor < first.total_minor
    assert "1.25" in str(moving) or first.charges[0].amount_minor == 40_000
    assert len(asked) == 2


def test_a_whole_catalogue_with_live_rates_and_duties() -> None:
    asked = Asked()
    one = shop(rates=USD, tariff=fake_tariff({"61": "10%"}, asked=asked))
    row = {"unit_price": "25.00", "currency": "USD", "hs_code": "610910", "origin": "VN"}
    rows = [
        {**row, "id": f"tee-{n}", "quantity": 20, "weight_g": 180, "shipping": "9.00"}
        for n in range(50)
    ]
    rows.append({**rows[0], "id": "bag", "hs_code": "420292"})
    prices = one.price_many(rows, ["DE", "GB"], as_of=DAY)
    table = prices.table.to_pylist()
    assert {r["error_code"] for r in table} == {None, "unknown_duty"}
    quote = price(one, buyer="DE")
    totals = {r["total_minor"] for r in table if r["market"] == "DE" and r["error_code"] is None}
    assert totals == {quote.total_minor}
    assert len(asked) == 4


def test_a_catalogue_does_not_ask_live_carriers() -> None:
    one = shop(rates=USD, carrier=offers(POST))
    rows = [{"unit_price": "25.00", "currency": "USD", "id": "tee", "hs_code": "610910",
             "origin": "VN", "weight_g": 180}]  # fmt: skip
    (row,) = one.price_many(rows, ["DE"], as_of=DAY).table.to_pylist()
    assert row["error_code"] == "missing_shipping"


def test_a_shop_travels_without_its_connections() -> None:
    one = LandedCost("US", providers=Providers(rates="bundled", tariff="bundled"))
    before = price(one)
    there = pickle.loads(pickle.dumps(one))
    assert price(there).as_dict() == before.as_dict()


def test_a_shop_is_closed_and_goes_on() -> None:
    with shop(rates=USD) as one:
        price(one)
    price(one)
    with LandedCost("US") as plain:
        price(plain)
    with pytest.raises(RequestError, match="has no live sources"):
        _ = plain.outside


def test_requirements_come_from_the_live_tariff() -> None:
    one = shop(tariff=measures(replace(BASE, rate="10% + 0.30 EUR/kg")))
    found = {r.fact: r for r in one.requirements_for("6109.10", "VN", "de-DE", as_of=DAY)}
    assert found["weight_g"].needed
    unknown = shop(tariff=fake_tariff({}))
    found = {r.fact: r for r in unknown.requirements_for("6109.10", "VN", "de-DE", as_of=DAY)}
    assert found["duty"].needed


def test_sources_that_are_not_there_are_told_when_the_shop_is_made() -> None:
    with pytest.raises(PluginError, match="did you mean 'frankfurter'"):
        shop(rates="frankfurt")


def test_bad_pinned_rates_are_the_callers() -> None:
    one = shop(rates=USD)
    with pytest.raises(MoneyError):
        one.price_for(basket(), "de-DE", as_of=DAY, rates={"USD/EUR": "-1"})


def test_every_quote_of_live_sources_fits_the_contract() -> None:
    from landedcost.contract.answer import AnswerDocument

    landed = fake_landed(Amount(1, EUR), Amount(1, EUR))
    for policy in ("beside", "replace"):
        one = shop(rates=USD, tariff="bundled", landed=landed, landed_policy=policy)
        AnswerDocument.model_validate(price(one).as_dict())


def test_an_offer_in_a_currency_of_its_own_is_converted_by_the_next_source() -> None:
    more = fake_rates({"HKD": "8.5", "USD": "1.25"}, name="more")
    hong_kong = Offer("Acme", "Post", Amount(8_500, "HKD"))
    one = shop(rates=[fake_rates({"USD": "1.25"}, name="few"), more], carrier=offers(hong_kong))
    quote = price(one, basket(None))
    assert next(c for c in quote.charges if c.kind == "shipping").amount_minor == 1_000


def test_rates_of_another_day_are_not_taken_for_those_of_the_past() -> None:
    todays = fake_rates({"USD": "2"}, name="todays", on=date(2026, 11, 1))
    quote = price(shop(rates=[todays, USD]))
    assert {p.provider.split()[0] for p in sources(quote, "rates")} == {"fake"}
    assert told(quote, "source_failed") == []
    assert fails(shop(rates=todays)).code == "no_answer"


def test_a_price_on_live_sources_holds_for_the_day() -> None:
    pinned = {"USD/EUR": "0.8"}
    one = shop(tariff=fake_tariff({"6109": "10%"}))
    quote = one.price_for(basket(), "de-DE", as_of=DAY, rates=pinned, customs_rates=pinned)
    assert quote.valid_until == DAY


def test_a_market_asked_for_again_knows_what_the_sources_say_now() -> None:
    down = Switch()
    down.on()
    clock = FastClock(1)
    one = shop(tariff=failing(fake_tariff({"6109": "10%"}), down), clock=clock)
    with pytest.raises(ProviderError):
        one.market_for("de-DE", as_of=DAY).price(basket())
    down.off()
    clock.skip(10_000)
    assert one.market_for("de-DE", as_of=DAY).price(basket()).customs["duty"]


def test_the_bundled_tables_do_not_grow_stale_in_a_process() -> None:
    clock = FastClock(1)
    one = shop(rates="bundled", tariff="bundled", clock=clock)
    before = price(one)
    clock.skip(400 * 86_400_000)
    after = price(one)
    assert after.as_dict() == before.as_dict()
    assert not any(p.stale for p in after.provenance if p.kind != "regime")
