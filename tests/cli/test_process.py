"""The command line as a process: exit codes, encodings, pipes that close."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import landedcost

SOURCE = str(Path(landedcost.__file__).resolve().parents[1])
RUN = "import sys; from landedcost.cli import main; sys.exit(main())"


def start(*argv: str, **options: object) -> subprocess.Popen[bytes]:
    """The command line in a process of its own, warnings being errors."""
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "FORCE_COLOR")}
    env |= {"PYTHONPATH": SOURCE, "NO_COLOR": "1", **options.pop("env", {})}  # type: ignore[dict-item]
    pipe = subprocess.PIPE
    streams = {"stdin": pipe, "stdout": pipe, "stderr": pipe, **options}
    command = [sys.executable, "-W", "error", "-c", RUN, *argv]
    return subprocess.Popen(command, env=env, **streams)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("zone", [{}, {"TZ": "Pacific/Auckland", "LC_ALL": "C"}])
def test_a_price(request_file: str, zone: dict[str, str]) -> None:
    process = start("price", request_file, "--json", env=zone)
    out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["currency"] == "EUR"


def test_the_json_is_utf_8_whatever_the_terminal(request_file: str) -> None:
    text = {"PYTHONIOENCODING": "ascii"}
    plain, _ = start("price", request_file, "--json").communicate()
    ascii_only, _ = start("price", request_file, "--json", env=text).communicate()
    assert plain == ascii_only
    assert "×" in plain.decode("utf-8")
    process = start("price", request_file, env=text)
    table, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert table.isascii()


def test_bad_input_has_no_traceback() -> None:
    process = start("price", "-")
    out, err = process.communicate(b"{" * 100_000)
    assert process.returncode == 2
    assert out == b""
    assert err.startswith(b"error: not valid JSON") or b"nested deeper" in err
    assert b"Traceback" not in err


def test_a_reader_that_goes_away(request_file: str) -> None:
    with start("rules", "show", "DE", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_a_full_disk(request_file: str, flags: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        process = start("price", request_file, *flags, stdout=full)
        _, err = process.communicate()
    assert process.returncode == 1
    assert err.startswith(b"error: cannot write the answer: ")
    assert err.count(b"\n") == 1


def test_importing_it_is_light() -> None:
    code = "import landedcost.cli, sys; print({'typer', 'rich', 'pydantic'} & set(sys.modules))"
    env = {**os.environ, "PYTHONPATH": SOURCE}
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
    assert out.stdout.strip() == b"set()"


def test_without_its_extra_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['typer'] = None; " + RUN
    env = {**os.environ, "PYTHONPATH": SOURCE}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().strip() == (
        "error: the command line needs typer (pip install 'landedcost[cli]')"
    )
