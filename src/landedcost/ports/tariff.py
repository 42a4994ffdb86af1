"""The port of tariffs: what a territory charges on goods of a code and an origin, on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ..errors import BadAnswer, LandedCostError
from ..tariffs.grammar import parse_duty
from .answer import Problem
from .flow import Flow

KINDS = (
    "third_country",
    "preference",
    "suspension",
    "quota",
    "remedy",
    "additional",
    "tax",
    "excise",
)
"""Third country: the duty of everybody. Remedy: anti-dumping, countervailing, safeguard.
Additional: any other duty on top."""


@dataclass(frozen=True, slots=True)
class TariffAsk:
    """Goods and a border.

    ``territory`` is whose tariff is asked for: ``GB``, ``XI``, ``EU``, ``US`` and so on.
    ``hs_code`` is 6 to 12 digits; ``origin`` an ISO country, empty when not known. ``facts`` are
    further things the tariff may ask about the goods, as pairs of a name and a value, such as
    ``("additional_code", "C490")`` or ``("meursing", "000")``, sorted by name.
    """

    territory: str
    hs_code: str
    origin: str
    day: date
    facts: tuple[tuple[str, str], ...] = ()

    def fact(self, name: str) -> str:
        """The value of a further fact, empty if it was not given."""
        return dict(self.facts).get(name, "")


@dataclass(frozen=True, slots=True)
class Measure:
    """One duty or tax of the tariff.

    ``code`` is the tariff line it is for, in digits. ``rate`` is written as tariffs write it,
    ``"12%"`` or ``"16.5% + 0.30 USD/kg"`` or ``"Free"``, and is None when the source does not
    tell it, or tells it in a form that cannot be read (then ``note`` has the text): never write
    zero for what is not known. ``area`` is the country or group it is for, empty for all;
    ``agreement`` names the preference; ``conditions`` say what must be shown to claim it.
    ``until`` is exclusive.
    """

    kind: str
    code: str
    rate: str | None
    since: date | None = None
    until: date | None = None
    title: str = ""
    area: str = ""
    agreement: str = ""
    conditions: tuple[str, ...] = ()
    order_number: str = ""
    verified: bool = True
    note: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadAnswer(f"no kind of measure: {self.kind!r}", hint=f"one of {', '.join(KINDS)}")
        if not (isinstance(self.code, str) and self.code.isdigit() and 2 <= len(self.code) <= 12):
            raise BadAnswer(f"a measure for a code that is not 2 to 12 digits: {self.code!r}")
        if self.rate is not None:
            if not isinstance(self.rate, str):
                raise BadAnswer(f"the rate of {self.code} is no text: {type(self.rate).__name__}")
            try:
                parse_duty(self.rate, currency="EUR")
            except LandedCostError as error:
                raise BadAnswer(
                    f"the rate of {self.code} cannot be read: {self.rate[:80]!r}",
                    hint="leave `rate` None and put the text into `note`",
                ) from error


@dataclass(frozen=True, slots=True)
class TariffAnswer:
    """The measures on the goods, with what they could be if the code is short.

    ``measures`` holds at least one of kind ``third_country``, or there is a problem that says why
    not. ``source`` is the title people know the tariff by, ``url`` where a person can read it,
    ``on`` the day whose tariff it is. ``currency`` is that of amounts in rates that name none.
    ``needs`` are the facts that the measures ask for, as names of a line's fields
    (``weight_g``, ``litres``, ``pairs``…) or of ``TariffAsk.facts``.
    """

    measures: tuple[Measure, ...]
    source: str
    on: date
    url: str = ""
    currency: str = ""
    needs: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __post_init__(self) -> None:
        duty = any(m.kind == "third_country" for m in self.measures)
        if not duty and not self.problems:
            raise BadAnswer("a tariff answer with no duty for everybody, and no word why")

    def of(self, *kinds: str) -> tuple[Measure, ...]:
        """The measures of some kinds that are in force on the day of the answer."""
        return tuple(
            m
            for m in self.measures
            if m.kind in kinds
            and (m.since is None or m.since <= self.on)
            and (m.until is None or self.on < m.until)
        )


class TariffSource(Protocol):
    """A source of duties."""

    def tariff(self, ask: TariffAsk) -> Flow[TariffAnswer]:
        """The measures on the goods.

        Raises NoAnswer for a code or a territory that the source does not have. An unknown code
        is never answered with a rate of zero.
        """
        ...
