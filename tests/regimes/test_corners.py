"""Corners that catch calculators out, each priced: what crosses which border, and what is due."""

from __future__ import annotations

from typing import Any

import pytest

from landedcost import Bundle, Buyer, LandedCost, Line, Quote, RefusedError, RequestError

DAY = "2026-10-01"


def price(buyer: Buyer, sender: str = "US", day: str = DAY, **more: Any) -> Quote:
    line = Line(
        "tee",
        more.pop("price", "100 EUR"),
        hs_code=more.pop("hs", "6109.10"),
        origin=more.pop("origin", "CN"),
        goods_class=more.pop("goods_class", "standard"),
        duty=more.pop("duty", "12%"),
        tax_rate=more.pop("tax_rate", None),
        preference=more.pop("preference", None),
    )
    held = more.pop("registrations", ())
    rates = more.pop("rates", None)
    shop = LandedCost(sender, registrations=held, **more)
    return shop.price_for(
        Bundle([line], shipping="10 EUR"), buyer, as_of=day, rates=rates, customs_rates=rates
    )


def figures(quote: Quote) -> tuple[str | None, str | None]:
    return quote.customs["duty"], quote.customs["tax"]


def notes(quote: Quote) -> set[str]:
    return {note.code for note in quote.notes}


def test_the_canaries_pay_the_unions_duty_and_igic() -> None:
    islands = Buyer("ES", postal_code="35001")
    assert figures(price(islands)) == ("3.00", "0.00")  # IGIC relief up to 150 euro
    dear = price(islands, price="200 EUR")
    assert figures(dear) == ("25.20", "16.46")  # 12% of 210, 7% of 235.20
    mainland = price(islands, sender="ES", price="200 EUR")
    assert figures(mainland) == ("0.00", "14.70")  # no customs border, but an import for IGIC
    held = price(islands, registrations=["IOSS"], price="140 EUR")
    assert held.customs["scheme"] is None


def test_ceuta_and_melilla_need_the_rate_of_the_ipsi() -> None:
    for postal_code in ("51001", "52001"):
        buyer = Buyer("ES", postal_code=postal_code)
        with pytest.raises(RequestError, match="goes by the goods"):
            price(buyer)
        assert figures(price(buyer, tax_rate="4%")) == ("0.00", "4.40")
        assert figures(price(buyer, sender="ES", tax_rate="4%")) == ("0.00", "4.40")


def test_aland_pays_finnish_vat_on_what_crosses_the_tax_border() -> None:
    aland = Buyer("FI", postal_code="22100")
    assert figures(price(aland)) == ("3.00", "28.82")  # 25.5% of 113
    assert figures(price(aland, sender="FI")) == ("0.00", "28.05")
    assert price(aland, registrations=["IOSS"]).customs["scheme"] == "IOSS"
    assert figures(price(Buyer("FI"), sender="FI")) == ("0.00", "28.05")


def test_the_channel_islands_share_britains_tariff_and_not_its_vat() -> None:
    rates = {"EUR/GBP": "0.80"}
    jersey, guernsey = Buyer("JE"), Buyer("GB", postal_code="GY1 1AA")
    assert figures(price(jersey, rates=rates)) == ("0.00", "4.40")  # 5% of 88 pounds
    assert figures(price(jersey, rates=rates, price="50 EUR")) == ("0.00", "0.00")  # below 60
    assert figures(price(guernsey, rates=rates)) == ("0.00", "0.00")
    assert figures(price(guernsey, rates=rates, price="200 EUR")) == ("20.16", "0.00")
    from_britain = price(guernsey, sender="GB", rates=rates, price="200 EUR")
    assert figures(from_britain) == ("0.00", "0.00")
    assert "one customs territory" in str(from_britain.explain())
    held = price(jersey, rates=rates, price="50 EUR", registrations=["JE-GST"], terms="DAP")
    assert (held.customs["tax"], held.delivery_minor) == ("2.40", 0)


def test_the_isle_of_man_monaco_and_liechtenstein_go_with_their_neighbours() -> None:
    rates = {"EUR/GBP": "0.80", "EUR/CHF": "0.95"}
    for one, other in (("IM", "GB"), ("MC", "FR"), ("LI", "CH")):
        assert figures(price(Buyer(one), rates=rates)) == figures(price(Buyer(other), rates=rates))
    assert figures(price(Buyer("MC"), sender="FR")) == ("0.00", "22.00")


def test_buesingen_is_swiss_for_customs_and_livigno_and_heligoland_are_outside() -> None:
    rates = {"EUR/CHF": "0.95"}
    swiss = price(Buyer("CH", currency="EUR"), sender="DE", rates=rates)
    there = price(Buyer("DE", postal_code="78266", currency="EUR"), sender="DE", rates=rates)
    assert figures(there) == figures(swiss) != ("0.00", "0.00")
    for country, postal_code in (("IT", "23041"), ("DE", "27498")):
        for sender in (country, "US"):
            quote = price(Buyer(country, postal_code=postal_code), sender=sender)
            assert figures(quote) == ("0.00", "0.00")
            assert "no_vat" in notes(quote)


def test_san_marino_and_andorra_are_in_customs_unions() -> None:
    assert figures(price(Buyer("SM"), sender="IT")) == ("0.00", "18.70")  # 17%, no border
    assert figures(price(Buyer("SM"))) == ("3.00", "19.21")
    assert figures(price(Buyer("AD"), price="200 EUR", sender="ES", duty=None)) == ("0.00", "9.45")
    assert figures(price(Buyer("AD"), price="250 EUR"))[0] == "31.20"
    assert figures(price(Buyer("AD"), price="80 EUR")) == ("0.00", "0.00")


def test_overseas_departments_have_a_vat_of_their_own_or_none() -> None:
    for buyer in (Buyer("GP"), Buyer("MQ"), Buyer("RE"), Buyer("FR", postal_code="97400")):
        quote = price(buyer)
        assert figures(quote) == ("3.00", "9.61")  # 8.5% of 113
        assert "octroi_de_mer_not_included" in notes(quote)
        assert quote.certainty == "partial"
    for buyer in (Buyer("GF"), Buyer("FR", postal_code="97600")):
        assert figures(price(buyer)) == ("3.00", "0.00")
    assert figures(price(Buyer("RE"), sender="FR")) == ("0.00", "9.35")


def test_azores_madeira_jungholz_and_the_greek_islands() -> None:
    for country, postal_code, rate in (
        ("PT", "9500-150", 16),
        ("PT", "9000-018", 22),
        ("PT", "1100-148", 23),
        ("AT", "6991", 19),
        ("AT", "1010", 20),
        ("GR", "85300", 24),
    ):
        tax = price(Buyer(country, postal_code=postal_code)).customs["tax"]
        assert tax == f"{113 * rate / 100:.2f}"
    kos = price(Buyer("GR", postal_code="85300"))
    assert "island_rates" in notes(kos)
    by_sea = price(Buyer("GR", postal_code="85300"), channel="sea")
    assert by_sea.customs["tax"] == "19.21"  # 17% of 113
    small = Buyer("GR", postal_code="85500")
    assert price(small, channel="sea", day="2025-12-31", duty="0%").customs["tax"] == "26.40"
    assert price(small, channel="sea", day="2026-01-01", duty="0%").customs["tax"] == "18.70"


def test_territories_of_the_united_states() -> None:
    puerto_rico = Buyer("US", postal_code="00901", currency="USD")
    rates = {"EUR/USD": "1"}
    mainland = price(puerto_rico, sender="US", rates=rates)
    assert figures(mainland) == ("0.00", "11.50")  # a use tax, no customs border
    assert price(puerto_rico, sender="DE", origin="DE", rates=rates).customs["duty"] != "0.00"
    virgin = Buyer("VI", currency="USD")
    assert figures(price(virgin, sender="DE", duty=None, rates=rates)) == ("6.00", "0.00")
    american = price(virgin, origin="US", duty=None, rates=rates)
    assert figures(american) == ("0.00", "0.00")
    assert figures(price(Buyer("GU", currency="USD"), rates=rates)) == ("0.00", "4.40")
    for code in ("AS", "MP"):
        with pytest.raises(RefusedError, match="excise taxes"):
            price(Buyer(code))


def test_provinces_by_postal_code() -> None:
    rates = {"EUR/CAD": "1.5"}
    for postal_code, expected in (("K1A 0B1", "HST"), ("H2Y 1C6", "QST"), ("V6B 1A1", "PST")):
        quote = price(Buyer("CA", postal_code=postal_code), rates=rates)
        labels = {charge.label for charge in quote.charges if charge.kind == "tax"}
        assert any(expected in label for label in labels), labels


def test_israels_limit_moved_four_times() -> None:
    rates = {"EUR/ILS": "4", "USD/ILS": "4", "EUR/USD": "1"}
    buyer = Buyer("IL")
    for day, free in (
        ("2025-12-01", False),
        ("2026-01-15", False),  # an order of 150 dollars, annulled since: not applied
        ("2026-02-24", False),
        ("2026-02-25", True),
        ("2026-05-31", True),
        ("2026-06-01", False),
    ):
        quote = price(buyer, day=day, rates=rates)
        assert (quote.customs["tax"] == "0.00") is free, day
    assert "annulled_order" in notes(price(buyer, day="2026-01-15", rates=rates))


def test_turkiye_refuses_ordinary_goods_and_lets_books_pass() -> None:
    rates = {"EUR/TRY": "50"}
    buyer = Buyer("TR")
    assert price(buyer, day="2026-02-05", price="10 EUR", rates=rates).customs["tax"] == "0.00"
    with pytest.raises(RefusedError, match="no simplified route") as caught:
        price(buyer, day="2026-02-06", price="10 EUR", rates=rates)
    assert (caught.value.exit_code, caught.value.where) == (3, "lines[0]")
    assert "Hürriyet" in caught.value.hint
    book = {"hs": "4901.99", "goods_class": "book", "rates": rates}
    assert figures(price(buyer, **book)) == ("0.00", "0.00")
    firm = price(Buyer("TR", kind="business"), rates=rates)
    assert firm.customs["duty"] != "0.00"
    assert firm.certainty == "partial"


def test_a_book_is_immune_in_brazil_and_a_state_decides_on_the_tax() -> None:
    rates = {"EUR/BRL": "6", "USD/BRL": "5"}
    held = {"registrations": ["BR-PRC"], "rates": rates}
    assert figures(price(Buyer("BR", region="SP"), goods_class="book", **held)) == ("0.00", "0.00")
    south, north = (price(Buyer("BR", postal_code=p), **held) for p in ("01310-100", "60010-000"))
    assert south.customs["duty"] == north.customs["duty"] == "246.00"  # 60% of 660 less 150
    assert south.customs["tax"] == "185.57"  # 906 / 0.83 x 0.17
    assert north.customs["tax"] == "226.50"  # 906 / 0.8 x 0.2
    assert "state_decides" in notes(south)
    assert "state_decides" not in notes(north)
    with pytest.raises(RefusedError, match=r"Above 3,000 US dollars"):
        price(Buyer("BR"), price="2600 EUR", **held)


def test_mexico_by_post_by_courier_and_above_the_limit() -> None:
    rates = {"EUR/MXN": "20", "USD/MXN": "20"}
    courier = price(Buyer("MX"), channel="courier", rates=rates)
    assert figures(courier) == ("737.00", "0.00")  # 33.5% of 2,200 pesos
    assert "processing_fee_not_included" in notes(courier)
    by_sea = price(Buyer("MX"), channel="sea", rates=rates)
    assert figures(by_sea) == ("264.00", "394.00")
    with pytest.raises(RefusedError, match="2,500 US dollars"):
        price(Buyer("MX"), channel="courier", price="2600 EUR", rates=rates)
    with pytest.raises(RequestError, match="no preference of Mexico"):
        price(Buyer("MX"), preference="T-MEC", rates=rates)


def test_japans_simplified_tariff_stands_in_unless_a_duty_is_given() -> None:
    rates = {"EUR/JPY": "160"}
    buyer = Buyer("JP")
    hat = {"hs": "6505.00", "rates": rates, "price": "200 EUR"}
    assert figures(price(buyer, duty=None, **hat))[0] == "900"  # 5% of 19,000 (60% of 32,000)
    assert figures(price(buyer, duty="10%", **hat))[0] == "1900"
    assert figures(price(buyer, hs="6203.42", duty=None, rates=rates, price="200 EUR"))[0] == "1900"
