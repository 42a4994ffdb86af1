"""What the two Easyship sources share: settings, and a request whose refusals are read.

``https://public-api.easyship.com/2024-09`` wants a bearer token with a scope for each question.
Errors are ``{"error": {"code", "type", "message", "details", "request_id"}}``; 402 is a plan that
lacks the feature, 422 a question it has no answer to. The documentation has 429 for too many
requests; users report 403 with words about the quota, so a 403 is read by its words.
"""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from ..ports import (
    Denied,
    Flow,
    NoAnswer,
    ProviderSettings,
    RateLimited,
    Request,
    Response,
    bearer,
    fetch,
)
from .refusals import instead, refusal, said

QUOTA = ("maximum number of requests", "usage limit", "plan limit", "too many requests")
LIMIT = (60, 60_000)
"""60 requests a minute, as documented; the sandbox allows 6."""


class EasyshipSettings(ProviderSettings):
    """The token; the category of goods without an HS code; the size of parcels without one.

    ``category`` is one of Easyship's own, such as ``fashion``: a declaration to customs, so
    there is none unless it is set.
    """

    model_config = SettingsConfigDict(env_prefix="LANDEDCOST_EASYSHIP_")

    token: SecretStr
    base_url: str = "https://public-api.easyship.com/2024-09"
    category: str = ""
    size_mm: tuple[int, int, int] | None = None


def ask_easyship(settings: EasyshipSettings, path: str, question: dict[str, Any]) -> Flow[Response]:
    """Ask a question. Raises ProviderError, its kind by what Easyship says."""
    request = Request(
        "POST",
        f"{settings.base_url}/{path}",
        headers={"authorization": bearer(settings.token)},
        json=question,
        expect=frozenset({402, 422}),
    )
    try:
        response = yield from fetch(request)
    except Denied as error:
        if said(error, *QUOTA):
            hint = "the account is out of requests: wait, or raise the plan"
            raise instead(error, RateLimited, hint) from error
        raise
    if response.status >= 400:
        kind = Denied if response.status == 402 else NoAnswer
        raise refusal(response, kind, "error.code", "error.message", "error.details")
    return response
