"""Whether a bundle is one article to customs: a set put up for retail sale, under GRI 3(b).

Goods put up in sets for retail sale are classified by the item that gives them their essential
character, if all three hold: at least two of them are of different headings, they are put up
together for one need or activity, and they are ready for sale without repacking. A tee with a mug
and a sticker is normally none. The rule is General Rule 3(b) for the interpretation of the
Harmonized System; its reading is that of the European Union's guidelines on the classification of
goods put up in sets for retail sale (OJ C 105, 11.4.2013, p. 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from math import gcd
from typing import Generic, Protocol, TypeVar

from ..errors import RequestError
from ..facts import (
    CUBIC_METRES,
    DECLARED,
    GOODS,
    LITRES,
    METRES,
    OFF,
    PAIRS,
    QUANTITY,
    RETAIL,
    SQUARE_METRES,
    WEIGHT_G,
    Remark,
)
from ..lines import Amount, Line
from ..money import amount_text
from ..request import Bundle

RULE = "General Rule 3(b) of the Harmonized System"
SOURCE = (
    "EU guidelines on the classification of goods put up in sets for retail sale, OJ C 105, "
    "11.4.2013, p. 1"
)
NEEDS_RULING = Remark(
    "set_needs_ruling",
    f"Classified as one set under {RULE} by what the seller says of it. Only a ruling of the "
    "customs authority makes that certain: line by line the duty may be another.",
    "estimated",
)
"""What is said of a price for which a bundle is one set to customs."""
SET_ID = "set"
_MICRO_DIGITS = 6
_CONDITIONS = {
    "different_headings": "at least two articles are of different headings",
    "common_need": "they are put up together for one need or activity",
    "retail_packed": "they are ready for sale to users without repacking",
}


class Quoted(Protocol):
    """What is read of a quote."""

    @property
    def customs(self) -> dict[str, str | None]:
        """Customs value, duty and tax, as texts."""
        ...


Q = TypeVar("Q", bound=Quoted)
Q_co = TypeVar("Q_co", bound=Quoted, covariant=True)


class Prices(Protocol[Q_co]):
    """What prices a bundle: a market of the shop."""

    def price(self, bundle: Bundle) -> Q_co:
        """The quote of a bundle."""
        ...


@dataclass(frozen=True, slots=True)
class SetAssessment:
    """What the seller says of the three conditions; None where that is not known.

    ``essential_item`` is the id of the line that gives the whole its essential character. Nothing
    said is no set.
    """

    different_headings: bool | None = None
    common_need: bool | None = None
    retail_packed: bool | None = None
    essential_item: str = ""

    @property
    def is_set(self) -> bool:
        """Whether all three conditions hold and the essential item is named."""
        return not self.lacking

    @property
    def lacking(self) -> tuple[str, ...]:
        """What speaks against a set: each condition that does not hold, or is not known to."""
        found = [
            f"{'not known' if getattr(self, name) is None else 'not so'}: {text}"
            for name, text in _CONDITIONS.items()
            if getattr(self, name) is not True
        ]
        if not self.essential_item:
            found.append("not known: the item that gives the essential character")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class BothWays(Generic[Q]):
    """A bundle classified line by line and as one set, and what was said of it.

    ``together`` is None where no essential item is named. ``needs_ruling`` says that the set is
    the seller's own reading, which only a ruling of the customs authority makes certain.
    """

    assessment: SetAssessment
    apart: Q
    together: Q | None

    @property
    def quote(self) -> Q:
        """The quote to go by: together where all conditions hold, else apart."""
        if self.together is not None and self.assessment.is_set:
            return self.together
        return self.apart

    @property
    def needs_ruling(self) -> bool:
        """Whether there are two ways to classify the bundle."""
        return self.together is not None

    @property
    def duty(self) -> dict[str, str | None]:
        """The duty each way, in the territory's currency."""
        found = {"apart": self.apart.customs["duty"]}
        if self.together is not None:
            found["together"] = self.together.customs["duty"]
        return found

    @property
    def text(self) -> str:
        """What to tell: how the bundle was classified, under which rule, and what is open."""
        unit = self.apart.customs["currency"]
        if self.together is None or not self.assessment.is_set:
            how = f"classified apart: no set under {RULE} ({'; '.join(self.assessment.lacking)})"
        else:
            how = f"classified as one set under {RULE}"
        each = ", ".join(f"{way} {duty} {unit}" for way, duty in self.duty.items())
        ruling = "; needs ruling" if self.needs_ruling else ""
        return f"{how}; duty {each}{ruling}. {SOURCE}"


def classified(bundle: Bundle, assessment: SetAssessment) -> Bundle:
    """The bundle as customs sees it: one line where it is a set, else its lines as they are.

    Raises as :func:`as_set` does.
    """
    return as_set(bundle, assessment) if assessment.is_set else bundle


def both_ways(market: Prices[Q], bundle: Bundle, assessment: SetAssessment) -> BothWays[Q]:
    """The bundle priced line by line and, where an essential item is named, as one set.

    ``market`` is ``shop.market_for(buyer)``. Raises what pricing raises, and as :func:`as_set`.
    """
    apart = market.price(bundle)
    together = market.price(as_set(bundle, assessment)) if assessment.essential_item else None
    return BothWays(assessment, apart, together)


def as_set(bundle: Bundle, assessment: SetAssessment) -> Bundle:
    """The bundle as one line: the essential item's code, the value and weight of all.

    The quantity is that of the sets: the largest number by which all quantities divide. A claim
    of preference stays only where all lines make the same from the same origin, since a set has an
    origin of its own. Raises RequestError for an essential item that is no line, for goods that
    are all of one heading although said to be of several, for several currencies, and for a line
    with a customs value of its own, which is not part of what is paid for the set.
    """
    lines = {line.id: line for line in bundle.lines}
    essential = lines.get(assessment.essential_item)
    if essential is None:
        raise RequestError(
            f"no line {assessment.essential_item!r} in the bundle",
            code="unknown_line",
            where="essential_item",
            hint=f"name one of {', '.join(sorted(lines))}",
        )
    headings = {line.hs_code[:4] for line in bundle.lines if line.hs_code}
    if assessment.different_headings and len(headings) < 2:
        raise RequestError(
            "the lines are not of different headings, which a set needs",
            code="not_a_set",
            where="different_headings",
            hint="classify them apart, or give the code of each line",
        )
    for index, line in enumerate(bundle.lines):
        if line.ints[DECLARED]:
            raise RequestError(
                f"line {line.id!r} declares a customs value of its own, a set has one value",
                code="gift_in_a_set",
                where=f"lines[{index}].customs_value",
                hint="give the line its price, with a discount or a fixed price of the bundle",
            )
    if bundle.listed is None:
        raise RequestError(
            "the lines of a set are in several currencies",
            code="mixed_currencies",
            where="lines",
            hint="give their prices in one currency; `price` may be in another",
        )
    return Bundle(
        [_one(bundle, essential)],
        discount=bundle.discount,
        shipping=bundle.shipping,
        insurance=bundle.insurance,
        price=bundle.price,
    )


def _one(bundle: Bundle, essential: Line) -> Line:
    lines = bundle.lines
    sets = reduce(gcd, (line.ints[QUANTITY] for line in lines))

    def each(position: int) -> int | None:
        return essential.ints[position] // sets or None

    def measure(position: int) -> str | None:
        found = each(position)
        return None if found is None else amount_text(found, _MICRO_DIGITS)

    off, retail = sum(line.ints[OFF] for line in lines), each(RETAIL)
    weight = sum(line.ints[WEIGHT_G] for line in lines) // sets
    same = {(line.preference, line.origin) for line in lines}
    return Line(
        SET_ID,
        Amount(sum(line.ints[GOODS] for line in lines) // sets, essential.currency),
        quantity=sets,
        hs_code=essential.hs_code or None,
        origin=essential.origin or None,
        weight_g=None if bundle.weight_g is None else weight,
        goods_class=essential.goods_class,
        duty=essential.duty,
        tax_rate=essential.tax_rate,
        preference=(essential.preference or None) if len(same) == 1 else None,
        evidence=essential.evidence or None,
        claims=_claims(essential.claims),
        discount=Amount(off, essential.currency),
        retail_price=None if retail is None else Amount(retail, essential.currency),
        pairs=each(PAIRS),
        litres=measure(LITRES),
        square_metres=measure(SQUARE_METRES),
        metres=measure(METRES),
        cubic_metres=measure(CUBIC_METRES),
        title=essential.title,
    )


def _claims(claims: Mapping[str, frozenset[str]]) -> list[str] | None:
    return [f"{t}:{code}" for t, codes in claims.items() for code in sorted(codes)] or None
