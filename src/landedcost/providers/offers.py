"""Reading what carriers offer: what is not told stays untold, and every refusal is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..ports import Amount, Node, Offer, Problem, ShippingAnswer


def collected(
    source: str, rates: Iterable[Offer | Problem], problems: Iterable[Problem] = ()
) -> ShippingAnswer:
    """An answer of what was offered and what was not and why.

    Where there is neither, a problem says that there was not a word.
    """
    offers: list[Offer] = []
    reasons = list(problems)
    for one in rates:
        if isinstance(one, Offer):
            offers.append(one)
        else:
            reasons.append(one)
    if not offers and not reasons:
        reasons.append(Problem("no_offer", f"{source} offered nothing and did not say why"))
    return ShippingAnswer(tuple(offers), source, tuple(reasons))


def each(node: Node, key: str) -> list[Node]:
    """The parts of a list; none where it is missing or null. Raises BadAnswer for no list."""
    found = node.get(key)
    return found.list() if found is not None else []


def told(node: Node, key: str) -> Node | None:
    """A part of an answer; None where it is missing, null or an empty text."""
    found = node.get(key)
    return None if found is None or found.value == "" else found


def text(node: Node, *keys: str) -> str:
    """The first text told under one of ``keys``; empty if there is none. Raises BadAnswer."""
    for key in keys:
        found = told(node, key)
        if found is not None:
            return found.text()
    return ""


def price(node: Node, key: str, code: str) -> Amount | None:
    """A price above zero; None where none is told. Raises BadAnswer for what is no amount.

    Sources write 0.00 for a service whose price they do not know.
    """
    found = told(node, key)
    amount = None if found is None else found.amount(code)
    return amount if amount is not None and amount.minor else None


def unpriced(name: str) -> Problem:
    """The problem of a service without a price."""
    return Problem("no_price", f"{name or 'a service'} has no price")


def days(node: Node, key: str) -> int | None:
    """A number of days, None where none is told. Raises BadAnswer."""
    found = told(node, key)
    if found is None:
        return None
    count = found.integer()
    if not 0 <= count <= 1_000:
        raise found.bad("is no number of days")
    return count


def complaints(
    nodes: Iterable[Node], code: Callable[[Node], str], *keys: str, by: tuple[str, ...] = ()
) -> list[Problem]:
    """What carriers said instead of offering, each with the carrier's name where it is told."""
    found = []
    for node in nodes:
        said, who = text(node, *keys), text(node, *by)
        if said:
            found.append(Problem(code(node) or "refused", f"{who}: {said}" if who else said))
    return found
