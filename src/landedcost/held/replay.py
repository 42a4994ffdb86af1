"""A price recomputed from its record alone: no tariff table, no rate table, no source is asked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..cache.codec import of_data
from ..contract import build_request
from ..errors import LandedCostError
from ..facts import Remark
from ..fx.book import RateBook
from ..fx.given import GivenRates
from ..fx.margin import FxMargin
from ..market import Market, Terms
from ..outside.beside import Comparison, beside
from ..quote import Quote
from ..regimes.load import RuleBook
from ..regimes.select import select
from ..shipping.zones import ShippingOffer
from .canonical import canonical
from .pins import PinnedRates, PinnedTariff, Pins
from .record import Record
from .tables import bad_record, lane_of, reform_of

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class Difference:
    """One place of the answer that came out otherwise: its path, then and now."""

    path: str
    then: Any
    now: Any

    def as_dict(self) -> dict[str, Any]:
        """The difference as data."""
        return {"path": self.path, "then": self.then, "now": self.now}


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a record.

    ``same`` says that the answer is the same byte for byte; otherwise ``differences`` are all
    there are, or ``error`` is why there is no price any more. ``made_with`` and ``replayed_with``
    are versions of the package.
    """

    quote: Quote | None
    differences: tuple[Difference, ...]
    error: LandedCostError | None
    made_with: str
    replayed_with: str

    @property
    def same(self) -> bool:
        """Whether the answer is the same byte for byte."""
        return not self.differences and self.error is None


def replay(record: Record) -> Replayed:
    """Recompute a record's answer from what is pinned in it.

    Raises RequestError (``bad_record``) for a record that cannot be read; an engine that now
    answers otherwise is no error but told in the result.
    """
    document = record.document
    quote, failed, found = None, None, []
    try:
        quote = _priced(record)
        answer = quote.as_dict()
        if canonical(answer) != canonical(record.answer):
            found = [*differences(record.answer, answer)]
    except LandedCostError as error:
        if error.code == "bad_record":
            raise
        quote, failed = None, error
    return Replayed(quote, tuple(found), failed, document["landedcost"], __version__)


def _priced(record: Record) -> Quote:
    data = record.document
    try:
        key = lane_of(data["lane"])
        terms = of_data(Terms, data["terms"])
        reforms = [reform_of(one) for one in data["reforms"]]
        carried = of_data(ShippingOffer, data["carried"]) if data["carried"] is not None else None
        compared = [of_data(Comparison, one) for one in data["beside"]]
        said = tuple(of_data(Remark, one) for one in data["remarks"])
        texts = {name: record.texts[digest] for name, digest in data["rules"].items()}
        tariff = data["tariff"]
        table = PinnedTariff(tariff["name"], Pins(tariff["answers"])) if tariff else None
        margin = FxMargin.of(data["fx_margin"])
        request = build_request(data["request"])
    except (KeyError, TypeError, ValueError) as error:
        raise bad_record(f"a part of it cannot be read: {str(error)[:100]}") from None
    regime = RuleBook(_folder(texts), reforms).regime(key.buyer.territory)
    given, customs = request.rates, request.customs_rates
    book = RateBook(
        PinnedRates(Pins(data["rates"])),
        key.day,
        regime.customs_territory,
        GivenRates.of(given, "rates", key.day) if given else None,
        GivenRates.of(customs, "customs_rates", key.day) if customs else None,
        shown=terms.shown,
        margin=margin,
    )
    made = Market(select(regime, key), book, table, terms).price(request.bundle, carried)
    return beside(made, next(iter(compared), None), said) if compared or said else made


def _folder(texts: Mapping[str, str]) -> Traversable:
    """A folder in memory."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        for name, text in texts.items():
            packed.writestr(name, text)
    return zipfile.Path(held)


def differences(then: Any, now: Any, path: str = "") -> Iterator[Difference]:
    """Every place in which two documents differ; what is not there at all is None."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys((*then, *now)):
            yield from differences(then.get(key), now.get(key), f"{path}.{key}" if path else key)
    elif isinstance(then, list) and isinstance(now, list):
        for place in range(max(len(then), len(now))):
            old = then[place] if place < len(then) else None
            new = now[place] if place < len(now) else None
            yield from differences(old, new, f"{path}[{place}]")
    elif then != now:
        yield Difference(path, then, now)
