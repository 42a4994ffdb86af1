"""Asking the tables about each line: its duty, its preference, its tax, its rules."""

from __future__ import annotations

from collections.abc import Sequence

from .currencies import currency
from .errors import LandedCostError, RefusedError, RequestError
from .facts import DECLARED, MICRO, LineFacts, LineForm, Origin, Remark, Shape
from .lines import Line
from .money import percent
from .program.sheet import share
from .regimes.schema import Applied
from .regimes.select import Lane
from .tariffs.grammar import (
    AtLeast,
    AtMost,
    Duty,
    Free,
    Minus,
    Percent,
    RetailPercent,
    Specific,
    Sum,
    parse_duty,
)
from .tariffs.lookup import Tariff
from .tariffs.table import choose

PINNED = "pinned"
# What one unit of a tariff is, in the ints a line keeps: (measure, how many of them).
_UNITS = {
    "g": ("weight_g", 1),
    "kg": ("weight_g", 1_000),
    "100kg": ("weight_g", 100_000),
    "t": ("weight_g", 1_000_000),
    "litre": ("litres", MICRO),
    "hl": ("litres", 100 * MICRO),
    "item": ("quantity", 1),
    "dozen": ("quantity", 12),
    "100items": ("quantity", 100),
    "gross": ("quantity", 144),
    "1000items": ("quantity", 1_000),
    "pair": ("pairs", 1),
    "m2": ("square_metres", MICRO),
    "m": ("metres", MICRO),
    "100m": ("metres", 100 * MICRO),
    "m3": ("cubic_metres", MICRO),
}


class Asked:
    """A line as the conditions of rules see it."""

    __slots__ = ("goods_class", "hs", "origin", "preference")

    def __init__(self, line: Line) -> None:
        self.hs = line.hs_code
        self.origin = line.origin
        self.goods_class = line.goods_class
        self.preference = line.preference


def gather(
    lane: Lane, line: Line, table: Tariff | None, strategy: str, where: str = ""
) -> LineFacts:
    """What is known of ``line`` on ``lane``.

    A duty that cannot be found is no error yet: the parcel may owe none whatever it is. The
    error is kept in ``missing`` and raised when the calculation needs the duty. Raises
    RefusedError for goods the rules refuse and RequestError for a claim that cannot be made.
    """
    asked = Asked(line)
    at = f"{where}." if where else ""
    _refuse(lane, asked, where)
    params: list[int] = []
    remarks: list[Remark] = []
    missing: LandedCostError | None = None
    shape: Shape | None = None
    origin: Origin | None = None
    untaxed = not duty_asked(lane)
    if not untaxed:
        if not line.hs_code:
            raise RequestError(
                f"line {line.id!r} has no HS code, and customs of {lane.regime.name} needs one",
                code="missing_hs_code",
                where=f"{at}hs_code",
                hint="give the first six digits at least",
            )
        try:
            duty, origin = _duty(lane, line, table, strategy, at, remarks)
            _measured(duty, line, at, "the duty")
            shape = _shape(duty, params)
        except LandedCostError as error:
            missing = error
    preference, claimed, better = _preference(lane, line, asked, params, at)
    additional = [] if untaxed else _matching(lane.of("additional"), asked)
    if not untaxed and not line.origin and missing is None:
        missing = _origin_needed(lane, line, at)
    pinned = len(params)
    taxes, tax_origins = _taxes(lane, line, asked, params, at)
    form = LineForm(
        currency=line.currency,
        gift=line.ints[DECLARED] > 0,
        duty=shape,
        preference=preference,
        preference_rule=claimed,
        thresholds=_eligible(lane.of("threshold"), asked),
        schemes=_eligible(lane.of("scheme"), asked),
        duty_rules=tuple(
            k
            for k in _eligible(lane.of("duty"), asked)
            if lane.of("duty")[k].settings["method"] == "flat_per_line"
        ),
        additional=tuple(additional),
        taxes=taxes,
        pinned=pinned,
        unknown=missing is not None,
    )
    return LineFacts(
        form, tuple(params), line.hs_code, origin, better, tax_origins, tuple(remarks), missing
    )


def duty_asked(lane: Lane) -> bool:
    """Whether goods on the lane can owe a duty of the tariff."""
    return lane.border and all(r.settings["method"] != "none" for r in lane.of("duty"))


def _refuse(lane: Lane, asked: Asked, where: str) -> None:
    for rule in lane.refusals:
        if rule.rule.when.line(asked) and not rule.rule.exclude.covers(asked):
            raise RefusedError(
                rule["reason"].value, where=where, hint=f"rule {rule.address}, {rule.label}"
            )


def _matching(rules: Sequence[Applied], asked: Asked) -> list[int]:
    from .duty.additional import stacked

    return stacked([(k, r) for k, r in enumerate(rules) if r.rule.when.line(asked)])


def _eligible(rules: Sequence[Applied], asked: Asked) -> tuple[int, ...]:
    return tuple(
        k
        for k, r in enumerate(rules)
        if r.rule.when.line(asked) and not r.rule.exclude.covers(asked)
    )


def _duty(
    lane: Lane,
    line: Line,
    table: Tariff | None,
    strategy: str,
    at: str,
    remarks: list[Remark],
) -> tuple[Duty, Origin]:
    if line.duty is not None:
        duty = parse_duty(line.duty, currency=lane.regime.currency, where=f"{at}duty")
        return duty, Origin("request.duty", line.duty, "given with the request", lane.key.day)
    if table is None:
        raise RequestError(
            f"no tariff of {lane.regime.name} is bundled",
            code="unknown_duty",
            where=f"{at}hs_code",
            hint="pin `duty` on the line",
        )
    found = table.lookup(line.hs_code, lane.key.day, origin=line.origin, where=f"{at}hs_code")
    row, candidates = choose(found, strategy, where=f"{at}hs_code")
    remarks += found.remarks
    if len({r.text for r in candidates}) > 1:
        listed = "; ".join(f"{r.code} {r.text}" for r in candidates)
        remarks.append(
            Remark(
                "tariff_choice",
                f"{line.hs_code} is shorter than a national tariff line; the {strategy} of these "
                f"was taken: {listed}",
                "estimated",
            )
        )
    if not row.verified:
        remarks.append(
            Remark(
                "unverified_tariff",
                f"the duty {row.text} of {table.name} {row.code} is not verified: "
                f"{row.note or row.source.title}",
                "estimated",
            )
        )
    return row.duty, Origin(
        f"tariff.{table.name}.{row.code}",
        row.text,
        row.source.text,
        row.start,
        row.verified,
        row.note,
        found.by,
    )


def _measured(duty: Duty, line: Line, at: str, what: str) -> None:
    lacking = sorted(duty.needs() - line.measures)
    if lacking:
        raise RequestError(
            f"{what} of {line.id!r} is {duty}, which needs {' and '.join(lacking)}",
            code=f"missing_{lacking[0]}",
            where=f"{at}{lacking[0]}",
            hint=f"give {', '.join(lacking)} per unit",
        )


def _origin_needed(lane: Lane, line: Line, at: str) -> LandedCostError | None:
    asks = any(r.rule.when.asks("origin", "origin_not") for r in lane.of("additional"))
    if not asks:
        return None
    return RequestError(
        f"line {line.id!r} has no origin, and duties of {lane.regime.name} depend on it",
        code="missing_origin",
        where=f"{at}origin",
        hint="give the country the goods were made in, such as VN",
    )


def _preference(
    lane: Lane, line: Line, asked: Asked, params: list[int], at: str
) -> tuple[Shape | None, int | None, Origin | None]:
    if not line.preference:
        return None, None, None
    rules = lane.of("preference")
    for k, rule in enumerate(rules):
        names = {rule.rule.name, str(rule.settings.get("agreement", ""))}
        if line.preference in names and rule.rule.when.line(asked):
            num, den = share(rule["rate"])
            value = rule["rate"]
            where = len(params)
            params += (num, den)
            source = Origin(
                rule.address, value.value, value.source.text, value.start, value.verified
            )
            return ("percent", where), k, source
    if not lane.border:
        return None, None, None
    known = sorted(
        str(r.settings.get("agreement") or r.rule.name) for r in rules if r.rule.when.line(asked)
    )
    raise RequestError(
        f"{line.preference!r} is no preference of {lane.regime.name} for goods of "
        f"{line.origin or 'unknown origin'}",
        code="unknown_preference",
        where=f"{at}preference",
        hint=f"known: {', '.join(known) or 'none'}",
    )


def _taxes(
    lane: Lane, line: Line, asked: Asked, params: list[int], at: str
) -> tuple[tuple[tuple[int, str], ...], tuple[Origin, ...]]:
    rules = [(k, r) for k, r in enumerate(lane.of("tax")) if r.rule.when.line(asked)]
    if line.tax_rate is not None:
        if not rules:
            raise RequestError(
                f"{lane.regime.name} has no tax of its own that could be pinned",
                code="no_such_tax",
                where=f"{at}tax_rate",
                hint="leave `tax_rate` out; what sellers owe to states is theirs to add",
            )
        params += percent(line.tax_rate)
        given = Origin("request.tax_rate", line.tax_rate, "given with the request", lane.key.day)
        return ((rules[0][0], PINNED),), (given,)
    forms, origins = [], []
    for k, rule in rules:
        name = line.goods_class if rule.get(line.goods_class) is not None else "standard"
        value = rule[name]
        forms.append((k, name))
        origins.append(
            Origin(
                f"{rule.address}.{name}",
                value.value,
                value.source.text,
                value.start,
                value.verified,
                value.note,
            )
        )
    return tuple(forms), tuple(origins)


def _shape(duty: Duty, params: list[int]) -> Shape:
    """The duty's form, its figures moved to ``params`` as exact ratios."""
    at = len(params)
    match duty:
        case Free():
            params += (0, 1)
            return ("percent", at)
        case Percent(num, den):
            params += (num, den)
            return ("percent", at)
        case RetailPercent(num, den):
            params += (num, den)
            return ("retail", at)
        case Specific(num, den, code, unit):
            measure, size = _UNITS[unit]
            params += (num * 10 ** currency(code).digits, den * size)
            return ("specific", at, code, measure)
        case Sum(terms):
            return ("sum", *(_shape(t, params) for t in terms))
        case Minus(left, right):
            return ("minus", _shape(left, params), _shape(right, params))
        case AtLeast(left, right):
            return ("at_least", _shape(left, params), _shape(right, params))
        case AtMost(left, right):
            return ("at_most", _shape(left, params), _shape(right, params))
    raise TypeError(f"no shape for {duty!r}")
