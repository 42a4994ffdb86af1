"""Signatures against known answers; what is changed, old or unsigned is refused."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landedcost import RequestError
from landedcost.adapters.signatures import (
    verify_saleor,
    verify_shopify,
    verify_stripe,
    verify_woocommerce,
)

# Made with OpenSSL: `openssl dgst -sha256 -hmac SECRET`, `openssl dgst -sha256 -sign KEY`.
BODY = b'{"taxBase": {"currency": "EUR"}}'
AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
STRIPE_7 = "bdc6fc149b61659dfdb01e2145daa5be7e8701746d8cac1e5e6cdd36d0df07d4"
STRIPE_8 = "76732342939e741452e36e18aef00537c61b4d3610a46b00885bea287ac3e827"
SHOPIFY_7 = "UWyjvpW791O+kQsuUsFy+scMh/emFoZ+a9YQufpWUUk="
SALEOR_7 = "508aea1ea78d624962d140c2e0d3b631d23b08e4ede535e189c80c05fe31ae12"
JWKS = {
    "keys": [
        {
            "kty": "RSA",
            "kid": "1",
            "use": "sig",
            "e": "AQAB",
            "n": "p0mR-0wxrw1AxbKZrzslGOayBIrtoHdGagvaO-cWbQr3WUt5uvwUjHBCZPGQV_JkJ8NFvkI7B5wofj9Z0zLeGQVgd42rnUamwzhXRqcJPiizqAHmNlsh25kyRMJ5Op2gDG4YFmPdDQW491VLuqBakbhiOcXnuO6juYA9qeYQXp1UBWfWnrm7TCOhzd5OycMan7oTgaOKjBzVKYOAqkpu7Ol1GH_zM5PMotj2t5lGTG3ylEy6V9-xgcXYnM5t8HRzYA_FpX-ZRcb9e_eFjZfgPM6FGndVboT0VaGj_hks96udPmgAudotlHy-JWlcbFsSTq3r-GIcBl2-gXajL9Dmlw",  # noqa: E501
        }
    ]
}
JWS = (
    "eyJhbGciOiJSUzI1NiIsImI2NCI6ZmFsc2UsImtpZCI6IjEiLCJ0eXAiOiJKV1QifQ.."
    "kGXa62mYIXtBUyNjAogogAUamxXoYcbpTqXUqe50Cq9c08i3qyiWMEaaUJ7euCMIGRd6KY4gUuiphEgJxWttwHtzk-4TVHhkZPfSsUwvndU5XbFdxyzHXVKNFQ_c1GIaHPZ8EpfmsBCkGqleSUn1HJHxVZj7i3yM5-XqUeo598M8CDC7h2G2Mz3wannU45dnHjTpODokI47VYCqNkinm6Ddvv5XAHeRpo-Iy6fGNdlyU7fqXnM0UBFfoxWITMQV5WW1Md-WcLc09ahTVeY1luM9dCcpTGwo4CLcWmoDMxtftJukRVp1iPtNKhVqePx3lIZlrpuAvuF8xk985GgoMuw"
)
JWS_BASE64 = (
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.."
    "UhHMcSoFSkGOFBgM_UCJixkW0ZeEBKhtKnje8Rz8J_HRVYhB1aM-U1a-BLRpRTmuDvoy8Aus2bmhsFrIsDmRp6OMeqNmw7BEhSEh7NYKN45nDek0Jo26aU9p5QgFr0Ia06HdtL7hIHgphGWnjuulNi_SaI0f1sNzOvGObgTUEgOw_kXc6bxnGtoakr2YLUx84rBMlIA_CZ5MVCcm3k7LgCXlbbNPs8J5-kY8wiyMTC0yD8ooaMwucqeDKQc1OSoSYrsuyWDyHZK9hyliu6Y3ULvDKn_qUb6hbMayNGtL8sNUGp_0rnhWOokh0_EDvP1-JFR4iXYV04uydRC9orjkGg"
)
# RFC 4231, test case 2.
JEFE = b"what do ya want for nothing?"
JEFE_MAC = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

stripe = partial(verify_stripe, at=AT)


def shopify(body: bytes, header: str | None) -> None:
    verify_shopify(body, header, "shpss_test_7")


def woocommerce(body: bytes, header: str | None) -> None:
    verify_woocommerce(body, header, "shpss_test_7")


def stripe_7(body: bytes, header: str | None) -> None:
    verify_stripe(body, header, "whsec_test_7", at=AT)


def saleor_key(body: bytes, header: str | None) -> None:
    verify_saleor(body, header, jwks=JWKS)


def saleor_secret(body: bytes, header: str | None) -> None:
    verify_saleor(body, header, secrets="saleor-7")


ALL: list[tuple[Callable[[bytes, str | None], None], str]] = [
    (shopify, SHOPIFY_7),
    (woocommerce, SHOPIFY_7),
    (stripe_7, f"t=1790856000,v1={STRIPE_7}"),
    (saleor_key, JWS),
    (saleor_key, JWS_BASE64),
    (saleor_secret, SALEOR_7),
]
each = pytest.mark.parametrize(("verify", "header"), ALL)


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(RequestError) as error:
        call()
    told = f"{error.value!r} {error.value}"
    for secret in ("whsec", "shpss", "saleor-7", STRIPE_7, SHOPIFY_7, SALEOR_7):
        assert secret not in told
    return error.value.code


@each
def test_the_known_answer_is_right(verify: Callable[..., None], header: str) -> None:
    verify(BODY, header)


@each
def test_a_body_written_again_fails(verify: Callable[..., None], header: str) -> None:
    again = json.dumps(json.loads(BODY), separators=(",", ":")).encode()
    assert json.loads(again) == json.loads(BODY)
    assert code_of(lambda: verify(again, header)) == "bad_signature"


@each
def test_nothing_is_no_signature(verify: Callable[..., None], header: str) -> None:
    assert code_of(lambda: verify(BODY, None)) == "missing_signature"
    assert code_of(lambda: verify(BODY, " ")) == "missing_signature"


@each
@given(at=st.integers(0, 10_000), to=st.characters(exclude_categories=["Cs"]))
def test_a_header_changed_anywhere_fails(
    verify: Callable[..., None], header: str, at: int, to: str
) -> None:
    place = at % len(header)
    changed = header[:place] + to + header[place + 1 :]
    if changed.strip() == header or (changed.startswith("t=") and " " in to):
        return
    with pytest.raises(RequestError) as caught:
        verify(BODY, changed)
    assert caught.value.code in {"bad_signature", "stale_signature", "missing_signature"}


@pytest.mark.parametrize(("here", "there"), [("-", "+"), ("_", "/")])
def test_the_other_alphabet_of_base64_is_no_signature(here: str, there: str) -> None:
    header = next(h for v, h in ALL if v is saleor_key)
    head, _, signature = header.split(".")
    assert here in signature
    other = f"{head}..{signature.replace(here, there, 1)}"
    assert code_of(lambda: saleor_key(BODY, other)) == "bad_signature"


@each
@given(junk=st.text(max_size=60))
def test_junk_fails(verify: Callable[..., None], header: str, junk: str) -> None:
    with pytest.raises(RequestError):
        verify(BODY, junk)


def test_the_vector_of_the_rfc() -> None:
    verify_saleor(JEFE, JEFE_MAC, secrets="Jefe")
    text = b64encode(bytes.fromhex(JEFE_MAC)).decode()
    verify_shopify(JEFE, text, "Jefe")
    verify_woocommerce(JEFE, text, "Jefe")


def test_another_secret_fails_and_one_of_several_is_enough() -> None:
    assert code_of(lambda: verify_shopify(BODY, SHOPIFY_7, "shpss_test_8")) == "bad_signature"
    verify_shopify(BODY, SHOPIFY_7, ["shpss_test_8", "shpss_test_7"])
    for none in ("", [], ["shpss_test_7", ""]):
        assert code_of(lambda none=none: verify_shopify(BODY, SHOPIFY_7, none)) == "missing_secret"


def test_stripe_signs_twice_while_a_secret_is_changed() -> None:
    both = f"t=1790856000,v1={STRIPE_8},v1={STRIPE_7},v0=abc"
    stripe(BODY, both, "whsec_test_7")
    stripe(BODY, both, "whsec_test_8")
    assert code_of(lambda: stripe(BODY, both, "whsec_test_9")) == "bad_signature"


def test_stripe_sent_again_later_is_refused() -> None:
    header = f"t=1790856000,v1={STRIPE_7}"
    for seconds, fine in ((300, True), (-300, True), (301, False), (-301, False)):
        at = AT + timedelta(seconds=seconds)
        if fine:
            verify_stripe(BODY, header, "whsec_test_7", at=at)
        else:
            got = code_of(lambda at=at: verify_stripe(BODY, header, "whsec_test_7", at=at))
            assert got == "stale_signature"
    verify_stripe(
        BODY, header, "whsec_test_7", at=AT + timedelta(hours=1), tolerance=timedelta(hours=2)
    )


def test_stripe_takes_one_time_and_the_right_scheme() -> None:
    for header in (
        f"v1={STRIPE_7}",
        f"t=1790856000,v0={STRIPE_7}",
        f"t=1790856000,t=1790856001,v1={STRIPE_7}",
        f"t=1790856001,v1={STRIPE_7}",
        f"t=99999999999999999999,v1={STRIPE_7}",
        f"t=-1,v1={STRIPE_7}",
    ):
        assert code_of(lambda header=header: stripe(BODY, header, "whsec_test_7")) == (
            "bad_signature"
        )


def test_saleor_takes_no_other_algorithm_and_no_other_key() -> None:
    head, _, sign = JWS.partition("..")
    none = "eyJhbGciOiJub25lIn0"
    hmac = "eyJhbGciOiJIUzI1NiJ9"
    critical = "eyJhbGciOiJSUzI1NiIsImNyaXQiOlsiZXhwIl19"
    for header in (f"{none}..{sign}", f"{none}..", f"{hmac}..{sign}", f"{critical}..{sign}"):
        assert code_of(lambda header=header: saleor_key(BODY, header)) == "bad_signature"
    assert code_of(lambda: saleor_key(BODY, f"{head}.eyJ9.{sign}")) == "bad_signature"
    other = {"keys": [{**JWKS["keys"][0], "kid": "2"}]}
    assert code_of(lambda: verify_saleor(BODY, JWS, jwks=other)) == "bad_signature"
    for broken in ({}, {"keys": [{"kty": "RSA"}]}, "no json", '{"keys": 7}', {"keys": []}):
        assert code_of(lambda broken=broken: verify_saleor(BODY, JWS, jwks=broken)) == (
            "bad_signature"
        )
    verify_saleor(BODY, JWS, jwks=json.dumps(JWKS))


def test_saleor_does_not_choose_how_it_is_verified() -> None:
    assert code_of(lambda: verify_saleor(BODY, JWS, secrets="saleor-7")) == "bad_signature"
    assert code_of(lambda: verify_saleor(BODY, SALEOR_7, jwks=JWKS)) == "bad_signature"
