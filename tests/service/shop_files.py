"""The files of a shop with a service: a catalogue, settings, keys of callers and keys that sign."""

from __future__ import annotations

from pathlib import Path

from secret_words import watch
from service_stage import signing

from landedcost.service.access import add_key

CATALOG = """
[shop]
country = "US"
registrations = ["IOSS"]
shipping = "9.00 USD"
markets = ["DE", "en-GB", "ja-JP"]
tariff_strategy = "highest"

[items.tee]
price = "25.00 USD"
cost = "9.00 USD"
hs_code = "6109.10"
origin = "VN"
weight_g = 180
stock = 60

[items.mug]
price = "14.00 USD"
cost = "5.00 USD"
hs_code = "6912.00"
origin = "CN"
weight_g = 350
stock = 45

[bundles.pair]
items = { tee = 1, mug = 1 }
"""
SETTINGS = """
[server]
api_keys = "api-keys.toml"
port = {port}

[quotes]
shop = "nova"
signing_keys = "signing.toml"
hold = "10m"

[state]
inventory = true

[drop]
{drop}
"""


class Files:
    """The files in a folder, and the key of a caller who may do all."""

    def __init__(self, folder: Path, port: int = 8080, drop: str = 'hold = "10m"') -> None:
        self.folder = folder
        self.catalog, self.config = folder / "catalog.toml", folder / "service.toml"
        self.catalog.write_text(CATALOG, encoding="utf-8")
        self.config.write_text(SETTINGS.format(port=port, drop=drop), encoding="utf-8")
        signing().save(folder / "signing.toml")
        scopes = ["price", "quotes", "facts", "stream", "hooks"]
        self.token = watch(add_key(folder / "api-keys.toml", "till", scopes))

    @property
    def header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}
