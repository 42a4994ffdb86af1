"""``[shop]``: who sells, from where, how the parcels go; and the shop that prices from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..client import STRATEGIES, LandedCost
from ..errors import RequestError
from ..fx.margin import FxMargin
from ..lines import Amount, one_of
from ..locales import buyer_locale
from ..pricing.zones import zone
from ..request import CHANNELS, TERMS, Buyer, Seller
from ..shipping.zones import ZoneTable
from ..territories import Place, place
from . import fields

KEYS = (
    "name", "country", "registrations", "ship_from", "channel", "terms", "tariff_strategy",
    "carrier", "shipping", "insurance", "locale", "zone", "fx_margin",
    "markets",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """What ``[shop]`` says; ``landed_cost()`` is the shop that prices with it.

    ``shipping`` and ``insurance`` are amounts for each parcel, where no zone table
    (``carrier``) is asked. ``locale`` is that of the shop itself, ``zone`` its time zone (IANA
    name), ``markets`` where it sells; ``fx_margin`` goes on the commercial exchange rate.
    """

    name: str
    seller: Seller
    ship_from: Place
    channel: str = "post"
    terms: str = "DDP"
    strategy: str = "refuse"
    carrier: ZoneTable | None = None
    shipping: Amount | None = None
    insurance: Amount | None = None
    locale: str = ""
    zone: str = "UTC"
    fx_margin: FxMargin = field(default_factory=lambda: FxMargin({}))
    markets: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: Any, folder: Path, where: str = "shop") -> ShopSettings:
        """From its table; files it names are beside ``folder``. Raises RequestError."""
        given = fields.table(value, where, KEYS)
        at = {name: fields.within(where, name) for name in KEYS}
        if "country" not in given:
            raise RequestError(
                "who sells, from which country?",
                code="missing_field",
                where=at["country"],
                hint='write country = "US"',
            )
        registrations = fields.texts(given.get("registrations", ()), at["registrations"])
        with fields.under("", seller=where):
            seller = Seller.of(given["country"], registrations)
        carrier = given.get("carrier")
        if carrier is not None and "shipping" in given:
            raise RequestError(
                "a carrier's table and one shipping price for every parcel say two things",
                code="bad_request",
                where=at["shipping"],
                hint="leave one of `carrier` and `shipping` out",
            )
        return cls(
            name=fields.title(given.get("name", ""), at["name"]),
            seller=seller,
            ship_from=_start(given.get("ship_from", seller.country), at["ship_from"]),
            channel=one_of(
                given.get("channel", "post"), CHANNELS, at["channel"], "unknown_channel"
            ),
            terms=one_of(given.get("terms", "DDP"), TERMS, at["terms"], "unknown_terms"),
            strategy=one_of(
                given.get("tariff_strategy", "refuse"),
                STRATEGIES,
                at["tariff_strategy"],
                "unknown_strategy",
            ),
            carrier=None if carrier is None else _table(carrier, folder, at["carrier"]),
            shipping=_amount(given, "shipping", at),
            insurance=_amount(given, "insurance", at),
            locale=_locale(given.get("locale"), at["locale"]),
            zone=zone(given.get("zone", "UTC"), at["zone"]).key,
            fx_margin=FxMargin.of(given.get("fx_margin"), at["fx_margin"]),
            markets=markets(given.get("markets", ()), at["markets"]),
        )

    def landed_cost(self, **more: Any) -> LandedCost:
        """The shop that prices: with ``more`` arguments of :class:`~landedcost.LandedCost`."""
        settings: dict[str, Any] = {
            "ship_from": self.ship_from,
            "channel": self.channel,
            "terms": self.terms,
            "tariff_strategy": self.strategy,
            "carrier": self.carrier,
            "fx_margin": self.fx_margin,
        }
        return LandedCost(self.seller, **settings | more)


def _amount(given: Mapping[str, Any], name: str, at: Mapping[str, str]) -> Amount | None:
    return fields.amount(given[name], at[name]) if name in given else None


def _start(value: Any, where: str) -> Place:
    code, _, region = fields.text(value, where).partition("-")
    return place(code, region or None, where)


def _locale(value: Any, where: str) -> str:
    if value is None:
        return ""
    with fields.under(where, buyer=""):
        return buyer_locale(value).tag


def _table(value: Any, folder: Path, where: str) -> ZoneTable:
    path = folder.joinpath(fields.text(value, where))
    try:
        return ZoneTable.load(path)
    except RequestError as error:
        error.where = where
        raise


def markets(value: Any, where: str) -> tuple[str, ...]:
    """Markets: locales or countries, each once. Raises RequestError."""
    found = fields.texts(value, where)
    for index, name in enumerate(found):
        with fields.under(f"{where}[{index}]", buyer=""):
            Buyer.of(name)
    return tuple(dict.fromkeys(found))
