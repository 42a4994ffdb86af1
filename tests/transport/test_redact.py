"""Secrets are blotted out in every form they were sent in, and in the form they were given in."""

from __future__ import annotations

import pytest
import respx

from landedcost.ports import Flow, Request, Secret, basic, bearer, fetch
from landedcost.transport import Transport
from landedcost.transport.redact import redact, secrets_of

URL = "https://source.test/a"


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        (bearer("tok/en+1"), "tok/en+1"),
        (bearer("tok/en+1"), "tok%2Fen%2B1"),
        (basic("my-user", "pass:word"), "my-user"),
        (basic("my-user", "pass:word"), "pass:word"),
        (basic("my-user", "pass:word"), "bXktdXNlcjpwYXNzOndvcmQ="),
        (basic("only-a-key"), "only-a-key"),
        (Secret("Token abcdef"), "abcdef"),
        (Secret("Basic not base64!"), "base64!"),
        (Secret("Basic /////w=="), "/////w=="),
    ],
)
def test_no_form_of_a_secret_is_left(header: Secret, shown: str) -> None:
    request = Request("GET", URL, headers={"authorization": header})
    text = redact(f"no such key: {shown}.", secrets_of(request))
    assert text == "no such key: **********."


def test_a_user_and_a_password_in_an_address_are_blotted_out() -> None:
    assert redact("https://me:pw@source.test/a", ()) == "https://**********@source.test/a"


@respx.mock
def test_a_refusal_that_a_provider_reads_itself_has_no_secrets() -> None:
    respx.get(URL).respond(422, text="no such key: tok/en+1, tok%2Fen%2B1")

    def flow() -> Flow[str]:
        request = Request(
            "GET",
            URL,
            headers={"authorization": bearer("tok/en+1")},
            expect=frozenset({422}),
        )
        return (yield from fetch(request)).text

    assert Transport().run(flow()) == "no such key: **********, **********"
