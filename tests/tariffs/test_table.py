"""The bundled tables: longest code wins, short codes are a choice, gaps are errors."""

from __future__ import annotations

from datetime import date

import pytest

from landedcost.errors import NotInForce, RequestError, RuleFileError
from landedcost.tariffs.table import TariffTable, choose, read_rows, sources

DAY = date(2026, 10, 1)
HEAD = "code,rate,from,until,source,verified,note\n"


def table(*rows: str) -> TariffTable:
    return TariffTable("T", read_rows(HEAD + "\n".join(rows), "T.csv"))


SMALL = table(
    "61,10%,2024-01-01,,ukgt,true,",
    "610910,12%,2024-01-01,2025-01-01,ukgt,true,",
    "610910,11%,2025-01-01,,ukgt,true,",
    "69120021,5%,2024-01-01,,ukgt,true,",
    "69120023,5.5%,2024-01-01,,ukgt,true,",
    "69120025,9%,2024-01-01,,ukgt,true,",
    "69120029,7%,2024-01-01,,ukgt,true,",
    "95030021,4%,2024-01-01,,ukgt,true,",
    "95030029,4%,2024-01-01,,unread,false,",
)


def rate(code: str, strategy: str = "refuse", on: date = DAY) -> str:
    return choose(SMALL.lookup(code, on), strategy)[0].text


def test_the_longest_code_wins() -> None:
    assert rate("6109101234") == "11%"
    assert rate("610910") == "11%"
    assert rate("610910", on=date(2024, 6, 1)) == "12%"
    assert rate("611020") == "10%"


@pytest.mark.parametrize(
    ("strategy", "text"), [("lowest", "5%"), ("median", "5.5%"), ("highest", "9%")]
)
def test_a_short_code_is_answered_by_a_stated_strategy(strategy: str, text: str) -> None:
    row, candidates = choose(SMALL.lookup("691200", DAY), strategy)
    assert row.text == text
    assert len(candidates) == 4


def test_refusing_names_the_candidates() -> None:
    with pytest.raises(RequestError, match="one of several tariff lines") as caught:
        rate("691200")
    assert "6912.00.25 9%" in caught.value.hint
    assert caught.value.code == "ambiguous_tariff"


def test_candidates_that_agree_are_no_choice_and_the_verified_one_answers() -> None:
    row, _ = choose(SMALL.lookup("950300", DAY), "refuse")
    assert (row.text, row.verified) == ("4%", True)


def test_the_digits_of_another_tariff_do_not_count() -> None:
    """95030041 is European, 9503004100 too: here both are one of the lines of 9503.00."""
    assert rate("95030041") == rate("9503004100") == rate("950300") == "4%"
    with pytest.raises(RequestError, match=r"6912\.00\.50 is one of several") as caught:
        rate("69120050")
    assert caught.value.hint.startswith("give one of these codes: 6912.00.21 5%")
    assert rate("69120050", "highest") == "9%"


def test_six_digits_go_before_a_chapter() -> None:
    mixed = table(
        "61,10%,2024-01-01,,unread,false,a chapter",
        "61019010,8%,2024-01-01,,ukgt,true,",
        "61019090,8%,2024-01-01,,ukgt,true,",
    )
    assert choose(mixed.lookup("6101905500", DAY), "refuse")[0].text == "8%"
    assert choose(mixed.lookup("6102105500", DAY), "refuse")[0].text == "10%"


def test_a_missing_code_names_the_nearest() -> None:
    with pytest.raises(RequestError, match="not in the bundled table") as caught:
        SMALL.lookup("691310", DAY, where="lines[0].hs_code")
    assert "6912.00.29" in caught.value.hint
    assert caught.value.where == "lines[0].hs_code"


def test_a_code_known_on_other_days_only() -> None:
    with pytest.raises(NotInForce, match="not known on 2023-01-01") as caught:
        SMALL.lookup("610910", date(2023, 1, 1))
    assert "from 2024-01-01 until 2025-01-01" in caught.value.hint


@pytest.mark.parametrize(
    "row",
    [
        "6109,12%,2024-01-01,,nowhere,true,",
        "6109,12%,01.01.2024,,ukgt,true,",
        "6109,12%,2024-01-01,,ukgt,maybe,",
        "tee,12%,2024-01-01,,ukgt,true,",
        "6109,12%,2024-01-01",
    ],
)
def test_a_broken_row_names_its_line(row: str) -> None:
    with pytest.raises(RuleFileError) as caught:
        read_rows(HEAD + "61,10%,2024-01-01,,ukgt,true,\n" + row, "T.csv")
    assert (caught.value.file, caught.value.line) == ("T.csv", 3)


def test_other_columns_are_refused() -> None:
    with pytest.raises(RuleFileError, match="the columns must be"):
        read_rows("code,rate\n", "T.csv")


@pytest.mark.parametrize("name", TariffTable.names())
def test_every_bundled_row_can_be_computed_and_has_its_source(name: str) -> None:
    found = TariffTable.load(name)
    for row in found.rows:
        assert row.duty is not None
        assert row.source.url or row.source.citation
        assert not row.verified or row.source.read is not None
        assert row.verified or row.note
        others = [r for r in found.rows if r.code == row.code and r is not row]
        assert not any(o.on(row.start) for o in others)


def test_sixty_headings_where_a_source_is_at_hand() -> None:
    for name in ("GB", "EU", "US", "AU"):
        assert len({row.code[:6] for row in TariffTable.load(name).rows}) >= 60
    for name in ("CH", "SG", "NO"):  # whole chapters
        gb = {row.code[:6] for row in TariffTable.load("GB").rows}
        prefixes = tuple(row.code for row in TariffTable.load(name).rows)
        assert sum(code.startswith(prefixes) for code in gb) >= 60


def test_an_unknown_table() -> None:
    with pytest.raises(RuleFileError, match="no tariff table 'XX'"):
        TariffTable.load("XX")
    assert sources()["ukgt"].official
