"""Recorded answers of the UK tariff service (version 2), one commodity each.

The day an answer is about is in the file's name (``…_asof_2025-07-14.json``) or given. Answers
of ``/uk`` are kept for Great Britain, those of ``/xi`` for the Union, whose measures they are.
"""

from __future__ import annotations

import json
import re
from datetime import date

from ...dates import day as as_day
from ...errors import RequestError, RuleFileError
from ..editions import Answer, Publication, Skipped
from ..uk.document import decode, nested, trimmed
from ..uk.kinds import ADDITIONAL, OPTIONS
from ..uk.measures import read_answer
from .files import bad_file
from .options import Options

TARIFFS = {"uk": "GB", "xi": "EU"}
_TITLES = {
    "GB": "UK Trade Tariff, Great Britain",
    "EU": "UK Trade Tariff, Northern Ireland (measures of the Union)",
}
_URLS = {
    "GB": "https://www.trade-tariff.service.gov.uk/commodities/",
    "EU": "https://www.trade-tariff.service.gov.uk/xi/commodities/",
}
_DAY = re.compile(r"as_?of[_=-](\d{4}-\d{2}-\d{2})")


def read(file: str, text: str, digest: str, options: Options) -> Answer | Skipped:
    """An answer for keeping; a sound document without measures is skipped.

    Raises RuleFileError (``bad_file``) and RequestError (``unknown_edition``) where neither the
    file's name nor the caller says which day it is about.
    """
    try:
        document = decode(text, file)
        if not isinstance(document, dict) or "data" not in document:
            raise bad_file(file, "not an answer of the UK tariff service")
        data = document["data"]
        related = data.get("relationships") if isinstance(data, dict) else None
        if not isinstance(related, dict) or "import_measures" not in related:
            return Skipped(file, "no measures: not about a code that can be declared")
        kept = trimmed(nested(document, file))
        commodity = read_answer(kept, file)
    except RuleFileError as error:
        raise bad_file(file, error.message) from None
    tariff = TARIFFS.get(commodity.source)
    if tariff is None:
        raise bad_file(file, f"of an unknown tariff: {commodity.source[:20]!r}")
    texts = tuple(
        (measure.type, measure.text)
        for measure in commodity.measures
        if measure.text and (measure.type in OPTIONS or measure.type in ADDITIONAL or measure.vat)
    )
    return Answer(
        tariff,
        commodity.code,
        _day(file, options),
        commodity.description,
        json.dumps(kept, separators=(",", ":"), sort_keys=True),
        Publication(_TITLES[tariff], _URLS[tariff] + commodity.code, options.read),
        texts,
        file,
        digest,
    )


def _day(file: str, options: Options) -> date:
    if options.effective is not None:
        return options.effective
    found = _DAY.search(file)
    if found is None:
        raise RequestError(
            "for which day was the answer given?",
            code="unknown_edition",
            where=file,
            hint="give --effective, or a file name that ends in _asof_2025-07-14.json",
        )
    return as_day(found[1], file)
