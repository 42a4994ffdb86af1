"""The rate of a line by a tax rule: by class of goods, by value, grossed up, or paid in part."""

from __future__ import annotations

from ..facts import WEIGHT_G
from ..program.ir import Reg
from ..program.sheet import Sheet, minor, share
from ..regimes.schema import Applied, Dated

PINNED = "pinned"
STANDARD = "standard"


def rate(sheet: Sheet, index: int, number: int) -> tuple[Reg, Reg]:
    """What the base is multiplied with for the ``number``-th tax rule, as a ratio.

    A grossed-up tax is part of its own base: at a rate r it is base × r / (1 − r).
    """
    b = sheet.b
    rule = sheet.lane.of("tax")[number]
    name = class_of(sheet, index, number)
    if name == PINNED:
        at = sheet.forms[index].pinned
        return _owed(sheet, rule, sheet.param(index, at), sheet.param(index, at + 1))
    num, den = (b.const(part) for part in share(rule[name]))
    found = _owed(sheet, rule, num, den)
    high = above(sheet, index, number)
    if high is not None:
        top, bottom = (b.const(part) for part in share(rule["above"]))
        other = _owed(sheet, rule, top, bottom)
        found = b.where(high, other[0], found[0]), b.where(high, other[1], found[1])
    return found


def class_of(sheet: Sheet, index: int, number: int) -> str:
    """The list of the rule that has the line's rate, or ``pinned``."""
    return next(name for k, name in sheet.forms[index].taxes if k == number)


def above(sheet: Sheet, index: int, number: int) -> Reg | None:
    """1 where the goods are worth more than the limit up to which the standard rate holds.

    None where the rule has no such limit, or the line has a rate of its class or its own.
    """
    rule = sheet.lane.of("tax")[number]
    if rule.get("above") is None or class_of(sheet, index, number) != STANDARD:
        return None
    limit, settings = rule["limit"], rule.settings
    what, per = str(settings["compares"]), str(settings.get("per", "parcel"))
    inclusive = bool(settings.get("inclusive", False))
    b = sheet.b
    if per == "gram":
        return b.no(_per_gram(sheet, index, limit, inclusive))
    return b.no(sheet.test(sheet.measured(index, what, per, inclusive), limit, inclusive))


def _per_gram(sheet: Sheet, index: int, limit: Dated, inclusive: bool) -> Reg:
    """1 where the goods are worth less than the limit for each gram of their weight."""
    b = sheet.b
    each = sheet.convert(b.const(minor(limit)), limit.currency, sheet.currency)
    most = b.mul(each, sheet.line(index, WEIGHT_G))
    goods = sheet.goods[index]
    return b.at_most(goods, most) if inclusive else b.below(goods, most)


def _owed(sheet: Sheet, rule: Applied, num: Reg, den: Reg) -> tuple[Reg, Reg]:
    b = sheet.b
    if rule.settings.get("method") == "gross_up":
        den = b.sub(den, num)
    part = rule.get("pay")
    if part is None:
        return num, den
    top, bottom = share(part)
    return b.mul(num, b.const(top)), b.mul(den, b.const(bottom))


def words_of(rule: Applied) -> str:
    """The formula of a rule's tax, with ``{0}`` for the base and ``{rate}`` for the rate."""
    words = "{0} × {rate}"
    if rule.settings.get("method") == "gross_up":
        words += " ÷ (1 − {rate}), the tax being part of its own base"
    if rule.get("pay") is not None:
        words += f", of which {rule['pay'].value} is paid"
    return words
