"""Options for every test: the Hypothesis profiles."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# What was imported on the machine the tests run on is none of their business.
os.environ["LANDEDCOST_TARIFFS"] = "none"

settings.register_profile(
    "full", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fast", settings.get_profile("full"), max_examples=20)
settings.load_profile("full")
