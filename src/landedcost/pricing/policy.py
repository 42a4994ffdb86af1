"""A shop's pricing policy: what it declares once, for all markets and for some."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from ..currencies import currency
from ..errors import RequestError
from ..fx.margin import FxMargin
from ..lines import Amount, one_of
from ..territories import Place, place
from . import read
from .charm import ANY, MODES, USUAL, Charm
from .guards import Guards
from .returns_cost import Returns
from .sticky import Sticky

_UNION = "EU"
_PARTS = ("duty", "tax", "freight", "fees")
_SHOWN = ("total", "headline")
_KEYS = (
    "shown",
    "bears",
    "all_in",
    "hand_set",
    "fx_margin",
    "returns",
    "charm",
    "cash",
    "guards",
    "sticky",
)


@dataclass(frozen=True, slots=True)
class Bears:
    """Which part of each kind of charge the merchant bears: 0 none of it, 1 all.

    ``freight`` is shipping with its insurance; ``fees`` are what customs and carriers ask for
    their handling.
    """

    duty: Fraction = Fraction(0)
    tax: Fraction = Fraction(0)
    freight: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class MarketPolicy:
    """The policy for one market, with all that is declared for it put together.

    ``shown`` is what the rest is about: the ``total``, all in, or the ``headline``, what the law
    of the market has in front (without delivery in the EU, without sales tax in the US).
    ``all_in`` are target prices, one a currency, ``hand_set`` prices set by hand; ``fx_margin``
    takes the place of the shop's own, where it is given.
    """

    shown: str = _SHOWN[0]
    bears: Bears = field(default_factory=Bears)
    all_in: tuple[Amount, ...] = ()
    hand_set: tuple[Amount, ...] = ()
    fx_margin: FxMargin | None = None
    returns: Returns | None = None
    endings: Mapping[str, Charm] = field(default_factory=dict)
    usual: bool = False
    mode: str = "nearest"
    cash: bool = False
    guards: Guards = field(default_factory=Guards)
    sticky: Sticky = field(default_factory=Sticky)
    where: str = "policy"

    def charm(self, code: str) -> Charm:
        """The price points in a currency: its ending, else what can be paid in cash, else all.

        A usual ending that cannot be paid in cash gives way to it. Raises RequestError for one of
        the shop's own.
        """
        own = self.endings.get(code)
        found = own
        if found is None and self.usual and code in USUAL:
            found = _usual(code, self.mode)
        if not self.cash:
            return found or ANY
        from ..present.cash import cash_step

        step = cash_step(code)
        if found is not None and not (found.step % step or any(e % step for e in found.endings)):
            return found
        if own is not None:
            raise RequestError(
                f"prices in {code} with this ending cannot be paid in cash",
                code="bad_ending",
                where=f"{self.where}.charm.{code}",
                hint="choose an ending that the coins allow, or leave out `cash`",
            )
        return Charm(step, (0,), self.mode)


@cache
def _usual(code: str, mode: str) -> Charm:
    return Charm.of(USUAL[code], code, mode)


@dataclass(frozen=True, repr=False)
class Policy:
    """What a shop declares about its prices, for all markets and for some.

    Made by :meth:`of` from the ``[policy]`` table of a shop's file, or from the same as a dict.
    ``markets`` has tables that hold for a part: ``EU``, a country, or a region such as
    ``US-CA``; what they say wins over the rest, key by key, the narrower over the wider.
    """

    base: Mapping[str, Any]
    markets: Mapping[str, Mapping[str, Any]]
    where: str = "policy"
    _found: dict[tuple[str, ...], MarketPolicy] = field(
        default_factory=dict, init=False, compare=False
    )

    @classmethod
    def of(
        cls, table: Mapping[str, Any], where: str = "policy", base: Policy | None = None
    ) -> Policy:
        """From a table as TOML has it; ``base`` is a policy that it refines, such as a shop's.

        Raises RequestError or MoneyError with the path of what is wrong; an unknown key is an
        error that names the nearest.
        """
        given = dict(read.table(table, (*_KEYS, "markets"), where))
        several = given.pop("markets", {})
        markets = dict(read.table(several, several, f"{where}.markets"))
        for name, one in markets.items():
            _check_market(name, f"{where}.markets.{name}")
            markets[name] = read.table(one, _KEYS, f"{where}.markets.{name}")
        if base is not None:
            given, markets = read.merged(base.base, given), read.merged(base.markets, markets)
        made = cls(given, markets, where)
        for names in ((), *((name,) for name in markets)):
            made._policy(names)
        return made

    @classmethod
    def load(cls, file: str | os.PathLike[str]) -> Policy:
        """The ``[policy]`` of a TOML file, such as a shop's; its other tables are not looked at.

        Raises RequestError (``no_file``, ``bad_toml``, ``missing_field``) and as :meth:`of` does,
        with the file's name.
        """
        import tomllib

        path = Path(file)
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise RequestError(
                error.strerror or "cannot be read",
                code="no_file",
                where=str(path),
                hint="give the path of a TOML file",
            ) from None
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            raise RequestError(
                f"not valid TOML: {error}",
                code="bad_toml",
                where=str(path),
                hint="write it as UTF-8, texts in quotes",
            ) from None
        if "policy" not in table:
            raise RequestError(
                "has no [policy]",
                code="missing_field",
                where=str(path),
                hint="write [policy] and the keys below it",
            )
        try:
            return cls.of(table["policy"])
        except RequestError as error:
            error.where = f"{path.name}: {error.where}"
            raise

    def market(self, where: Place) -> MarketPolicy:
        """The policy for buyers at a place."""
        region = f"{where.country}-{where.region}"
        names = (where.customs_territory, where.country, where.territory, region)
        return self._policy(tuple(n for n in dict.fromkeys(names) if n in self.markets))

    def _policy(self, names: tuple[str, ...]) -> MarketPolicy:
        found = self._found.get(names)
        if found is None:
            table = dict(self.base)
            for name in names:
                table = read.merged(table, self.markets[name])
            path = f"{self.where}.markets.{names[-1]}" if names else self.where
            found = self._found[names] = _read(table, path)
        return found

    def __repr__(self) -> str:
        return f"Policy({', '.join(self.base)}; markets: {', '.join(self.markets) or 'none'})"


def _check_market(name: object, where: str) -> None:
    """Raises RequestError for what is no market."""
    if name != _UNION:
        code, _, region = str(name).partition("-")
        place(code, region or None, where)


def _read(given: Mapping[str, Any], where: str) -> MarketPolicy:
    fields: dict[str, Any] = {"where": where}
    if "shown" in given:
        fields["shown"] = one_of(given["shown"], _SHOWN, f"{where}.shown", "unknown_price")
    if "bears" in given:
        at = f"{where}.bears"
        parts = read.table(given["bears"], _PARTS, at)
        fields["bears"] = Bears(**{n: read.borne(v, f"{at}.{n}") for n, v in parts.items()})
    for name in ("all_in", "hand_set"):
        if name in given:
            fields[name] = read.amounts(given[name], f"{where}.{name}", 1)
    if "fx_margin" in given:
        fields["fx_margin"] = FxMargin.of(given["fx_margin"], f"{where}.fx_margin")
    if "cash" in given:
        fields["cash"] = read.flag(given["cash"], f"{where}.cash")
    if "charm" in given:
        fields |= _charm(given["charm"], f"{where}.charm")
    for name, kind in (("returns", Returns), ("guards", Guards), ("sticky", Sticky)):
        if name in given:
            fields[name] = kind.of(given[name], f"{where}.{name}")
    return MarketPolicy(**fields)


def _charm(value: object, where: str) -> dict[str, Any]:
    """The fields of a market's policy from ``"usual"`` or a table of endings by currency."""
    given = {"others": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping):
        given = read.table(given, (), where)
    fields: dict[str, Any] = {}
    endings: dict[str, Charm] = {}
    mode = one_of(given.get("mode", MODES[0]), MODES, f"{where}.mode", "unknown_mode")
    for name, text in given.items():
        at = f"{where}.{name}"
        if name == "others":
            one_of(text, ("usual", "none"), where if isinstance(value, str) else at, "bad_ending")
            fields["usual"] = text == "usual"
        elif name != "mode":
            endings[name] = Charm.of(text, currency(name, at).code, mode, at)
    return {**fields, "mode": mode, "endings": endings}
