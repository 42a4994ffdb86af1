"""One market, many baskets: grouped by program, computed in chunks, the odd ones one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..errors import LandedCostError
from ..market import Market
from ..quote import Fact
from .alone import Alone
from .basis import Basis, basis_of, program_basis
from .baskets import Baskets, Members
from .cells import Money
from .certainty import Doubts
from .group import Group, together
from .kinds import KindBook, Kinds
from .priced import Priced
from .reasons import columns_of
from .split import KindSplit, Split
from .texts import Flags
from .wide import SUMS, Wide, widen

_PROGRAMS = 4_000


class MarketColumns:
    """A market for baskets in columns; what it learns is kept for the next batch."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self._wide: dict[int, Wide] = {}
        self._kinds = Kinds(KindBook(), (), {})

    def price(self, baskets: Baskets, *, basis: bool = False, since: Basis | None = None) -> Priced:
        """The sums of every basket; a basket that cannot be priced has its error instead.

        With ``basis`` each price says what it rests on. ``since`` has for each basket what an
        earlier price rested on (0 where there was none): where that is the same the basket is
        not computed again but marked as kept.
        """
        out = Priced(baskets.count)
        alone = np.zeros(baskets.count, dtype=np.bool_)
        for group in self.groups(baskets, alone, out.errors):
            if basis or since is not None:
                self._rest(group, since, out)
            self._compute(group, out)
            out.guarded += group.guarded
            alone[group.too_large] = True
        out.guarded += int(np.count_nonzero(baskets.large & ~baskets.bad))
        asked = Alone(self.market, baskets, self._learn(baskets), out)
        for basket in np.flatnonzero(alone | out.refused).tolist():
            asked.price(basket)
        return out

    def _rest(self, group: Group, since: Basis | None, out: Priced) -> None:
        """Note what the group's prices rest on, and take out those that rest on what they did."""
        wide = group.wide
        if wide.basis is None:
            wide.basis = program_basis(wide, self._doubts(wide))
        found = basis_of(group, wide.basis)
        out.put_basis(group.rows, found)
        if since is not None:
            same = since[group.rows] == found
            out.kept[group.rows[same]] = True
            group.only(~same)

    def _doubts(self, wide: Wide) -> Doubts:
        if wide.doubts is None:
            wide.doubts = Doubts(self.market, wide.program)
        return wide.doubts

    def _compute(self, group: Group, out: Priced) -> None:
        doubts = self._doubts(group.wide)
        for part, columns in group.columns((*group.wide.sums, *doubts.registers), spread=True):
            rows = group.rows[part]
            place = together(rows) or rows
            all_rows = group.rows.size == out.count
            for name, column in zip(SUMS, columns, strict=False):
                out.put(name, place, column, all_rows=all_rows)
            regs = columns_of(doubts.registers, columns[len(SUMS) :], rows.size)
            out.put_certainty(place, doubts.ranks(group, part, regs))

    def groups(
        self, baskets: Baskets, alone: Flags, errors: dict[int, LandedCostError]
    ) -> Iterator[Group]:
        """The baskets by program.

        ``alone`` is set for those that must be asked one by one; ``errors`` is filled for those
        whose program cannot be had, as where there is no rate for their currency.
        """
        kinds = self._learn(baskets)
        extras: Mapping[str, Money] = baskets.extras
        if self.market.carrier is not None:
            extras = {**extras, "shipping": self._carried(baskets, alone)}
        for among in baskets.same:
            yield from self._split(baskets, among, kinds, extras, alone, errors)
        alone |= baskets.bad | baskets.large

    def _learn(self, baskets: Baskets) -> Kinds:
        """What the market knows of the kinds of the batch."""
        kinds, number = self._kinds, baskets.kind
        if kinds.book is not baskets.book:
            kinds = Kinds(baskets.book, (), {})
        if number.size and len(kinds.known) <= int(number.max()):
            kinds = kinds.grown(self.market)
        self._kinds = kinds
        return kinds

    def _split(
        self,
        baskets: Baskets,
        among: Members,
        kinds: Kinds,
        extras: Mapping[str, Money],
        alone: Flags,
        errors: dict[int, LandedCostError],
    ) -> Iterator[Group]:
        places = [(m.place, len(m.units) + 1) for m in extras.values()]
        columns = [(place[among.baskets], below) for place, below in places if place is not None]
        split: Split | KindSplit
        if among.by_kind is not None and not columns and not np.any(alone):
            split = KindSplit(among.by_kind, kinds.form)
            odd = among.by_kind.rows(np.flatnonzero(kinds.form == 0))
        else:
            forms = kinds.form.take(among.kind)
            odd = np.flatnonzero(np.any(forms == 0, axis=1) | alone[among.baskets])
            forms[odd] = 0
            columns += [(forms[:, k], kinds.forms) for k in range(forms.shape[1])]
            split = Split(columns)
        alone[among.baskets[odd]] = True
        for part in sorted(range(len(split.sizes)), key=split.sizes.__getitem__, reverse=True):
            first = split.first(part)
            example, basket = among.kind[first].tolist(), int(among.baskets[first])
            if alone[basket]:
                continue
            units = {n: m.unit_of(basket) for n, m in extras.items()}
            try:
                wide = self._widened([kinds.fact(kind) for kind in example], units)
            except LandedCostError as error:
                rows = among.baskets[split.rows(part)]
                errors.update(dict.fromkeys(rows.tolist(), error))
                continue
            yield Group(wide, baskets, extras, kinds, among, split, part, example)

    def _widened(self, facts: Sequence[Fact], units: Mapping[str, str]) -> Wide:
        program, bound = self.market.program(facts, **units, compiled=False)
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
        weighs = baskets.weights
        needed = ~given.given & ~baskets.bad & ~baskets.large
        alone |= needed & (weighs < 0)
        needed &= weighs >= 0
        found, place = np.unique(weighs[needed], return_inverse=True)
        asked = np.flatnonzero(needed)
        offers = [self._offer(weight, units) for weight in found.tolist()]
        lacking = np.array([offer is None for offer in offers], dtype=np.bool_)[place]
        alone[asked[lacking]] = True
        needed[asked[lacking]] = False
        for column, part in ((minor, 0), (unit, 1)):
            values = np.array([offer[part] if offer else 0 for offer in offers], dtype=np.int64)
            column[asked] = values[place]
        return Money(minor, unit, units, given.given | needed)

    def _offer(self, weight: int, units: list[str]) -> tuple[int, int] | None:
        """A carrier's price for a weight and the place of its currency, None for no price."""
        try:
            offer = self.market.carry(weight)
        except LandedCostError:
            return None  # asked again alone, with its own path in the message
        if offer.currency not in units:
            units.append(offer.currency)
        return offer.amount, units.index(offer.currency)
