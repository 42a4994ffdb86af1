"""Breaking a request, and looking at the error."""

from __future__ import annotations

from typing import Any

from .conftest import Run


def put(document: dict[str, Any], path: str, value: Any) -> None:
    """Set a field by its path, such as ``lines.0.hs_code``."""
    *steps, last = path.split(".")
    target: Any = document
    for step in steps:
        target = target[int(step)] if step.isdigit() else target[step]
    target[last] = value


def refused(run: Run, text: str | bytes, *flags: str) -> dict[str, str]:
    """The error of a request, after checking that both faces of it agree."""
    as_json = run("price", "-", "--json", *flags, stdin=text)
    assert as_json.err == ""
    error: dict[str, str] = as_json.json["error"]
    assert set(error) == {"code", "message", "where", "hint"}
    in_words = run("price", "-", *flags, stdin=text)
    assert in_words.out == ""
    assert in_words.err.startswith("error: ")
    assert in_words.err.count("\n") == 1
    assert error["message"] in in_words.err
    assert error["where"] in in_words.err
    assert error["hint"], f"{error['message']}: nothing is said about what to do"
    assert error["hint"] in in_words.err
    assert in_words.code == as_json.code == 2
    for word in ("Traceback", "pydantic", "validation error"):
        assert word not in as_json.out + in_words.err
    return error
