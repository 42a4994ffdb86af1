"""The code blocks of README.md and docs/ are tests."""

from __future__ import annotations

from doc_blocks import ConsoleParser, FileParser, ReasonedSkipParser, enter_workdir, leave_workdir
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

pytest_collect_file = Sybil(
    parsers=[ReasonedSkipParser(), FileParser(), PythonCodeBlockParser(), ConsoleParser()],
    patterns=["README.md", "docs/*.md", "docs/*/*.md", "docs/*/*/*.md"],
    setup=enter_workdir,
    teardown=leave_workdir,
).pytest()
