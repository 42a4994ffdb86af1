"""Options for every test: the Hypothesis profiles, and a look for secrets in every log line."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from secret_words import Leaks

# What was imported on the machine the tests run on is none of their business.
os.environ["LANDEDCOST_TARIFFS"] = "none"

settings.register_profile(
    "full", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fast", settings.get_profile("full"), max_examples=20)
settings.load_profile("full")


@pytest.fixture(scope="session")
def every_log_line() -> Iterator[Leaks]:
    """All that any logger says from DEBUG on, until the run ends."""
    root, leaks = logging.getLogger(), Leaks()
    before = root.level
    root.addHandler(leaks)
    root.setLevel(logging.DEBUG)
    yield leaks
    root.removeHandler(leaks)
    root.setLevel(before)


@pytest.fixture(autouse=True)
def no_secret_is_logged(every_log_line: Leaks) -> Iterator[None]:
    """The test during which a secret is logged fails."""
    yield
    found, every_log_line.found = every_log_line.found, []
    assert not found, f"a secret was logged: {found}"
