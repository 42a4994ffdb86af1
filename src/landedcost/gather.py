"""Asking the tables about each line: its duty, its preference, its tax, its rules."""

from __future__ import annotations

from collections.abc import Sequence

from .duties import Dutied, Question, duty_of, preference_of
from .errors import LandedCostError, RefusedError, RequestError
from .facts import DECLARED, LineFacts, LineForm, Origin, Remark
from .lines import Line
from .money import percent
from .regimes.schema import Applied
from .regimes.select import Lane
from .tariffs.table import TariffTable

PINNED = "pinned"


class Asked:
    """A line as the conditions of rules see it."""

    __slots__ = ("goods_class", "hs", "origin", "preference")

    def __init__(self, line: Line) -> None:
        self.hs = line.hs_code
        self.origin = line.origin
        self.goods_class = line.goods_class
        self.preference = line.preference


def gather(
    lane: Lane, line: Line, table: TariffTable | None, strategy: str, where: str = ""
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
    question = Question(lane, line, asked, table, strategy, at)
    untaxed = not lane.border or any(r.settings["method"] == "none" for r in lane.of("duty"))
    if untaxed:
        found = Dutied(preference=preference_of(question, None, params))
    else:
        if not line.hs_code:
            raise RequestError(
                f"line {line.id!r} has no HS code, and customs of {lane.regime.name} needs one",
                code="missing_hs_code",
                where=f"{at}hs_code",
                hint="give the first six digits at least",
            )
        found = duty_of(question, params, remarks)
    missing, claimed = found.missing, found.preference
    additional = [] if untaxed else _matching(lane.of("additional"), asked)
    if not untaxed and not line.origin and missing is None:
        missing = _origin_needed(lane, line, at)
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
        duty_rules=tuple(
            k
            for k in _eligible(lane.of("duty"), asked)
            if lane.of("duty")[k].settings["method"] == "flat_per_line"
        ),
        additional=tuple(additional),
        taxes=taxes,
        pinned=pinned,
        unknown=missing is not None,
        preference_of_tariff=claimed is not None and claimed.of_tariff,
    )
    return LineFacts(
        form,
        tuple(params),
        line.hs_code,
        found.origin,
        claimed.origin if claimed else None,
        tax_origins,
        tuple(remarks),
        missing,
    )


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
