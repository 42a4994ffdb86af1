"""What a bundle costs at every price of its goods, one minor unit after the other.

The columns of the program answer, which know nothing of ranges: what is found by halving ranges
is compared with them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from landedcost import Amount, Bundle, Buyer, LandedCost, Line, Quote
from landedcost.market import Market
from landedcost.pipeline import input_groups
from landedcost.program.columns import Columns
from landedcost.program.plan import plan
from landedcost.program.sheet import BUNDLE_INPUTS
from landedcost.regimes.load import RuleBook

DAY = "2026-10-01"
BOOK = RuleBook()
TERRITORIES = [code for code in BOOK.codes if code != "EU"]
SCHEMES = tuple(
    sorted(
        {
            rule.settings["registration"]
            for code in BOOK.codes
            for rule in BOOK.regime(code).of("scheme")
            if rule.settings.get("registration")
        }
    )
)
OTHERS = {
    "USD/AED": "3.6725", "USD/ARS": "1450", "USD/CLP": "940", "USD/COP": "4100", "USD/SAR": "3.75",
    "USD/TWD": "31.5", "USD/VND": "26300", "USD/EUR": "0.86", "USD/NAD": "17",
}  # fmt: skip
"""Currencies that the bundled table of exchange rates does not have."""
PRICE = BUNDLE_INPUTS.index(("price",))

REFUSING = {"AS", "MP", "TR"}
"""Territories that the rules price nothing for."""
GIVEN = {"ES-CE", "ES-ML"}
"""Territories whose tax goes by the goods, and has to be given."""


def bundle(count: int, tax: str | None = None) -> Bundle:
    """A parcel of one, two or three lines in two currencies, all with a duty of their own."""
    lines: list[dict[str, Any]] = [
        {"id": "tee", "unit_price": "25.00 USD", "hs_code": "6109.10", "duty": "12%"},
        {"id": "mug", "unit_price": "14.50 EUR", "hs_code": "6912.00", "duty": "5% + 0.10 EUR/kg"},
        {"id": "zine", "unit_price": "8.00 USD", "hs_code": "4901.99", "duty": "Free"},
    ]
    more = ({"origin": "VN", "quantity": min(count, 2)}, {"origin": "CN"}, {"goods_class": "book"})
    made = [
        Line(**line, **one, weight_g=180, tax_rate=tax)
        for line, one in zip(lines, ({"origin": "US"} | m for m in more), strict=True)
    ]
    insurance = "1.00 USD" if count > 1 else None
    return Bundle(made[:count], shipping="9.00 USD", insurance=insurance)


@cache
def shop(sender: str, registered: bool, terms: str) -> LandedCost:
    return LandedCost(sender, registrations=SCHEMES if registered else (), terms=terms)


def market_of(
    code: str, unit: str | None = "EUR", *, registered: bool = True, terms: str = "DDP"
) -> Market:
    """The market of a territory, as seen from the United States, or from China within them."""
    home = Buyer.of(code)
    buyer = Buyer(home.country, region=home.region, currency=unit)
    sender = "CN" if BOOK.regime(code).tariff == "US" else "US"
    return shop(sender, registered, terms).market_for(buyer, as_of=DAY, rates=OTHERS)


class Scan:
    """The figures at every goods price from 1 to ``top`` minor units of the shown currency."""

    def __init__(self, market: Market, bundle: Bundle, top: int) -> None:
        self.market, self.bundle, self.unit = market, bundle, market.terms.shown
        program, _, inputs, _ = market._inputs(bundle.at(Amount(1, self.unit)), None)
        self.program = program
        flags = (*program.tests, *(flag for _, _, flag in program.refused), *program.missing)
        outputs = (*program.outputs, *flags)
        fixed = {
            (group, k): value
            for group, ints in zip(input_groups(len(program.forms)), inputs, strict=True)
            for k, value in enumerate(ints)
            if (group, k) != ("G", PRICE)
        }
        made = plan(program.ops, outputs, fixed)
        goods = np.arange(1, top + 1, dtype=np.int64)
        found = Columns(made).run({reg: goods for reg, _ in made.inputs})
        columns = [np.broadcast_to(np.asarray(c), goods.shape) for c in found]
        count = len(program.outputs)
        self.total, self.barred = columns[0], columns[3].astype(bool)
        self.amounts = columns[4:count]
        self.tests = columns[count : count + len(program.tests)]
        self.bars = columns[count + len(program.tests) :]
        self._best: dict[int, int] = {}
        for at in np.flatnonzero(~self.barred):
            self._best[int(self.total[at])] = int(at) + 1
        self._totals = sorted(self._best)

    def best(self, target: int) -> tuple[int, int]:
        """The nearest total (the lower of two as near), the highest goods price that makes it."""
        at = bisect_left(self._totals, target)
        near = self._totals[max(at - 1, 0) : at + 1]
        total = min(near, key=lambda one: (abs(one - target), one))
        return total, self._best[total]

    def cliffs(self) -> list[int]:
        """The goods prices between which and the next another reason holds for some charge."""
        turns = np.zeros(len(self.total), dtype=bool)[1:]
        for _, reasons, who, told, position in self.program.picks:
            reason = np.full(len(self.total), len(reasons) - 1)
            for k in reversed(range(len(reasons))):
                at = reasons[k][0]
                held = np.True_ if at < 0 else self.tests[at].astype(bool)
                reason = np.where(held, k, reason)
            turned = reason[1:] != reason[:-1]
            idle = [reasons[int(k)][1].code == "not_collected" for k in range(len(reasons))]
            first = np.minimum(reason[1:], reason[:-1])
            nothing = (self.amounts[position][1:] == 0) & (self.amounts[position][:-1] == 0)
            priced = ~self.barred[1:] & ~self.barred[:-1]
            turned &= ~(np.asarray(idle)[first] & nothing & priced)
            if not who:
                turned |= self.tests[told][1:].astype(bool) != self.tests[told][:-1].astype(bool)
            turns |= turned
        for flag in self.bars:
            turns |= flag[1:].astype(bool) != flag[:-1].astype(bool)
        turns &= ~(self.barred[1:] & self.barred[:-1])
        return [int(at) + 1 for at in np.flatnonzero(turns)]


def signature(quote: Quote) -> Sequence[Any]:
    """Which rule decides each charge of a quote, in the words that everybody sees."""
    return [
        (c.kind, c.line, c.code, c.label, c.why.rule)
        for c in quote.charges
        if c.kind in ("duty", "tax", "fee")
    ]
