"""What a signature is over: the price, for whom, until when, and the digest of all the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from ..currencies import currency
from ..errors import HeldError, MoneyError, RequestError
from ..lines import Amount
from ..quote import Quote
from .canonical import malformed

VERSION = 1
_MAX_SHOP = 32
_MAX_TEXT = 64
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999, the last instant a datetime can name."""


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom a price holds: a shop's audience and a market.

    ``shop`` is whatever tells the places apart where quotes of one key are honoured: a shop's
    id, a sales channel, also a cart's id where a price is for one cart. ``to`` is the buyer's
    country, with the region where it was given (``"CA-ON"``). In what is expected at
    verification ``None`` stands for any; ``shop`` is always compared.
    """

    shop: str
    to: str | None = None
    currency: str | None = None
    terms: str | None = None
    locale: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.shop, str) or len(self.shop) > _MAX_SHOP:
            raise RequestError(
                f"a shop is named by a text of at most {_MAX_SHOP} characters",
                code="bad_scope",
                where="scope.shop",
                hint="use a short id; a longer one can be hashed before",
            )

    @classmethod
    def of(cls, quote: Quote, shop: str) -> Scope:
        """The scope of a quote. Raises RequestError (``bad_scope``)."""
        buyer = quote.lane.buyer
        to = f"{buyer.country}-{buyer.region}" if buyer.region else buyer.country
        locale = quote.priced.market.terms.locale
        return cls(shop, to, quote.currency, quote.terms, locale)

    def refuse(self, expected: Scope) -> None:
        """Raise HeldError (``re_scoped``) where the price is for another shop or market."""
        for field in fields(self):
            mine, wanted = getattr(self, field.name), getattr(expected, field.name)
            if wanted is not None and mine != wanted:
                raise HeldError(
                    f"it is for the {field.name} {mine!r}, not for {wanted!r}",
                    code="re_scoped",
                    where=f"scope.{field.name}",
                    hint="price again for this market; a price of one is none of another",
                )


@dataclass(frozen=True, slots=True)
class Claims:
    """What is signed. Amounts are minor units of the scope's currency, instants whole seconds.

    ``body`` is the digest of the document's other parts; ``quote`` the id of the quote.
    """

    kid: str
    quote: str
    scope: Scope
    total: int
    headline: int
    checkout: int
    issued: int
    expires: int
    body: str

    def as_dict(self) -> dict[str, Any]:
        """The object that is signed, with short names so that a token stays short."""
        return {
            "v": VERSION,
            "kid": self.kid,
            "id": self.quote,
            "shop": self.scope.shop,
            "to": self.scope.to,
            "loc": self.scope.locale,
            "terms": self.scope.terms,
            "cur": self.scope.currency,
            "total": self.total,
            "head": self.headline,
            "due": self.checkout,
            "iat": self.issued,
            "exp": self.expires,
            "body": self.body,
        }

    @classmethod
    def of(cls, data: Any) -> Claims:
        """From the object. Raises HeldError (``malformed``)."""
        if not isinstance(data, Mapping) or type(data.get("v")) is not int:
            raise malformed("it has no claims")
        if data["v"] != VERSION:
            raise malformed(f"it is of version {data['v']}, and this is {VERSION}")
        if set(data) != _NAMES:
            raise malformed("its claims are not those of a held quote")
        for name in _TEXTS:
            if type(data[name]) is not str or len(data[name]) > _MAX_TEXT:
                raise malformed(f"its claim {name!r} is no short text")
        for name in _INTS:
            if type(data[name]) is not int or not 0 <= data[name] <= _LAST_SECOND * 10_000:
                raise malformed(f"its claim {name!r} is no whole number in bounds")
        if max(data["iat"], data["exp"]) > _LAST_SECOND:
            raise malformed("it names an instant that no calendar has")
        try:
            currency(data["cur"])
            scope = Scope(data["shop"], data["to"], data["cur"], data["terms"], data["loc"])
        except (MoneyError, RequestError) as error:
            raise malformed(error.message) from None
        return cls(
            data["kid"],
            data["id"],
            scope,
            data["total"],
            data["head"],
            data["due"],
            data["iat"],
            data["exp"],
            data["body"],
        )

    def amount(self, minor: int) -> Amount:
        """Minor units as an amount of the scope's currency."""
        assert self.scope.currency is not None
        return Amount(minor, self.scope.currency)


_TEXTS = ("kid", "id", "shop", "to", "loc", "terms", "cur", "body")
_INTS = ("total", "head", "due", "iat", "exp")
_NAMES = {"v", *_TEXTS, *_INTS}


def seconds(at: datetime, where: str = "at") -> int:
    """Whole seconds since 1970 of an instant, rounded down. Raises RequestError (``naive_time``).

    An instant has a zone: a time of day without one is another instant in another place.
    """
    if not isinstance(at, datetime) or at.utcoffset() is None:
        raise RequestError(
            f"an instant with its zone is meant: {at!r}",
            code="naive_time",
            where=where,
            hint="give datetime.now(UTC), or a datetime with another tzinfo",
        )
    passed = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return passed.days * 86_400 + passed.seconds


def instant(at: int) -> datetime:
    """The instant of whole seconds since 1970, in UTC."""
    return datetime.fromtimestamp(at, UTC)
