"""``landedcost providers``, ``providers new``, ``conform`` and ``--source``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import respx

from landedcost.cli.scaffold import scaffold
from landedcost.errors import RequestError
from landedcost.testing.faults import FAULTS

from .conftest import Run

ANSWER = '{"amount":1,"base":"EUR","date":"2026-10-01","rates":{"USD":1.25,"GBP":0.86}}'
KINDS = ("tariff", "carrier", "rates", "landed")


def test_the_sources_are_listed(run: Run) -> None:
    found = run("providers", "--json").json
    (one,) = (source for source in found if source["name"] == "frankfurter")
    assert (one["kind"], one["distribution"]) == ("rates", "landedcost")
    keys = [(one["kind"], one["name"]) for one in found]
    assert keys == sorted(keys)
    table = run("providers").out
    assert "frankfurter" in table
    assert "landedcost.providers.frankfurter:SPEC" in table


def test_conform_prints_what_is_not_kept_and_a_count(run: Run) -> None:
    ran = run("conform", "frankfurter")
    assert ran.code == 0
    found = re.fullmatch(r"rates\.frankfurter: (\d+) kept, 0 broken, 0 off\n", ran.out)
    assert found is not None
    kept = int(found[1])
    assert kept > 80
    ran = run("conform", "rates.bundled")
    assert "asks nothing outside: the tables come with the package" in " ".join(ran.out.split())
    every = run("conform", "frankfurter", "--all").out
    assert "fault_timeout[trio]" in every
    document = run("conform", "frankfurter", "--json").json
    assert (document["source"], document["kept"]) == ("rates.frankfurter", kept)
    assert {law["outcome"] for law in document["laws"]} == {"kept"}


def test_conform_says_what_it_needs(run: Run) -> None:
    assert run("conform").code == 2
    assert "no provider 'acme'" in run("conform", "acme").err
    assert run("conform", "bundled", "--json").json["error"]["code"] == "ambiguous_provider"


def test_faults_are_a_table_of_all_sources(run: Run) -> None:
    ran = run("conform", "--faults")
    assert ran.code == 0, ran.out
    assert "BROKEN" not in ran.out
    assert "rates.frankfurter" in ran.out
    cells = run("conform", "frankfurter", "--faults", "--json").json
    assert [cell["fault"] for cell in cells] == [fault.name for fault in FAULTS]
    assert {cell["error"] for cell in cells} == {
        "BadAnswer",
        "Denied",
        "ProviderDown",
        "ProviderTimeout",
        "RateLimited",
        "Unreachable",
    }


@respx.mock
def test_a_price_rests_on_the_sources_named(run: Run) -> None:
    respx.get(url__startswith="https://api.frankfurter.dev").respond(text=ANSWER)
    quick = ["price", "--hs", "6109.10", "--origin", "VN", "--value", "25USD", "--to", "DE"]
    quick += ["--shipping", "9USD", "--as-of", "2026-10-01", "--json"]
    live = run(*quick, "--source", "rates=frankfurter,bundled", "--source", "tariff:EU=bundled")
    providers = {one["provider"] for one in live.json["provenance"]}
    assert "frankfurter USD/EUR (commercial)" in providers
    assert "bundled" in providers
    offline = run(*quick, "--source", "rates=frankfurter", "--offline")
    assert "frankfurter" not in offline.out
    assert offline.json == run(*quick).json


def test_sources_that_cannot_be_are_told(run: Run) -> None:
    quick = ["price", "--hs", "6109.10", "--value", "25USD", "--to", "DE", "--json"]
    for bad in ("weather=sun", "rates", "rates=", "=frankfurter"):
        error = run(*quick, "--source", bad).json["error"]
        assert error["where"] == "--source"
    assert run(*quick, "--source", "rates=nobody").code == 4


def test_compare_takes_sources_too(run: Run, request_file: str) -> None:
    ran = run("compare", request_file, "--to", "DE,GB", "--source", "tariff=bundled", "--json")
    assert [one["market"] for one in ran.json] == ["DE", "GB"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_passes_its_own_tests(run: Run, kind: str, tmp_path: Path) -> None:
    ran = run("providers", "new", "acme-post", "--kind", kind, "--into", str(tmp_path))
    home = tmp_path / "landedcost-acme-post"
    assert [Path(line).relative_to(home).as_posix() for line in ran.out.splitlines()] == [
        "pyproject.toml",
        "README.md",
        "src/landedcost_acme_post/__init__.py",
        "src/landedcost_acme_post/conformance.py",
        "src/landedcost_acme_post/py.typed",
        "tests/test_conformance.py",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(home / "src")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
    assert "failed" not in done.stdout


def test_a_package_is_not_written_over_another(run: Run, tmp_path: Path) -> None:
    make = ["providers", "new", "acme", "--kind", "rates", "--into", str(tmp_path), "--json"]
    assert run(*make[:-1]).code == 0
    again = run(*make[:-1])
    assert (again.code, "is there already" in again.err) == (2, True)


@pytest.mark.parametrize("name", ["Acme", "../acme", "acme/post", "", "a b", "acme_post", "é"])
def test_a_name_that_cannot_be(name: str, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="not a name for a provider"):
        scaffold(name, "rates", tmp_path)
    with pytest.raises(RequestError):
        scaffold("acme", "weather", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_is_tidy(kind: str, tmp_path: Path) -> None:
    for name in ("acme", "a-very-long-name-of-a-service"):
        scaffold(name, kind, tmp_path)
        done = subprocess.run(
            [sys.executable, "-m", "ruff", "check", "--select", "E4,E7,E9,F,I", "."],
            cwd=tmp_path / f"landedcost-{name}",
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout
