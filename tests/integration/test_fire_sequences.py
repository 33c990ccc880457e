"""50,000 random sequences: none locks the door while fire holds it free, none stops a leaving. Some minutes, on all cores."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.fire_runs import run

SEQUENCES, PARTS, BLOCK = 50_000, 10, 250
FIRST = 1_000_000
"""Others than those of tests/properties/test_fire.py."""


def block(first: int) -> tuple[int, int]:
    """(sequences, those in which fire held the door free at the end)."""
    held = [run(seed).held for seed in range(first, first + BLOCK)]
    return len(held), sum(held)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_sequence_of_fifty_thousand_locks_in_a_fire_or_stops_an_exit(part: int) -> None:
    """In parts, since a single test may take five minutes at most."""
    each = SEQUENCES // PARTS
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        done = list(pool.map(block, range(FIRST + part * each, FIRST + (part + 1) * each, BLOCK)))
    assert sum(count for count, _ in done) == each
    assert sum(held for _, held in done) > each / 4, "fire was hardly ever part of it"
