"""The flags that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from .inputs import FLAGS, QUICK, Inputs, renamed

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="The day whose rules hold, such as 2026-10-01."),
]
RulesDir = Annotated[
    str | None,
    typer.Option("--rules-dir", metavar="FOLDER", help="Use the rule files of this folder."),
]
Reforms = Annotated[
    list[str] | None,
    typer.Option("--reform", metavar="FILE.toml", help="What if: change rules; may be repeated."),
]
Tariffs = Annotated[
    str | None,
    typer.Option(
        "--tariffs",
        metavar="FILE|none",
        help="The imported tariffs to use; those of the user's data folder if left out.",
    ),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Ask no provider; always so when none is configured.")
]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="KIND=NAME,NAME",
        help="Live sources in order of preference, such as rates=frankfurter,bundled or "
        "tariff:GB=NAME; may be given several times.",
    ),
]
Carrier = Annotated[
    str | None,
    typer.Option("--carrier", metavar="FILE.toml", help="A zone table for shipping not given."),
]
Strategy = Annotated[
    str,
    typer.Option(
        "--strategy",
        metavar="refuse|lowest|median|highest",
        help="What to do with a code that is several national lines with different duties.",
    ),
]
Terms = Annotated[
    str | None,
    typer.Option("--terms", metavar="DDP|DAP|DDP,DAP", help="Who collects; both give two quotes."),
]
Channel = Annotated[str | None, typer.Option("--channel", metavar="post|courier|sea")]
Registrations = Annotated[
    str | None,
    typer.Option(
        "--registrations", metavar="IOSS,GB-VAT", help="Schemes the seller is registered for."
    ),
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="US", help="Where seller and parcel are; US if left out."),
]
To = Annotated[
    str | None, typer.Option("--to", metavar="DE", help="The buyer: DE, CA-ON, GB-NIR or de-DE.")
]
PostalCode = Annotated[
    str | None,
    typer.Option("--postal-code", metavar="35001", help="Names the region where rules go by it."),
]
File = Annotated[
    str | None,
    typer.Argument(metavar="REQUEST.json", help="A request document, - for standard input."),
]
Hs = Annotated[str | None, typer.Option("--hs", metavar="6109.10", help="HS code of the goods.")]
Origin = Annotated[
    str | None, typer.Option("--origin", metavar="VN", help="The country they were made in.")
]
Value = Annotated[
    str | None, typer.Option("--value", metavar="25USD", help="The price of one unit.")
]
Weight = Annotated[
    str | None, typer.Option("--weight", metavar="180g", help="The net weight of one unit.")
]
Quantity = Annotated[str | None, typer.Option("--quantity", metavar="N", help="How many units.")]
Shipping = Annotated[
    str | None, typer.Option("--shipping", metavar="9USD", help="What sending the parcel costs.")
]
Kind = Annotated[str | None, typer.Option("--kind", metavar="consumer|business")]
Shown = Annotated[str | None, typer.Option("--currency", metavar="EUR", help="The currency shown.")]
GoodsClass = Annotated[
    str | None,
    typer.Option("--goods-class", metavar="standard|book|childrens_clothing|food"),
]
Duty = Annotated[
    str | None, typer.Option("--duty", metavar="12%", help="Pins the base duty, as rate text.")
]
TaxRate = Annotated[str | None, typer.Option("--tax-rate", metavar="19%", help="Pins the tax.")]
Preference = Annotated[
    str | None,
    typer.Option("--preference", metavar="NAME", help="The agreement origin is claimed under."),
]
Evidence = Annotated[
    str | None,
    typer.Option("--evidence", metavar="TEXT", help="What proof of the preference is held."),
]
Claims = Annotated[
    str | None,
    typer.Option(
        "--claims", metavar="US:9903.82.03", help="Other reliefs the importer claims, with commas."
    ),
]
Content = Annotated[
    str | None,
    typer.Option(
        "--content", metavar="'steel 60%, copper 5%'", help="The parts of the value by material."
    ),
]
Row = Annotated[
    int | None,
    typer.Option("--row", metavar="N", help="The file holds prices: its row N, from 0, again."),
]
FxMarginFlag = Annotated[
    str | None,
    typer.Option(
        "--fx-margin",
        metavar="1.5%",
        help="The shop's margin on the commercial exchange rate; customs rates have none.",
    ),
]
CatalogFile = Annotated[
    str | None,
    typer.Option("--catalog", metavar="FILE", help="Where the catalogue of the prices is now."),
]


def with_inputs(use: Callable[[Inputs], None]) -> Callable[..., None]:
    """A command that takes a request file or the flags of a quick look."""

    def command(
        file: File = None,
        hs: Hs = None,
        origin: Origin = None,
        value: Value = None,
        weight: Weight = None,
        to: To = None,
        postal_code: PostalCode = None,
        sender: From = None,
        quantity: Quantity = None,
        shipping: Shipping = None,
        channel: Channel = None,
        kind: Kind = None,
        currency: Shown = None,
        registrations: Registrations = None,
        goods_class: GoodsClass = None,
        duty: Duty = None,
        tax_rate: TaxRate = None,
        preference: Preference = None,
        evidence: Evidence = None,
        claims: Claims = None,
        content: Content = None,
        as_of: AsOf = None,
        terms: Terms = None,
        carrier: Carrier = None,
        strategy: Strategy = "refuse",
        tariffs: Tariffs = None,
        rules_dir: RulesDir = None,
        reform: Reforms = None,
        row: Row = None,
        catalog: CatalogFile = None,
        fx_margin: FxMarginFlag = None,
        as_json: AsJson = False,
        sources: Sources = None,
        offline: Offline = False,
    ) -> None:
        inputs = Inputs(
            file=file,
            hs=hs,
            origin=origin,
            value=value,
            weight=weight,
            to=to,
            postal_code=postal_code,
            sender=sender,
            quantity=quantity,
            shipping=shipping,
            channel=channel,
            kind=kind,
            currency=currency,
            registrations=registrations,
            goods_class=goods_class,
            duty=duty,
            tax_rate=tax_rate,
            preference=preference,
            evidence=evidence,
            claims=claims,
            content=content,
            as_of=as_of,
            terms=terms,
            carrier=carrier,
            strategy=strategy,
            tariffs=tariffs,
            rules_dir=rules_dir,
            reforms=tuple(reform or ()),
            row=row,
            catalog=catalog,
            as_json=as_json,
            fx_margin=fx_margin,
            sources=() if offline else tuple(sources or ()),
        )
        with renamed(FLAGS if file is not None else QUICK):
            use(inputs)

    command.__doc__ = use.__doc__
    command.__name__ = use.__name__
    return command
