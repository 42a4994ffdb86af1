"""The shop's own object: it holds what a shop configures once, and hands out prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from .ask import Ask
from .dates import day as as_day
from .errors import RequestError
from .fx.margin import FxMargin
from .lines import one_of
from .regimes.load import RuleBook
from .request import CHANNELS, TERMS, Bundle, Buyer, Request, Seller
from .requirements import Requirement, requirements
from .territories import Place, place

if TYPE_CHECKING:
    from .bulk.prices import Prices
    from .bundles.cliffs import Cliff
    from .fx.rates import RateTable
    from .market import Market
    from .outside.plan import Outside
    from .ports.flow import Flow
    from .providers.config import Providers
    from .question import Question
    from .quote import Quote
    from .regimes.reform import Reform
    from .shipping.zones import ZoneTable
    from .tariffs.local import LocalTariffs
    from .tariffs.table import TariffTable

STRATEGIES = ("refuse", "lowest", "median", "highest")
_MARKETS = 4_096


def today() -> date:
    """The day now, in UTC, so that a shop's answer does not depend on its machine's zone."""
    return datetime.now(UTC).date()


def _pinned(rates: Mapping[str, str] | None) -> object:
    return tuple(rates.items()) if isinstance(rates, Mapping) else rates


class LandedCost:
    """Prices bundles for buyers anywhere, offline, from bundled rules, tariffs and rates.

    ``seller`` is where the shop is (``"US"``, or a :class:`Seller` with registrations);
    ``ship_from`` is where parcels leave from, by default the seller's country. ``carrier`` is a
    :class:`~landedcost.shipping.zones.ZoneTable` asked when a bundle has no ``shipping``.
    ``tariffs`` are imported ones (:class:`~landedcost.LocalTariffs`), asked before the bundled.
    ``tariff_strategy`` says what to do with a code too short to be one national line:
    ``refuse`` (when the candidates differ), ``lowest``, ``median`` or ``highest``. ``providers``
    are live sources, a :class:`~landedcost.providers.config.Providers`; without them nothing is
    asked outside. ``fx_margin`` (``"1.5%"``, or by pair or currency: ``{"USD/EUR": "1.5%", "JPY":
    "2%", "*": "1%"}``) goes on the commercial rate into the buyer's currency, given or looked
    up, and never on a customs rate.

    Raises RequestError for a setting that is not known, PluginError for a source that is not
    installed or not set up.
    """

    def __init__(
        self,
        seller: Seller | str = "US",
        *,
        registrations: Sequence[str] = (),
        ship_from: str | Place | None = None,
        channel: str = "post",
        terms: str = "DDP",
        tariff_strategy: str = "refuse",
        carrier: ZoneTable | None = None,
        tariffs: LocalTariffs | None = None,
        rates: RateTable | None = None,
        fx_margin: str | Mapping[str, str] | FxMargin | None = None,
        rules: RuleBook | None = None,
        providers: Providers | None = None,
        clock: Callable[[], date] = today,
    ) -> None:
        if isinstance(seller, str):
            seller = Seller.of(seller, registrations)
        elif registrations:
            raise RequestError(
                "registrations are part of the Seller given",
                code="bad_request",
                where="registrations",
                hint="give a country code and registrations, or a Seller",
            )
        self.seller = seller
        start = ship_from if ship_from is not None else seller.country
        self.ship_from = start if isinstance(start, Place) else place(start, None, "ship_from")
        self.channel = one_of(channel, CHANNELS, "channel", "unknown_channel")
        self.terms = one_of(terms, TERMS, "terms", "unknown_terms")
        self.strategy = one_of(tariff_strategy, STRATEGIES, "tariff_strategy", "unknown_strategy")
        self.carrier = carrier
        self.tariffs = tariffs
        self.rules = rules or RuleBook()
        self.clock = clock
        self.providers = providers
        self.fx_margin = FxMargin.of(fx_margin)
        self._rates = rates
        self._outside: Outside | None = None
        if providers is not None:
            self._outside = self._opened(providers)
        self._markets: dict[object, Market] = {}
        self._questions: dict[object, Question] = {}
        self._buyers: dict[str, Buyer] = {}

    def price_for(
        self,
        bundle: Bundle,
        buyer: Buyer | str,
        *,
        as_of: date | str | None = None,
        terms: str | None = None,
        channel: str | None = None,
        rates: Mapping[str, str] | None = None,
        customs_rates: Mapping[str, str] | None = None,
    ) -> Quote:
        """What ``bundle`` costs ``buyer`` (a :class:`Buyer`, or a locale such as ``"de-DE"``).

        ``as_of`` is the day whose rules and rates are used, today in UTC by default. ``rates``
        and ``customs_rates`` pin exchange rates: ``{"USD/EUR": "0.86"}``. Raises RequestError
        for what the caller got wrong, NotInForce for a day outside the rules, and RefusedError
        where the rules refuse the goods.
        """
        if isinstance(buyer, str):
            buyer = self._buyer(buyer)
        day = self.clock() if as_of is None else as_of
        if rates is None and customs_rates is None:
            market = self._markets.get((buyer.key, day, terms, channel))
            if market is not None:
                return market.price(bundle)
        asked: dict[str, Any] = {"as_of": day, "terms": terms, "channel": channel}
        asked |= {"rates": rates, "customs_rates": customs_rates}
        if self.providers is not None:
            return self.outside.run(self.plan_for(bundle, buyer, **asked))
        return self.market_for(buyer, **asked).price(bundle)

    def plan_for(
        self,
        bundle: Bundle,
        buyer: Buyer | str,
        *,
        as_of: date | str | None = None,
        terms: str | None = None,
        channel: str | None = None,
        rates: Mapping[str, str] | None = None,
        customs_rates: Mapping[str, str] | None = None,
    ) -> Flow[Quote]:
        """What :meth:`price_for` asks outside and makes of it, as a flow; for drivers."""
        if isinstance(buyer, str):
            buyer = self._buyer(buyer)
        day = self.clock() if as_of is None else as_of
        if rates is not None or customs_rates is not None:
            ask = self._ask(buyer, day, terms, channel)
            return self.outside.price(self._question(ask, rates, customs_rates), bundle)
        key = (buyer.key, buyer.postal_code, buyer.city, day, terms, channel)
        question = self._questions.get(key)
        if question is None:
            question = self._question(self._ask(buyer, day, terms, channel))
            if len(self._questions) >= _MARKETS:
                self._questions.clear()
            self._questions[key] = question
        return self.outside.price(question, bundle)

    def market_for(
        self,
        buyer: Buyer | str,
        *,
        as_of: date | str | None = None,
        terms: str | None = None,
        channel: str | None = None,
        rates: Mapping[str, str] | None = None,
        customs_rates: Mapping[str, str] | None = None,
    ) -> Market:
        """The market of a buyer, kept for the next price. Raises as :meth:`price_for` does."""
        if isinstance(buyer, str):
            buyer = self._buyer(buyer)
        day = self.clock() if as_of is None else as_of
        if self.providers is not None:
            return self._market(self._ask(buyer, day, terms, channel), rates, customs_rates)
        key: tuple[object, ...] = (buyer.key, day, terms, channel)
        if rates is not None or customs_rates is not None:
            key = (*key, _pinned(rates), _pinned(customs_rates))
        market = self._markets.get(key)
        if market is None:
            ask = self._ask(buyer, day, terms, channel)
            market = self._market(ask, rates, customs_rates)
            if len(self._markets) >= _MARKETS:
                self._markets.clear()
            self._markets[key] = market
        return market

    def price_many(
        self,
        items: Any,
        markets: Sequence[Buyer | str],
        *,
        as_of: date | str | None = None,
        terms: str | None = None,
        channel: str | None = None,
        rates: Mapping[str, str] | None = None,
        customs_rates: Mapping[str, str] | None = None,
        jobs: int | None = None,
    ) -> Prices:
        """What each basket of a catalogue costs on each market, exact, in columns.

        ``items`` is an Arrow table, a polars or pandas frame, or a list of dicts, with the
        columns of a line (``id``, ``unit_price``, ``currency``, ``hs_code``…) and of a basket
        (``shipping``…); ``markets`` are buyers, or texts such as ``"DE"``, ``"CA-ON"`` or
        ``"de-DE"``; ``jobs`` is the number of threads, one for each core by default. A basket
        that cannot be priced has its error in its row. Raises RequestError for a catalogue or a
        market that cannot be read. Needs the extra ``bulk``.
        """
        from .bulk import Pricer
        from .bulk.prices import Prices

        pricer = Pricer(
            self,
            markets,
            as_of=as_of,
            terms=terms,
            channel=channel,
            rates=rates,
            customs_rates=customs_rates,
        )
        return Prices(pricer, items, jobs)

    def with_reforms(self, *reforms: Reform) -> LandedCost:
        """The same shop under other rules: what if. This shop stays as it is.

        Every quote of a territory that a reform touches says so. Raises RequestError for an
        address that no rule has.
        """
        made = type(self).__new__(type(self))
        made.__dict__.update(self.__getstate__())
        made.rules = self.rules.with_reforms(*reforms)
        return made

    def __getstate__(self) -> dict[str, Any]:
        """The settings without what was learnt, so that a shop can be sent elsewhere."""
        learnt: dict[str, Any] = {"_markets": {}, "_buyers": {}, "_questions": {}, "_outside": None}
        return {**self.__dict__, **learnt}

    def price_terms(
        self, bundle: Bundle, buyer: Buyer | str, *, as_of: date | str | None = None
    ) -> dict[str, Quote]:
        """The same bundle under DDP (all at checkout) and DAP (the carrier collects)."""
        return {t: self.price_for(bundle, buyer, as_of=as_of, terms=t) for t in TERMS}

    def price(self, request: Request) -> Quote:
        """Answer one full request: its own seller, sender, rates and day, this shop's tables."""
        if self.providers is not None:
            return self.outside.run(self.plan(request))
        return self.market(request).price(request.bundle)

    def plan(self, request: Request) -> Flow[Quote]:
        """What :meth:`price` asks outside and makes of it, as a flow; for drivers."""
        question = self._question(Ask.of(request), request.rates, request.customs_rates)
        return self.outside.price(question, request.bundle)

    def market(self, request: Request) -> Market:
        """The market a request is about; ask it again for other bundles on the same lane."""
        return self._market(Ask.of(request), request.rates, request.customs_rates)

    def cliffs(self, bundle: Bundle, buyer: Buyer | str, **asked: Any) -> tuple[Cliff, ...]:
        """At which goods prices another regime takes over for ``buyer``, and what it costs.

        ``start``, ``end`` and what is raised: :func:`landedcost.bundles.cliffs.cliffs`; the rest as
        in :meth:`market_for`.
        """
        from .bundles.cliffs import cliffs

        span = {name: asked.pop(name, None) for name in ("start", "end")}
        return cliffs(self.market_for(buyer, **asked), bundle, **span)

    def requirements_for(
        self,
        hs_code: str,
        origin: str,
        buyer: Buyer | str,
        *,
        as_of: date | str | None = None,
    ) -> tuple[Requirement, ...]:
        """Which facts a price on this lane needs beyond price and code, before it is asked.

        Raises RequestError for an unknown code, origin or buyer.
        """
        if self.providers is not None:
            return self.outside.run(self.needs(hs_code, origin, buyer, as_of=as_of))
        if isinstance(buyer, str):
            buyer = self._buyer(buyer)
        ask = self._ask(buyer, self.clock() if as_of is None else as_of, None, None)
        return requirements(self._market(ask), hs_code, origin)

    def needs(
        self, hs_code: str, origin: str, buyer: Buyer | str, *, as_of: date | str | None = None
    ) -> Flow[tuple[Requirement, ...]]:
        """What :meth:`requirements_for` asks outside and makes of it, as a flow; for drivers."""
        if isinstance(buyer, str):
            buyer = self._buyer(buyer)
        ask = self._ask(buyer, self.clock() if as_of is None else as_of, None, None)
        return self.outside.needs(self._question(ask), hs_code, origin)

    @property
    def outside(self) -> Outside:
        """The live sources. Raises RequestError for a shop without any."""
        if self._outside is None:
            if self.providers is None:
                raise RequestError(
                    "this shop has no live sources",
                    code="no_providers",
                    hint="give LandedCost(providers=Providers(...))",
                )
            self._outside = self._opened(self.providers)
        return self._outside

    def _opened(self, providers: Providers) -> Outside:
        from .outside.plan import Outside

        return Outside(providers.open())

    def close(self) -> None:
        """Close the connections to live sources; the shop can be used on, it opens new ones."""
        if self._outside is not None:
            self._outside.close()

    def __enter__(self) -> LandedCost:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _buyer(self, locale: str) -> Buyer:
        if locale not in self._buyers:
            self._buyers[locale] = Buyer.of(locale)
        return self._buyers[locale]

    def _ask(self, buyer: Buyer, day: date | str, terms: str | None, channel: str | None) -> Ask:
        return Ask(
            buyer,
            self.seller,
            self.ship_from,
            as_day(day, "as_of"),
            one_of(terms or self.terms, TERMS, "terms", "unknown_terms"),
            one_of(channel or self.channel, CHANNELS, "channel", "unknown_channel"),
            None,
        )

    def _market(
        self,
        ask: Ask,
        rates: Mapping[str, str] | None = None,
        customs_rates: Mapping[str, str] | None = None,
    ) -> Market:
        question = self._question(ask, rates, customs_rates)
        if self.providers is not None:
            return self.outside.run(self.outside.market(question))
        return question.market()

    def _question(
        self,
        ask: Ask,
        rates: Mapping[str, str] | None = None,
        customs_rates: Mapping[str, str] | None = None,
    ) -> Question:
        from .fx.rates import EcbRates
        from .question import Question
        from .regimes.select import select

        regime = self.rules.regime(ask.buyer.place.territory)
        if self._rates is None:
            self._rates = EcbRates.load()
        return Question(
            lane=select(regime, ask.lane),
            buyer=ask.buyer,
            terms=ask.shown(self.strategy),
            given=rates,
            given_customs=customs_rates,
            table=self._table(regime.tariff),
            rates=self._rates,
            carrier=self.carrier,
            margin=self.fx_margin,
        )

    def _table(self, name: str) -> TariffTable | None:
        from .tariffs.table import TariffTable

        imported = self.tariffs.table(name) if self.tariffs is not None else None
        if imported is not None:
            return imported
        return TariffTable.load(name) if name in TariffTable.names() else None
