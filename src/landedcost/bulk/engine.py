"""One market, many baskets: grouped by program, computed in chunks, the odd ones one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import LandedCostError, MoneyError
from ..market import Market
from ..notes import RANKS
from ..pipeline import KINDS
from ..program.primitives import LARGEST
from ..quote import Fact, Quote
from .basis import Basis, basis_of, kinds_basis
from .baskets import Baskets, Same
from .cells import Flags, Ints, Money
from .certainty import Doubts, KindDoubts
from .group import Group, Kinds
from .reasons import columns_of
from .wide import SUMS, Wide, widen

_PROGRAMS = 4_000


@dataclass(slots=True)
class Priced:
    """What a market's baskets cost: one column for each of ``SUMS``, and the errors.

    ``certainty`` is the place of each basket's certainty in :data:`landedcost.notes.RANKS`.
    ``basis`` is what it rests on, 0 where that was not asked or the basket was priced alone;
    ``kept`` marks the baskets that were not computed because theirs is the same as before.

    ``guarded`` counts the baskets computed on Python ints because a figure on the way might
    have left an int64, ``alone`` those that were read and asked one by one.
    """

    sums: dict[str, Ints]
    certainty: Ints
    basis: Basis
    kept: Flags
    errors: dict[int, LandedCostError] = field(default_factory=dict)
    guarded: int = 0
    alone: int = 0

    @property
    def rounding(self) -> Ints:
        """What converting each currency's sum once leaves against the charges one by one."""
        parts = sum((self.sums[k] for k in KINDS if k != "discount"), start=-self.sums["discount"])
        found: Ints = self.sums["total"] - parts
        return found


class MarketColumns:
    """A market for baskets in columns; what it learns is kept by the market itself."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self._wide: dict[int, Wide] = {}

    def price(self, baskets: Baskets, *, basis: bool = False, since: Basis | None = None) -> Priced:
        """The sums of every basket; a basket that cannot be priced has its error instead.

        With ``basis`` each price says what it rests on. ``since`` has for each basket what an
        earlier price rested on (0 where there was none): where that is the same the basket is
        not computed again but marked as kept.
        """
        count = baskets.count
        out = Priced(
            {name: np.zeros(count, dtype=np.int64) for name in SUMS},
            np.zeros(count, dtype=np.int64),
            np.zeros(count, dtype=np.uint64),
            np.zeros(count, dtype=np.bool_),
        )
        alone = np.zeros(count, dtype=np.bool_)
        kinds = self._learn(baskets)
        known = KindDoubts(self.market, baskets.lines.kinds, kinds.facts)
        by_kind = kinds_basis(kinds, known) if basis or since is not None else None
        for group in self.groups(baskets, kinds, alone, out.errors):
            if by_kind is not None:
                self._rest(group, by_kind, since, out)
            self._compute(group, known, out)
            out.guarded += group.guarded
            alone[group.too_large] = True
        alone |= (out.sums["lacking"] != 0) | (out.sums["total"] < 0)
        out.guarded += int(np.count_nonzero(baskets.large & ~baskets.bad))
        for basket in np.flatnonzero(alone).tolist():
            self._ask(baskets, basket, out)
        return out

    def _rest(self, group: Group, by_kind: Basis, since: Basis | None, out: Priced) -> None:
        """Note what the group's prices rest on, and take out those that rest on what they did."""
        found = basis_of(group, self._doubts(group.wide), by_kind)
        out.basis[group.rows] = found
        if since is not None:
            same = since[group.rows] == found
            out.kept[group.rows[same]] = True
            group.only(~same)

    def _doubts(self, wide: Wide) -> Doubts:
        if wide.doubts is None:
            wide.doubts = Doubts(self.market, wide.program)
        return wide.doubts

    def _compute(self, group: Group, known: KindDoubts, out: Priced) -> None:
        doubts = self._doubts(group.wide)
        for part, columns in group.columns((*group.wide.sums, *doubts.registers)):
            rows = group.rows[part]
            for name, column in zip(SUMS, columns, strict=False):
                out.sums[name][rows] = column
            regs = columns_of(doubts.registers, columns[len(SUMS) :], rows.size)
            out.certainty[rows] = doubts.ranks(group, known, part, regs)

    def groups(
        self,
        baskets: Baskets,
        kinds: Kinds,
        alone: Flags,
        errors: dict[int, LandedCostError],
    ) -> Iterator[Group]:
        """The baskets by program.

        ``alone`` is set for those that must be asked one by one; ``errors`` is filled for those
        whose program cannot be had, as where there is no rate for their currency.
        """
        extras = dict(baskets.extras)
        if self.market.carrier is not None:
            extras["shipping"] = self._carried(baskets, alone)
        alone |= baskets.bad | baskets.large
        for same in baskets.same():
            kind = kinds.number[same.lines]
            fine = ~alone[same.baskets]
            for column in kinds.form[kind].T:
                fine &= column >= 0
            if not np.all(fine):
                alone[same.baskets[~fine]] = True
                same, kind = Same(same.baskets[fine], same.lines[fine]), kind[fine]
            if same.baskets.size:
                yield from self._split(baskets, same, kind, kinds, extras, errors)
        alone |= baskets.bad  # ids used twice are found on the way

    def all_groups(self, baskets: Baskets, alone: Flags) -> Iterator[Group]:
        """The baskets by program, for more than their sums."""
        yield from self.groups(baskets, self._learn(baskets), alone, {})

    def _learn(self, baskets: Baskets) -> Kinds:
        lines = baskets.lines
        facts: list[Fact | None] = []
        for line in lines.kinds:
            try:
                facts.append(None if line is None else self.market.learn(line))
            except LandedCostError:
                facts.append(None)  # asked again alone, with its own path in the message
        return Kinds(lines.keys[0], facts)

    def _split(
        self,
        baskets: Baskets,
        same: Same,
        kind: Any,
        kinds: Kinds,
        extras: Mapping[str, Money],
        errors: dict[int, LandedCostError],
    ) -> Iterator[Group]:
        forms = kinds.form[kind]
        columns = [forms[:, k] for k in range(forms.shape[1])]
        columns += [np.where(m.given, m.unit, -1)[same.baskets] for m in extras.values()]
        place, count = _places(columns)
        if count < 2**16:
            place = place.astype(np.uint16)  # numpy sorts these by radix
        order = np.argsort(place, kind="stable") if count > 1 else np.arange(place.size)
        edges = np.searchsorted(place[order], np.arange(count + 1))
        for k in range(count):
            rows = order[edges[k] : edges[k + 1]]
            basket = int(same.baskets[rows[0]])
            units = {n: m.unit_of(basket) for n, m in extras.items()}
            try:
                wide = self._widened([kinds.known(int(j)) for j in kind[rows[0]]], units)
            except LandedCostError as error:
                errors.update(dict.fromkeys(same.baskets[rows].tolist(), error))
                continue
            yield Group(
                wide, baskets, extras, kinds, same.baskets[rows], same.lines[rows], kind[rows]
            )

    def _widened(self, facts: Sequence[Fact], units: Mapping[str, str]) -> Wide:
        program, bound = self.market.program(facts, **units)
        found = self._wide.get(id(program))
        if found is None:
            if len(self._wide) >= _PROGRAMS:
                self._wide.clear()
            found = self._wide[id(program)] = widen(program, bound)
        return found

    def _carried(self, baskets: Baskets, alone: Flags) -> Money:
        """The shipping, the carrier's where a basket names none; asked once for each weight."""
        given = baskets.extras["shipping"]
        minor, unit, units = given.minor.copy(), given.unit.copy(), list(given.units)
        weighs = baskets.weights()
        carrier = self.market.carrier
        assert carrier is not None
        needed = ~given.given & ~baskets.bad & ~baskets.large
        alone |= needed & (weighs < 0)
        needed &= weighs >= 0
        for weight in np.unique(weighs[needed]).tolist():
            rows = needed & (weighs == weight)
            try:
                offer = self.market.carry(weight)
            except LandedCostError:
                alone |= rows
                continue
            if offer.currency not in units:
                units.append(offer.currency)
            minor[rows], unit[rows] = offer.amount, units.index(offer.currency)
        return Money(minor, unit, units, given.given | needed)

    def _ask(self, baskets: Baskets, basket: int, out: Priced) -> None:
        """One basket read and priced alone."""
        out.alone += 1
        try:
            quote = self.market.price(baskets.bundle(basket))
            found = _sums(quote)
            if max(map(abs, found.values())) > LARGEST:
                raise _too_large(quote)
            out.certainty[basket] = RANKS.index(quote.certainty)
        except LandedCostError as error:
            out.errors[basket] = error
            found = dict.fromkeys(SUMS, 0)
        for name, value in found.items():
            out.sums[name][basket] = value


def _too_large(quote: Quote) -> MoneyError:
    return MoneyError(
        f"the price is more than a table of prices can hold: {quote.total_minor} minor units of "
        f"{quote.currency}",
        code="absurd_amount",
        where="unit_price",
        hint="ask for it alone, with price_for",
    )


def _sums(quote: Quote) -> dict[str, int]:
    found = dict.fromkeys(SUMS, 0)
    found |= {
        "total": quote.total_minor,
        "checkout": quote.checkout_minor,
        "delivery": quote.delivery_minor,
    }
    for charge in quote.charges:
        if charge.kind in KINDS:
            found[charge.kind] += abs(charge.amount_minor)
    return found


def _places(columns: Sequence[Ints]) -> tuple[Ints, int]:
    """A number for each distinct row of small ints, and how many there are."""
    key = columns[0].astype(np.int64)
    for column in columns[1:]:
        if not np.any(column != column[0]):
            continue
        both = key * (int(column.max()) + 2) + column + 1
        key = pa.array(both).dictionary_encode().indices.to_numpy().astype(np.int64)
    coded = pa.array(key).dictionary_encode()
    return coded.indices.to_numpy(), len(coded.dictionary)
