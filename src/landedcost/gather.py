"""Asking the tables about each line: its duty, its preference, its tax, its rules."""

from __future__ import annotations

from collections.abc import Sequence

from .asked import Asked, check_claims
from .currencies import currency
from .errors import LandedCostError, RefusedError, RequestError
from .facts import DECLARED, MICRO, Layer, LineFacts, LineForm, Origin, Remark, Shape
from .layers import Stack, in_rate_band, layers_of
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
from .tariffs.table import TariffTable, choose

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
    "gross": ("quantity", 144),
    "1000items": ("quantity", 1_000),
    "pair": ("pairs", 1),
    "m2": ("square_metres", MICRO),
    "m": ("metres", MICRO),
    "m3": ("cubic_metres", MICRO),
}


def gather(
    lane: Lane, line: Line, table: TariffTable | None, strategy: str, where: str = ""
) -> LineFacts:
    """What is known of ``line`` on ``lane``.

    A duty that cannot be found is no error yet: the parcel may owe none whatever it is. The
    error is kept in ``missing`` and raised when the calculation needs the duty. Raises
    RefusedError for goods the rules refuse and RequestError for a claim that cannot be made.
    """
    asked = Asked.of(line, lane)
    at = f"{where}." if where else ""
    _refuse(lane, asked, where)
    params: list[int] = []
    remarks: list[Remark] = []
    missing: LandedCostError | None = None
    shape: Shape | None = None
    origin: Origin | None = None
    untaxed = not lane.border or any(r.settings["method"] == "none" for r in lane.of("duty"))
    if not line.hs_code and (not untaxed or _by_code(lane)):
        raise RequestError(
            f"line {line.id!r} has no HS code, and customs of {lane.regime.name} needs one",
            code="missing_hs_code",
            where=f"{at}hs_code",
            hint="give the first six digits at least",
        )
    if not untaxed:
        try:
            duty, origin = _duty(lane, line, table, strategy, at, remarks)
            _measured(duty, line, at, "the duty")
            shape = _shape(duty, params)
        except LandedCostError as error:
            missing = error
    preference, claimed, better = _preference(lane, line, asked, params, at)
    check_claims(lane, asked, f"{at}claims")
    plain = Stack()
    layers: tuple[Layer, ...] = ()
    headings: tuple[str, ...] = ()
    if not untaxed:
        plain, layers, headings = layers_of(lane, line, params, remarks)
    unplaced = None
    if not untaxed and not line.origin and missing is None:
        missing = unplaced = _origin_needed(lane, line, at)
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
        duty_rules=() if untaxed else _instead(lane, line, asked, plain),
        additional=layers,
        taxes=taxes,
        pinned=pinned,
        unknown=missing is not None,
        refusals=_limited(lane, asked),
        evidence=bool(line.preference and line.evidence),
        unplaced=unplaced is not None,
    )
    return LineFacts(
        form=form,
        params=tuple(params),
        hs=line.hs_code,
        duty=origin,
        preference=better,
        taxes=tax_origins,
        remarks=tuple(remarks),
        missing=missing,
        headings=headings,
    )


def _by_code(lane: Lane) -> bool:
    """Whether taxes or refusals of the lane go by the HS code."""
    rules = (*lane.of("tax"), *lane.refusals)
    return any(r.rule.when.asks("hs", "hs_not", "hs_list", "hs_list_not") for r in rules)


def _refuse(lane: Lane, asked: Asked, where: str) -> None:
    for rule in lane.refusals:
        if rule.get("limit") is not None:
            continue
        if rule.rule.when.line(asked) and not rule.rule.exclude.covers(asked):
            raise refused(rule, where)


def refused(rule: Applied, where: str) -> RefusedError:
    """The error of a refusal, with the source it rests on."""
    reason = rule["reason"]
    return RefusedError(
        reason.value,
        where=where,
        hint=f"rule {rule.address}, {rule.label}, since {reason.start}: {reason.source.text}",
    )


def _limited(lane: Lane, asked: Asked) -> tuple[int, ...]:
    """The refusals about the line that hold above an amount only."""
    eligible = _eligible(lane.refusals, asked)
    return tuple(k for k in eligible if lane.refusals[k].get("limit") is not None)


def _instead(lane: Lane, line: Line, asked: Asked, stack: Stack) -> tuple[int, ...]:
    """The rules that may take the place of the tariff's duty of the line."""
    rules = lane.of("duty")
    return tuple(
        k
        for k in _eligible(rules, asked)
        if rules[k].settings["method"] != "none"
        and not (line.duty is not None and rules[k].settings.get("unless_pinned"))
        and in_rate_band(rules[k], stack)
    )


def _eligible(rules: Sequence[Applied], asked: Asked) -> tuple[int, ...]:
    return tuple(
        k
        for k, r in enumerate(rules)
        if r.rule.when.line(asked) and not r.rule.exclude.covers(asked)
    )


def _duty(
    lane: Lane,
    line: Line,
    table: TariffTable | None,
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
    found = table.lookup(line.hs_code, lane.key.day, where=f"{at}hs_code")
    row, candidates = choose(found, strategy, where=f"{at}hs_code")
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
    address = f"tariff.{table.name}.{row.code}"
    return row.duty, Origin(address, row.text, row.source.text, row.start, row.verified, row.note)


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
    for _, rule in rules:
        if line.tax_rate is None and rule.settings.get("given"):
            raise RequestError(
                f"the rate of {rule.label} in {lane.regime.name} goes by the goods, and its table "
                "is not bundled",
                code="unknown_tax",
                where=f"{at}tax_rate",
                hint="pin `tax_rate` on the line",
            )
        if rule.settings.get("per") == "gram" and not line.weight_g:
            raise RequestError(
                f"{rule.label} of line {line.id!r} goes by the value of a gram",
                code="missing_weight_g",
                where=f"{at}weight_g",
                hint="give the net weight of one unit in grams",
            )
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
