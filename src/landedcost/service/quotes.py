"""``/v1/quotes``: hold a price, look at it, verify it, accept it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response

from ..contract import build_request
from ..errors import HeldError, LandedCostError, RequestError
from ..held import Scope, verify
from ..held.accept import differing
from ..held.canonical import digest
from ..held.quote import authentic
from ..pricing.read import span
from ..quote import money_dict
from ..transport.loops import in_thread
from .access import ApiKey
from .body import object_of, units_of
from .desk import Desk
from .problems import Problem
from .till import Till, Wanted

if TYPE_CHECKING:
    from ..live.dropped import Honoured
    from ..live.shelf import Offered
    from ..quote import Quote
    from ..request import Request
    from .metrics import Metrics
    from .prices import Prices
    from .session import Session
    from .store import Hold

KEY = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_HOLD = {"request": dict, "card": str, "hold": str, "reserve": object, "record": bool}
_VERIFY = {"token": str, "to": str, "currency": str, "terms": str, "locale": str}


class Quotes:
    """Holds prices at the till; they come from requests, or from the cards of a drop."""

    def __init__(
        self, desk: Desk, prices: Prices, till: Till, session: Session | None, metrics: Metrics
    ) -> None:
        self.desk = desk
        self.prices = prices
        self.till = till
        self.session = session
        self.metrics = metrics

    async def make(self, asked: Asked) -> Response:
        """POST ``/v1/quotes``: hold the price of a request or of a card, with units or without."""
        key = self.desk.let_in(asked, "quotes")
        deadline = self.desk.deadline(asked)
        body = await object_of(asked, _HOLD)
        lasts = _lasts(body.get("hold"))
        if ("request" in body) == ("card" in body):
            raise RequestError(
                "what is to be held? either a `request` or a `card`",
                code="bad_request",
                where="card" if "card" in body else "request",
                hint="give a request document, or the id of a price that the feed shows",
            )
        hold_id, wanted = _id_of(asked, key), digest(body)
        if hold_id:
            before = await in_thread(lambda: self.till.again(hold_id, wanted))
            if before is not None:  # whatever became of the card, or of a source, since
                return JSONResponse(self.document(before), 201)
        card = None
        if "card" in body:
            offered = await self._card(body["card"])
            quote, card = offered.quote, (offered.cell.bundle, offered.cell.market)
            units = self._card_units(offered, body.get("reserve"))
        else:
            request = self.prices.request(body["request"])
            units = _units(request, body.get("reserve"))
            quote = await self.prices.quote(request, deadline)
        found = await self.hold(
            quote,
            Wanted(
                self.till.lasting(lasts),
                units,
                wanted,
                hold_id,
                bool(body.get("record", False)),
                card,
            ),
        )
        return JSONResponse(self.document(found), 201)

    async def look(self, asked: Asked) -> Response:
        """GET ``/v1/quotes/{id}``: a hold and its signed document."""
        self.desk.let_in(asked, "quotes")
        return JSONResponse(self.document(await self._found(asked)))

    async def verify(self, asked: Asked) -> Response:
        """POST ``/v1/quotes/{id}/verify``: whether it is honoured now, or why not."""
        self.desk.let_in(asked, "quotes")
        body = await object_of(asked, _VERIFY, optional=True)
        found = await self._found(asked)
        own = self.till.held(found)
        scope = Scope(self.till.shop, **{n: v for n, v in body.items() if n != "token"})
        try:
            held = verify(
                body.get("token", found.document), self.till.keys, at=self.desk.clock(), scope=scope
            )
            if held.claims != own.claims:
                raise HeldError(
                    "it is the token of another held price",
                    code="other_quote",
                    where="token",
                    hint="verify it under its own id",
                )
        except HeldError as error:
            return JSONResponse({"honoured": False, "error": error.as_dict(), **self._told(found)})
        return JSONResponse({"honoured": True, "error": None, **self._told(found)})

    async def accept(self, asked: Asked) -> Response:
        """POST ``/v1/quotes/{id}/accept``: sold at the held price, or why not (409).

        Asked again, the same answer. After its time the price is made again and nothing is sold:
        the answer says what moved and has a new hold, to be accepted under its own id.
        """
        self.desk.let_in(asked, "quotes")
        deadline = self.desk.deadline(asked)
        await object_of(asked, {}, optional=True)
        found = await self._found(asked)
        known = authentic(found.document, self.till.keys, self.till.scope)
        sold = await in_thread(lambda: self.till.take(found, self.desk.clock()))
        self._moved(found)
        if sold is not None:
            self.metrics.held("honoured")
            return JSONResponse({"honoured": True, **self._told(sold)})
        self.metrics.held("requoted")
        assert known.request is not None
        over = RequestError(
            f"the price held until {known.valid_until.isoformat()}; nothing was sold",
            code="expired",
            where="id",
            hint="show the new price, and accept the hold of it under its own id",
        )
        told: dict[str, Any] = {"answer": None, "moved": [], "held": None}
        try:
            quote = await self._anew(found, known.request, deadline)
            again = await in_thread(lambda: self.till.next_id(found.id, self.desk.clock()))
            wanted = Wanted(
                self.till.lasting(None),
                found.units,
                digest(["after", again]),
                again,
                found.record is not None,
                found.card,
            )
            fresh = await self.hold(quote, wanted)
            told["answer"] = fresh.document["answer"]
            told["moved"] = [
                one.as_dict() for one in differing(found.document["answer"], told["answer"])
            ]
            told["held"] = self._told(fresh)["held"]
        except LandedCostError as error:
            over.hint = f"there is no new price to accept: {error}"
        return JSONResponse({"honoured": False, "error": over.as_dict(), **told}, 409)

    async def hold(self, quote: Quote, wanted: Wanted) -> Hold:
        """Hold a price, in a thread; what it reserves is told to the drop."""
        at, rules = self.desk.clock(), self.desk.shop.rules
        found = await in_thread(lambda: self.till.hold(quote, wanted, at, rules))
        self.metrics.held("made")
        self._moved(found)
        return found

    async def held(self, quote: Quote, lasts: timedelta | None) -> dict[str, Any]:
        """Hold a price without units; what an answer says of it."""
        wanted = Wanted(self.till.lasting(lasts), {}, digest(["price", quote.id]))
        told: dict[str, Any] = self._told(await self.hold(quote, wanted))["held"]
        return told

    def document(self, found: Hold) -> dict[str, Any]:
        """A hold in full."""
        return {**self._told(found), "document": dict(found.document)}

    async def kept(self, hold_id: str) -> Hold:
        """The hold of an id. Raises RequestError (``no_such_quote``)."""
        return await in_thread(lambda: self.till.find(hold_id))

    async def _found(self, asked: Asked) -> Hold:
        return await self.kept(asked.path_params["id"])

    def _told(self, found: Hold) -> dict[str, Any]:
        held = self.till.held(found)
        state = "held" if self.desk.clock() < found.until else "expired"
        accepted = found.accepted_at
        return {
            "held": {
                "id": found.id,
                "token": held.token,
                "valid_until": _text(found.until),
                "reserved": dict(found.units),
            },
            "state": "accepted" if accepted is not None else state,
            "accepted_at": None if accepted is None else _text(accepted),
            "total": money_dict(held.total),
            "due_at_checkout": money_dict(held.due_at_checkout),
        }

    async def _anew(self, found: Hold, request: Mapping[str, Any], deadline_ms: int) -> Quote:
        """The price as it is now: that of the card, or of the same request today."""
        if found.card is not None and self.session is not None:
            return (await self.session.shown(*found.card)).quote
        today = self.desk.clock().astimezone(UTC).date()
        return await self.prices.quote(build_request(request, as_of=today), deadline_ms)

    async def _card(self, card: str) -> Offered | Honoured:
        if self.session is None:
            raise Problem(
                409,
                "no_drop",
                "this service shows no drop, so there are no cards",
                where="card",
                hint="hold a `request`, or serve a catalogue with a drop",
            )
        return await self.session.offered(card)

    def _card_units(self, offered: Offered | Honoured, reserve: Any) -> dict[str, int]:
        if reserve is True and self.session is not None:
            return dict(self.session.units(offered))
        return _given(reserve)

    def _moved(self, found: Hold) -> None:
        if found.units and self.session is not None:
            self.session.touch(found.units)


def _units(request: Request, reserve: Any) -> dict[str, int]:
    """The units to reserve: true takes the lines' ids for articles."""
    if reserve is True:
        return {line.id: line.quantity for line in request.bundle.lines}
    return _given(reserve)


def _given(reserve: Any) -> dict[str, int]:
    return {} if reserve is None or reserve is False else units_of(reserve, "reserve")


def _lasts(text: str | None) -> timedelta | None:
    return None if text is None else span(text, "hold")


def _id_of(asked: Asked, key: ApiKey | None) -> str:
    """The id of a hold that may be asked for again, empty without an Idempotency-Key."""
    text = asked.headers.get(KEY)
    if text is None:
        return ""
    if not _KEY.fullmatch(text):
        raise RequestError(
            "an idempotency key has 1 to 200 visible ASCII characters",
            code="bad_idempotency_key",
            where=KEY,
            hint="such as the id of the cart",
        )
    whose = f"{key.name if key is not None else ''} {text}"
    return f"k{hashlib.sha256(whose.encode()).hexdigest()[:40]}"


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
