"""Keys: rotation, one kind for each, kept to their owner, and never told."""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import sys
import traceback
from pathlib import Path

import pytest

from landedcost import PluginError, Quote, RequestError
from landedcost.errors import HeldError
from landedcost.held import HeldQuote, Key, Keys, Scope, hold, verify
from landedcost.held.canonical import b64
from landedcost.held.key import CURRENT, ED25519, HMAC, KINDS, PREVIOUS, RETIRED, Secret
from landedcost.held.keys import ENVIRONMENT

from .conftest import NOON, QUARTER

HERE = Scope("demo")


def secrets_of(keys: Keys) -> list[bytes]:
    return [key.secret.reveal() for key in keys.keys if key.secret is not None]


def reason(token: object, keys: Keys) -> str:
    with pytest.raises(HeldError) as caught:
        verify(token, keys, at=NOON, scope=HERE)  # type: ignore[arg-type]
    return caught.value.code


def test_a_quote_of_the_previous_key_verifies_and_of_a_retired_one_not(
    held: HeldQuote, keys: Keys
) -> None:
    once = keys.rotate()
    assert [k.state for k in once.keys] == [CURRENT, PREVIOUS]
    assert once.current.id != keys.current.id
    assert once.current.kind == keys.current.kind
    assert verify(held.token, once, at=NOON, scope=HERE).total == held.total
    twice = once.rotate()
    assert [k.state for k in twice.keys] == [CURRENT, PREVIOUS, RETIRED]
    assert reason(held.token, twice) == "retired_key"
    assert verify(held.token, once.rotate(keep=2), at=NOON, scope=HERE).total == held.total
    assert reason(held.token, keys.rotate(keep=0)) == "retired_key"
    assert reason(held.token, Keys.new(keys.current.kind)) == "unknown_key"


def test_a_quote_signed_after_a_rotation_is_of_the_new_key(quote: Quote, keys: Keys) -> None:
    once = keys.rotate()
    made = hold(quote, once, at=NOON, lasts=QUARTER, shop="demo")
    assert made.key_id == once.current.id
    assert reason(made.token, keys) == "unknown_key"


def test_the_name_of_one_key_on_the_signature_of_another(quote: Quote, keys: Keys) -> None:
    once = keys.rotate()
    made = hold(quote, once, at=NOON, lasts=QUARTER, shop="demo")
    claims = made.claims.as_dict()
    renamed = claims | {"kid": keys.current.id}
    text = json.dumps(renamed, sort_keys=True, separators=(",", ":")).encode()
    from landedcost.held.quote import _DOMAIN, MARK

    signature = once.current.sign(_DOMAIN + text)
    assert reason(f"{MARK}.{b64(text)}.{b64(signature)}", once) == "wrong_key"


def test_a_kind_cannot_be_passed_off_as_another(quote: Quote) -> None:
    """The public key of Ed25519 used as an HMAC secret: the classic confusion of algorithms."""
    keys = Keys.new(ED25519)
    public = keys.current.public_bytes
    forger = Keys([Key.of(HMAC, CURRENT, secret=Secret(public))])
    assert forger.current.id != keys.current.id
    made = hold(quote, forger, at=NOON, lasts=QUARTER, shop="demo")
    assert reason(made.token, keys) == "unknown_key"
    claims = made.claims.as_dict() | {"kid": keys.current.id}
    text = json.dumps(claims, sort_keys=True, separators=(",", ":")).encode()
    from landedcost.held.quote import _DOMAIN, MARK

    signature = forger.current.sign(_DOMAIN + text)
    assert reason(f"{MARK}.{b64(text)}.{b64(signature)}", keys) == "tampered"
    entry = {"id": keys.current.id, "kind": HMAC, "state": CURRENT, "secret": b64(public)}
    with pytest.raises(RequestError) as caught:
        Keys.read(json.dumps({"key": [entry]}))
    assert caught.value.code == "bad_keys"


def test_a_public_ring_verifies_and_does_not_sign(
    held: HeldQuote, quote: Quote, keys: Keys
) -> None:
    if keys.current.kind == HMAC:
        with pytest.raises(RequestError) as caught:
            keys.public()
        assert caught.value.code == "no_public_key"
        return
    public = keys.rotate().rotate(keep=2).rotate(keep=2).public()
    assert secrets_of(public) == []
    assert verify(held.token, keys.public(), at=NOON, scope=HERE).total == held.total
    with pytest.raises(RequestError) as caught:
        hold(quote, public, at=NOON, lasts=QUARTER, shop="demo")
    assert caught.value.code == "no_signing_key"


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_keys_comes_back_as_it_was(tmp_path: Path, kind: str) -> None:
    keys = Keys.new(kind).rotate().rotate()
    path = tmp_path / "keys.toml"
    keys.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    found = Keys.load(path)
    assert repr(found) == repr(keys)
    assert secrets_of(found) == secrets_of(keys)
    assert [*tmp_path.iterdir()] == [path]
    text = path.read_text()
    assert repr(Keys.read(text)) == repr(keys)
    import tomllib

    assert repr(Keys.read(json.dumps(tomllib.loads(text)))) == repr(keys)
    if kind == ED25519:
        keys.public().save(path)
        path.chmod(0o644)
        assert secrets_of(Keys.load(path)) == []
        path.chmod(0o666)
        with pytest.raises(RequestError) as caught:
            Keys.load(path)
        assert caught.value.code == "open_key_file"


def test_keys_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys = Keys.new(HMAC)
    keys.save(tmp_path / "k")
    monkeypatch.setenv(ENVIRONMENT, (tmp_path / "k").read_text())
    assert repr(Keys.from_env()) == repr(keys)
    monkeypatch.setenv(ENVIRONMENT, " ")
    with pytest.raises(RequestError) as caught:
        Keys.from_env()
    assert caught.value.code == "no_keys"


@pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o606, 0o777])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.toml"
    Keys.new(HMAC).save(path)
    path.chmod(mode)
    with pytest.raises(RequestError) as caught:
        Keys.load(path)
    assert caught.value.code == "open_key_file"
    assert "chmod 600" in caught.value.hint


HASH = "A" * 43
BROKEN = [
    "",
    "key",
    "[key]",
    "key = []",
    "key = [1]",
    "[[key]]",
    '[[key]]\nid = "a"\nkind = "ed25519"\nstate = "current"',
    f'[[key]]\nid = "a"\nkind = "ed25519"\nstate = "current"\nsecret = "{HASH}"',
    f'[[key]]\nid = "a"\nkind = "none"\nstate = "current"\nsecret = "{HASH}"',
    f'[[key]]\nid = "a"\nkind = "hmac-sha256"\nstate = "now"\nsecret = "{HASH}"',
    f'[[key]]\nid = "a"\nkind = "hmac-sha256"\nstate = "current"\npublic = "{HASH}"',
    f'[[key]]\nid = "a"\nkind = "hmac-sha256"\nstate = "current"\nsecret = "{HASH}="',
    '[[key]]\nid = "a"\nkind = "hmac-sha256"\nstate = "current"\nsecret = "AAAA"',
    f'[[key]]\nid = 5\nkind = "hmac-sha256"\nstate = "current"\nsecret = "{HASH}"',
    f'[[key]]\nid = "a"\nkind = "hmac-sha256"\nstate = "current"\nsecret = "{HASH}"\nmore = ""',
    '{"key": [], "key": []}',
    '{"key": [NaN]}',
    "x" * 200_000,
]


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_file_of_keys_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(RequestError) as caught:
        Keys.read(text)
    assert caught.value.code == "bad_keys"
    assert HASH not in str(caught.value)


def test_a_ring_has_one_current_key_and_each_key_once() -> None:
    one, two = Key.new(HMAC), Key.new(HMAC)
    for bad in ([one, two], [one, one.become(PREVIOUS)]):
        with pytest.raises(RequestError) as caught:
            Keys(bad)
        assert caught.value.code == "bad_keys"
    with pytest.raises(RequestError) as caught:
        _ = Keys([one.become(PREVIOUS)]).current
    assert caught.value.code == "no_signing_key"
    with pytest.raises(RequestError) as caught:
        Keys.new("rsa")
    assert caught.value.code == "unknown_key_kind"


def told_of(secret: bytes) -> list[str]:
    return [b64(secret), secret.hex(), repr(secret), repr(secret)[2:-1], str(list(secret))]


def test_a_secret_is_in_no_text_error_log_or_pickle(
    tmp_path: Path, held: HeldQuote, quote: Quote, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keys.save(tmp_path / "keys.toml")
    ring = Keys.load(tmp_path / "keys.toml").rotate()
    texts = [repr(ring), str(ring), *map(repr, ring.keys), repr(ring.current.secret)]
    broken = held.token[:-4] + "AAAA"
    attempts = [
        lambda: verify(broken, ring, at=NOON, scope=HERE),
        lambda: verify(held.as_dict() | {"record": "x"}, ring, at=NOON, scope=HERE),
        lambda: verify("x", ring, at=NOON, scope=HERE),
        lambda: pickle.dumps(ring),
        lambda: pickle.dumps(ring.current),
        lambda: copy.deepcopy(ring),
        lambda: json.dumps(ring),
        lambda: hold(quote, ring, at=NOON, lasts=-QUARTER, shop="demo"),
        lambda: Keys([*ring.keys, *ring.keys]),
        lambda: ring.current.signed(b"x", "no bytes"),  # type: ignore[arg-type]
        lambda: ring.current.sign("no bytes"),  # type: ignore[arg-type]
        lambda: Key.of(ring.current.kind, CURRENT, secret=Secret(secrets_of(ring)[0][:-1])),
    ]
    for attempt in attempts:
        try:
            attempt()
        except Exception as error:
            own = traceback.TracebackException.from_exception(error, capture_locals=True)
            frames = [f for f in own.stack if "held" in f.filename and "tests" not in f.filename]
            texts += [str(error), repr(error), "".join(traceback.format_exception(error))]
            texts += [str(f.locals) for f in frames]
    assert len(texts) > 30
    texts += [str(held), repr(held), json.dumps(held.as_dict()), caplog.text]
    for secret in secrets_of(ring):
        for told in told_of(secret):
            assert not [text for text in texts if told in text]


def test_without_the_package_for_ed25519_hmac_serves(
    monkeypatch: pytest.MonkeyPatch, quote: Quote
) -> None:
    from landedcost.held import key

    keys = Keys.new(ED25519)
    key._ed25519.cache_clear()
    for name in [n for n in sys.modules if n.partition(".")[0] == "cryptography"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(PluginError) as caught:
        Keys.new(ED25519)
    assert caught.value.code == "missing_extra"
    with pytest.raises(PluginError):
        hold(quote, keys, at=NOON, lasts=QUARTER, shop="demo")
    own = Keys.new(HMAC)
    made = hold(quote, own, at=NOON, lasts=QUARTER, shop="demo")
    assert verify(made.token, own, at=NOON, scope=HERE).total == made.total
