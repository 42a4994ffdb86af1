"""``python -m landedcost`` is the command ``landedcost``."""

from .cli import main

raise SystemExit(main())
