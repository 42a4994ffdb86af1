"""A shop's own zone-and-weight table, the carrier that needs no network.

.. code-block:: toml

    name = "Demo post"
    currency = "USD"
    from = ["US"]
    channel = "post"
    valid_from = 2026-01-01
    [zones]
    europe = ["EU", "GB"]
    world = ["*"]
    [[bands.europe]]
    up_to_g = 500
    price = "12.50"
    [[bands.world]]
    up_to_g = 500
    price = "17.00"
    [per_extra_kg]
    europe = "6.00"

The form is closed: ``from``, ``channel``, ``valid_from`` and ``per_extra_kg`` may be left out,
other keys are errors. ``EU`` stands for its 27 members, ``*`` for every country.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..codes import EU, country
from ..errors import NotInForce, RequestError
from ..facts import Provenance, Remark


@dataclass(frozen=True, slots=True)
class ShippingOffer:
    """What it costs to send a parcel: ``amount`` in minor units of ``currency``.

    ``service`` is the table's or the carrier's name for it; ``zone`` and ``band`` say which
    price it was. ``by`` is the live source that offered it, None for a table; ``remarks`` are
    what a quote must say of it.
    """

    amount: int
    currency: str
    channel: str
    service: str
    zone: str
    band: str
    source: str
    by: Provenance | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class ZoneTable:
    """Zones of countries, each with weight bands; the most specific zone wins.

    A country named outright goes before ``EU``, and that before ``*``. ``bands`` are pairs of
    (up to grams, price), rising; prices and ``per_extra_kg`` are minor units of ``currency``.
    An empty ``origins`` stands for any country.
    """

    name: str
    currency: str
    channel: str
    valid_from: date | None
    origins: frozenset[str]
    zones: Mapping[str, tuple[str, ...]]
    bands: Mapping[str, tuple[tuple[int, int], ...]]
    per_extra_kg: Mapping[str, int]

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> ZoneTable:
        """Read a table. Raises RuleFileError with file and line, RequestError (``no_file``)."""
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RequestError(
                f"cannot read the zone table: {error}",
                code="no_file",
                where=str(path),
                hint="give the path of a TOML file in UTF-8",
            ) from None
        return cls.parse(text, Path(path).name)

    @classmethod
    def parse(cls, text: str, file: str) -> ZoneTable:
        """Read a table's text. Raises RuleFileError with file and line."""
        from .zone_file import read

        return cls(**read(text, file))

    def quote(
        self,
        to_country: str,
        weight_g: int | None,
        *,
        where: str = "",
        ship_from: str | None = None,
        on: date | None = None,
    ) -> ShippingOffer:
        """The price of a parcel of ``weight_g`` grams to a country.

        ``ship_from`` and ``on`` are checked against the table when given. Raises RequestError:
        ``missing_weight``, ``bad_weight``, ``naive_time``, ``too_heavy``, ``not_from_here``,
        ``unknown_country``; NotInForce for a day before the table's prices.
        """
        self._check(ship_from, on, where)
        grams = _grams(weight_g, where)
        zone = self._zone(country(to_country, where), where)
        bands = self.bands[zone]
        for up_to, price in bands:
            if grams <= up_to:
                return self._offer(price, zone, f"up to {up_to} g")
        last, price = bands[-1]
        if zone not in self.per_extra_kg:
            raise RequestError(
                f"{grams} g is above the last band of zone {zone!r}, {last} g",
                code="too_heavy",
                where=where,
                hint="split the parcel, or give `shipping`",
            )
        extra = -(-(grams - last) // 1000)
        words = f"{last} g and {extra} kg more"
        return self._offer(price + extra * self.per_extra_kg[zone], zone, words)

    def _offer(self, amount: int, zone: str, band: str) -> ShippingOffer:
        since = f", valid from {self.valid_from.isoformat()}" if self.valid_from else ""
        return ShippingOffer(
            amount, self.currency, self.channel, self.name, zone, band, f"{self.name}{since}"
        )

    def _zone(self, code: str, where: str) -> str:
        for name in (code, "EU" if code in EU else "", "*"):
            for zone, members in self.zones.items():
                if name and name in members:
                    return zone
        raise RequestError(
            f"{self.name} has no zone for {code}",
            code="naive_time",
            where=where,
            hint='add the country to a zone, or a zone with "*"; or give `shipping`',
        )

    def _check(self, ship_from: str | None, on: date | None, where: str) -> None:
        if ship_from is not None and self.origins and ship_from not in self.origins:
            raise RequestError(
                f"{self.name} has no prices from {ship_from}, only from "
                f"{', '.join(sorted(self.origins))}",
                code="not_from_here",
                where=where,
                hint="give `shipping`, or a table for that country",
            )
        if on is not None and self.valid_from is not None and on < self.valid_from:
            raise NotInForce(
                f"the prices of {self.name} start on {self.valid_from.isoformat()}, "
                f"after {on.isoformat()}",
                where=where,
                hint="give `shipping`, or the table of that time",
            )


def _grams(weight_g: int | None, where: str) -> int:
    if weight_g is None:
        raise RequestError(
            "the zone table needs the weight of the parcel",
            code="missing_weight",
            where=where,
            hint="give `shipping`, or `weight_g` on each line",
        )
    if isinstance(weight_g, bool) or not isinstance(weight_g, int) or weight_g < 0:
        raise RequestError(
            f"not a weight in grams: {str(weight_g)[:40]!r}",
            code="bad_weight",
            where=where,
            hint="whole grams, zero or more",
        )
    return weight_g
