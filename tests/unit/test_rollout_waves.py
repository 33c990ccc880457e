"""Waves: how they are written, and that the first few stations differ as much as they can."""

from __future__ import annotations

from collections import Counter

import pytest

from cloud.domain.waves import Candidate, checked, spread, waves
from cloud.errors import RolloutRefused

CITY = [Candidate(f"st-{n}", ("basic", "standard", "enhanced")[n % 3], ("north", "south", "east", "west")[n % 4]) for n in range(200)]


def test_shares_and_numbers_count_those_before_in() -> None:
    found = waves(["1", "5%", "25%", "100%"], CITY, "r-2")
    assert [len(wave.stations) for wave in found] == [1, 9, 40, 150]
    assert sorted(name for wave in found for name in wave.stations) == sorted(one.station for one in CITY)


def test_a_small_share_of_few_stations_is_never_nobody() -> None:
    assert [(wave.label, len(wave.stations)) for wave in waves(["5%", "25%", "100%"], CITY[:4], "x")] == [("5%", 1), ("100%", 3)]


def test_canaries_are_of_different_grades_and_districts_and_the_same_each_time() -> None:
    first = spread(CITY, "r-2")[:12]
    assert len({one.grade for one in first[:3]}) == 3 and len({one.district for one in first[:4]}) == 4
    assert Counter(one.grade for one in first) == {"basic": 4, "standard": 4, "enhanced": 4}
    assert first == spread(reversed(CITY), "r-2")[:12] != spread(CITY, "r-3")[:12]


def test_canaries_are_taken_from_those_that_answer() -> None:
    away = [Candidate(one.station, one.grade, one.district, online=number > 180) for number, one in enumerate(CITY)]
    assert all(one.online for one in spread(away, "r-2")[:19])


def test_stations_and_districts_may_be_named() -> None:
    found = waves(["st-7+st-8", "district=north", "100%"], CITY, "x")
    assert (set(found[0].stations), found[0].named, len(found[1].stations)) == ({"st-7", "st-8"}, True, 49)


@pytest.mark.parametrize("labels", [[], ["0"], ["0%"], ["101%"], ["5%", "5%"], ["a b"], ["-1"], ["1"] * 21, ["100%", "5%"]])
def test_what_can_not_be_read_is_refused(labels: list[str]) -> None:
    with pytest.raises(RolloutRefused):
        checked(labels)


def test_everybody_is_in_a_wave() -> None:
    with pytest.raises(RolloutRefused, match="198 of 200 stations are in no wave"):
        waves(["2"], CITY, "x")
