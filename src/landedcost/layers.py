"""Which additional duties a line bears: grouped, stacked in the order of the rules, exempted.

A duty may fall on the share of the value that is of some material, or on what another leaves.
All of it is known before a price is asked; only whether a preference holds is not, so a line
that claims one has both ways.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from .asked import Asked
from .facts import Layer, Remark, Way
from .lines import Line
from .program.sheet import share
from .regimes.schema import Applied
from .regimes.select import Lane

WHOLE = Fraction(1)


@dataclass(slots=True)
class Found:
    """One additional duty on its way through the exemptions."""

    number: int
    rule: Applied
    short: bool = False
    part: Fraction = WHOLE
    exempt: int = -1

    @property
    def names(self) -> frozenset[str]:
        """What other rules may call it."""
        return self.rule.rule.names


@dataclass(slots=True)
class Stack:
    """The additional duties of a line as it is asked about, and what is uncertain about them."""

    found: list[Found] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def stack_of(lane: Lane, asked: Asked) -> Stack:
    """The duties that touch the line, the exempted among them."""
    stack = Stack(list(_applying(lane, asked)))
    _content(stack, asked)
    _exempt(stack, lane, asked)
    stack.found = sorted(_highest(stack.found), key=lambda f: f.number)
    due = dict.fromkeys(f.rule.label for f in stack.found if f.short and f.exempt < 0)
    stack.remarks += [too_short(asked, f"the duty was charged: {label}") for label in due]
    return stack


def too_short(asked: Asked, what: str) -> Remark:
    """That the code has too few digits for a rule, and what was done about it."""
    text = f"{asked.hs} has too few digits for a rule; {what}"
    return Remark("hs_code_too_short", text, "estimated")


def layers_of(
    lane: Lane, line: Line, hs: str, params: list[int], remarks: list[Remark]
) -> tuple[Stack, tuple[Layer, ...], tuple[str, ...]]:
    """The stack without the line's claim of a preference, the layers, and their headings.

    ``hs`` is as much of the line's code as counts here. Shares of the value go into ``params``,
    what is uncertain into ``remarks``.
    """
    without = Asked.of(line, lane, claimed=False)
    without.hs = hs
    plain = claimed = stack_of(lane, without)
    if line.preference:
        asked = Asked.of(line, lane)
        asked.hs = hs
        claimed = stack_of(lane, asked)
    remarks += dict.fromkeys((*plain.remarks, *claimed.remarks))
    shares: dict[Fraction, int] = {}
    for found in (*plain.found, *claimed.found):
        if found.exempt < 0 and found.part not in (WHOLE, *shares):
            shares[found.part] = len(params)
            params += (found.part.numerator, found.part.denominator)

    def way(found: Found) -> Way:
        return Way(-1 if found.exempt >= 0 else shares.get(found.part, -1), found.exempt)

    ways = [{f.number: way(f) for f in s.found} for s in (plain, claimed)]
    rules = {f.number: f.rule for s in (plain, claimed) for f in s.found}
    layers = tuple(Layer(k, ways[0].get(k), ways[1].get(k)) for k in sorted(rules))
    by_origin = (rules[layer.rule].settings.get("headings", {}) for layer in layers)
    return plain, layers, tuple(str(by.get(line.origin, "")) for by in by_origin)


_BANDS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "rate_at_least": operator.ge,
    "rate_below": operator.lt,
    "rate_over": operator.gt,
    "rate_at_most": operator.le,
}


def in_rate_band(rule: Applied, stack: Stack) -> bool:
    """Whether the rates of the duties ``rule`` goes by, added up, lie within its bounds.

    Duties that are exempt do not count. A rule that goes by none is within.
    """
    wanted = frozenset(rule.settings.get("rate_of", ()))
    if not wanted:
        return True
    due = (f for f in stack.found if f.exempt < 0 and f.names & wanted)
    rate = sum((_rate(f.rule) for f in due), Fraction())
    bounds = ((test, rule.get(name)) for name, test in _BANDS.items())
    return all(test(rate, Fraction(*share(b))) for test, b in bounds if b is not None)


def _applying(lane: Lane, asked: Asked) -> Iterator[Found]:
    """The duties whose conditions hold, or may hold as far as the code can tell."""
    asked.unsure = True
    found = []
    for k, rule in enumerate(lane.of("additional")):
        asked.short = False
        if rule.rule.when.line(asked):
            found.append(Found(k, rule, asked.short))
    names = {name for one in found for name in one.names}
    for one in found:
        if not names.intersection(one.rule.settings.get("not_with", ())):
            yield one


def _content(stack: Stack, asked: Asked) -> None:
    """Leave each duty on a material the share that is of it; unknown shares count as the whole."""
    kept, unknown = [], set()
    for found in stack.found:
        materials = found.rule.settings.get("content", ())
        if materials and not asked.content:
            unknown.update(materials)
        elif materials:
            found.part = sum((asked.content.get(m, Fraction()) for m in materials), Fraction())
        if found.part:
            kept.append(found)
    stack.found = kept
    if unknown:
        stack.remarks.append(
            Remark(
                "content_not_given",
                f"how much of the value is {' or '.join(sorted(unknown))} was not given: the duty "
                "on it was counted on the whole value",
                "estimated",
            )
        )


def _exempt(stack: Stack, lane: Lane, asked: Asked) -> None:
    """Go through the exemptions in the order of the file: what is lifted lifts nothing itself.

    An exemption that the code is too short to tell is none.
    """
    asked.unsure = False
    for number, rule in enumerate(lane.of("exemption")):
        of = frozenset(rule.settings["of"])
        here = [f for f in stack.found if f.exempt < 0 and f.names & of]
        asked.short = False
        if not here or not rule.rule.when.line(asked):
            if asked.short:
                label = f"{here[0].rule.label}, {rule.label}"
                stack.remarks.append(too_short(asked, f"the exemption was not counted: {label}"))
            continue
        left = Fraction()
        beside = frozenset(rule.settings.get("beside", ()))
        if beside:
            before = [f for f in stack.found if f.exempt < 0 and f.names & beside and f not in here]
            if not before:
                continue
            if rule["effect"].value == "share":
                left = WHOLE - min(WHOLE, sum((f.part for f in before), Fraction()))
        for found in here:
            found.part = min(found.part, left) if left else found.part
            found.exempt = -1 if left else number


def _highest(found: Sequence[Found]) -> Iterator[Found]:
    """Of each group the duty with the highest rate, one that is due before one that is not."""
    best: dict[str, Found] = {}
    for one in found:
        group = one.rule.settings.get("group")
        if group is None:
            yield one
        elif group not in best or _order(one) > _order(best[group]):
            best[group] = one
    yield from best.values()


def _order(found: Found) -> tuple[bool, Fraction]:
    return found.exempt < 0, _rate(found.rule)


def _rate(rule: Applied) -> Fraction:
    return Fraction(*share(rule["rate"]))
