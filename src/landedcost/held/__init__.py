"""Prices that hold: signed and expiring quotes, and records from which they can be recomputed.

``hold`` signs a quote, ``verify`` honours or refuses it, ``accept`` does that at checkout and
prices again what has expired. ``pin`` records all that a price was made of, ``replay``
recomputes it from that alone.
"""

from .accept import Accepted, Moved, accept, asked_again, moved
from .claims import Scope
from .key import Key
from .keys import Keys
from .quote import HeldQuote, hold, verify
from .record import Record, pin
from .replay import Difference, Replayed, replay

__all__ = [
    "Accepted",
    "Difference",
    "HeldQuote",
    "Key",
    "Keys",
    "Moved",
    "Record",
    "Replayed",
    "Scope",
    "accept",
    "asked_again",
    "hold",
    "moved",
    "pin",
    "replay",
    "verify",
]
