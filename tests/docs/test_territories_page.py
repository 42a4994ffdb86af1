"""The page of territories says what the rule files say."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from landedcost import RuleBook

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "territories"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("territories_page", str(SCRIPT))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_page_is_current(script: ModuleType) -> None:
    written = script.PAGE.read_text(encoding="utf-8")
    assert written == script.page(), "run scripts/territories and commit the page"


def test_every_territory_is_there_with_what_is_unverified(script: ModuleType) -> None:
    page = script.page()
    for code in RuleBook().codes:
        regime = RuleBook().regime(code)
        own = list(script.own_values(regime))
        unread = sum(not value.verified for value in own)
        assert f"## {regime.name} ({code})\n" in page
        assert f"| {regime.verified_through} | {len(own)} | {unread} |" in page
        for rule in script.own_rules(regime):
            if rule.settings.get("registration"):
                assert f"registration `{rule.settings['registration']}`" in page


def test_a_page_that_is_not_current_is_noticed(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "PAGE", tmp_path / "territories.md")
    monkeypatch.setattr("sys.argv", ["territories"])
    assert script.main() == 0
    monkeypatch.setattr("sys.argv", ["territories", "--check"])
    assert script.main() == 0
    script.PAGE.write_text("something else", encoding="utf-8")
    assert script.main() == 1
