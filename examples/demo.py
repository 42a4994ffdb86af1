"""Price a three-item drop for seventeen locales, offline, and explain one of them.

Run it with ``./scripts/demo``, or ``python examples/demo.py`` once the package is installed.
"""

from __future__ import annotations

import argparse
from importlib import resources

from rich import box
from rich.console import Console
from rich.table import Table

from landedcost import Bundle, LandedCost, LandedCostError, Line, Quote, ZoneTable

LOCALES = [
    "de-DE",
    "fr-FR",
    "it-IT",
    "es-ES",
    "nl-NL",
    "pl-PL",
    "sv-SE",
    "en-GB",
    "en-IE",
    "de-CH",
    "nb-NO",
    "en-CA",
    "en-AU",
    "en-NZ",
    "ja-JP",
    "en-SG",
    "en-US",
]


def drop() -> Bundle:
    """A tee, a mug and an art print, as a creator would bundle them."""
    return Bundle(
        [
            Line(
                "tee",
                "28.00 USD",
                quantity=2,
                hs_code="6109.10.00",
                origin="VN",
                weight_g=180,
            ),
            Line("plush", "24.00 USD", hs_code="9503.00.41", origin="CN", weight_g=250),
            Line("print", "18.00 USD", hs_code="4911.99", origin="US", weight_g=90),
        ],
        discount="7.00 USD",
    )


def shop() -> LandedCost:
    """A shop in California that ships by its own zone table and has registered abroad."""
    table = resources.files("landedcost.shipping").joinpath("data", "demo_zones.toml")
    with resources.as_file(table) as path:
        carrier = ZoneTable.load(path)
    return LandedCost(
        "US",
        registrations=["IOSS", "GB-VAT", "NO-VOEC", "AU-GST", "NZ-GST", "SG-OVR"],
        carrier=carrier,
        tariff_strategy="highest",
    )


# Which column of the table a kind of charge belongs to: few enough for 80 columns.
COLUMNS = {
    "goods": "goods,\nshipping",
    "discount": "goods,\nshipping",
    "shipping": "goods,\nshipping",
    "rounding": "goods,\nshipping",
    "duty": "duty",
    "tax": "tax,\nfees",
    "fee": "tax,\nfees",
}


def row(locale: str, quote: Quote) -> list[str]:
    """One line of the table, amounts as the buyer's locale writes them."""
    sums = dict.fromkeys(COLUMNS.values(), 0)
    for charge in quote.charges:
        sums[COLUMNS[charge.kind]] += charge.amount_minor
    shown = [quote.format(v) for v in sums.values()]
    return [locale, quote.text, *shown, str(quote.customs["scheme"] or ""), quote.certainty]


def main() -> int:
    """Print the table and one explanation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--as-of", help="the day to price for, such as 2026-10-01; today if left out"
    )
    parser.add_argument("--explain", default="de-DE", help="the locale to explain")
    options = parser.parse_args()
    console = Console()
    store, bundle = shop(), drop()
    table = Table(
        title="A tee twice, a plush toy and a print, sent from the US, all in",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    amounts = ("total", *dict.fromkeys(COLUMNS.values()))
    for name in ("locale", *amounts, "scheme", "certainty"):
        amount = name in amounts
        table.add_column(name, justify="right" if amount else "left", no_wrap=True)
    refused = []
    for locale in LOCALES:
        try:
            table.add_row(*row(locale, store.price_for(bundle, locale, as_of=options.as_of)))
        except LandedCostError as error:
            refused.append(f"{locale}: {error}")
    console.print(table)
    for line in refused:
        console.print(line, markup=False, style="red")
    quote = store.price_for(bundle, options.explain, as_of=options.as_of)
    console.print(f"\nWhy {options.explain} pays {quote.text}:\n")
    console.print(str(quote.explain()), markup=False, highlight=False, soft_wrap=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
