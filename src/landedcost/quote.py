"""The answer: a quote that keeps its figures as ints and unfolds its words when looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from .currencies import currency
from .facts import Provenance as Provenance
from .lines import Amount
from .money import amount_text, to_money

if TYPE_CHECKING:
    from moneyed import Money

    from .facts import LineFacts, Remark
    from .fx.book import Exchange
    from .market import Market
    from .outside.beside import Comparison
    from .pipeline import Program
    from .program.sheet import Slot, Why
    from .regimes.schema import Dated
    from .regimes.select import LaneKey
    from .request import Bundle
    from .shipping.zones import ShippingOffer
    from .unfold import Unfolded

Fact = tuple[int, tuple[int, ...], "LineFacts"]


class Priced(NamedTuple):
    """What was priced: everything a quote needs to unfold itself later."""

    market: Market
    program: Program
    bundle: Bundle
    facts: Sequence[Fact]
    inputs: Sequence[Sequence[int]]
    carried: ShippingOffer | None
    beside: tuple[Comparison, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a charge is what it is, in words; ``as_of`` is the day since which the value holds."""

    rule: str
    formula: str
    basis: str
    rate: str
    source: str
    as_of: date | None

    def as_dict(self) -> dict[str, str | None]:
        """The ``why`` object of the JSON contract."""
        return {
            "rule": self.rule,
            "formula": self.formula,
            "basis": self.basis,
            "rate": self.rate,
            "source": self.source,
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }


class Charge:
    """One part of the price.

    ``amount`` is in the quote's currency, ``local`` in the currency it is charged in;
    ``collected`` is ``checkout``, ``delivery`` or ``not_due``. A charge of zero says why.
    """

    __slots__ = ("_slot", "_unfolded", "_why", "amount_minor", "collected", "local_minor")

    def __init__(
        self,
        unfolded: Unfolded,
        slot: Slot,
        why: Why,
        local_minor: int,
        amount_minor: int,
        collected: str,
    ) -> None:
        self._unfolded = unfolded
        self._slot = slot
        self._why = why
        self.local_minor = local_minor
        self.amount_minor = amount_minor
        self.collected = collected

    @property
    def kind(self) -> str:
        """The kind of charge, from ``goods`` to ``rounding``, as the JSON contract has it."""
        return self._slot.kind

    @property
    def code(self) -> str:
        """Which rule or reason it is, in one word."""
        return self._unfolded.code(self._slot, self._why)

    @property
    def label(self) -> str:
        """What it is called."""
        return self._why.label

    @property
    def line(self) -> str | None:
        """The id of the line it belongs to, None for the whole bundle."""
        return self._unfolded.line_id(self._slot)

    @property
    def currency(self) -> str:
        """The quote's currency, of ``amount``."""
        return self._unfolded.shown

    @property
    def local_currency(self) -> str:
        """The currency of ``local``."""
        return self._slot.currency

    @property
    def amount(self) -> Amount:
        """What it adds to the total, in the quote's currency."""
        return Amount(self.amount_minor, self._unfolded.shown)

    @property
    def local(self) -> Amount:
        """The same in the currency it is charged in, before conversion."""
        return Amount(self.local_minor, self._slot.currency)

    @property
    def rule(self) -> str:
        """The address of the rule it rests on, such as ``GB.fee.royal_mail``."""
        return self._why.rule

    @property
    def rests_on(self) -> Dated | None:
        """The dated value of a rule file that the amount rests on, if one does."""
        return self._why.value

    @property
    def rests_on_tariff(self) -> bool:
        """Whether a rate of the tariff decided the amount: no relief, no other rule."""
        if self._why.fact == "preference":
            return True
        found = (self._why.code, self._slot.reasons[-1].fact)
        return found in (("mfn", "duty"), ("not_collected", "duty"))

    @property
    def why(self) -> Reason:
        """The reason in words, made when asked for."""
        return self._unfolded.reason(self._slot, self._why)

    def __repr__(self) -> str:
        amount = money_dict(self.amount)
        return f"Charge({self.kind} {self.code}: {amount['amount']} {amount['currency']})"

    def as_dict(self) -> dict[str, Any]:
        """The charge of the JSON contract."""
        return {
            "kind": self.kind,
            "code": self.code,
            "label": self.label,
            "line": self.line,
            "amount": money_dict(self.amount),
            "local": money_dict(self.local),
            "collected": self.collected,
            "why": self.why.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Note:
    """Something a quote says beside its figures."""

    code: str
    text: str


def money_dict(amount: Amount) -> dict[str, str]:
    """An amount as the JSON contract writes it: text and currency."""
    digits = currency(amount.currency).digits
    return {"amount": amount_text(amount.minor, digits), "currency": amount.currency}


class Quote:
    """What a bundle costs a buyer, all in.

    ``total_minor``, ``checkout_minor`` and ``delivery_minor`` are ints in minor units of
    ``currency``; ``total``, ``due_at_checkout`` and ``due_on_delivery`` the same as
    ``moneyed.Money``. ``charges`` add up to ``total`` exactly.
    """

    __slots__ = ("__dict__", "_priced", "_result")

    def __init__(self, priced: Priced, result: tuple[int, ...]) -> None:
        self._priced = priced
        self._result = result

    @property
    def currency(self) -> str:
        """The currency the price is shown in."""
        return self._priced.program.layout.shown

    @property
    def terms(self) -> str:
        """``DDP`` or ``DAP``."""
        return self._priced.market.lane.key.terms

    @property
    def as_of(self) -> date:
        """The day whose rules and rates were used."""
        return self._priced.market.lane.key.day

    @property
    def lane(self) -> LaneKey:
        """From where to whom, on what day, by which channel, under which terms."""
        return self._priced.market.lane.key

    @property
    def total_minor(self) -> int:
        """All the buyer pays, in minor units of ``currency``."""
        return self._result[0]

    @property
    def checkout_minor(self) -> int:
        """What the buyer pays the seller, in minor units of ``currency``."""
        return self._result[1]

    @property
    def delivery_minor(self) -> int:
        """What the carrier collects at the door, in minor units of ``currency``."""
        return self._result[2]

    @property
    def total(self) -> Money:
        """All the buyer pays."""
        return to_money(self.total_minor, self.currency)

    @property
    def headline(self) -> Money:
        """The price to show by the law of the market; ``headline(quote)`` says what it leaves out.

        In most markets all but delivery, in the United States and Canada without sales tax.
        """
        from .present.headline import headline_minor

        return to_money(headline_minor(self), self.currency)

    @property
    def due_at_checkout(self) -> Money:
        """What the buyer pays the seller."""
        return to_money(self.checkout_minor, self.currency)

    @property
    def due_on_delivery(self) -> Money:
        """What the carrier collects at the door."""
        return to_money(self.delivery_minor, self.currency)

    @cached_property
    def _unfolded(self) -> Unfolded:
        from .unfold import Unfolded

        return Unfolded(self._priced, self._result)

    @property
    def charges(self) -> tuple[Charge, ...]:
        """Every charge with its why; amounts of zero say why they are zero."""
        return self._unfolded.charges

    @property
    def seller_costs(self) -> tuple[Charge, ...]:
        """What the import costs the seller besides; not part of the total."""
        return self._unfolded.seller_costs

    @property
    def notes(self) -> tuple[Note, ...]:
        """What else must be known about the price."""
        return tuple(Note(r.code, r.text) for r in self._unfolded.remarks)

    @property
    def certainty(self) -> str:
        """``exact``, ``estimated`` (a value is unverified or stood in for) or ``partial``."""
        from .notes import certainty_of

        return certainty_of(self._unfolded.remarks)

    @property
    def provenance(self) -> tuple[Provenance, ...]:
        """The sources that answered."""
        return self._unfolded.provenance()

    @property
    def exchange(self) -> tuple[Exchange, ...]:
        """The exchange rates used: the market's, the seller's margin, and what came of it."""
        return self._unfolded.exchange()

    @property
    def priced(self) -> Priced:
        """What was priced, for those that make another quote of it."""
        return self._priced

    @property
    def figures(self) -> tuple[int, ...]:
        """The ints the program gave."""
        return self._result

    @property
    def beside(self) -> tuple[Comparison, ...]:
        """What landed cost sources say, next to our own figures."""
        return self._priced.beside

    @property
    def customs(self) -> dict[str, str | None]:
        """Customs value, duty, tax and fees in the territory's own currency."""
        return self._unfolded.customs()

    @property
    def valid_until(self) -> date:
        """The last day on which the price holds."""
        from .unfold import valid_until

        return valid_until(self._priced)

    @property
    def listed(self) -> dict[str, Amount]:
        """What each line costs by itself before any discount, by id, in ``currency``.

        Raises RequestError where a fixed price is in a currency of which no rate is known.
        """
        return self._unfolded.listed()

    @property
    def saves(self) -> Amount:
        """What is saved on the goods against ``listed``, negative where they cost more."""
        goods = sum(c.amount_minor for c in self.charges if c.kind in ("goods", "discount"))
        return Amount(sum(a.minor for a in self.listed.values()) - goods, self.currency)

    @cached_property
    def id(self) -> str:
        """The same for the same request answered by the same rules, tables and rates."""
        from .unfold import identity

        return identity(self._priced)

    @property
    def locale(self) -> str:
        """The buyer's locale, ``und-DE`` for a buyer who gave a country alone."""
        return self._priced.market.terms.locale

    @property
    def text(self) -> str:
        """The total as the buyer's locale writes it."""
        return self.format(self.total_minor)

    def format(self, minor: int) -> str:
        """Minor units of the quote's currency as the buyer's locale writes them."""
        from .present.text import money_text

        return money_text(Amount(minor, self.currency), self.locale)

    def explain(self) -> Any:
        """A tree of the charges, their reasons and the notes; ``str()`` draws it."""
        from .present.explain import explain

        return explain(self)

    def as_dict(self) -> dict[str, Any]:
        """The answer document of the JSON contract."""
        from .present.headline import headline

        unit = self.currency
        return {
            "id": self.id,
            "as_of": self.as_of.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "currency": unit,
            "certainty": self.certainty,
            "total": money_dict(Amount(self.total_minor, unit)),
            "headline": headline(self).as_dict(),
            "due_at_checkout": money_dict(Amount(self.checkout_minor, unit)),
            "due_on_delivery": money_dict(Amount(self.delivery_minor, unit)),
            "customs": self.customs,
            "exchange": [e.as_dict() for e in self.exchange],
            "charges": [c.as_dict() for c in self.charges],
            "notes": [{"code": n.code, "text": n.text} for n in self.notes],
            "provenance": [p.as_dict() for p in self.provenance],
        }

    def __repr__(self) -> str:
        shown = money_dict(Amount(self.total_minor, self.currency))
        return f"Quote({shown['amount']} {shown['currency']}, {self.terms}, {self.as_of})"
