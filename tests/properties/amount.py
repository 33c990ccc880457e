"""How much the property tests try. HYPOTHESIS_PROFILE=deep: at least 25,000 steps for each machine; else a few seconds in all."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def machine(examples: int = 25, steps: int = 40) -> settings:
    """For a state machine; the arguments are those of an everyday run."""
    return settings(
        max_examples=520 if DEEP else examples,
        stateful_step_count=50 if DEEP else steps,
        deadline=None,
        suppress_health_check=QUIET,
        print_blob=True,
    )


def plain(examples: int = 60) -> settings:
    """For a property without state."""
    return settings(max_examples=25_000 if DEEP else examples, deadline=None, suppress_health_check=QUIET, print_blob=True)
