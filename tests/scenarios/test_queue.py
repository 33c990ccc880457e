"""Every socket is taken: who waits is called in order, and long charges make room, told before."""

from __future__ import annotations

import pytest

from contract.charging import QueueEnd, QueueJoined, QueueLeft, SocketHeld
from contract.facts import ChargeEnded, Refusal, Stop
from edge.domain.messages import LeaveAsked, MoreTimeAsked
from edge.domain.room_messages import ChargeAsked, ChargeStopped, QueueAsked, QueueGivenUp
from edge.domain.screen import Notice, PartState
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN, BO, people, socket
from tests.scenarios.test_charger import FIRST, charging, live, refused
from twin.station import TwinStation, person, roster

CE = "p-ce"
ONE_SOCKET: dict[str, object] = {"sockets": [FIRST], "charging": {"shared_max_s": 600, "warning_s": 300, "hold_s": 60}}


@pytest.fixture
def taken(build: Build) -> TwinStation:
    """One socket; An charges there, Bo waits, and has the screen."""
    return wait_behind(build(**ONE_SOCKET))


def wait_behind(bench: TwinStation) -> TwinStation:
    """An charges, Bo waits."""
    bench.cloud.push_roster(roster(*people(), person(CE, "1003", "9753"), version=2))
    charging(bench, "power_bank")
    asks(bench, BO)
    return bench


def asks(bench: TwinStation, who: str) -> None:
    """Comes in, finds all taken and waits."""
    bench.let_in(who)
    bench.post(QueueAsked())
    bench.after(0.1)


def charges(bench: TwinStation, who: str) -> bool:
    """Comes to the screen and presses start; whether the socket is live then."""
    bench.let_in(who)
    bench.world.plug("1", "phone")
    bench.post(ChargeAsked("1"))
    bench.after(0.2)
    return live(bench)


def ends(bench: TwinStation, who: str = AN) -> None:
    """Whose charge it is ends it."""
    bench.let_in(who)
    bench.post(ChargeStopped("1"))
    bench.after(0.1)


def check_who_waited_comes_first(bench: TwinStation) -> None:
    """Ce, who did not wait, does not get what is held for Bo."""
    ends(bench)
    assert not charges(bench, CE)
    assert charges(bench, BO)


def test_who_waited_comes_first(taken: TwinStation) -> None:
    assert taken.screen.waiting and (taken.screen.waiting.place, taken.screen.waiting.people) == (1, 1)
    assert taken.screen.notice is Notice.QUEUED
    check_who_waited_comes_first(taken)
    assert [fact.person for fact in taken.cloud.of(SocketHeld)] == [BO]
    assert [(fact.person, fact.reason) for fact in taken.cloud.of(QueueLeft)] == [(BO, QueueEnd.SERVED)]


def test_the_screen_calls_by_name(taken: TwinStation) -> None:
    ends(taken)
    assert taken.screen.waiting and [(call.socket, call.label) for call in taken.screen.waiting.calls] == [("1", BO)]
    assert socket(taken).state is PartState.TAKEN, "An has the screen"
    taken.let_in(BO)
    assert (socket(taken).state, socket(taken).held) == (PartState.READY, True)


def test_who_does_not_come_makes_room_for_the_next(taken: TwinStation) -> None:
    asks(taken, CE)
    assert taken.screen.waiting and taken.screen.waiting.place == 2
    ends(taken)
    taken.after(61)
    assert [fact.person for fact in taken.cloud.of(SocketHeld)] == [BO, CE]
    assert [(fact.person, fact.reason) for fact in taken.cloud.of(QueueLeft)] == [(BO, QueueEnd.MISSED)]
    assert charges(taken, CE)


@pytest.mark.parametrize(("act", "reason"), [(QueueGivenUp(), QueueEnd.PERSON), (LeaveAsked(), QueueEnd.VISIT_ENDED)])
def test_who_leaves_waits_no_longer(taken: TwinStation, act: QueueGivenUp | LeaveAsked, reason: QueueEnd) -> None:
    taken.post(act)
    taken.after(0.1)
    assert [fact.reason for fact in taken.cloud.of(QueueLeft)] == [reason]
    ends(taken)
    assert charges(taken, CE)


def test_one_place_a_person(taken: TwinStation) -> None:
    taken.post(QueueAsked(), QueueAsked())
    taken.after(0.1)
    assert len(taken.cloud.of(QueueJoined)) == 1


def test_who_charges_does_not_wait_for_another(taken: TwinStation) -> None:
    asks(taken, AN)
    assert refused(taken) is Refusal.HAS_ONE
    taken.post(LeaveAsked())
    taken.after(0.1)
    taken.post(QueueAsked())
    taken.after(0.1)
    assert refused(taken) is Refusal.NOT_IDENTIFIED


def check_a_long_charge_makes_room(bench: TwinStation) -> None:
    """Ten minutes are allowed here while somebody waits."""
    bench.after(620)
    assert not live(bench)


@pytest.mark.slow
def test_a_long_charge_makes_room_and_is_told_before(taken: TwinStation) -> None:
    wait = taken.screen.waiting.wait_s if taken.screen.waiting else None
    assert wait == pytest.approx(600, abs=15)
    taken.after(270)
    assert socket(taken).ends_at is None
    taken.let_in(AN)
    taken.after(22)
    assert taken.screen.notice is Notice.CHARGE_SOON
    assert (socket(taken).ends_at or 0) - taken.clock.monotonic() == pytest.approx(300, abs=15)
    check_a_long_charge_makes_room(taken)
    assert taken.cloud.of(ChargeEnded)[-1].stop is Stop.OTHERS_WAIT


@pytest.mark.slow
def test_nobody_waits_nobody_hurries(build: Build) -> None:
    bench = charging(build(**ONE_SOCKET), "power_bank")
    for _ in range(11):
        bench.after(60)
        bench.post(MoreTimeAsked())
    assert live(bench)


@pytest.mark.slow
def test_who_gives_up_takes_the_hurry_along(taken: TwinStation) -> None:
    taken.after(350)
    taken.let_in(BO)
    taken.post(QueueGivenUp())
    taken.after(600)
    assert live(taken)
