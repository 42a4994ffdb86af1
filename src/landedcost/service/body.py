"""Reading the JSON bodies that are no request of the contract: closed keys, checked values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request

from ..codes import nearest
from ..contract import read_json
from ..errors import RequestError
from ..lines import MAX_QUANTITY
from .problems import Problem

_JSON = ("application/json", "+json")


async def raw(request: Request) -> bytes:
    """The body as it came. Raises Problem (413) where it was cut off."""
    try:
        return await request.body()
    except ClientDisconnect:
        raise Problem(413, "too_large", "the body is too large, or was cut off") from None


async def body_of(request: Request) -> Any:
    """The JSON of a body, nothing lost. Raises RequestError, Problem (413, 415).

    A page of another origin can send plain text without being asked; JSON it cannot.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind.endswith(_JSON):
        raise Problem(
            415,
            "no_json",
            f"the body is {kind[:60]!r}, not JSON" if kind else "the body has no type",
            where="Content-Type",
            hint="send the header Content-Type: application/json",
        )
    return read_json(await raw(request))


async def object_of(
    request: Request, known: Mapping[str, type], *, optional: bool = False
) -> dict[str, Any]:
    """The body as an object with no other keys than ``known``, each of its type or null.

    ``optional`` takes no body at all for an empty object. Raises RequestError, Problem.
    """
    if optional and not await raw(request):
        return {}
    data = await body_of(request)
    if not isinstance(data, dict):
        raise _wrong("a JSON object", "")
    for name, value in data.items():
        if name not in known:
            close = nearest(name[:80], list(known), 1)
            raise RequestError(
                f"there is no field {name[:80]!r} here",
                code="unknown_field",
                where=name[:80],
                hint=f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}",
            )
        wanted = known[name]
        fits = type(value) is wanted or wanted is object
        if value is not None and not fits:
            raise _wrong(_NAMES[wanted], name)
    return {name: value for name, value in data.items() if value is not None}


def units_of(value: Any, where: str) -> dict[str, int]:
    """Units by article. Raises RequestError."""
    if not isinstance(value, dict) or not 1 <= len(value) <= 1_000:
        raise _wrong("an object of units by article, with 1 to 1,000 of them", where)
    for sku, number in value.items():
        if not sku or len(sku) > 200:
            raise _wrong("an article's id of 1 to 200 characters", where)
        if type(number) is not int or not 1 <= number <= MAX_QUANTITY:
            raise _wrong(f"a whole number from 1 to {MAX_QUANTITY:,}", f"{where}.{sku[:80]}")
    return value


def _wrong(wanted: str, where: str) -> RequestError:
    return RequestError(f"must be {wanted}", code="bad_type", where=where, hint="see /openapi.json")


_NAMES = {str: "text", dict: "an object", bool: "true or false", list: "a list", int: "a number"}
