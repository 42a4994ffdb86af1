"""A scaffolded plugin in an environment of its own: installed, conforming, pricing a bundle."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from landedcost.cli.scaffold import scaffold

ROOT = Path(__file__).resolve().parents[2]

PRICE = """
from decimal import Decimal
from landedcost import Bundle, LandedCost, Line, Providers
from landedcost.testing import Reply
from landedcost.transport import Transport
from landedcost.transport.scripted import Script
from landedcost_acme.conformance import upstream

settings = {"acme": {"api_key": "made-up-key"}}
shop = LandedCost("US", providers=Providers(carrier="acme", settings=settings))
shop.outside.opened.transport.wire = Transport(outlet=Script(upstream).outlet).wire
line = Line("tee", "25.00 USD", quantity=2, hs_code="6109.10", origin="VN", weight_g=180)
quote = shop.price_for(Bundle([line]), "de-DE", as_of="2026-10-01")
(shipping,) = [c for c in quote.charges if c.kind == "shipping"]
assert (shipping.local_minor, shipping.local_currency) == (1250, "USD")
assert [p.provider for p in quote.provenance if p.kind == "carrier"] == ["acme"]
print(quote.total_minor)
"""


def run(command: list[str], folder: Path) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_scaffolded_plugin_works_in_a_clean_environment(tmp_path: Path) -> None:
    scaffold("acme", "carrier", tmp_path)
    dist, venv = tmp_path / "dist", tmp_path / "venv"
    for home in (ROOT, tmp_path / "landedcost-acme"):
        run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)], home)
    run([sys.executable, "-m", "venv", "--without-pip", str(venv)], tmp_path)
    python, command = venv / "bin" / "python", str(venv / "bin" / "landedcost")
    # The dependencies are borrowed through a .pth file; those in a folder named by one are not
    # read in turn, so the checkout itself stays out of sight.
    found = run([str(python), "-c", "import sysconfig as s; print(s.get_path('purelib'))"], dist)
    borrowed = Path(found.strip(), "borrowed.pth")
    borrowed.write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    wheels = [str(wheel) for wheel in dist.glob("*.whl")]
    assert len(wheels) == 2
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    run([*pip, "--no-deps", "--no-index", "--disable-pip-version-check", *wheels], tmp_path)

    listed = run([command, "providers"], tmp_path)
    assert "landedcost-acme 0.1.0" in listed
    report = run([command, "conform", "acme"], tmp_path)
    assert " 0 broken," in report
    assert int(run([str(python), "-c", PRICE], tmp_path)) > 5_000
