"""The wheel holds everything that the checkout does, and works by itself."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import landedcost

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    run(build, ROOT)
    (built,) = folder.glob("*.whl")
    return built


def run(command: list[str], folder: Path) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    files = {
        path.relative_to(SOURCE).as_posix()
        for path in (SOURCE / "landedcost").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {"landedcost/py.typed", "landedcost/regimes/data/GB.toml"} <= files
    packed = zipfile.ZipFile(wheel).namelist()
    assert files - set(packed) == set()
    assert {name.partition("/")[0] for name in packed} == {
        "landedcost",
        f"landedcost-{landedcost.__version__}.dist-info",
    }


@pytest.mark.slow
def test_the_wheel_works_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    run([sys.executable, "-m", "venv", "--without-pip", str(venv)], tmp_path)
    python = venv / "bin" / "python"
    # The dependencies are borrowed through a .pth file: those in a folder named by one are not
    # read in turn, so the checkout itself stays out of sight.
    site = Path(
        run(
            [str(python), "-c", "import sysconfig as s; print(s.get_path('purelib'))"], tmp_path
        ).strip()
    )
    site.joinpath("borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    run([*pip, "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)], tmp_path)
    where = run([str(python), "-c", "import landedcost; print(landedcost.__file__)"], tmp_path)
    assert Path(where.strip()).is_relative_to(venv)
    assert "price" in run([str(venv / "bin" / "landedcost"), "--help"], tmp_path)


def test_the_changelog_names_the_version_or_has_it_unreleased() -> None:
    headings = [
        line.removeprefix("## ").partition(" ")[0].strip("[]")
        for line in ROOT.joinpath("CHANGELOG.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("## ")
    ]
    assert headings[0] in {"Unreleased", landedcost.__version__}
