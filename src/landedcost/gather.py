"""Asking the tables about each line: its duty, its preference, its tax, its rules."""

from __future__ import annotations

from collections.abc import Sequence

from .asked import Asked, check_claims
from .duties import Dutied, Question, duty_of, preference_of
from .errors import LandedCostError, RefusedError, RequestError
from .facts import DECLARED, Layer, LineFacts, LineForm, Origin, Remark
from .layers import Stack, in_rate_band, layers_of, too_short
from .lines import Line
from .money import percent
from .regimes.schema import Applied
from .regimes.select import Lane
from .tariffs.lookup import Tariff
from .tariffs.table import WORLD_WIDE

PINNED = "pinned"


def gather(
    lane: Lane, line: Line, table: Tariff | None, strategy: str, where: str = ""
) -> LineFacts:
    """What is known of ``line`` on ``lane``.

    A duty that cannot be found is no error yet: the parcel may owe none whatever it is. The
    error is kept in ``missing`` and raised when the calculation needs the duty. Raises
    RefusedError for goods the rules refuse and RequestError for a claim that cannot be made.
    """
    asked = Asked.of(line, lane)
    at = f"{where}." if where else ""
    params: list[int] = []
    remarks = _refuse(lane, asked, where)
    untaxed = not duty_asked(lane)
    if not line.hs_code and (not untaxed or _by_code(lane)):
        raise RequestError(
            f"line {line.id!r} has no HS code, and customs of {lane.regime.name} needs one",
            code="missing_hs_code",
            where=f"{at}hs_code",
            hint="give the first six digits at least",
        )
    question = Question(lane, line, asked, table, strategy, at)
    if untaxed:
        found = Dutied(preference=preference_of(question, None, params))
    else:
        found = duty_of(question, params, remarks)
    missing, claimed = found.missing, found.preference
    if found.origin is not None and not _one_line(found.origin, line.hs_code):
        asked.hs = line.hs_code[:WORLD_WIDE]
    check_claims(lane, asked, f"{at}claims")
    plain = Stack()
    layers: tuple[Layer, ...] = ()
    headings: tuple[str, ...] = ()
    if not untaxed:
        plain, layers, headings = layers_of(lane, line, asked.hs, params, remarks)
    unplaced = None
    if not untaxed and not line.origin and missing is None:
        missing = unplaced = _origin_needed(lane, line, at)
    pinned = len(params)
    taxes, tax_origins = _taxes(lane, line, asked, params, at)
    form = LineForm(
        currency=line.currency,
        gift=line.ints[DECLARED] > 0,
        duty=found.shape,
        preference=claimed.shape if claimed else None,
        preference_rule=claimed.rule if claimed else None,
        thresholds=_eligible(lane.of("threshold"), asked),
        schemes=_eligible(lane.of("scheme"), asked),
        duty_rules=() if untaxed else _instead(lane, line, asked, plain),
        additional=layers,
        taxes=taxes,
        pinned=pinned,
        unknown=missing is not None,
        refusals=_limited(lane, asked),
        preference_of_tariff=claimed is not None and claimed.of_tariff,
        evidence=bool(line.preference and line.evidence),
        unplaced=unplaced is not None,
        off=line.discount is not None,
    )
    return LineFacts(
        form=form,
        params=tuple(params),
        hs=line.hs_code,
        duty=found.origin,
        preference=claimed.origin if claimed else None,
        taxes=tax_origins,
        remarks=tuple(remarks),
        missing=missing,
        headings=headings,
    )


def _by_code(lane: Lane) -> bool:
    """Whether taxes or refusals of the lane go by the HS code."""
    rules = (*lane.of("tax"), *lane.refusals)
    return any(r.rule.when.asks("hs", "hs_not", "hs_list", "hs_list_not") for r in rules)


def duty_asked(lane: Lane) -> bool:
    """Whether goods on the lane can owe a duty of the tariff."""
    return lane.border and all(r.settings["method"] != "none" for r in lane.of("duty"))


def _refuse(lane: Lane, asked: Asked, where: str) -> list[Remark]:
    """Raise where the goods are refused; what the code is too short to tell is remarked."""
    remarks = []
    for rule in lane.refusals:
        if rule.get("limit") is not None:
            continue
        asked.short = False
        if rule.rule.when.line(asked) and not rule.rule.exclude.covers(asked):
            raise refused(rule, where)
        if asked.short:
            remarks.append(too_short(asked, f"it was not refused: {rule.label}"))
    return remarks


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


def _one_line(origin: Origin, code: str) -> bool:
    """Whether a code and the tariff line that answered for it are the same as far as they go."""
    if not origin.rule.startswith("tariff."):
        return True
    row = origin.rule.rpartition(".")[2]
    return row.startswith(code) or code.startswith(row)


def _eligible(rules: Sequence[Applied], asked: Asked) -> tuple[int, ...]:
    return tuple(
        k
        for k, r in enumerate(rules)
        if r.rule.when.line(asked) and not r.rule.exclude.covers(asked)
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
