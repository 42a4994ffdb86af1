"""The page in a real Chromium: what it looks like, in every theme, mode and way of writing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from live_stage import App, Stage, a_card, a_part, a_price
from playwright.sync_api import Page, expect
from starlette.responses import HTMLResponse

from landedcost.live.document import document

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]
THEMES = ("dark", "light", "outline", "neon")
MODES = ("rotate", "grid", "ticker")
VIDEO = "linear-gradient(120deg, #22bb66, #4488cc, #ee8855, #ffffff)"


def settled(page: Page) -> None:
    """Whatever moves to an end is there; a ticker has none."""
    page.evaluate(
        """() => document.getAnimations()
          .filter(moving => moving.effect.getComputedTiming().endTime !== Infinity)
          .forEach(moving => moving.finish())"""
    )


def test_nothing_opaque_lies_behind_the_card(open_page: OpenPage, overlay_file: str) -> None:
    page = open_page(f"{overlay_file}?test=1")
    expect(page.locator(".card")).to_be_visible()
    for part in ("html", "body", "#stage"):
        colour = page.locator(part).evaluate("node => getComputedStyle(node).backgroundColor")
        assert colour == "rgba(0, 0, 0, 0)", part
    assert page.evaluate("[innerWidth, innerHeight]") == [1920, 1080]
    overflow = "getComputedStyle(document.body).overflow"
    assert page.evaluate(overflow) == "hidden"


def test_the_document_names_no_other_origin() -> None:
    html = document()
    assert not re.findall(r"""(?:src|href|action)\s*=\s*["']?[^"'\s>]+""", html)
    assert not re.findall(r"url\(", html)
    assert "@import" not in html
    assert {*re.findall(r"https?://[\w.:\-]+", html)} <= {"http://127.0.0.1:8765"}  # a hint


def test_the_policy_lets_the_page_connect_home_and_nothing_else(
    open_page: OpenPage, stage: Stage
) -> None:
    stage.publish(a_card(price=a_price()))
    stage.start()
    answer = httpx.get(f"{stage.url}/overlay")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "connect-src 'self'" in policy
    page = open_page(f"{stage.url}/overlay")
    expect(page.locator(".main")).to_have_text("59,00 €")
    other = Stage().start()
    blocked = page.evaluate(
        "url => fetch(url).then(() => 'connected', () => 'refused')", f"{other.url}/state"
    )
    injected = page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.injected = true";
          document.head.append(script);
          return window.injected === true;
        }"""
    )
    other.stop()
    assert (blocked, injected) == ("refused", False)


def test_a_page_exported_for_a_server_connects_to_no_other(
    open_page: OpenPage, stage: Stage, tmp_path: Path
) -> None:
    from landedcost.live.export import page as exported

    stage.publish(a_card(price=a_price()))
    stage.start()
    path = tmp_path / "bound.html"
    path.write_text(exported(stage.url), encoding="utf-8")
    page = open_page(path.as_uri())
    expect(page.locator(".main")).to_have_text("59,00 €")
    other = Stage().start()
    named = open_page(f"{path.as_uri()}?server={other.url}")
    expect(named.locator("#problems")).to_contain_text("connects to no other server")
    expect(named.locator(".main")).to_have_text("59,00 €")
    fetched = "url => fetch(url).then(() => 'connected', () => 'refused')"
    assert page.evaluate(fetched, f"{other.url}/state") == "refused"
    other.stop()


def test_a_page_whose_feed_is_at_another_path(open_page: OpenPage) -> None:
    def moved(app: App) -> App:
        async def mounted(scope: Any, receive: Any, send: Any) -> None:
            if scope.get("path") == "/show":
                await HTMLResponse(document(server="/v1"))(scope, receive, send)
            else:
                path = scope.get("path", "").removeprefix("/v1")
                await app({**scope, "path": path}, receive, send)

        return mounted

    stage = Stage(wrap=moved)
    stage.publish(a_card(price=a_price()))
    stage.start()
    page = open_page(f"{stage.url}/show")
    expect(page.locator(".main")).to_have_text("59,00 €")
    expect(page.locator("#problems")).to_be_hidden()
    stage.stop()


def test_settings_written_into_a_file_and_those_of_its_address(
    open_page: OpenPage, tmp_path: Path
) -> None:
    from landedcost.live.export import page as exported

    path = tmp_path / "set.html"
    path.write_text(exported(settings='?test=1&theme=light&locales=JP&a="><b>'), encoding="utf-8")
    page = open_page(path.as_uri())
    expect(page.locator(".market")).to_have_text("日本")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.locator("#problems")).to_contain_text('There is no setting "a".')
    other = open_page(f"{path.as_uri()}?theme=neon")
    expect(other.locator("html")).to_have_attribute("data-theme", "neon")
    expect(other.locator(".market")).to_have_text("日本")


def test_styles_from_the_css_box_of_obs_apply(open_page: OpenPage, stage: Stage) -> None:
    """OBS puts them in by a script of its own, as an inline style at the end of the head."""
    stage.publish(a_card(price=a_price()))
    stage.start()
    page = open_page(f"{stage.url}/overlay")
    expect(page.locator(".main")).to_be_visible()
    page.evaluate(
        """() => {
          const obsCSS = document.createElement("style");
          obsCSS.appendChild(document.createTextNode(":root { --amount-size: 9rem !important; }"));
          document.querySelector("head").appendChild(obsCSS);
        }"""
    )
    size = page.locator(".main").evaluate("node => getComputedStyle(node).fontSize")
    assert size == "144px"


HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


@pytest.mark.parametrize("mode", MODES)
def test_markup_in_texts_stays_text(open_page: OpenPage, stage: Stage, mode: str) -> None:
    parts = (a_part(HOSTILE, 5900, HOSTILE),)
    price = a_price(text=f"59 {HOSTILE}", quote='q"><b>', code=HOSTILE, parts=parts)
    stage.publish(a_card('"><b>', price, title=HOSTILE, name=HOSTILE, bundle="<i>"))
    stage.start()
    page = open_page(f"{stage.url}/overlay?mode={mode}")
    expect(page.locator(".title").first).to_have_text(HOSTILE)
    expect(page.locator(".market").first).to_have_text(HOSTILE)
    assert page.locator("#stage :is(script, img, b)").count() == 0
    assert page.evaluate("window.hacked") is None


def test_markup_in_the_query_stays_text(open_page: OpenPage, overlay_file: str) -> None:
    page = open_page(f"{overlay_file}?test=1&theme=%3Cimg%20src=x%20onerror=hack()%3E")
    expect(page.locator("#problems")).to_contain_text("theme=<img src=x onerror=hack()>")
    assert page.locator("img").count() == 0


def test_a_card_comes_in_once_and_not_at_each_change(open_page: OpenPage, stage: Stage) -> None:
    stage.publish(a_card(price=a_price()))
    stage.start()
    page = open_page(f"{stage.url}/overlay")
    moves = "getComputedStyle(document.querySelector('.card')).animationName"
    expect(page.locator(".main")).to_have_text("59,00 €")
    assert page.evaluate(moves) == "enter"
    stage.publish(a_card(price=a_price(6100, "61,00 €", quote="q-2")))
    expect(page.locator(".main")).to_have_text("61,00 €")
    assert page.evaluate(moves) == "none"


def test_every_locale_is_shown_within_its_time_in_the_order_asked_for(
    open_page: OpenPage, stage: Stage
) -> None:
    markets = ["US", "GB", "DE", "JP"]
    stage.publish(*(a_card(m, a_price(quote=f"q-{m}")) for m in sorted(markets)))
    stage.start()
    query = f"locales={','.join(markets)}&dwell=1"
    pages = [open_page(f"{stage.url}/overlay?{query}") for _ in range(2)]
    for page in pages:
        expect(page.locator(".main")).to_be_visible()
        page.evaluate(
            """() => {
              window.seen = [];
              setInterval(() => {
                const market = document.querySelector("article")?.dataset.market;
                if (market !== window.seen.at(-1)) window.seen.push(market);
              }, 50);
            }"""
        )
    same = 0
    for _ in range(8):
        time.sleep(0.5)
        shown = {page.locator("article").get_attribute("data-market") for page in pages}
        same += len(shown) == 1
    assert same >= 5  # at the turn of a second two looks may differ
    time.sleep(0.6)
    for page in pages:
        seen = page.evaluate("window.seen")
        assert set(seen) == set(markets)
        order = [markets.index(market) for market in seen]
        assert all((b - a) % len(markets) == 1 for a, b in pairwise(order))


def test_the_grid_shows_markets_together_and_turns_its_pages(
    open_page: OpenPage, overlay_file: str
) -> None:
    page = open_page(f"{overlay_file}?test=1&mode=grid&per=4&dwell=1&locales=US,GB,DE,JP,AU,CA")
    first = page.locator(".cell").evaluate_all("cells => cells.map(c => c.dataset.market)")
    assert len(first) in (2, 4)
    page.wait_for_timeout(1200)
    second = page.locator(".cell").evaluate_all("cells => cells.map(c => c.dataset.market)")
    assert sorted(first + second) == sorted(["US", "GB", "DE", "JP", "AU", "CA"])


def test_the_ticker_moves_and_every_market_passes(open_page: OpenPage, overlay_file: str) -> None:
    page = open_page(f"{overlay_file}?test=1&mode=ticker&dwell=1&locales=US,DE,JP")
    place = "document.querySelector('.strip').getBoundingClientRect().x"
    before = page.evaluate(place)
    seen: set[str] = set()
    for _ in range(40):
        seen |= set(
            page.locator(".item").evaluate_all(
                """items => items.filter(item => {
                  const box = item.querySelector(".main").getBoundingClientRect();
                  const lane = document.querySelector(".lane").getBoundingClientRect();
                  return box.left >= lane.left && box.right <= lane.right;
                }).map(item => item.dataset.market)"""
            )
        )
        if seen == {"US", "DE", "JP"}:
            break
        page.wait_for_timeout(140)
    assert seen == {"US", "DE", "JP"}
    assert page.evaluate(place) != before


@pytest.mark.parametrize("mode", MODES)
def test_reduced_motion_moves_nothing(open_page: OpenPage, overlay_file: str, mode: str) -> None:
    page = open_page(f"{overlay_file}?test=1&mode={mode}", reduced_motion="reduce")
    expect(page.locator(".main").first).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0
    moving = """() => [...document.querySelectorAll("*")].filter((node) => {
      const style = getComputedStyle(node);
      return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
    }).length"""
    assert page.evaluate(moving) == 0


def test_test_mode_asks_nobody_and_says_what_it_is(open_page: OpenPage, stage: Stage) -> None:
    stage.start()
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    url = f"{stage.url}/overlay?test=1&locales=DE"
    page.goto(url)
    expect(page.locator(".badge.test")).to_have_text("TEST")
    expect(page.locator(".main")).to_have_text("56,00 €")
    page.wait_for_timeout(500)
    assert [one for one in asked if not one.endswith("favicon.ico")] == [url]
    quotes = page.locator(".amount").evaluate_all("found => found.map(a => a.dataset.quote)")
    assert set(quotes) == {"TEST-DE"}
    state = page.locator("html").get_attribute("data-state")
    again = open_page(url).locator(".card").inner_text()
    assert state == "live"
    clock = re.compile(r"\d\d:\d\d")
    assert clock.sub("", again) == clock.sub("", page.locator(".card").inner_text())


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("colour=red", 'There is no setting "colour". There are: locales, '),
        ("mode=spin", "mode=spin is not understood. It may be: rotate, grid, ticker."),
        ("dwell=0", "dwell=0 is not understood. It may be: seconds, 1 to 120."),
        ("server=javascript:alert(1)", "server=javascript:alert(1) is not understood."),
        ("accent=red", "accent=red is not understood. It may be: six hex digits"),
        ("__proto__=1", 'There is no setting "__proto__".'),
    ],
)
def test_what_is_not_understood_is_told_on_the_page(
    open_page: OpenPage, overlay_file: str, query: str, told: str
) -> None:
    page = open_page(f"{overlay_file}?test=1&{query}")
    expect(page.locator("#problems")).to_contain_text(told)
    expect(page.locator("#problems")).to_be_visible()
    expect(page.locator(".main")).to_be_visible()


def test_a_name_that_the_feed_does_not_have_is_told(open_page: OpenPage, stage: Stage) -> None:
    german = a_card("de-DE", a_price())
    british = a_card("en-GB", a_price(text="59 £", quote="q-2"), language="en-GB")
    stage.publish(german, british)
    stage.start()
    page = open_page(f"{stage.url}/overlay?locales=GB,JP&bundle=bundle,bundel")
    expect(page.locator(".main")).to_have_text("59 £")  # the one of its country
    for told in (
        'No market is called "JP". There are: de-DE, en-GB.',
        'No bundle is called "bundel". There are: bundle.',
    ):
        expect(page.locator("#problems")).to_contain_text(told)
    stage.publish(a_card("ja-JP", a_price(quote="q-3"), language="ja-JP"))
    expect(page.locator("#problems")).not_to_contain_text("JP")
    exact = open_page(f"{stage.url}/overlay?locales=de-DE")
    expect(exact.locator(".main")).to_have_text("59,00 €")
    expect(exact.locator("#problems")).to_be_hidden()


def test_one_thing_alone_is_not_listed_twice(open_page: OpenPage, stage: Stage) -> None:
    stage.publish(a_card(price=a_price(parts=(a_part("Tour tee", 5900, "59,00 €"),))))
    stage.start()
    page = open_page(f"{stage.url}/overlay")
    expect(page.locator(".main")).to_have_text("59,00 €")
    expect(page.locator(".parts li")).to_have_count(0)


def test_a_file_without_a_server_says_so(open_page: OpenPage, overlay_file: str) -> None:
    page = open_page(overlay_file)
    expect(page.locator("#problems")).to_contain_text("?server=http://127.0.0.1:8765")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("theme", THEMES)
def test_the_main_amount_is_large_and_nothing_is_cut_off(
    open_page: OpenPage, overlay_file: str, screenshots: Path, theme: str, mode: str
) -> None:
    locales = "DE" if mode == "rotate" else "US,DE,JP,AU,AE,TW"
    page = open_page(f"{overlay_file}?test=1&mode={mode}&theme={theme}&locales={locales}")
    expect(page.locator(".main").first).to_be_visible()
    settled(page)
    sizes = page.locator(".main").evaluate_all(
        "found => found.map(node => parseFloat(getComputedStyle(node).fontSize))"
    )
    assert min(sizes) >= 72
    cut = """() => [...document.querySelectorAll("#stage :is(h1, p, bdi, li)")].filter((node) => {
      const box = node.getBoundingClientRect();
      const inside = node.closest(".lane") || (box.left >= 0 && box.right <= innerWidth);
      return node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== "inline"
        || !inside || box.top < 0 || box.bottom > innerHeight;
    }).map(node => node.outerHTML)"""
    assert page.evaluate(cut) == []
    page.evaluate("video => { document.body.style.background = video }", VIDEO)
    page.screenshot(path=screenshots / f"overlay-{mode}-{theme}.png")


LETTERS = [
    ("AE", "rtl", "الإمارات العربية المتحدة"),
    ("IL", "rtl", "ישראל"),
    ("JP", "ltr", "日本"),
    ("KR", "ltr", "대한민국"),
    ("TW", "ltr", "台灣"),
]


@pytest.mark.parametrize(("market", "direction", "name"), LETTERS)
def test_every_way_of_writing(
    open_page: OpenPage,
    overlay_file: str,
    screenshots: Path,
    market: str,
    direction: str,
    name: str,
) -> None:
    page = open_page(f"{overlay_file}?test=1&locales={market}")
    card = page.locator(".card")
    expect(card).to_have_attribute("dir", direction)
    expect(page.locator(".market")).to_have_text(name)
    amounts = page.locator(".amount").evaluate_all("found => found.map(node => node.tagName)")
    assert set(amounts) == {"BDI"}
    isolated = page.locator(".main").evaluate("node => getComputedStyle(node).unicodeBidi")
    assert isolated == "isolate"
    right = card.evaluate(
        """card => {
          const [own, whole] = [card.querySelector(".market"), card].map((n) => {
            const range = document.createRange();
            range.selectNodeContents(n);
            return range.getBoundingClientRect();
          });
          return own.left - whole.left > whole.right - own.right;
        }"""
    )
    assert right == (direction == "rtl")
    settled(page)
    page.evaluate("video => { document.body.style.background = video }", VIDEO)
    page.screenshot(path=screenshots / f"overlay-market-{market}.png")


def test_long_texts_and_large_amounts_fit(
    open_page: OpenPage, stage: Stage, screenshots: Path
) -> None:
    title = "The complete anniversary collection with signed poster, vinyl and a very long name"
    price = a_price(123456789012, "Rp 1.234.567.890.123,00", code="IDR")
    stage.publish(*(a_card(m, price, title=title) for m in ("ID", "VN", "KR")))
    stage.start()
    for mode in ("rotate", "grid"):
        page = open_page(f"{stage.url}/overlay?mode={mode}")
        expect(page.locator(".main").first).to_be_visible()
        settled(page)
        plate = page.locator(".card, .grid").bounding_box()
        assert plate is not None
        boxes = page.locator(".main, .code, .title").evaluate_all(
            "found => found.map(n => n.getBoundingClientRect()).map(b => [b.left, b.right])"
        )
        assert 0 <= plate["x"] <= min(left for left, _ in boxes)
        assert max(right for _, right in boxes) <= plate["x"] + plate["width"] <= 1920
        page.evaluate("video => { document.body.style.background = video }", VIDEO)
        page.screenshot(path=screenshots / f"overlay-long-{mode}.png")


def test_accent_and_scale_come_from_the_query(open_page: OpenPage, overlay_file: str) -> None:
    page = open_page(f"{overlay_file}?test=1&accent=0055ff&scale=1.5&locales=DE")
    badge = page.locator(".badge").evaluate(
        "node => [getComputedStyle(node).backgroundColor, getComputedStyle(node).color]"
    )
    assert badge == ["rgb(0, 85, 255)", "rgb(255, 255, 255)"]
    size = page.locator(".main").evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
    assert size == pytest.approx(126, abs=0.1)
