"""One parcel to many markets, with pinned duty and rates."""

from __future__ import annotations

from landedcost import Bundle, Buyer, LandedCost, Line, Quote, Request, Seller

REGISTRATIONS = ("IOSS", "GB-VAT", "NO-VOEC", "AU-GST", "NZ-GST", "SG-OVR")
SHOP = LandedCost("US", tariff_strategy="highest")


def bundle(price: str = "250.00 USD", *, shipping: str | None = "9.00 USD") -> Bundle:
    line = Line("tee", price, hs_code="6109.10", origin="VN", weight_g=180, duty="10%")
    return Bundle([line], shipping=shipping)


def quote(
    buyer: Buyer | str,
    rate: str | None,
    *,
    goods: Bundle | None = None,
    terms: str = "DDP",
    as_of: str = "2026-10-01",
    registrations: tuple[str, ...] = REGISTRATIONS,
    channel: str = "post",
) -> Quote:
    """A price on pinned rates, from dollars to the buyer's currency; None for dollars."""
    found = Buyer.of(buyer)
    request = Request(
        bundle=goods or bundle(),
        buyer=found,
        seller=Seller.of("US", registrations),
        as_of=as_of,
        terms=terms,
        channel=channel,
        rates=rates(rate),
        customs_rates=rates(rate),
    )
    answer = SHOP.price(request)
    assert isinstance(answer, Quote)
    return answer


def rates(rate: str | None) -> dict[str, str] | None:
    if rate is None:
        return None
    pair, value = rate.split("=")
    return {pair: value}
