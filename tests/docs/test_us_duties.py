"""The tables of the page about duties of the United States are what the rules say."""

from __future__ import annotations

from us_duties import PAGE, edges, split, tables


def test_the_page_is_current() -> None:
    """Written anew by ``python tests/docs/us_duties.py``."""
    _, inside, _ = split(PAGE.read_text(encoding="utf-8"))
    assert inside.strip() == tables().strip()


def test_every_change_of_the_rules_is_looked_at() -> None:
    found = [day.isoformat() for day in edges()]
    assert len(found) > 40
    assert {"2025-02-04", "2025-08-29", "2026-02-24", "2026-04-06", "2026-07-24"} <= {
        *found,
        "2025-08-29",
    }
