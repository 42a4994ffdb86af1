"""One market: a lane with its rates and tables, and the programs it has compiled so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import count
from typing import Protocol

from .currencies import currency
from .errors import RequestError
from .fx.book import RateBook
from .gather import gather, refused
from .lines import Amount, Line
from .money import ratio
from .pipeline import Program, input_groups, write
from .program.scalar import run
from .program.sheet import BUNDLE_INPUTS, Layout
from .program.spans import Spans
from .quote import Fact, Priced, Quote
from .regimes.select import Lane
from .request import Bundle, discount_too_large
from .shipping.zones import ShippingOffer
from .tariffs.lookup import Tariff

_MANY = 20_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a market is not in the lane: the shown currency, the locale, the policies."""

    shown: str
    locale: str
    strategy: str
    country: str


class Carrier(Protocol):
    """What is asked for the price of a parcel: a zone table, or what says that it must not be."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def channel(self) -> str:
        """How its parcels go."""
        ...

    def quote(
        self,
        to_country: str,
        weight_g: int | None,
        *,
        where: str = "",
        ship_from: str | None = None,
        on: date | None = None,
    ) -> ShippingOffer:
        """The price of a parcel. Raises RequestError."""
        ...


class Market:
    """Prices bundles for one kind of buyer on one day.

    Facts and programs are kept per market, so a second price costs arithmetic only.
    """

    def __init__(
        self,
        lane: Lane,
        rates: RateBook,
        table: Tariff | None,
        terms: Terms,
        carrier: Carrier | None = None,
    ) -> None:
        self.lane = lane
        self.rates = rates
        self.table = table
        self.terms = terms
        self.carrier = carrier
        self._facts: dict[str, Fact] = {}
        self._forms: dict[object, int] = {}
        self._numbers = count()
        self._programs: dict[object, tuple[Program, tuple[int, ...]]] = {}
        self._written: dict[object, Program] = {}
        self._spans: dict[object, tuple[Program, Spans]] = {}

    def at(self, rates: RateBook) -> Market:
        """The same market at other exchange rates.

        What it learnt of lines and the programs it wrote go along: neither rests on a rate.
        """
        made = Market(self.lane, rates, self.table, self.terms, self.carrier)
        made._facts, made._forms, made._numbers = self._facts, self._forms, self._numbers
        made._written, made._spans = self._written, self._spans
        return made

    def price(self, bundle: Bundle, carried: ShippingOffer | None = None) -> Quote:
        """The landed cost of ``bundle``. Raises the errors of :mod:`landedcost.errors`.

        ``carried`` is a carrier's offer, used where the bundle has no shipping of its own.
        """
        program, facts, inputs, carried = self._inputs(bundle, carried)
        if program.compiled is not None:
            result = program.compiled(*inputs)
        else:
            regs = run(program.ops, dict(zip(input_groups(len(facts)), inputs, strict=True)))
            result = tuple(regs[r] for r in program.outputs)
        if result[3] or result[0] < 0:
            self._refuse(program, bundle, inputs, result)
        return Quote(Priced(self, program, bundle, facts, inputs, carried), result)

    def spans(
        self,
        bundle: Bundle,
        carried: ShippingOffer | None = None,
        *,
        varying: str = "price",
        tests: bool = False,
    ) -> Callable[[int, int], tuple[int, ...]]:
        """What ``bundle`` can cost while one of its amounts lies between two, in minor units.

        ``varying`` is the fixed ``price`` of the goods, or the ``discount``; of the bundle's own
        only the currency counts. The function it gives answers with the least and the most of the
        total, then of two tests: whether the rules refuse the parcel, and whether a duty is
        lacking. With ``tests`` it answers for the tests on which the reasons hang and for each
        refusal in place of the total. Raises the errors of :mod:`landedcost.errors`.
        """
        program, _, inputs, _ = self._inputs(bundle, carried)
        key = (id(program), varying, tests)
        found = self._spans.get(key)
        if found is None:
            flags = (*program.tests, *(flag for _, _, flag in program.refused))
            wanted = flags if tests else program.outputs[:1]
            found = program, program.spans(wanted, varying)
            if len(self._spans) >= _MANY // 10:
                self._spans.clear()
            self._spans[key] = found
        return partial(found[1], *inputs)

    def _inputs(
        self, bundle: Bundle, carried: ShippingOffer | None
    ) -> tuple[Program, list[Fact], list[tuple[int, ...]], ShippingOffer | None]:
        """The program for a bundle and what it runs on, with the carrier's offer if one serves."""
        known = self._facts
        lines = bundle.sorted
        try:
            facts = [known[line.key] for line in lines]
        except KeyError:
            facts = [self.learn(line, f"lines[{bundle.lines.index(line)}]") for line in lines]
        shipping, discount, insurance = bundle.shipping, bundle.discount, bundle.insurance
        price = bundle.price
        if shipping is None:
            if carried is None and self.carrier is not None:
                carried = self._carry(bundle)
            if carried is not None:
                shipping = Amount(carried.amount, carried.currency)
        else:
            carried = None
        program, bound = self.program(
            facts,
            discount.currency if discount else "",
            shipping.currency if shipping else "",
            insurance.currency if insurance else "",
            price.currency if price else "",
        )
        base: tuple[int, ...] = (
            discount.minor if discount else 0,
            shipping.minor if shipping else 0,
            insurance.minor if insurance else 0,
            price.minor if price else 0,
            len({f[2].hs[:6] for f in facts}) if len(facts) > 1 else 1,
            *bound,
        )
        pairs = zip(lines, facts, strict=True)
        inputs = [base, *[part for line, fact in pairs for part in (line.ints, fact[1])]]
        return program, facts, inputs, carried

    def learn(self, line: Line, where: str = "") -> Fact:
        """The facts of a line on this market, asked once for each kind of line.

        Raises RefusedError for goods the rules refuse, RequestError for a claim that cannot be
        made; ``where`` is the line's path for the message.
        """
        known = self._facts.get(line.key)
        if known is not None:
            return known
        facts = gather(self.lane, line, self.table, self.terms.strategy, where)
        number = self._forms.setdefault(facts.form, next(self._numbers))
        if len(self._facts) >= _MANY:
            self._facts.clear()
        known = (number, facts.params, facts)
        self._facts[line.key] = known
        return known

    def program(
        self,
        facts: Sequence[Fact],
        discount: str,
        shipping: str,
        insurance: str,
        price: str = "",
        *,
        compiled: bool = True,
    ) -> tuple[Program, tuple[int, ...]]:
        """The program for lines of these kinds and amounts in these currencies (empty: none).

        With it come the inputs that hold for every basket of the market. Columns do not need it
        ``compiled``.
        """
        key: tuple[object, ...] = (
            *[f[0] for f in facts],
            discount,
            shipping,
            insurance,
            price,
        )
        if not compiled:
            key = (*key, "columns")
        found = self._programs.get(key)
        if found is None:
            layout = Layout(
                lines=tuple(f[2].form.currency for f in facts),
                discount=discount,
                shipping=shipping,
                insurance=insurance,
                shown=self.terms.shown,
                price=price,
            )
            program = self._written.get(key)
            if program is None:
                program = write(self.lane, [f[2].form for f in facts], layout, compiled=compiled)
                if len(self._written) >= _MANY // 10:
                    self._written.clear()
                self._written[key] = program
            found = program, tuple(self._input(n) for n in program.inputs[len(BUNDLE_INPUTS) :])
            if len(self._programs) >= _MANY // 10:
                self._programs.clear()
            self._programs[key] = found
        return found

    def _input(self, name: tuple[str, ...]) -> int:
        """The value of an input that depends on the market alone."""
        if name[0] == "rate":
            rate = self.rates.get(name[1], name[2], name[3])
            return rate.minor_num if name[4] == "num" else rate.minor_den
        _, text, code, test = name
        home = self.lane.regime.currency
        num, den = ratio(text)
        rate = self.rates.get("customs", code, home)
        top: int = num * 10 ** currency(code).digits * rate.minor_num
        bottom: int = den * rate.minor_den
        return top // bottom if test == "le" else -(-top // bottom)

    def _carry(self, bundle: Bundle) -> ShippingOffer:
        if bundle.weight_g is None:
            index = next(i for i, line in enumerate(bundle.lines) if line.weight_g is None)
            raise RequestError(
                "no shipping was given, and the carrier's table needs the weight of every line",
                code="missing_weight",
                where=f"lines[{index}].weight_g",
                hint="give `shipping`, or `weight_g` on each line",
            )
        return self.carry(bundle.weight_g)

    def carry(self, weight_g: int) -> ShippingOffer:
        """What the shop's carrier asks for a parcel to this market.

        Raises RequestError for a place, a weight or a channel its table does not have.
        """
        key, carrier = self.lane.key, self.carrier
        assert carrier is not None
        if carrier.channel != key.channel:
            raise RequestError(
                f"the table {carrier.name!r} is for {carrier.channel}, the parcel goes by "
                f"{key.channel}",
                code="wrong_channel",
                where="channel",
                hint="give `shipping`, or the channel of the table",
            )
        return carrier.quote(
            self.terms.country,
            weight_g,
            where="shipping",
            ship_from=key.sender.country,
            on=key.day,
        )

    def _refuse(
        self,
        program: Program,
        bundle: Bundle,
        inputs: Sequence[Sequence[int]],
        result: Sequence[int],
    ) -> None:
        """Raise what an answer that cannot be given was kept for."""
        lines = bundle.sorted
        regs = run(program.ops, dict(zip(input_groups(len(lines)), inputs, strict=True)))
        for rule, index, reg in program.refused:
            if regs[reg]:
                raise refused(rule, f"lines[{bundle.lines.index(lines[index])}]")
        for line, reg in zip(lines, program.missing, strict=False):
            if regs[reg]:
                where = f"lines[{bundle.lines.index(line)}]"
                lacking = gather(self.lane, line, self.table, self.terms.strategy, where).missing
                assert lacking is not None
                raise lacking
        if result[0] < 0:
            raise discount_too_large()
