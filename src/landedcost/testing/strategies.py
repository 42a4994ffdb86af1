"""Hypothesis strategies: requests that can be priced, and answers that sources may give."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..lines import Amount, Line
from ..ports.answer import Address, Goods, Problem
from ..ports.carrier import COVERS, Offer, ShippingAnswer, ShippingAsk
from ..ports.landed import LandedAnswer, LandedAsk, LandedLine
from ..ports.rates import RatesAnswer, RatesAsk
from ..ports.tariff import Measure, TariffAnswer, TariffAsk
from ..request import Bundle, Buyer

COUNTRIES = ("AU", "CA", "CH", "DE", "FR", "GB", "JP", "NO", "NZ", "PL", "SG", "US")
CURRENCIES = ("AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "NOK", "PLN", "USD")
CODES = ("610910", "420292", "650500", "691110", "847160", "950300")
_IDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
_RATES = st.sampled_from(("Free", "0%", "2.5%", "12%", "16.5% + 0.30 USD/kg", "4.2 EUR/100kg"))


def days(first: date = date(2026, 7, 1), last: date = date(2026, 10, 8)) -> SearchStrategy[date]:
    """Days on which the bundled rules are known."""
    return st.dates(first, last)


def amounts(
    currency: str | None = None, least: int = 0, most: int = 10**7
) -> SearchStrategy[Amount]:
    """Amounts of zero or more minor units."""
    codes = st.just(currency) if currency else st.sampled_from(CURRENCIES)
    return st.builds(Amount, st.integers(least, most), codes)


@st.composite
def lines(draw: st.DrawFn, id: str = "line") -> Line:
    """A line with all that any lane asks for, in one of the bundled tariff's codes."""
    price = draw(amounts(least=100, most=10**6))
    return Line(
        id,
        price,
        quantity=draw(st.integers(1, 20)),
        hs_code=draw(st.sampled_from(CODES)),
        origin=draw(st.sampled_from(("CN", "VN", "IN", "US", "DE"))),
        weight_g=draw(st.integers(1, 5_000)),
        duty=draw(st.none() | st.sampled_from(("12%", "Free"))),
    )


@st.composite
def bundles(draw: st.DrawFn, most: int = 5) -> Bundle:
    """Bundles of one to ``most`` lines in one currency each, with shipping."""
    count = draw(st.integers(1, most))
    return Bundle(
        [draw(lines(f"line-{n}")) for n in range(count)], shipping=draw(amounts(most=10**5))
    )


def buyers() -> SearchStrategy[Buyer]:
    """Consumers in countries that the bundled rules know."""
    return st.builds(Buyer, st.sampled_from(COUNTRIES))


def problems() -> SearchStrategy[Problem]:
    """What a source could not answer."""
    return st.builds(Problem, _IDS, st.text(min_size=1, max_size=40), st.just("") | _IDS)


def rates_asks() -> SearchStrategy[RatesAsk]:
    """Questions to a source of commercial rates."""
    return st.builds(RatesAsk, days())


@st.composite
def rates_answers(draw: st.DrawFn, base: str = "EUR") -> RatesAnswer:
    """Sheets with at least one rate."""
    exact = st.builds(Fraction, st.integers(1, 10**9), st.integers(1, 10**9))
    codes = st.sampled_from([c for c in CURRENCIES if c != base])
    found = draw(st.dictionaries(codes, exact, min_size=1))
    return RatesAnswer(base, found, draw(days()), "rates of a test")


def tariff_asks() -> SearchStrategy[TariffAsk]:
    """Questions to a source of tariffs."""
    return st.builds(
        TariffAsk,
        st.sampled_from(("EU", "GB", "US")),
        st.sampled_from(CODES),
        st.sampled_from(("CN", "VN", "")),
        days(),
    )


@st.composite
def tariff_answers(draw: st.DrawFn, ask: TariffAsk | None = None) -> TariffAnswer:
    """Answers with a duty for everybody that is in force, and perhaps more."""
    asked = ask or draw(tariff_asks())
    since = asked.day - timedelta(days=draw(st.integers(0, 1_000)))
    measures = [Measure("third_country", asked.hs_code, draw(_RATES), since)]
    if draw(st.booleans()):
        measures.append(Measure("remedy", asked.hs_code, draw(_RATES), since, area=asked.origin))
    return TariffAnswer(tuple(measures), "tariff of a test", asked.day)


def addresses() -> SearchStrategy[Address]:
    """Where parcels start and end."""
    return st.builds(Address, st.sampled_from(COUNTRIES), postcode=st.just("") | _IDS)


@st.composite
def goods(draw: st.DrawFn) -> tuple[Goods, ...]:
    """What is sent: one to four lines."""
    count = draw(st.integers(1, 4))
    return tuple(
        Goods(
            f"line-{n}",
            f"thing {n}",
            draw(st.integers(1, 9)),
            draw(amounts("USD", 1)),
            draw(st.sampled_from(CODES)),
            "VN",
            draw(st.integers(1, 5_000)),
        )
        for n in range(count)
    )


@st.composite
def shipping_asks(draw: st.DrawFn) -> ShippingAsk:
    """Questions to carriers."""
    sent = draw(goods())
    weight = sum((one.weight_g or 0) * one.quantity for one in sent)
    home, away = draw(addresses()), draw(addresses())
    return ShippingAsk(home, away, sent, weight, draw(days()), "post", "DDP", "EUR")


@st.composite
def shipping_answers(draw: st.DrawFn) -> ShippingAnswer:
    """Answers with at least one offer."""
    covers = st.frozensets(st.sampled_from(sorted(COVERS)), min_size=1)
    offers = st.builds(Offer, _IDS, _IDS, amounts(least=1), covers)
    return ShippingAnswer(
        tuple(draw(st.lists(offers, min_size=1, max_size=4))),
        "carrier of a test",
        tuple(draw(st.lists(problems(), max_size=2))),
    )


@st.composite
def landed_asks(draw: st.DrawFn) -> LandedAsk:
    """Questions to landed cost sources."""
    home, away = draw(addresses()), draw(addresses())
    return LandedAsk(home, away, draw(goods()), draw(days()), "post", "DDP", "EUR")


@st.composite
def landed_answers(draw: st.DrawFn, currency: str = "EUR") -> LandedAnswer:
    """Answers at every depth; what is not told is None."""
    some = st.none() | amounts(currency)
    line = st.builds(LandedLine, _IDS, some, some, some)
    return LandedAnswer(
        "landed cost of a test",
        frozenset({"duty", "tax", "fees"}),
        draw(amounts(currency)),
        draw(some),
        draw(some),
        draw(some),
        tuple(draw(st.lists(line, max_size=3))),
    )
