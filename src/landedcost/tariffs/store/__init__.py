"""Where imported tariffs are kept: one SQLite file. Only this folder opens a database."""

from .reading import KeptAnswer, KeptEdition, KeptRate, Store
from .writing import keep

__all__ = ["KeptAnswer", "KeptEdition", "KeptRate", "Store", "keep"]
