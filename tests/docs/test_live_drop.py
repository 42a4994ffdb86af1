"""The creator's day: it fails where it is not true, it can be watched, and its picture is of it."""

from __future__ import annotations

import os
import re
import signal
import struct
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "live_drop"
PAGE = ROOT / "docs" / "tutorial" / "a-live-drop.md"
PICTURE = ROOT / "docs" / "how-to" / "live-drop.png"
MOST_BYTES = 300_000

pytestmark = pytest.mark.slow


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", *words],
        env={**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8", **more},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def plain(told: str) -> str:
    """With ordinary spaces for those that do not break."""
    return re.sub(r"[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", told).strip()


def test_the_page_shows_what_the_example_prints() -> None:
    done = run(str(EXAMPLE / "main.py"))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    shown = re.findall(r"^```text\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(shown) > 5
    told = [line.rstrip() for line in done.stdout.splitlines()]
    printed = plain("\n".join(told))
    for block in shown:
        assert plain(block) in printed, block


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("bank.Bank.moves = lambda *_: None", "AssertionError"),
        ("stage.Stage.pass_by = lambda *_: asyncio.sleep(0)", "AssertionError"),
        ("story.cheaper = lambda token: token", "AssertionError"),
    ],
)
def test_a_day_that_goes_otherwise_fails(change: str, told: str) -> None:
    lines = (
        f"import asyncio, sys; sys.path.insert(0, {str(EXAMPLE)!r})",
        f"sys.argv = ['main.py']; import bank, stage, story, main; {change}; main.main()",
    )
    done = run("-c", "\n".join(lines))
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith(told)


def test_it_stays_up_to_be_watched_until_it_is_stopped() -> None:
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLE / "main.py"), "--serve", "--port", "0", "--speed", "60"],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        url = process.stdout.readline().split()[-1]
        assert "<title>" in httpx.get(url).text
        taken = run(str(EXAMPLE / "main.py"), "--port", url.split(":")[2].split("/")[0])
        assert taken.returncode == 2
        assert "give another --port" in taken.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stdout.read().rstrip().endswith("stopped")
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.stdout.close()
        process.stderr.close()


def test_the_picture_can_be_taken_again(tmp_path: Path) -> None:
    """In a real Chromium, over the example's own service; it looks for the prices itself."""
    target = tmp_path / "live-drop.png"
    done = run(str(ROOT / "scripts" / "live_drop_picture"), str(target))
    assert done.returncode == 0, done.stderr
    for picture in (target, PICTURE):
        found = picture.read_bytes()
        assert found.startswith(b"\x89PNG")
        assert struct.unpack(">II", found[16:24]) == (1280, 720)
        assert len(found) < MOST_BYTES
