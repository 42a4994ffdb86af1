"""A real Chromium, pages of it, and a server to look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live_stage import Stage
from playwright.sync_api import Browser, Page, sync_playwright
from redis_server import redis_program as redis_program
from redis_server import server as server

from landedcost.live.export import page as exported

ROOT = Path(__file__).resolve().parents[2]
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For a module and no longer: Playwright keeps an event loop running in this thread."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        pytest.fail(f"none of {', '.join(_PROGRAMS)} is installed: apt install chromium")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=_OPTIONS)
        yield made
        made.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens an address in a window of 1920 by 1080; a script that fails fails the test."""
    contexts = []
    errors: list[str] = []

    def opened(url: str, *, before: str = "", **options: Any) -> Page:
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if before:
            page.add_init_script(before)
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.stop()


@pytest.fixture
def overlay_file(tmp_path: Path) -> str:
    """The overlay exported as a file, as an address."""
    path = tmp_path / "overlay.html"
    path.write_text(exported(), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures are kept to be looked at."""
    folder = ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
