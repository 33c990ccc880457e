"""One line for each rule: how it is taken out, and the check that must then fail. Without sabotage every check here passes."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest

from contract.config import Assurance
from contract.facts import FaultCode
from edge.adapters.gpio import GpioOutputs
from edge.adapters.store import SqliteLedger
from edge.adapters.store.database import connect
from edge.domain.challenge import Challenge
from edge.domain.clock import WallClock
from edge.domain.core import Core
from edge.domain.door import Door
from edge.domain.faults import BLOCKS, CUTS
from edge.domain.messages import Effects
from edge.domain.outbox import Outbox
from edge.domain.pauses import Pauses
from edge.domain.quota import Quota
from edge.domain.records import Reserve
from edge.domain.room import Room
from edge.domain.water import Tap
from edge.guard.lines import SafeLines
from edge.station import Station
from tests.sabotage import checks
from tests.sabotage.twins import Saw, Twin, name, nothing, turns_red
from tests.scenarios import test_charger, test_clock, test_door, test_guard, test_kill, test_liveness, test_outage, test_water
from tests.scenarios.conftest import Build
from twin.station import TwinStation

# ---- the face


def a_face_is_enough(saw: Saw) -> None:
    saw.setattr("edge.domain.face_way.assurance", lambda config, hour: Assurance.FACE)


def any_movement_will_do(saw: Saw) -> None:
    saw.setattr(Challenge, "_part", lambda self, turn, seen: 0.5 if not self._under_way else 0.0 if self._returning else 1.0)


def nobody_is_compared_again(saw: Saw) -> None:
    saw.setattr("edge.domain.face_way.still_the_same", lambda *_: True)


def faces_never_pause(saw: Saw) -> None:
    saw.setattr(Pauses, "refused", nothing)


# ---- the lock


def no_relock(saw: Saw) -> None:
    def time_over(self: Door) -> Effects:
        self._relock_at = inf
        return Effects()

    saw.setattr(Door, "_time_over", time_over)


def no_relock_at_the_opening(saw: Saw) -> None:
    def relock(self: Door, opened: bool) -> Effects:
        self._lock()
        return Effects()

    saw.setattr(Door, "_relock", relock)


def no_lease(saw: Saw) -> None:
    saw.setattr(GpioOutputs, "expire", nothing)


def no_relock_and_no_lease(saw: Saw) -> None:
    no_relock(saw)
    no_relock_at_the_opening(saw)
    no_lease(saw)


def grants_without_a_guard(saw: Saw) -> None:
    saw.setitem(BLOCKS, FaultCode.GUARD_LOST, frozenset())


def on_before_the_record(saw: Saw) -> None:
    def finish(self: Station, effects: Effects, now: float) -> None:
        self._apply(effects.actions, now)
        self._remember(effects.facts, effects.records, now)
        self._screen = self.core.screen(now)

    saw.setattr(Station, "_finish", finish)


def grants_are_not_taken_back(saw: Saw) -> None:
    saw.setattr(Core, "revoke", nothing)


def off_before_on_in_one_step(saw: Saw) -> None:
    saw.setattr("edge.domain.order.taken_back", lambda action, later: False)


# ---- the valve


def no_volume_cap(saw: Saw) -> None:
    saw.setattr(Tap, "_reached", lambda self, pour: False)


def no_flow_cap(saw: Saw) -> None:
    saw.setattr(Tap, "_overdue", nothing)
    saw.setattr(Tap, "deadline", lambda self: inf)


def no_leak_watch(saw: Saw) -> None:
    saw.setattr(Tap, "_watch_leak", nothing)


def visits_end_and_water_runs(saw: Saw) -> None:
    saw.setattr(Room, "end_all", nothing)


def faults_cut_nothing(saw: Saw) -> None:
    saw.setattr("edge.domain.faults.CUTS", CUTS - {FaultCode.GUARD_LOST})


def a_guard_with_its_hands_in_its_pockets(saw: Saw) -> None:
    saw.setattr(SafeLines, "demand", nothing)


def over_power_is_no_fault(saw: Saw) -> None:
    saw.setattr("edge.domain.charger.OVER_POWER_S", inf)
    saw.setattr("edge.domain.charger.OVER_UNSURE_S", inf)


def unmeasured_power(saw: Saw) -> None:
    saw.setattr("edge.domain.charger.METER_SILENT_S", inf)
    saw.setattr("edge.domain.faults.CUTS", CUTS - {FaultCode.METER_LOST})


# ---- the ledger


def reservations_are_not_written(saw: Saw) -> None:
    written = SqliteLedger._record

    def record(self: SqliteLedger, one: Any) -> None:
        if not isinstance(one, Reserve):
            written(self, one)

    saw.setattr(SqliteLedger, "_record", record)


def reservations_do_not_count(saw: Saw) -> None:
    def left(self: Quota, person: str, kind: Any, limit: int) -> int:
        return limit - self._used.get((person, kind), 0)

    saw.setattr(Quota, "left", left)


def what_was_taken_is_forgotten(saw: Saw) -> None:
    settled = Quota.settle

    def settle(self: Quota, *arguments: Any) -> Any:
        record = settled(self, *arguments)
        self._used.clear()
        return record

    saw.setattr(Quota, "settle", settle)


def nothing_is_committed(saw: Saw) -> None:
    def write(self: SqliteLedger, facts: Any, records: Any, stamp: Any) -> Any:
        if not self._db.in_transaction:
            self._db.execute("BEGIN")
        rows = [self._insert(fact, stamp) for fact in facts]
        for record in records:
            self._record(record)
        return rows

    saw.setattr(SqliteLedger, "_write", write)


def commits_that_a_power_cut_undoes(saw: Saw) -> None:
    saw.setattr("edge.adapters.store.ledger.connect", lambda path, name, _, *rest: connect(path, name, "NORMAL", *rest))


def the_broker_is_believed(saw: Saw) -> None:
    def sent(self: Outbox, seq: int, now: float) -> None:
        self._forward(seq + 1)

    saw.setattr(Outbox, "sent", sent)


def what_was_seen_is_dropped(saw: Saw) -> None:
    waited = Station._not_remembered

    def not_remembered(self: Station, *arguments: Any) -> None:
        waited(self, *arguments)
        self._unsaved.clear()

    saw.setattr(Station, "_not_remembered", not_remembered)


def any_clock_turns_the_day(saw: Saw) -> None:
    saw.setattr(WallClock, "day", lambda self, now: (self.at(now) + self._east).date().isoformat())


def any_other_day_is_a_new_one(saw: Saw) -> None:
    def turn(self: Quota, day: str) -> None:
        if day != self.day:
            self.day = day
            self._used.clear()

    saw.setattr(Quota, "turn", turn)


HOT = {"name": "hot", "valve_pin": 18, "flow_pin": 19}
TWO_TAPS = {"taps": [test_water.COLD, HOT], "quota": {"water_ml_per_day": 1000}}
DELIVERED: dict[str, object] = {"identity": {}}
"""As a station is delivered: with the challenge."""
SHORT_POUR = {"taps": [test_water.COLD | {"max_s": 5}]}
SMALL_QUOTA = {"quota": {"water_ml_per_day": 500}}


def survives_a_kill(bench: TwinStation) -> None:
    test_kill.check_a_pour_survives_its_agent(bench, [1.0, 3.0])


TWINS = [
    # the lock
    Twin(no_relock, test_door.check_lock_returns_when_nobody_opens),
    Twin(no_relock_at_the_opening, test_door.check_lock_returns_once_the_door_is_open),
    Twin(no_lease, test_door.check_lock_is_shut_in_the_hardware_when_the_core_forgets),
    Twin(no_relock_and_no_lease, test_door.check_nobody_follows_through_a_closed_door),
    Twin(grants_without_a_guard, test_guard.test_nobody_is_let_in_without_a_guard),
    Twin(on_before_the_record, checks.check_a_grant_that_is_not_recorded_never_lets_go),
    Twin(grants_are_not_taken_back, checks.check_a_grant_that_is_not_recorded_never_lets_go),
    # the face
    Twin(a_face_is_enough, test_liveness.check_a_photograph_does_not_open, DELIVERED),
    Twin(any_movement_will_do, test_liveness.check_a_photograph_does_not_open, DELIVERED),
    Twin(nobody_is_compared_again, test_liveness.check_who_takes_the_place_stays_outside, DELIVERED),
    Twin(faces_never_pause, test_liveness.check_pauses_grow),
    # the valve, and the socket
    Twin(no_volume_cap, checks.check_a_pour_ends_at_its_volume),
    Twin(no_flow_cap, test_water.check_the_valve_shuts_when_no_pulse_comes),
    Twin(no_flow_cap, test_water.check_time_alone_shuts_the_valve, SHORT_POUR),
    Twin(no_leak_watch, test_water.check_a_leak_takes_the_tap_out_of_order),
    Twin(visits_end_and_water_runs, test_water.check_leaving_shuts_the_valve),
    Twin(faults_cut_nothing, test_guard.check_what_runs_ends_with_the_guard),
    Twin(a_guard_with_its_hands_in_its_pockets, test_kill.check_the_guard_shuts_what_a_dead_agent_left_on),
    Twin(on_before_the_record, checks.check_a_draw_that_is_not_recorded_never_runs),
    Twin(grants_are_not_taken_back, checks.check_a_draw_that_is_not_recorded_never_runs),
    Twin(off_before_on_in_one_step, checks.check_late_steps_leave_nothing_on),
    Twin(over_power_is_no_fault, test_charger.check_over_power_is_cut_and_stays_cut),
    Twin(unmeasured_power, test_charger.check_what_is_not_measured_does_not_run),
    # the ledger
    Twin(reservations_are_not_written, test_kill.check_no_free_drinks_by_pulling_the_plug),
    Twin(reservations_do_not_count, checks.check_what_is_reserved_can_not_be_drawn_twice, TWO_TAPS),
    Twin(what_was_taken_is_forgotten, test_water.check_nobody_draws_more_than_the_quota, SMALL_QUOTA),
    Twin(nothing_is_committed, survives_a_kill),
    Twin(commits_that_a_power_cut_undoes, checks.check_a_commit_is_on_the_disk_before_it_returns),
    Twin(the_broker_is_believed, test_outage.check_a_broker_that_loses_what_it_took_loses_no_fact),
    Twin(what_was_seen_is_dropped, checks.check_what_was_seen_is_told_later),
    Twin(any_clock_turns_the_day, test_clock.check_the_day_does_not_turn_on_time_that_is_not_trusted),
    Twin(any_other_day_is_a_new_one, test_clock.check_setting_the_clock_back_earns_no_second_ration),
]


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_without_its_rule_the_check_turns_red(build: Build, monkeypatch: Saw, twin: Twin) -> None:
    turns_red(build, monkeypatch, twin)


OWN = {twin.check: twin for twin in TWINS if twin.check.__module__ == checks.__name__ or twin.check is survives_a_kill}


@pytest.mark.parametrize("twin", OWN.values(), ids=lambda twin: twin.check.__name__)
def test_with_its_rule_the_check_is_green(build: Build, twin: Twin) -> None:
    twin.check(build(**twin.sections))
