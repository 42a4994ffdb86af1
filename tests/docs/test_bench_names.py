"""The launcher of the benchmarks runs each that it names."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_benchmark_that_is_named_is_run() -> None:
    text = ROOT.joinpath("scripts", "bench").read_text("utf-8")
    named = set(re.findall(r"^#   scripts/bench (\w+)", text, re.MULTILINE))
    taken = re.search(r"^  ([\w |]+)\) shift", text, re.MULTILINE)
    assert taken is not None
    assert named == set(taken[1].split(" | "))
    for name in named:
        assert f"    bench {name} " in text
        assert ROOT.joinpath("benchmarks", f"{name}.py").is_file()
