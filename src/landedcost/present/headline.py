"""The price shown first: by the law of the market, with its label in the buyer's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..counted import Counted, counted, rows
from ..lines import Amount
from ..territories import Place
from .bidi import isolate
from .labels import Labels, labels_for
from .law import PARTS, HeadlineRule, rule_of
from .locale import Negotiated
from .text import Formatter, formatter

if TYPE_CHECKING:
    from ..quote import Quote
    from ..regimes.schema import Source

KINDS = ("goods", *PARTS, "adjustment", "rounding")
"""What a headline is made of; ``adjustment`` and ``rounding`` are those of the charges."""
_PART_OF = {
    "goods": "goods",
    "discount": "goods",
    "shipping": "delivery",
    "insurance": "delivery",
    "duty": "duty",
    "tax": "tax",
    "rounding": "rounding",
    "adjustment": "adjustment",
}
_COVERED = {"shipping": "delivery", "insurance": "delivery", "fees": "merchant_fees"}
"""Parts of a landed cost source by the names they have here."""
_KEPT = 4_096
_SAID = {"government_fees": "government fees", "merchant_fees": "fees"}


@dataclass(frozen=True, slots=True)
class Part:
    """What one kind of charge comes to, in the quote's currency; kinds are :data:`KINDS`."""

    kind: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Headline:
    """The price to show, what stands in it and what beside it.

    ``amount`` is the sum of ``included``; with ``outside`` it is the quote's total. ``text`` is
    the amount as the buyer's locale writes it, ``label`` what has to stand beside it, in the
    language that ``language`` tells. ``on_delivery`` is what of the amount the carrier collects.
    ``rule`` is the law with its sources; ``notes`` say in English what else must be known.
    """

    amount: Amount
    text: str
    label: str
    included: tuple[Part, ...]
    outside: tuple[Part, ...]
    on_delivery: Amount
    language: Negotiated
    rule: HeadlineRule
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Amount and label in one line, the amount between isolates."""
        return f"{isolate(self.text)} {self.label}" if self.label else isolate(self.text)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the rule comes from; empty when none was read."""
        return self.rule.sources

    def as_dict(self) -> dict[str, Any]:
        """The ``headline`` object of the JSON contract."""
        from ..quote import money_dict

        return {
            **money_dict(self.amount),
            "text": self.text,
            "label": self.label,
            "outside": [{"kind": p.kind, **money_dict(p.amount)} for p in self.outside],
        }


class Front(NamedTuple):
    """A headline in short: minor units of the quote's currency, amount and label in words.

    ``inside`` and ``outside`` are minor units by kind, ``later`` what of the inside is due on
    delivery.
    """

    minor: int
    text: str
    label: str
    inside: dict[str, int]
    outside: dict[str, int]
    later: int


def headline(
    quote: Quote, *, free_delivery: bool = False, code: bool = False, native: bool = False
) -> Headline:
    """The price of a quote to show first, by the law of the buyer's market.

    ``free_delivery`` says that the shop also offers delivery or collection for nothing: where
    the cheapest delivery belongs in the headline, it then stays outside. ``code`` writes the
    currency's ISO code for its symbol, ``native`` the digits of the locale's own script.
    """
    found = front(quote, free_delivery=free_delivery, code=code, native=native)
    side = _side(quote, free_delivery)
    rule, unit, labels = side.rule, quote.currency, side.labels
    return Headline(
        Amount(found.minor, unit),
        found.text,
        found.label,
        _parts(found.inside, unit),
        _parts(found.outside, unit),
        Amount(found.later, unit),
        labels.chosen,
        rule,
        tuple(_notes(quote, rule, found.inside, found.outside, labels, free_delivery)),
    )


def front(
    quote: Quote, *, free_delivery: bool = False, code: bool = False, native: bool = False
) -> Front:
    """The same in short, for those who show many prices."""
    side = _side(quote, free_delivery)
    inside, outside, later = side.split(quote)
    write = side.writer(code, native)
    minor = sum(inside.values())
    label = side.label(inside, outside, write(later) if later else "")
    return Front(minor, write(minor), label, inside, outside, later)


def headline_minor(quote: Quote) -> int:
    """The headline in minor units of the quote's currency, without the words."""
    side = _side(quote, False)
    return quote.total_minor if side.whole else sum(side.split(quote)[0].values())


def charges_inside(quote: Quote, *, free_delivery: bool = False) -> tuple[Counted, ...]:
    """The charges of a quote that stand in its headline; they add up to its amount."""
    side = _side(quote, free_delivery)
    _, outside, _ = side.split(quote)
    found = []
    for charge in counted(quote):
        kind, stands = side.of(charge.kind, charge.rule, quote)
        if not outside if kind == "rounding" else stands:
            found.append(charge)
    return tuple(found)


class _Side:
    """What stands on which side of a headline, for the quotes of one program.

    ``whole`` if all does: the headline is then the total.
    """

    def __init__(self, quote: Quote, free_delivery: bool) -> None:
        lane = quote.lane
        self.locale = quote.locale
        self.currency = quote.currency
        self.free_delivery = free_delivery
        self.no_shipping = _no_shipping(quote)
        self.rule = _rule_on(lane.buyer, lane.day, lane.buyer_kind == "business")
        self.labels = _labels(quote.locale, lane.buyer)
        self.whole = all(self.rule.inside(part) for part in PARTS)
        self._known: dict[tuple[str, str], tuple[str, bool]] = {}
        self._words: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}
        self._writers: dict[tuple[bool, bool], Formatter] = {}

    def of(self, kind: str, rule: str, quote: Quote) -> tuple[str, bool]:
        """The kind of a charge in a headline, and whether it stands inside."""
        found = self._known.get((kind, rule))
        if found is None:
            name = _kind(kind, rule, quote)
            found = name, name != "rounding" and self._inside(name, rule, quote)
            if name != "adjustment":
                self._known[kind, rule] = found
        return found

    def split(self, quote: Quote) -> tuple[dict[str, int], dict[str, int], int]:
        """What stands inside and outside by kind, and what of the inside is due on delivery.

        Rounding of the conversion goes with what stands outside, so that a price in the buyer's
        currency is shown as it was set; with nothing outside it goes inside.
        """
        inside: dict[str, int] = {}
        outside: dict[str, int] = {}
        rounding: list[tuple[int, str]] = []
        known, later = self._known, 0
        for kind, _, rule, amount, collected in rows(quote):
            name, stands = known.get((kind, rule)) or self.of(kind, rule, quote)
            if stands:
                inside[name] = inside.get(name, 0) + amount
                if collected == "delivery":
                    later += amount
            elif name == "rounding":
                rounding.append((amount, collected))
            else:
                outside[name] = outside.get(name, 0) + amount
        for amount, collected in rounding:
            side = outside if outside else inside
            side["rounding"] = side.get("rounding", 0) + amount
            later += amount if not outside and collected == "delivery" else 0
        return inside, outside, later

    def writer(self, code: bool, native: bool) -> Formatter:
        """The function that writes an amount."""
        found = self._writers.get((code, native))
        if found is None:
            found = formatter(self.locale, self.currency, code=code, native=native)
            self._writers[code, native] = found
        return found

    def label(self, inside: dict[str, int], outside: dict[str, int], late: str) -> str:
        """What has to stand beside the amount; ``late`` is what is due on delivery, as text."""
        kinds = tuple(inside), tuple(outside)
        found = None if late else self._words.get(kinds)
        if found is None:
            words = [self.labels.text(key) for key in self._said(inside, outside)]
            if late:
                words.append(self.labels.text("on_delivery", amount=late))
            found = self.labels.joined(words)
            if not late and 0 not in inside.values() and 0 not in outside.values():
                self._words[kinds] = found
        return found

    def _inside(self, kind: str, rule: str, quote: Quote) -> bool:
        if kind == "goods":
            return True
        if kind != "adjustment":
            return self.rule.inside(kind, free_delivery=self.free_delivery)
        covers = next(c.covers for c in quote.beside if rule == f"landed.{c.provider}")
        named = {_COVERED.get(part, part) for part in covers} & set(PARTS)
        return any(self.rule.inside(part, free_delivery=self.free_delivery) for part in named)

    def _said(self, inside: dict[str, int], outside: dict[str, int]) -> Iterable[str]:
        """The labels a headline needs, in order.

        A tax that stands outside is named though none was computed: what the engine does not
        know, such as the sales tax of a state, may be due all the same.
        """
        rule = self.rule
        imported = any(inside.get(kind) for kind in ("duty", "government_fees", "merchant_fees"))
        if imported:
            yield "duties_and_taxes_included" if rule.inside("tax") else "duties_included"
        elif inside.get("tax"):
            yield "tax_included"
        if not rule.inside("duty") and outside.get("duty"):
            yield "plus_duties_and_taxes"
        elif not rule.inside("tax"):
            yield "plus_tax"
        if outside.get("government_fees") or outside.get("merchant_fees"):
            yield "plus_fees"
        if inside.get("delivery"):
            yield "including_delivery"
        elif outside.get("delivery") or self.no_shipping:
            yield "plus_shipping"


def _side(quote: Quote, free_delivery: bool) -> _Side:
    """The side of a quote, kept with its program: a program has one lane and one currency."""
    kept, key = quote.priced.program.derived, (_Side, quote.locale, free_delivery)
    found: _Side | None = kept.get(key)
    if found is None:
        found = kept[key] = _Side(quote, free_delivery)
    return found


@lru_cache(maxsize=_KEPT)
def _rule_on(where: Place, day: date, business: bool) -> HeadlineRule:
    return rule_of(where, day, business=business)


@lru_cache(maxsize=_KEPT)
def _labels(locale: str, buyer: Place) -> Labels:
    return labels_for(locale, _markets(buyer))


def _kind(kind: str, rule: str, quote: Quote) -> str:
    if kind != "fee":
        return _PART_OF[kind]
    fee = quote.priced.market.lane.regime.rules.get(rule.partition(".")[2])
    by = "government" if fee is None else str(fee.settings.get("imposed_by", "government"))
    return "merchant_fees" if by == "carrier" else "government_fees"


def _no_shipping(quote: Quote) -> bool:
    return not quote.priced.program.layout.shipping


def _markets(buyer: Place) -> list[str]:
    names = [buyer.country, buyer.territory]
    if buyer.region:
        names.append(f"{buyer.country}-{buyer.region}")
    return list(dict.fromkeys(names))


def _parts(found: dict[str, int], unit: str) -> tuple[Part, ...]:
    return tuple(Part(kind, Amount(found[kind], unit)) for kind in KINDS if found.get(kind))


def _notes(
    quote: Quote,
    rule: HeadlineRule,
    inside: dict[str, int],
    outside: dict[str, int],
    labels: Labels,
    free_delivery: bool,
) -> Iterable[str]:
    if outside:
        kinds = [_SAID.get(kind, kind) for kind in KINDS if outside.get(kind)]
        yield f"the headline is not the total; outside it: {', '.join(kinds)}"
    if inside.get("tax") and outside.get("delivery"):
        yield "the tax on delivery stands in the headline, though delivery does not"
    if _no_shipping(quote) and rule.inside("delivery", free_delivery=free_delivery):
        yield "delivery belongs in the headline, and what it costs is not known"
    if not rule.sources:
        yield rule.text if rule.start is None else f"no source was read for: {rule.text}"
    if labels.chosen.how in ("relative", "script", "default"):
        yield f"language of the label: {labels.chosen.reason}"
