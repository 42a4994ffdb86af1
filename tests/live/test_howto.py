"""The server of the how-to, and the rest of the command line."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from live_stage import Stage, free_port

from landedcost.cli import main
from landedcost.inventory import Inventory

ROOT = Path(__file__).resolve().parents[2]
REQUEST = {
    "seller": {"country": "US"},
    "ship_from": {"country": "US"},
    "buyer": {"country": "DE"},
    "lines": [
        {
            "id": "tee",
            "unit_price": {"amount": "25.00", "currency": "USD"},
            "hs_code": "6109.10",
            "origin": "VN",
        }
    ],
}
PAGE = ROOT.joinpath("docs/how-to/put-prices-on-your-stream.md").read_text(encoding="utf-8")


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop's file of the how-to, in a folder of its own."""
    found = re.search(r'title="drop.toml"\n(.*?)```', PAGE, re.DOTALL)
    assert found is not None
    path = tmp_path / "drop.toml"
    path.write_text(found[1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


@pytest.mark.slow
def test_the_server_of_the_how_to(bundle: Path) -> None:
    found = re.search(r"^\$ landedcost (live serve .*)$", PAGE, re.MULTILINE)
    assert found is not None
    port = free_port()
    command = [sys.executable, "-m", "landedcost", *shlex.split(found[1]), "--port", str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=bundle.parent
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        told = [process.stdout.readline().decode() for _ in range(2)]
        assert told == [f"overlay: http://127.0.0.1:{port}/overlay\n", "stop it with Ctrl-C\n"]
        url = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                cards = httpx.get(f"{url}/state").json()["cards"]
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        assert [card["market"] for card in cards] == ["en-US", "en-GB", "de-DE", "ja-JP", "en-AU"]
        assert all(card["price"]["saving"] for card in cards)
        assert {card["title"] for card in cards} == {"Tour tee + enamel mug"}
        with httpx.stream("GET", f"{url}/stream") as answer:
            lines = answer.iter_lines()
            next(lines)
            process.send_signal(signal.SIGINT)  # with a page connected
            assert process.wait(8) in (0, 130)
            assert list(lines)  # the answer is ended, not broken off
        assert process.stderr.read() == b""
    finally:
        process.kill()
        process.stdout.close()
        process.stderr.close()


def test_a_port_that_is_taken(bundle: Path) -> None:
    taken = Stage().start()
    command = [sys.executable, "-m", "landedcost", "live", "serve", str(bundle)]
    done = subprocess.run(
        [*command, "--port", str(taken.port)], capture_output=True, encoding="utf-8", check=False
    )
    taken.stop()
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{taken.port}" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--to", "DEU"], "--to"),
        (["--to", "DE", "--port", "0"], "--port"),
        (["--to", "DE", "--heartbeat", "60"], "--heartbeat"),
        (["--to", "ar-AE", "--as-of", "2026-10-01"], "no rate for USD/AED"),
    ],
)
def test_what_cannot_be_served(
    bundle: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["live", "serve", str(bundle), *words]) != 0
    assert told in capsys.readouterr().err


def test_a_file_without_bundles_and_a_request_without_markets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.toml"
    empty.write_text(PAGE.split('title="drop.toml"')[1].split("[bundles")[0], encoding="utf-8")
    assert main(["live", "serve", str(empty)]) == 2
    assert "the file has no bundles" in capsys.readouterr().err
    request = tmp_path / "tee.json"
    request.write_text(json.dumps(REQUEST), encoding="utf-8")
    assert main(["live", "serve", str(request)]) == 2
    assert "no market given" in capsys.readouterr().err


@pytest.mark.slow
def test_a_drop_with_stock_that_goes_on_after_a_restart(bundle: Path) -> None:
    text = bundle.read_text(encoding="utf-8").replace("weight_g = 180", "weight_g = 180\nstock = 9")
    bundle.write_text(text, encoding="utf-8")
    with Inventory.open(bundle.parent / "stock.db") as stock:
        stock.set_stock("tee", 9, datetime.now(UTC))
        shown = []
        for left in (9, 4):
            stock.set_stock("tee", left, datetime.now(UTC))
            port = free_port()
            command = [sys.executable, "-m", "landedcost", "live", "serve", "drop.toml"]
            more = ["--stock", "stock.db", "--state", "state.json", "--port", str(port)]
            process = subprocess.Popen([*command, *more], cwd=bundle.parent, stdout=subprocess.PIPE)
            try:
                assert process.stdout is not None
                process.stdout.readline()
                for _ in range(600):
                    try:
                        cards = httpx.get(f"http://127.0.0.1:{port}/state").json()["cards"]
                        break
                    except httpx.ConnectError:
                        time.sleep(0.05)
                process.send_signal(signal.SIGINT)
                assert process.wait(8) in (0, 130)
            finally:
                process.kill()
                process.stdout.close()
            assert {card["stock"]["left"] for card in cards} == {left}
            shown.append(json.loads((bundle.parent / "state.json").read_text(encoding="utf-8")))
    assert shown[0]["tour"]["de-DE"] == shown[1]["tour"]["de-DE"]


def test_what_a_drop_cannot_be_served_from(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = bundle.with_name("tee.json")
    request.write_text(json.dumps(REQUEST), encoding="utf-8")
    assert main(["live", "serve", "drop.toml", "tee.json", "--to", "DE"]) == 2
    assert "a shop's file is served by itself" in capsys.readouterr().err
    bundle.with_name("state.json").write_text("[]", encoding="utf-8")
    assert main(["live", "serve", "drop.toml", "--state", "state.json"]) == 2
    assert "state.json" in capsys.readouterr().err
    told = bundle.read_text(encoding="utf-8")
    drops = '[drops.one]\nmarkets = ["fr-FR"]\nstarts = "2026-10-02T20:00"\n'
    bundle.write_text(f"{told}\n{drops}", encoding="utf-8")
    assert main(["live", "serve", "drop.toml"]) == 2
    assert "no drop of the file sells anything on these markets" in capsys.readouterr().err


def test_what_cannot_be_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert main(["live", "export", "obs", "-o", out]) == 2
    assert "known: page, widget, twitch" in capsys.readouterr().err
    assert main(["live", "export", "page", "-o", out, "--server", "here"]) == 2
    assert "not the address of a server" in capsys.readouterr().err
    assert main(["live", "export", "page", "-o", str(tmp_path / "no" / "out")]) == 2
    assert "No such file or directory" in capsys.readouterr().err
    assert not Path(out).exists()


def test_what_is_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind, start in (("page", b"<!doctype html>"), ("widget", b"PK"), ("twitch", b"PK")):
        out = tmp_path / kind
        assert main(["live", "export", kind, "-o", str(out)]) == 0
        assert out.read_bytes().startswith(start)
    assert capsys.readouterr().out.count("\n") == 3


def test_the_reference_names_every_setting_and_variable() -> None:
    page = ROOT.joinpath("docs/reference/overlay.md").read_text(encoding="utf-8")
    source = ROOT.joinpath("src/landedcost/live/page")
    settings = re.findall(
        r"^  (\w+): \[", source.joinpath("settings.js").read_text(encoding="utf-8"), re.MULTILINE
    )
    variables = set(re.findall(r"--[\w-]+(?=:)", source.joinpath("overlay.css").read_text("utf-8")))
    assert len(settings) > 15
    assert [name for name in (*settings, *variables) if f"`{name}`" not in page] == ["--scale"]
