"""What the caller says of the files, where a file does not say it itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Options:
    """``read`` is the day the files were fetched; ``edition`` and ``effective`` name one file."""

    read: date
    edition: str | None = None
    effective: date | None = None
