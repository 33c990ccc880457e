"""Wrong tries: no order of tries, waits, right codes and restarts gives one try too many, and all are over in a quarter of an hour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.config import AccessConfig
from edge.domain.records import KeepTries
from edge.domain.tries import TRIES_LAST_S, Tries
from tests.properties.amount import plain

CONFIG = AccessConfig(tries_per_person=3, tries_per_station=5)
WAIT = st.sampled_from([0.0, 1.0, 450.0, TRIES_LAST_S])
DEED = st.tuples(st.sampled_from(["wrong", "right", "restart", "time"]), st.sampled_from("AB"), WAIT)


def written(disk: tuple[str, ...], records: list[KeepTries]) -> tuple[str, ...]:
    return records[-1].numbers if records else disk


@pytest.mark.slow
@plain(200)
@given(st.lists(DEED, max_size=40))
def test_no_order_of_events_gives_a_try_too_many(deeds: list[tuple[str, str, float]]) -> None:
    """`counts`: what an exact book would say; a restart makes the tries that count as new as itself."""
    disk: tuple[str, ...] = ()
    tries, now = Tries(CONFIG), 0.0
    counts: list[tuple[float, str]] = []
    for deed, who, waited in deeds:
        now += waited
        disk = written(disk, tries.tick(now))
        counts = [each for each in counts if now < each[0] + TRIES_LAST_S]
        if deed == "restart":
            tries, counts = Tries(CONFIG, disk), [(now, number) for _, number in counts]
            disk = written(disk, tries.tick(now))
        full = len(counts) >= CONFIG.tries_per_station or sum(number == who for _, number in counts) >= CONFIG.tries_per_person
        assert tries.too_many(who, now) is full
        if deed in ("wrong", "right") and not full:
            tries.add(who, now)
            counts = [*counts, (now, who)] if deed == "wrong" else [each for each in counts if each[1] != who]
            if deed == "right":
                tries.forgive(who)
            disk = written(disk, tries.unsaved())
        assert disk == tuple(number for _, number in counts)
        assert tries.deadline() > now


@plain(60)
@given(st.lists(st.sampled_from("ABC"), max_size=8), st.floats(0, 1e6))
def test_a_quarter_of_an_hour_after_a_start_all_are_over(stored: list[str], now: float) -> None:
    tries = Tries(CONFIG, stored)
    assert tries.tick(now) == []
    assert tries.tick(now + TRIES_LAST_S) == ([KeepTries(())] if stored else [])
    assert not any(tries.too_many(who, now + TRIES_LAST_S) for who in "ABC")
