"""A quote held: signed so that the price shown is the price at checkout, until it expires.

``hold`` makes one, ``verify`` gives it back or refuses it with a reason. One signature serves
two forms: a short token, and a document with the request and the whole answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from ..contract.text import read_json
from ..contract.write import request_document
from ..errors import HeldError, RequestError
from ..lines import Amount
from ..present.headline import headline_minor
from ..quote import Quote
from .canonical import b64, canonical, digest, from_b64, malformed
from .claims import Claims, Scope, instant, seconds

if TYPE_CHECKING:
    from .keys import Keys
    from .record import Record

MARK = "lcq1"
"""What a token starts with."""
LEEWAY = timedelta(seconds=30)
"""How far two clocks may be apart before a price seems to be of the future."""
LONGEST = timedelta(days=31)
_DOMAIN = b"landedcost held quote 1\n"
_PARTS = {"claims", "signature", "request", "answer", "record"}
_BODY = ("request", "answer", "record")
_MAX_TOKEN = 4_000


@dataclass(frozen=True, slots=True)
class HeldQuote:
    """A price that holds until ``valid_until``; read from a token it has no ``request``.

    ``request`` and ``answer`` are documents of the JSON contract; ``record`` is the digest of
    the record from which the answer can be recomputed, empty if none was made.
    """

    claims: Claims
    signature: str
    request: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None
    record: str = ""

    @property
    def id(self) -> str:
        """The id of the quote."""
        return self.claims.quote

    @property
    def scope(self) -> Scope:
        """For whom it holds."""
        return self.claims.scope

    @property
    def total(self) -> Amount:
        """All that the buyer pays."""
        return self.claims.amount(self.claims.total)

    @property
    def headline(self) -> Amount:
        """The price that was shown."""
        return self.claims.amount(self.claims.headline)

    @property
    def due_at_checkout(self) -> Amount:
        """What the buyer pays the seller."""
        return self.claims.amount(self.claims.checkout)

    @property
    def issued_at(self) -> datetime:
        """When it was signed, in UTC."""
        return instant(self.claims.issued)

    @property
    def valid_until(self) -> datetime:
        """The first instant at which it no longer holds, in UTC."""
        return instant(self.claims.expires)

    @property
    def key_id(self) -> str:
        """The id of the key that signed it."""
        return self.claims.kid

    @property
    def exchange(self) -> tuple[Mapping[str, str], ...]:
        """The exchange rates, with market, margin and net apart; none from a token."""
        return tuple((self.answer or {}).get("exchange", ()))

    @property
    def token(self) -> str:
        """The short form: fit for a URL, a page, or the metadata of a payment."""
        return f"{MARK}.{b64(canonical(self.claims.as_dict()))}.{self.signature}"

    def as_dict(self) -> dict[str, Any]:
        """The document. Raises RequestError (``token_only``) for one read from a token."""
        if self.request is None:
            raise RequestError(
                "a token has no request and no answer in it",
                code="token_only",
                where="held",
                hint="keep the document where the token was made, by the quote's id",
            )
        return {
            "claims": self.claims.as_dict(),
            "signature": self.signature,
            "request": self.request,
            "answer": self.answer,
            "record": self.record,
        }


def hold(
    quote: Quote,
    keys: Keys,
    *,
    at: datetime,
    lasts: timedelta,
    shop: str,
    overnight: bool = False,
    record: Record | None = None,
) -> HeldQuote:
    """Sign ``quote`` so that its price holds for ``lasts`` from ``at``, in ``shop``'s scope.

    The price holds at most to the end (UTC) of the quote's own last day, since rules and rates
    may change there; ``overnight`` lets it go beyond, at the seller's risk. ``record`` binds a
    record for replay to it. Raises RequestError: ``naive_time``, ``bad_duration``,
    ``quote_expired``, ``bad_scope``, ``no_signing_key``.
    """
    issued = seconds(at)
    if not timedelta(seconds=1) <= lasts <= LONGEST:
        raise RequestError(
            f"a price is held for a second to {LONGEST.days} days, not for {lasts}",
            code="bad_duration",
            where="lasts",
            hint="give timedelta(minutes=15), for example",
        )
    expires = seconds(at + lasts)
    if not overnight:
        after = quote.valid_until + timedelta(days=1)
        expires = min(expires, seconds(datetime.combine(after, time(), UTC)))
    if expires <= issued:
        raise RequestError(
            f"the quote holds until {quote.valid_until}, and it is {at.isoformat()}",
            code="quote_expired",
            where="at",
            hint="price again; overnight=True holds a price beyond its day",
        )
    answer = quote.as_dict()
    bound = record.digest if record is not None else ""
    body: dict[str, Any] = {
        "request": request_document(quote),
        "answer": answer,
        "record": bound,
    }
    claims = Claims(
        keys.current.id,
        quote.id,
        Scope.of(quote, shop),
        quote.total_minor,
        headline_minor(quote),
        quote.checkout_minor,
        issued,
        expires,
        digest(body),
    )
    signature = b64(keys.current.sign(_DOMAIN + canonical(claims.as_dict())))
    return HeldQuote(claims, signature, body["request"], answer, bound)


def verify(
    held: str | bytes | Mapping[str, Any],
    keys: Keys,
    *,
    at: datetime,
    scope: Scope,
    leeway: timedelta = LEEWAY,
) -> HeldQuote:
    """The held quote of a token or a document, if it is ours, unchanged, in scope and in time.

    Raises HeldError, whose ``code`` is one of ``malformed``, ``unknown_key``, ``retired_key``,
    ``wrong_key``, ``tampered``, ``re_scoped``, ``not_yet_valid`` (issued more than ``leeway``
    after ``at``, as when a clock was set back) and ``expired``; looked at in this order.
    """
    found = authentic(held, keys, scope)
    timely(found, at, leeway)
    return found


def timely(found: HeldQuote, at: datetime, leeway: timedelta = LEEWAY) -> None:
    """Raise HeldError where a held quote does not hold yet, or no longer."""
    now = seconds(at)
    if found.claims.issued > now + leeway.days * 86_400 + leeway.seconds:
        raise HeldError(
            f"it was issued at {found.issued_at.isoformat()}, and it is {instant(now).isoformat()}",
            code="not_yet_valid",
            where="iat",
            hint="set the clocks of both machines; a price of the future is not honoured",
        )
    if now >= found.claims.expires:
        raise HeldError(
            f"it held until {found.valid_until.isoformat()}, and it is {instant(now).isoformat()}",
            code="expired",
            where="exp",
            hint="price again, or let accept() do it and say what moved",
        )


def authentic(held: str | bytes | Mapping[str, Any], keys: Keys, scope: Scope) -> HeldQuote:
    """The held quote, whatever the time is. Raises HeldError as :func:`verify` does."""
    found = read(held)
    claims = found.claims
    keys.check(claims.kid, _DOMAIN + canonical(claims.as_dict()), from_b64(found.signature))
    if found.request is not None:
        body = {name: getattr(found, name) for name in _BODY}
        if digest(body) != claims.body:
            raise HeldError(
                "the request or the answer is not the one that was signed: it was changed",
                code="tampered",
                where="body",
                hint="price again; nothing in it can be relied on",
            )
    claims.scope.refuse(scope)
    return found


def read(held: str | bytes | Mapping[str, Any]) -> HeldQuote:
    """What a token or a document says, not verified. Raises HeldError (``malformed``)."""
    if isinstance(held, bytes):
        try:
            held = held.decode("utf-8")
        except UnicodeDecodeError:
            raise malformed("it is not UTF-8") from None
    if isinstance(held, str) and not held.lstrip().startswith("{"):
        return _of_token(held.strip())
    data = _json(held) if isinstance(held, str) else held
    canonical(data)
    if not isinstance(data, Mapping) or set(data) != _PARTS:
        raise malformed("a document has claims, signature, request, answer and record")
    texts = data["signature"], data["record"]
    if not all(type(text) is str for text in texts):
        raise malformed("its signature or its record is no text")
    if not isinstance(data["request"], Mapping) or not isinstance(data["answer"], Mapping):
        raise malformed("its request or its answer is no object")
    return HeldQuote(
        Claims.of(data["claims"]),
        data["signature"],
        data["request"],
        data["answer"],
        data["record"],
    )


def _of_token(token: str) -> HeldQuote:
    if len(token) > _MAX_TOKEN:
        raise malformed("it is too long for a token")
    parts = token.split(".")
    if len(parts) != 3 or parts[0] != MARK or not token.isascii():
        raise malformed(f"a token is {MARK}, the claims and the signature, with points between")
    payload = from_b64(parts[1])
    try:
        data = _json(payload.decode("utf-8"))
    except UnicodeDecodeError:
        raise malformed("it is not UTF-8") from None
    if canonical(data) != payload:
        raise malformed("its claims are not written in the one way there is")
    return HeldQuote(Claims.of(data), parts[2])


def _json(text: str) -> Any:
    try:
        return read_json(text)
    except RequestError as error:
        raise malformed(error.message) from None
    except RecursionError:
        raise malformed("it is nested too deep") from None
