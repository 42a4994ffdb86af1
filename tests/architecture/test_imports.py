"""What ``import landedcost`` may load, and that everything imported is declared."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import landedcost

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "landedcost"
PROJECT = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
HEAVY = {
    "numpy",
    "pyarrow",
    "pydantic",
    "httpx",
    "babel",
    "moneyed",
    "typer",
    "rich",
    "asyncio",
    "anyio",
    "sqlite3",
    "platformdirs",
}


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after some code."""
    run = f"{code}\nimport sys\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", run], capture_output=True, encoding="utf-8", check=True
    )
    return {name.partition(".")[0] for name in done.stdout.splitlines()}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import landedcost") & HEAVY == set()


def test_the_check_notices_a_heavy_import() -> None:
    assert "moneyed" in loaded_by("import landedcost, moneyed")


def test_public_names_are_sorted_and_there() -> None:
    names = landedcost.__all__
    assert list(names) == sorted(set(names))
    assert [name for name in names if not hasattr(landedcost, name)] == []


def imported(path: Path) -> Iterator[str]:
    """The top-level names of every absolute import in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def declared(*extras: str) -> set[str]:
    """The distributions that the core and these extras declare, by normalised name."""
    wanted = [*PROJECT["dependencies"]]
    for extra in extras:
        wanted += PROJECT["optional-dependencies"][extra]
    return {normal(re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]) for requirement in wanted}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def extra_of(path: Path) -> str:
    """The extra that a module belongs to, empty for the core."""
    parts = path.relative_to(PACKAGE).parts
    alone = {
        ("bulk", "polars.py"): "polars",
        ("bulk", "spark.py"): "spark",
        ("program", "columns.py"): "bulk",
        ("cache", "server.py"): "redis",
        ("cache", "shared.py"): "redis",
        ("held", "key.py"): "sign",
        ("transport", "tracing.py"): "tracing",
        ("adapters", "signatures.py"): "sign",
    }
    folders = {
        **{name: name for name in ("bulk", "cli", "ledger", "live", "testing")},
        "held": "sign",
        "inventory": "ledger",
        "service": "live",
    }
    return alone.get(parts, folders.get(parts[0], ""))


EXTRAS = [
    "", "bulk", "cli", "ledger", "live", "polars", "redis", "sign", "spark", "testing", "tracing",
]  # fmt: skip


@pytest.mark.parametrize("extra", EXTRAS)
def test_what_is_imported_is_declared(extra: str) -> None:
    needed = {"polars": ["bulk"], "spark": ["bulk"], "live": ["ledger"]}.get(extra, [])
    allowed = declared(*filter(None, [extra, *needed]))
    providers = packages_distributions()
    missing = set()
    for path in PACKAGE.rglob("*.py"):
        if extra_of(path) != extra:
            continue
        for name in imported(path):
            if name in sys.stdlib_module_names or name == "landedcost":
                continue
            if not {normal(one) for one in providers.get(name, [name])} & allowed:
                missing.add(f"{path.relative_to(ROOT)} imports {name}")
    assert missing == set()
