"""Another source's landed cost next to ours: what it covers, the same of ours, the difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..currencies import currency
from ..facts import Provenance, Remark
from ..lines import Amount
from ..money import amount_text
from ..ports.landed import LandedAnswer
from ..providers.chain import Answered
from ..quote import Quote
from ..transport.clock import Clock
from .remarks import problem_remarks, provenance, source_remarks

KIND = {"duty": "duty", "tax": "tax", "fees": "fee"}
"""The parts of a landed cost that sources tell apart, and our kind of charge for each."""
ALL = {**KIND, "goods": "goods", "shipping": "shipping", "insurance": "insurance"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a source says, in the quote's currency.

    ``covers`` are the parts that were compared; ``ours`` and ``theirs`` are the sums of these;
    ``replaces`` says that the quote goes by theirs. ``answer`` is what the source told.
    """

    provider: str
    covers: frozenset[str]
    ours: Amount
    theirs: Amount
    answer: LandedAnswer
    replaces: bool
    by: Provenance

    @property
    def difference(self) -> int:
        """Theirs less ours, in minor units of the quote's currency."""
        return self.theirs.minor - self.ours.minor


def compare(
    quote: Quote,
    answered: Answered[LandedAnswer],
    replaces: bool,
    convert: Callable[[Amount], Amount],
    clock: Clock,
) -> tuple[Comparison | None, tuple[Remark, ...]]:
    """The comparison and what the quote says about it; no comparison if nothing was told."""
    answer, name = answered.answer, answered.provider
    said = source_remarks(answered, "landed cost", clock)
    said += problem_remarks(answer.problems, name, "landed cost")
    told = _told(answer)
    if told is None:
        text = f"landed cost: {name} tells neither a total nor duty, tax or fees"
        return None, (*said, Remark("landed_source_untold", text))
    covers, amounts = told
    kinds = {ALL[part] for part in covers}
    ours = sum(c.amount_minor for c in quote.charges if c.kind in kinds)
    if "goods" in covers:
        ours += sum(c.amount_minor for c in quote.charges if c.kind == "discount")
    theirs = sum(convert(amount).minor for amount in amounts)
    shown = quote.currency
    found = Comparison(
        name,
        covers,
        Amount(ours, shown),
        Amount(theirs, shown),
        answer,
        replaces,
        provenance(answered, quote.as_of),
    )
    text = (
        f"{', '.join(sorted(covers))}: {_text(found.theirs)} by {name}, {_text(found.ours)} by the "
        f"rules here{'; the price goes by ' + name if replaces else ''}"
    )
    return found, (*said, Remark("landed_source", text))


def beside(quote: Quote, found: Comparison | None, said: tuple[Remark, ...]) -> Quote:
    """The quote with a comparison and what is said of it; it goes by theirs if that replaces."""
    if found is None:
        return Quote(quote.priced._replace(remarks=said), quote.figures)
    more = found.difference if found.replaces else 0
    total, checkout, delivery, *rest = quote.figures
    at_sale = quote.terms == "DDP"
    figures = (
        total + more,
        checkout + (more if at_sale else 0),
        delivery + (0 if at_sale else more),
        *rest,
    )
    return Quote(quote.priced._replace(beside=(found,), remarks=said), figures)


def _told(answer: LandedAnswer) -> tuple[frozenset[str], list[Amount]] | None:
    """The parts that a source tells, and their amounts; by parts if it can, else its total."""
    parts = {n: getattr(answer, n) for n in KIND if getattr(answer, n) is not None}
    if parts:
        return frozenset(parts), list(parts.values())
    for name in KIND:
        listed = [getattr(line, name) for line in answer.lines]
        if listed and all(amount is not None for amount in listed):
            parts[name] = listed
    if parts:
        return frozenset(parts), [a for listed in parts.values() for a in listed]
    return (answer.covers, [answer.total]) if answer.total is not None else None


def _text(amount: Amount) -> str:
    return f"{amount_text(amount.minor, currency(amount.currency).digits)} {amount.currency}"
