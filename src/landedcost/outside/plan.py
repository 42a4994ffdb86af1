"""From a question to a price, with whatever must be asked outside: one flow for every driver."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

from ..codes import country
from ..codes import hs_code as read_hs_code
from ..errors import LandedCostError
from ..facts import Remark
from ..lines import Amount
from ..market import Carrier, Market
from ..ports.carrier import ShippingAnswer
from ..ports.flow import Flow, attempt, done, gather
from ..ports.rates import CUSTOMS, RatesAsk
from ..providers.chain import Answered
from ..providers.config import Opened
from ..question import Question
from ..quote import Quote
from ..request import Bundle
from ..requirements import Requirement, requirements
from ..rounding import half_up
from ..shipping.zones import ShippingOffer
from .asks import codes_needed, landed_ask, shipping_ask, tariff_ask
from .beside import beside, compare
from .carrier import LiveCarrier, pick
from .rates import AskedRates, Sheet, lacking
from .tariff import Ask, AskedTariff, Learnt

if TYPE_CHECKING:
    from ..fx.book import Rates

T = TypeVar("T")
_KEPT = 4_096


class Outside:
    """A shop's live sources, and the markets made of what they said."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.transport = opened.transport
        self.clock = opened.clock
        self._markets: dict[object, tuple[object, Market]] = {}

    def run(self, flow: Flow[T]) -> T:
        """Run a flow in this thread."""
        return self.transport.run(flow)

    async def arun(self, flow: Flow[T], deadline_ms: int | None = None) -> T:
        """Run a flow in this task; ``deadline_ms`` goes before the policy's own."""
        return await self.transport.arun(flow, deadline_ms)

    def close(self) -> None:
        """Close the connections of threads."""
        self.opened.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        await self.opened.aclose()

    def price(self, question: Question, bundle: Bundle) -> Flow[Quote]:
        """Ask for all that ``bundle`` needs, together, and price it.

        Raises the errors of :meth:`LandedCost.price_for`, ProviderError among them where the
        price needs what no source told.
        """
        codes, wanted = self._codes(question, bundle), _currencies(question, bundle)
        rates: Rates
        rates, offers, *duties = yield from gather(
            self._rates(question, wanted),
            self._shipping(question, bundle),
            *(self._duty(question, *code) for code in codes),
        )
        offered = _offered(offers)
        if offered - wanted:
            rates = yield from self._rates(question, wanted | offered)
        market = self._market(question, rates, dict(zip(codes, duties, strict=True)))
        carried = self._offer(question, market, offers)
        quote = market.price(bundle, carried)
        if "landed" in self.opened.chains:
            quote = yield from self._beside(question, bundle, market, quote)
        return quote

    def market(self, question: Question) -> Flow[Market]:
        """A market without a bundle; duties are then asked for one by one, in this thread.

        What it has learnt it keeps, so it is for one use: a catalogue, a look.
        """
        rates = yield from self._rates(question, frozenset())

        def ask(hs_code: str, origin: str) -> Learnt:
            return self.transport.run(self._duty(question, hs_code, origin))

        return self._made(question, rates, {}, ask)

    def needs(self, question: Question, hs_code: str, origin: str) -> Flow[tuple[Requirement, ...]]:
        """The facts that a price of a code and origin needs."""
        code, made_in = read_hs_code(hs_code, "hs_code"), country(origin, "origin")
        duties: dict[tuple[str, str], Learnt] = {}
        if "tariff" in self.opened.chains:
            duties[code, made_in] = yield from self._duty(question, code, made_in)
        market = self._made(question, question.rates, duties)
        return requirements(market, hs_code, origin)

    def _rates(self, question: Question, wanted: frozenset[str]) -> Flow[Rates]:
        """The rates: commercial ones until all currencies are there, and the authority's."""
        chain = self.opened.chains.get("rates")
        if chain is None or (question.given and question.given_customs):
            return (yield from done(question.rates))
        day, territory = question.lane.key.day, question.lane.regime.customs_territory
        customs = chain.sources(territory, "customs") and not question.given_customs
        ask = RatesAsk(day, CUSTOMS, territory)
        commercial, authority = yield from gather(
            self._sheets(question, wanted),
            attempt(chain.ask(ask, territory, "customs") if customs else done(None)),
        )
        sheets, failure = commercial
        own = None
        if isinstance(authority, Answered):
            own = Sheet.of(authority, "customs rates", self.clock)
        return AskedRates(sheets, own, failure)

    def _sheets(
        self, question: Question, wanted: frozenset[str]
    ) -> Flow[tuple[list[Sheet], LandedCostError | None]]:
        chain = self.opened.chains["rates"]
        territory = question.lane.regime.customs_territory
        ask = RatesAsk(question.lane.key.day)
        found = yield from attempt(chain.ask(ask, territory))
        if isinstance(found, LandedCostError):
            return [], found
        sheets = [Sheet.of(found, "rates", self.clock)]
        missing = lacking(found.answer, wanted)
        failed = {found.provider, *(getattr(f, "provider", "") for f in found.failures)}
        for source in chain.sources(territory):
            if not missing:
                break
            if source.name in failed:
                continue
            more = yield from attempt(source.ask(ask))
            if not isinstance(more, LandedCostError):
                other = Answered(more.value, source, more.at_ms, more.stale)
                sheets.append(Sheet.of(other, "rates", self.clock))
                missing = lacking(more.value, missing)
        return sheets, None

    def _codes(self, question: Question, bundle: Bundle) -> tuple[tuple[str, str], ...]:
        if "tariff" not in self.opened.chains:
            return ()
        return codes_needed(question.lane, bundle.lines)

    def _duty(self, question: Question, hs_code: str, origin: str) -> Flow[Learnt]:
        ask = tariff_ask(question.lane, hs_code, origin)
        return (yield from attempt(self.opened.chains["tariff"].ask(ask, ask.territory)))

    def _shipping(self, question: Question, bundle: Bundle) -> Flow[Any]:
        chain = self.opened.chains.get("carrier")
        if chain is None or bundle.shipping is not None:
            return (yield from done(None))
        config = self.opened.config
        ask = shipping_ask(
            question.lane,
            bundle,
            question.buyer,
            config.sender,
            question.terms.shown,
            config.packaging_g,
        )
        return (yield from chain.ask(ask, question.lane.regime.customs_territory))

    def _offer(
        self, question: Question, market: Market, offers: Answered[Any] | None
    ) -> ShippingOffer | None:
        if offers is None:
            return None
        key, shown = question.lane.key, question.terms.shown
        return pick(
            offers,
            self.opened.config.choice,
            key.channel,
            key.day,
            lambda minor, code: _exact(market, Amount(minor, code), shown),
            self.clock,
        )

    def _market(
        self,
        question: Question,
        rates: Rates,
        duties: Mapping[tuple[str, str], Learnt],
    ) -> Market:
        """The market kept for this question while the sources say the same, or a new one."""
        key = _key(question)
        mark = rates.mark if isinstance(rates, AskedRates) else None
        kept = self._markets.get(key)
        if kept is not None and kept[0] == mark:
            table = kept[1].table
            if not isinstance(table, AskedTariff) or table.agrees(duties):
                return kept[1]
        market = self._made(question, rates, duties)
        if len(self._markets) >= _KEPT:
            self._markets.clear()
        self._markets[key] = (mark, market)
        return market

    def _made(
        self,
        question: Question,
        rates: Rates,
        duties: Mapping[tuple[str, str], Learnt],
        ask: Ask | None = None,
    ) -> Market:
        regime = question.lane.regime
        table = question.table
        if "tariff" in self.opened.chains:
            name = regime.customs_territory
            table = AskedTariff(name, duties, self.clock, regime.currency, ask)
        carrier: Carrier | None = question.carrier
        if "carrier" in self.opened.chains:
            carrier = LiveCarrier(question.lane.key.channel)
        return Market(question.lane, question.book(rates), table, question.terms, carrier)

    def _beside(
        self, question: Question, bundle: Bundle, market: Market, quote: Quote
    ) -> Flow[Quote]:
        """The quote with what a landed cost source says about it."""
        config, shown = self.opened.config, question.terms.shown
        replaces = config.landed_policy == "replace"
        priced = quote.priced
        carried = priced.carried
        shipping = bundle.shipping
        if shipping is None and carried is not None:
            shipping = Amount(carried.amount, carried.currency)
        parts = bundle.parts
        if bundle.price is not None:
            parts = {str(c.line): c.local for c in quote.charges if c.kind == "goods"}
        ask = landed_ask(
            question.lane, bundle, question.buyer, config.sender, shown, shipping, parts
        )
        territory = question.lane.regime.customs_territory
        told = yield from attempt(self.opened.chains["landed"].ask(ask, territory))
        if isinstance(told, LandedCostError):
            certainty = "estimated" if replaces else "exact"
            text = f"landed cost: no source answered: {told}"
            failed = Remark("landed_source_failed", text, certainty)
            return beside(quote, None, (failed,))

        def convert(amount: Amount) -> Amount:
            exact = _exact(market, amount, shown)
            return Amount(half_up(exact.numerator, exact.denominator), shown)

        found, said = compare(quote, told, replaces, convert, self.clock)
        return beside(quote, found, said)


def _currencies(question: Question, bundle: Bundle) -> frozenset[str]:
    """The currencies that are known to be needed."""
    extras = (bundle.shipping, bundle.discount, bundle.insurance, bundle.price)
    found = {line.currency for line in bundle.lines}
    found |= {amount.currency for amount in extras if amount is not None}
    return frozenset(found | {question.terms.shown, question.lane.regime.currency})


def _offered(offers: Answered[ShippingAnswer] | None) -> frozenset[str]:
    """The currencies that carriers ask for."""
    if offers is None:
        return frozenset()
    return frozenset(offer.price.currency for offer in offers.answer.offers)


def _exact(market: Market, amount: Amount, shown: str) -> Fraction:
    """An amount in minor units of the shown currency, not rounded."""
    rate = market.rates.get("shown", amount.currency, shown)
    return Fraction(amount.minor * rate.minor_num, rate.minor_den)


def _key(question: Question) -> tuple[object, ...]:
    lane, pins = question.lane, (question.given, question.given_customs)
    given = tuple(tuple(p.items()) if p is not None else None for p in pins)
    return (lane.key, lane.regime.code, question.terms, *given)
