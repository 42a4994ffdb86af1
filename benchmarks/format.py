"""Measure a warm price written by ``money_text`` against Babel asked each time, in one run.

Prints microseconds and ratios by locale and currency; the texts are compared first. Times differ
from machine to machine; ratios of one run much less so.
"""

from __future__ import annotations

import argparse
import json
import sys
from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency

from landedcost import Amount
from landedcost.currencies import currency
from landedcost.money import amount_text
from landedcost.present.text import formatter, money_text
from price import timed

CASES = [
    ("de-DE", "EUR"),
    ("en-GB", "GBP"),
    ("en-IN", "INR"),
    ("fr-CH", "CHF"),
    ("ja-JP", "JPY"),
    ("ar-AE", "AED"),
    ("he-IL", "ILS"),
    ("pt-BR", "BRL"),
]
MINOR = 12_345_678
TARGET = 8
"""How many times as fast as Babel a warm price should be written, on every case."""


def main() -> int:
    """Run, see that the texts are the same, print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each measurement")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for tag, code in CASES:
        amount, locale = Amount(MINOR, code), Locale.parse(tag.replace("-", "_"))
        value = Decimal(amount_text(MINOR, currency(code).digits))
        write = formatter(tag, code)
        text = format_currency(value, code, locale=locale)
        if not write(MINOR) == money_text(amount, tag) == text:
            print(f"{tag} {code}: not Babel's text", file=sys.stderr)
            return 1
        each = options.seconds / 3
        babel = timed(lambda v=value, c=code, at=locale: format_currency(v, c, locale=at), each)
        ours = timed(lambda a=amount, t=tag: money_text(a, t), each)
        bare = timed(lambda w=write: w(MINOR), each)
        rows.append((tag, code, babel, ours, bare))
    if options.json:
        names = ("locale", "currency", "babel_us", "money_text_us", "formatter_us")
        print(json.dumps([dict(zip(names, row, strict=True)) for row in rows]))
        return 0
    print(f"{'µs':17}{'Babel':>9}{'money_text':>12}{'ratio':>8}{'formatter':>11}{'ratio':>8}")
    for tag, code, babel, ours, bare in rows:
        print(
            f"{tag:8}{code:9}{babel:9.2f}{ours:12.2f}{babel / ours:7.1f}×"
            f"{bare:11.2f}{babel / bare:7.1f}×"
        )
    least = min(babel / ours for _, _, babel, ours, _ in rows)
    print(f"\nmoney_text is at least {least:.1f}× as fast as Babel (target {TARGET}×)")
    return 0 if least >= TARGET else 1


if __name__ == "__main__":
    raise SystemExit(main())
