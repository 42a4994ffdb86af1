"""The bank that the shop asks for exchange rates: a pretended one, and a source that asks it.

The bank is a web server of this machine whose rates can be moved and which can be struck by an
outage. ``HouseBank`` is a source as any plugin has it: it does not know that the bank is pretended.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from landedcost.ports import (
    Flow,
    Freshness,
    NoAnswer,
    ProviderSettings,
    ProviderSpec,
    RatesAnswer,
    RatesAsk,
    Request,
    fetch,
)

MINUTE_MS = 60_000
MORNING = {
    "EUR": "0.8600",
    "GBP": "0.7450",
    "JPY": "151.20",
    "CAD": "1.3920",
    "AUD": "1.5180",
    "NOK": "9.9400",
    "KRW": "1412.00",
}


class Bank:
    """Tells on ``GET /rates/DAY`` what a dollar is worth; figures are made up."""

    def __init__(self) -> None:
        self.rates = {code: Decimal(rate) for code, rate in MORNING.items()}
        self.down = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def moves(self, share: str, *codes: str) -> None:
        """The dollar rises by a share against some currencies, or falls."""
        for code in codes:
            self.rates[code] *= 1 + Decimal(share.removesuffix("%")) / 100

    def __enter__(self) -> Bank:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bank = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                day = self.path.rpartition("/")[2]
                rates = {code: str(rate) for code, rate in bank.rates.items()}
                told = {"base": "USD", "date": day, "rates": rates}
                body = b"" if bank.down else json.dumps(told).encode()
                self.send_response(503 if bank.down else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """The story tells what matters."""

        return Handler


class HouseBankSettings(ProviderSettings):
    """Where the bank is."""

    base_url: str


@dataclass(frozen=True, slots=True)
class HouseBank:
    """A source of commercial rates. Customs takes those of its authority, which are bundled."""

    settings: HouseBankSettings

    def rates(self, ask: RatesAsk) -> Flow[RatesAnswer]:
        """What the bank says today."""
        if ask.use != "commercial":
            raise NoAnswer("has no rates of a customs authority")
        url = f"{self.settings.base_url}/rates/{ask.day.isoformat()}"
        answer = (yield from fetch(Request("GET", url))).json()
        return RatesAnswer(
            base=answer["base"].currency(),
            rates={code: rate.ratio() for code, rate in answer["rates"].items()},
            on=answer["date"].date(),
            source="rates of the house bank",
        )


SPEC = ProviderSpec(
    name="house-bank",
    kind="rates",
    settings=HouseBankSettings,
    factory=HouseBank,
    capabilities=frozenset({"history"}),
    without={"customs": "it is a bank"},
    # Asked each minute. While it does not answer, what it said stands in for four minutes.
    freshness=Freshness(fresh_ms=MINUTE_MS // 2, error_ms=4 * MINUTE_MS),
    summary="the exchange rates of the house bank",
    docs="https://bank.example/rates",
)
