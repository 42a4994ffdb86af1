"""A plugin written from the documentation alone satisfies mypy --strict and pyright."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from landedcost.cli.scaffold import scaffold

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r'```python(?: title="(?P<title>[^"]+)")?\n(?P<code>.*?)```', re.DOTALL)
WRONG = """
from landedcost.ports import Flow, RatesAnswer, RatesAsk, RatesSource

class Wrong:
    def rates(self, ask: str) -> Flow[int]:
        yield from ()
        return 1

source: RatesSource = Wrong()
"""


def written(page: str) -> dict[str, str]:
    """The plugin of a page: its named blocks, and the others one after another."""
    found: dict[str, str] = {}
    loose = []
    for block in BLOCK.finditer(ROOT.joinpath("docs", page).read_text(encoding="utf-8")):
        if block["title"]:
            found[block["title"]] = block["code"]
        else:
            loose.append(block["code"])
    found["loose_blocks.py"] = "\n".join(loose)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pages and the scaffold write, with one use of each port."""
    made = tmp_path_factory.mktemp("plugins")
    for name, code in written("how-to/write-a-provider.md").items():
        made.joinpath(name).write_text(code, encoding="utf-8")
    uses = ["from landedcost.ports import CarrierSource, LandedSource, RatesSource, TariffSource"]
    for kind in ("tariff", "carrier", "rates", "landed"):
        scaffold(f"plugin-{kind}", kind, made)
        source = made / f"landedcost-plugin-{kind}" / "src" / f"landedcost_plugin_{kind}"
        source.rename(made / source.name)
        name, port = f"Plugin{kind.capitalize()}", f"{kind.capitalize()}Source"
        uses.append(f"from landedcost_plugin_{kind} import {name}, {name}Settings")
        uses.append(f"{kind}: {port} = {name}({name}Settings(**{{}}))")
    made.joinpath("uses.py").write_text("\n".join(uses), encoding="utf-8")
    return made


def check(command: list[str], folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def files(folder: Path) -> list[str]:
    return [
        str(path.relative_to(folder)) for path in folder.rglob("*.py") if "tests" not in path.parts
    ]


@pytest.mark.slow
def test_mypy_accepts_it(folder: Path) -> None:
    code, out = check(["mypy", "--strict", "--explicit-package-bases", *files(folder)], folder)
    assert code == 0, out


@pytest.mark.slow
def test_pyright_accepts_it(folder: Path) -> None:
    code, out = check(["pyright", "--pythonpath", sys.executable, *files(folder)], folder)
    assert code == 0, out


@pytest.mark.slow
def test_both_notice_what_is_no_provider(tmp_path: Path) -> None:
    tmp_path.joinpath("wrong.py").write_text(WRONG, encoding="utf-8")
    for command in (["mypy", "--strict"], ["pyright", "--pythonpath", sys.executable]):
        code, out = check([*command, "wrong.py"], tmp_path)
        assert code == 1, out
        assert "Wrong" in out
