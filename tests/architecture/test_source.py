"""Rules about the text of the source that no linter checks, each shown to bite."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from landedcost.codes import country
from landedcost.currencies import currencies
from landedcost.errors import RequestError

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "landedcost"
FILES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 400

# What would break a rule and may: the file and the code, with the reason.
_ALIKE = "how alike two words are, for the hint in an error; no amount"
ALLOWED = {
    "codes.py: 0.4": _ALIKE,
    "codes.py: 0.8": _ALIKE,
    "transport/clock.py: float": "how long libraries are told to wait, in seconds; no amount",
}
MAY_PRINT = ("cli",)
MAY_ASK_THE_CLOCK = ("client.py", "cli", "transport/clock.py")
KNOWS_NO_COUNTRY = (
    "bundles",
    "collection",
    "duty",
    "fees",
    "pipeline.py",
    "program",
    "shipping/freight.py",
    "tax",
    "valuation",
)
CURRENCIES = {one.code for one in currencies(date(2026, 10, 1))}


def floats(tree: ast.AST) -> Iterator[ast.expr]:
    """Float literals and the name ``float``, except where a value is tested for being one."""
    tested = {
        id(part)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and called(call) == "isinstance"
        for part in ast.walk(call)
    }
    for node in ast.walk(tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
        named = isinstance(node, ast.Name) and node.id == "float" and id(node) not in tested
        if literal or named:
            assert isinstance(node, ast.expr)
            yield node


def divisions(tree: ast.AST) -> Iterator[ast.AST]:
    """True divisions; a path joined with a text is none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            if not any(is_text(side) for side in (node.left, node.right)):
                yield node
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div):
            yield node


def roundings(tree: ast.AST) -> Iterator[ast.AST]:
    """Calls of ``round`` and of ``quantize``: rounding.py alone rounds, with ints."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in {"round", "quantize"}:
            yield node


def prints(tree: ast.AST) -> Iterator[ast.AST]:
    """Calls of ``print``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) == "print":
            yield node


def silent_excepts(tree: ast.AST) -> Iterator[ast.AST]:
    """Handlers without a type, handlers that do nothing, and ``suppress``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            if node.type is None or all(does_nothing(part) for part in node.body):
                yield node
        elif isinstance(node, ast.Call) and called(node) == "suppress":
            yield node


def clocks(tree: ast.AST) -> Iterator[ast.AST]:
    """Calls that ask what time it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in {"now", "today", "utcnow", "time_ns"}:
            yield node


def places(tree: ast.AST) -> Iterator[ast.AST]:
    """Texts that are the code of a currency, a country or the EU."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_place(node.value):
            yield node


def is_place(text: str) -> bool:
    """Whether a text is the code of a currency, a country or the EU."""
    if text == "EU" or text in CURRENCIES:
        return True
    try:
        return country(text) == text
    except RequestError:
        return False


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def is_text(node: ast.expr) -> bool:
    """Whether an operand is a text, or a path joined with one."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return is_text(node.left) or is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def does_nothing(node: ast.stmt) -> bool:
    """Whether a statement is ``pass``, ``continue``, or a bare constant."""
    bare = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return bare or isinstance(node, ast.Pass | ast.Continue)


def inside(path: Path, folders: tuple[str, ...]) -> bool:
    """Whether a file is one of these, or lies in one of them."""
    name = path.relative_to(PACKAGE).as_posix()
    return any(name in (one, f"{one}.py") or name.startswith(f"{one}/") for one in folders)


def breaches(rule: Callable[[ast.AST], Iterator[ast.AST]], files: list[Path]) -> list[str]:
    """Where a rule is broken, as file:line and the code."""
    found = []
    for path in files:
        for node in rule(ast.parse(path.read_text(encoding="utf-8"))):
            name, code = path.relative_to(PACKAGE).as_posix(), ast.unparse(node).splitlines()[0]
            if f"{name}: {code}" not in ALLOWED:
                found.append(f"{name}:{getattr(node, 'lineno', 0)}: {code}")
    return found


def test_no_float() -> None:
    assert breaches(floats, FILES) == []


def test_no_true_division() -> None:
    assert breaches(divisions, FILES) == []


def test_only_rounding_rounds() -> None:
    assert breaches(roundings, FILES) == []


def test_only_the_command_line_prints() -> None:
    assert breaches(prints, [path for path in FILES if not inside(path, MAY_PRINT)]) == []


def test_no_silent_except() -> None:
    assert breaches(silent_excepts, FILES) == []


def test_only_the_client_asks_the_clock() -> None:
    assert breaches(clocks, [path for path in FILES if not inside(path, MAY_ASK_THE_CLOCK)]) == []


def test_the_calculation_names_no_country_and_no_currency() -> None:
    assert breaches(places, [path for path in FILES if inside(path, KNOWS_NO_COUNTRY)]) == []


def test_no_long_file() -> None:
    lengths = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in FILES
    }
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (floats, "rate = 0.2", "rate = (1, 5)"),
        (floats, "rate = float(text)", "isinstance(rate, float)"),
        (divisions, "share = a / b", "share = a // b"),
        (divisions, "share /= b", 'path = folder / "data" / name'),
        (roundings, "round(x, 2)", "half_up(x, 2)"),
        (prints, "print(x)", "console.write(x)"),
        (silent_excepts, "try: f()\nexcept: g()", "try: f()\nexcept OSError: g()"),
        (silent_excepts, "try: f()\nexcept OSError: pass", "try: f()\nfinally: pass"),
        (clocks, "date.today()", "day(text)"),
        (places, 'when = currency == "EUR"', 'when = basis == "CIF"'),
        (places, 'when = territory == "GB"', 'when = kind == "duty"'),
    ],
)
def test_each_rule_bites(rule: Callable[[ast.AST], Iterator[ast.AST]], bad: str, good: str) -> None:
    assert list(rule(ast.parse(bad)))
    assert not list(rule(ast.parse(good)))
