"""The TypeScript shim: its types hold, and it says what `to_tax_lines` says."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from landedcost import LandedCost, Quote
from landedcost.adapters.medusa import to_tax_lines
from landedcost.contract import parse_request

SHIM = Path(__file__).resolve().parents[2] / "examples" / "medusa_shim"
SHOP = LandedCost("US", registrations=["IOSS", "GB-VAT"])
DRIVE = """
import Provider from "./landedcost-tax.js";
const [url, country] = process.argv.slice(2);
const goods = {
  prod_tee: { hs_code: "6109.10", origin: "VN", weight_g: 180 },
  prod_cap: { hs_code: "6505.00", origin: "CN", weight_g: 90 },
};
const seller = { country: "US", registrations: ["IOSS", "GB-VAT"] };
const provider = new Provider({}, { url, key: "key-7", seller, goods });
const line = (id, product_id, quantity, unit_price) => ({
  line_item: { id, product_id, quantity, unit_price, currency_code: "usd" }, rates: [],
});
const lines = await provider.getTaxLines(
  [line("li_tee", "prod_tee", 3, 25), line("li_cap", "prod_cap", 1, 15.5)],
  [{ shipping_line: { id: "sl_1", shipping_option_id: "so", unit_price: 9, currency_code: "usd" },
     rates: [] }],
  { address: { country_code: country } },
);
process.stdout.write(JSON.stringify(lines));
"""


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: npm install -g typescript")
    return found


def compiled(folder: Path) -> Path:
    """The shim as JavaScript, its types checked."""
    done = subprocess.run(
        [program("tsc"), "-p", str(SHIM), "--outDir", str(folder)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    folder.joinpath("package.json").write_text('{"type": "module"}', encoding="utf-8")
    folder.joinpath("drive.js").write_text(DRIVE, encoding="utf-8")
    return folder / "drive.js"


@contextmanager
def service(asked: list[Any]) -> Iterator[str]:
    """A server that prices request documents."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            quote = SHOP.price(parse_request(body, as_of="2026-10-01"))
            asked.append((self.path, self.headers["authorization"], quote))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(quote.as_dict()).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def ran(drive: Path, country: str) -> tuple[Quote, list[dict[str, Any]]]:
    asked: list[Any] = []
    with service(asked) as url:
        done = subprocess.run(
            [program("node"), str(drive), url, country],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 0, done.stderr
    ((path, key, quote),) = asked
    assert (path, key) == ("/v1/price", "Bearer key-7")
    return quote, json.loads(done.stdout, parse_float=Decimal, parse_int=Decimal)


@pytest.mark.slow
def test_the_shim_says_what_the_adapter_says(tmp_path: Path) -> None:
    drive = compiled(tmp_path)
    for country in ("ca", "de", "us"):
        quote, lines = ran(drive, country)
        answer = to_tax_lines(quote, "sl_1")
        wanted = [*answer["item_lines"], *answer["shipping_lines"]]
        key = ("line_item_id", "shipping_line_id", "code", "name", "provider_id")
        assert sorted([one.get(k, "") for k in key] for one in lines) == sorted(
            [one.get(k, "") for k in key] for one in wanted
        )
        rates = {(one.get("line_item_id"), one["code"]): Decimal(one["rate"]) for one in wanted}
        for one in lines:
            off = rates[one.get("line_item_id"), one["code"]] - one["rate"]
            assert abs(off) < Decimal("1e-11")


def test_the_shim_is_short() -> None:
    text = SHIM.joinpath("landedcost-tax.ts").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 80
