"""``/v1/hooks/stripe/session``: a held price as the parameters of a Stripe Checkout session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response

from ..adapters.stripe import to_checkout_session
from ..contract import build_request
from ..errors import RequestError
from ..held import replay, verify
from ..transport.loops import in_thread
from .body import object_of

if TYPE_CHECKING:
    from ..quote import Quote
    from .quotes import Quotes
    from .store import Hold

_SESSION = {"quote": str, "success_url": str, "cancel_url": str}
_CHARGE = ("kind", "code", "line", "amount", "collected")


class Checkout:
    """Makes sessions of holds; the charges are those that were signed."""

    def __init__(self, quotes: Quotes) -> None:
        self.quotes = quotes

    async def session(self, asked: Asked) -> Response:
        """POST: ``{"quote": "q…", "success_url": …, "cancel_url": …}``.

        Raises RequestError (``not_repeatable``) where the price cannot be taken apart again.
        """
        desk, till = self.quotes.desk, self.quotes.till
        desk.let_in(asked, "quotes")
        deadline = desk.deadline(asked)
        body = await object_of(asked, _SESSION)
        for name in _SESSION:
            if not body.get(name):
                raise RequestError(
                    "this field is missing",
                    code="missing_field",
                    where=name,
                    hint="see /openapi.json",
                )
        found = await self.quotes.kept(body["quote"])
        now = desk.clock()
        held = verify(found.document, till.keys, at=now, scope=till.scope)
        quote = await self._quote(found, deadline)
        made = to_checkout_session(
            quote,
            success_url=body["success_url"],
            cancel_url=body["cancel_url"],
            at=now,
            held=held,
        )
        made["client_reference_id"] = found.id
        return JSONResponse(made)

    async def _quote(self, found: Hold, deadline_ms: int) -> Quote:
        """The quote of a hold: from its record, or priced again if that gives the same charges."""
        record = found.record
        quote: Quote | None
        if record is not None:
            quote = (await in_thread(lambda: replay(record))).quote
        else:
            request = build_request(found.document["request"])
            quote = await self.quotes.prices.quote(request, deadline_ms)
        if quote is None or _charges(quote.as_dict()) != _charges(found.document["answer"]):
            raise RequestError(
                "made once more, the held price has other charges: a fact has moved since",
                code="not_repeatable",
                where="quote",
                hint='hold it with "record": true, which keeps all it was made of',
            )
        return quote


def _charges(answer: object) -> list[list[object]]:
    assert isinstance(answer, dict)
    return [[charge[name] for name in _CHARGE] for charge in answer["charges"]]
