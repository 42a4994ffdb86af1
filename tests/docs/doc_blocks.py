"""What the code blocks of the documentation mean, for Sybil.

* A block ``python`` is executed; it sees the names of the blocks before it on the same page.
* A block with ``title="NAME"`` is a file: it is written under that name before what follows.
* In a block ``console`` or ``bash``, each line that starts with ``$ landedcost`` is run. The
  lines below it, if there are any, must be its output, where ``...`` stands for anything; without
  them the command must succeed. Any other command is left alone.

A page runs in an empty folder of its own, beside a copy of ``examples/``. A block is left out
only with a reason above it: ``<!--- skip: next "needs a key" -->``.
"""

from __future__ import annotations

import difflib
import doctest
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sybil import Document, Example, Region
from sybil.parsers.markdown import SkipParser
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

ROOT = Path(__file__).resolve().parents[2]
RUN = "import sys; sys.argv[0] = 'landedcost'; from landedcost.cli import main; sys.exit(main())"
TIMEOUT_S = 60


def enter_workdir(namespace: dict[str, Any]) -> None:
    """Give the page a folder of its own."""
    folder = tempfile.mkdtemp(prefix="landedcost-docs-")
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", Path(folder, "examples"))
    namespace["__workdir__"], namespace["__home__"] = folder, os.getcwd()
    os.chdir(folder)


def leave_workdir(namespace: dict[str, Any]) -> None:
    """Go back, and remove the page's folder."""
    os.chdir(namespace["__home__"])
    shutil.rmtree(namespace["__workdir__"])


class ReasonedSkipParser(SkipParser):
    """Sybil's skip, except that the reason is not optional."""

    def __call__(self, document: Document) -> Iterable[Region]:
        for region in super().__call__(document):
            action, reason = region.parsed
            if action != "end" and not reason:
                line = document.text.count("\n", 0, region.start) + 1
                raise ValueError(f"{document.path}:{line}: a skipped block needs a reason")
            yield region


class FileParser:
    """Blocks that have a title are files."""

    info = re.compile(r'\w+[ \t][^\n]*?title="(?P<name>[^"\n]+)"[^\n]*\n')

    def __call__(self, document: Document) -> Iterator[Region]:
        for region in RawFencedCodeBlockLexer(self.info)(document):
            region.parsed = (region.lexemes["name"], str(region.lexemes["source"]))
            region.evaluator = self.write
            yield region

    @staticmethod
    def write(example: Example) -> None:
        """Write the block to its file."""
        name, text = example.parsed
        path = Path(example.namespace["__workdir__"], name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class ConsoleParser:
    """Commands of landedcost and what they print."""

    info = re.compile(r"(?:console|bash)[ \t]*\n")

    def __call__(self, document: Document) -> Iterator[Region]:
        for region in RawFencedCodeBlockLexer(self.info)(document):
            commands = list(split(str(region.lexemes["source"])))
            if commands:
                region.parsed = commands
                region.evaluator = self.check
                yield region

    @staticmethod
    def check(example: Example) -> str | None:
        """Run each command and compare; the text returned says what differs."""
        folder = example.namespace["__workdir__"]
        for command, expected in example.parsed:
            status, printed = run(command, folder)
            problem = verdict(status, printed, expected)
            if problem:
                return f"$ {command}\n{problem}"
        return None


def split(source: str) -> Iterator[tuple[str, str]]:
    """The commands of landedcost in a console block, each with the output shown below it."""
    command: str | None = None
    shown: list[str] = []
    lines = iter(source.splitlines())
    for line in lines:
        if not line.startswith("$ "):
            shown.append(line.rstrip())
            continue
        if command is not None:
            yield command, "\n".join(shown).strip("\n")
        text, shown = line[2:], []
        while text.endswith("\\"):
            text = text[:-1] + next(lines, "").lstrip("> ")
        command = text if re.match(r"landedcost\b", text) else None
    if command is not None:
        yield command, "\n".join(shown).strip("\n")


def run(command: str, folder: str) -> tuple[int, str]:
    """Exit code and output (errors included) of a command line, in a plain terminal."""
    environment = {
        **os.environ,
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "PYTHONIOENCODING": "utf-8",
    }
    environment.pop("FORCE_COLOR", None)
    environment.pop("LANDEDCOST_TARIFFS", None)
    environment["XDG_DATA_HOME"] = folder  # what a page imports is seen by that page alone
    shell = f'landedcost() {{ "$PYTHON" -c "$RUN" "$@"; }}\n{command}'
    done = subprocess.run(
        ["bash", "-c", shell],
        cwd=folder,
        env={**environment, "PYTHON": sys.executable, "RUN": RUN},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=TIMEOUT_S,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8")


def verdict(status: int, printed: str, expected: str) -> str | None:
    """What is wrong with a command's outcome, or None."""
    printed = "\n".join(line.rstrip() for line in printed.splitlines()).strip("\n")
    if "Traceback (most recent call last)" in printed:
        return printed
    if not expected:
        return None if status == 0 else f"exit code {status}\n{printed}"
    if doctest.OutputChecker().check_output(f"{expected}\n", f"{printed}\n", doctest.ELLIPSIS):
        return None
    lines = (expected.splitlines(), printed.splitlines())
    return "\n".join(difflib.unified_diff(*lines, "documented", "printed", lineterm=""))
