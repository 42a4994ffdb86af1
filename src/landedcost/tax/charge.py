"""VAT, GST and consumption tax of each line, on the import or on the supply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..program.ir import Reg
from ..program.reasons import relieved
from ..program.sheet import Sheet, Slot, Why, Words, share
from ..regimes.schema import Applied
from .rates import PINNED, above, class_of, rate, words_of

TOKENS = {
    "value": "customs value",
    "goods": "goods",
    "freight": "freight",
    "insurance": "insurance",
    "duty": "duty",
    "fees": "fees",
    "uplift": "uplift of the customs value",
}
SUPPLY = ("goods", "freight", "insurance")
Part = tuple[int, int, bool]
"""A line, one of its tax rules, and whether the tax is collected at the sale."""


@dataclass(frozen=True, slots=True)
class Bases:
    """What a line's tax is a share of: at import and, under a scheme, at the sale."""

    on_import: Reg
    at_sale: Reg
    scheme: Applied | None


def collected_at_sale(sheet: Sheet, index: int) -> Reg:
    """1 where a scheme of the seller's collects the tax of the line at the sale."""
    if sheet.lane.supply:
        return sheet.b.const(1)
    return sheet.b.any(
        flag for rule, flag in sheet.schemes[index] if "tax" in rule.settings.get("collects", ())
    )


def tax_lines(sheet: Sheet, fees: Sequence[Reg]) -> list[list[Reg]]:
    """The tax of every line by each of its rules, before any collection minimum.

    ``fees`` are the lines' shares of fees that are part of the base.
    """
    b = sheet.b
    out: list[list[Reg]] = [[] for _ in range(sheet.count)]
    for k, rule in enumerate(sheet.lane.of("tax")):
        lines = [i for i, f in enumerate(sheet.forms) if any(n == k for n, _ in f.taxes)]
        imported = (_entry if sheet.per_entry("tax") else _by_line)(sheet, rule, k, lines, fees)
        for i, tax in zip(lines, imported, strict=True):
            found = bases(sheet, i, rule, fees[i])
            num, den = rate(sheet, i, k)
            sold = b.div("half_up", b.mul(found.at_sale, num), den)
            sold = _with_local(sheet, rule, sold, [(i, k, True)])
            out[i].append(b.where(collected_at_sale(sheet, i), sold, tax))
    return out


def _by_line(
    sheet: Sheet, rule: Applied, number: int, lines: list[int], fees: Sequence[Reg]
) -> list[Reg]:
    """The tax on the import of each line, rounded line by line."""
    b = sheet.b
    out = []
    for i in lines:
        base = bases(sheet, i, rule, fees[i]).on_import
        if "tax_base" in sheet.lane.roundings:
            base = sheet.rounded("tax_base", base, b.const(1))
        num, den = rate(sheet, i, number)
        tax = sheet.rounded("tax", b.mul(base, num), den)
        tax = _with_local(sheet, rule, tax, [(i, number, False)])
        out.append(b.where(_not_imported(sheet, i), b.const(0), tax))
    return out


def _not_imported(sheet: Sheet, index: int) -> Reg:
    """1 where nothing is owed on the import of a line: relieved, or collected at the sale."""
    b = sheet.b
    waived = b.any(flag for _, flag in sheet.waived_tax[index])
    return b.either(waived, collected_at_sale(sheet, index))


def _with_local(sheet: Sheet, rule: Applied, tax: Reg, whose: Sequence[Part]) -> Reg:
    """The tax and, where the rule splits it, its local part; both are kept for the words."""
    local = rule.get("local_share")
    if rule.settings.get("method") != "split" or local is None:
        return tax
    b = sheet.b
    top, bottom = share(local)
    added = sheet.rounded("tax", b.mul(tax, b.const(top)), b.const(bottom))
    sheet.split.update(dict.fromkeys(whose, (tax, added)))
    return b.add(tax, added)


def bases(sheet: Sheet, index: int, rule: Applied, fee: Reg) -> Bases:
    """The line's taxable amount by the rule, at import and at the sale."""
    at_import = _sum(sheet, index, rule, rule.settings.get("base", ()), fee, supply=False)
    supply_tokens = rule.settings.get("supply_base", SUPPLY)
    if sheet.lane.supply:
        base = _sum(sheet, index, rule, supply_tokens, fee, supply=True)
        return Bases(at_import, base, None)
    at_sale, chosen = at_import, None
    for scheme, _ in sheet.schemes[index]:
        if "tax" in scheme.settings.get("collects", ()):
            tokens = scheme.settings.get("tax_base") or supply_tokens
            at_sale = _sum(sheet, index, rule, tokens, fee, supply=True)
            chosen = scheme
    return Bases(at_import, at_sale, chosen)


def _sum(
    sheet: Sheet, index: int, rule: Applied, tokens: Sequence[str], fee: Reg, *, supply: bool
) -> Reg:
    have = {
        "value": sheet.value[index],
        "goods": sheet.goods[index],
        "freight": sheet.freight[index],
        "insurance": sheet.insurance[index],
        "duty": sheet.duty[index],
        "fees": fee,
    }
    uplift = rule.get("uplift")
    if uplift is not None:
        num, den = share(uplift)
        b = sheet.b
        have["uplift"] = b.div("half_up", b.mul(sheet.value[index], b.const(num)), b.const(den))
    if supply:
        have |= {name: parts[index] for name, parts in sold(sheet).items()}
    return sheet.b.sum(have[t] for t in tokens)


def sold(sheet: Sheet) -> dict[str, list[Reg]]:
    """What the buyer pays the seller, line by line, in the territory's currency.

    A sale is taxed on its price, so its parts are converted at the commercial rate even where
    the goods are imported too.
    """
    if not sheet.sold:
        home, layout = sheet.currency, sheet.layout
        goods = [
            sheet.convert(net, paid, home, "shown")
            for net, paid in zip(sheet.net, sheet.paid, strict=True)
        ]
        sheet.sold["goods"] = goods
        for name, given in (("freight", "shipping"), ("insurance", "insurance")):
            currency = getattr(layout, given)
            whole = sheet.b.const(0)
            if currency:
                whole = sheet.convert(sheet.given(given), currency, home, "shown")
            sheet.sold[name] = sheet.b.allocate(whole, goods)
    return sheet.sold


def _entry(
    sheet: Sheet, rule: Applied, number: int, lines: list[int], fees: Sequence[Reg]
) -> list[Reg]:
    """Tax worked out on the entry: lines of one rate together, truncations in order.

    Japan (tax answer 1111): the base of the entry, then 7.8 % truncated, then 22/78 of that
    truncated again; the sum goes back to the lines by their base.
    """
    b = sheet.b
    classes: dict[str, list[int]] = {}
    for i in lines:
        name = class_of(sheet, i, number)
        alone = name == PINNED or above(sheet, i, number) is not None
        classes.setdefault(f"{name}{i}" if alone else name, []).append(i)
    shared: dict[int, Reg] = {}
    for members in classes.values():
        parts = []
        for i in members:
            base = bases(sheet, i, rule, fees[i]).on_import
            parts.append(b.where(_not_imported(sheet, i), b.const(0), base))
        whole = b.sum(parts)
        if "tax_base" in sheet.lane.roundings:
            whole = sheet.rounded("tax_base", whole, b.const(1))
        num, den = rate(sheet, members[0], number)
        tax = sheet.rounded("tax", b.mul(whole, num), den)
        tax = _with_local(sheet, rule, tax, [(i, number, False) for i in members])
        shared.update(zip(members, b.allocate(tax, parts), strict=True))
    return [shared[i] for i in lines]


def charge_tax(sheet: Sheet, taxes: list[list[Reg]], fees: Sequence[Reg]) -> None:
    """Add a charge for each line's tax by each rule, zero ones with their reason."""
    b = sheet.b
    rules = sheet.lane.of("tax")
    if not rules:
        why = Why(
            "no_such_tax",
            "No tax by the territory itself",
            Words(f"{sheet.regime.name} has no general tax on imports or sales of its own"),
            rule=f"{sheet.regime.code}.tax",
            rate="0",
        )
        sheet.slots.append(Slot("tax", None, b.const(0), sheet.currency, "import", (why,)))
    for i, form in enumerate(sheet.forms):
        sheet.tax[i] = b.sum(taxes[i])
        for position, (k, _) in enumerate(form.taxes):
            reasons = _reasons(sheet, i, k, rules[k], fees[i])
            sheet.slots.append(
                Slot(
                    "tax",
                    i,
                    taxes[i][position],
                    sheet.currency,
                    "import",
                    reasons,
                    at_checkout=collected_at_sale(sheet, i),
                )
            )


def _reasons(sheet: Sheet, index: int, number: int, rule: Applied, fee: Reg) -> tuple[Why, ...]:
    b = sheet.b
    found = bases(sheet, index, rule, fee)
    at_sale = collected_at_sale(sheet, index)
    name = class_of(sheet, index, number)
    value = None if name == PINNED else rule[name]
    tokens = rule.settings.get("base", ())
    if sheet.lane.supply:
        tokens = rule.settings.get("supply_base", SUPPLY)
    reasons: list[Why] = []
    if not sheet.lane.supply:
        for why in relieved(sheet, sheet.waived_tax[index], "tax"):
            assert why.when is not None
            reasons.append(replace(why, when=b.both(why.when, b.no(at_sale))))
    high = above(sheet, index, number)
    fact = f"tax{[n for n, _ in sheet.forms[index].taxes].index(number)}"
    if found.scheme is not None:
        scheme = found.scheme
        sale_tokens = scheme.settings.get("tax_base") or rule.settings.get("supply_base", SUPPLY)
        why = Why(
            "scheme",
            f"{rule.label}, {scheme.label}",
            _formula(sheet, (index, number, True), rule, found.at_sale),
            sheet.note(f"{_names(sale_tokens)} {{0}}", found.at_sale),
            rule=f"{scheme.address}, {rule.address}.{name}",
            value=value,
            fact=fact,
            when=at_sale,
        )
        reasons += _by_value(sheet, rule, why, high)
    base = found.at_sale if sheet.lane.supply else found.on_import
    why = Why(
        "supply" if sheet.lane.supply else "import",
        rule.label,
        _formula(sheet, (index, number, sheet.lane.supply), rule, base),
        sheet.note(f"{_names(tokens)} {{0}}", base),
        rule=f"{rule.address}.{name}",
        value=value,
        fact=fact,
    )
    return (*reasons, *_by_value(sheet, rule, why, high))


def _by_value(sheet: Sheet, rule: Applied, why: Why, high: Reg | None) -> tuple[Why, ...]:
    """The reason, and before it the one with the rate for goods above the limit."""
    if high is None:
        return (why,)
    rate, limit = rule["above"], rule["limit"]
    return (
        replace(
            why,
            label=f"{why.label}, above {limit.value} {limit.currency}",
            rule=why.rule.removesuffix(".standard") + ".above",
            rate=rate.value,
            value=rate,
            fact="",
            when=high if why.when is None else sheet.b.both(why.when, high),
        ),
        why,
    )


def _formula(sheet: Sheet, part: Part, rule: Applied, base: Reg) -> Words:
    """How the tax came about: base and rate, the parts of a split tax, the roundings."""
    words, parts = words_of(rule), sheet.split.get(part)
    if parts is not None:
        each = "" if part[2] else " for the entry" if sheet.per_entry("tax") else ""
        words += f", then {rule['local_share'].value} of it as local tax ({{1}} and {{2}}{each})"
    if not part[2]:
        if "tax_base" in sheet.lane.roundings:
            words += sheet.rounding_words("tax_base").replace("rounded", "the base rounded", 1)
        words += sheet.rounding_words("tax")
    return sheet.note(words, base, *(parts or ()))


def _names(tokens: Sequence[str]) -> str:
    return " + ".join(TOKENS[t] for t in tokens)
