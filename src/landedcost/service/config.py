"""``service.toml``: what a service is told, with a closed set of keys, and secrets kept hidden."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..catalog import fields
from ..errors import RequestError
from ..ports.flow import Secret
from ..pricing.read import flag, span
from .desk import Limits
from .till import Terms

KEYS = ("server", "shop", "sources", "quotes", "state", "hooks", "policy", "drop")
SERVER = ("host", "port", "workers", "api_keys", "deadline_ms", "markets", "max_body")
QUOTES = ("shop", "signing_keys", "hold", "longest", "overnight")
STATE = ("database", "inventory", "redis")
DROP = ("bundles", "markets", "hold", "state", "open")
SOURCES = (
    *("rates", "tariff", "carrier", "landed", "settings", "landed_policy", "choice"),
    *("agreement", "packaging_g", "timeout_ms", "attempts"),
)
DATABASE = "LANDEDCOST_DATABASE"
REDIS = "LANDEDCOST_REDIS"
API_KEYS = "LANDEDCOST_API_KEYS"
HOOK_SECRETS = "LANDEDCOST_{}_SECRET"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Settings:
    """What a service is told. ``folder`` is where the files it names are.

    ``shop``, ``sources``, ``hooks`` and ``policy`` are their tables, read where they are used.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    api_keys: Path | None = None
    api_keys_text: Secret | None = None
    limits: Limits = field(default_factory=Limits)
    shop: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Any] = field(default_factory=dict, repr=False)
    quotes_shop: str = ""
    signing_keys: Path | None = None
    terms: Terms = field(default_factory=Terms)
    database: Secret = field(default_factory=lambda: Secret("service.db"))
    inventory: bool = False
    redis: Secret | None = None
    hooks: Mapping[str, Any] = field(default_factory=dict, repr=False)
    policy: Mapping[str, Any] = field(default_factory=dict)
    drop: Mapping[str, Any] | None = None

    def path(self, name: str) -> Path:
        """A file that the settings name."""
        return self.folder.joinpath(name)


def load(file: str | os.PathLike[str] | None, env: Mapping[str, str]) -> Settings:
    """The settings of a file, or the usual ones; ``env`` are the variables with secrets.

    Raises RequestError that names the file and the key: ``no_file``, ``bad_toml``,
    ``unknown_key``, ``open_key_file`` for a file with a secret that others may read.
    """
    if file is None:
        return of({}, Path(), env)
    place = Path(file)
    try:
        text = place.read_text("utf-8")
        mode = place.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(
            f"cannot read the settings: {getattr(error, 'strerror', None) or 'not UTF-8'}",
            code="no_file",
            where=str(place),
            hint="give the path of a TOML file",
        ) from None
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise RequestError(
            f"not valid TOML: {error}", code="bad_toml", where=place.name, hint="is it whole?"
        ) from None
    if os.name == "posix" and mode & _OTHERS and _has_secret(table):
        raise RequestError(
            f"others may read this file, and it has a secret (mode {stat.S_IMODE(mode):o})",
            code="open_key_file",
            where=place.name,
            hint=f"chmod 600 {place.name}, or give the secret in an environment variable",
        )
    try:
        return of(table, place.parent, env)
    except RequestError as error:
        error.where = f"{place.name}: {error.where}" if error.where else place.name
        raise


def of(table: Any, folder: Path, env: Mapping[str, str]) -> Settings:
    """The settings of tables as a file has them. Raises RequestError with the key."""
    given = fields.table(table, "", KEYS)
    server = fields.table(given.get("server", {}), "server", SERVER)
    quotes = fields.table(given.get("quotes", {}), "quotes", QUOTES)
    state = fields.table(given.get("state", {}), "state", STATE)
    sources = fields.table(given.get("sources", {}), "sources", SOURCES)
    drop = given.get("drop")
    if drop is not None:
        fields.table(drop, "drop", DROP)
    usual = Limits()

    def number(name: str, default: int, most: int) -> int:
        return whole(server.get(name, default), f"server.{name}", most)

    def optional(section: Mapping[str, Any], name: str, where: str) -> str | None:
        return fields.text(section[name], f"{where}.{name}") if name in section else None

    keys = optional(server, "api_keys", "server")
    signing = optional(quotes, "signing_keys", "quotes")
    database = env.get(DATABASE) or optional(state, "database", "state") or "service.db"
    if "://" not in database:
        database = str(folder.joinpath(database))
    redis = env.get(REDIS) or optional(state, "redis", "state")
    return Settings(
        folder,
        host=optional(server, "host", "server") or "127.0.0.1",
        port=number("port", 8080, 65_535),
        workers=number("workers", 1, 256),
        api_keys=folder.joinpath(keys) if keys is not None else None,
        api_keys_text=Secret(env[API_KEYS]) if env.get(API_KEYS) else None,
        limits=Limits(
            number("deadline_ms", usual.deadline_ms, 600_000),
            number("markets", usual.markets, 1_000),
            number("max_body", usual.body, 100_000_000),
        ),
        shop=fields.table(given.get("shop", {}), "shop"),
        sources=sources,
        quotes_shop=quotes.get("shop", "") and fields.text(quotes["shop"], "quotes.shop"),
        signing_keys=folder.joinpath(signing) if signing is not None else None,
        terms=_terms(quotes),
        database=Secret(database),
        inventory=flag(state.get("inventory", False), "state.inventory"),
        redis=Secret(redis) if redis else None,
        hooks=_hooks(given.get("hooks", {}), env),
        policy=fields.table(given.get("policy", {}), "policy"),
        drop=drop,
    )


def _terms(quotes: Mapping[str, Any]) -> Terms:
    usual = Terms()
    hold = span(quotes["hold"], "quotes.hold") if "hold" in quotes else usual.usual
    most = span(quotes["longest"], "quotes.longest") if "longest" in quotes else usual.most
    if hold > most:
        raise RequestError(
            "the usual hold is above the longest",
            code="bad_duration",
            where="quotes.hold",
            hint="raise `longest`",
        )
    return Terms(hold, most, flag(quotes.get("overnight", False), "quotes.overnight"))


def whole(value: Any, where: str, most: int) -> int:
    """A whole number from 1 to ``most``. Raises RequestError."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise fields.wrong_type(f"a whole number from 1 to {most:,}", value, where)
    return value


HOOKS: Mapping[str, tuple[str, ...]] = {
    "saleor": ("jwks", "secret"),
    "shopify": ("secret", "name", "code", "backup"),
    "woocommerce": ("secret",),
}


def _hooks(value: Any, env: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The tables of the platforms, with the secrets of the environment put in."""
    found: dict[str, dict[str, Any]] = {}
    for name, one in fields.table(value, "hooks", tuple(HOOKS)).items():
        found[name] = dict(fields.table(one, f"hooks.{name}", HOOKS[name]))
    for name in HOOKS:
        secret = env.get(HOOK_SECRETS.format(name.upper()))
        if secret:
            found.setdefault(name, {})["secret"] = secret
    for name, one in found.items():
        secret = one.pop("secret", None)
        several = [secret] if isinstance(secret, str) else list(secret or ())
        one["secrets"] = tuple(
            Secret(fields.text(text, f"hooks.{name}.secret")) for text in several
        )
        if not one["secrets"] and "jwks" not in one:
            raise RequestError(
                f"{name} signs what it sends, and no secret was given",
                code="missing_secret",
                where=f"hooks.{name}.secret",
                hint=f"set {HOOK_SECRETS.format(name.upper())}",
            )
    return found


def _has_secret(table: Any) -> bool:
    """Whether a table has a key named for a secret, or an address with a password in it."""
    if isinstance(table, Mapping):
        return any(
            _has_secret(value)
            or (isinstance(value, str) and any(word in name.lower() for word in _WORDS))
            for name, value in table.items()
            if name not in _NOT_SECRET
        )
    if isinstance(table, list):
        return any(_has_secret(one) for one in table)
    return isinstance(table, str) and "://" in table and "@" in table.partition("://")[2]


_WORDS = ("secret", "password", "token", "key")
_NOT_SECRET = ("api_keys", "signing_keys")
