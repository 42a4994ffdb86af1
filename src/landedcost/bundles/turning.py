"""Which charges another rule decides once the goods cost one minor unit more, and which rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..program.sheet import Why

if TYPE_CHECKING:
    from ..pipeline import Program
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


def turned(quote: Quote, below: Sequence[int], above: Sequence[int]) -> tuple[Turn, ...]:
    """The charges that turn between two answers of the program's tests.

    ``quote`` is of either price; the tests are those of the reasons, then those of the refusals,
    whether there is any, and whether a duty is lacking.
    """
    program = quote.priced.program
    return tuple(dict.fromkeys(_turns(quote, program, below, above)))


def _turns(
    quote: Quote, program: Program, below: Sequence[int], above: Sequence[int]
) -> Iterator[Turn]:
    lines, lane = quote.priced.bundle.sorted, program.lane
    for slot, reasons, who, told, _ in program.picks:
        line = None if slot.line is None else lines[slot.line].id
        was, now = (
            next(k for k, (at, _) in enumerate(reasons) if at < 0 or tests[at])
            for tests in (below, above)
        )
        if was != now:
            turns, old, new = reasons[min(was, now)][1], reasons[was][1].label, reasons[now][1].label
            yield Turn(slot.kind, line, old, new, *_cause(lane, turns))
        elif not who and bool(below[told]) is not bool(above[told]):
            label = reasons[now][1].label
            old, new = (f"{label}, {_COLLECTED[bool(t[told])]}" for t in (below, above))
            yield Turn(slot.kind, line, old, new)
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
