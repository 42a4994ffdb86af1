"""What is exported: the widget in a host that is imitated, and the Twitch extension."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_stage import Stage, a_card, a_price
from playwright.sync_api import Page, expect

from landedcost.errors import RequestError
from landedcost.lines import Amount
from landedcost.live.card import Card, Price, Sale
from landedcost.live.export import page as exported
from landedcost.live.export import twitch, widget
from landedcost.live.twitch import MAX_BYTES, Bucket, payloads
from landedcost.live.words import page_text, words

OpenPage = Callable[..., Page]
AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
FIVE = {"fields.json", "html.txt", "style.css", "widget.js", "data.json"}
FIELD = re.compile(r"\{\{?(\w+)\}\}")


def unzipped(archive: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def test_the_package_has_its_five_files_and_every_field_is_there() -> None:
    files = unzipped(widget("https://prices.example.com"))
    assert set(files) == FIVE
    fields, data = json.loads(files["fields.json"]), json.loads(files["data.json"])
    assert set(fields) == set(data)
    used = {name for text in files.values() for name in FIELD.findall(text)}
    assert used == {"amountColor"}
    assert used <= set(fields)
    assert data["server"] == fields["server"]["value"] == "https://prices.example.com"
    for forbidden in ("cookie", "indexedDB", "localStorage", "sessionStorage"):
        assert forbidden not in "".join(files.values())
    assert widget("https://prices.example.com") == widget("https://prices.example.com")


def test_the_fields_offer_what_the_page_understands() -> None:
    fields = json.loads(page_text("fields.json"))
    settings = set(re.findall(r"^  (\w+): \[", page_text("settings.js"), re.MULTILINE))
    assert set(fields) - {"amountColor", "toggleTest"} <= settings
    themes = re.search(r"const THEMES = (\[.*\]);", page_text("settings.js"))
    assert themes is not None
    assert list(fields["theme"]["options"]) == json.loads(themes[1])


HOST = """
  for (const name of ["cookie"]) {
    Object.defineProperty(document, name, { get() { throw new Error("no cookies here"); },
                                            set() { throw new Error("no cookies here"); } });
  }
  Object.defineProperty(window, "indexedDB", { get() { throw new Error("no database here"); } });
"""


def hosted(page: Page, files: dict[str, str], fields: dict[str, Any]) -> None:
    """Put a package into a page as such hosts do: fields filled in, then the load announced."""

    def filled(text: str) -> str:
        return FIELD.sub(lambda found: str(fields[found[1]]), text)

    html = f"<!doctype html><html><head><style>{filled(files['style.css'])}</style></head>"
    page.set_content(f"{html}<body>{filled(files['html.txt'])}</body></html>")
    page.add_script_tag(content=filled(files["widget.js"]))
    page.evaluate(
        """fields => window.dispatchEvent(new CustomEvent("onWidgetLoad", {
          detail: { fieldData: fields, session: { data: {} }, currency: { code: "USD" } },
        }))""",
        fields,
    )


@pytest.mark.slow
def test_the_widget_runs_in_a_host(open_page: OpenPage, stage: Stage) -> None:
    stage.publish(a_card(price=a_price()), a_card("US", a_price(quote="q-2")))
    stage.start()
    files = unzipped(widget(stage.url))
    page = open_page(f"{stage.url}/state")  # a host on the same machine
    page.evaluate(HOST)
    fields = json.loads(files["data.json"]) | {
        "locales": "DE",
        "theme": "light",
        "amountColor": "#123456",
        "dwell": 8,
    }
    hosted(page, files, fields)
    expect(page.locator(".main")).to_have_text("59,00 €")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    colour = page.locator(".main").evaluate("node => getComputedStyle(node).color")
    assert colour == "rgb(18, 52, 86)"
    expect(page.locator("#problems")).to_be_hidden()
    pressed = """detail => window.dispatchEvent(new CustomEvent("onEventReceived", { detail }))"""
    page.evaluate(pressed, {"listener": "message", "event": {"data": {"text": "hi"}}})
    expect(page.locator(".main")).to_have_text("59,00 €")
    button = {"listener": "widget-button", "field": "toggleTest", "value": "landedcost-test"}
    page.evaluate(pressed, {"listener": "event:test", "event": button})
    expect(page.locator(".badge.test")).to_be_visible()
    expect(page.locator(".main")).to_have_text("56,00 €")
    page.evaluate(pressed, {"listener": "event:test", "event": button})
    expect(page.locator(".main")).to_have_text("59,00 €")


def card(market: str, title: str = "Tour tee + mug", language: str = "de-DE") -> Card:
    price = Price(
        quote=f"0123456789abcdef-{market}",
        amount=Amount(123456, "EUR"),
        text="1.234,56 €",
        label="Shipping, duty and tax included",
        valid_until=AT + timedelta(minutes=5),
    )
    return Card("bundle", market, title, market, language, price=price)


def test_twenty_locales_fit_into_one_message() -> None:
    tags = [f"{language}-XX" for language in words()] + ["a", "b", "c"]
    cards = [card(tag, "Ö" * 80, tag) for tag in tags]
    assert len(cards) >= 20
    made = payloads(cards, AT)
    assert len(made) == 1
    assert len(made[0].encode()) <= MAX_BYTES
    document = json.loads(made[0])
    assert document["v"] == 1
    assert document["now"] == 1_790_856_000
    rows = document["b"][0]["m"]
    assert [row[0] for row in rows] == tags
    assert rows[0][5] == "0123456789abcdef-en-XX"
    assert rows[0][6] == document["now"] + 300


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=400)), unique=True, max_size=60))
def test_every_card_is_in_a_message_and_every_message_within_the_limit(
    named: list[tuple[str, str]],
) -> None:
    cards = [card(market, title) for market, title in named]
    made = payloads(cards, AT)
    assert all(len(one.encode()) <= MAX_BYTES for one in made)
    sent = [
        (row[0], bundle["title"])
        for one in made
        for bundle in json.loads(one)["b"]
        for row in bundle["m"]
    ]
    assert sorted(sent) == sorted(named)


def test_what_is_over_has_no_price() -> None:
    gone = replace(card("DE"), sale=Sale("sold_out"))
    ends = replace(card("FR"), sale=Sale("live", ends_at=AT + timedelta(seconds=60)))
    rows = json.loads(payloads([gone, ends, replace(card("IT"), price=None)], AT)[0])["b"][0]["m"]
    assert rows[0] == ["DE", "de-DE", "sold_out"]
    assert rows[1][6] == 1_790_856_060
    assert rows[2] == ["IT", "de-DE", "none"]


def test_a_card_larger_than_a_message_is_refused() -> None:
    with pytest.raises(RequestError, match="larger than a message") as caught:
        payloads([card("DE"), card("FR", "x" * 6000)], AT)
    assert caught.value.code == "too_large"
    assert payloads([], AT) == []


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=400))
def test_no_more_is_sent_than_allowed(steps: list[int]) -> None:
    """In any stretch of time no more go than the burst, and one a second."""
    bucket, at = Bucket(), 1_000_000
    sent: list[int] = []
    for step in steps:
        at += step
        wait = bucket.wait_ms(at)
        if wait == 0:
            sent.append(at)
        else:
            assert bucket.wait_ms(at + wait - 1) > 0
            at += wait
            assert bucket.wait_ms(at) == 0
            sent.append(at)
    for index, start in enumerate(sent):
        for count, end in enumerate(sent[index:], start=1):
            assert count <= 100 + (end - start) // 1000 + 1


def test_a_burst_and_then_one_a_second() -> None:
    bucket = Bucket()
    assert [bucket.wait_ms(5_000) for _ in range(101)] == [0] * 100 + [1_000]
    assert bucket.wait_ms(5_250) == 750
    assert bucket.wait_ms(6_000) == 0
    assert bucket.wait_ms(6_000) == 1_000


def test_the_extension_is_readable_and_says_what_to_allow() -> None:
    files = unzipped(twitch("https://prices.example.com/"))
    assert files["connect-src.txt"] == "https://prices.example.com\n"
    assert files["server.js"] == 'const SERVER = "https://prices.example.com";\n'
    assert "<iframe" not in files["panel.html"]
    assert not re.search(r"<script>|\son\w+=|\sstyle=", files["panel.html"])
    assert max(map(len, files["panel.js"].splitlines())) < 160
    assert "eval(" not in files["panel.js"]
    assert "innerHTML" not in files["panel.js"]


@pytest.mark.slow
def test_the_panel_shows_the_viewers_own_price(
    open_page: OpenPage, stage: Stage, tmp_path: Path, screenshots: Path
) -> None:
    stage.publish(
        a_card(price=a_price()),
        a_card("US", a_price(6000, "$60.00", code="USD", quote="q-2"), language="en-US"),
        a_card("JP", language="ja-JP"),
    )
    stage.start()
    for name, text in unzipped(twitch(stage.url)).items():
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")
    helper = """window.Twitch = { ext: {
      listen: (topic, hear) => { window.send = (text) => hear(topic, "application/json", text); },
      onAuthorized: (ready) => setTimeout(ready, 0),
    } };"""
    page = open_page("about:blank", locale="de-DE")
    page.route(
        "https://extension-files.twitch.tv/**",
        lambda route: route.fulfill(content_type="text/javascript", body=helper),
    )
    page.goto(tmp_path.joinpath("panel.html").as_uri())
    expect(page.locator(".amount")).to_have_text("59,00 €")
    page.select_option("select", "US")
    expect(page.locator(".amount")).to_have_text("$60.00 USD")
    assert page.locator("option").all_inner_texts() == ["Deutschland", "United States", "日本"]
    page.select_option("select", "JP")
    expect(page.locator(".instead")).to_have_text("価格はお会計時に")
    page.select_option("select", "DE")
    soon = [a_card(price=a_price(6100, "61,00 €", quote="q-3", seconds=3))]
    page.evaluate("text => send(text)", payloads(soon, stage.clock())[0])
    expect(page.locator(".amount")).to_have_text("61,00 €")
    page.set_viewport_size({"width": 318, "height": 300})
    page.screenshot(path=screenshots / "twitch-panel.png")
    expect(page.locator(".amount")).to_have_count(0, timeout=5000)
    expect(page.locator(".instead")).to_have_text("Preis wird aktualisiert")


@pytest.mark.parametrize(
    "server", ["prices.example.com", "https://a b", 'https://x"><script>', "https://x/y", "ftp://x"]
)
def test_what_is_no_server_is_refused(server: str) -> None:
    for export in (exported, widget, twitch):
        with pytest.raises(RequestError, match="not the address of a server"):
            export(server)
