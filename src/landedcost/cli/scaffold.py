"""Writing a new provider's package: files that pass their own tests."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from string import Template

from ..errors import RequestError
from ..lines import one_of
from ..ports.spec import KINDS

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_WHAT = {
    "tariff": "tariffs",
    "carrier": "shipping prices",
    "rates": "exchange rates",
    "landed": "landed costs",
}


def scaffold(name: str, kind: str, into: Path) -> list[Path]:
    """Write the package ``landedcost-NAME`` into a folder; the files written.

    Raises RequestError for a name that cannot be, a kind there is not, or a folder that is there
    already.
    """
    if not _NAME.fullmatch(name):
        raise RequestError(
            f"not a name for a provider: {name[:40]!r}",
            code="bad_name",
            where="NAME",
            hint="lower-case letters, digits and hyphens, such as acme or acme-post",
        )
    one_of(kind, KINDS, "--kind", "unknown_kind")
    home = into / f"landedcost-{name}"
    if home.exists():
        raise RequestError(
            f"{home} is there already",
            code="exists",
            where="NAME",
            hint="take another name, or --into another folder",
        )
    module = f"landedcost_{name.replace('-', '_')}"
    words = {
        "name": name,
        "kind": kind,
        "module": module,
        "NAME": name.replace("-", "_").upper(),
        "Class": "".join(part.capitalize() for part in name.split("-")),
        "Kind": kind.capitalize(),
        "title": " ".join(part.capitalize() for part in name.split("-")),
        "what": _WHAT[kind],
    }
    files = {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        f"src/{module}/__init__.py": f"{kind}.py",
        f"src/{module}/conformance.py": f"{kind}_case.py",
        f"src/{module}/py.typed": "",
        "tests/test_conformance.py": "test.py",
    }
    written = []
    for target, template in files.items():
        path = home.joinpath(target)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = _template(template).substitute(words) if template else ""
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _template(name: str) -> Template:
    folder = resources.files("landedcost.cli").joinpath("templates")
    return Template(folder.joinpath(f"{name}.txt").read_text(encoding="utf-8"))
