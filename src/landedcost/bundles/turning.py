"""Which charges another rule decides once the goods cost one minor unit more, and which rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..program.sheet import Why

if TYPE_CHECKING:
    from ..quote import Quote
    from ..regimes.schema import Applied, Dated
    from ..regimes.select import Lane

_BOUNDS = {
    "threshold": ("amount",),
    "scheme": ("limit",),
    "duty": ("limit", "over"),
    "tax": ("limit",),
    "fee": ("limit",),
    "minimum": ("amount",),
    "preference": ("evidence_above",),
}
"""For each kind of rule the values that say up to which amount, or from which on, it holds."""

_COLLECTED = ("on delivery", "at checkout")

UNCOLLECTED = "not_collected"
"""The code of a sum too small to be collected. That it is above nothing is no other regime."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A charge that another rule decides: what was said of it below, and what above.

    ``kind`` is that of the charge (``refusal`` where the parcel is refused, ``unknown`` where a
    duty that is not known is needed), ``line`` the id of its line or None for the parcel.
    ``rule`` is the address of the rule whose test turns, ``bound`` the amount it tests
    (``"150 EUR"``, empty where it tests none of its own), ``source`` what that rests on.
    """

    kind: str
    line: str | None
    below: str
    above: str
    rule: str = ""
    bound: str = ""
    source: str = ""


def turned(
    sides: tuple[Quote | None, Quote | None], below: Sequence[int], above: Sequence[int]
) -> tuple[Turn, ...]:
    """The charges that turn between two answers of the program's tests.

    ``sides`` are the quotes of the two prices, None where there is no price. The tests are those
    of the reasons, then those of the refusals, whether there is any, and whether a duty is
    lacking.
    """
    quote = sides[0] or sides[1]
    assert quote is not None
    turns = (*_charges(quote, sides, below, above), *_bars(quote, below, above))
    return tuple(dict.fromkeys(turns))


def _charges(
    quote: Quote, sides: Sequence[Quote | None], below: Sequence[int], above: Sequence[int]
) -> Iterator[Turn]:
    lines, lane = quote.priced.bundle.sorted, quote.priced.program.lane
    for slot, reasons, who, told, position in quote.priced.program.picks:
        line = None if slot.line is None else lines[slot.line].id
        was, now = (
            next(k for k, (at, _) in enumerate(reasons) if at < 0 or tests[at])
            for tests in (below, above)
        )
        old, new = reasons[was][1].label, reasons[now][1].label
        if was != now:
            cause = reasons[min(was, now)][1]
            if cause.code != UNCOLLECTED or any(_amount(side, position) for side in sides):
                yield Turn(slot.kind, line, old, new, *_cause(lane, cause))
        elif not who and bool(below[told]) is not bool(above[told]):
            old, new = (f"{new}, {_COLLECTED[bool(t[told])]}" for t in (below, above))
            yield Turn(slot.kind, line, old, new)


def _amount(side: Quote | None, position: int) -> int:
    """What the slot at a position charges; where there is no price it counts as something."""
    if side is None:
        return 1
    return side.figures[position - len(side.priced.program.slots)]


def _bars(quote: Quote, below: Sequence[int], above: Sequence[int]) -> Iterator[Turn]:
    program, lines = quote.priced.program, quote.priced.bundle.sorted
    for k, (rule, index, _) in enumerate(program.refused, len(program.tests)):
        if bool(below[k]) is not bool(above[k]):
            limit, reason = rule["limit"], rule["reason"]
            said = ("may be sent", reason.value)
            old, new = said if above[k] else reversed(said)
            yield Turn(
                "refusal", lines[index].id, old, new, rule.address, _text(limit), limit.source.text
            )
    if bool(below[-1]) is not bool(above[-1]):
        said = ("no duty rate is needed", "the duty rate is not known")
        old, new = said if above[-1] else reversed(said)
        yield Turn("unknown", None, old, new)


def _cause(lane: Lane, why: Why) -> tuple[str, str, str]:
    """The rule whose test a reason hangs on, the amount it tests, and the source."""
    address = why.rule.partition(",")[0]
    rule, bound = _found(lane, address)
    cited = bound or why.value or why.cites
    source = cited.source.text if cited is not None else ""
    return rule or address, _text(bound) if bound is not None else "", source


def _found(lane: Lane, address: str) -> tuple[str, Dated | None]:
    for kind, names in _BOUNDS.items():
        for rule in lane.of(kind):
            if address == rule.address or address.startswith(f"{rule.address}."):
                return rule.address, _bound(rule, names)
    return "", None


def _bound(rule: Applied, names: Sequence[str]) -> Dated | None:
    return next((value for name in names if (value := rule.get(name)) is not None), None)


def _text(bound: Dated) -> str:
    return f"{bound.value} {bound.currency}"
