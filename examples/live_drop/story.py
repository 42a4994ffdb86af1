"""A creator's day, chapter by chapter: what happens, what viewers see, and whether it is so."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import partial

from httpx import Response
from stage import MINUTE, Stage
from tables import chapter, clock, prices, table, tell

DOORS = datetime(2026, 10, 2, 19, tzinfo=UTC)
"""Noon in Portland, as the shop's file says."""
CLOSE = DOORS + timedelta(hours=2)
ABROAD = ("EUR", "GBP", "JPY", "CAD", "AUD", "NOK", "KRW")
SET, PRINT = "nightfall", "heron"
TITLES = {SET: "The Nightfall set", PRINT: "Night Heron, signed"}
THANKS, CART = "https://kestrel.example/thanks", "https://kestrel.example/cart"
TEE = {
    "seller": {"country": "US", "registrations": ["IOSS"]},
    "buyer": {"country": "DE", "locale": "de-DE"},
    "shipping": {"amount": "9.00", "currency": "USD"},
    "lines": [
        {
            "id": "tee",
            "unit_price": {"amount": "29.00", "currency": "USD"},
            "hs_code": "6109.10",
            "origin": "VN",
            "weight_g": 190,
        }
    ],
}
"""One tee to Germany, as another program would ask the service."""


async def play(stage: Stage) -> None:
    """The whole day. An AssertionError says where the story was not true."""
    await before_the_doors(stage)
    await the_doors_open(stage)
    await a_small_move(stage)
    anna = await somebody_holds(stage, "Anna in Berlin", "de-DE", "40m")
    tom = await somebody_holds(stage, "Tom in London", "en-GB", "5m")
    await a_great_move(stage)
    await anna_pays(stage, anna)
    await tom_is_late(stage, tom)
    await the_bank_is_down(stage)
    await the_bank_is_back(stage)
    await the_last_print(stage)
    await the_doors_close(stage)


async def before_the_doors(stage: Stage) -> None:
    """A page that is open early shows when it starts, and no amount."""
    chapter("The stream is on, the doors are closed", stage.clock.at)
    cards = stage.viewer.cards.values()
    assert len(cards) == 16
    assert all(card["sale"]["state"] == "scheduled" and card["price"] is None for card in cards)
    tell("A viewer's page has 16 cards: two bundles in eight markets. Each counts down to")
    tell("the opening, none has an amount.")


async def the_doors_open(stage: Stage) -> None:
    """At the same instant in every market there are prices."""
    await stage.until(DOORS)
    chapter("The doors open, in eight markets at once", stage.clock.at)
    assert all(all(stage.prices(name).values()) for name in TITLES)
    assert all(card["sale"]["state"] == "live" for card in stage.viewer.cards.values())
    prices(TITLES, {name: stage.prices(name) for name in TITLES})
    label = stage.card(SET, "de-DE")["price"]["label"]
    tell(f"What a price has in it follows the law of each market. In Germany: {label}.")


async def a_small_move(stage: Stage) -> None:
    """Prices are made again, and stay."""
    await stage.pass_by(8)
    before, priced = {name: stage.prices(name) for name in TITLES}, stage.drop.grid.priced
    stage.bank.moves("0.8%", *ABROAD)
    await stage.pass_by(1)
    chapter("The dollar rises by 0.8%", stage.clock.at)
    anew = stage.drop.grid.priced - priced
    assert anew == 14, anew  # a dollar is a dollar: the two prices in the USA rest on no rate
    assert before == {name: stage.prices(name) for name in TITLES}
    tell(f"{anew} of 16 prices rest on the rate and were made again. A move below 1.5% is not")
    tell("followed: every price on show stayed as it was.")


async def somebody_holds(stage: Stage, who: str, market: str, lasts: str) -> str:
    """A buyer goes to the checkout with the price of a card; returns the id of the hold."""
    card = stage.card(SET, market)
    left, price = card["stock"]["left"], card["price"]
    chapter(f"{who} takes the set to the checkout", stage.clock.at)
    answer = await stage.post(
        "/v1/quotes", card=price["quote"], reserve=True, hold=lasts, record=True
    )
    assert answer.status_code == 201, answer.text
    told = answer.json()
    headline = told["document"]["answer"]["headline"]
    assert headline["amount"] == price["amount"]["amount"]
    await stage.sold()
    assert stage.card(SET, market)["stock"]["left"] == left - 1
    tell(f"The card says {price['text']}, {money(told['total'])} with all that is to pay.")
    until = datetime.fromisoformat(told["held"]["valid_until"])
    tell(f"Price and units are held until {clock(until)}; {left - 1} left.")
    return str(told["held"]["id"])


async def a_great_move(stage: Stage) -> None:
    """Prices follow at once, as far as the shop's guard rails let them."""
    before = stage.prices(SET)
    stage.bank.moves("4%", *ABROAD)
    stage.bank.moves("7%", "NOK")
    await stage.pass_by(1)
    chapter("The dollar jumps by 4%, and by 11% in Norway", stage.clock.at)
    after = stage.prices(SET)
    assert after["en-US"] == before["en-US"]
    assert all(after[market] != before[market] for market in after if market != "en-US")
    why = {cell.market: stage.drop.shelf.get(cell) for cell in stage.drop.grid.cells
           if cell.bundle == SET}  # fmt: skip
    steps = {market: offered.offer.binding for market, offered in why.items() if offered}
    assert steps["nb-NO"] == "max_change_per_day", steps
    rows = ((market, before[market], after[market], steps[market]) for market in after)
    table(("The Nightfall set", "before", "after", "set by"), rows)
    tell("Prices followed within a minute. In Norway the guard rail of 6% a day held.")


async def anna_pays(stage: Stage, anna: str) -> None:
    """The price that Anna saw is the price that she pays; a forged one is refused."""
    chapter("Anna pays what she saw", stage.clock.at)
    told = (await stage.http.get(f"/v1/quotes/{anna}")).json()
    token, shown = told["held"]["token"], told["document"]["answer"]["headline"]["amount"]
    assert shown != stage.card(SET, "de-DE")["price"]["amount"]["amount"]
    verify = partial(stage.post, f"/v1/quotes/{anna}/verify")
    assert (await verify(token=token)).json()["honoured"] is True
    forged = await verify(token=cheaper(token))
    assert forged.json()["honoured"] is False
    assert forged.json()["error"]["code"] == "tampered", forged.text
    now = stage.card(SET, "de-DE")["price"]["text"]
    tell(f"The card is at {now} by now. Her token, for {shown} EUR, is verified; the same")
    tell("with ten euros less in it is refused: tampered.")
    session = await stage.post(
        "/v1/hooks/stripe/session", quote=anna, success_url=THANKS, cancel_url=CART
    )
    assert session.status_code == 200, session.text
    tell("The parameters of her Stripe Checkout session:")
    lines = [
        (item["price_data"]["product_data"]["name"], item["price_data"]["unit_amount"])
        for item in session.json()["line_items"]
    ]
    rate = session.json()["shipping_options"][0]["shipping_rate_data"]
    lines.append((rate["display_name"], rate["fixed_amount"]["amount"]))
    total = sum(minor for _, minor in lines)
    assert f"{total / 100:.2f}" == told["total"]["amount"]
    table(("line item", "cents"), [(name, str(minor)) for name, minor in (*lines, ("", total))])
    sold = await stage.post(f"/v1/quotes/{anna}/accept")
    again = await stage.post(f"/v1/quotes/{anna}/accept")
    assert sold.json()["honoured"] is again.json()["honoured"] is True
    tell("Accepted. The webhook came twice, as they do: still one sale.")


async def tom_is_late(stage: Stage, tom: str) -> None:
    """A price that is over sells nothing: the buyer is told the new one, and why it is another."""
    await stage.pass_by(6)
    chapter("Tom comes back after his price has ended", stage.clock.at)
    late = await stage.post(f"/v1/quotes/{tom}/accept")
    told = late.json()
    assert late.status_code == 409, late.text
    assert told["error"]["code"] == "expired"
    assert told["moved"]
    headline = told["answer"]["headline"]["amount"]
    assert headline == stage.card(SET, "en-GB")["price"]["amount"]["amount"]
    tell(f"409 {told['error']['code']}: nothing was sold. The new price is that of the card,")
    tell(f"{stage.card(SET, 'en-GB')['price']['text']}, and what moved is told:")
    moved = {f"{one['what']} {one['name']}": one for one in told["moved"]}
    rows = []
    for what in ("total due_at_checkout", "exchange USD/GBP (commercial)"):
        then, now = (
            moved[what][when].partition(",")[0].rpartition(" = ")[2] for when in ("then", "now")
        )
        assert then != now
        rows.append((what.partition(" ")[2], then, now))
    table(("what", "held", "now"), rows)
    sold = await stage.post(f"/v1/quotes/{told['held']['id']}/accept")
    assert sold.json()["honoured"] is True
    await stage.sold()
    tell("He takes it: sold under the id of the new hold.")


async def the_bank_is_down(stage: Stage) -> None:
    """Prices hold as long as they were promised, then there are none. Never a false one."""
    await stage.until(DOORS + 30 * MINUTE)
    chapter("The bank does not answer", stage.clock.at)
    before = stage.prices(SET)
    stage.bank.down = True
    await stage.pass_by(2)
    asked = await stage.post("/v1/price", **TEE)
    notes = {note["code"]: note["text"] for note in asked.json()["notes"]}
    assert asked.json()["certainty"] == "estimated"
    assert "stale_source" in notes
    tell("A program that asks gets a price of two minutes ago, marked as one:")
    tell(f"  certainty estimated; {notes['stale_source'].partition(', since')[0]}.")
    await stage.pass_by(4)
    asked = await stage.post("/v1/price", **TEE)
    assert asked.status_code == 503, asked.text
    assert stage.prices(SET) == before
    tell("After four minutes it gets none: 503. What is on the cards was promised, and stays.")
    ends = max(card["price"]["valid_until"] for card in stage.viewer.cards.values())
    await stage.until(datetime.fromisoformat(ends))
    left = {name: stage.prices(name) for name in TITLES}
    assert [market for market, price in left[SET].items() if price] == ["en-US"]
    chapter("The promised time is over", stage.clock.at)
    prices(TITLES, left)
    health = (await stage.http.get("/healthz")).json()
    assert health["status"] == "degraded"
    sources = health["parts"]["sources"]["by_name"]
    tell("No amount where one would be a guess; the price in the USA needs no rate.")
    tell(f"/healthz: {health['status']}, {sources}.")


async def the_bank_is_back(stage: Stage) -> None:
    """Prices come back by themselves."""
    stage.bank.down = False
    await stage.pass_by(1)
    chapter("The bank answers again", stage.clock.at)
    assert all(all(stage.prices(name).values()) for name in TITLES)
    assert (await stage.http.get("/healthz")).json()["status"] == "ok"
    tell("A minute later all 16 prices are back. Nobody reloaded a page.")


async def the_last_print(stage: Stage) -> None:
    """Two buyers, one print: one gets it, the other is told at once, and every card says so."""
    await stage.until(DOORS + 75 * MINUTE)
    chapter("Two signed prints are left, and three buyers come", stage.clock.at)
    await buys(stage, "fr-CA")
    await stage.sold()
    assert stage.card(PRINT, "ja-JP")["stock"]["left"] == 1
    tell("Léa in Montréal has one. Mika in Osaka and Jun in Seoul want the other, at once:")
    answers = await asyncio.gather(buys(stage, "ja-JP"), buys(stage, "ko-KR"))
    got, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (got.status_code, refused.status_code) == (201, 409)
    assert refused.json()["error"]["code"] == "sold_out"
    await stage.sold()
    for card in stage.viewer.cards.values():
        if card["bundle"] == PRINT:
            assert card["price"] is None
            assert card["sale"]["state"] == "sold_out"
    why = refused.json()["error"]["message"]
    tell(f"one hold is made, the other refused with {refused.status_code}: {why}.")
    tell("The card of the print says sold out in all eight markets.")


async def buys(stage: Stage, market: str) -> Response:
    """Hold a print with its unit, and pay if it was held."""
    card = stage.card(PRINT, market)
    made = await stage.post("/v1/quotes", card=card["price"]["quote"], reserve=True)
    if made.status_code == 201:
        sold = await stage.post(f"/v1/quotes/{made.json()['held']['id']}/accept")
        assert sold.json()["honoured"] is True
    return made


async def the_doors_close(stage: Stage) -> None:
    """No price outlasts the drop, and every unit is accounted for."""
    await stage.until(CLOSE)
    chapter("The drop is over", stage.clock.at)
    cards = stage.viewer.cards.values()
    assert all(card["price"] is None for card in cards)
    states = {(card["bundle"], card["sale"]["state"]) for card in cards}
    assert states == {(SET, "ended"), (PRINT, "ended")}, states
    tell("No card has an amount any more. What the stock has to say:")
    levels = stage.drop.count(stage.drop.skus, stage.clock.at)
    assert all(one.total == one.left + one.reserved + one.sold for one in levels)
    assert {one.sku: one.sold for one in levels} == {"tee": 2, "mug": 2, "print": 2}
    table(
        ("article", "at first", "sold", "left"),
        [(one.sku, str(one.total), str(one.sold), str(one.left)) for one in levels],
    )


def money(told: dict[str, str]) -> str:
    """An amount of a document, for people."""
    return f"{told['amount']} {told['currency']}"


def cheaper(token: str) -> str:
    """A token whose claims say ten euros less, under the signature it had."""
    version, claims, signature = token.split(".")
    told = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    told |= {name: told[name] - 1_000 for name in ("total", "due", "head")}
    text = json.dumps(told, separators=(",", ":")).encode()
    return ".".join((version, urlsafe_b64encode(text).decode().rstrip("="), signature))
