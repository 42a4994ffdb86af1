"""Which rules a place has: by country, region and postal code."""

from __future__ import annotations

import pytest

from landedcost import Buyer, LandedCost, RequestError, RuleBook, place
from landedcost.territories import parts

BOOK = RuleBook()
# Set apart from their country, and without rules: asking for them is an error, not a guess.
NO_RULES = {"IT-CAM", "MF", "BL", "PM", "PF", "NC", "WF"}


@pytest.mark.parametrize(
    ("country", "postal_code", "territory", "region"),
    [
        ("ES", "35001", "ES-CN", "CN"),
        ("ES", "38 670", "ES-CN", "CN"),
        ("ES", "51001", "ES-CE", "CE"),
        ("ES", "52006", "ES-ML", "ML"),
        ("ES", "28013", "ES", None),
        ("FI", "22100", "AX", "01"),
        ("FI", "00100", "FI", None),
        ("DE", "78266", "CH", "BUS"),
        ("DE", "27498", "DE-HEL", "HEL"),
        ("DE", "78234", "DE", None),
        ("IT", "23041", "IT-LIV", "LIV"),
        ("IT", "47890", "SM", "SM"),
        ("IT", "20121", "IT", None),
        ("FR", "97110", "GP", "971"),
        ("FR", "97133", "BL", "BL"),
        ("FR", "97150", "MF", "978"),
        ("FR", "97400", "RE", "974"),
        ("FR", "98000", "FR", "MC"),
        ("FR", "75001", "FR", None),
        ("PT", "9500-150", "PT", "20"),
        ("PT", "9000-018", "PT", "30"),
        ("PT", "1100-148", "PT", None),
        ("GR", "85300", "GR", "ISL"),
        ("GR", "85500", "GR", "ISS"),
        ("GR", "63086", "GR-69", "69"),
        ("AT", "6991", "AT", "JM"),
        ("GB", "BT1 5GS", "XI", "NIR"),
        ("GB", "bt1 5gs", "XI", "NIR"),
        ("GB", "JE2 3QA", "JE", "JSY"),
        ("GB", "GY1 1AA", "GG", "GSY"),
        ("GB", "IM1 1AA", "GB", "IOM"),
        ("GB", "SW1A 1AA", "GB", None),
        ("US", "00901", "PR", "PR"),
        ("US", "00802", "VI", "VI"),
        ("US", "96910", "GU", "GU"),
        ("US", "96950", "MP", "MP"),
        ("US", "96799", "AS", "AS"),
        ("US", "94103", "US", None),
        ("CA", "K1A 0B1", "CA", "ON"),
        ("CA", "H2Y 1C6", "CA", "QC"),
        ("CA", "X0A 0H0", "CA", "NU"),
        ("CA", "X1A 1N9", "CA", "NT"),
        ("BR", "30130-010", "BR", "MG"),
        ("BR", "01310-100", "BR", None),
        ("JP", "100-0001", "JP", None),
    ],
)
def test_a_postal_code_names_the_rules(
    country: str, postal_code: str, territory: str, region: str | None
) -> None:
    found = Buyer(country, postal_code=postal_code)
    assert (found.place.territory, found.region) == (territory, region)
    assert found.key == Buyer(country, region=region).key


def test_a_region_and_a_postal_code_of_two_places_are_an_error() -> None:
    assert Buyer("CA", region="ON", postal_code="K1A 0B1").region == "ON"
    with pytest.raises(RequestError, match="lies in CA-ON, not in CA-QC") as caught:
        Buyer("CA", region="QC", postal_code="K1A 0B1")
    assert (caught.value.code, caught.value.where) == ("bad_postal_code", "buyer.postal_code")


@pytest.mark.parametrize("text", ["", "35001;", "<35001>", "1" * 20, 35001])
def test_what_is_no_postal_code(text: object) -> None:
    with pytest.raises(RequestError, match="not a postal code"):
        Buyer("ES", postal_code=text)  # type: ignore[arg-type]


def test_every_place_has_rules_or_is_known_to_have_none() -> None:
    for part in parts():
        assert part.law, part.name
        if not part.territory:
            assert part.country in BOOK.codes, part.name
            continue
        assert (part.territory in BOOK.codes) is (part.territory not in NO_RULES), part.name
        if part.territory in BOOK.codes:
            regime = BOOK.regime(part.territory)
            found = place(part.country, part.region or None)
            assert found.customs_territory == regime.customs_territory, part.name
            assert found.vat_area == regime.vat_area, part.name
    seen = [(part.country, part.region) for part in parts()]
    assert len(seen) == len(set(seen))


def test_every_rule_file_has_a_place() -> None:
    for code in BOOK.codes:
        if code != "EU":
            assert Buyer.of(code).place.territory == code


def test_a_region_told_apart_by_rules_is_a_place() -> None:
    for code in BOOK.codes:
        for rule in BOOK.regime(code).rules.values():
            for key in ("region", "region_not"):
                wanted = rule.when.tests.get(key, frozenset())
                assert not isinstance(wanted, bool)
                known = {part.region for part in parts() if part.country == code}
                assert wanted - {""} <= known, rule.address


def test_the_names_a_rule_may_use() -> None:
    assert "ES" not in place("ES", "CN").names
    assert "DE" not in place("DE", "BUS").names
    assert {"CH", "LI"} <= place("LI").names
    assert {"US", "PR"} <= place("PR").names
    assert place("IM").names >= {"GB", "IM"}


def test_what_other_rules_hold_nearby_is_asked_for() -> None:
    facts = {
        need.fact: need.why
        for need in LandedCost("US").requirements_for(
            "6109.10", "VN", Buyer("ES"), as_of="2026-10-01"
        )
    }
    assert "Canary Islands, Ceuta, Melilla" in facts["buyer.postal_code"]
    with_region = LandedCost("US").requirements_for(
        "6109.10", "VN", Buyer("ES", postal_code="35001"), as_of="2026-10-01"
    )
    assert "buyer.postal_code" not in {need.fact for need in with_region}


def needs(buyer: Buyer, code: str = "6109.10", **shop: str) -> dict[str, bool]:
    asked = LandedCost("US", **shop).requirements_for(code, "VN", buyer, as_of="2026-10-01")  # type: ignore[arg-type]
    return {need.fact: need.needed for need in asked}


def test_what_a_simplified_regime_needs() -> None:
    assert needs(Buyer("MX"), channel="courier")["duty"] is False  # up to 2,500 dollars
    assert needs(Buyer("MX"), channel="sea")["duty"] is True
    assert "duty" not in needs(Buyer("CL"))
    assert "duty" not in needs(Buyer("HK"))
    assert needs(Buyer("TH"))["duty"] is True
    assert needs(Buyer("ES", postal_code="51001"))["tax_rate"] is True
    assert needs(Buyer("CN"), "3304.99")["weight_g"] is True
    assert "weight_g" not in needs(Buyer("CN"))
