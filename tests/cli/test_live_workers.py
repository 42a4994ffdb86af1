"""``landedcost live serve --redis``: what cannot be, and that the address is not shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run

ROOT = Path(__file__).resolve().parents[2]
DROP = str(ROOT / "examples" / "drop_catalog" / "drop.toml")


def test_what_is_shown_is_kept_in_one_place(run: Run, tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    ran = run("live", "serve", DROP, "--redis", "redis://:geheim@h:1/0", "--state", state)
    assert ran.code == 2
    assert "with --redis what is shown is kept there" in ran.out + ran.err
    assert "geheim" not in ran.out + ran.err


@pytest.mark.parametrize("url", ["http://:geheim@h:1", "geheim", "redis://:geheim@h:x/0"])
def test_an_address_that_is_none_is_not_shown(
    run: Run, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDEDCOST_REDIS", url)
    ran = run("live", "serve", DROP)
    assert ran.code == 2
    assert "not the address of a Redis server" in ran.out + ran.err
    assert "geheim" not in ran.out + ran.err
