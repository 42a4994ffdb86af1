"""What is asked: a bundle of lines, a buyer, a seller; checked when made, unchanging after."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from .codes import country
from .currencies import currency as find_currency
from .dates import day
from .errors import MoneyError, RequestError
from .facts import DECLARED, GOODS, OFF
from .lines import Amount, Line, one_of
from .rounding import allocate
from .territories import Place, place

MAX_LINES = 1_000
CHANNELS = ("post", "courier", "sea")
TERMS = ("DDP", "DAP")
KINDS = ("consumer", "business")
_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)
_REGISTRATION = re.compile(r"[A-Z]{2,4}(-[A-Z]{2,8})?")


class Buyer:
    """Who buys: a country, and what refines it.

    ``region`` is the ISO 3166-2 part (``"NIR"``, ``"ON"``, ``"CN"`` for the Canaries), and
    ``postal_code`` names it where the rules go by it (35001 lies in the Canaries); carriers may
    ask for it and for the ``city``. ``kind`` is ``consumer`` or ``business``; ``currency`` is
    what the price is shown in, by default the country's own. Raises RequestError.
    """

    __slots__ = (
        "city",
        "country",
        "currency",
        "key",
        "kind",
        "locale",
        "place",
        "postal_code",
        "region",
    )

    def __init__(
        self,
        country: str,
        *,
        region: str | None = None,
        postal_code: str | None = None,
        city: str | None = None,
        locale: str | None = None,
        kind: str = "consumer",
        currency: str | None = None,
        where: str = "buyer",
    ) -> None:
        self.place: Place = place(country, region, f"{where}.country", postal_code)
        self.postal_code = postal_code
        self.country = self.place.country
        self.region = self.place.region
        self.city = _short(city, f"{where}.city")
        self.locale = locale
        self.kind = one_of(kind, KINDS, f"{where}.kind", "unknown_kind")
        self.currency = find_currency(currency, "currency").code if currency else None
        self.key = "|".join((str(country), str(self.region), self.kind, str(currency), str(locale)))

    @classmethod
    def of(cls, value: Buyer | str) -> Buyer:
        """From a Buyer, a locale such as ``"de-DE"``, or a country such as ``"DE"``, ``"CA-ON"``.

        Raises RequestError.
        """
        if isinstance(value, Buyer):
            return value
        if isinstance(value, str) and _COUNTRY.fullmatch(value):
            code, _, region = value.partition("-")
            return cls(code, region=region or None)
        from .locales import buyer_locale

        found = buyer_locale(value)
        return cls(found.country, locale=found.tag)

    @property
    def label(self) -> str:
        """The market in one word: the locale, else the country and its region."""
        return self.locale or "-".join(filter(None, (self.country, self.region)))

    def __repr__(self) -> str:
        return f"Buyer({self.country!r}, locale={self.locale!r}, kind={self.kind!r})"


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells: a country, and the tax schemes they are registered for (``"IOSS"``…)."""

    country: str
    registrations: frozenset[str] = frozenset()

    @classmethod
    def of(cls, country_code: str, registrations: Sequence[str] = ()) -> Seller:
        """Checked. Raises RequestError for a country or registration that is not one."""
        for index, name in enumerate(registrations):
            if not isinstance(name, str) or not _REGISTRATION.fullmatch(name):
                raise RequestError(
                    f"not a registration: {str(name)[:40]!r}",
                    code="bad_registration",
                    where=f"seller.registrations[{index}]",
                    hint="IOSS, or TERRITORY-SCHEME such as GB-VAT",
                )
        return cls(country(country_code, "seller.country"), frozenset(registrations))


class Bundle:
    """What is sold together and sent as one parcel.

    ``discount``, ``shipping`` and ``insurance`` are amounts for the whole bundle. ``price`` is a
    fixed price of its goods, in any currency, below or above what the lines cost: each line then
    costs its part of it, by what it costs by itself (after its own discount). Raises RequestError
    for no lines, too many, an id used twice, or both a discount and a price; MoneyError for a
    discount above the goods.
    """

    __slots__ = (
        "discount",
        "insurance",
        "lines",
        "price",
        "shipping",
        "sorted",
        "weight_g",
    )

    def __init__(
        self,
        lines: Sequence[Line],
        *,
        discount: Any = None,
        shipping: Any = None,
        insurance: Any = None,
        price: Any = None,
    ) -> None:
        if not lines:
            raise RequestError(
                "a bundle has at least one line",
                code="no_lines",
                where="lines",
                hint="give a line for each article that is sent",
            )
        if len(lines) > MAX_LINES:
            raise RequestError(
                f"{len(lines):,} lines; the limit is {MAX_LINES:,}",
                code="too_many_lines",
                where="lines",
                hint="split the basket into parcels, or add up equal lines",
            )
        self.lines = tuple(lines)
        self.sorted = tuple(sorted(lines, key=lambda line: line.id))
        for before, after in zip(self.sorted, self.sorted[1:], strict=False):
            if before.id == after.id:
                index = max(i for i, line in enumerate(lines) if line.id == after.id)
                raise RequestError(
                    f"the id {after.id!r} is used twice",
                    code="repeated_id",
                    where=f"lines[{index}].id",
                    hint="give each line an id of its own",
                )
        self.discount = _extra(discount, "discount")
        self.shipping = _extra(shipping, "shipping")
        self.insurance = _extra(insurance, "insurance")
        self.price = None if price is None else self._fixed(Amount.of(price, "price"))
        weights = [line.weight_g for line in lines]
        self.weight_g = None
        if all(w is not None for w in weights):
            self.weight_g = sum(line.ints[5] for line in lines)
        if self.discount is not None:
            self._check_discount(self.discount)

    def at(self, price: Any) -> Bundle:
        """The same bundle with its goods sold at a fixed price, whatever they cost by themselves.

        The price takes the place of a discount or an earlier price. Raises MoneyError for a
        negative one, RequestError for nothing where a line has no customs value of its own.
        """
        made: Bundle = object.__new__(type(self))
        made.lines, made.sorted, made.weight_g = self.lines, self.sorted, self.weight_g
        made.shipping, made.insurance, made.discount = self.shipping, self.insurance, None
        made.price = made._fixed(Amount.of(price, "price"))
        return made

    def backed(self, line: str) -> Bundle:
        """The same bundle with evidence for the preference of the line with that id."""
        made = copy(self)
        made.lines = tuple(one.backed() if one.id == line else one for one in self.lines)
        made.sorted = tuple(sorted(made.lines, key=lambda line: line.id))
        return made

    @property
    def parts(self) -> dict[str, Amount]:
        """What lines cost that do not cost their list price, by id: a bundle's discount apart.

        The parts of a fixed price are told where the lines are in one currency; otherwise they
        depend on the exchange rates, and a quote has them.
        """
        price = self.price
        if price is None:
            off = [line for line in self.lines if line.discount]
            return {n.id: Amount(n.ints[GOODS] - n.ints[OFF], n.currency) for n in off}
        if self.listed is None:
            return {}
        parts = allocate(price.minor, [line.ints[GOODS] - line.ints[OFF] for line in self.sorted])
        shared = zip(self.sorted, parts, strict=True)
        return {line.id: Amount(part, price.currency) for line, part in shared}

    @property
    def listed(self) -> Amount | None:
        """What the lines cost by themselves, before any discount; None in several currencies."""
        unit = self.lines[0].currency
        if any(line.currency != unit for line in self.lines):
            return None
        return Amount(sum(line.ints[GOODS] for line in self.lines), unit)

    @property
    def saves(self) -> Amount | None:
        """What the buyer saves against :attr:`listed`, negative for a price above it.

        None where that is told by exchange rates only; a quote has it in its own currency.
        """
        listed, price, less = self.listed, self.price, self.discount
        if listed is None:
            return None
        if price is not None:
            same = price.currency == listed.currency
            return Amount(listed.minor - price.minor, price.currency) if same else None
        if less is not None and less.currency != listed.currency:
            return None
        own = sum(line.ints[OFF] for line in self.lines)
        return Amount(own + (less.minor if less else 0), listed.currency)

    def _fixed(self, price: Amount) -> Amount:
        if price.minor > 0 and self.discount is None:
            return price
        if self.discount is not None:
            raise RequestError(
                "a fixed price and a discount together",
                code="discount_and_price",
                where="price",
                hint="a fixed price is what the goods cost after any discount: give one of the two",
            )
        if price.minor < 0:
            raise negative("price", "a bundle cannot cost less than nothing")
        for index, line in enumerate(self.lines):
            if not line.ints[DECLARED]:
                raise RequestError(
                    f"the bundle is given away and line {line.id!r} has no customs value",
                    code="missing_customs_value",
                    where=f"lines[{index}].customs_value",
                    hint="customs values a gift at what it would be sold for: give "
                    "`customs_value`, or a price above zero",
                )
        return price

    def _check_discount(self, discount: Amount) -> None:
        same = all(line.currency == discount.currency for line in self.lines)
        if same and discount.minor > sum(line.ints[GOODS] - line.ints[OFF] for line in self.lines):
            raise discount_too_large()


def discount_too_large() -> MoneyError:
    """The error for a discount that would leave less than nothing to pay for the goods."""
    return MoneyError(
        "the discount is above the price of the goods",
        code="discount_too_large",
        where="discount",
        hint="a discount may take off as much as the goods cost, and no more",
    )


def _short(value: object, where: str) -> str | None:
    """A short text or None. Raises RequestError."""
    if value is None or (isinstance(value, str) and 0 < len(value) <= 100 and value.isprintable()):
        return value
    raise RequestError(
        f"not a short text: {str(value)[:40]!r}",
        code="bad_type",
        where=where,
        hint="1 to 100 printable characters",
    )


def _extra(value: Any, where: str) -> Amount | None:
    if value is None:
        return None
    amount = Amount.of(value, where)
    if amount.minor < 0:
        raise negative(where, "a discount is written as a positive amount")
    return amount


def negative(where: str, hint: str) -> MoneyError:
    """The error for an amount below zero."""
    return MoneyError("cannot be negative", code="negative_amount", where=where, hint=hint)


class Request:
    """One question in full: what the JSON contract calls a request.

    ``buyer`` may be a locale, ``seller`` and ``ship_from`` a country code, ``as_of`` a text such
    as ``"2026-10-01"``; a parcel leaves from the seller's country unless ``ship_from`` says
    otherwise. ``rates`` and ``customs_rates`` map pairs such as ``"USD/EUR"`` to exact decimal
    texts. Raises RequestError or MoneyError with the path of the field.
    """

    __slots__ = (
        "as_of",
        "bundle",
        "buyer",
        "channel",
        "currency",
        "customs_rates",
        "rates",
        "seller",
        "ship_from",
        "terms",
    )

    def __init__(
        self,
        bundle: Bundle,
        buyer: Buyer | str,
        seller: Seller | str,
        as_of: date | str,
        *,
        ship_from: Place | str | None = None,
        terms: str = "DDP",
        channel: str = "post",
        currency: str | None = None,
        rates: Mapping[str, str] | None = None,
        customs_rates: Mapping[str, str] | None = None,
    ) -> None:
        self.bundle = bundle
        self.buyer = Buyer.of(buyer)
        self.seller = seller if isinstance(seller, Seller) else Seller.of(seller)
        start = self.seller.country if ship_from is None else ship_from
        self.ship_from = start if isinstance(start, Place) else place(start, None, "ship_from")
        self.as_of = day(as_of, "as_of")
        self.terms = one_of(terms, TERMS, "terms", "unknown_terms")
        self.channel = one_of(channel, CHANNELS, "channel", "unknown_channel")
        self.currency = None if currency is None else find_currency(currency, "currency").code
        self.rates = rates
        self.customs_rates = customs_rates

    def but(self, **changes: Any) -> Request:
        """The same question with some fields changed: ``request.but(terms="DAP")``."""
        return Request(**{name: getattr(self, name) for name in self.__slots__} | changes)

    def __repr__(self) -> str:
        return f"Request({len(self.bundle.lines)} lines, {self.buyer!r}, {self.as_of})"
