"""``landedcost keys``, ``hold``, ``verify`` and ``replay``: what is shown, and how each ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

AT = "2026-10-01T12:00:00Z"
SOON = "2026-10-01T12:10:00+00:00"
LATE = "2026-10-01T14:15:00+02:00"


@pytest.fixture(params=[(), ("--hmac",)], ids=["ed25519", "hmac"])
def keys(run: Run, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    path = str(tmp_path / "keys.toml")
    assert run("keys", "new", path, *request.param).code == 0
    return path


def test_from_a_request_to_a_price_that_is_honoured(
    run: Run, request_file: str, keys: str, tmp_path: Path
) -> None:
    out, record = str(tmp_path / "held.json"), str(tmp_path / "kept" / "record.json")
    asked = ("--keys", keys, "--shop", "demo", "--at", AT, "--fx-margin", "1.5%")
    ran = run("hold", request_file, *asked, "--for", "15m", "-o", out, "--record", record)
    assert (ran.code, ran.err) == (0, "")
    token = ran.out.splitlines()[-1]
    assert token.startswith("lcq1.")
    for word in ("total", "valid until", "2026-10-01T12:15:00+00:00", "demo", "de-DE", "+ 1.5% ="):
        assert word in ran.out
    document = json.loads(Path(out).read_text())
    both = run("hold", request_file, *asked, "--json").json
    assert both["token"] == token.replace(token, both["token"])
    assert set(both) == {"token", "document"}
    scope = ("--shop", "demo", "--to", "DE", "--currency", "EUR", "--terms", "DDP")
    for what in (token, out):
        seen = run("verify", what, "--keys", keys, *scope, "--at", SOON)
        assert (seen.code, seen.err) == (0, "")
        found = run("verify", what, "--keys", keys, "--shop", "demo", "--at", SOON, "--json").json
        assert found["honoured"] is True
        assert found["token"] == token
        assert found["valid_until"] == "2026-10-01T12:15:00+00:00"
        total = document["answer"]["total"]
        assert found["total"] == f"{total['amount']} {total['currency']}"
    piped = run("verify", "-", "--keys", keys, "--shop", "demo", "--at", SOON, stdin=token)
    assert piped.code == 0
    again = run("replay", record)
    assert again.code == 0
    assert "the same byte for byte" in again.out
    assert run("replay", record, "--json").json["answer"] == document["answer"]


def test_each_refusal_has_its_code_and_ends_with_3(
    run: Run, request_file: str, keys: str, tmp_path: Path
) -> None:
    out = str(tmp_path / "held.json")
    hold = ("hold", request_file, "--keys", keys, "--shop", "demo", "--at", AT)
    assert run(*hold, "-o", out).code == 0
    text = Path(out).read_text()
    changed = str(tmp_path / "changed.json")
    Path(changed).write_text(text.replace('"DDP"', '"DAP"', 1))
    other = str(tmp_path / "other.toml")
    run("keys", "new", other)

    def reason(*argv: str) -> str:
        ran = run("verify", *argv, "--json")
        assert ran.code == 3
        return str(ran.json["error"]["code"])

    mine = ("--keys", keys, "--shop", "demo")
    assert reason(out, *mine, "--at", LATE) == "expired"
    assert reason(out, *mine, "--at", "2026-10-01T11:00:00Z") == "not_yet_valid"
    assert reason(out, "--keys", keys, "--at", AT) == "re_scoped"
    assert reason(out, *mine, "--to", "FR", "--at", AT) == "re_scoped"
    assert reason(out, *mine, "--to", "en-DE", "--at", AT) == "re_scoped"
    assert reason(out, "--keys", other, "--shop", "demo", "--at", AT) == "unknown_key"
    assert reason(changed, *mine, "--at", AT) == "tampered"
    assert reason("lcq1.x.y", *mine, "--at", AT) == "malformed"
    run("keys", "rotate", keys)
    assert run("verify", out, *mine, "--at", AT).code == 0
    run("keys", "rotate", keys, "--keep", "0")
    assert reason(out, *mine, "--at", AT) == "retired_key"
    plain = run("verify", out, *mine, "--at", AT)
    assert plain.code == 3
    assert "is retired" in plain.err


def test_keys_are_listed_without_their_secrets(run: Run, keys: str, tmp_path: Path) -> None:
    run("keys", "rotate", keys)
    secrets = [
        line.split('"')[1] for line in Path(keys).read_text().splitlines() if "secret =" in line
    ]
    assert len(secrets) == 2
    listed = run("keys", "show", keys)
    as_json = run("keys", "show", keys, "--json")
    assert [key["state"] for key in as_json.json] == ["current", "previous"]
    assert not [s for s in secrets if s in listed.out + as_json.out]
    again = run("keys", "new", keys, "--json")
    assert (again.code, again.json["error"]["code"]) == (2, "file_exists")
    public = run("keys", "public", str(tmp_path / "public.toml"), "--keys", keys, "--json")
    if as_json.json[0]["kind"] == "ed25519":
        assert public.code == 0
        assert not [s for s in secrets if s in (tmp_path / "public.toml").read_text()]
    else:
        assert (public.code, public.json["error"]["code"]) == (2, "no_public_key")


@pytest.mark.parametrize(
    ("flags", "code", "where"),
    [
        (("--for", "15"), "bad_duration", "--for"),
        (("--for", "60d"), "bad_duration", "--for"),
        (("--at", "2026-10-01"), "bad_instant", "--at"),
        (("--at", "noon"), "bad_instant", "--at"),
        (("--at", "2026-12-01T00:00:00Z"), "quote_expired", "--at"),
        (("--fx-margin", "1.5"), "bad_margin", "--fx-margin"),
        (("--shop", "s" * 33), "bad_scope", "--shop"),
        (("--record", "/proc/none/x.json"), "cannot_write", "/proc/none/x.json"),
        (("-o", "/proc/none/x.json"), "cannot_write", "/proc/none/x.json"),
    ],
)
def test_a_flag_that_is_wrong_is_named(
    run: Run, request_file: str, keys: str, flags: tuple[str, ...], code: str, where: str
) -> None:
    argv = ["hold", request_file, "--keys", keys, "--at", AT, *flags, "--json"]
    ran = run(*argv)
    assert ran.code == 2
    assert (ran.json["error"]["code"], ran.json["error"]["where"]) == (code, where)


def test_without_keys_nothing_is_signed(
    run: Run, request_file: str, monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    monkeypatch.delenv("LANDEDCOST_KEYS", raising=False)
    ran = run("hold", request_file, "--at", AT, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "no_keys")
    monkeypatch.setenv("LANDEDCOST_KEYS", Path(keys).read_text())
    token = run("hold", request_file, "--at", AT, "--json").json["token"]
    assert run("verify", token, "--at", AT).code == 0


def test_a_request_without_a_day_is_of_the_instant(
    run: Run, document: dict[str, object], keys: str
) -> None:
    del document["as_of"]
    ran = run("hold", "-", "--keys", keys, "--at", "2026-09-30T23:30:00-02:00", "--json",
              stdin=json.dumps(document))  # fmt: skip
    assert ran.json["document"]["answer"]["as_of"] == "2026-10-01"


def test_a_record_that_comes_out_otherwise_ends_with_3(
    run: Run, request_file: str, keys: str, tmp_path: Path
) -> None:
    record = tmp_path / "record.json"
    run("hold", request_file, "--keys", keys, "--at", AT, "--record", str(record))
    told = json.loads(record.read_text())
    told["answer"]["total"]["amount"] = "1.00"
    record.write_text(json.dumps(told))
    ran = run("replay", str(record))
    assert ran.code == 3
    assert "total.amount" in ran.out
    assert run("replay", str(record), "--json").json["differences"][0]["then"] == "1.00"
    told["rules"] = {}
    record.write_text(json.dumps(told))
    ran = run("replay", str(record))
    assert ran.code == 3
    assert "no price any more" in ran.out
    missing = run("replay", str(tmp_path / "none.json"), "--json")
    assert (missing.code, missing.json["error"]["code"]) == (2, "no_file")
