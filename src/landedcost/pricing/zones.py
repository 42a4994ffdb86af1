"""The time zone of a market, from the table that comes with the tz database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..codes import country, country_name, nearest
from ..errors import RequestError

_STEP = timedelta(hours=6)
_AHEAD = timedelta(days=366)


def zone(name: object, where: str = "zone") -> ZoneInfo:
    """The zone of a name such as ``"Europe/Berlin"``. Raises RequestError with the nearest."""
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from zoneinfo import available_timezones

        close = nearest(str(name)[:60], sorted(available_timezones()), 2)
        raise RequestError(
            f"no time zone: {str(name)[:60]!r}",
            code="unknown_zone",
            where=where,
            hint=f"did you mean {' or '.join(close)}?" if close else "such as Europe/Berlin",
        ) from None


def zone_of(country_code: str, on: datetime, zones: Mapping[str, str] | None = None) -> ZoneInfo:
    """The time zone that buyers of a country live in.

    ``zones`` says which it is for some countries (``{"US": "America/New_York"}``). For the rest
    it is the country's only zone, or the first of several that keep the same time for the year
    from ``on``. Raises RequestError for a country whose zones differ: none is guessed.
    """
    code = country(country_code, "buyer.country")
    if zones and code in zones:
        return zone(zones[code], f"zones.{code}")
    names = _table().get("GB" if code == "XI" else code, ())
    if names and _alike(names, on.astimezone(UTC).date()):
        return ZoneInfo(names[0])
    listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    raise RequestError(
        f"{country_name(code)} has no one time zone: {listed or 'none is known'}",
        code="several_zones",
        where="zone",
        hint=f'give the zone of the viewer, or zones = {{{code} = "{names[0] if names else "…"}"}}',
    )


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """Zones by country, the one with most people first, as the tz database has them."""
    from importlib import resources

    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for row in text.splitlines():
        if row and not row.startswith("#"):
            code, _, name = row.split("\t")[:3]
            found[code] = (*found.get(code, ()), name)
    return found


@lru_cache(1_024)
def _alike(names: tuple[str, ...], day: date) -> bool:
    """Whether clocks of all these zones show the same for the year from a day."""
    first, *rest = (ZoneInfo(name) for name in names)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return all(
        at.astimezone(first).utcoffset() == at.astimezone(other).utcoffset()
        for other in rest
        for at in (start + n * _STEP for n in range(_AHEAD // _STEP))
    )
