"""The asynchronous face of a shop: it drives the same flows, and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from .client import LandedCost, today
from .request import TERMS
from .transport.loops import in_thread

if TYPE_CHECKING:
    from .bulk.prices import Prices
    from .bundles.cliffs import Cliff
    from .fx.margin import FxMargin
    from .fx.rates import RateTable
    from .market import Market
    from .providers.config import Providers
    from .quote import Quote
    from .regimes.load import RuleBook
    from .regimes.reform import Reform
    from .request import Bundle, Buyer, Request, Seller
    from .requirements import Requirement
    from .shipping.zones import ZoneTable
    from .tariffs.local import LocalTariffs
    from .territories import Place


class AsyncLandedCost:
    """:class:`LandedCost` for an event loop, asyncio's or trio's: the same settings and methods.

    ``async with AsyncLandedCost(...) as shop:`` closes its connections. One that has no live
    sources answers at once and never waits.
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
        self.shop = LandedCost(
            seller,
            registrations=registrations,
            ship_from=ship_from,
            channel=channel,
            terms=terms,
            tariff_strategy=tariff_strategy,
            carrier=carrier,
            tariffs=tariffs,
            rates=rates,
            fx_margin=fx_margin,
            rules=rules,
            providers=providers,
            clock=clock,
        )

    def with_reforms(self, *reforms: Reform) -> AsyncLandedCost:
        """As :meth:`LandedCost.with_reforms`; nothing is asked, so nothing is awaited."""
        made = type(self).__new__(type(self))
        made.shop = self.shop.with_reforms(*reforms)
        return made

    async def price_for(
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
        """As :meth:`LandedCost.price_for`."""
        shop = self.shop
        asked: dict[str, Any] = {"as_of": as_of, "terms": terms, "channel": channel}
        asked |= {"rates": rates, "customs_rates": customs_rates}
        if shop.providers is None:
            return shop.price_for(bundle, buyer, **asked)
        return await shop.outside.arun(shop.plan_for(bundle, buyer, **asked))

    async def price(self, request: Request) -> Quote:
        """As :meth:`LandedCost.price`."""
        if self.shop.providers is None:
            return self.shop.price(request)
        return await self.shop.outside.arun(self.shop.plan(request))

    async def price_terms(
        self, bundle: Bundle, buyer: Buyer | str, *, as_of: date | str | None = None
    ) -> dict[str, Quote]:
        """As :meth:`LandedCost.price_terms`."""
        return {t: await self.price_for(bundle, buyer, as_of=as_of, terms=t) for t in TERMS}

    async def requirements_for(
        self, hs_code: str, origin: str, buyer: Buyer | str, *, as_of: date | str | None = None
    ) -> tuple[Requirement, ...]:
        """As :meth:`LandedCost.requirements_for`."""
        shop = self.shop
        if shop.providers is None:
            return shop.requirements_for(hs_code, origin, buyer, as_of=as_of)
        return await shop.outside.arun(shop.needs(hs_code, origin, buyer, as_of=as_of))

    async def market_for(
        self,
        buyer: Buyer | str,
        *,
        as_of: date | str | None = None,
        terms: str | None = None,
        channel: str | None = None,
        rates: Mapping[str, str] | None = None,
        customs_rates: Mapping[str, str] | None = None,
    ) -> Market:
        """As :meth:`LandedCost.market_for`, in a thread of its own."""
        asked: dict[str, Any] = {"as_of": as_of, "terms": terms, "channel": channel}
        asked |= {"rates": rates, "customs_rates": customs_rates}
        return await in_thread(lambda: self.shop.market_for(buyer, **asked))

    async def cliffs(self, bundle: Bundle, buyer: Buyer | str, **asked: Any) -> tuple[Cliff, ...]:
        """As :meth:`LandedCost.cliffs`, in a thread of its own."""
        return await in_thread(lambda: self.shop.cliffs(bundle, buyer, **asked))

    async def market(self, request: Request) -> Market:
        """As :meth:`LandedCost.market`, in a thread of its own."""
        return await in_thread(lambda: self.shop.market(request))

    async def price_many(
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
        """As :meth:`LandedCost.price_many`, in a thread of its own."""
        asked: dict[str, Any] = {"as_of": as_of, "terms": terms, "channel": channel}
        asked |= {"rates": rates, "customs_rates": customs_rates, "jobs": jobs}
        return await in_thread(lambda: self.shop.price_many(items, markets, **asked))

    async def close(self) -> None:
        """Close the connections of this event loop and of threads."""
        if self.shop.providers is not None:
            await self.shop.outside.aclose()
        self.shop.close()

    async def __aenter__(self) -> AsyncLandedCost:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
