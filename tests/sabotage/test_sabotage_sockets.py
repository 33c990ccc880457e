"""The rules about sockets, the queue and the locker, taken out one by one: the same check must then fail."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest

from contract.facts import FaultCleared, FaultCode
from edge.adapters.store import SqliteLedger
from edge.domain.charger import Socket
from edge.domain.faults import CUTS, Faults
from edge.domain.lending import Lending
from edge.domain.loan_book import LoanBook
from edge.domain.loans import KeepLoan, OpenLoan
from edge.domain.messages import Effects
from edge.domain.room_messages import BankAsked, ChargeAsked
from edge.domain.turns import Turns
from edge.domain.waiting import Waiting
from edge.station import Station
from tests.sabotage.checks import break_disk, ever_on
from tests.sabotage.twins import Saw, Twin, name, nothing, turns_red
from tests.scenarios import test_charger, test_charger_faults, test_lending, test_queue
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN
from twin.station import TwinStation


def no_latch(saw: Saw) -> None:
    """Over-current is a fault only as long as it lasts."""
    current = Socket.current

    def forgiving(self: Socket, amps: float, now: float) -> Effects:
        effects = current(self, amps, now)
        if self.charge is None and amps == 0:
            effects.add(self._faults.clear(FaultCode.OVER_POWER, self.config.name, now))
        return effects

    saw.setattr(Socket, "current", forgiving)


def no_eye_on_the_relay(saw: Saw) -> None:
    saw.setattr(Socket, "_watch_relay", nothing)


def heat_is_not_felt(saw: Saw) -> None:
    saw.setattr(Socket, "temperature", nothing)


def a_silent_probe_does_not_matter(saw: Saw) -> None:
    saw.setattr("edge.domain.charger.PROBE_SILENT_S", inf)


def smoke_cuts_nothing(saw: Saw) -> None:
    saw.setattr("edge.domain.faults.CUTS", CUTS - {FaultCode.SMOKE})


def any_load_will_do(saw: Saw) -> None:
    saw.setattr("edge.domain.load_curve.LoadCurve.refused_at", lambda self, config: inf)


def what_is_held_is_for_anybody(saw: Saw) -> None:
    saw.setattr(Waiting, "held", lambda self, socket: None)


def charges_never_make_room(saw: Saw) -> None:
    saw.setattr(Turns, "_share", nothing)


def slots_open_before_the_record(saw: Saw) -> None:
    def finish(self: Station, effects: Effects, now: float) -> None:
        self._apply(effects.actions, now)
        self._remember(effects.facts, effects.records, now)
        self._screen = self.core.screen(now)

    saw.setattr(Station, "_finish", finish)


def loans_are_not_written(saw: Saw) -> None:
    written = SqliteLedger._record

    def record(self: SqliteLedger, one: Any) -> None:
        if not isinstance(one, OpenLoan | KeepLoan):
            written(self, one)

    saw.setattr(SqliteLedger, "_record", record)


def nobody_is_late(saw: Saw) -> None:
    saw.setattr(LoanBook, "overdue", lambda self, loan, now: False)


def stuck_slots_are_tried_for_ever(saw: Saw) -> None:
    raised = Faults.raise_

    def raise_(self: Faults, fault: FaultCode, *arguments: Any) -> Effects:
        return Effects() if fault is FaultCode.SLOT_STUCK else raised(self, fault, *arguments)

    saw.setattr(Faults, "raise_", raise_)


def slots_stay_open(saw: Saw) -> None:
    saw.setattr(Lending, "_close_in_time", nothing)
    saw.setattr("edge.adapters.gpio.GpioOutputs.expire", nothing)


# ---- checks that are not scenarios


def check_smoke_cuts(bench: TwinStation) -> None:
    """Every socket is dead within a second."""
    test_charger.charging(bench)
    bench.faults.plant("smoke")
    bench.after(1)
    assert not test_charger.live(bench)


def check_nothing_opens_without_a_record(bench: TwinStation) -> None:
    """Not for a millisecond."""
    bench.let_in(AN)
    highs = [high for pin in (12, 18, 20) for high in [ever_on(bench, pin)]]
    break_disk(bench)
    bench.post(BankAsked())
    bench.after(1)
    assert highs == [[], [], []] and bench.screen.lending and bench.screen.lending.open_slot is None


def check_a_restart_forgets_no_loan(bench: TwinStation) -> None:
    """An has one, and gets no second."""
    test_lending.borrows(bench, AN)
    bench.kill()
    bench.boot()
    bench.after(1)
    assert test_lending.asks(bench, BankAsked(), AN) is None


def check_a_slot_is_locked_in_time(bench: TwinStation) -> None:
    """Ten seconds, taken or not."""
    assert test_lending.asks(bench, BankAsked(), AN)
    bench.after(11)
    assert test_lending.released(bench) == []


def check_a_slot_that_does_not_open(bench: TwinStation) -> None:
    bench.let_in(AN)
    test_lending.check_a_slot_that_does_not_open_is_told(bench)


def check_who_waited(bench: TwinStation) -> None:
    test_queue.check_who_waited_comes_first(test_queue.wait_behind(bench))


def check_long_charges(bench: TwinStation) -> None:
    test_queue.check_a_long_charge_makes_room(test_queue.wait_behind(bench))


def check_over_current_stays_latched(bench: TwinStation) -> None:
    """However long it draws nothing any more."""
    test_charger.charging(bench, "ebike_pack")
    bench.after(1.5)
    bench.world.unplug("1")
    bench.after(120)
    assert not [fact for fact in bench.cloud.of(FaultCleared) if fact.fault is FaultCode.OVER_POWER]
    bench.world.plug("1", "phone")
    bench.post(ChargeAsked("1"))
    bench.after(1)
    assert not test_charger.live(bench)


LOCKER, ONE, STRIP = test_lending.LOCKER, test_queue.ONE_SOCKET, test_charger_faults.STRIP
TWINS = [
    Twin(no_latch, check_over_current_stays_latched),
    Twin(no_eye_on_the_relay, test_charger_faults.check_a_stuck_relay_is_told),
    Twin(heat_is_not_felt, test_charger_faults.check_heat_cuts_the_socket, STRIP),
    Twin(a_silent_probe_does_not_matter, test_charger_faults.check_a_silent_probe_ends_the_charge, STRIP),
    Twin(smoke_cuts_nothing, check_smoke_cuts, test_charger_faults.DETECTOR),
    Twin(any_load_will_do, test_charger_faults.check_an_ebike_below_the_cap_is_cut),
    Twin(what_is_held_is_for_anybody, check_who_waited, ONE),
    Twin(charges_never_make_room, check_long_charges, ONE),
    Twin(slots_open_before_the_record, check_nothing_opens_without_a_record, LOCKER),
    Twin(loans_are_not_written, check_a_restart_forgets_no_loan, LOCKER),
    Twin(nobody_is_late, test_lending.check_overdue_blocks_a_new_loan, LOCKER),
    Twin(stuck_slots_are_tried_for_ever, check_a_slot_that_does_not_open, LOCKER),
    Twin(slots_stay_open, check_a_slot_is_locked_in_time, LOCKER),
]


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_without_its_rule_the_check_turns_red(build: Build, monkeypatch: Saw, twin: Twin) -> None:
    turns_red(build, monkeypatch, twin)


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_with_its_rule_the_check_is_green(build: Build, twin: Twin) -> None:
    twin.check(build(**twin.sections))
