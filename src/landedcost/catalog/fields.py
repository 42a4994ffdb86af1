"""Reading a table of a shop's file: closed keys, and each value checked with its path."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ..codes import nearest
from ..errors import LandedCostError, MoneyError, RequestError
from ..lines import DAMAGE, MAX_TITLE, Amount
from .paths import path

MAX_IMAGE = 500
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Characters that turn around the text that follows: a title holds none, who shows it isolates."""
_CONTROL = ("Cc", "Cs", "Zl", "Zp")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def table(value: Any, where: str, known: Sequence[str] | None = None) -> Mapping[str, Any]:
    """A table, with no other keys than the ``known``. Raises RequestError naming the nearest."""
    if not isinstance(value, Mapping):
        raise wrong_type("a table", value, where)
    for name in value:
        if not isinstance(name, str):
            raise wrong_type("text as the name of a key", name, where)
        if known is not None and name not in known:
            close = nearest(name[:40], known, 1)
            raise RequestError(
                f"unknown key {name[:40]!r}",
                code="unknown_key",
                where=within(where, name),
                hint=f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}",
            )
    return value


def within(where: str, name: str) -> str:
    """The path of ``name`` inside the table at ``where``."""
    return f"{where}.{path(name)}" if where else path(name)


def wrong_type(wanted: str, value: Any, where: str, hint: str = "") -> RequestError:
    """The error for a value of another kind than ``wanted``."""
    return RequestError(
        f"must be {wanted}: {str(value)[:60]!r}", code="bad_type", where=where, hint=hint
    )


def text(value: Any, where: str) -> str:
    """Some text. Raises RequestError."""
    if not isinstance(value, str) or not value:
        raise wrong_type("text", value, where, "write it in quotes")
    return value


def texts(value: Any, where: str) -> tuple[str, ...]:
    """A list of texts. Raises RequestError."""
    if not isinstance(value, list | tuple):
        raise wrong_type("a list of texts", value, where, 'write ["...", "..."]')
    return tuple(text(one, f"{where}[{k}]") for k, one in enumerate(value))


def title(value: Any, where: str) -> str:
    """A title, kept as it is written: whoever shows it must escape it.

    Raises RequestError for one that is too long, or that holds control characters or such as
    turn the direction of the text around them.
    """
    if not isinstance(value, str):
        raise wrong_type("text", value, where, "write it in quotes")
    if len(value) > MAX_TITLE:
        raise RequestError(
            f"{len(value):,} characters",
            code="too_long",
            where=where,
            hint=f"a title has at most {MAX_TITLE} characters",
        )
    for char in value:
        if char in _TURNING or char == DAMAGE or unicodedata.category(char) in _CONTROL:
            name = unicodedata.name(char, "a control character")
            raise RequestError(
                f"holds U+{ord(char):04X}, {name}, which readers cannot see",
                code="bad_title",
                where=where,
                hint="take it out: who shows the title keeps its direction apart from the rest",
            )
    return value


def image(value: Any, where: str) -> str:
    """The path or the https address of a picture. Raises RequestError."""
    found = title(text(value, where), where)
    scheme = _SCHEME.match(found)
    if len(found) > MAX_IMAGE or (scheme and not found.startswith(("https://", "http://"))):
        raise RequestError(
            f"not the place of a picture: {found[:40]!r}",
            code="bad_image",
            where=where,
            hint="give a path beside the file, or an https address",
        )
    return found


def amount(value: Any, where: str) -> Amount:
    """An amount, which is text: ``"25.00 USD"``. Raises MoneyError, also for a bare number."""
    if not isinstance(value, str | Amount):
        raise MoneyError(
            f"an amount is text with its currency: {str(value)[:40]}",
            code="bad_amount",
            where=where,
            hint='write it in quotes, such as "25.00 USD"',
        )
    found = Amount.of(value, where)
    if found.minor < 0:
        raise MoneyError(
            f"cannot be negative: {value!r}",
            code="negative_amount",
            where=where,
            hint="write a positive amount",
        )
    return found


def count(value: Any, where: str, least: int = 0) -> int:
    """A whole number from ``least`` to a million. Raises RequestError."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 10**6:
        raise RequestError(
            f"must be a whole number from {least} to 1,000,000: {str(value)[:40]!r}",
            code="bad_quantity",
            where=where,
            hint="write digits without quotes, such as 2",
        )
    return value


def known(name: Any, names: Sequence[str], what: str, where: str) -> str:
    """``name`` if it is one of ``names``. Raises RequestError naming the nearest."""
    if isinstance(name, str) and name in names:
        return name
    close = nearest(str(name)[:60], names, 1)
    raise RequestError(
        f"no {what} {str(name)[:60]!r}",
        code=f"unknown_{what}",
        where=where,
        hint=f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names[:8]) or 'none'}",
    )


@contextmanager
def under(where: str, **names: str) -> Iterator[None]:
    """Put ``where`` before the field of an error.

    ``names`` are what its first word is called there; an empty one stands for ``where`` itself.
    """
    try:
        yield
    except LandedCostError as error:
        field, dot, rest = error.where.partition(".")
        named = names.get(field, field)
        inside = named + dot + rest if named else ""
        error.where = ".".join(filter(None, (where, inside)))
        raise
