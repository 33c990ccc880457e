"""A configuration that is valid and makes doors refuse people, released to 200 simulated stations: the first wave has it, and gives it back.

The cloud is the real one (ledger, documents, engine, judging); stations are a cheap model in simulated time: they take what is retained,
try it for 120 s, and somebody stands at each door once a minute or so. Nothing waits: a second of theirs is a few ms of ours.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cloud.domain.rollout import Options, Rollout
from cloud.domain.rollout_acts import Act
from cloud.domain.seats import SeatState
from tests.cloud_parts import bench
from tests.rollout_parts import DISTRICTS, GRADES, Door, DoorTown, upload

STATIONS = 200
SHUT: dict[str, Any] = {"access": {"hours": [{"days": [7], "from_hour": 3, "to_hour": 4}]}}
"""Valid, and closed at any other hour: a slip of the finger."""
LONGER: dict[str, Any] = {"door": {"unlock_s": 8}}
YESTERDAY = 24 * 3600


@dataclass(frozen=True)
class Measured:
    """Simulated s after the release, but `touched` and `refused`."""

    touched: int
    first_trial: int
    first_refused: int
    verdict: int
    all_back: int
    refused: int

    def __str__(self) -> str:
        return (
            f"{self.touched} of {STATIONS} stations touched; first trial after {self.first_trial} s, first person refused by it after {self.first_refused} s, "
            f"verdict after {self.verdict} s, the old one in force everywhere after {self.all_back} s; {self.refused} people refused by it"
        )


def town_of(folder: Path) -> DoorTown:
    """With a yesterday, so that there is something to compare with."""
    doors = {f"st-{n}": Door(f"st-{n}", DISTRICTS[n % 4], n) for n in range(1, STATIONS + 1)}
    town = DoorTown(bench(folder), doors)
    town.begin()
    dice = random.Random(7)
    for door in doors.values():
        town.bench.take(*(door.visit(dice.randrange(0, 300) - YESTERDAY) for _ in range(5)))
    return town


def released(town: DoorTown, options: Options, changes: dict[str, Any]) -> str:
    rollouts = town.bench.cloud.rollouts.rollouts
    made = rollouts.draft("lin.mei", "hours", "new opening hours", "r-2", options)
    names = list(town.doors)
    for at in range(0, STATIONS, 50):
        rollouts.put(made.id, [upload(name, grade=GRADES[n % 3], **changes) for n, name in enumerate(names[at : at + 50])])
    rollouts.act(made.id, Act.START, "lin.mei", "new opening hours", False)
    return made.id


def until_back(town: DoorTown, number: str, most_s: int) -> Measured:
    """Let it run and look at every second."""
    first_trial = first_refused = verdict = 0
    for second in range(1, most_s + 1):
        town.run(1)
        held = rollout(town, number)
        first_trial = first_trial or second * any(door.trial_s is not None for door in town.doors.values())
        first_refused = first_refused or second * any(door.refused for door in town.doors.values())
        verdict = verdict or second * (held.state == "taken_back")
        if verdict and all(door.in_force is None for door in town.doors.values()):
            touched = sum(bool(door.heard) for door in town.doors.values())
            return Measured(touched, first_trial, first_refused, verdict, second, sum(door.refused for door in town.doors.values()))
    raise AssertionError(f"not back after {most_s} s: {rollout(town, number).lines}")


def rollout(town: DoorTown, number: str) -> Rollout:
    return town.bench.cloud.rollouts.rollouts.one(number)[0]


@pytest.mark.parametrize(("waves", "size"), [(("5%", "25%", "100%"), 10), (("1", "5%", "25%", "100%"), 1)])
def test_a_bad_one_stops_at_the_first_wave_and_goes_back_by_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], waves: tuple[str, ...], size: int
) -> None:
    town = town_of(tmp_path)
    number = released(town, Options(waves), SHUT)
    found = until_back(town, number, 1200)
    town.run(150)
    held = rollout(town, number)
    with capsys.disabled():
        print(f"\nfirst wave {waves[0]}: {found}\n  said: {held.lines[0].verdict and held.lines[0].verdict.words}")
    assert found.touched == size, "never on more than the first wave"
    assert found.all_back - found.verdict <= 5
    assert found.all_back - found.first_refused <= 120, "after the first person who was turned away by it"
    if size == 10:
        assert found.all_back <= 120, "after the release"
    assert {seat.state for seat in held.of_wave(1)} == {SeatState.BACK} and all(seat.settled for seat in held.of_wave(1))
    others = [door for name, door in town.doors.items() if held.seats[name].wave > 1]
    assert all(not door.heard and door.confirmed is None for door in others), "everybody else untouched"
    assert {held.seats[door.name].state for door in others} == {SeatState.PENDING}


def test_a_good_one_reaches_everybody(tmp_path: Path) -> None:
    town = town_of(tmp_path)
    number = released(town, Options(("5%", "100%"), soak_s=60), LONGER)
    for _ in range(90):
        town.run(10)
        if rollout(town, number).state == "done":
            break
    held = rollout(town, number)
    assert held.state == "done" and {seat.state for seat in held.seats.values()} == {SeatState.CONFIRMED}
    assert [line.verdict.judgement for line in held.lines if line.verdict] == ["well", "well"]
