"""Isolates: a text of one direction put into a text of another without disturbing it."""

from __future__ import annotations

FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"


def isolate(text: str) -> str:
    """``text`` between U+2068 and U+2069, so that its direction stays its own.

    An amount in a sentence keeps its minus and its symbol in place, whatever is around it.
    Isolates that ``text`` leaves open are closed, and those it closes without opening are left
    out, so that it cannot break out.
    """
    kept, depth = [], 0
    for char in text:
        if char in "\u2066\u2067\u2068":
            depth += 1
        elif char == POP_ISOLATE:
            if not depth:
                continue
            depth -= 1
        kept.append(char)
    return f"{FIRST_STRONG_ISOLATE}{''.join(kept)}{POP_ISOLATE * depth}{POP_ISOLATE}"
