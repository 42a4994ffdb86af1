"""The page of presentation rules says what the data say."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "presentation"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("presentation_page", str(SCRIPT))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_presentation_page_is_current(script: ModuleType) -> None:
    written = script.PAGE.read_text(encoding="utf-8")
    assert written == script.page(), "run scripts/presentation and commit the page"


def test_a_presentation_page_that_is_not_current_is_noticed(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "PAGE", tmp_path / "presentation.md")
    monkeypatch.setattr("sys.argv", ["presentation"])
    assert script.main() == 0
    monkeypatch.setattr("sys.argv", ["presentation", "--check"])
    assert script.main() == 0
    script.PAGE.write_text("something else", encoding="utf-8")
    assert script.main() == 1
