"""``landedcost reprice``: a whole catalogue, every market."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from ..client import today
from ..errors import RequestError
from .inputs import local_tariffs, renamed, split_list
from .options import (
    AsJson,
    AsOf,
    Carrier,
    Channel,
    From,
    FxMarginFlag,
    Offline,
    Reforms,
    Registrations,
    RulesDir,
    Strategy,
    Tariffs,
)
from .output import bulk, counted, show_json
from .repriced import document, moved_since, show_moves, show_outcome, write_errors

_FLAGS = {
    "tariff_strategy": "--strategy",
    "markets": "--markets",
    "buyer": "--markets",
    "seller.registrations": "--registrations",
    "seller": "--from",
    "ship_from": "--from",
    "channel": "--channel",
    "terms": "--terms",
    "as_of": "--as-of",
    "rates": "--rate",
    "customs_rates": "--customs-rate",
}

Rates = Annotated[
    list[str] | None,
    typer.Option("--rate", metavar="USD/EUR=0.86", help="Pins an exchange rate; may be repeated."),
]
CustomsRates = Annotated[
    list[str] | None,
    typer.Option("--customs-rate", metavar="USD/EUR=0.86", help="The same for customs values."),
]


def reprice(
    catalog: Annotated[
        str, typer.Argument(metavar="CATALOG", help="A .csv, .parquet or .toml file.")
    ],
    markets: Annotated[
        str, typer.Option("--markets", metavar="DE,US,CA-ON", help="Markets: DE, CA-ON or de-DE.")
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where the prices go.")
    ] = "prices.parquet",
    as_of: AsOf = None,
    sender: From = None,
    registrations: Registrations = None,
    terms: Annotated[str, typer.Option("--terms", metavar="DDP|DAP")] = "DDP",
    channel: Channel = None,
    carrier: Carrier = None,
    strategy: Strategy = "refuse",
    tariffs: Tariffs = None,
    rules_dir: RulesDir = None,
    reform: Reforms = None,
    rate: Rates = None,
    customs_rate: CustomsRates = None,
    fx_margin: FxMarginFlag = None,
    changed_since: Annotated[
        str | None,
        typer.Option(
            "--changed-since",
            metavar="FILE",
            help="Earlier prices: only what a changed fact touches is priced again.",
        ),
    ] = None,
    diff: Annotated[
        str | None,
        typer.Option("--diff", metavar="FILE", help="Earlier prices: print what moved and why."),
    ] = None,
    errors: Annotated[
        str | None,
        typer.Option("--errors", metavar="FILE.csv", help="Write every row without a price here."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", metavar="N", min=1, max=256, help="Threads; one a core if left out."
        ),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option("--batch", metavar="N", min=1, help="Baskets at once; more take more memory."),
    ] = None,
    as_json: AsJson = False,
    offline: Offline = False,
) -> None:
    """Price a whole catalogue on every market into a Parquet file.

    A row that cannot be priced has its error in the file; the others are priced. A run that was
    cut off goes on where it was when the same command is given again.
    """
    with bulk():
        from ..bulk.catalog import BATCH
        from ..bulk.earlier import Earlier
        from ..bulk.job import Job
        from ..bulk.reprice import reprice as run
        from ..bulk.summary import bad_rows

    imported = local_tariffs(tariffs)
    job = Job(
        catalog=catalog,
        markets=tuple(dict.fromkeys(split_list(markets))),
        as_of=as_of or today().isoformat(),
        sender=sender or "US",
        registrations=tuple(split_list(registrations)),
        terms=terms,
        channel=channel or "post",
        strategy=strategy,
        carrier=carrier or "",
        rules=rules_dir or "",
        tariffs=str(imported.path) if imported is not None else "",
        reforms=tuple(reform or ()),
        rates=_pairs(rate, "--rate"),
        customs_rates=_pairs(customs_rate, "--customs-rate"),
        fx_margin=fx_margin or "",
    )
    target = Path(output)
    if target.suffix.lower() != ".parquet":
        raise RequestError(
            f"prices are written as Parquet: {output!r}",
            code="bad_output",
            where="--output",
            hint="give a file that ends in .parquet",
        )
    earlier = Earlier(Path(changed_since)) if changed_since is not None else None
    old = Earlier(Path(diff)) if diff is not None else None
    with renamed(_FLAGS), counted() as told:
        outcome = run(job, target, earlier=earlier, jobs=jobs, size=batch or BATCH, progress=told)
    if errors is not None:
        write_errors(Path(errors), outcome, bad_rows(target))
    moved = moved_since(old, target) if old is not None else None
    if as_json:
        show_json(document(outcome, moved))
        return
    show_outcome(outcome, earlier is not None)
    if moved is not None:
        show_moves(*moved)


def _pairs(given: Iterable[str] | None, flag: str) -> dict[str, str]:
    found = {}
    for text in given or ():
        pair, equals, value = text.partition("=")
        if not equals:
            raise RequestError(
                f"not a rate: {text[:40]!r}", code="bad_pair", where=flag, hint="USD/EUR=0.86"
            )
        found[pair.strip()] = value.strip()
    return found
