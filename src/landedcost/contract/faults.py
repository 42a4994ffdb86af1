"""What pydantic found, in this package's own words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ..codes import nearest
from ..errors import MoneyError, RequestError
from .text import AMOUNTS, RATES, path_of

_WANTED = {
    "string_type": ("text", 'write it in quotes, such as "tee"'),
    "int_type": ("a whole number", "write digits without quotes or point, such as 2"),
    "list_type": ("a list", "write it in brackets, [ and ]"),
    "dict_type": ("an object", "write it in braces, { and }"),
    "model_type": ("an object", "write it in braces, { and }"),
}
_SCHEMA = "see `landedcost schema --of request`"


def fault(error: ValidationError, model: type[BaseModel]) -> RequestError:
    """The first fault of a document as a RequestError with path and hint."""
    # Unknown fields first: a misspelt name is the cause of the missing one beside it.
    found = sorted(
        error.errors(include_url=False, include_context=False),
        key=lambda one: one["type"] != "extra_forbidden",
    )[0]
    steps, kind, value = found["loc"], found["type"], found["input"]
    where = ""
    for step in steps:
        where = path_of(where, step)
    if kind == "extra_forbidden":
        return _unknown(steps, where, model)
    if kind == "missing":
        meant = _model_at(model, steps[:-1]).model_fields[str(steps[-1])].description
        hint = f"{meant}; {_SCHEMA}" if meant else _SCHEMA
        return RequestError("this field is missing", code="missing_field", where=where, hint=hint)
    return _wrong_type(kind, value, where)


def _unknown(steps: Sequence[int | str], where: str, model: type[BaseModel]) -> RequestError:
    name = str(steps[-1])
    known = list(_model_at(model, steps[:-1]).model_fields)
    close = nearest(name[:80], known, 1)
    return RequestError(
        f"there is no field {name[:80]!r} here",
        code="unknown_field",
        where=where,
        hint=f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}",
    )


def _model_at(model: type[BaseModel], steps: Sequence[int | str]) -> type[BaseModel]:
    for step in steps:
        if isinstance(step, str):
            model = next(_models(model.model_fields[step].annotation))
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _wrong_type(kind: str, value: Any, where: str) -> RequestError:
    last = where.rsplit(".", 1)[-1]
    shown = json.dumps(value, ensure_ascii=False)
    shown = shown if len(shown) <= 40 else f"{shown[:40]}…"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and last == "amount":
        return MoneyError(
            f"a JSON number is not an exact amount: {shown}",
            code="float_amount",
            where=where,
            hint='write the amount as text, such as "25.00"',
        )
    if number and where.startswith(RATES):
        return MoneyError(
            f"a JSON number is not an exact rate: {shown}",
            code="bad_rate",
            where=where,
            hint='write the rate as text, such as "0.86"',
        )
    if last in AMOUNTS and kind == "model_type":
        return MoneyError(
            f"must be an amount with its currency: {shown}",
            code="float_amount" if number else "bad_type",
            where=where,
            hint='write {"amount": "25.00", "currency": "USD"}',
        )
    wanted, hint = _WANTED.get(kind, ("something else", _SCHEMA))
    return RequestError(f"must be {wanted}: {shown}", code="bad_type", where=where, hint=hint)
