"""The OpenAPI document, made of the same models that read requests and write answers."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from .. import __version__
from ..contract import AnswerDocument, RequestDocument
from .desk import DEADLINE

_REF = "#/components/schemas/{model}"
ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "where", "hint"],
            "additionalProperties": False,
            "properties": {
                name: {"type": "string"} for name in ("code", "message", "where", "hint")
            },
        }
    },
}
_MEANS = {
    400: "not JSON, or JSON that would lose something",
    401: "no key, or a wrong one",
    403: "the key may not do this",
    404: "there is no such thing",
    409: "not as things are now",
    413: "too large",
    422: "well formed and wrong: a field, an amount, goods that the rules refuse",
    429: "asked too often",
    503: "a source outside failed, and no fallback held",
    504: "a source outside did not answer in time, and no fallback held",
}


class _Plain(GenerateJsonSchema):
    """Without a title on every field that only repeats its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schemas() -> dict[str, Any]:
    """The components of the document by name."""
    _, found = models_json_schema(
        [(RequestDocument, "validation"), (AnswerDocument, "serialization")],
        ref_template=_REF,
        schema_generator=_Plain,
    )
    named: dict[str, Any] = found["$defs"]
    return {**named, "Error": ERROR}


def ref(name: str) -> dict[str, str]:
    """A reference to a component."""
    return {"$ref": _REF.format(model=name)}


def json_body(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON body of a request."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def json_answer(means: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON response."""
    return {"description": means, "content": {"application/json": {"schema": schema}}}


def refusals(*statuses: int) -> dict[str, Any]:
    """The responses that are errors."""
    return {str(s): json_answer(_MEANS[s], ref("Error")) for s in statuses}


PATIENCE: dict[str, Any] = {
    "name": DEADLINE,
    "in": "header",
    "description": "how long the caller waits, in milliseconds",
    "schema": {"type": "string", "pattern": "^[1-9][0-9]{0,8}$"},
}


def of_prices() -> dict[str, Any]:
    """The paths of :mod:`landedcost.service.prices`."""
    many = {
        "type": "object",
        "required": ["request", "markets"],
        "additionalProperties": False,
        "properties": {
            "request": ref("RequestDocument"),
            "markets": {
                "type": "array",
                "minItems": 1,
                "maxItems": 100,
                "items": {"type": "string", "description": "DE, CA-ON or de-DE"},
            },
        },
    }
    one = {
        "type": "object",
        "required": ["market", "answer", "error"],
        "additionalProperties": False,
        "properties": {
            "market": {"type": "string"},
            "answer": {"anyOf": [ref("AnswerDocument"), {"type": "null"}]},
            "error": {"anyOf": [ERROR["properties"]["error"], {"type": "null"}]},
        },
    }
    answers = {
        "type": "object",
        "required": ["markets"],
        "additionalProperties": False,
        "properties": {"markets": {"type": "array", "items": one}},
    }
    wrong = refusals(400, 401, 403, 413, 422, 429, 503, 504)
    return {
        "/v1/price": {
            "post": {
                "operationId": "price",
                "summary": "What a parcel costs a buyer, all in, and why",
                "parameters": [PATIENCE],
                "requestBody": json_body(ref("RequestDocument")),
                "responses": {"200": json_answer("the price", ref("AnswerDocument")), **wrong},
            }
        },
        "/v1/compare": {
            "post": {
                "operationId": "compare",
                "summary": "What it costs on several markets",
                "parameters": [PATIENCE],
                "requestBody": json_body(many),
                "responses": {"200": json_answer("a price or an error each", answers), **wrong},
            }
        },
    }


def document(paths: dict[str, Any], more: dict[str, Any] | None = None) -> dict[str, Any]:
    """The whole document; ``more`` are further components."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "landedcost",
            "version": __version__,
            "description": "What a bundle really costs a buyer abroad, all in, and why.",
        },
        "paths": paths,
        "components": {
            "schemas": {**schemas(), **(more or {})},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}],
    }
