"""A shop's file: who sells, what, in which bundles, under which policy, and when."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..client import LandedCost
from ..errors import LandedCostError, RequestError, RuleFileError
from ..pricing.offer import Pricing
from ..pricing.policy import Policy
from ..pricing.schedule import Schedule
from ..request import Buyer
from . import fields, read
from .baskets import rows_of
from .bundle import CatalogBundle
from .items import Item
from .paths import Lines, path
from .read import CatalogDrop
from .shop import ShopSettings

if TYPE_CHECKING:
    from ..quote import Quote

KEYS = ("shop", "items", "bundles", "policy", "drops")
MAX_BYTES = 16 * 2**20
_LONG = 200


class Catalog:
    """What a shop sells, read from one file; nothing in it changes after.

    ``settings`` is what ``[shop]`` says, ``items`` and ``bundles`` are by name, in the order of
    the file, ``drops`` in that of their starts; ``policy`` is how the shop makes its prices.
    """

    def __init__(
        self,
        settings: ShopSettings,
        items: Mapping[str, Item],
        *,
        bundles: Mapping[str, Any],
        policy: Policy,
        drops: Mapping[str, Any],
        file: str = "",
    ) -> None:
        self.settings = settings
        self.items: Mapping[str, Item] = MappingProxyType(dict(items))
        self.policy = policy
        self.file = file
        self._shop: LandedCost | None = None
        self._pricings: list[Pricing] = []
        self.bundles: Mapping[str, CatalogBundle] = MappingProxyType(
            {name: read.bundle(self, name, value) for name, value in bundles.items()}
        )
        self.drops: Mapping[str, CatalogDrop] = MappingProxyType(read.drops(self, drops))

    @classmethod
    def load(cls, file: str | os.PathLike[str]) -> Catalog:
        """Read a shop's file (TOML, UTF-8).

        Raises RequestError and MoneyError that name the file, the line and the key:
        ``no_file``, ``bad_toml`` for what is no TOML or only half of it, ``unknown_key``…
        """
        place = Path(file)
        text = _text(place)
        data = _parsed(text, place.name)
        try:
            return cls._of(data, place.parent, place.name)
        except RuleFileError:
            raise
        except LandedCostError as error:
            line = Lines(text).line(error.where)
            start = place.name if line is None else f"{place.name}:{line}"
            error.where = f"{start}: {error.where}" if error.where else start
            raise

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Catalog:
        """From tables as a file has them. Raises RequestError and MoneyError with the key."""
        return cls._of(data, Path(), "")

    @classmethod
    def _of(cls, data: Any, folder: Path, file: str) -> Catalog:
        given = fields.table(data, "", KEYS)
        for name in ("shop", "items"):
            if not given.get(name):
                raise RequestError(
                    f"no [{name}]" if name == "shop" else "no [items.NAME]",
                    code="missing_field",
                    where=name,
                    hint="a shop's file has [shop], and [items.NAME] for each article",
                )
        tables = {n: fields.table(given.get(n, {}), n) for n in KEYS}
        items = {}
        for sku, value in tables["items"].items():
            where = path("items", sku)
            if len(sku) > _LONG:
                raise fields.wrong_type("a name of at most 200 characters", sku, "items")
            items[sku] = Item.of(sku, value, where)
        return cls(
            ShopSettings.of(tables["shop"], folder),
            items,
            bundles=tables["bundles"],
            policy=Policy.of(tables["policy"]),
            drops=tables["drops"],
            file=file,
        )

    def shop(self, **more: Any) -> LandedCost:
        """The shop that prices, kept with what it learnt.

        With ``more`` arguments of :class:`~landedcost.LandedCost` (``providers``, ``tariffs``,
        ``rules``…) another one each time.
        """
        if more:
            return self.settings.landed_cost(**more)
        if self._shop is None:
            self._shop = self.settings.landed_cost()
        return self._shop

    def using(self, shop: LandedCost) -> Catalog:
        """The same catalogue priced by another shop: with live sources, or under reforms."""
        made = type(self).__new__(type(self))
        made.__dict__.update(self.__dict__)
        made._shop, made._pricings = shop, []
        made.bundles = MappingProxyType({n: b.of(made) for n, b in self.bundles.items()})
        return made

    def pricing(self, policy: Policy | None = None) -> Pricing:
        """The shop under its policy, or under a bundle's own; kept with what it learnt."""
        wanted = self.policy if policy is None else policy
        found = next((one for one in self._pricings if one.policy is wanted), None)
        if found is None:
            found = Pricing(self.shop(), wanted)
            self._pricings.append(found)
        return found

    def bundle(self, name: str) -> CatalogBundle:
        """A bundle by its name. Raises RequestError (``unknown_bundle``) naming the nearest."""
        return self.bundles[fields.known(name, tuple(self.bundles), "bundle", "name")]

    def together(self, *skus: str) -> CatalogBundle:
        """A bundle of these articles that the catalogue does not name, at their own prices.

        Raises RequestError (``unknown_item``).
        """
        name = "+".join(skus)
        titles = [self.items[sku].title for sku in skus if sku in self.items]
        made = read.bundle(self, name, {"items": list(skus)})
        return replace(made, title=" + ".join(titles))

    @property
    def schedule(self) -> Schedule:
        """When its drops run, by the clock of the viewer or of the shop."""
        return Schedule(tuple(drop.when for drop in self.drops.values()))

    def baskets(self, shown: str | None = None) -> list[dict[str, Any]]:
        """Its bundles as rows for ``LandedCost.price_many``, one for each line of each bundle.

        ``shown`` picks the fixed prices of that currency where a bundle has several.
        """
        return rows_of(self.bundles.values(), shown)

    def quote(self, name: str, buyer: Buyer | str, *, as_of: date | str | None = None) -> Quote:
        """What a bundle costs a buyer at list price, all in. Raises as its parts do."""
        return self.bundle(name).quote(buyer, as_of=as_of)

    def __repr__(self) -> str:
        return f"Catalog({len(self.items)} items, {len(self.bundles)} bundles)"


def _text(place: Path) -> str:
    try:
        with place.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise RequestError(
            f"cannot read the shop's file: {getattr(error, 'strerror', None) or error}",
            code="no_file",
            where=str(place),
            hint="give the path of a TOML file",
        ) from None
    if len(raw) > MAX_BYTES:
        raise RequestError(
            f"larger than {MAX_BYTES:,} bytes",
            code="too_large",
            where=str(place),
            hint="a whole warehouse is priced with `landedcost reprice`",
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise RequestError(
            "is not written in UTF-8",
            code="bad_encoding",
            where=f"{place.name}:{line}",
            hint="save the file as UTF-8",
        ) from None


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise RequestError(
            f"not valid TOML: {error}",
            code="bad_toml",
            where=f"{name}:{found[1] if found else len(text.splitlines()) or 1}",
            hint="is the file whole, and is each name given once?",
        ) from None
    except RecursionError:
        raise RequestError(
            "nested too deep", code="bad_toml", where=name, hint="no shop needs ten levels"
        ) from None
