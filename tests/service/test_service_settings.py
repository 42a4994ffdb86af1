"""Settings, the store, and the command line of the service."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from secret_words import watch
from service_stage import NOON, signing
from shop_files import Files

from landedcost import Bundle, LandedCost, Line, RequestError
from landedcost.catalog import Catalog
from landedcost.cli import main
from landedcost.held import hold, pin, replay
from landedcost.inventory import Inventory
from landedcost.service.build import build
from landedcost.service.config import Settings, load, of
from landedcost.service.run import guard, serve, worker
from landedcost.service.store import Hold, Holds

PASSWORD = watch("swordfish-of-a-test")
SECRETS = {
    "LANDEDCOST_DATABASE": f"postgresql://nova:{PASSWORD}@db.example/shop",
    "LANDEDCOST_REDIS": f"redis://:{PASSWORD}@cache.example",
    "LANDEDCOST_SHOPIFY_SECRET": watch("shopify-secret-in-env"),
}


def wrong(call: Callable[[], Any]) -> RequestError:
    with pytest.raises(RequestError) as caught:
        call()
    return caught.value


# --- settings --------------------------------------------------------------------------------


def test_what_is_not_said_is_as_usual(tmp_path: Path) -> None:
    found = load(None, {})
    assert (found.host, found.port, found.workers) == ("127.0.0.1", 8080, 1)
    assert found.database.get_secret_value() == "service.db"
    assert not found.inventory


def test_secrets_come_from_the_environment_and_are_never_shown(tmp_path: Path) -> None:
    found = of({}, tmp_path, SECRETS)
    assert found.redis is not None
    for secret in SECRETS.values():
        assert secret not in repr(found)
    assert PASSWORD not in repr(found)
    assert found.database.get_secret_value() == SECRETS["LANDEDCOST_DATABASE"]
    assert found.hooks["shopify"]["secrets"][0].get_secret_value() == "shopify-secret-in-env"
    assert "in-env" not in repr(found.hooks)


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({"sever": {}}, "sever"),
        ({"server": {"prot": 1}}, "server.prot"),
        ({"server": {"port": "80"}}, "server.port"),
        ({"server": {"port": 70_000}}, "server.port"),
        ({"server": {"workers": 0}}, "server.workers"),
        ({"server": {"deadline_ms": True}}, "server.deadline_ms"),
        ({"quotes": {"hold": "soon"}}, "quotes.hold"),
        ({"quotes": {"hold": "2h", "longest": "1h"}}, "quotes.hold"),
        ({"quotes": {"shop": 3}}, "quotes.shop"),
        ({"state": {"inventory": "yes"}}, "state.inventory"),
        ({"state": {"database": 3}}, "state.database"),
        ({"sources": {"rate": "ecb"}}, "sources.rate"),
        ({"hooks": {"magento": {}}}, "hooks.magento"),
        ({"hooks": {"shopify": {}}}, "hooks.shopify.secret"),
        ({"drop": {"market": []}}, "drop.market"),
        ({"server": 3}, "server"),
    ],
)
def test_a_wrong_setting_is_named(table: dict[str, Any], where: str, tmp_path: Path) -> None:
    assert wrong(lambda: of(table, tmp_path, {})).where == where


def test_a_file_with_a_secret_is_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "service.toml"
    path.write_text(f'[hooks.shopify]\nsecret = "{PASSWORD}"\n')
    path.chmod(0o644)
    error = wrong(lambda: load(path, {}))
    assert error.code == "open_key_file"
    assert PASSWORD not in str(error)
    path.chmod(0o600)
    assert load(path, {}).hooks["shopify"]["secrets"]
    path.write_text(f'[state]\ndatabase = "postgresql://a:{PASSWORD}@b/c"\n')
    path.chmod(0o640)
    assert wrong(lambda: load(path, {})).code == "open_key_file"


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    assert wrong(lambda: load(tmp_path / "none.toml", {})).code == "no_file"
    path = tmp_path / "service.toml"
    path.write_text("[server")
    error = wrong(lambda: load(path, {}))
    assert (error.code, error.where) == ("bad_toml", "service.toml")


def built(files: Files, table: dict[str, Any], **env: str) -> Any:
    settings = of(table, files.folder, env)
    catalog = Catalog.load(files.catalog)
    return build(settings, catalog, clock=lambda: NOON, now_ns=lambda: 0, env=env)


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({"shop": {"country": "US"}}, "shop"),
        ({"drop": {"markets": []}}, "drop.markets"),
        ({"drop": {"bundles": ["paar"]}}, "name"),
        ({"hooks": {"saleor": {"jwks": "none.json"}}}, "hooks.saleor.jwks"),
        ({"sources": {"landed_policy": "always"}}, "sources.landed_policy"),
    ],
)
def test_what_cannot_be_served_is_said_before(
    table: dict[str, Any], where: str, tmp_path: Path
) -> None:
    assert wrong(lambda: built(Files(tmp_path), table)).where == where


def test_a_drop_and_other_shops_need_a_catalogue(tmp_path: Path) -> None:
    for table in ({"drop": {}}, {"hooks": {"shopify": {"secret": "some-secret"}}}):
        settings = of(table, tmp_path, {})
        error = wrong(
            lambda settings=settings: build(
                settings, None, clock=lambda: NOON, now_ns=lambda: 0, env={}
            )
        )
        assert error.code == "missing_field"


def test_the_stock_of_a_catalogue_is_put_in_once(tmp_path: Path) -> None:
    files = Files(tmp_path)
    table = {"state": {"inventory": True}}
    built(files, table).state.close()
    with Inventory.open(tmp_path / "service.db") as stock:
        stock.set_stock("tee", 7, NOON)
    built(files, table).state.close()
    with Inventory.open(tmp_path / "service.db") as stock:
        assert stock.left("tee", NOON).total == 7
        assert stock.left("mug", NOON).total == 45


# --- the store -------------------------------------------------------------------------------


def a_hold(name: str, record: bool = False) -> Hold:
    shop = LandedCost("US")
    line = Line("tee", "25.00 USD", hs_code="6109.10", origin="VN", weight_g=180)
    quote = shop.price_for(Bundle([line], shipping="9.00 USD"), "de-DE", as_of=NOON.date())
    kept = pin(quote, shop.rules) if record else None
    made = hold(quote, KEYS, at=NOON, lasts=timedelta(minutes=5), shop="nova", record=kept)
    return Hold(name, "x", made.as_dict(), {"tee": 1}, NOON, made.valid_until, kept)


KEYS = signing()


def test_what_is_kept_comes_back_as_it_was(database: str) -> None:
    with_record, without = a_hold("q1", record=True), a_hold("q2")
    holds = Holds(database)
    assert holds.put(with_record) == with_record
    assert holds.put(without) == without
    assert holds.get("q1") == with_record
    assert holds.get("none") is None
    found = holds.get("q1")
    assert found is not None
    assert found.record is not None
    assert replay(found.record).same
    other = Hold("q1", "y", without.document, {}, NOON, NOON)
    assert holds.put(other) == with_record  # the first stays
    accepted = holds.accept("q1", NOON + timedelta(minutes=1))
    assert holds.accept("q1", NOON + timedelta(minutes=9)) == accepted
    assert holds.forget(NOON) == 0
    assert holds.forget(NOON + timedelta(days=1)) == 1
    assert holds.get("q1") == accepted
    holds.close()


def test_tables_of_another_version_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "service.db"
    Holds(place).close()
    with sqlite3.connect(place) as db:
        db.execute("UPDATE service_format SET version = 9")
    db.close()
    assert wrong(lambda: Holds(place)).code == "bad_format"


# --- the command line ------------------------------------------------------------------------


def test_a_key_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["service", "key", "shop", "--scopes", "price,quotes", "--file", "keys.toml"]
    assert main(words) == 0
    told = capsys.readouterr()
    assert watch(told.out.strip()).startswith("lck_")
    assert told.out.strip() not in Path("keys.toml").read_text()
    assert main(words) == 2
    assert "already" in capsys.readouterr().err
    assert main([*words[:2], "other", "--scopes", "prize"]) == 2
    assert "price" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "shop.example"])
def test_without_keys_other_machines_are_not_let_in(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["service", "serve", "--host", host]) == 2
    assert "without keys" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_needs_no_key(host: str) -> None:
    assert guard(Settings(Path(), host=host)) is False


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    from socket import socket

    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(tmp_path, port=taken.getsockname()[1])
        assert wrong(lambda: serve(settings, None, None)).code == "port_taken"


def test_each_of_several_processes_reads_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "service.toml"
    config.write_text('[quotes]\nsigning_keys = "signing.toml"\n')
    signing().save(tmp_path / "signing.toml")
    told = io.StringIO()
    told.write(f'{{"config": "{config}", "catalog": null}}')
    monkeypatch.setenv("LANDEDCOST_SERVICE", told.getvalue())
    app = worker()
    assert any(route.path == "/v1/quotes" for route in app.routes)  # type: ignore[attr-defined]
    app.state.close()
