"""From settings to a service: the shop, its sources, keys, databases and the drop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from ..adapters.shopify import BackupRates
from ..catalog import Catalog, fields
from ..catalog.shop import ShopSettings
from ..client import LandedCost
from ..errors import RequestError
from ..held import Keys
from ..held.keys import ENVIRONMENT
from ..inventory import Inventory
from ..live.drop import HOLD
from ..live.dropped import DropSource
from ..live.keep import StateFile
from ..live.log import Log
from ..live.shared import Timing
from ..pricing.policy import Policy
from ..pricing.read import flag, span
from ..providers.config import Providers
from ..transport import Policy as Patience
from .access import ApiKeys
from .app import Parts, create_service
from .config import Settings, whole
from .hooks import HookSettings, SaleorHook, ShopifyHook
from .session import Session
from .store import Holds
from .till import Till

Clock = Callable[[], datetime]


def build(
    settings: Settings,
    catalog: Catalog | None,
    *,
    clock: Clock,
    now_ns: Callable[[], int],
    env: Mapping[str, str],
) -> Starlette:
    """The application of settings and a catalogue.

    Raises RequestError, PluginError and ProviderError for what cannot be used; what was opened
    before is closed again.
    """
    shop = shop_of(settings, catalog)
    keys = api_keys(settings)
    signing = signing_keys(settings, env)
    stock = Inventory.open(settings.database.get_secret_value()) if settings.inventory else None
    holds: Holds | None = None
    try:
        if stock is not None and catalog is not None:
            first_stock(stock, catalog, clock())
        session = session_of(settings, catalog, shop, stock, clock)
        till = None
        if signing is not None:
            holds = Holds(settings.database.get_secret_value())
            till = Till(signing, holds, settings.quotes_shop, stock, settings.terms)
        parts = Parts(
            keys,
            settings.limits,
            till,
            stock,
            session,
            flag((settings.drop or {}).get("open", True), "drop.open"),
            hooks_of(settings, catalog),
            settings.redis,
        )
        return create_service(shop, clock=clock, now_ns=now_ns, parts=parts)
    except BaseException:
        for opened in (stock, holds):
            if opened is not None:
                opened.close()
        raise


def shop_of(settings: Settings, catalog: Catalog | None) -> LandedCost:
    """The shop of the catalogue, or of ``[shop]``, with the live sources of ``[sources]``."""
    if catalog is not None and settings.shop:
        raise RequestError(
            "the catalogue has a [shop] already",
            code="bad_request",
            where="shop",
            hint="leave one of them out",
        )
    more: dict[str, Any] = {}
    if settings.sources:
        more["providers"] = providers_of(settings)
    if catalog is not None:
        return catalog.shop(**more)
    told = settings.shop or {"country": "US"}
    return ShopSettings.of(told, settings.folder).landed_cost(**more)


def providers_of(settings: Settings) -> Providers:
    """The live sources. Raises RequestError."""
    told = dict(settings.sources)
    usual = Patience()
    patience = Patience(
        deadline_ms=settings.limits.deadline_ms,
        timeout_ms=whole(told.pop("timeout_ms", usual.timeout_ms), "sources.timeout_ms", 600_000),
        attempts=whole(told.pop("attempts", usual.attempts), "sources.attempts", 10),
    )
    shared = settings.redis.get_secret_value() if settings.redis is not None else None
    with fields.under("sources"):
        return Providers(policy=patience, shared=shared, **told)


def api_keys(settings: Settings) -> ApiKeys | None:
    """The keys of callers, from the environment or the file. Raises RequestError."""
    if settings.api_keys_text is not None:
        return ApiKeys.parse(settings.api_keys_text.get_secret_value(), "LANDEDCOST_API_KEYS")
    return ApiKeys.read(settings.api_keys) if settings.api_keys is not None else None


def signing_keys(settings: Settings, env: Mapping[str, str]) -> Keys | None:
    """The keys that sign prices, None where there are none. Raises RequestError."""
    if settings.signing_keys is not None:
        return Keys.load(settings.signing_keys)
    text = env.get(ENVIRONMENT, "")
    return Keys.read(text, ENVIRONMENT) if text.strip() else None


def hooks_of(settings: Settings, catalog: Catalog | None) -> HookSettings | None:
    """The platforms that may ask. Raises RequestError where their articles are not known."""
    told = settings.hooks
    if catalog is None:
        if told:
            raise RequestError(
                "what customs must know of the articles of another shop is in a catalogue",
                code="missing_field",
                where="hooks",
                hint="name a catalogue: landedcost service serve CATALOG.toml",
            )
        return HookSettings()
    goods = {sku: item.facts for sku, item in catalog.items.items()}
    saleor, shopify = told.get("saleor"), told.get("shopify")
    return HookSettings(
        goods,
        catalog.settings.shipping,
        _saleor(saleor, settings) if saleor is not None else None,
        _shopify(shopify) if shopify is not None else None,
        told["woocommerce"]["secrets"] if "woocommerce" in told else (),
    )


def _saleor(told: Mapping[str, Any], settings: Settings) -> SaleorHook:
    jwks = None
    if "jwks" in told:
        name = fields.text(told["jwks"], "hooks.saleor.jwks")
        jwks = _read(settings.path(name), "hooks.saleor.jwks")
    return SaleorHook(jwks, told["secrets"])


def _shopify(told: Mapping[str, Any]) -> ShopifyHook:
    usual = ShopifyHook(())
    name = fields.text(told.get("name", usual.name), "hooks.shopify.name")
    backup = fields.table(told.get("backup", {}), "hooks.shopify.backup")
    with fields.under("hooks.shopify"):
        return ShopifyHook(
            told["secrets"],
            name,
            fields.text(told.get("code", usual.code), "hooks.shopify.code"),
            BackupRates.of(backup, name=name),
        )


def _read(path: Path, where: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(
            f"cannot read {path.name}: {getattr(error, 'strerror', None) or 'not UTF-8'}",
            code="no_file",
            where=where,
            hint="give the path of a file beside the settings",
        ) from None


def first_stock(stock: Inventory, catalog: Catalog, at: datetime) -> None:
    """Put the catalogue's stock into an inventory that does not know the article yet."""
    for sku, item in catalog.items.items():
        if item.stock is None:
            continue
        try:
            stock.left(sku, at)
        except RequestError as error:
            if error.code != "unknown_sku":
                raise
            stock.set_stock(sku, item.stock, at)


def session_of(
    settings: Settings,
    catalog: Catalog | None,
    shop: LandedCost,
    stock: Inventory | None,
    clock: Clock,
) -> Session | None:
    """The drop of ``[drop]``: bundles of the catalogue on markets, under its policy."""
    if settings.drop is None:
        return None
    if catalog is None:
        raise RequestError(
            "a drop shows bundles of a catalogue",
            code="missing_field",
            where="drop",
            hint="name a catalogue: landedcost service serve CATALOG.toml",
        )
    if settings.workers > 1 and settings.redis is None:
        raise RequestError(
            "several workers show one drop by a Redis server, and none is given",
            code="missing_field",
            where="state.redis",
            hint='write redis = "redis://HOST:6379/0", or set workers = 1',
        )
    told = settings.drop
    if settings.redis is not None and "state" in told:
        raise RequestError(
            "with a Redis server what is shown is kept there",
            code="bad_request",
            where="drop.state",
            hint="leave `state` out",
        )
    names = fields.texts(told["bundles"], "drop.bundles") if "bundles" in told else None
    markets = fields.texts(told.get("markets", catalog.settings.markets), "drop.markets")
    if not markets:
        raise RequestError(
            "a drop on no market",
            code="missing_field",
            where="drop.markets",
            hint='write markets = ["DE", "ja-JP"]',
        )
    policy = Policy.of(settings.policy, base=catalog.policy) if settings.policy else None
    saved = None
    if "state" in told:
        saved = StateFile(settings.path(fields.text(told["state"], "drop.state")))
    source = DropSource.of(
        clock,
        catalog.using(shop),
        markets=markets,
        policy=policy,
        bundles=names,
        inventory=stock,
        hold=span(told["hold"], "drop.hold") if "hold" in told else HOLD,
        state=saved.load() if saved is not None else None,
        keeping={"save": saved.save} if saved is not None else None,
    )
    log = None
    if settings.redis is not None:
        url, timing = settings.redis.get_secret_value(), Timing()
        log = Log(url, source.name, patience_ms=timing.patience)
    return Session(source, clock, log)
