"""Access tokens by the client credentials grant of OAuth 2.0, as several sources want them."""

from __future__ import annotations

from collections.abc import Mapping

from ..ports import Flow, Hidden, Request, Secret, basic, bearer, fetch

_EARLY_MS = 60_000


def client_credentials(
    url: str, client_id: Hidden, secret: Hidden, headers: Mapping[str, str] | None = None
) -> Flow[tuple[Secret, int]]:
    """The value of an ``Authorization`` header, and for how many milliseconds it may be kept.

    It is let go a minute before it ends. ``expires_in`` may be a number or a text, as UPS writes
    it. For use in :func:`landedcost.ports.keep`. Raises ProviderError.
    """
    response = yield from fetch(
        Request(
            "POST",
            url,
            form={"grant_type": "client_credentials"},
            headers={**(headers or {}), "authorization": basic(client_id, secret)},
        )
    )
    answer = response.json()
    lives_ms = answer["expires_in"].integer() * 1_000
    return bearer(answer["access_token"].text()), max(lives_ms - _EARLY_MS, 0)
