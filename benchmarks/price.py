"""Measure ``price_for`` against two yardsticks in one run, and the import against bare Python.

Prints ratios. Times differ from machine to machine; ratios of one run much less so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from moneyed import Money

from landedcost import Bundle, Buyer, LandedCost, Line, Quote, Request, Seller
from yardsticks import NaiveLine, by_hand, naive

RATE = "0.7412"
GOODS = [
    ("hoodie", 2, "64.00", "12%"),
    ("mug", 3, "17.50", "4%"),
    ("print", 1, "35.25", "0%"),
]
SHIPPING = "24.90"


def timed(work: Callable[[], object], seconds: float) -> float:
    """Microseconds a call, the best of many short batches (the least disturbed one)."""
    work()
    count, best = 1, 0.0
    stop = time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        for _ in range(count):
            work()
        took = time.perf_counter() - start
        if took < 0.01:
            count *= 2
            continue
        each = took / count * 1e6
        best = each if best == 0 else min(best, each)
        if time.perf_counter() > stop:
            return best


def import_cost(runs: int) -> tuple[float, float]:
    """Milliseconds that bare Python takes, and what ``import landedcost`` adds; medians."""

    def once(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return (time.perf_counter() - start) * 1000

    once("import landedcost")
    pairs = [(once("pass"), once("import landedcost")) for _ in range(runs)]
    bare = statistics.median(p for p, _ in pairs)
    return bare, statistics.median(q - p for p, q in pairs)


def shop_lane() -> tuple[Callable[[], Quote], Callable[[], Quote]]:
    """Our own: the warm call a shop makes, and the same with the bundle built anew."""
    shop = LandedCost("US", rates=None)

    def lines() -> list[Line]:
        return [
            Line(
                name,
                f"{price} USD",
                quantity=quantity,
                hs_code="610910",
                origin="VN",
                duty=duty,
            )
            for name, quantity, price, duty in GOODS
        ]

    bundle = Bundle(lines(), shipping=f"{SHIPPING} USD")
    buyer = Buyer("GB", locale="en-GB")
    pair = {"USD/GBP": RATE}
    request = Request(
        bundle=bundle,
        buyer=buyer,
        seller=Seller.of("US"),
        ship_from=shop.ship_from,
        as_of=shop.clock(),
        rates=pair,
        customs_rates=pair,
    )
    market = shop.market(request)

    def warm() -> Quote:
        return market.price(bundle)

    def anew() -> Quote:
        return market.price(Bundle(lines(), shipping=f"{SHIPPING} USD"))

    return warm, anew


def yardsticks() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The naive way and the hand-written one, on the same figures."""
    rate = Decimal(RATE)
    models = [
        NaiveLine(
            id=name,
            quantity=quantity,
            unit_price=Money(price, "USD"),
            duty_rate=Decimal(duty.rstrip("%")) / 100,
            vat_rate=Decimal("0.2"),
        )
        for name, quantity, price, duty in sorted(GOODS)
    ]
    ints = [
        (name, quantity, int(Decimal(price) * 100), int(duty.rstrip("%")), 100, 1, 5)
        for name, quantity, price, duty in sorted(GOODS)
    ]
    shipping, freight = Money(SHIPPING, "USD"), int(Decimal(SHIPPING) * 100)
    num, den = rate.as_integer_ratio()
    return (
        lambda: naive(models, shipping, rate),
        lambda: by_hand(ints, freight, num, den),
    )


def main() -> int:
    """Run, check that all three say the same cents, print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each measurement")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    warm, anew = shop_lane()
    slow, hand = yardsticks()
    ours, theirs, total = warm(), slow(), hand()[0]
    cents = {ours.total_minor, int(theirs.total.amount * 100), total}
    if len(cents) != 1:
        print(f"the three do not agree: {sorted(cents)}", file=sys.stderr)
        return 1
    # the fee that is not due is the one charge the yardsticks leave out
    kinds = sorted((c.kind, c.line or "", c.amount_minor) for c in ours.charges if c.kind != "fee")
    if kinds != sorted((c.kind, c.line or "", c.amount) for c in hand()[1]):
        print("the charges do not agree", file=sys.stderr)
        return 1
    times = {
        "price_for, warm": timed(warm, options.seconds),
        "price_for, warm, every charge read": timed(lambda: warm().charges, options.seconds),
        "price_for, the bundle built anew": timed(anew, options.seconds),
        "price_for, every charge and its words": timed(
            lambda: [c.why for c in warm().charges], options.seconds
        ),
        "pydantic + Money + Decimal": timed(slow, options.seconds),
        "ints by hand": timed(hand, options.seconds),
    }
    base = times["price_for, warm"]
    bare, added = import_cost(15)
    if options.json:
        print(json.dumps({"us": times, "import_ms": {"bare": bare, "landedcost": added}}))
        return 0
    print(f"three lines to GB, {ours.total_minor / 100:.2f} GBP by all three ways\n")
    print(f"{'':40}{'µs':>9}{'ratio':>9}")
    for name, each in times.items():
        print(f"{name:40}{each:9.2f}{each / base:9.2f}")
    naive_ratio = times["pydantic + Money + Decimal"] / base
    print(f"\nfaster than pydantic + Money + Decimal: {naive_ratio:.1f}×")
    print(f"against ints by hand: {base / times['ints by hand']:.2f}×")
    print(f"import landedcost: {added:.0f} ms over bare Python ({bare:.0f} ms)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
