"""Safety rules as checks of a station, beside those in tests/scenarios: what a line did at any moment, and what the disk was asked."""

from __future__ import annotations

from dataclasses import replace

from contract.facts import DoorOpened, EntryGranted, WaterPoured, WaterReserved
from edge.domain.room_messages import ChargeAsked, DrinkAsked
from tests.scenarios.people import AN
from tests.station_parts import FailingLedger
from twin.station import TwinStation

FULL = 2
"""What SQLite answers for `synchronous = FULL`."""


def break_disk(bench: TwinStation) -> FailingLedger:
    """From now on the ledger refuses, until `fails` is taken back."""
    station = bench.assembly.station
    failing = FailingLedger(station._around.ledger)  # type: ignore[arg-type]
    failing.fails = True
    station._around = replace(station._around, ledger=failing)
    return failing


def ever_on(bench: TwinStation, pin: int) -> list[bool]:
    """Grows by one whenever the line goes high."""
    highs: list[bool] = []
    bench.pins.room_side.listen(pin, lambda high: highs.append(True) if high else None)
    return highs


def check_a_grant_that_is_not_recorded_never_lets_go(bench: TwinStation) -> None:
    """Not for a millisecond: the strike goes on after the record, not before."""
    highs = ever_on(bench, bench.config.door.lock_pin)
    break_disk(bench)
    bench.show_face(AN)
    bench.after(1)
    assert not highs
    assert bench.screen.door == "locked"
    assert bench.cloud.of(EntryGranted) == []


def check_a_draw_that_is_not_recorded_never_runs(bench: TwinStation) -> None:
    """Neither water nor power, and nothing is reserved for it."""
    bench.let_in(AN)
    left = (bench.screen.water_left_ml, bench.screen.socket_left_min)
    highs = ever_on(bench, bench.config.taps[0].valve_pin), ever_on(bench, bench.config.sockets[0].relay_pin)
    disk = break_disk(bench)
    bench.post(DrinkAsked("cold", 300))
    bench.after(0.1)
    disk.fails = False
    bench.after(6)
    disk.fails = True
    bench.post(ChargeAsked("1"))
    bench.after(0.1)
    assert highs == ([], [])
    assert (bench.screen.water_left_ml, bench.screen.socket_left_min) == left
    assert bench.cloud.of(WaterReserved) == [] and bench.cloud.of(WaterPoured) == []


def check_what_was_seen_is_told_later(bench: TwinStation) -> None:
    """Somebody leaves while nothing can be written."""
    bench.let_in(AN)
    disk = break_disk(bench)
    bench.walk_out()
    assert len(bench.cloud.of(DoorOpened)) == 1
    disk.fails = False
    bench.after(10)
    assert len(bench.cloud.of(DoorOpened)) == 2


def check_a_pour_ends_at_its_volume(bench: TwinStation) -> None:
    """300 ml at 30 ml/s."""
    bench.let_in(AN)
    bench.post(DrinkAsked("cold", 300))
    bench.after(9)
    assert bench.world.truth().taps["cold"].powered
    bench.after(2)
    assert not bench.world.truth().taps["cold"].powered


def check_what_is_reserved_can_not_be_drawn_twice(bench: TwinStation) -> None:
    """`bench` has two taps and 1000 ml a day: while 600 ml run from one, the other gives no 600 ml."""
    bench.let_in(AN)
    bench.post(DrinkAsked("cold", 600), DrinkAsked("hot", 600))
    bench.after(1)
    truth = bench.world.truth()
    assert truth.taps["cold"].powered and not truth.taps["hot"].powered


def check_a_commit_is_on_the_disk_before_it_returns(bench: TwinStation) -> None:
    """WAL with anything but FULL lost acknowledged rows in 392 of 400 simulated power cuts."""
    db = bench.assembly._ledger._db
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (FULL,)


def check_late_steps_leave_nothing_on(bench: TwinStation) -> None:
    """The loop was late: one step hears a wish and finds that the visit is over. On and off in one step is off."""
    bench.let_in(AN)
    highs = ever_on(bench, bench.config.taps[0].valve_pin)
    bench.clock.move(bench.config.visit.longest_s)
    bench.post(DrinkAsked("cold", 300))
    bench.after(1)
    assert not highs and not bench.world.truth().taps["cold"].powered
