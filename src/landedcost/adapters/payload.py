"""Reading what a platform sent: exact numbers, and errors that name the field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..errors import RequestError
from ..lines import Amount
from ..money import minor_units

MAX_BYTES = 1_000_000


def read(body: bytes | str | Mapping[str, Any]) -> Field:
    """The payload of a webhook: best its raw body, since a parsed one may hold floats.

    Raises RequestError (``bad_payload``).
    """
    if isinstance(body, Mapping):
        return Field(body, "")
    if len(body) > MAX_BYTES:
        raise _bad("", "the payload is larger than 1 MB")
    try:
        data = json.loads(body, parse_float=Decimal, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise _bad("", f"the payload is not JSON: {type(error).__name__}") from None
    return Field(data, "")


def _constant(text: str) -> Any:
    raise ValueError(text)


def _bad(where: str, message: str) -> RequestError:
    return RequestError(
        message,
        code="bad_payload",
        where=where or "payload",
        hint="give the raw body as the platform sent it",
    )


class Field:
    """A value in a payload, and the path that leads to it."""

    __slots__ = ("path", "value")

    def __init__(self, value: Any, path: str) -> None:
        self.value, self.path = value, path

    def __bool__(self) -> bool:
        return self.value is not None

    def get(self, key: str) -> Field:
        """The field of an object, None inside if it is missing. Raises RequestError."""
        if not isinstance(self.value, Mapping):
            raise _bad(self.path, f"an object is expected: {str(self.value)[:40]!r}")
        return Field(self.value.get(key), f"{self.path}.{key}" if self.path else key)

    def items(self) -> Iterator[Field]:
        """The items of a list. Raises RequestError."""
        if not isinstance(self.value, list | tuple):
            raise _bad(self.path, f"a list is expected: {str(self.value)[:40]!r}")
        for index, item in enumerate(self.value):
            yield Field(item, f"{self.path}[{index}]")

    def text(self) -> str:
        """Text that is not empty. Raises RequestError."""
        if isinstance(self.value, str) and self.value.strip():
            return self.value.strip()
        raise _bad(self.path, f"text is expected: {str(self.value)[:40]!r}")

    def text_or_none(self) -> str | None:
        """Text, or None where there is none or it is blank."""
        return self.value.strip() or None if isinstance(self.value, str) else None

    def name(self, *keys: str) -> str:
        """The first of these fields that has a text or a number. Raises RequestError."""
        for key in keys:
            field = self.get(key)
            if isinstance(field.value, int) and not isinstance(field.value, bool) and field.value:
                return str(field.value)
            found = field.text_or_none()
            if found:
                return found
        raise _bad(self.path, f"none of {', '.join(keys)} is there")

    def whole(self) -> int:
        """A whole number. Raises RequestError."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return self.value
        raise _bad(self.path, f"a whole number is expected: {str(self.value)[:40]!r}")

    def flag(self) -> bool:
        """True or false, false where it is missing. Raises RequestError."""
        if self.value is None or isinstance(self.value, bool):
            return bool(self.value)
        raise _bad(self.path, f"true or false is expected: {str(self.value)[:40]!r}")

    def amount(self, currency: str) -> Amount:
        """A major-unit number or text in a currency, zero or more; a missing one is zero.

        Raises RequestError, MoneyError (a float is refused: give the raw body).
        """
        if self.value is None or self.value == "":
            return Amount(0, currency)
        if isinstance(self.value, float):
            raise _bad(self.path, f"a float is not an exact amount: {self.value!r}")
        amount = Amount(minor_units(self.value, currency, self.path), currency)
        if amount.minor < 0:
            raise _bad(self.path, f"an amount of zero or more is expected: {self.value}")
        return amount
