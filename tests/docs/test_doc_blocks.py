"""The checker of the documentation notices what it should."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_blocks import ReasonedSkipParser, split, verdict
from sybil import Sybil


def test_a_console_block_is_split_into_commands_and_their_output() -> None:
    source = (
        "$ landedcost price \\\n>   --to DE\nEUR 5\n\nEUR 6\n"
        "$ ./scripts/demo\nx\n$ landedcost schema"
    )
    assert list(split(source)) == [
        ("landedcost price --to DE", "EUR 5\n\nEUR 6"),
        ("landedcost schema", ""),
    ]


@pytest.mark.parametrize(
    ("status", "printed", "expected", "fine"),
    [
        (0, "total 5\n", "total 5", True),
        (0, "total 5  \n", "total 5", True),
        (0, "id 8f\ntotal 5\n", "id ...\ntotal 5", True),
        (0, "total 6\n", "total 5", False),
        (2, "unknown country\n", "unknown country", True),
        (0, "anything\n", "", True),
        (1, "", "", False),
        (1, "Traceback (most recent call last):\n", "...", False),
    ],
)
def test_output_is_compared(status: int, printed: str, expected: str, fine: bool) -> None:
    assert (verdict(status, printed, expected) is None) is fine


def test_a_skip_without_a_reason_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    sybil = Sybil(parsers=[ReasonedSkipParser()], path=str(tmp_path))
    page.write_text('<!--- skip: next "needs a key" -->\n', encoding="utf-8")
    assert len(list(sybil.parse(page).examples())) == 1
    page.write_text("<!--- skip: next -->\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.md:1: a skipped block needs a reason"):
        sybil.parse(page)
