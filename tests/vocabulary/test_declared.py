"""Claims and contents of a line, as lists and as one text."""

from __future__ import annotations

import pytest

from landedcost import Line, RequestError
from landedcost.declared import claims_of, content_of


def test_claims_go_by_territory() -> None:
    wanted = {"US": {"9903.82.03", "postal_item_duty"}, "ES-CN": {"x"}}
    assert claims_of(["US:9903.82.03", "ES-CN:x", "US:postal_item_duty"], "claims") == wanted
    assert claims_of("US:9903.82.03 ES-CN:x  US:postal_item_duty", "claims") == wanted
    assert claims_of(None, "claims") == claims_of([], "claims") == {}


@pytest.mark.parametrize("claim", ["9903.82.03", "us:x", "US:", "US:a b", 7, "US:" + "x" * 41])
def test_what_is_no_claim(claim: object) -> None:
    with pytest.raises(RequestError) as caught:
        claims_of([claim], "lines[0].claims")
    assert (caught.value.code, caught.value.where) == ("bad_claim", "lines[0].claims[0]")


def test_what_is_no_list_of_claims() -> None:
    with pytest.raises(RequestError, match="not a claim"):
        claims_of(7, "claims")


def test_shares_are_exact_and_may_leave_a_rest() -> None:
    wanted = {"copper": (1, 40), "steel": (3, 5)}
    assert content_of({"steel": "60%", "copper": "2.5%"}, "content") == wanted
    assert content_of("steel 60%, copper 2.5%", "content") == wanted
    assert content_of({"wood": "100%"}, "content") == {"wood": (1, 1)}
    assert content_of({"steel": "0%"}, "content") == {"steel": (0, 1)}
    assert content_of(None, "content") == {}


@pytest.mark.parametrize(
    "content",
    [
        {},
        "",
        "steel",
        "steel 60",
        "steel 60%, steel 1%",
        {"Steel": "1%"},
        {"steel": 60},
        {"a": "60%", "b": "40.1%"},
        ["steel"],
    ],
)
def test_what_is_no_content(content: object) -> None:
    with pytest.raises(RequestError) as caught:
        content_of(content, "content")
    assert caught.value.code == "bad_content"


def test_lines_that_declare_alike_are_of_one_kind() -> None:
    def line(**facts: object) -> Line:
        return Line("a", "1 USD", hs_code="610910", **facts)  # type: ignore[arg-type]

    assert line(evidence="one").key == line(evidence="other").key != line().key
    assert line(claims="US:b US:a").key == line(claims=["US:a", "US:b"]).key != line().key
    assert line(content="b 1%, a 2%").key == line(content={"a": "2.0%", "b": "1%"}).key
    backed = line(preference="PACT").backed()
    assert backed.key == line(preference="PACT", evidence="certificate").key
