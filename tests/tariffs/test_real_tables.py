"""The real tables, where they lie beside the checkout: everything read, nothing lost."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from landedcost import LocalTariffs
from landedcost.errors import LandedCostError, RequestError
from landedcost.tariffs.editions import Answer, Edition, Skipped, Tally
from landedcost.tariffs.grammar import read_taric
from landedcost.tariffs.importers import Options, read_files
from landedcost.tariffs.local_table import LocalTable
from landedcost.tariffs.rates import AtLeast, AtMost, Duty, Free, Minus, Percent, Specific, Sum
from landedcost.tariffs.rows import Row
from landedcost.tariffs.store import keep
from landedcost.tariffs.uk import (
    Shipment,
    options,
    quantities,
    rate_of,
    read_answer,
    read_monthly_rates,
)
from landedcost.tariffs.uk.evaluate import evaluate
from landedcost.tariffs.uk.shipment import CustomsValue

from .samples import READ, real

pytestmark = pytest.mark.slow
REVISIONS = 11


class Kept:
    """All revisions and the UK and EU table, imported once, with the tallies of what was read."""

    def __init__(self, into: Path) -> None:
        self.tallies: list[Tally] = []
        files = [*sorted(real("us-hts").glob("*.json.gz")), real("uk/uk-eu-mfn-2021-01.csv.gz")]
        assert len(files) == REVISIONS + 1
        keep(into, self._counted(read_files(files, Options(READ))))
        self.tariffs = LocalTariffs(into)

    def _counted(self, found: Any) -> Iterator[Edition | Answer]:
        for item in found:
            assert not isinstance(item, Skipped)
            self.tallies.append(Tally.of(item))
            yield item

    def table(self, name: str) -> LocalTable:
        found = self.tariffs.table(name)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("real") / "tariffs.sqlite3")


def test_at_least_994_in_1000_texts_of_every_column_of_every_revision(kept: Kept) -> None:
    american = [tally for tally in kept.tallies if tally.tariff == "US"]
    assert len(american) == REVISIONS
    for tally in american:
        assert tally.whole
        assert set(tally.columns) == {"general", "special", "other", "additional"}
        for name, count in tally.columns.items():
            assert count.understood * 1000 >= 994 * count.all, (tally.name, name, count.share)
            assert count.all - count.understood == sum(
                u.count for u in tally.unread.values() if u.column == name
            )


def test_all_of_the_british_and_european_table(kept: Kept) -> None:
    tables = [tally for tally in kept.tallies if tally.tariff in ("GB", "EU")]
    assert [t.tariff for t in tables] == ["GB", "EU"]
    for tally in tables:
        assert tally.total.all == tally.lines == 11_830
        assert tally.total.share == "100.000 %"
        assert not tally.unread


def rows_of(revision: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        gzip.decompress(real(f"us-hts/hts_{revision}.json.gz").read_bytes())
    )
    return found


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", text).split()).replace("&nbsp;", "")


def resolved(rows: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """The general and column 2 rate of each ten-digit line, by indent: another way to the same."""
    above: list[dict[str, Any]] = []
    out = {}
    for one in rows:
        above = [a for a in above if int(a["indent"]) < int(one["indent"])] + [one]
        code = one["htsno"].replace(".", "")
        if len(code) == 10 and code[:2] < "98":
            rates = [
                next((plain(a[c]) for a in reversed(above) if a[c].strip()), "")
                for c in ("general", "other")
            ]
            out[code] = (rates[0], rates[1])
    return out


@pytest.mark.parametrize(
    ("revision", "days"),
    [
        ("2025_basic", (date(2025, 1, 1), date(2025, 4, 8))),
        ("2025_rev_32", (date(2025, 11, 15), date(2025, 12, 31))),
        ("2026_rev_9", (date(2026, 5, 28), date(2026, 6, 7))),  # the day before the next one
        ("2026_rev_10", (date(2026, 6, 8), date(2026, 11, 20))),
    ],
)
def test_every_line_has_its_rate_on_the_days_of_its_revision(
    kept: Kept, revision: str, days: tuple[date, date]
) -> None:
    lines = resolved(rows_of(revision))
    assert len(lines) > 18_000
    table = kept.table("US")
    for code in random.Random(revision).sample(sorted(lines), 300):
        for day in days:
            for origin, rate in (("VN", lines[code][0]), ("KP", lines[code][1])):
                found = table.lookup(code, day, origin=origin)
                assert [plain(row.text) for row in found.rows] == [rate], (code, day, origin)


def test_every_ten_digit_line_resolves(kept: Kept) -> None:
    """No line of chapters 1 to 97 is without a rate; what cannot be computed says why."""
    table = kept.table("US")
    day = date(2026, 11, 20)
    lines = sorted(resolved(rows_of("2026_rev_10")))
    refused = 0
    for code in random.Random(1).sample(lines, 2_000):
        rows = table.lookup(code, day).rows
        assert len(rows) == 1
        refused += rows[0].text not in computed(rows[0], day)
    assert 0 < refused < 100


def computed(row: Row, day: date) -> str:
    """The text of a rate that can be computed, or the message that has its text."""
    try:
        duty = row.duty_on(day)
    except RequestError as error:
        return "" if row.text[:60] in error.message else row.text
    return "" if duty.beyond() else row.text


AMOUNTS = {"KGM": "250", "LTR": "1000", "NAR": "40", "ASV": "40", "LPA": "400", "TNE": "0.25"}
VALUE = 10_000


def worked_out(duty: Duty) -> Fraction:
    """The duty of the test's shipment from the grammar's formula, in its own currency."""
    held = {
        "kg": Fraction(250),
        "100kg": Fraction(5, 2),
        "t": Fraction(1, 4),
        "litre": Fraction(1000),
        "hl": Fraction(10),
        "item": Fraction(40),
        "1000items": Fraction(1, 25),
        "% vol/hl": Fraction(400),
        "litre of pure alcohol": Fraction(400),
    }
    match duty:
        case Free():
            return Fraction(0)
        case Percent(num, den):
            return Fraction(num, den) * VALUE
        case Specific(num, den, _, unit):
            return Fraction(num, den) * held[unit]
        case Sum(terms):
            return sum((worked_out(t) for t in terms), Fraction(0))
        case Minus(left, right):
            return worked_out(left) - worked_out(right)
        case AtLeast(left, right):
            return max(worked_out(left), worked_out(right))
        case AtMost(left, right):
            return min(worked_out(left), worked_out(right))
    raise AssertionError(duty)


def commodity_answers() -> list[Path]:
    found = sorted(real("uk/trade-tariff-v2").glob("*_commodities_*.json.gz"))
    return [*found, *sorted(real("uk/trade-tariff-v2").glob("*_headings_0[59]0*.json.gz"))]


def test_components_and_words_of_every_recorded_measure_agree() -> None:
    on = Shipment(
        date(2025, 7, 14),
        "",
        CustomsValue.of(str(VALUE)),
        quantities=quantities(AMOUNTS),
        eur_gbp=Fraction(1),
    )
    compared = 0
    for path in commodity_answers():
        for measure in read_answer(gzip.decompress(path.read_bytes()), path.name).measures:
            if not measure.text or not measure.components or measure.type == "109":
                continue
            amount, _ = evaluate(measure.components, on)
            assert amount == worked_out(read_taric(measure.text).duty), measure.text
            compared += 1
    assert compared > 500


FLAGS = ("zero_mfn_duty", "trade_defence")


def test_recorded_answers_say_what_we_find_in_them() -> None:
    for path in commodity_answers():
        text = gzip.decompress(path.read_bytes())
        meta = json.loads(text)["data"]["meta"]["duty_calculator"]
        found = read_answer(text, path.name)
        if "_geo_" not in path.name:
            assert found.trade_defence == meta["trade_defence"], path.name
        assert found.zero_mfn == meta["zero_mfn_duty"], path.name
        assert found.meursing == meta["meursing_code"], path.name


@pytest.mark.parametrize(
    ("name", "origin", "kinds", "needs"),
    [
        (
            "uk_commodities_0201100021_asof_2025-02-11",
            "AU",
            {"third_country": 1, "preference": 2, "quota": 2},
            {"value", "KGM"},
        ),
        (
            "uk_commodities_2208909110_asof_2018-11-15",
            "US",
            {"third_country": 1},
            {"value", "ASV", "LTR", "LPA", "EUR", "additional_code_306"},
        ),
        (
            "uk_commodities_2924297099_asof_2025-07-14",
            "VN",
            {"third_country": 2, "preference": 2, "suspension": 2},
            {"value", "vat"},
        ),
        (
            "uk_commodities_0702000007_asof_2020-07-22",
            "MA",
            {"third_country": 1, "preference": 1, "quota": 2},
            {"value", "entry_price"},
        ),
        ("xi_commodities_0101300000_asof_2025-07-14", "VN", {"third_country": 1}, {"value"}),
    ],
)
def test_options_of_recorded_answers(
    name: str, origin: str, kinds: dict[str, int], needs: set[str]
) -> None:
    path = real(f"uk/trade-tariff-v2/{name}.json.gz")
    day = date.fromisoformat(name[-10:])
    found = options(read_answer(gzip.decompress(path.read_bytes())), Shipment(day, origin))
    counted = {kind: sum(o.kind == kind for o in found) for kind in {o.kind for o in found}}
    assert counted.items() >= {k: v for k, v in kinds.items() if k != "preference"}.items()
    assert counted.get("preference", 0) >= kinds.get("preference", 0)
    assert {n.code for option in found for n in option.needs} == needs
    remedied = options(read_answer(gzip.decompress(path.read_bytes())), Shipment(day, "RU"))
    rows = {row.label for option in remedied for row in option.rows if row.kind == "remedy"}
    assert rows <= {"Additional duty"}


def test_the_recorded_exchange_rates_of_the_euro() -> None:
    path = real("uk/duty-calculator-fixtures/monetary_exchange_rates.json.gz")
    rates = read_monthly_rates(gzip.decompress(path.read_bytes()))
    assert len(rates) > 60
    assert rate_of(rates, date(2021, 7, 15)) == Fraction("0.8571")


def test_recorded_answers_are_imported_and_priced_from(tmp_path: Path) -> None:
    into = tmp_path / "answers.sqlite3"
    files = sorted(real("uk/trade-tariff-v2").glob("*_asof_*.json.gz"))
    found = list(read_files(files, Options(READ)))
    assert len([f for f in found if isinstance(f, Skipped)]) == 3
    answers = [f for f in found if isinstance(f, Answer)]
    for answer in answers:
        assert not Tally.of(answer).unread
    keep(into, answers)
    table = LocalTariffs(into).table("GB")
    assert table is not None
    row = table.lookup("0201100021", date(2025, 2, 11), origin="AU").rows[0]
    assert str(row.duty) == "12% + 147 GBP/100kg"
    with pytest.raises(LandedCostError):
        table.lookup("990000", date(2025, 2, 11))
