"""The price shown first holds what the law of the market says, in the buyer's language."""

from __future__ import annotations

from datetime import date

import pytest
from lawful import bundle, quote

from landedcost import (
    Amount,
    Bundle,
    Buyer,
    LandedCost,
    LandedCostError,
    Line,
    Providers,
    Quote,
    Request,
    RuleBook,
    Seller,
)
from landedcost.codes import EU
from landedcost.money import minor_units
from landedcost.ports import LandedAnswer
from landedcost.present.bidi import isolate
from landedcost.present.headline import headline
from landedcost.present.law import PARTS, rule_of, rules
from landedcost.testing import fake, fake_rates

# What the law of each market leaves outside, written down here once more, apart from law.toml.
SHIPPING = frozenset({"shipping"})
OUTSIDE: dict[str, frozenset[str]] = {
    "GB": frozenset(),
    "US": frozenset({"tax", "shipping"}),
    "CA": frozenset({"tax", "shipping"}),
    **dict.fromkeys(("AU", "NZ", "JP", "CH", "NO", "SG", "KR", "IL", "TW", "AE", "MX"), SHIPPING),
    **dict.fromkeys(EU, SHIPPING),
}

# buyer, rate, the amount and its label to the code point, what stands outside in minor units
GOLDEN = [
    (
        "de-DE",
        "USD/EUR=0.86",
        "283,82\xa0€",
        "inkl. Zoll und Steuern, zzgl. Versand",
        {"delivery": 774},
    ),
    (
        "fr-FR",
        "USD/EUR=0.86",
        "286,27\xa0€",
        "Droits de douane et taxes inclus, hors frais de port",
        {"delivery": 774},
    ),
    (
        "nl-NL",
        "USD/EUR=0.86",
        "€\xa0288,72",
        "incl. invoerrechten en belastingen, excl. verzendkosten",
        {"delivery": 774},
    ),
    (
        "it-IT",
        "USD/EUR=0.86",
        "291,17\xa0€",
        "Dazi e imposte inclusi, spese di spedizione escluse",
        {"delivery": 774},
    ),
    (
        "es-ES",
        "USD/EUR=0.86",
        "288,72\xa0€",
        "Aranceles e impuestos incluidos, gastos de envío no incluidos",
        {"delivery": 774},
    ),
    (
        "pt-PT",
        "USD/EUR=0.86",
        "293,62\xa0€",
        "Direitos aduaneiros e impostos incluídos, portes não incluídos",
        {"delivery": 774},
    ),
    (
        "pl-PL",
        "USD/PLN=3.70",
        "1\xa0263,28\xa0zł",
        "Cło i podatki w cenie, plus koszt dostawy",
        {"delivery": 3330},
    ),
    (
        "sv-SE",
        "USD/SEK=9.50",
        "3\xa0297,69\xa0kr",
        "inkl. tull och skatter, exkl. frakt",
        {"delivery": 8550},
    ),
    (
        "cs-CZ",
        "USD/CZK=21.00",
        "7\xa0050,31\xa0Kč",
        "včetně cla a daní, bez dopravy",
        {"delivery": 18900},
    ),
    (
        "fi-FI",
        "USD/EUR=0.86",
        "299,75\xa0€",
        "sis. tullin ja verot, ei sis. toimituskuluja",
        {"delivery": 774},
    ),
    ("en-GB", "USD/GBP=0.75", "£256.42", "Duties and taxes included, including delivery", {}),
    (
        ("GB", "NIR", "en-GB"),
        "USD/GBP=0.75",
        "£256.42",
        "Duties and taxes included, including delivery",
        {},
    ),
    ("en-AU", "USD/AUD=1.52", "$419.37", "GST included, plus shipping", {"delivery": 1368}),
    ("en-NZ", "USD/NZD=1.70", "$491.05", "GST included, plus shipping", {"delivery": 1530}),
    ("ja-JP", "USD/JPY=150", "￥42,200", "関税・税込・送料別", {"delivery": 1350}),
    ("en-US", None, "$250.00", "plus sales tax, plus shipping", {"delivery": 900}),
    (
        ("US", "CA", "es-US"),
        None,
        "$250.00",
        "impuestos no incluidos, gastos de envío no incluidos",
        {"delivery": 900},
    ),
    (
        ("CA", "QC", "fr-CA"),
        "USD/CAD=1.40",
        "394,95\xa0$",
        "droits de douane inclus, taxes en sus, livraison en sus",
        {"tax": 5765, "delivery": 1260},
    ),
    (
        "de-CH",
        "USD/CHF=0.80",
        "CHF\xa0263.15",
        "inkl. Zoll und Steuern, zzgl. Versand",
        {"delivery": 720},
    ),
    ("nb-NO", "USD/NOK=10.00", "3\xa0147,50\xa0kr", "inkl. mva., ekskl. frakt", {"delivery": 9000}),
    (
        "en-SG",
        "USD/SGD=1.30",
        "$388.97",
        "Duties and taxes included, plus shipping",
        {"delivery": 1170},
    ),
    ("ko-KR", "USD/KRW=1400", "₩426,140", "관세 및 세금 포함, 배송비 별도", {"delivery": 12600}),
    (
        "he-IL",
        "USD/ILS=3.40",
        "\u200f1,043.51\xa0\u200f₪",
        "כולל מכס ומסים, לא כולל משלוח",
        {"delivery": 3060},
    ),
    ("zh-Hant-TW", "USD/TWD=31.50", "$9,140.00", "含關稅及稅金，運費另計", {"delivery": 28350}),
    (
        "ar-AE",
        "USD/AED=3.6725",
        "\u200f965.69\xa0د.إ.\u200f",
        "شامل ضريبة القيمة المضافة، غير شامل الشحن",
        {"delivery": 3305},
    ),
    (
        "es-MX",
        "USD/MXN=18.00",
        "$5,386.00",
        "Aranceles e impuestos incluidos, gastos de envío no incluidos",
        {"delivery": 16200},
    ),
]


def buyer_of(who: str | tuple[str, str, str]) -> Buyer:
    if isinstance(who, str):
        return Buyer.of(who)
    country, region, locale = who
    return Buyer(country, region=region, locale=locale)


def shown(found: Quote) -> int:
    return minor_units(str(found.headline.amount), found.currency, "")


@pytest.mark.parametrize(("who", "rate", "text", "label", "outside"), GOLDEN)
def test_the_headline_of_a_market(
    who: str | tuple[str, str, str],
    rate: str | None,
    text: str,
    label: str,
    outside: dict[str, int],
) -> None:
    found = quote(buyer_of(who), rate)
    made = headline(found)
    assert (made.text, made.label) == (text, label)
    assert {p.kind: p.amount.minor for p in made.outside} == outside
    left_out = OUTSIDE[found.lane.buyer.country]
    by_law = sum(c.amount_minor for c in found.charges if c.kind not in left_out)
    assert made.amount.minor == by_law == shown(found)
    parts = (*made.included, *made.outside)
    assert sum(p.amount.minor for p in parts) == found.total_minor
    assert sum(p.amount.minor for p in made.included) == made.amount.minor
    assert made.sentence == f"{isolate(text)} {label}"
    assert bool(outside) == any("not the total" in note for note in made.notes)


def test_at_least_twelve_markets_and_languages() -> None:
    buyers = [buyer_of(who) for who, *_ in GOLDEN]
    assert len({b.country for b in buyers}) >= 20
    assert len({str(b.locale).split("-")[0] for b in buyers}) >= 16


def test_delivery_stands_outside_in_britain_where_some_is_free() -> None:
    found = quote("en-GB", "USD/GBP=0.75")
    made = headline(found, free_delivery=True)
    assert made.amount.minor == found.total_minor - 675
    assert made.label == "Duties and taxes included, plus delivery"
    assert headline(found).amount.minor == found.total_minor


def test_free_delivery_is_not_spoken_of() -> None:
    made = headline(quote("en-GB", "USD/GBP=0.75", goods=bundle(shipping="0 USD")))
    assert made.label == "Duties and taxes included"


def test_delivery_that_is_not_known() -> None:
    goods = bundle(shipping=None)
    british, german = (
        headline(quote(who, rate, goods=goods))
        for who, rate in (("en-GB", "USD/GBP=0.75"), ("de-DE", "USD/EUR=0.86"))
    )
    assert "delivery belongs in the headline, and what it costs is not known" in british.notes
    assert british.label.endswith(", plus delivery")
    assert german.label.endswith(", zzgl. Versand")
    assert not any("delivery" in note for note in german.notes)


def test_what_the_carrier_collects_is_in_the_headline_and_told() -> None:
    found = quote("de-DE", "USD/EUR=0.86", terms="DAP")
    made = headline(found)
    later = sum(c.amount_minor for c in found.charges if c.collected == "delivery")
    assert made.on_delivery.minor == later == 6882
    assert made.label == (
        "inkl. Zoll und Steuern, zzgl. Versand, davon \u206868,82\xa0€\u2069 bei Lieferung fällig"
    )


def test_fees_of_carriers_and_governments() -> None:
    british = headline(quote("en-GB", "USD/GBP=0.75", terms="DAP", registrations=()))
    australian = headline(
        quote("en-AU", "USD/AUD=1.52", goods=bundle("900.00 USD"), registrations=())
    )
    assert "merchant_fees" in {p.kind for p in british.included}
    assert "government_fees" in {p.kind for p in australian.included}


def test_a_handling_fee_is_inside_in_california_and_sales_tax_is_not() -> None:
    rule = rule_of("US-CA", date(2026, 10, 1))
    assert rule.market == "US-CA"
    assert rule.verified
    assert {part: rule.inside(part) for part in PARTS} == {
        "tax": False,
        "duty": True,
        "government_fees": True,
        "merchant_fees": True,
        "delivery": False,
    }
    assert rule_of("US-CA", date(2024, 6, 30)).market == "US"
    assert not rule_of("US-NY", date(2026, 10, 1)).verified


def test_duty_is_in_the_american_headline() -> None:
    request = Request(
        bundle=Bundle(
            [Line("mug", "80.00 USD", hs_code="6912.00", origin="JP", weight_g=400, duty="10%")],
            shipping="20.00 USD",
        ),
        buyer=Buyer("US", region="CA", locale="en-US"),
        seller=Seller.of("JP"),
        as_of="2026-10-01",
    )
    found = LandedCost("JP", tariff_strategy="highest").price(request)
    assert isinstance(found, Quote)
    made = headline(found)
    assert "duty" in {p.kind for p in made.included}
    assert {p.kind for p in made.outside} == {"delivery"}
    assert made.label == "duties included, plus sales tax, plus shipping"


def test_a_business_and_an_unknown_market_are_shown_everything() -> None:
    company = quote(Buyer("DE", locale="de-DE", kind="business"), "USD/EUR=0.86")
    assert "BR" not in rules()
    brazilian = quote("pt-BR", "USD/BRL=5.20", goods=bundle("40.00 USD"))
    for found in (company, brazilian):
        made = headline(found)
        assert made.amount.minor == found.total_minor == shown(found)
        assert made.outside == ()
        assert not made.rule.verified
        assert made.sources == ()
    assert "No rule is known" in headline(brazilian).notes[0]
    assert "protects consumers" in headline(company).notes[0]


def test_rounding_of_the_conversion_stays_out_of_a_price_that_leaves_something_out() -> None:
    for pence in range(2_000, 2_060):
        goods = bundle(f"{pence // 100}.{pence % 100:02} USD", shipping="3.33 USD")
        found = quote("de-DE", "USD/EUR=0.8653", goods=goods)
        made = headline(found)
        kinds = {p.kind for p in made.included}
        assert "rounding" not in kinds
        assert made.amount.minor + sum(p.amount.minor for p in made.outside) == found.total_minor


@pytest.mark.parametrize(
    ("buyer", "covers", "side"),
    [
        ("de-DE", {"duty", "tax"}, "included"),
        ("de-DE", {"shipping"}, "outside"),
        ("en-CA", {"duty", "tax"}, "included"),
        ("en-CA", {"tax"}, "outside"),
    ],
)
def test_anothers_landed_cost_stands_where_what_it_covers_does(
    buyer: str, covers: set[str], side: str
) -> None:
    answer = LandedAnswer("test", frozenset(covers), total=Amount(12_345, "USD"))
    shop = LandedCost(
        "US",
        tariff_strategy="highest",
        providers=Providers(
            rates=fake_rates({"USD": "1.25", "CAD": "1.75"}),
            landed=fake("landed", "fake", lambda ask: answer),
            landed_policy="replace",
        ),
    )
    made = headline(shop.price_for(bundle(), buyer, as_of="2026-10-01"))
    kinds = {p.kind for p in getattr(made, side)}
    assert "adjustment" in kinds


def test_the_code_and_native_digits() -> None:
    found = quote("ar-AE", "USD/AED=3.6725")
    assert "AED" in headline(found, code=True).text
    assert headline(quote("en-AU", "USD/AUD=1.52"), code=True).text == "AUD\xa0419.37"


def test_every_rule_has_a_source_or_says_that_it_has_none() -> None:
    assert len(rules()) >= 14
    for market, dated in rules().items():
        for rule in dated:
            assert rule.market == market
            assert bool(rule.sources) == rule.verified
            assert rule.text.endswith(".")


def test_every_member_has_the_rule_of_the_union() -> None:
    for code in EU:
        assert rule_of(code, date(2026, 10, 1)).market == "EU"
    assert rule_of("ES-CN", date(2026, 10, 1)).market == "EU"
    assert rule_of("GB-NIR", date(2026, 10, 1)).market == "XI"
    assert rule_of("FR-GP", date(2026, 10, 1)).market == "EU"
    assert rule_of("AX", date(2026, 10, 1)).market == "EU"
    assert rule_of("PR", date(2026, 10, 1)).market == "US"


@pytest.mark.parametrize("terms", ["DDP", "DAP"])
def test_every_territory_with_rules_has_a_headline(terms: str) -> None:
    seen, refused = set(), []
    for code in sorted(set(RuleBook().codes) - {"EU"}):
        country, _, region = code.partition("-")
        unit = RuleBook().regime(code).currency
        rate = None if unit == "USD" else f"USD/{unit}=3.17"
        buyer = Buyer(country, region=region or None)
        try:
            found = quote(buyer, rate, terms=terms, registrations=())
        except LandedCostError as error:
            refused.append((code, error.code))
            continue
        made = headline(found)
        parts = (*made.included, *made.outside)
        assert sum(p.amount.minor for p in parts) == found.total_minor
        assert made.amount.minor == shown(found)
        assert made.on_delivery.minor <= found.delivery_minor
        assert made.label
        seen.add(code)
    assert len(seen) > 65
    assert {code for code, _ in refused} == {"AS", "ES-CE", "ES-ML", "MP", "TR"}


def test_the_answer_document_has_it() -> None:
    found = quote("de-DE", "USD/EUR=0.86")
    assert found.as_dict()["headline"] == {
        "amount": "283.82",
        "currency": "EUR",
        "text": "283,82\xa0€",
        "label": "inkl. Zoll und Steuern, zzgl. Versand",
        "outside": [{"kind": "delivery", "amount": "7.74", "currency": "EUR"}],
    }
