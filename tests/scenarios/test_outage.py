"""The way to the cloud is cut, or the cloud forgets: people notice nothing, and every fact arrives once, in order."""

import pytest

from contract.facts import DoorOpened, EntryGranted, WaterPoured
from contract.topics import Leaf
from edge.domain.messages import AckReceived
from edge.domain.outbox import WINDOW
from edge.domain.room_messages import DrinkAsked
from tests.scenarios.people import AN, BO, enrol, enters_by_code, leaves
from twin.station import TwinStation


@pytest.fixture
def bench(build) -> TwinStation:
    """Without sockets: their currents, read twice a second, would only cost time here."""
    bench: TwinStation = build(sockets=[])
    return bench


def visit(bench: TwinStation) -> None:
    """In, a drink, out."""
    assert enters_by_code(bench)
    bench.post(DrinkAsked("cold", 200))
    bench.after(10)
    assert leaves(bench)


def seqs(bench: TwinStation) -> list[int]:
    """Of all facts in the order in which the cloud committed them."""
    return [envelope.seq for envelope in bench.cloud.facts]


def all_once_in_order(bench: TwinStation) -> bool:
    """From the first to the newest that the station ever wrote."""
    last = bench.assembly.core.facts_out.last
    ups = [envelope.up for envelope in bench.cloud.facts]
    return seqs(bench) == list(range(1, last + 1)) and ups == sorted(ups)


def check_an_hour_away_loses_nothing(bench: TwinStation) -> None:
    """Eight visits while the broker is away; then everything arrives once, in order."""
    bench.cloud.stop()
    for _ in range(8):
        visit(bench)
        bench.after(430)
    assert bench.screen.waiting_facts > 8 * 10 > WINDOW
    bench.cloud.start()
    bench.after(10)
    assert all_once_in_order(bench)


@pytest.mark.slow
def test_an_hour_away_loses_nothing(bench: TwinStation) -> None:
    check_an_hour_away_loses_nothing(bench)
    assert bench.cloud.repeated == 0
    assert len(bench.cloud.of(EntryGranted)) == len(bench.cloud.of(WaterPoured)) == 8
    assert len(bench.cloud.of(DoorOpened)) == 16
    assert bench.screen.waiting_facts == 0
    ups = [envelope.up for envelope in bench.cloud.facts]
    assert ups[-1] - ups[3] > 3000, "each fact has the time at which it happened"


def test_the_screen_says_that_the_cloud_is_away(bench: TwinStation) -> None:
    bench.cloud.stop()
    bench.after(1)
    assert not bench.screen.connected
    assert bench.screen.code
    assert bench.screen.face
    bench.cloud.start()
    bench.after(1)
    assert bench.screen.connected


def test_a_line_that_flaps_loses_nothing(bench: TwinStation) -> None:
    for _ in range(6):
        bench.cloud.stop()
        bench.show_face(AN)
        bench.after(0.3)
        bench.cloud.start()
        bench.after(7)
    bench.after(10)
    assert all_once_in_order(bench)


@pytest.mark.slow
def test_acknowledgements_that_are_lost_make_no_fact_twice(bench: TwinStation) -> None:
    bench.cloud.acknowledges = False
    visit(bench)
    bench.after(60)
    assert bench.cloud.repeated > 0, "sent again from the oldest on"
    assert bench.screen.waiting_facts > 0, "and kept until the cloud says that it has them"
    bench.cloud.acknowledges = True
    bench.after(130)
    assert all_once_in_order(bench)
    assert bench.screen.waiting_facts == 0


def check_a_broker_that_loses_what_it_took_loses_no_fact(bench: TwinStation) -> None:
    """Its acknowledgement means nothing; only the cloud's does."""
    bench.cloud.hears = False
    visit(bench)
    bench.after(30)
    bench.cloud.hears = True
    bench.after(130)
    assert all_once_in_order(bench)


def test_a_broker_that_loses_what_it_took_loses_no_fact(bench: TwinStation) -> None:
    check_a_broker_that_loses_what_it_took_loses_no_fact(bench)
    assert bench.cloud.repeated == 0


def test_what_is_under_way_stays_within_the_window(bench: TwinStation) -> None:
    bench.cloud.acknowledges = False
    sent_before = len(bench.cloud.facts)
    for _ in range(2 * WINDOW):
        bench.show_face(None, 0.7, 0.8)
    assert len(bench.cloud.facts) - sent_before <= WINDOW
    bench.cloud.acknowledges = True
    bench.after(130)
    assert all_once_in_order(bench)


@pytest.mark.slow
def test_retries_become_rarer(bench: TwinStation) -> None:
    bench.cloud.acknowledges = False
    bench.show_face(None, 0.7, 0.8)
    said = len(bench.cloud.said)
    bench.after(600)
    newest = f'"seq":{bench.cloud.facts[-1].seq},'.encode()
    again = sum(leaf is Leaf.EVT and newest in payload for leaf, payload in bench.cloud.said[said:])
    assert 5 <= again <= 8


def test_acknowledgements_out_of_the_blue_delete_nothing(bench: TwinStation) -> None:
    bench.cloud.stop()
    visit(bench)
    waiting = bench.screen.waiting_facts
    epoch = bench.cloud.facts[0].epoch
    bench.post(AckReceived("00000000", 5), AckReceived(epoch, 10**9), AckReceived(epoch, 0), AckReceived("", 2**60))
    bench.after(1)
    assert bench.screen.waiting_facts == waiting
    bench.cloud.start()
    bench.after(5)
    assert all_once_in_order(bench)


def test_a_restart_while_away_loses_nothing(bench: TwinStation) -> None:
    bench.cloud.stop()
    visit(bench)
    bench.kill()
    bench.boot()
    visit(bench)
    bench.cloud.start()
    bench.after(5)
    assert seqs(bench) == list(range(1, len(seqs(bench)) + 1))
    assert bench.cloud.kinds().count("station_started") == 2
    assert len({envelope.boot for envelope in bench.cloud.facts}) == 2
    assert len({envelope.epoch for envelope in bench.cloud.facts}) == 1


def test_a_cloud_with_a_new_database_is_told_where_to_begin(bench: TwinStation) -> None:
    visit(bench)
    bench.after(6)
    known = bench.cloud.facts[-1].seq
    bench.cloud.stop()
    visit(bench)
    bench.cloud.new_database()
    bench.cloud.start()
    bench.after(5)
    assert bench.cloud.facts[0].base == known + 1
    assert seqs(bench) == list(range(known + 1, bench.assembly.core.facts_out.last + 1))


def test_a_cloud_that_forgets_what_it_never_acknowledged_gets_it_again(bench: TwinStation) -> None:
    bench.cloud.acknowledges = False
    visit(bench)
    first = bench.assembly.core.facts_out.first
    bench.cloud.new_database()
    bench.cloud.acknowledges = True
    bench.after(130)
    assert seqs(bench) == list(range(first, bench.assembly.core.facts_out.last + 1))
    assert bench.screen.waiting_facts == 0


def test_a_new_roster_comes_with_the_line(build) -> None:
    bench = build()
    bench.cloud.stop()
    bench.after(1)
    enrol(bench)
    bench.show_face(BO)
    assert bench.world.lock_released, "the stored roster goes on counting"
