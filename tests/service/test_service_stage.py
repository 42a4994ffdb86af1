"""A service with a drop: facts reach its pages, cards are held, and health tells of each part."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from service_stage import NOON, Clock, Running, callers, client
from shop_files import Files
from sse_starlette.sse import AppStatus

from landedcost import RequestError
from landedcost.catalog import Catalog
from landedcost.service.build import build
from landedcost.service.config import load

pytestmark = pytest.mark.anyio


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def served(files: Files, clock: Clock, env: dict[str, str] | None = None) -> Any:
    settings = load(files.config, env or {})
    catalog = Catalog.load(files.catalog)
    return build(settings, catalog, clock=clock, now_ns=lambda: 0, env=env or {})


async def shown(http: httpx.AsyncClient) -> dict[str, Any]:
    """The cards by market."""
    state = (await http.get("/state")).json()
    return {card["market"]: card for card in state["cards"]}


async def test_a_card_is_held_with_its_units_and_sold_at_its_price(files: Files) -> None:
    async with client(served(files, Clock()), headers=files.header) as http:
        card = (await shown(http))["DE"]
        assert card["stock"]["left"] == 45
        assert (await http.get("/overlay")).status_code == 200
        body = {"card": card["price"]["quote"], "reserve": True}
        made = await http.post("/v1/quotes", json=body)
        assert made.status_code == 201, made.text
        held = made.json()
        assert held["held"]["reserved"] == {"tee": 1, "mug": 1}
        assert held["document"]["answer"]["headline"]["amount"] == card["price"]["amount"]["amount"]
        for _ in range(100):
            if (await shown(http))["DE"]["stock"]["left"] == 44:
                break
            await anyio.sleep(0.05)
        assert (await shown(http))["DE"]["stock"]["left"] == 44
        sold = await http.post(f"/v1/quotes/{held['held']['id']}/accept")
        assert sold.json()["honoured"] is True
        gone = await http.post("/v1/quotes", json={"card": "none"})
        assert (gone.status_code, gone.json()["error"]["code"]) == (404, "no_such_quote")


async def test_a_card_that_is_over_is_made_again_as_the_drop_shows_it(files: Files) -> None:
    clock = Clock()
    async with client(served(files, clock), headers=files.header) as http:
        card = (await shown(http))["DE"]
        body = {"card": card["price"]["quote"], "reserve": True, "hold": "1m"}
        held = (await http.post("/v1/quotes", json=body)).json()["held"]
        clock.pass_by(minutes=2)
        assert (await http.post("/v1/facts", json={"rates": {"USD/EUR": "0.60"}})).is_success
        late = await http.post(f"/v1/quotes/{held['id']}/accept")
        assert late.status_code == 409
        told, now = late.json(), (await shown(http))["DE"]["price"]
        assert told["answer"]["headline"]["amount"] == now["amount"]["amount"]
        assert any(one["what"] == "exchange" for one in told["moved"])
        assert told["held"]["reserved"] == {"tee": 1, "mug": 1}
        sold = await http.post(f"/v1/quotes/{told['held']['id']}/accept")
        assert sold.json()["honoured"] is True
        level = (await http.post("/v1/facts", json={"stock": {"mug": 45}})).json()["stock"]["mug"]
        assert (level["sold"], level["reserved"]) == (1, 0)


async def test_facts_move_the_prices_they_touch_and_no_others(files: Files) -> None:
    async with client(served(files, Clock()), headers=files.header) as http:
        before = await shown(http)
        told = await http.post("/v1/facts", json={"rates": {"USD/EUR": "0.60"}})
        assert told.status_code == 200, told.text
        assert told.json()["touched"] == 1
        assert told.json()["spared"] == 2
        assert told.json()["event"]
        after = await shown(http)
        assert after["DE"]["price"]["amount"] != before["DE"]["price"]["amount"]
        assert after["ja-JP"]["price"] == before["ja-JP"]["price"]
        told = await http.post("/v1/facts", json={"stock": {"mug": 2, "tee": 9}})
        assert told.json()["stock"]["mug"] == {"total": 2, "left": 2, "reserved": 0, "sold": 0}
        for wrong in ({}, {"rates": {}}, {"rates": {"USD/EUR": "x"}}, {"rates": {"EUR": "1"}},
                      {"stock": {}}, {"stock": {"mug": -1}}, {"stock": {"mug": True}},
                      {"stok": {"mug": 1}}):  # fmt: skip
            found = await http.post("/v1/facts", json=wrong)
            assert found.status_code == 422, wrong


async def test_prices_are_made_again_as_time_passes(files: Files) -> None:
    clock = Clock()
    app = served(files, clock)
    async with client(app, headers=files.header) as http:
        first = (await shown(http))["DE"]["price"]
        clock.pass_by(minutes=9)
        for _ in range(100):
            if (await shown(http))["DE"]["price"]["valid_until"] != first["valid_until"]:
                break
            await anyio.sleep(0.05)
        assert (await shown(http))["DE"]["price"]["valid_until"] > first["valid_until"]


async def test_health_tells_of_each_part(files: Files) -> None:
    async with client(served(files, Clock())) as http:
        told = (await http.get("/healthz")).json()
        assert told["status"] == "ok"
        assert set(told["parts"]) == {"store", "inventory", "feed", "sources"}
        page = (await http.get("/metrics")).text
        assert "landedcost_listeners 0.0" in page
        assert (await http.get("/state")).status_code == 200
        page = (await http.get("/metrics")).text
        assert 'landedcost_requests_total{route="/state",status="200"} 1.0' in page
        assert "landedcost_cells_priced 3.0" in page
        assert 'landedcost_requests_total{route="/healthz",status="200"} 1.0' in page


async def test_health_says_which_part_is_worse(files: Files) -> None:
    env = {"LANDEDCOST_DATABASE": str(files.folder / "other" / "service.db")}
    files.folder.joinpath("other").mkdir()
    async with client(served(files, Clock(), env), headers=files.header) as http:
        for path in files.folder.joinpath("other").iterdir():
            path.write_bytes(b"no database any more, but long enough to be looked at" * 200)
        told = (await http.get("/healthz")).json()
        assert told["status"] == "degraded"
        assert told["parts"]["feed"]["state"] in ("ok", "degraded")
        down = [n for n in ("store", "inventory") if told["parts"][n]["state"] == "down"]
        assert down


async def test_a_tick_that_breaks_does_not_end_the_service(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landedcost.live.drop.Drop.advance", lambda *_: 1 // 0)
    clock = Clock()
    async with client(served(files, clock), headers=files.header) as http:
        clock.pass_by(minutes=9)
        assert (await http.post("/v1/facts", json={"stock": {"mug": 9}})).is_success
        for _ in range(100):
            told = (await http.get("/healthz")).json()
            if told["status"] == "degraded":
                break
            await anyio.sleep(0.05)
        assert told["parts"]["feed"]["troubles"] == {"prices": "internal"}
        assert (await http.get("/state")).status_code == 200


async def events(files: Files, url: str, **asked: Any) -> AsyncIterator[dict[str, Any]]:
    async with (
        httpx.AsyncClient(timeout=10) as http,
        http.stream("GET", url, **asked) as found,
    ):
        assert found.status_code == 200
        async for line in found.aiter_lines():
            if line.startswith("data:"):
                yield json.loads(line[5:])


@pytest.mark.slow
async def test_the_stream_needs_a_key_in_the_header_or_in_the_address(files: Files) -> None:
    clock = Clock()
    with Running(served(files, clock)) as running:
        async with httpx.AsyncClient(base_url=running.url) as http:
            assert (await http.get("/v1/stream")).status_code == 401
            assert (await http.get("/v1/stream?key=lck_wrong")).status_code == 401
            other = callers()
            assert (
                await http.get("/v1/stream", headers=other.header("pricing"))
            ).status_code == 401
        quiet = logging.getLogger("httpx")
        before = quiet.level
        quiet.setLevel(logging.WARNING)  # the client of this test logs addresses
        try:
            for url, asked in (
                (f"{running.url}/v1/stream", {"headers": files.header}),
                (f"{running.url}/v1/stream?key={files.token}", {}),
                (f"{running.url}/stream", {}),
            ):
                async for event in events(files, url, **asked):
                    assert event["kind"] == "snapshot"
                    assert len(event["cards"]) == 3
                    break
        finally:
            quiet.setLevel(before)


async def test_other_paths_and_methods_are_refused_as_without_a_stage(files: Files) -> None:
    async with client(served(files, Clock()), headers=files.header) as http:
        for method in ("GET", "PUT", "OPTIONS"):
            found = await http.request(method, "/v1/price")
            assert (found.status_code, found.json()["error"]["code"]) == (405, "no_such_method")
        assert (await http.get("/nothing")).json()["error"]["code"] == "no_such_path"
        assert (await http.post("/state")).json()["error"]["code"] == "no_such_method"
        asked = {"Origin": "null", "Access-Control-Request-Method": "GET"}
        assert (await http.options("/stream", headers=asked)).status_code == 200


async def test_a_service_that_stops_ends_its_streams_without_an_error(
    files: Files, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AppStatus, "should_exit", False)  # it is one for the whole process
    caplog.set_level(logging.ERROR)
    running = Running(served(files, Clock()), level="error")
    with running:
        async with (
            httpx.AsyncClient(timeout=10) as http,
            http.stream("GET", f"{running.url}/stream") as found,
        ):
            lines = found.aiter_lines()
            await anext(lines)
            running.stop()
            assert [line async for line in lines]  # to its end, and not cut off
    assert "ASGI" not in caplog.text


async def test_a_retry_has_its_hold_whatever_became_of_the_card(files: Files) -> None:
    clock = Clock()
    async with client(served(files, clock), headers=files.header) as http:
        card = (await shown(http))["DE"]
        body = {"card": card["price"]["quote"], "reserve": True}
        header = {"Idempotency-Key": "cart-7"}
        first = (await http.post("/v1/quotes", json=body, headers=header)).json()
        clock.pass_by(minutes=30)
        assert (await http.post("/v1/facts", json={"rates": {"USD/EUR": "0.60"}})).is_success
        assert (await http.post("/v1/quotes", json=body)).status_code in (404, 409)
        again = await http.post("/v1/quotes", json=body, headers=header)
        assert again.status_code == 201
        assert again.json()["held"] == first["held"]
        other = await http.post("/v1/quotes", json={**body, "hold": "1m"}, headers=header)
        assert (other.status_code, other.json()["error"]["code"]) == (409, "reused_key")


async def test_a_stage_that_is_not_open_is_seen_with_a_key_alone(tmp_path: Path) -> None:
    async with client(served(Files(tmp_path, drop="open = false"), Clock())) as http:
        for path in ("/overlay", "/stream", "/state"):
            assert (await http.get(path)).status_code == 404
        assert (await http.get("/v1/stream")).status_code == 401


async def test_what_is_shown_is_shown_on_after_a_restart(tmp_path: Path) -> None:
    more = 'state = "drop.json"\n[policy]\nsticky = { band = "90%" }'
    files = Files(tmp_path, drop=more)
    clock = Clock()
    async with client(served(files, clock), headers=files.header) as http:
        before = await shown(http)
    assert tmp_path.joinpath("drop.json").is_file()
    clock.pass_by(minutes=5)
    async with client(served(files, clock), headers=files.header) as http:
        told = await http.post("/v1/facts", json={"rates": {"USD/EUR": "0.80"}})
        assert told.json()["touched"] == 1
        after = await shown(http)
    assert after["DE"]["price"]["amount"] == before["DE"]["price"]["amount"]


def test_several_workers_show_one_drop_by_a_server(files: Files) -> None:
    text = files.config.read_text().replace("[server]", "[server]\nworkers = 2")
    files.config.write_text(text)
    with pytest.raises(RequestError) as caught:
        served(files, Clock(NOON))
    assert caught.value.where == "state.redis"
