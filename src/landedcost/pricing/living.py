"""A living price: from what it should be now to what is shown, and what is remembered of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..lines import Amount
from .charm import ANY
from .guards import Bound, Rails
from .sticky import Shown


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be shown (minor units), from what it is to be measured on, and the trail."""

    minor: int
    anchor: int
    trail: tuple[Bound, ...]


def settle(
    raw: int, rails: Rails, shown: Shown | None, at: datetime, *, declared: bool = False
) -> Settled:
    """Ending, stickiness and guard rails, in this order, for a price in minor units.

    A pure function of the wanted price, the state and the time. ``declared`` is for a price that
    the shop has named itself: it has its ending, and no rate moves it, so it does not stick.
    """
    trail: list[Bound] = []
    price = raw
    if not declared and rails.charm != ANY:
        price = rails.charm.apply(raw)
        trail.append(Bound("charm", raw, price, f"to a price point ({rails.charm.mode})"))
    wanted = price
    if not declared and shown is not None and price != shown.price.minor:
        why = rails.sticky.held(shown, raw, at)
        if why:
            price = shown.price.minor
            trail.append(Bound("sticky", wanted, price, why))
    price, bounds = rails.apply(price, shown, at)
    return Settled(price, raw if price == wanted else price, (*trail, *bounds))


def remember(shown: Shown | None, price: Amount, anchor: int, at: datetime, rails: Rails) -> Shown:
    """The state after a price was decided on: the old one, if it is the same price."""
    if shown is None:
        return Shown(price, at, anchor)
    return shown.then(price.minor, at, anchor, rails.sticky.memory)
