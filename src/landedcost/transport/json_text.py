"""Writing JSON with exact numbers: a Decimal becomes the number it is, a float is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..errors import PluginError


def write_json(value: Any) -> str:
    """A value as JSON text. Raises PluginError for what a provider must not send."""
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, Mapping):
        parts = (f"{_name(key)}:{write_json(part)}" for key, part in value.items())
        return f"{{{','.join(parts)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(write_json, value))}]"
    raise PluginError(
        f"a provider sends what JSON cannot carry exactly: {type(value).__name__}",
        hint="send text, a whole number or a Decimal",
    )


def _name(key: object) -> str:
    if isinstance(key, str):
        return json.dumps(key, ensure_ascii=False)
    raise PluginError(f"a name in JSON is text, not {type(key).__name__}")
