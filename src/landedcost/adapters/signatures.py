"""Whether a webhook came from who it says: signatures over the raw body, in constant time.

Give the body as it came over the wire; a body that was parsed and written again fails. A secret
may be a list of several while it is being changed. Each function returns nothing, or raises
RequestError: ``missing_signature``, ``bad_signature``, ``stale_signature``. No secret is in any
message.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..errors import PluginError, RequestError

Secrets = str | Sequence[str]
TOLERANCE = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CRITICAL = frozenset({"b64"})


def verify_shopify(body: bytes, header: str | None, secrets: Secrets) -> None:
    """Shopify's ``X-Shopify-Hmac-Sha256``.

    Source: https://shopify.dev/docs/apps/build/webhooks/subscribe/https
    """
    _same(_given(header, "X-Shopify-Hmac-Sha256"), (b64encode(d) for d in _macs(body, secrets)))


def verify_woocommerce(body: bytes, header: str | None, secrets: Secrets) -> None:
    """WooCommerce's ``X-WC-Webhook-Signature``.

    Source: https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/
    """
    _same(_given(header, "X-WC-Webhook-Signature"), (b64encode(d) for d in _macs(body, secrets)))


def verify_stripe(
    body: bytes,
    header: str | None,
    secrets: Secrets,
    *,
    at: datetime,
    tolerance: timedelta = TOLERANCE,
) -> None:
    """Stripe's ``Stripe-Signature``: signed within ``tolerance`` of the instant ``at``.

    Several ``v1`` are there while a secret is being changed; one that fits is enough, other
    schemes are ignored. Source: https://docs.stripe.com/webhooks#verify-manually
    """
    pairs = [part.strip().partition("=") for part in _given(header, "Stripe-Signature").split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    given = [value for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or len(times[0]) > 12:
        raise _wrong("no time of signing in Stripe-Signature")
    if at.tzinfo is None:
        raise RequestError(
            f"not an instant: {at!r}",
            code="naive_time",
            where="at",
            hint="give a datetime with a time zone",
        )
    signed = f"{times[0]}.".encode() + body
    macs = [mac.hex().encode() for mac in _macs(signed, secrets)]
    if not any([_equal(one, mac) for one in given for mac in macs]):
        raise _wrong()
    if abs(at - (_EPOCH + timedelta(seconds=int(times[0])))) > tolerance:
        raise RequestError(
            f"signed at another time than {at:%F %T%z}",
            code="stale_signature",
            where="Stripe-Signature",
            hint="a message sent again is no new one; see that the clock is right",
        )


def verify_saleor(
    body: bytes,
    header: str | None,
    *,
    jwks: Mapping[str, Any] | str | bytes | None = None,
    secrets: Secrets | None = None,
) -> None:
    """Saleor's ``Saleor-Signature``: a detached JWS (RS256), or the older HMAC with a secret.

    ``jwks`` is the key set from ``/.well-known/jwks.json`` of the shop; give ``secrets`` only for
    a webhook that has a secret key. Raises PluginError where ``jwks`` is given and the extra
    ``sign`` is not installed. Source:
    https://docs.saleor.io/developer/extending/webhooks/payload-signature
    """
    text = _given(header, "Saleor-Signature")
    if "." in text:
        if jwks is None:
            raise _wrong("signed with a key, and no key set was given")
        _verify_jws(body, text, jwks)
    elif secrets is None:
        raise _wrong("signed with a secret, and no secret was given")
    else:
        _same(text, (mac.hex().encode() for mac in _macs(body, secrets)))


def _given(header: str | None, name: str) -> str:
    if header is None or not header.strip():
        raise RequestError(
            f"the header {name} is missing",
            code="missing_signature",
            where=name,
            hint="take only messages that are signed",
        )
    return header.strip()


def _wrong(why: str = "the signature does not fit the body") -> RequestError:
    return RequestError(
        why,
        code="bad_signature",
        where="signature",
        hint="verify the raw body, with the secret or key of this very webhook",
    )


def _macs(body: bytes, secrets: Secrets) -> Iterator[bytes]:
    known = [secrets] if isinstance(secrets, str) else list(secrets)
    if not known or not all(known):
        raise RequestError(
            "no secret, or an empty one",
            code="missing_secret",
            where="secrets",
            hint="set the secret of the webhook",
        )
    for secret in known:
        yield hmac.new(secret.encode(), body, hashlib.sha256).digest()


def _equal(given: str, wanted: bytes) -> bool:
    return hmac.compare_digest(given.encode(), wanted)


def _same(given: str, wanted: Iterator[bytes]) -> None:
    if not any([_equal(given, one) for one in wanted]):
        raise _wrong()


def _verify_jws(body: bytes, text: str, jwks: Mapping[str, Any] | str | bytes) -> None:
    """RS256 over ``header.body``: the body as it is (b64 false) or in base64url."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ModuleNotFoundError as error:
        raise PluginError(
            f"checking such signatures needs {error.name}, which is not installed",
            code="missing_extra",
            hint='install "landedcost[sign]"',
        ) from None
    parts = text.split(".")
    if len(parts) != 3 or parts[1]:
        raise _wrong("not a detached JWS")
    try:
        head = json.loads(_unpacked(parts[0]))
        signature = _unpacked(parts[2])
        if head.get("alg") != "RS256" or set(head.get("crit", ())) - _CRITICAL:
            raise _wrong("not signed with RS256")
        raw = body if head.get("b64", True) is False else urlsafe_b64encode(body).rstrip(b"=")
        numbers = [(_number(key["n"]), _number(key["e"])) for key in _keys(jwks, head.get("kid"))]
        keys = [rsa.RSAPublicNumbers(e, n).public_key() for n, e in numbers]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _wrong(
            f"the signature or the key set cannot be read: {type(error).__name__}"
        ) from None
    signed = parts[0].encode() + b"." + raw

    def fits(key: rsa.RSAPublicKey) -> bool:
        try:
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    if not any(fits(key) for key in keys):
        raise _wrong()


def _keys(jwks: Mapping[str, Any] | str | bytes, kid: object) -> list[Mapping[str, Any]]:
    """The RSA keys of a set that may have signed: the one of that name, or all without names."""
    found = jwks if isinstance(jwks, Mapping) else json.loads(jwks)
    keys = [key for key in found["keys"] if key.get("kty") == "RSA"]
    return [key for key in keys if kid is None or key.get("kid") in (None, kid)]


def _unpacked(text: str) -> bytes:
    """Bytes of base64url, of which there is one spelling: Python's reader takes others too."""
    found = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if urlsafe_b64encode(found).rstrip(b"=").decode() != text:
        raise ValueError("not base64url")
    return found


def _number(text: str) -> int:
    return int.from_bytes(_unpacked(text), "big")
