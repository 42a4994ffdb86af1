"""Parts of the OpenAPI document, made of the models that read requests and write answers."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from ..contract import AnswerDocument, RequestDocument
from .desk import DEADLINE
from .held_documents import (
    AcceptedDocument,
    ErrorDocument,
    ExpiredDocument,
    HeldDocument,
    PricedDocument,
    VerifiedDocument,
)

_ANSWERS = (
    AnswerDocument,
    PricedDocument,
    HeldDocument,
    VerifiedDocument,
    AcceptedDocument,
    ExpiredDocument,
    ErrorDocument,
)
_REF = "#/components/schemas/{model}"
_MEANS = {
    400: "not JSON, or JSON that would lose something",
    401: "no key, or a wrong one",
    403: "the key may not do this",
    404: "there is no such thing",
    409: "not as things are now",
    413: "too large",
    415: "not sent as JSON",
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
        [(RequestDocument, "validation"), *((one, "serialization") for one in _ANSWERS)],
        ref_template=_REF,
        schema_generator=_Plain,
    )
    named: dict[str, Any] = found["$defs"]
    return named


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
    return {str(s): json_answer(_MEANS[s], ref("ErrorDocument")) for s in statuses}


PATIENCE: dict[str, Any] = {
    "name": DEADLINE,
    "in": "header",
    "description": "how long the caller waits, in milliseconds",
    "schema": {"type": "string", "pattern": "^[1-9][0-9]{0,8}$"},
}


def of_hooks() -> dict[str, Any]:
    """The paths of :mod:`landedcost.service.hooks` and :mod:`landedcost.service.checkout`."""
    anything: dict[str, Any] = {"type": "object"}
    text: dict[str, Any] = {"type": "string", "minLength": 1}
    wrong = (400, 401, 403, 409, 413, 415, 422, 429, 503, 504)
    found: dict[str, Any] = {}
    signed = {
        "saleor": ("Saleor-Signature", "Taxes of a Saleor checkout or order, signed by Saleor"),
        "shopify": ("X-Shopify-Hmac-Sha256", "Rates of a Shopify checkout, signed by Shopify"),
        "woocommerce": ("X-WC-Webhook-Signature", "Lines of an order, signed by WooCommerce"),
    }
    for name, (header, summary) in signed.items():
        found[f"/v1/hooks/{name}"] = {
            "post": {
                "operationId": f"hook_{name}",
                "summary": summary,
                "parameters": [{"name": header, "in": "header", "schema": {"type": "string"}}],
                "requestBody": json_body(anything),
                "responses": {
                    "200": json_answer("in the words of the platform", anything),
                    **refusals(*wrong),
                },
                "security": [],
            }
        }
    asked = {
        "type": "object",
        "required": ["request"],
        "additionalProperties": False,
        "properties": {
            "request": ref("RequestDocument"),
            "shipping_line_id": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
    }
    session = {
        "type": "object",
        "required": ["quote", "success_url", "cancel_url"],
        "additionalProperties": False,
        "properties": {"quote": text, "success_url": text, "cancel_url": text},
    }
    for path, name, summary, body in (
        ("/v1/hooks/medusa", "hook_medusa", "Tax lines for Medusa (scope hooks)", asked),
        (
            "/v1/hooks/stripe/session",
            "stripe_session",
            "A held price as the parameters of a Stripe Checkout session (scope quotes)",
            session,
        ),
    ):
        found[path] = {
            "post": {
                "operationId": name,
                "summary": summary,
                "parameters": [PATIENCE],
                "requestBody": json_body(body),
                "responses": {
                    "200": json_answer("in the words of the platform", anything),
                    **refusals(404, *wrong),
                },
            }
        }
    return found
