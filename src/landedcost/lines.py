"""An amount and a line: checked when made, unchanging after."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from .codes import country, hs_code, nearest
from .currencies import currency as find_currency
from .declared import claims_of, content_of
from .errors import MoneyError, RequestError
from .facts import DECLARED, GOODS, GOODS_CLASSES, MEASURES, MICRO, OFF
from .money import minor_units, parse_money, percent

MAX_QUANTITY = 1_000_000
MAX_WEIGHT_G = 10**9
MAX_TITLE = 500
DAMAGE = "\N{REPLACEMENT CHARACTER}"
"""What a decoder leaves where bytes are no text of the encoding it was told."""
_ID = re.compile(r"\S(.{0,198}\S)?")


@dataclass(frozen=True, slots=True, order=True)
class Amount:
    """An exact amount: minor units of a currency (``Amount(2500, "EUR")`` is 25.00 EUR)."""

    minor: int
    currency: str

    @classmethod
    def of(cls, value: object, where: str = "") -> Amount:
        """From ``"25.00 EUR"``, ``("25.00", "EUR")``, a ``moneyed.Money`` or an Amount.

        Raises MoneyError for floats, NaN, too many decimals, absurd magnitudes and currencies
        that do not exist.
        """
        if isinstance(value, Amount):
            return value
        if isinstance(value, str):
            text, code = parse_money(value, where)
            code = find_currency(code, where).code
            return cls(minor_units(text, code, where), code)
        if isinstance(value, tuple) and len(value) == 2:
            code = find_currency(value[1], where).code
            return cls(minor_units(value[0], code, where), code)
        own = getattr(getattr(value, "currency", None), "code", None)
        if own is not None:
            return cls(minor_units(value, str(own), where), str(own))
        if isinstance(value, float):
            raise MoneyError(
                f"a float is not an exact amount: {value!r}",
                code="float_amount",
                where=where,
                hint='write text with its currency, such as "25.00 USD"',
            )
        raise MoneyError(
            f"not an amount with a currency: {value!r}",
            code="bad_amount",
            where=where,
            hint='write "25.00 USD"',
        )


def measure_of(value: object, where: str = "") -> int:
    """A measure such as litres, in millionths, 0 for None. Raises RequestError."""
    if value is None:
        return 0
    text = str(value)
    found = re.fullmatch(r"(\d{1,9})(?:\.(\d{1,6}))?", text, re.ASCII)
    if isinstance(value, float | bool) or found is None:
        raise RequestError(
            f"not a plain positive number: {value!r}",
            code="bad_measure",
            where=where,
            hint='write text with at most six decimals, such as "0.75"',
        )
    return int(found[1]) * MICRO + int((found[2] or "").ljust(6, "0"))


def _whole(value: object, least: int, most: int, what: str, where: str, code: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise RequestError(
            f"{what} must be a whole number: {value!r}",
            code=code,
            where=where,
            hint="write an int, such as 2",
        )
    if not least <= value <= most:
        raise RequestError(
            f"{what} must be from {least:,} to {most:,}: {value}",
            code=code,
            where=where,
            hint="leave it out if there is none, and split what is more",
        )
    return value


def one_of(value: object, known: Sequence[str], where: str, code: str) -> str:
    """``value`` if it is one of ``known``. Raises RequestError naming the nearest."""
    if isinstance(value, str) and value in known:
        return value
    close = nearest(str(value)[:40], known, 1)
    raise RequestError(
        f"{value!r} is not known here; known: {', '.join(known)}",
        code=code,
        where=where,
        hint=f"did you mean {close[0]!r}?" if close else "write one of these, or leave it out",
    )


class Line:
    """One line of a bundle: ``quantity`` units of one article.

    ``unit_price`` and ``customs_value`` are per unit (``"25.00 USD"``), ``weight_g`` is the net
    weight of one unit in grams, ``pairs``, ``litres``, ``square_metres``, ``metres`` and
    ``cubic_metres`` are per unit too. ``duty`` (a rate text such as ``"16.5% + 0.30 USD/kg"``)
    and ``tax_rate`` (``"19%"``) pin what would be looked up. ``preference`` is the name of the
    agreement under which origin is claimed, ``evidence`` what proof of it is held. ``claims`` are
    further reliefs or ways the importer chooses (``["US:9903.82.03"]``), ``content`` the share of
    the value by material (``{"steel": "60%"}``). ``discount`` is taken off the whole line
    (``"5.00 USD"``). A gift has the price 0, or a discount of all it costs, and needs
    ``customs_value``.

    Raises RequestError or MoneyError with the path of the field.
    """

    __slots__ = (
        "claims",
        "content",
        "currency",
        "discount",
        "duty",
        "evidence",
        "goods_class",
        "hs_code",
        "id",
        "ints",
        "key",
        "measures",
        "origin",
        "preference",
        "quantity",
        "tax_rate",
        "title",
        "unit_price",
        "weight_g",
    )

    def __init__(
        self,
        id: str,
        unit_price: Any,
        *,
        quantity: int = 1,
        hs_code: str | None = None,
        origin: str | None = None,
        weight_g: int | None = None,
        goods_class: str = "standard",
        duty: str | None = None,
        tax_rate: str | None = None,
        preference: str | None = None,
        discount: Any = None,
        customs_value: Any = None,
        retail_price: Any = None,
        pairs: int | None = None,
        litres: str | None = None,
        square_metres: str | None = None,
        metres: str | None = None,
        cubic_metres: str | None = None,
        evidence: str | None = None,
        claims: str | Sequence[str] | None = None,
        content: str | Mapping[str, str] | None = None,
        title: str = "",
        where: str = "",
    ) -> None:
        at = f"{where}." if where else ""
        self.id = line_id(id, f"{at}id")
        self.quantity = _whole(
            quantity, 1, MAX_QUANTITY, "a quantity", f"{at}quantity", "bad_quantity"
        )
        price = Amount.of(unit_price, f"{at}unit_price")
        self.unit_price = price
        self.currency = price.currency
        self.hs_code = hs_code_of(hs_code, f"{at}hs_code")
        self.origin = country(origin, f"{at}origin") if origin is not None else ""
        self.goods_class = one_of(
            goods_class, GOODS_CLASSES, f"{at}goods_class", "unknown_goods_class"
        )
        self.duty = _duty_text(duty, f"{at}duty")
        self.tax_rate = _tax_rate(tax_rate, f"{at}tax_rate")
        self.preference = _text(preference, f"{at}preference", "bad_preference") or ""
        self.evidence = _text(evidence, f"{at}evidence", "bad_evidence") or ""
        self.claims = claims_of(claims, f"{at}claims")
        self.content = content_of(content, f"{at}content")
        self.title = _title(title, f"{at}title")
        if price.minor < 0:
            raise MoneyError(
                "a price cannot be negative",
                code="negative_amount",
                where=f"{at}unit_price",
                hint="use `discount` on the bundle",
            )
        declared = self._beside(customs_value, price, f"{at}customs_value")
        weight = 0
        if weight_g is not None:
            weight = _whole(
                weight_g, 0, MAX_WEIGHT_G, "a weight in grams", f"{at}weight_g", "bad_weight"
            )
        self.weight_g = weight_g
        pair = 0
        if pairs is not None:
            pair = _whole(pairs, 1, 10_000, "pairs", f"{at}pairs", "bad_measure")
        n = self.quantity
        micro = [
            measure_of(v, f"{at}{k}")
            for k, v in (
                ("litres", litres),
                ("square_metres", square_metres),
                ("metres", metres),
                ("cubic_metres", cubic_metres),
            )
        ]
        retail = self._beside(retail_price, price, f"{at}retail_price")
        each = (weight, pair, *micro, retail)
        self.measures = frozenset(name for name, x in zip(MEASURES, each, strict=True) if x)
        self.ints = (
            price.minor * n,
            price.minor,
            declared * n,
            declared,
            n,
            *(x * n for x in each),
        )
        self._take(self._off(discount, f"{at}discount"), at)
        self.key = self._kind()

    def _kind(self) -> str:
        """All that lines have in common which are looked up and computed alike."""
        known = self.evidence or self.claims or self.content
        return "\n".join(
            (
                self.currency,
                self.hs_code,
                self.origin,
                self.goods_class,
                self.duty or "",
                self.tax_rate or "",
                self.preference,
                ("gift" if self.ints[DECLARED] else "") + (" off" if self.discount else ""),
                ",".join(sorted(self.measures)),
                self._declared() if known else "",
            )
        )

    def _declared(self) -> str:
        """What is declared beside the code, as part of the key; only that there is evidence."""
        claims = sorted(f"{t}:{code}" for t, codes in self.claims.items() for code in codes)
        content = [f"{name} {num}/{den}" for name, (num, den) in self.content.items()]
        return ";".join(("evidence" if self.evidence else "", *claims, *content))

    def backed(self) -> Line:
        """The same line with evidence for its preference, whatever it is."""
        line = copy(self)
        line.evidence = line.evidence or "assumed"
        line.key = line._kind()
        return line

    def less(self, discount: Any) -> Line:
        """The same line with so much more taken off the whole of it. Raises as Line does."""
        line, more = copy(self), self._off(discount, "discount")
        line._take((self.discount.minor if self.discount else 0) + more, "")
        line.key = line._kind()
        return line

    def _take(self, off: int, at: str) -> None:
        """Have ``off`` taken off, and what is given away a customs value of its own."""
        goods = self.ints[GOODS]
        if off > goods:
            raise MoneyError(
                f"the discount is above the price of line {self.id!r}",
                code="discount_too_large",
                where=f"{at}discount",
                hint="a discount may take off as much as the line costs, and no more",
            )
        if off == goods and not self.ints[DECLARED]:
            what = "costs nothing after its discount" if off else "has the price 0"
            raise RequestError(
                f"line {self.id!r} {what} and no customs value",
                code="missing_customs_value",
                where=f"{at}customs_value",
                hint="customs values a gift at what it would be sold for: give `customs_value`",
            )
        self.discount = Amount(off, self.currency) if off else None
        self.ints = (*self.ints[:OFF], off)

    def _off(self, value: Any, where: str) -> int:
        """What is taken off the whole line, 0 for nothing."""
        amount = None if value is None else Amount.of(value, where)
        return self._beside(amount, self.unit_price, where) if amount and amount.minor else 0

    def _beside(self, value: Any, price: Amount, where: str) -> int:
        """An amount in the line's own currency, 0 when it was not given."""
        if value is None:
            return 0
        amount = Amount.of(value, where)
        if amount.currency != price.currency:
            raise MoneyError(
                f"in {amount.currency}, but the line is priced in {price.currency}",
                code="mixed_currencies",
                where=where,
                hint="give both in one currency",
            )
        if amount.minor <= 0:
            raise MoneyError(
                "must be above zero",
                code="negative_amount",
                where=where,
                hint="write a positive amount, or leave it out",
            )
        return amount.minor

    def __repr__(self) -> str:
        return f"Line({self.id!r}, {self.quantity} × {self.unit_price}, hs={self.hs_code!r})"


def hs_code_of(value: str | None, where: str) -> str:
    """The digits of a code, empty when none was given. Raises RequestError."""
    return "" if value is None else hs_code(value, where)


def line_id(value: object, where: str = "") -> str:
    """A line's id as it is. Raises RequestError (``bad_id``) for one that cannot be shown."""
    if isinstance(value, str) and _ID.fullmatch(value) and value.isprintable():
        return _undamaged(value, where)
    raise RequestError(
        f"not a usable line id: {str(value)[:60]!r}",
        code="bad_id",
        where=where,
        hint="1 to 200 printable characters, no space at either end",
    )


def _undamaged(text: str, where: str) -> str:
    if DAMAGE in text:
        raise RequestError(
            "has U+FFFD, which stands for bytes that could not be read as text",
            code="bad_encoding",
            where=where,
            hint="save the file it comes from as UTF-8",
        )
    return text


def _text(value: object, where: str, code: str) -> str | None:
    if value is None or (isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()):
        return value
    raise RequestError(
        f"must be a short text: {str(value)[:60]!r}",
        code=code,
        where=where,
        hint="1 to 200 printable characters, or leave it out",
    )


def _title(value: object, where: str) -> str:
    if isinstance(value, str) and len(value) <= MAX_TITLE:
        return _undamaged(value, where)
    what = f"longer than {MAX_TITLE} characters" if isinstance(value, str) else "must be text"
    raise RequestError(
        what, code="bad_type", where=where, hint=f"write at most {MAX_TITLE} characters"
    )


def _duty_text(value: object, where: str) -> str | None:
    """A pinned duty, read once here so that a bad text is an error on every lane."""
    text = _text(value, where, "bad_duty_text")
    if text is not None:
        from .tariffs.grammar import parse_duty

        parse_duty(text, currency="EUR", where=where)  # where none is named, the lane's serves
    return text


def _tax_rate(value: object, where: str) -> str | None:
    text = _text(value, where, "bad_rate")
    if text is not None:
        percent(text, where)
    return text
