"""The OpenAPI document: the paths that a service offers, and no others."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from .. import __version__
from ..lines import MAX_QUANTITY
from .desk import Limits
from .quotes import KEY
from .spec_parts import PATIENCE, json_answer, json_body, of_hooks, ref, refusals, schemas

_TEXT: dict[str, Any] = {"type": "string"}
_LASTS: dict[str, Any] = {
    "type": "string",
    "pattern": "^[1-9][0-9]{0,4} ?(s|m|h|d)$",
    "description": "how long a price holds: 90s, 15m, 24h",
}
_UNITS: dict[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1_000,
    "propertyNames": {"minLength": 1, "maxLength": 200},
    "additionalProperties": {"type": "integer", "minimum": 1, "maximum": MAX_QUANTITY},
}
_ID = {"name": "id", "in": "path", "required": True, "schema": _TEXT}
_AGAIN = {
    "name": KEY,
    "in": "header",
    "description": "one hold for it, however often it is asked for",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
_FEW = (401, 403, 404, 429, 503)
_ALL = (400, 401, 403, 409, 413, 415, 422, 429, 503, 504)


def _closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
    return {**made, "required": list(required)} if required else made


def _maybe(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, or null, which stands for a field left out."""
    return {"anyOf": [schema, {"type": "null"}]}


def _of_prices(limits: Limits) -> dict[str, Any]:
    markets = {
        "type": "array",
        "minItems": 1,
        "maxItems": limits.markets,
        "items": {"type": "string", "description": "DE, CA-ON or de-DE"},
    }
    many = _closed({"request": ref("RequestDocument"), "markets": markets}, "request", "markets")
    one = _closed(
        {
            "market": _TEXT,
            "answer": _maybe(ref("AnswerDocument")),
            "error": _maybe(ref("Fault")),
        },
        *("market", "answer", "error"),
    )
    answers = _closed({"markets": {"type": "array", "items": one}}, "markets")
    hold = {"name": "hold", "in": "query", "schema": _LASTS}
    return {
        "/v1/price": {
            "post": {
                "operationId": "price",
                "summary": "What a parcel costs a buyer, all in, and why; held if asked (scope "
                "price; quotes to hold)",
                "parameters": [PATIENCE, hold],
                "requestBody": json_body(ref("RequestDocument")),
                "responses": {
                    "200": json_answer("the price", ref("PricedDocument")),
                    **refusals(*_ALL),
                },
            }
        },
        "/v1/compare": {
            "post": {
                "operationId": "compare",
                "summary": "What it costs on several markets (scope price)",
                "parameters": [PATIENCE],
                "requestBody": json_body(many),
                "responses": {
                    "200": json_answer("a price or an error each", answers),
                    **refusals(*_ALL),
                },
            }
        },
    }


def _of_quotes() -> dict[str, Any]:
    wanted = _closed(
        {
            "request": _maybe(ref("RequestDocument")),
            "card": _maybe({"type": "string", "description": "the id of a price in the feed"}),
            "hold": _maybe(_LASTS),
            "reserve": {
                "description": "true: the card's articles, or the lines by id; or units by article",
                "anyOf": [{"type": "boolean"}, _UNITS, {"type": "null"}],
            },
            "record": _maybe(
                {"type": "boolean", "description": "keep all that the price was made of"}
            ),
        }
    )
    expected = {name: _maybe(_TEXT) for name in ("token", "to", "currency", "terms", "locale")}
    again = {"anyOf": [ref("ExpiredDocument"), ref("ErrorDocument")]}
    optional = {"required": False}
    return {
        "/v1/quotes": {
            "post": {
                "operationId": "hold",
                "summary": "Hold the price of a request or a card, with units or without (quotes)",
                "parameters": [PATIENCE, _AGAIN],
                "requestBody": json_body(wanted),
                "responses": {
                    "201": json_answer("the hold", ref("HeldDocument")),
                    **refusals(404, *_ALL),
                },
            }
        },
        "/v1/quotes/{id}": {
            "get": {
                "operationId": "look",
                "summary": "A hold and its signed document (quotes)",
                "parameters": [_ID],
                "responses": {
                    "200": json_answer("the hold", ref("HeldDocument")),
                    **refusals(*_FEW),
                },
            }
        },
        "/v1/quotes/{id}/verify": {
            "post": {
                "operationId": "verify",
                "summary": "Whether a held price is honoured now, or why not (quotes)",
                "parameters": [_ID],
                "requestBody": {**json_body(_closed(expected)), **optional},
                "responses": {
                    "200": json_answer("yes, or why not", ref("VerifiedDocument")),
                    **refusals(400, 409, 413, 415, 422, *_FEW),
                },
            }
        },
        "/v1/quotes/{id}/accept": {
            "post": {
                "operationId": "accept",
                "summary": "Sell at the held price, once; after its time say what moved (quotes)",
                "parameters": [_ID, PATIENCE],
                "requestBody": {**json_body(_closed({})), **optional},
                "responses": {
                    "200": json_answer("sold", ref("AcceptedDocument")),
                    **refusals(400, 413, 415, 422, 504, *_FEW),
                    "409": json_answer("nothing was sold", again),
                },
            }
        },
    }


def _of_facts() -> dict[str, Any]:
    number = {"type": "integer"}
    level = _closed(
        dict.fromkeys(("total", "left", "reserved", "sold"), number),
        *("total", "left", "reserved", "sold"),
    )
    told = _closed(
        {
            "stock": {"type": "object", "additionalProperties": level},
            **dict.fromkeys(("touched", "changed", "spared"), number),
            "event": _maybe(_TEXT),
        },
        *("stock", "touched", "changed", "spared", "event"),
    )
    rates = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1_000,
        "additionalProperties": {"type": "string", "description": "such as 0.87, by USD/EUR"},
    }
    stock = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1_000,
        "propertyNames": {"minLength": 1, "maxLength": 200},
        "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 10**9},
    }
    body = {**_closed({"rates": _maybe(rates), "stock": _maybe(stock)}), "minProperties": 1}
    return {
        "/v1/facts": {
            "post": {
                "operationId": "facts",
                "summary": "Rates and stock that moved (scope facts)",
                "requestBody": json_body(body),
                "responses": {
                    "200": json_answer("what it did", told),
                    **refusals(400, 401, 403, 409, 413, 415, 422, 429, 503),
                },
            }
        }
    }


def _of_health() -> dict[str, Any]:
    health = {
        "type": "object",
        "required": ["status", "version", "parts"],
        "properties": {
            "status": {"enum": ["ok", "degraded"]},
            "version": _TEXT,
            "parts": {"type": "object", "additionalProperties": {"type": "object"}},
        },
    }
    plain = {"description": "for Prometheus", "content": {"text/plain": {"schema": _TEXT}}}
    open_to_all: dict[str, Any] = {"security": []}
    return {
        "/healthz": {
            "get": {
                "operationId": "health",
                "summary": "How each part is",
                "responses": {"200": json_answer("the state of each part", health)},
                **open_to_all,
            }
        },
        "/metrics": {
            "get": {
                "operationId": "metrics",
                "summary": "Figures",
                "responses": {"200": plain},
                **open_to_all,
            }
        },
    }


def paths(offered: Set[str], limits: Limits) -> dict[str, Any]:
    """The paths of the document that a service offers."""
    known = {
        **_of_prices(limits),
        **_of_quotes(),
        **_of_facts(),
        **of_hooks(),
        **_of_health(),
    }
    return {path: told for path, told in known.items() if path in offered}


def document(paths: dict[str, Any], *, locked: bool) -> dict[str, Any]:
    """The whole document; ``locked`` says that callers need keys."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "landedcost",
            "version": __version__,
            "description": "What a bundle really costs a buyer abroad, all in, and why.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}] if locked else [],
    }
