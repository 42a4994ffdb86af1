"""The working paper of one basket: registers as the stages fill them, and the charges found.

A stage reads what earlier stages left here and adds its own; no stage calls another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..currencies import currency
from ..facts import QUANTITY, LineForm
from ..money import ratio
from ..regimes.schema import Applied, Dated
from ..regimes.select import Lane
from .ir import Builder, Reg

BUNDLE_INPUTS = (("discount",), ("shipping",), ("insurance",), ("price",), ("headings",))
"""Inputs that come with the bundle; ``headings`` counts its distinct six-digit codes."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which amounts a basket has, and in which currencies.

    ``insurance``, ``shipping``, ``discount`` and ``price`` (the fixed price of the goods) are the
    currency of the amount, or empty when the bundle has none.
    """

    lines: tuple[str, ...]
    discount: str
    shipping: str
    insurance: str
    shown: str
    price: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence with figures in it.

    ``{0}`` is the first of ``regs`` as money, ``{rate}`` the rate of the charge.
    """

    text: str = ""
    regs: tuple[Reg, ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a charge is what it is.

    ``value`` is the dated value the amount rests on; ``cites`` one that is only named (the fee
    that is not due). ``fact`` says which of a line's facts has the rate and the source.
    """

    code: str
    label: str
    formula: Words
    basis: Words = field(default_factory=Words)
    rule: str = ""
    rate: str = ""
    value: Dated | None = None
    cites: Dated | None = None
    fact: str = ""
    when: Reg | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One charge: the register of its amount, and the reasons it may have, first match wins.

    ``at_checkout`` is the register of a test when who collects depends on the basket; otherwise
    ``collected`` says it.
    """

    kind: str
    line: int | None
    amount: Reg
    currency: str
    collected: str
    reasons: tuple[Why, ...]
    at_checkout: Reg | None = None
    negative: bool = False


class Sheet:
    """What is being worked out for one basket on one lane."""

    def __init__(self, lane: Lane, forms: Sequence[LineForm], layout: Layout) -> None:
        self.lane = lane
        self.regime = lane.regime
        self.forms = tuple(forms)
        self.layout = layout
        self.b = Builder()
        self.count = len(self.forms)
        self.slots: list[Slot] = []
        self.inputs: list[tuple[str, ...]] = [*BUNDLE_INPUTS]
        zero = self.b.const(0)
        n = self.count
        self.net = [zero] * n
        """What the buyer pays for each line, after discount, in the currency of ``paid``."""
        self.paid = list(layout.lines)
        """The line's currency, or that of the bundle's fixed price."""
        self.sold: dict[str, list[Reg]] = {}
        """Goods, freight and insurance as the buyer pays them, where a sale is taxed."""
        self.goods = [zero] * n
        """The goods as customs sees them (a gift at its declared value), customs currency."""
        self.unit: list[Reg | None] = [zero] * n
        """The goods of one unit; None where that is a part of the line which may not be whole."""
        self.freight = [zero] * n
        self.insurance = [zero] * n
        self.value = [zero] * n
        self.dutiable = [zero] * n
        """The customs value less what an allowance frees of duty."""
        self.allowed: list[list[tuple[Applied, Reg]]] = [[] for _ in range(n)]
        self.waived_duty: list[list[tuple[Applied, Reg]]] = [[] for _ in range(n)]
        self.waived_tax: list[list[tuple[Applied, Reg]]] = [[] for _ in range(n)]
        self.schemes: list[list[tuple[Applied, Reg]]] = [[] for _ in range(n)]
        self.base_duty = [zero] * n
        self.duty = [zero] * n
        """Base and additional duty of each line, as due."""
        self.tax = [zero] * n
        self.split: dict[tuple[int, int, bool], tuple[Reg, Reg]] = {}
        """The two parts of a split tax, by line, rule, and whether it is collected at the sale."""
        self.compared: dict[str, Reg] = {}
        self.seller_costs: list[Slot] = []
        self.missing: list[Reg] = []
        self.claimed: list[Reg] = []
        """For each line 1 where its preference holds; empty where nothing bears duty."""
        """For each line whose duty is not known: 1 where the answer would need it."""
        self.refused: list[tuple[Applied, int, Reg]] = []
        """Refusals that hold above an amount: the rule, a line it is about, and its test."""

    @property
    def currency(self) -> str:
        """The currency of customs amounts."""
        return self.regime.currency

    def line(self, index: int, position: int) -> Reg:
        """An int of the line itself (see :mod:`landedcost.facts`)."""
        return self.b.input(f"A{index}", position)

    def param(self, index: int, position: int) -> Reg:
        """A figure learnt about the line."""
        return self.b.input(f"P{index}", position)

    def given(self, *name: str) -> Reg:
        """An input of the whole basket, by name; the binder finds its value by the same name."""
        if name not in self.inputs:
            self.inputs.append(name)
        return self.b.input("G", self.inputs.index(name))

    def convert(self, amount: Reg, source: str, target: str, use: str = "customs") -> Reg:
        """``amount`` at the ``use`` rate (``customs`` or ``shown``), rounded half up.

        A sale that is no import knows no customs rate: the commercial one serves throughout.
        """
        if source == target:
            return amount
        if self.lane.supply:
            use = "shown"
        num = self.given("rate", use, source, target, "num")
        den = self.given("rate", use, source, target, "den")
        return self.b.div("half_up", self.b.mul(amount, num), den)

    def limit(self, value: Dated, inclusive: bool) -> Reg:
        """A dated amount as customs minor units, so that an int test is exact in any currency."""
        if value.currency == self.currency:
            return self.b.const(minor(value))
        return self.given("limit", value.value, value.currency, "le" if inclusive else "lt")

    def test(self, amount: Reg, value: Dated, inclusive: bool) -> Reg:
        """1 where ``amount`` is below the dated amount (or equal, if inclusive)."""
        bound = self.limit(value, inclusive)
        return self.b.at_most(amount, bound) if inclusive else self.b.below(amount, bound)

    def measured(self, index: int, what: str, per: str, inclusive: bool) -> Reg:
        """The amount a rule compares: of the whole parcel, or of one item of the line.

        Of the parcels of a day only the one asked about is known. One item of a reduced line is
        its part of what is paid, rounded to the side on which the test stays exact: up for "at
        most", down for "below".
        """
        if per != "item":
            return self.compared[what]
        b, total = self.b, self.value[index]
        if what == "goods":
            unit = self.unit[index]
            if unit is not None:
                return unit
            mode = "up" if inclusive else "down"
            return b.div(mode, self.goods[index], self.line(index, QUANTITY))
        if what == "goods_freight":
            total = b.add(self.goods[index], self.freight[index])
        return b.div("half_up", total, self.line(index, QUANTITY))

    def step(self, kind: str) -> int:
        """The rounding step of a stage, in minor units of customs currency.

        A sale that is no import is rounded to the minor unit: the steps are the customs entry's.
        """
        if self.lane.supply:
            return 1
        value = self.lane.roundings[kind]["step"].value
        num, den = ratio(value)
        units: int = 10 ** currency(self.currency).digits
        return max(1, num * units // den)

    def rounded(self, kind: str, num: Reg, den: Reg) -> Reg:
        """``num / den`` minor units, rounded as the regime rounds this stage."""
        step = self.step(kind)
        mode = str(self.lane.roundings[kind].settings["mode"])
        b = self.b
        return b.mul(b.const(step), b.div(mode, num, b.mul(den, b.const(step))))

    def fine(self, kind: str, num: Reg, den: Reg) -> Reg:
        """``num / den`` to the minor unit: what an entry-level rounding then adds up."""
        return self.b.div(str(self.lane.roundings[kind].settings["mode"]), num, den)

    def per_entry(self, kind: str) -> bool:
        """Whether the stage rounds the entry's sum rather than each line."""
        rule = self.lane.roundings.get(kind)
        return rule is not None and rule.settings.get("at") == "entry" and self.step(kind) > 1

    def round_entry(self, kind: str, parts: Sequence[Reg]) -> list[Reg]:
        """The rounded sum of ``parts``, shared out over them again."""
        b = self.b
        whole = self.rounded(kind, b.sum(parts), b.const(1))
        return b.allocate(whole, parts)

    def rounding_words(self, kind: str) -> str:
        """``", rounded down to 100 JPY per entry"``, or nothing for the minor unit half up."""
        if self.lane.supply:
            return ""
        rule = self.lane.roundings[kind]
        mode, at = rule.settings["mode"], rule.settings.get("at", "line")
        if self.step(kind) == 1 and mode == "half_up":
            return ""
        how = {"half_up": "half up", "half_even": "half even", "down": "down", "up": "up"}[mode]
        return f", rounded {how} to {rule['step'].value} {self.currency} per {at}"

    def note(self, text: str, *regs: Reg) -> Words:
        """Words with amounts in customs currency."""
        return Words(text, regs, self.currency)


def minor(value: Dated) -> int:
    """A dated amount in minor units of its own currency, exact."""
    num, den = ratio(value.value) if value.value.strip("0.") else (0, 1)
    return int(num * 10 ** currency(value.currency).digits // den)


def share(value: Dated) -> tuple[int, int]:
    """A dated rate as a ratio: ``"12%"`` is 3/25, ``"22/78"`` is 11/39, ``"Free"`` is 0/1."""
    text = value.value
    if text == "Free" or not text.rstrip("%").strip("0."):
        return 0, 1
    if text.endswith("%"):
        num, den = ratio(text[:-1])
        return num, den * 100
    if "/" in text:
        top, bottom = text.split("/")
        return int(top), int(bottom)
    return ratio(text)
