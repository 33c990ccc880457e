"""Without the guard nobody would switch off what a dead agent leaves on: nothing is granted, and what runs ends."""

import pytest

from contract.facts import ChargeEnded, EntryRefused, FaultCleared, FaultCode, FaultRaised, Refusal, Stop, WaterPoured
from edge.domain.messages import GuardChanged
from edge.domain.room_messages import ChargeAsked, DrinkAsked
from edge.domain.screen import Notice
from tests.scenarios.people import AN, BO, enters_by_code, leaves
from twin.station import TwinStation


def lose_guard(bench: TwinStation) -> None:
    """It does not answer any more."""
    bench.post(GuardChanged(False))
    bench.after(0.1)


def test_nobody_is_let_in_without_a_guard(bench: TwinStation) -> None:
    lose_guard(bench)
    bench.show_face(AN)
    assert not bench.world.lock_released
    assert not enters_by_code(bench)
    assert {fact.reason for fact in bench.cloud.of(EntryRefused)} == {Refusal.GUARD_LOST}
    assert (bench.screen.notice, bench.screen.reason) == (Notice.REFUSED, Refusal.GUARD_LOST)
    assert not bench.screen.code


def check_what_runs_ends_with_the_guard(bench: TwinStation) -> None:
    """Valve and socket."""
    bench.let_in(AN)
    bench.world.plug("1", "phone")
    bench.post(DrinkAsked("cold", 1000), ChargeAsked("1"))
    bench.after(3)
    lose_guard(bench)
    truth = bench.world.truth()
    assert not truth.taps["cold"].powered
    assert not truth.sockets["1"].energised


def test_what_runs_ends_with_the_guard(bench: TwinStation) -> None:
    check_what_runs_ends_with_the_guard(bench)
    bench.after(2)
    assert [fact.stop for fact in bench.cloud.of(WaterPoured)] == [Stop.FAULT]
    assert [fact.stop for fact in bench.cloud.of(ChargeEnded)] == [Stop.FAULT]
    assert leaves(bench)


def test_an_entry_under_way_ends_in_its_own_time(bench: TwinStation) -> None:
    bench.show_face(AN)
    lose_guard(bench)
    bench.after(5)
    assert not bench.world.lock_released


@pytest.mark.slow
def test_with_the_guard_back_everything_works_again(bench: TwinStation) -> None:
    lose_guard(bench)
    bench.after(600)
    bench.post(GuardChanged(True))
    bench.after(0.1)
    assert [fact.fault for fact in bench.cloud.of(FaultRaised)] == [FaultCode.GUARD_LOST]
    assert bench.cloud.of(FaultCleared)[0].lasted_s > 599
    bench.let_in(BO)
    bench.post(DrinkAsked("cold", 200))
    bench.after(9)
    assert bench.cloud.of(WaterPoured)[-1].stop is Stop.REACHED


def test_the_guard_hears_the_deciding_thread_four_times_a_second(bench: TwinStation) -> None:
    before = bench.guard.beats
    bench.after(60)
    assert 230 <= bench.guard.beats - before <= 250


def test_nothing_is_granted_before_the_guard_was_heard(bench: TwinStation) -> None:
    bench.kill()
    bench.guard.start = lambda: bench.post(GuardChanged(False))  # type: ignore[method-assign]  # it is not there
    bench.boot()
    bench.show_face(AN)
    assert not bench.world.lock_released
    assert bench.screen.reason is Refusal.GUARD_LOST
    assert bench.world.push_out()
