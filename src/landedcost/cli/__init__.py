"""The command line: ``landedcost price``, ``explain``, ``compare``, ``rules`` and more.

Only this package imports typer and rich, and only when a command is run.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

INTERRUPTED = 130
_EXTRA = ("rich", "typer")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 when it was answered.

    2 the request is wrong, 3 refused by the rules, 4 a provider failed, 130 interrupted, 141
    the reader of the output went away.
    """
    try:
        from .app import run
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        sys.stderr.write(
            f"error: the command line needs {error.name} (pip install 'landedcost[cli]')\n"
        )
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return run(sys.argv[1:] if argv is None else list(argv))
