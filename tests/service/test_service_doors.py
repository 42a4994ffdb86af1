"""Who is let in, how much may be sent, and what is said to those who are not."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from service_stage import REQUEST, Callers, Running, app_of, callers, client, signing, till

from landedcost import RequestError
from landedcost.service.access import ApiKeys, add_key, new_key
from landedcost.service.desk import Limits
from landedcost.service.limits import BodyLimit

pytestmark = pytest.mark.anyio
TEAM = callers()
KEYS = signing()
SCOPES = {
    "/v1/price": "price",
    "/v1/price?hold=5m": "quotes",
    "/v1/compare": "price",
    "/v1/quotes": "quotes",
    "/v1/quotes/q1/verify": "quotes",
    "/v1/quotes/q1/accept": "quotes",
    "/v1/hooks/stripe/session": "quotes",
    "/v1/hooks/medusa": "hooks",
    "/v1/facts": "facts",
}


def locked(tmp_path: Path, **parts: Any) -> Any:
    from landedcost.service.hooks import HookSettings

    kept = till(tmp_path / "service.db", KEYS)
    return app_of(till=kept, hooks=HookSettings(), **{"keys": TEAM.keys, **parts})


@pytest.mark.parametrize("path", SCOPES)
async def test_no_key_a_wrong_key_and_one_that_may_not(path: str, tmp_path: Path) -> None:
    other = Callers()
    scope = SCOPES[path]
    other.add("other", [s for s in ("price", "quotes", "facts", "hooks") if s != scope])
    async with client(locked(tmp_path, keys=other.keys)) as http:
        for header, status, code in (
            ({}, 401, "no_key"),
            ({"Authorization": "Basic abc"}, 401, "no_key"),
            ({"Authorization": "Bearer "}, 401, "no_key"),
            ({"Authorization": f"Bearer {TEAM.tokens['all']}"}, 401, "wrong_key"),
            ({"Authorization": "Bearer \xff".encode("latin-1")}, 401, "wrong_key"),
            (other.header("other"), 403, "not_in_scope"),
        ):
            found = await http.post(path, json=REQUEST, headers=header)
            assert (found.status_code, found.json()["error"]["code"]) == (status, code)
            assert ("www-authenticate" in found.headers) is (status == 401)
            assert set(found.json()["error"]) == {"code", "message", "where", "hint"}


async def test_a_key_in_the_address_opens_nothing_but_the_stream(tmp_path: Path) -> None:
    token, text = new_key("quiet", ["price"])  # not watched: this client logs its addresses
    async with client(locked(tmp_path, keys=ApiKeys.parse(text, "keys"))) as http:
        found = await http.post(f"/v1/price?key={token}", json=REQUEST)
        assert found.status_code == 401
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/metrics")).status_code == 200
        assert (await http.get("/openapi.json")).json()["security"] == [{"key": []}]


async def test_too_often(tmp_path: Path) -> None:
    async with client(locked(tmp_path), headers=TEAM.header("slow")) as http:
        answers = [await http.post("/v1/price", json=REQUEST) for _ in range(4)]
        assert [a.status_code for a in answers] == [200, 200, 429, 429]
        assert 1 <= int(answers[2].headers["retry-after"]) <= 30
        quick = await http.post("/v1/price", json=REQUEST, headers=TEAM.header("pricing"))
        assert quick.status_code == 200


def _deep() -> bytes:
    return b'{"lines":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def _many(count: int) -> bytes:
    lines = [{**REQUEST["lines"][0], "id": f"l{n}"} for n in range(count)]
    return json.dumps({**REQUEST, "lines": lines}).encode()


@pytest.mark.parametrize("path", ["/v1/price", "/v1/compare", "/v1/quotes", "/v1/facts"])
async def test_too_much_at_once(path: str, tmp_path: Path) -> None:
    async with client(locked(tmp_path), headers=TEAM.header("all")) as http:

        async def post(body: Any, kind: str = "application/json") -> tuple[int, str]:
            found = await http.post(path, content=body, headers={"Content-Type": kind})
            return found.status_code, found.json()["error"]["code"]

        large = json.dumps({"x": "y" * 10_000_000}).encode()
        assert await post(large) == (413, "too_large")

        async def pieces() -> Any:
            for _ in range(1_000):
                yield b" " * 10_000

        assert await post(pieces()) == (413, "too_large")
        assert (await post(_many(10_000)))[0] in (413, 422)
        assert (await post(_deep()))[0] in (400, 422)
        assert await post(b"{") == (400, "bad_json")
        assert await post(b"\xff") == (400, "bad_json")
        assert await post(b'{"a": 1, "a": 2}') == (400, "repeated_key")
        assert (await post(b"[]"))[0] == 422
        assert (await post(b"null"))[0] == 422
        assert await post(b"{}", "text/plain") == (415, "no_json")


async def test_a_thousand_lines_are_priced_and_one_more_is_not(tmp_path: Path) -> None:
    async with client(locked(tmp_path), headers=TEAM.header("all")) as http:
        for count, status in ((1_000, 200), (1_001, 413)):
            kind = {"Content-Type": "application/json"}
            found = await http.post("/v1/price", content=_many(count), headers=kind)
            assert found.status_code == status, found.text[:300]


async def test_the_limits_are_those_that_were_set(tmp_path: Path) -> None:
    limits = Limits(markets=2, body=100)
    async with client(app_of(limits=limits)) as http:
        asked = {"request": REQUEST, "markets": ["DE", "FR", "GB"]}
        assert (await http.post("/v1/compare", json=asked)).status_code == 413
    async with client(app_of(limits=Limits(markets=2))) as http:
        assert (await http.post("/v1/compare", json=asked)).status_code == 422


async def test_a_comparison_has_so_many_lines_on_all_markets(tmp_path: Path) -> None:
    lines = [{**REQUEST["lines"][0], "id": f"l{n}"} for n in range(3)]
    asked = {"request": {**REQUEST, "lines": lines}, "markets": ["DE", "FR"]}
    for limit, status in ((6, 200), (5, 413)):
        async with client(app_of(limits=Limits(compared=limit))) as http:
            found = await http.post("/v1/compare", json=asked)
            assert found.status_code == status
    assert found.json()["error"]["code"] == "too_many_lines"


async def test_a_body_that_does_not_come_is_waited_for_no_longer() -> None:
    reached: list[str] = []

    async def reads(_: Any, receive: Any, send: Any) -> None:
        body = b""
        while (part := await receive())["type"] == "http.request":
            body += part["body"]
        reached.append(part["type"])
        await send({"type": "http.response.start", "status": 500, "headers": []})

    parts = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> Any:
        if parts:
            return parts.pop()
        await anyio.sleep(60)

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await BodyLimit(reads, patience_s=0)({"type": "http", "headers": []}, receive, send)
    assert reached == ["http.disconnect"]
    assert [m["status"] for m in sent if "status" in m] == [408]
    assert json.loads(sent[1]["body"])["error"]["code"] == "too_slow"
    assert (b"connection", b"close") in sent[0]["headers"]


async def test_a_body_without_end_that_nobody_reads_closes_its_connection(tmp_path: Path) -> None:
    with Running(locked(tmp_path)) as running:
        async with await anyio.connect_tcp("127.0.0.1", running.port) as stream:
            await stream.send(
                b"POST /v1/price HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            text = b""
            with anyio.fail_after(5), contextlib.suppress(anyio.EndOfStream):
                while True:
                    text += await stream.receive()
    assert text.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" in text.lower()


async def test_a_deadline_may_begin_with_zeros() -> None:
    async with client(app_of()) as http:
        header = {"Landedcost-Deadline-Ms": "0" * 30 + "800"}
        assert (await http.post("/v1/price", json=REQUEST, headers=header)).status_code == 200


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", "", "٣"])
async def test_a_deadline_is_a_number_of_milliseconds(text: str) -> None:
    async with client(app_of()) as http:
        header = {"Landedcost-Deadline-Ms": text.encode()}
        found = await http.post("/v1/price", json=REQUEST, headers=header)
        assert (found.status_code, found.json()["error"]["code"]) == (422, "bad_deadline")


async def test_without_keys_only_this_machine_is_answered_under_its_own_name() -> None:
    async with client(app_of()) as http:
        for host in ("evil.example", "127.0.0.1.evil.example", "[::2]", "8.8.8.8", ""):
            found = await http.get("/healthz", headers={"Host": host})
            assert (found.status_code, host) == (400, host)
            assert found.json()["error"]["code"] == "wrong_host"
        for host in ("localhost:80", "127.0.0.1", "127.0.0.2:8080", "[::1]:8080", "LOCALHOST"):
            found = await http.get("/healthz", headers={"Host": host})
            assert (found.status_code, host) == (200, host)


async def test_paths_and_methods_that_are_not_there() -> None:
    async with client(app_of()) as http:
        found = await http.get("/v1/nothing")
        assert (found.status_code, found.json()["error"]["code"]) == (404, "no_such_path")
        found = await http.get("/v1/price")
        assert (found.status_code, found.json()["error"]["code"]) == (405, "no_such_method")
        assert found.headers["allow"] == "POST"


async def test_what_nobody_foresaw_is_a_number_and_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from landedcost import LandedCost

    shop = LandedCost("US")
    monkeypatch.setattr(shop, "market", lambda _: 1 // 0)
    async with client(app_of(shop)) as http:
        found = await http.post("/v1/price", json=REQUEST)
    assert found.status_code == 500
    error = found.json()["error"]
    assert error["code"] == "internal"
    number = error["message"].rpartition(" ")[2]
    assert any(number in record.getMessage() for record in caplog.records)
    assert "ZeroDivision" not in found.text


# --- keys ------------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_its_hash_is_kept_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "api-keys.toml"
    first = add_key(path, "shop", ["price"])
    second = add_key(path, "till", ["quotes", "price"], 30)
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert first not in text
    assert second not in text
    keys = ApiKeys.read(path)
    found = keys.allowed(f"Bearer {second}", "quotes")
    assert (found.name, found.per_minute) == ("till", 30)
    assert first not in repr(keys)
    with pytest.raises(RequestError) as caught:
        add_key(path, "shop", ["price"])
    assert caught.value.code == "key_exists"


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "keys = 3",
        "[keys.a]",
        '[keys.a]\nhash = "md5:00"\nscopes = ["price"]',
        '[keys.a]\nhash = "sha256:00"\nscopes = ["price"]',
        f'[keys.a]\nhash = "sha256:{"0" * 64}"\nscopes = []',
        f'[keys.a]\nhash = "sha256:{"0" * 64}"\nscopes = ["everything"]',
        f'[keys.a]\nhash = "sha256:{"0" * 64}"\nscopes = ["price"]\nper_minute = 0',
        f'[keys.a]\nhash = "sha256:{"0" * 64}"\nscope = ["price"]',
        "[keys.a",
    ],
)
def test_what_is_no_file_of_keys_says_so(text: str) -> None:
    with pytest.raises(RequestError) as caught:
        ApiKeys.parse(text, "api-keys.toml")
    assert caught.value.code == "bad_keys"
    assert "0000" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, 'a"]', "ä"])
def test_a_name_is_plain(name: str) -> None:
    with pytest.raises(RequestError):
        new_key(name, ["price"])
