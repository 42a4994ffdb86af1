"""Prices over HTTP, held, verified and accepted: once, in time, and never in silence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from service_stage import NOON, REQUEST, Clock, app_of, callers, client, signing, till

from landedcost import LandedCost
from landedcost.contract import AnswerDocument, build_request
from landedcost.held import Keys
from landedcost.inventory import Inventory
from landedcost.service.till import Wanted

pytestmark = pytest.mark.anyio
KEYS = signing()


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "service.db")


async def test_a_price_is_the_answer_of_the_package() -> None:
    own = LandedCost("US").price(build_request(REQUEST, as_of=NOON.date()))
    async with client(app_of()) as http:
        found = await http.post("/v1/price", json=REQUEST)
    assert found.status_code == 200
    assert found.json() == own.as_dict()
    AnswerDocument.model_validate(found.json())


async def test_a_comparison_has_an_answer_or_an_error_for_each() -> None:
    request = {k: v for k, v in REQUEST.items() if "rates" not in k}
    async with client(app_of()) as http:
        asked = {"request": request, "markets": ["DE", "CA-ON", "en-GB", "XX", "DE"]}
        found = (await http.post("/v1/compare", json=asked)).json()["markets"]
    assert [one["market"] for one in found] == ["DE", "CA-ON", "en-GB", "XX"]
    assert [one["error"] is None for one in found] == [True, True, True, False]
    assert found[3]["error"]["code"] == "unknown_country"


async def test_a_price_can_be_held_with_the_answer(place: str) -> None:
    async with client(app_of(till=till(place, KEYS))) as http:
        found = (await http.post("/v1/price?hold=20m", json=REQUEST)).json()
        held = found.pop("held")
        assert held["valid_until"] == "2026-10-01T12:20:00Z"
        kept = (await http.get(f"/v1/quotes/{held['id']}")).json()
        assert kept["state"] == "held"
        assert kept["document"]["answer"] == found
        assert kept["total"] == found["total"]
        assert (await http.post("/v1/price?hold=2d", json=REQUEST)).status_code == 422


async def test_without_keys_to_sign_nothing_is_held() -> None:
    async with client(app_of()) as http:
        found = await http.post("/v1/price?hold=20m", json=REQUEST)
        assert (found.status_code, found.json()["error"]["code"]) == (409, "no_signing_key")
        assert (await http.post("/v1/quotes", json={"request": REQUEST})).status_code == 404


async def test_accepted_once_and_the_same_when_asked_again(place: str) -> None:
    clock = Clock()
    with Inventory.open(place) as stock:
        stock.set_stock("tee", 3, NOON)
        app = app_of(clock=clock, till=till(place, KEYS, stock), stock=stock)
        async with client(app) as http:
            body = {"request": REQUEST, "reserve": True}
            made = await http.post("/v1/quotes", json=body)
            assert made.status_code == 201
            held = made.json()["held"]
            assert held["reserved"] == {"tee": 2}
            assert stock.left("tee", clock()).left == 1
            sold_out = await http.post("/v1/quotes", json=body)
            assert (sold_out.status_code, sold_out.json()["error"]["code"]) == (409, "sold_out")
            first = await http.post(f"/v1/quotes/{held['id']}/accept")
            assert first.status_code == 200
            assert first.json()["honoured"] is True
            clock.pass_by(days=3)
            again = await http.post(f"/v1/quotes/{held['id']}/accept", json={})
            assert again.json() == first.json()
            assert stock.left("tee", clock()).sold == 2


async def test_after_its_time_nothing_is_sold_and_what_moved_is_said(place: str) -> None:
    clock = Clock()
    request = {k: v for k, v in REQUEST.items() if "rates" not in k}
    with Inventory.open(place) as stock:
        stock.set_stock("tee", 3, NOON)
        app = app_of(clock=clock, till=till(place, KEYS, stock), stock=stock)
        async with client(app) as http:
            made = await http.post("/v1/quotes", json={"request": request, "reserve": True})
            old = made.json()["held"]
            clock.pass_by(days=20)
            late = await http.post(f"/v1/quotes/{old['id']}/accept")
            assert late.status_code == 409
            told = late.json()
            assert told["honoured"] is False
            assert told["error"]["code"] == "expired"
            assert any(one["what"] == "exchange" for one in told["moved"])
            assert stock.left("tee", clock()).sold == 0
            assert told["held"]["id"] != old["id"]
            assert stock.left("tee", clock()).reserved == 2
            again = (await http.post(f"/v1/quotes/{old['id']}/accept")).json()
            assert again["held"] == told["held"]  # asked again, no more units are taken
            fresh = await http.post(f"/v1/quotes/{told['held']['id']}/accept")
            assert fresh.status_code == 200
            assert fresh.json()["total"] == told["answer"]["total"]
            assert stock.left("tee", clock()).sold == 2


async def test_sold_before_a_crash_is_sold_after_it_whatever_the_time(place: str) -> None:
    clock = Clock()
    with Inventory.open(place) as stock:
        stock.set_stock("tee", 2, NOON)
        async with client(app_of(clock=clock, till=till(place, KEYS, stock))) as http:
            made = await http.post("/v1/quotes", json={"request": REQUEST, "reserve": True})
            hold_id = made.json()["held"]["id"]
            stock.commit(hold_id, clock())  # and then the process died
            clock.pass_by(days=1)
            found = await http.post(f"/v1/quotes/{hold_id}/accept")
            assert (found.status_code, found.json()["honoured"]) == (200, True)
            assert stock.left("tee", clock()).sold == 2


async def test_one_basket_is_held_once_however_often_it_is_asked(place: str) -> None:
    with Inventory.open(place) as stock:
        stock.set_stock("tee", 10, NOON)
        async with client(app_of(till=till(place, KEYS, stock))) as http:
            body, header = {"request": REQUEST, "reserve": True}, {"Idempotency-Key": "cart-7"}
            found: list[Any] = []

            async def ask() -> None:
                found.append((await http.post("/v1/quotes", json=body, headers=header)).json())

            async with anyio.create_task_group() as tasks:
                for _ in range(8):
                    tasks.start_soon(ask)
            assert len({one["held"]["id"] for one in found}) == 1
            assert stock.left("tee", NOON).reserved == 2
            other = {**body, "hold": "5m"}
            reused = await http.post("/v1/quotes", json=other, headers=header)
            assert (reused.status_code, reused.json()["error"]["code"]) == (409, "reused_key")


async def test_eight_ask_for_the_last_two(place: str) -> None:
    with Inventory.open(place) as stock:
        stock.set_stock("tee", 2, NOON)
        async with client(app_of(till=till(place, KEYS, stock))) as http:
            found: list[int] = []

            async def ask() -> None:
                body = {"request": REQUEST, "reserve": {"tee": 1}}
                found.append((await http.post("/v1/quotes", json=body)).status_code)

            async with anyio.create_task_group() as tasks:
                for _ in range(8):
                    tasks.start_soon(ask)
            assert sorted(found) == [201, 201, *[409] * 6]


@pytest.mark.parametrize("name", ["%00", "q%00", "%F0%9F%91%95", "Q", "x" * 500, "..%2f..%2fetc"])
async def test_an_id_that_is_none(name: str, database: str) -> None:
    async with client(app_of(till=till(database, KEYS))) as http:
        assert (await http.get(f"/v1/quotes/{name}")).status_code == 404
        assert (await http.post(f"/v1/quotes/{name}/accept")).status_code == 404


async def test_texts_that_a_database_may_not_like(database: str) -> None:
    line = {**REQUEST["lines"][0], "title": "\x00 null \U0001f455 \u202e"}
    with Inventory.open(database) as stock:
        kept = till(database, KEYS, stock)
        async with client(app_of(till=kept, stock=stock)) as http:
            made = await http.post("/v1/quotes", json={"request": {**REQUEST, "lines": [line]}})
            assert made.status_code in (201, 422)
            if made.status_code == 201:
                found = await http.get(f"/v1/quotes/{made.json()['held']['id']}")
                assert found.json() == made.json()
            for sku in ("\x00", "\U0001f455", "a\x00b", "x" * 200):
                body = {"request": REQUEST, "reserve": {sku: 1}}
                assert (await http.post("/v1/quotes", json=body)).status_code == 422
                assert (await http.post("/v1/facts", json={"stock": {sku: -1}})).status_code == 422


async def test_accepted_by_eight_at_once_is_sold_once(database: str) -> None:
    with Inventory.open(database) as stock:
        stock.set_stock("tee", 2, NOON)
        async with client(app_of(till=till(database, KEYS, stock))) as http:
            made = await http.post("/v1/quotes", json={"request": REQUEST, "reserve": True})
            found: list[Any] = []

            async def accept() -> None:
                answer = await http.post(f"/v1/quotes/{made.json()['held']['id']}/accept")
                found.append((answer.status_code, answer.text))

            async with anyio.create_task_group() as tasks:
                for _ in range(8):
                    tasks.start_soon(accept)
            assert len(set(found)) == 1
            assert found[0][0] == 200
            assert [m.kind for m in stock.movements()] == ["stocked", "reserved", "sold"]


async def test_verified_or_why_not(place: str) -> None:
    clock = Clock()
    async with client(app_of(clock=clock, till=till(place, KEYS))) as http:
        one = (await http.post("/v1/quotes", json={"request": REQUEST, "hold": "10m"})).json()
        two = (await http.post("/v1/quotes", json={"request": REQUEST, "hold": "11m"})).json()
        at = f"/v1/quotes/{one['held']['id']}/verify"

        async def why(**body: str) -> str:
            found = (await http.post(at, json=body)).json()
            assert found["honoured"] is (found["error"] is None)
            return "" if found["error"] is None else str(found["error"]["code"])

        token = one["held"]["token"]
        assert (await http.post(at)).json()["honoured"] is True
        assert await why(token=token, to="DE", currency="EUR") == ""
        assert await why(token=two["held"]["token"]) == "other_quote"
        assert await why(token=token[:-4] + "AAAA") == "tampered"
        assert await why(token="x") == "malformed"
        assert await why(currency="CHF") == "re_scoped"
        clock.pass_by(minutes=10)
        assert await why() == "expired"
        assert (await http.post("/v1/quotes/q0/verify")).status_code == 404


async def test_a_retired_key_honours_nothing(place: str) -> None:
    async with client(app_of(till=till(place, KEYS))) as http:
        made = (await http.post("/v1/quotes", json={"request": REQUEST})).json()
    rotated: Keys = KEYS.rotate(keep=0)
    async with client(app_of(till=till(place, rotated))) as http:
        found = await http.post(f"/v1/quotes/{made['held']['id']}/accept")
        assert (found.status_code, found.json()["error"]["code"]) == (409, "retired_key")


async def test_what_is_kept_outlives_the_service(place: str) -> None:
    body = {"request": REQUEST, "record": True}
    async with client(app_of(till=till(place, KEYS))) as http:
        made = (await http.post("/v1/quotes", json=body)).json()
    async with client(app_of(till=till(place, KEYS))) as http:
        assert (await http.get(f"/v1/quotes/{made['held']['id']}")).json() == made
        urls = {"success_url": "https://shop.example/ok", "cancel_url": "https://shop.example"}
        asked = {"quote": made["held"]["id"], **urls}
        short = await http.post("/v1/hooks/stripe/session", json=asked)
        assert short.json()["error"]["code"] == "bad_expiry"  # Stripe takes 30 minutes at least


async def test_a_held_price_as_a_session_of_stripe(place: str) -> None:
    team = callers()
    for record in (True, False):
        kept = till(place, KEYS, usual=timedelta(hours=2))
        async with client(app_of(till=kept, keys=team.keys), headers=team.header("all")) as http:
            body = {"request": REQUEST, "record": record}
            made = (await http.post("/v1/quotes", json=body)).json()
            asked = {"quote": made["held"]["id"], "success_url": "https://a", "cancel_url": "b"}
            found = await http.post("/v1/hooks/stripe/session", json=asked)
        assert found.status_code == 200, found.text
        session = found.json()
        items = sum(i["price_data"]["unit_amount"] * i["quantity"] for i in session["line_items"])
        sent = session["shipping_options"][0]["shipping_rate_data"]["fixed_amount"]["amount"]
        due = made["due_at_checkout"]["amount"].replace(".", "")
        assert items + sent == int(due)
        assert session["client_reference_id"] == made["held"]["id"]
        assert session["metadata"]["quote_token_1"]


def test_a_hold_lasts_no_longer_than_units_that_were_reserved_before(place: str) -> None:
    """Its first attempt ended between the stock and the store: the units are not promised anew."""
    quote = LandedCost("US").price(build_request(REQUEST, as_of=NOON.date()))
    rules = LandedCost("US").rules
    with Inventory.open(place) as stock:
        stock.set_stock("tee", 5, NOON)
        kept = till(place, KEYS, stock)
        stock.reserve("k1", {"tee": 2}, NOON + timedelta(minutes=10), NOON)
        later = NOON + timedelta(minutes=4)
        wanted = Wanted(timedelta(minutes=10), {"tee": 2}, "asked", "k1")
        found = kept.hold(quote, wanted, later, rules)
        assert found.until == NOON + timedelta(minutes=10)
        assert kept.held(found).valid_until == found.until
        assert kept.hold(quote, wanted, later, rules) == found
        sold = kept.take(found, found.until - timedelta(seconds=1))
        assert sold is not None
        kept.holds.close()
