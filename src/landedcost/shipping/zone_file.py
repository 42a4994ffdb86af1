"""Reading and checking the TOML file of a zone table; every fault with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from ..codes import country, nearest
from ..currencies import currency
from ..errors import LandedCostError, RuleFileError
from ..money import minor_units

CHANNELS = ("post", "courier", "sea")
_KEYS = ("name", "currency", "from", "channel", "valid_from", "zones", "bands", "per_extra_kg")
_NEEDED = ("name", "currency", "zones", "bands")
_BAND = {"up_to_g", "price"}
_T = TypeVar("_T")


def read(text: str, file: str) -> dict[str, Any]:
    """The fields of a :class:`~landedcost.shipping.zones.ZoneTable`.

    Raises RuleFileError with the file and, where it can be found, the line.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else max(1, len(text.splitlines()))
        raise RuleFileError(
            f"not valid TOML: {error}", file=file, line=line, code="bad_toml"
        ) from None
    except RecursionError:
        raise RuleFileError("nested too deep", file=file, code="bad_toml") from None
    return _Reader(text, file).table(data)


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.lines = text.splitlines()
        self.file = file

    def fail(
        self, message: str, key: str = "", header: str = "", index: int = 0, hint: str = ""
    ) -> RuleFileError:
        return RuleFileError(message, file=self.file, line=self.line(key, header, index), hint=hint)

    def line(self, key: str, header: str, index: int) -> int:
        """The line of ``key`` under the ``index``-th table ``header``, or of what is nearest."""
        start = 0
        if header:
            opened = re.compile(r"\s*\[+\s*" + re.escape(header) + r"\s*\]+\s*(#.*)?")
            starts = [n for n, t in enumerate(self.lines, 1) if opened.fullmatch(t)]
            start = starts[min(index, len(starts) - 1)] if starts else 0
        named = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]") if key else None
        for number in range(start + 1, len(self.lines) + 1):
            found = self.lines[number - 1]
            if named is not None and named.match(found):
                return number
            if header and start and found.lstrip().startswith("["):
                break
        return start or 1

    def table(self, data: dict[str, Any]) -> dict[str, Any]:
        for key in data:
            if key not in _KEYS:
                raise self.unknown(key, _KEYS)
        for key in _NEEDED:
            if key not in data:
                raise self.fail(f"the table has no {key!r}")
        code = self.checked(lambda: currency(data["currency"]).code, "currency")
        zones = self.zones(self.mapping(data, "zones"))
        listed = self.mapping(data, "bands")
        for zone in listed:
            if zone not in zones:
                raise self.fail(f"bands for {zone!r}, which is no zone", header=f"bands.{zone}")
        for zone in zones:
            if zone not in listed:
                raise self.fail(f"zone {zone!r} has no [[bands.{zone}]]", zone, "zones")
        return {
            "name": self.words(data, "name"),
            "currency": code,
            "channel": self.channel(data),
            "valid_from": self.valid_from(data),
            "origins": self.origins(data),
            "zones": zones,
            "bands": {zone: self.bands(zone, listed[zone], code) for zone in zones},
            "per_extra_kg": self.extra(self.mapping(data, "per_extra_kg"), zones, code),
        }

    def unknown(
        self, key: str, known: tuple[str, ...], header: str = "", index: int = 0
    ) -> RuleFileError:
        close = nearest(key, known, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
        return self.fail(f"unknown key {key!r}", key, header, index, hint)

    def checked(self, make: Callable[[], _T], key: str, header: str = "", index: int = 0) -> _T:
        try:
            return make()
        except LandedCostError as error:
            raise self.fail(error.message, key, header, index, error.hint) from None

    def country(self, code: object, key: str, header: str = "") -> str:
        return self.checked(lambda: country(code), key, header)

    def words(self, data: dict[str, Any], key: str) -> str:
        value = data[key]
        if not isinstance(value, str) or not value.strip():
            raise self.fail(f"{key} must be text: {value!r}", key)
        return value

    def mapping(self, data: dict[str, Any], key: str) -> dict[str, Any]:
        found = data.get(key, {})
        if not isinstance(found, dict) or (key in _NEEDED and not found):
            raise self.fail(f"{key} must be a table with an entry for each zone", key)
        return found

    def channel(self, data: dict[str, Any]) -> str:
        value = data.get("channel", "post")
        if value not in CHANNELS:
            raise self.fail(
                f"no channel: {value!r}", "channel", hint=f"one of {', '.join(CHANNELS)}"
            )
        return str(value)

    def valid_from(self, data: dict[str, Any]) -> date | None:
        value = data.get("valid_from")
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise self.fail(
                f"not a day: {value!r}", "valid_from", hint="write it without quotes: 2026-01-01"
            )
        return value

    def origins(self, data: dict[str, Any]) -> frozenset[str]:
        found = data.get("from", [])
        if not isinstance(found, list):
            raise self.fail("from must be a list of countries", "from")
        return frozenset(self.country(c, "from") for c in found)

    def zones(self, data: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        taken: dict[str, str] = {}
        for zone, found in data.items():
            if not isinstance(found, list) or not found:
                raise self.fail(f"zone {zone!r} must be a list of countries", zone, "zones")
            for code in found:
                if code not in ("EU", "*"):
                    self.country(code, zone, "zones")
                if code in taken:
                    other = taken[code]
                    raise self.fail(f"{code} is in {other!r} and in {zone!r}", zone, "zones")
                taken[code] = zone
        return {zone: tuple(found) for zone, found in data.items()}

    def bands(self, zone: str, found: Any, code: str) -> tuple[tuple[int, int], ...]:
        header = f"bands.{zone}"
        if not isinstance(found, list) or not found or not all(isinstance(b, dict) for b in found):
            raise self.fail(f"the bands of {zone!r} are written as [[{header}]]", zone, header)
        out: list[tuple[int, int]] = []
        for index, band in enumerate(found):
            for key in band:
                if key not in _BAND:
                    raise self.unknown(key, tuple(sorted(_BAND)), header, index)
            for key in _BAND - band.keys():
                raise self.fail(f"a band of {zone!r} has no {key!r}", "", header, index)
            grams = band["up_to_g"]
            if type(grams) is not int or grams <= 0:
                message = f"up_to_g must be whole grams above zero: {grams!r}"
                raise self.fail(message, "up_to_g", header, index)
            price = self.price(band["price"], code, "price", header, index)
            if out and grams <= out[-1][0]:
                message = f"the bands of {zone!r} must rise: {grams} g after {out[-1][0]} g"
                raise self.fail(message, "up_to_g", header, index)
            if out and price < out[-1][1]:
                message = f"{grams} g to {zone!r} would be cheaper than {out[-1][0]} g"
                raise self.fail(message, "price", header, index)
            out.append((grams, price))
        return tuple(out)

    def extra(
        self, data: dict[str, Any], zones: dict[str, tuple[str, ...]], code: str
    ) -> dict[str, int]:
        for zone in data:
            if zone not in zones:
                raise self.unknown(zone, tuple(zones), "per_extra_kg")
        return {zone: self.price(value, code, zone, "per_extra_kg") for zone, value in data.items()}

    def price(self, value: Any, code: str, key: str, header: str, index: int = 0) -> int:
        if not isinstance(value, str):
            raise self.fail(
                f"a price is written as text: {value!r}", key, header, index, 'such as "12.50"'
            )
        minor = self.checked(lambda: minor_units(value, code), key, header, index)
        if minor < 0:
            raise self.fail(f"a price cannot be negative: {value}", key, header, index)
        return minor
