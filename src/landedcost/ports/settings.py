"""The base of every provider's settings: frozen, closed, read from the environment or given."""

from __future__ import annotations

from pydantic_settings import BaseSettings, SettingsConfigDict


class ProviderSettings(BaseSettings):
    """Settings and nothing else: no client, no cache, no tracer.

    A subclass names its prefix, ``model_config = SettingsConfigDict(env_prefix="ACME_")``, and
    types every secret ``SecretStr``. A field can then be given in Python or as an environment
    variable; nobody else reads the environment.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        validate_default=True,
    )
