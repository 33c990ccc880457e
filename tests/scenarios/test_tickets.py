"""The code on somebody's phone: opens once, for half a minute, without a network; every refusal says why and what to do."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.facts import EntryGranted, EntryRefused, FaultCode, InputRefused, Refusal, Way
from contract.ticket import LIFE_S, SKEW_S, Ticket, seal
from edge.domain.messages import CameraChanged, GuardChanged, QrRead, RosterReceived
from edge.domain.screen import Notice
from tests.scenarios.people import AN, BO, enters_by_code, people
from tests.scenarios.test_codes import HOSTILE, show_card
from tests.station_parts import Held
from tests.tickets import KEY, NEXT_KEY, STRANGE_KEY, TWO_KEYS, roster_with_keys, text
from twin.clock import NOON, TwinClock
from twin.station import THROUGH_S, TwinStation, layout


def with_keys(bench: TwinStation) -> TwinStation:
    """The station has heard whose tickets open."""
    bench.cloud.push_roster(roster_with_keys(*people()))
    bench.after(0.1)
    return bench


@pytest.fixture
def bench(build) -> TwinStation:
    return with_keys(build())


def cloud_s(bench: TwinStation) -> int:
    """What a right clock shows."""
    return int((NOON + timedelta(seconds=bench.clock.monotonic() - 1000)).timestamp())


def fresh(bench: TwinStation, person: str = AN, age_s: int = 0, station: str | None = None) -> str:
    """Sealed so many seconds ago."""
    return text(person, cloud_s(bench) - age_s, station)


def refused(bench: TwinStation, said: str) -> Refusal | None:
    """Shown before the camera: the strike stays, and the screen says why."""
    show_card(bench, said)
    assert not bench.world.lock_released
    assert bench.screen.notice is Notice.REFUSED
    return bench.screen.reason  # type: ignore[return-value]


def reasons(bench: TwinStation) -> list[Refusal]:
    return [fact.reason for fact in bench.cloud.of(EntryRefused)]


def test_a_ticket_opens(bench: TwinStation) -> None:
    show_card(bench, fresh(bench))
    assert bench.world.lock_released
    bench.world.pull_door(hold_s=1.0)
    bench.after(THROUGH_S)
    granted = bench.cloud.of(EntryGranted)[0]
    assert (granted.person, granted.way) == (AN, Way.QR)
    assert bench.screen.visitor == AN


@pytest.mark.slow
def test_it_opens_without_a_network(bench: TwinStation) -> None:
    bench.cloud.stop()
    bench.after(3600)
    show_card(bench, fresh(bench))
    assert bench.world.lock_released


def check_a_ticket_opens_once(bench: TwinStation) -> None:
    """The second to show it is told so, whoever that is."""
    said = fresh(bench)
    show_card(bench, said)
    bench.world.pull_door(hold_s=1.0)
    bench.after(THROUGH_S)
    assert refused(bench, said) is Refusal.TICKET_USED


def test_a_ticket_opens_once(bench: TwinStation) -> None:
    check_a_ticket_opens_once(bench)
    assert reasons(bench) == [Refusal.TICKET_USED]
    assert len(bench.cloud.of(EntryGranted)) == 1
    show_card(bench, fresh(bench))
    assert bench.world.lock_released, "the next one of the same phone opens"


def test_a_phone_that_stays_before_the_camera_is_not_told_off(bench: TwinStation) -> None:
    """It is read again every 3 s, and may have a new ticket meanwhile, while its owner walks in."""
    said = fresh(bench)
    show_card(bench, said)
    bench.after(3)
    show_card(bench, said)
    show_card(bench, fresh(bench))
    assert bench.screen.notice is Notice.COME_IN
    assert len(bench.cloud.of(EntryGranted)) == 1
    assert reasons(bench) == []


def test_somebody_behind_them_comes_in_with_their_own(bench: TwinStation) -> None:
    show_card(bench, fresh(bench))
    show_card(bench, fresh(bench, BO))
    assert [fact.person for fact in bench.cloud.of(EntryGranted)] == [AN, BO]


@pytest.mark.parametrize("age_s", [-SKEW_S + 1, 0, LIFE_S, LIFE_S + SKEW_S - 1])
def test_clocks_may_differ_a_little(bench: TwinStation, age_s: int) -> None:
    show_card(bench, fresh(bench, age_s=age_s))
    assert bench.world.lock_released


@pytest.mark.parametrize(("age_s", "reason"), [(LIFE_S + SKEW_S + 1, Refusal.TICKET_EXPIRED), (86_400, Refusal.TICKET_EXPIRED),
                                               (-SKEW_S - 2, Refusal.TICKET_EARLY), (-86_400, Refusal.TICKET_EARLY)])  # fmt: skip
def test_a_ticket_of_another_time_opens_nothing(bench: TwinStation, age_s: int, reason: Refusal) -> None:
    assert refused(bench, fresh(bench, age_s=age_s)) is reason
    assert reasons(bench) == [reason]


def test_a_ticket_for_another_station_opens_nothing_here(bench: TwinStation) -> None:
    assert refused(bench, fresh(bench, station="st-2")) is Refusal.TICKET_ELSEWHERE
    show_card(bench, fresh(bench, station="st-1"))
    assert bench.world.lock_released


def test_a_station_that_is_not_sure_of_the_time_sends_to_the_code(build) -> None:
    bench = with_keys(build(clock=TwinClock(datetime(1970, 1, 1, tzinfo=UTC), synchronised=False)))
    assert refused(bench, fresh(bench)) is Refusal.CLOCK_UNSURE
    assert bench.screen.code and not bench.screen.clock_trusted
    assert enters_by_code(bench)


def test_a_revoked_person_has_no_right_with_a_genuine_ticket(bench: TwinStation) -> None:
    said = fresh(bench)
    bench.cloud.push_roster(roster_with_keys(people()[1], version=3))
    bench.after(0.1)
    assert refused(bench, said) is Refusal.NO_RIGHT
    assert refused(bench, fresh(bench, "p-nobody")) is Refusal.NO_RIGHT


def test_forged_and_unknown_seals_are_refused_and_counted(bench: TwinStation) -> None:
    assert refused(bench, text(AN, cloud_s(bench), by=STRANGE_KEY)) is Refusal.TICKET_FORGED
    assert refused(bench, text(AN, cloud_s(bench), key=77)) is Refusal.TICKET_KEY
    bench.after(61)
    assert [(fact.source, fact.count) for fact in bench.cloud.of(InputRefused)] == [("ticket", 1), ("ticket", 1)]
    assert enters_by_code(bench)


@pytest.mark.slow
def test_a_flood_of_forged_tickets_is_one_fact_a_minute_and_no_try(bench: TwinStation) -> None:
    for _ in range(300):
        bench.post(QrRead(text(AN, cloud_s(bench), by=STRANGE_KEY)))
        bench.after(0.3)
    bench.after(61)
    counts = [fact.count for fact in bench.cloud.of(InputRefused)]
    assert sum(counts) == 300
    assert len(counts) <= 4
    assert enters_by_code(bench)


@pytest.mark.slow
def test_a_ticket_left_before_the_camera_is_one_fact_a_minute(bench: TwinStation) -> None:
    said = fresh(bench, age_s=100)
    for _ in range(60):
        assert refused(bench, said) is Refusal.TICKET_EXPIRED
        bench.after(3)
    assert len(reasons(bench)) == 3


def test_no_roster_no_ticket(build) -> None:
    assert refused(build(), text(AN, cloud_s(build()))) is Refusal.TICKET_KEY


def test_during_a_change_of_keys_both_open_and_then_the_old_one_does_not(bench: TwinStation) -> None:
    for version, keys, opens in ((3, TWO_KEYS, [KEY, NEXT_KEY]), (4, TWO_KEYS[:1], [NEXT_KEY])):
        bench.cloud.push_roster(roster_with_keys(*people(), version=version, keys=keys))
        bench.after(10)
        for number, key in ((1, KEY), (2, NEXT_KEY)):
            show_card(bench, text(AN, cloud_s(bench), key=number, by=key))
            assert bench.world.lock_released is (key in opens)
            bench.after(6)


def restart(bench: TwinStation) -> None:
    """kill -9, and the supervisor starts the agent again."""
    bench.kill()
    bench.after(0.2)
    bench.boot()
    bench.after(1)


def check_a_restart_forgets_no_ticket(bench: TwinStation) -> None:
    """Killed while the strike is released."""
    said = fresh(bench)
    show_card(bench, said)
    restart(bench)
    assert refused(bench, said) is Refusal.TICKET_USED


def test_a_restart_forgets_no_ticket(bench: TwinStation) -> None:
    check_a_restart_forgets_no_ticket(bench)
    restart(bench)
    show_card(bench, fresh(bench))
    assert bench.world.lock_released


@pytest.mark.slow
def test_a_clock_that_is_set_back_makes_no_used_ticket_good_again(bench: TwinStation) -> None:
    said, began = fresh(bench), bench.clock.wall().at
    show_card(bench, said)
    bench.after(1300)
    show_card(bench, fresh(bench))
    bench.after(10)
    bench.clock.set_wall(began)
    bench.after(6)
    assert bench.screen.clock_trusted
    assert refused(bench, said) in (Refusal.TICKET_USED, Refusal.TICKET_EXPIRED)
    restart(bench)
    bench.after(5)
    assert refused(bench, said) in (Refusal.TICKET_USED, Refusal.TICKET_EXPIRED)


def test_a_ticket_that_was_refused_is_not_used_up(build) -> None:
    bench = with_keys(build(access={"most_inside": 1}))
    bench.let_in(BO)
    said = fresh(bench)
    assert refused(bench, said) is Refusal.FULL
    bench.walk_out()
    show_card(bench, said)
    assert bench.world.lock_released


def test_without_a_camera_the_screen_does_not_offer_tickets(bench: TwinStation) -> None:
    assert bench.screen.ticket
    bench.post(CameraChanged(False, "unplugged"))
    bench.after(0.1)
    assert not bench.screen.ticket
    assert FaultCode.CAMERA_LOST in {view.fault for view in bench.screen.faults}


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_behind_the_prefix_is_refused_and_counted(bench: TwinStation, said: str) -> None:
    assert refused(bench, f"SST1:{said}") is Refusal.NOT_READABLE
    told = bench.cloud.of(InputRefused)
    assert [(fact.source, fact.count) for fact in told] == [("ticket", 1)]
    assert not said or said[:12] not in told[0].reason


@pytest.mark.slow
def test_a_long_row_of_entries_by_ticket(bench: TwinStation) -> None:
    """The ledger does not keep what is long over."""
    for _ in range(40):
        show_card(bench, seal(Ticket(1, AN, cloud_s(bench), os.urandom(8)), KEY))
        assert bench.world.lock_released
        bench.after(60)
    assert len(bench.assembly.core.entry.tickets._used) <= 13
    restart(bench)
    assert len(bench.assembly.core.entry.tickets._used) <= 13


def test_a_ticket_whose_entry_could_not_be_recorded_is_still_good(tmp_path: Path) -> None:
    """The disk refuses: nobody comes in, and the same ticket opens as soon as the disk takes it."""
    held = Held(layout(taps=[], sockets=[]), tmp_path)
    held.connect(True)
    held.hear(GuardChanged(True), CameraChanged(True, ""), RosterReceived(roster_with_keys(*people())))
    held.wait(6)
    said = text(AN, int(held.clock.wall().at.timestamp()))
    held.ledger.fails = True
    held.hear(QrRead(said))
    assert "lock" not in held.lines.on
    assert held.core.screen(held.clock.monotonic()).reason is Refusal.CANNOT_RECORD
    held.ledger.fails = False
    held.wait(7)
    held.hear(QrRead(said))
    assert "lock" in held.lines.on
    held.again()
    held.hear(GuardChanged(True))
    held.wait(6)
    held.hear(QrRead(said))
    assert held.core.screen(held.clock.monotonic()).reason is Refusal.TICKET_USED
    assert [fact.person for fact in held.cloud.of(EntryGranted)] == [AN]
    held.close()
