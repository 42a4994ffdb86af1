"""Schemathesis asks every operation of the OpenAPI document: no 500, nothing it does not say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from checkout_payloads import GOODS
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from service_stage import NOON, REQUEST, Clock, Running, app_of, callers, client, signing, till

from landedcost import Amount, LandedCost
from landedcost.inventory import Inventory
from landedcost.ports.flow import Secret
from landedcost.service.desk import Limits
from landedcost.service.hooks import HookSettings, SaleorHook, ShopifyHook

TEAM = callers()
KEYS = signing()
CLOCK = Clock()
SECRET = (Secret("a-secret-nobody-knows"),)
HOOKS = HookSettings(
    GOODS, Amount.of("9.00 USD"), SaleorHook(secrets=SECRET), ShopifyHook(SECRET), SECRET
)


def whole(folder: Path) -> Any:
    """A service that offers all there is."""
    stock = Inventory.open(folder / "service.db")
    stock.set_stock("tee", 1_000, NOON)
    kept = till(folder / "service.db", KEYS, stock)
    return app_of(
        LandedCost("US"), CLOCK, till=kept, stock=stock, hooks=HOOKS, keys=TEAM.keys,
        limits=Limits(markets=3),
    )  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Running(whole(tmp_path_factory.mktemp("contract"))) as running:
        yield running.url


OPERATIONS = (
    "POST /v1/price",
    "POST /v1/compare",
    "POST /v1/facts",
    "GET /healthz",
    "GET /metrics",
    "POST /v1/quotes",
    "GET /v1/quotes/{id}",
    "POST /v1/quotes/{id}/verify",
    "POST /v1/quotes/{id}/accept",
    "POST /v1/hooks/stripe/session",
    "POST /v1/hooks/medusa",
    "POST /v1/hooks/saleor",
    "POST /v1/hooks/shopify",
    "POST /v1/hooks/woocommerce",
)
WELL_FORMED = [200, 201, 401, 404, 409, 413, 422, 429, 503]
"""What may be said to a body that the schema allows: it can be well formed and wrong."""


@pytest.fixture(scope="module")
def api(served: str) -> Any:
    found = schemathesis.openapi.from_url(f"{served}/openapi.json")
    found.config.checks.positive_data_acceptance.expected_statuses = [str(s) for s in WELL_FORMED]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_keeps_its_contract(operation: str, mode: Any, api: Any) -> None:
    method, _, path = operation.partition(" ")

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=api[path][method].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(headers=TEAM.header("all"))

    try:
        ask()
    except Unsatisfiable:
        assert mode is schemathesis.GenerationMode.NEGATIVE  # nothing can be sent wrong


def test_what_succeeds_is_as_described(api: Any) -> None:
    def ask(operation: str, status: int, body: Any = None, **parts: Any) -> Any:
        method, _, path = operation.partition(" ")
        more = {} if body is None else {"body": body, "media_type": "application/json"}
        case = api[path][method].Case(**more, **parts)
        found = case.call(headers=TEAM.header("all"))
        assert found.status_code == status, found.text
        case.validate_response(found)
        return found.json() if "json" in found.headers["content-type"][0] else found.text

    ask("POST /v1/price", 200, REQUEST)
    priced = ask("POST /v1/price", 200, REQUEST, query={"hold": "10m"})
    assert priced["held"]["token"]
    ask("POST /v1/compare", 200, {"request": REQUEST, "markets": ["DE", "XX"]})
    ask("POST /v1/facts", 200, {"stock": {"mug": 3}})
    ask("GET /healthz", 200)
    ask("GET /metrics", 200)
    wanted = {"request": REQUEST, "reserve": True, "record": True}
    headers = {"Idempotency-Key": "cart", **TEAM.header("all")}
    held = ask("POST /v1/quotes", 201, wanted, headers=headers)["held"]
    at = {"path_parameters": {"id": held["id"]}}
    assert ask("GET /v1/quotes/{id}", 200, **at)["held"] == held
    assert ask("POST /v1/quotes/{id}/verify", 200, {"token": held["token"]}, **at)["honoured"]
    assert not ask("POST /v1/quotes/{id}/verify", 200, {"token": "x"}, **at)["honoured"]
    assert ask("POST /v1/quotes/{id}/accept", 200, {}, **at)["state"] == "accepted"
    ask("POST /v1/hooks/medusa", 200, {"request": REQUEST})
    short = ask("POST /v1/quotes", 201, {"request": REQUEST, "hold": "1s"})["held"]
    CLOCK.pass_by(seconds=2)
    at = {"path_parameters": {"id": short["id"]}}
    late = ask("POST /v1/quotes/{id}/accept", 409, {}, **at)
    assert late["held"]["id"] != short["id"]
    ask("POST /v1/quotes/{id}/accept", 404, {}, path_parameters={"id": "none"})


@pytest.mark.anyio
async def test_the_document_names_every_path_that_is_there(tmp_path: Path) -> None:
    app = whole(tmp_path)
    async with client(app, headers=TEAM.header("all")) as http:
        told = (await http.get("/openapi.json")).json()
        made = (await http.post("/v1/quotes", json={"request": REQUEST})).json()
        assert datetime.fromisoformat(made["held"]["valid_until"]).astimezone(UTC)
    paths = {route.path for route in app.routes} - {"/openapi.json"}
    assert paths == set(told["paths"])
    operations = {f"{m.upper()} {p}" for p, told in told["paths"].items() for m in told}
    assert operations == set(OPERATIONS)
