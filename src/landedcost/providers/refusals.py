"""Telling apart what sources say with the same status: a refusal read by its words."""

from __future__ import annotations

from typing import TypeVar

from ..ports import BadAnswer, ProviderError, Response

E = TypeVar("E", bound=ProviderError)
LONGEST = 300


def said(error: ProviderError, *words: str) -> bool:
    """Whether the text of an error has one of ``words``, which are in lower case, in it."""
    text = error.message.lower()
    return any(word in text for word in words)


def instead(error: ProviderError, kind: type[E], hint: str = "") -> E:
    """The same error as another kind, about the same request; raise it ``from`` the first."""
    return kind(
        error.message,
        provider=error.provider,
        request_id=error.request_id,
        attempts=error.attempts,
        where=error.where,
        hint=hint,
    )


def refusal(response: Response, kind: type[E], *paths: str, hint: str = "") -> E:
    """An error for a status that was expected, in the words the source has at ``paths``."""
    text = words(response, *paths)
    return kind(
        f"answered {response.status}" + (f": {text}" if text else ""),
        request_id=response.request_id,
        hint=hint,
    )


def words(response: Response, *paths: str) -> str:
    """The texts at some paths of an error in JSON, joined: ``"error.message"``.

    Lists give the texts in them. What is not there is left out, and a body that is not JSON (a
    page for people) has no words.
    """
    try:
        answer = response.json().value
    except BadAnswer:
        return ""
    found: list[str] = []
    for path in paths:
        value = answer
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        several = value if isinstance(value, list) else [value]
        found.extend(part for part in several if isinstance(part, str) and part)
    return "; ".join(found)[:LONGEST]
