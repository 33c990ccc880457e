"""50,000 random sequences: none locks the door while fire holds it free, none stops a leaving. Some minutes."""

from __future__ import annotations

import pytest

from tests.fire_runs import run

pytestmark = pytest.mark.long
SEQUENCES, PARTS = 50_000, 20
FIRST = 1_000_000
"""Others than those of tests/properties/test_fire.py."""


@pytest.mark.parametrize("part", range(PARTS))
def test_no_sequence_of_fifty_thousand_locks_in_a_fire_or_stops_an_exit(part: int) -> None:
    """In parts, side by side, since a single test may take five minutes at most."""
    each = SEQUENCES // PARTS
    held = [run(seed).held for seed in range(FIRST + part * each, FIRST + (part + 1) * each)]
    assert sum(held) > each / 4, "fire was hardly ever part of it"
