"""The page in a real Chromium: it never shows a price that is not known to hold."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from live_stage import App, Stage, a_card, a_part, a_price, free_port, now
from playwright.sync_api import Page, expect

from landedcost.live.card import Gone, Sale, Stock

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]
FAST = "stale=2&retry_min=0.1&retry_max=0.4&poll=0.3"


def amounts(page: Page) -> list[str]:
    """Every text of the page's own that holds an amount, seen or not."""
    return page.locator(".amount").all_inner_texts()


def body_text(page: Page) -> str:
    """All text below the body but the script, and all attributes: where an amount could hide."""
    return str(
        page.evaluate(
            """() => {
              const copy = document.body.cloneNode(true);
              copy.querySelectorAll("script").forEach((script) => script.remove());
              return copy.outerHTML;
            }"""
        )
    )


def state(page: Page, wanted: str, seconds: int = 8) -> None:
    expect(page.locator("html")).to_have_attribute("data-state", wanted, timeout=seconds * 1000)


def main_amount(page: Page, text: str, seconds: int = 8) -> None:
    expect(page.locator(".main")).to_have_text(text, timeout=seconds * 1000)


def test_a_page_opened_before_the_server_shows_prices_once_it_starts(
    open_page: OpenPage, overlay_file: str, stage: Stage
) -> None:
    page = open_page(f"{overlay_file}?server={stage.url}&{FAST}")
    page.evaluate("window.unreloaded = true")
    state(page, "offline")
    expect(page.locator("#status")).to_have_text("Waiting for prices")
    time.sleep(0.5)
    stage.publish(a_card(price=a_price()))
    stage.start()
    main_amount(page, "59,00 €")
    state(page, "live")
    expect(page.locator("#status")).to_be_hidden()
    assert page.evaluate("window.unreloaded")


class Broken:
    """Answers 503 so many times to each path, and remembers what was asked."""

    def __init__(self, app: App, times: dict[str, int]) -> None:
        self.app, self.left = app, dict(times)
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            self.asked.append((scope["path"], headers.get(b"last-event-id", b"").decode()))
            if self.left.get(scope["path"]):
                self.left[scope["path"]] -= 1
                start = {"type": "http.response.start", "status": 503}
                allowed = [(b"access-control-allow-origin", b"*")]
                await send({**start, "headers": allowed})
                await send({"type": "http.response.body", "body": b"later"})
                return
        await self.app(scope, receive, send)


Breaking = Callable[..., tuple[Stage, list[Broken]]]


@pytest.fixture
def breaking() -> Iterator[Breaking]:
    stages: list[Stage] = []

    def made(**times: int) -> tuple[Stage, list[Broken]]:
        broken: list[Broken] = []

        def wrap(app: App) -> App:
            broken.append(Broken(app, {f"/{path}": n for path, n in times.items()}))
            return broken[0]

        stages.append(Stage(wrap=wrap))
        stages[0].publish(a_card(price=a_price()))
        return stages[0].start(), broken

    yield made
    for stage in stages:
        stage.stop()


def test_three_503s_and_then_prices(open_page: OpenPage, breaking: Breaking) -> None:
    stage, broken = breaking(stream=3, state=10_000)
    page = open_page(f"{stage.url}/overlay?{FAST}")
    main_amount(page, "59,00 €")
    assert [path for path, _ in broken[0].asked].count("/stream") == 4


def test_where_streams_do_not_pass_the_state_is_polled(
    open_page: OpenPage, breaking: Breaking
) -> None:
    stage, broken = breaking(stream=10_000)
    page = open_page(f"{stage.url}/overlay?stale=2&retry_min=0.1&retry_max=30&poll=0.3")
    main_amount(page, "59,00 €")
    stage.publish(a_card(price=a_price(6100, "61,00 €", quote="q-2")))
    main_amount(page, "61,00 €")
    time.sleep(3)  # longer than `stale`: unchanged states are signs of life as well
    state(page, "live", 1)
    assert [path for path, _ in broken[0].asked].count("/state") > 5


@pytest.mark.parametrize("polling", [0, 1])
def test_many_pages_of_one_browser(open_page: OpenPage, stage: Stage, polling: int) -> None:
    """Six connections are what a browser opens to one address; five streams leave one free."""
    stage.publish(a_card(price=a_price()))
    stage.start()
    first = open_page(f"{stage.url}/overlay?{FAST}")
    pages = [first, *(first.context.new_page() for _ in range(4 + 3 * polling))]
    for index, page in enumerate(pages):
        feed = "poll" if index > 4 else "stream"
        page.goto(f"{stage.url}/overlay?{FAST}&feed={feed}")
    for page in pages:
        main_amount(page, "59,00 €")
    stage.publish(a_card(price=a_price(6100, "61,00 €", quote="q-2")))
    for page in pages:
        main_amount(page, "61,00 €")
    assert stage.feed.listeners == 5
    if polling:
        stage.stop()
        state(pages[-1], "stale")
        stage.start()
        main_amount(pages[-1], "61,00 €")


class Held:
    """A proxy that lets a stream begin and holds back what is in it."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/stream":
            headers = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"", "more_body": True})
            while (await receive())["type"] != "http.disconnect":
                continue
            return
        await self.app(scope, receive, send)


def test_where_streams_are_held_back_prices_stay_by_polling(open_page: OpenPage) -> None:
    stage = Stage(wrap=Held)
    stage.publish(a_card(price=a_price()))
    stage.start()
    page = open_page(f"{stage.url}/overlay?stale=1.5&retry_min=0.1&retry_max=0.4&poll=0.3")
    main_amount(page, "59,00 €")
    page.evaluate(
        """() => {
          window.states = [];
          new MutationObserver(() => window.states.push(document.documentElement.dataset.state))
            .observe(document.documentElement, { attributeFilter: ["data-state"] });
        }"""
    )
    time.sleep(3)  # streams are given up and tried again meanwhile
    assert set(page.evaluate("window.states")) <= {"live"}
    main_amount(page, "59,00 €")
    stage.stop()


def test_a_card_that_cannot_be_drawn_leaves_no_old_amount(
    open_page: OpenPage, stage: Stage
) -> None:
    stage.publish(a_card(price=a_price()))
    stage.start()
    page = open_page(f"{stage.url}/overlay?{FAST}")
    main_amount(page, "59,00 €")
    told: list[str] = []
    page.on("console", lambda message: told.append(message.type))
    page.evaluate(
        """() => {
          const makes = document.createElement;
          document.createElement = () => { throw new Error("cannot be drawn") };
          window.mend = () => { document.createElement = makes };
        }"""
    )
    stage.publish(a_card(price=a_price(6100, "61,00 €")))
    expect(page.locator(".amount")).to_have_count(0)
    assert "error" in told
    page.evaluate("window.mend()")
    stage.publish(a_card(price=a_price(6200, "62,00 €")))
    main_amount(page, "62,00 €")


def test_a_killed_server_leaves_no_amount_and_missed_events_are_replayed(
    open_page: OpenPage, breaking: Breaking
) -> None:
    stage, broken = breaking()
    parts = (a_part("Tee", 4000, "40,00 €"), a_part("Mug", 2500, "25,00 €"))
    saving = a_part("Im Bundle 6,00 € gespart", 600, "6,00 €")
    stage.publish(
        a_card(
            price=a_price(parts=parts, saving=saving, changes_after=True),
            stock=Stock(5, now() + timedelta(seconds=60)),
        )
    )
    page = open_page(f"{stage.url}/overlay?{FAST}")
    main_amount(page, "59,00 €")
    assert len(amounts(page)) == 4
    stage.stop()
    stopped = time.monotonic()
    main_amount(page, "59,00 €")  # valid still, and the server may be back in a moment
    state(page, "stale")
    assert time.monotonic() - stopped < 5
    assert amounts(page) == []
    text = body_text(page)
    assert "€" not in text
    assert "59" not in text
    assert "Tour tee + mug" in text
    assert "Preis wird aktualisiert" in text
    stage.publish(a_card(price=a_price(5800, "58,00 €", quote="q-2")))
    stage.publish(a_card("AT", a_price(5700, "57,00 €", quote="q-3")))
    broken.clear()
    stage.start()
    main_amount(page, "58,00 €")
    state(page, "live")
    assert ("/stream", "first-2") in broken[0].asked


def test_another_epoch_is_a_fresh_start(open_page: OpenPage, stage: Stage) -> None:
    from landedcost.live.feed import Feed

    for number in range(5):
        stage.publish(a_card(price=a_price(5900 + number, f"59,0{number} €")))
    stage.start()
    page = open_page(f"{stage.url}/overlay?{FAST}")
    main_amount(page, "59,04 €")
    stage.stop()
    stage.feed = Feed("second", now())
    stage.publish(a_card("FR", a_price(6000, "60,00 €"), language="fr-FR"))
    stage.start()
    main_amount(page, "60,00 €")
    assert page.locator("article").get_attribute("data-market") == "FR"


def test_a_price_past_its_time_is_taken_away_and_the_next_one_shown(
    open_page: OpenPage, stage: Stage
) -> None:
    stage.publish(a_card(price=a_price(seconds=4)))
    stage.start()
    page = open_page(f"{stage.url}/overlay?{FAST}")
    main_amount(page, "59,00 €")
    state(page, "expired", 6)
    assert amounts(page) == []
    assert "€" not in body_text(page)
    stage.publish(a_card(price=a_price(6100, "61,00 €", quote="q-2")))
    main_amount(page, "61,00 €")
    state(page, "live")


def test_a_price_without_a_quote_is_not_shown(open_page: OpenPage, stage: Stage) -> None:
    stage.publish(a_card(price=a_price()))
    stage.start()
    document = httpx.get(f"{stage.url}/state").json()
    document["cards"][0]["price"]["quote"] = ""
    page = open_page("about:blank")
    told = f"data: {json.dumps(document)}\n\n"
    page.route(
        "**/stream",
        lambda route: route.fulfill(content_type="text/event-stream", body=told),
    )
    page.goto(f"{stage.url}/overlay?{FAST}")
    expect(page.locator(".instead")).to_have_text("Preis wird aktualisiert")
    assert amounts(page) == []


@pytest.mark.parametrize("minutes", [10, -10])
def test_a_wrong_clock_still_counts_down_right(
    open_page: OpenPage, stage: Stage, minutes: int
) -> None:
    until = timedelta(seconds=125)
    stage.publish(a_card(price=a_price(seconds=until, changes_after=True)))
    ends = now() + until
    stage.start()
    wrong = f"""(() => {{
      const real = Date.now.bind(Date);
      Date.now = () => real() + {minutes * 60_000};
    }})()"""
    page = open_page(f"{stage.url}/overlay?{FAST}", before=wrong)
    expect(page.locator(".countdown")).to_contain_text("Dieser Preis noch 0")
    for _ in range(3):
        found, clock = page.evaluate(
            "[document.querySelector('.countdown time').textContent, Date.now()]"
        )
        left = ends.timestamp() - (clock / 1000 - minutes * 60)
        whole, seconds = found.split(":")
        assert -0.2 <= left - (int(whole) * 60 + int(seconds)) <= 1.5  # whole seconds are shown
        time.sleep(0.7)


def test_a_clock_that_jumps_makes_prices_stale_until_the_server_is_heard(
    open_page: OpenPage,
) -> None:
    stage = Stage(heartbeat_s=2).start()
    stage.publish(a_card(price=a_price()))
    page = open_page(
        f"{stage.url}/overlay?{FAST}",
        before="const real = Date.now.bind(Date); window.ahead = 0;"
        "Date.now = () => real() + window.ahead",
    )
    main_amount(page, "59,00 €")
    page.evaluate("window.ahead = 3600000")
    state(page, "stale", 1)
    state(page, "live", 4)
    stage.stop()


def test_no_countdown_where_nothing_changes(open_page: OpenPage, stage: Stage) -> None:
    stage.publish(a_card(price=a_price(seconds=60)))
    stage.start()
    page = open_page(f"{stage.url}/overlay?{FAST}")
    main_amount(page, "59,00 €")
    assert page.locator(".countdown").count() == 0


def test_a_drop_is_scheduled_live_and_ended(open_page: OpenPage, stage: Stage) -> None:
    start = now() + timedelta(seconds=8)
    stage.publish(a_card(sale=Sale("scheduled", starts_at=start)))
    stage.start()
    page = open_page(f"{stage.url}/overlay?{FAST}")
    expect(page.locator(".countdown")).to_contain_text("Startet in 00:0")
    assert amounts(page) == []
    end = now() + timedelta(seconds=3)
    stage.publish(a_card(price=a_price(), sale=Sale("live", start, end)))
    main_amount(page, "59,00 €")
    expect(page.locator(".countdown")).to_contain_text("Endet in 00:0")
    expect(page.locator(".instead")).to_have_text("Beendet", timeout=8000)
    assert amounts(page) == []
    stage.publish(a_card(price=a_price(), sale=Sale("sold_out", start, end)))
    expect(page.locator(".instead")).to_have_text("Ausverkauft")
    assert amounts(page) == []
    stage.publish(Gone("bundle", "DE"))
    expect(page.locator("article")).to_have_count(0)


def test_what_is_left_is_shown_while_an_inventory_said_so_lately(
    open_page: OpenPage, stage: Stage
) -> None:
    stage.publish(a_card(price=a_price(), stock=Stock(5, now())))
    stage.start()
    page = open_page(f"{stage.url}/overlay?{FAST}&stock=4")
    expect(page.locator(".left")).to_have_text("Noch 5")
    expect(page.locator(".left")).to_have_count(0, timeout=6000)
    main_amount(page, "59,00 €")


def test_what_is_known_is_ignored_and_a_gap_asks_again(open_page: OpenPage, stage: Stage) -> None:
    """A scripted server: an older snapshot, a doubled event, then one too far ahead."""
    stage.publish(a_card(price=a_price()))
    stage.start()
    one = httpx.get(f"{stage.url}/state").json()

    def told(number: int, text: str, kind: str = "change") -> str:
        card = json.loads(json.dumps(one["cards"][0]))
        card["price"]["text"] = text
        return json.dumps({**one, "kind": kind, "n": number, "cards": [card]})

    asked: list[str | None] = []

    def stream(route: Any) -> None:
        asked.append(route.request.headers.get("last-event-id"))
        lines = [told(5, "five", "snapshot"), told(3, "three", "snapshot"), told(5, "again")]
        lines.append(told(6, "six") if len(asked) > 1 else told(7, "seven"))
        body = "".join(f"data: {line}\n\n" for line in lines)
        route.fulfill(content_type="text/event-stream", body=body)

    page = open_page("about:blank")
    page.route("**/stream", stream)
    page.add_init_script(
        """window.seen = new Set();
        new MutationObserver(() => {
          document.querySelectorAll(".main").forEach((shown) => seen.add(shown.textContent));
        }).observe(document, { childList: true, subtree: true });"""
    )
    page.goto(f"{stage.url}/overlay?{FAST}")
    main_amount(page, "six")
    assert page.evaluate("[...seen]") == ["five", "six"]
    assert asked[:2] == [None, "first-5"]


def test_a_server_process_that_is_killed_and_started_again(
    open_page: OpenPage, overlay_file: str, tmp_path: Path
) -> None:
    request = {
        "seller": {"country": "US"},
        "ship_from": {"country": "US"},
        "buyer": {"country": "DE"},
        "lines": [
            {
                "id": "tee",
                "unit_price": {"amount": "25.00", "currency": "USD"},
                "hs_code": "6109.10",
                "origin": "VN",
                "weight_g": 180,
            }
        ],
        "shipping": {"amount": "9.00", "currency": "USD"},
    }
    tmp_path.joinpath("tee.json").write_text(json.dumps(request))
    port = free_port()
    command = [sys.executable, "-m", "landedcost", "live", "serve", str(tmp_path / "tee.json")]
    command += ["--to", "DE", "--port", str(port), "--heartbeat", "1", "--as-of", "2026-10-01"]

    def started() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    process = started()
    page = open_page(f"{overlay_file}?server=http://127.0.0.1:{port}&{FAST}")
    expect(page.locator(".main")).to_have_count(1, timeout=20_000)
    process.kill()
    process.wait()
    state(page, "stale")
    assert amounts(page) == []
    process = started()
    state(page, "live", 20)
    assert amounts(page)
    process.send_signal(signal.SIGTERM)
    assert process.wait(8) in (0, -signal.SIGTERM)
