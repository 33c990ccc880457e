"""Tries are counted in a sliding time, and nothing is forgotten early."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cloud.domain.tries import Tries

QUARTER = 900_000


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 400_000)), max_size=60))
def test_no_name_tries_more_often_than_allowed_in_any_quarter_of_an_hour(asked: list[tuple[str, int]]) -> None:
    tries, now, done = Tries(5, QUARTER), 0, list[tuple[str, int]]()
    for name, waited in asked:
        now += waited
        wait = tries.wait_ms(name, now)
        lately = [at for who, at in done if who == name and at > now - QUARTER]
        assert (wait > 0) == (len(lately) >= 5)
        if wait:
            assert wait == lately[-5] + QUARTER - now
        else:
            tries.add(name, now)
            done.append((name, now))


def test_with_too_many_names_new_ones_wait_and_old_ones_are_kept() -> None:
    tries = Tries(1, QUARTER, most_names=10)
    for number in range(10):
        assert tries.wait_ms(str(number), 0) == 0
        tries.add(str(number), 0)
    assert tries.wait_ms("new", 1) == QUARTER
    assert tries.wait_ms("3", 1) > 0
    assert tries.wait_ms("new", QUARTER) == 0


def test_a_right_one_clears_its_name() -> None:
    tries = Tries(2, QUARTER)
    for _ in range(2):
        tries.add("a", 0)
    tries.take_back("a")
    assert tries.wait_ms("a", 0) == 0
    tries.add("a", 0)
    tries.clear("a")
    assert tries.wait_ms("a", 0) == 0
    tries.take_back("nobody")
