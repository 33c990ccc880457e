"""The outbox's rules, each taken out once: what may be deleted, what may be changed, what must be told, what may not wait."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge.domain.outbox import Outbox
from edge.domain.unrecorded import Unrecorded
from edge.measured import Measured
from edge.station import Station
from tests.sabotage.twins import Saw, Twin, name, turns_red
from tests.scenarios import test_clock, test_lanes, test_samples
from tests.scenarios.conftest import Build
from twin.clock import TwinClock


def ahead_deletes(saw: Saw) -> None:
    heard = Outbox.acknowledged

    def acknowledged(self: Outbox, epoch: str, upto: int, ahead: Any, now: float) -> int | None:
        return heard(self, epoch, max([upto, *(high for _, high in ahead)]), (), now)

    saw.setattr(Outbox, "acknowledged", acknowledged)


def a_sent_row_is_restamped(saw: Saw) -> None:
    saw.setattr(Outbox, "unhanded", lambda self, low: [(max(low, self.first), self.last)])


def nothing_is_restamped(saw: Saw) -> None:
    saw.setattr(Outbox, "unhanded", lambda self, low: [])


def samples_go_without_a_word(saw: Saw) -> None:
    def keep_room(self: Station, now: float) -> None:
        going = self._measured.too_much()
        if going:
            self._measured.let_go(going)

    saw.setattr(Station, "_keep_room", keep_room)


def what_the_disk_refused_is_forgotten(saw: Saw) -> None:
    stored = Measured.store

    def store(self: Measured, *arguments: Any) -> Any:
        self._missed = None
        return stored(self, *arguments)

    saw.setattr(Measured, "store", store)


def live_waits_behind_the_backlog(saw: Saw) -> None:
    link = Outbox.link

    def joined(self: Outbox, connected: bool) -> None:
        link(self, connected)
        self._live_from, self._due = 10**9, []

    saw.setattr(Outbox, "link", joined)


def the_backlog_has_the_whole_window(saw: Saw) -> None:
    def paced(self: Outbox, count: int, but: list[int], now: float) -> list[int]:
        return self._free(self.first, self._live_from - 1, 64 - len(self._away), but)

    saw.setattr(Outbox, "_paced", paced)


def what_found_no_room_is_not_counted(saw: Saw) -> None:
    saw.setattr(Unrecorded, "told", lambda self: [])


TWINS = [
    Twin(ahead_deletes, test_lanes.check_only_upto_deletes),
    Twin(live_waits_behind_the_backlog, test_lanes.check_what_happens_now_does_not_wait_for_the_backlog, test_lanes.SLOW),
    Twin(live_waits_behind_the_backlog, test_lanes.check_an_alarm_of_the_backlog_goes_first, test_lanes.SLOW),
    Twin(the_backlog_has_the_whole_window, test_lanes.check_a_silent_cloud_leaves_room_for_what_happens_now, test_lanes.SLOW),
    Twin(what_the_disk_refused_is_forgotten, test_samples.check_what_the_disk_did_not_take_is_told_once),
    Twin(what_found_no_room_is_not_counted, test_lanes.check_what_memory_can_not_hold_is_counted, test_lanes.SWIFT),
]


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_without_its_rule_the_check_turns_red(build: Build, monkeypatch: Saw, twin: Twin) -> None:
    turns_red(build, monkeypatch, twin)


@pytest.mark.parametrize(
    ("without", "check"),
    [
        (a_sent_row_is_restamped, test_clock.check_what_was_sent_is_not_changed),
        (nothing_is_restamped, test_clock.check_time_that_comes_late_is_given_to_what_was_not_sent),
    ],
    ids=lambda rule: rule.__name__,
)
def test_without_its_rule_the_clock_check_turns_red(build: Build, monkeypatch: Saw, without: Any, check: Any) -> None:
    """The same, at a station that begins in 1970."""
    with monkeypatch.context() as saw:
        without(saw)
        bench = build(clock=TwinClock(test_clock.EPOCH, synchronised=False), sockets=[])
        with pytest.raises(AssertionError):
            check(bench)


@pytest.mark.slow
def test_samples_that_go_without_a_word_turn_the_check_red(tmp_path: Path, monkeypatch: Saw) -> None:
    with monkeypatch.context() as saw:
        samples_go_without_a_word(saw)
        held = test_samples.away_too_long(tmp_path)
        with pytest.raises(AssertionError):
            test_samples.check_every_gap_is_told(held)
    held.close()
