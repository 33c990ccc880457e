"""A quota that stations share: what the cloud leases, what is left without it, what a wrong clock can not earn."""

from datetime import timedelta
from pathlib import Path

import pytest

from contract.facts import FaultRaised, QuotaReturned, WaterPoured, WaterRefused
from contract.leases import Kind
from edge.domain.messages import WallClockRead
from edge.domain.room_messages import DrinkAsked
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN, enrol, enters_by_code
from twin.clock import NOON, TwinClock
from twin.leases import TwinAccount
from twin.station import TwinStation, layout

SHARED = {"shared": True, "water_ml_per_day": 900}
ALLOWANCE = 300
LATER = NOON + timedelta(days=3650)


@pytest.fixture
def bench(build: Build) -> TwinStation:
    """A ration of 900 ml for all stations together."""
    return build(quota=SHARED, sockets=[])


def drawn(bench: TwinStation, times: int = 6) -> int:
    """ml that the water account lost, after as many asks for 200 ml."""
    for _ in range(times):
        bench.post(DrinkAsked("cold", 200))
        bench.after(8)
        bench.post(DrinkAsked("cold", 100))
        bench.after(8)
    return sum(fact.charged_ml for fact in bench.cloud.of(WaterPoured))


def away(bench: TwinStation) -> None:
    """The line is cut; facts are read from the ledger when it is back."""
    bench.cloud.stop()
    bench.after(0.1)


def back(bench: TwinStation) -> None:
    bench.cloud.start()
    bench.after(12)


def check_who_comes_may_draw_the_whole_ration(bench: TwinStation) -> None:
    bench.let_in(AN)
    assert [ask.what for ask in bench.cloud.account.asks] == [Kind.WATER_ML]
    assert drawn(bench) == 900
    assert bench.cloud.of(WaterRefused)


def test_who_comes_may_draw_the_whole_ration(bench: TwinStation) -> None:
    check_who_comes_may_draw_the_whole_ration(bench)


def check_without_having_heard_from_the_cloud_there_is_the_allowance(bench: TwinStation) -> None:
    away(bench)
    assert enters_by_code(bench)
    assert [view.offline_left for view in bench.screen.shares] == [ALLOWANCE]
    assert bench.screen.water_left_ml == ALLOWANCE
    drawn(bench)
    back(bench)
    assert sum(fact.charged_ml for fact in bench.cloud.of(WaterPoured)) == ALLOWANCE


def test_without_having_heard_from_the_cloud_there_is_the_allowance_and_no_more(bench: TwinStation) -> None:
    check_without_having_heard_from_the_cloud_there_is_the_allowance(bench)


def test_a_cloud_that_does_not_answer_is_no_cloud(bench: TwinStation) -> None:
    bench.cloud.account.answers = False
    bench.let_in(AN)
    assert drawn(bench) == ALLOWANCE
    assert len(bench.cloud.account.asks) == 0


def test_a_lease_is_good_after_the_line_is_gone(bench: TwinStation) -> None:
    bench.let_in(AN)
    away(bench)
    drawn(bench)
    back(bench)
    assert sum(fact.charged_ml for fact in bench.cloud.of(WaterPoured)) == 900, "lease and allowance together are never more than the ration"


@pytest.mark.slow
def test_what_was_drawn_here_is_missing_there(build: Build, tmp_path: Path) -> None:
    here = build(quota=SHARED, sockets=[], folder=tmp_path / "here")
    there = enrol(TwinStation(tmp_path / "there", layout(quota=SHARED, sockets=[], station="st-2")))
    there.cloud.account = here.cloud.account
    here.let_in(AN)
    assert drawn(here, 1) == 300
    here.walk_out()
    there.let_in(AN)
    assert drawn(there) == 600, "connected, nobody gets an allowance on top"
    there.close()


def test_what_is_left_of_a_lease_goes_back_with_its_visitor(bench: TwinStation) -> None:
    bench.let_in(AN)
    drawn(bench, 1)
    bench.walk_out()
    bench.after(2)
    fact = bench.cloud.of(QuotaReturned)[-1]
    assert (fact.person, fact.what, fact.spent) == (AN, Kind.WATER_ML, 300)
    assert bench.cloud.account.rest(fact.day, AN, Kind.WATER_ML, 900) == 600


def check_a_restart_gives_back_and_knows_what_was_drawn(bench: TwinStation) -> None:
    bench.let_in(AN)
    drawn(bench, 1)
    bench.kill()
    bench.after(5)
    bench.boot()
    bench.after(1)
    assert [fact.spent for fact in bench.cloud.of(QuotaReturned)] == [300]
    away(bench)
    assert enters_by_code(bench)
    assert bench.screen.water_left_ml == ALLOWANCE
    back(bench)
    assert drawn(bench) == 900


@pytest.mark.slow
def test_a_restart_gives_back_and_knows_what_was_drawn(bench: TwinStation) -> None:
    check_a_restart_gives_back_and_knows_what_was_drawn(bench)


def check_a_clock_ten_years_ahead_earns_nothing(bench: TwinStation) -> None:
    """With the cloud's word it is not believed; a station that believed it alone gives the allowance, and finds back."""
    bench.cloud.account.utc_s = lambda: (NOON + timedelta(seconds=bench.clock.monotonic() - 1000)).timestamp()
    bench.let_in(AN)
    assert drawn(bench) == 900
    bench.clock.set_wall(LATER)
    bench.after(6)
    assert drawn(bench) == 900
    assert [fact.fault.value for fact in bench.cloud.of(FaultRaised)] == ["clock_wrong"]
    bench.kill()
    bench.cloud.stop()
    bench.boot()
    assert enters_by_code(bench)
    drawn(bench)
    back(bench)
    assert drawn(bench) == 900 + ALLOWANCE
    assert bench.assembly.core.quota.day == "2026-03-02", "the day that the clock ran ahead to is left"


@pytest.mark.slow
def test_a_clock_ten_years_ahead_earns_nothing(bench: TwinStation) -> None:
    check_a_clock_ten_years_ahead_earns_nothing(bench)


@pytest.mark.slow
def test_a_station_without_time_takes_the_day_from_the_cloud(build: Build) -> None:
    bench = build(clock=TwinClock(NOON, synchronised=False), quota=SHARED, sockets=[])
    bench.cloud.account.utc_s = lambda: NOON.timestamp() + bench.clock.monotonic() - 1000
    bench.let_in(AN)
    assert drawn(bench) == 900
    bench.clock.move(86_400)
    bench.cloud.start()
    bench.after(1)
    bench.let_in(AN)
    assert drawn(bench) == 1800
    assert isinstance(bench.clock.wall(), WallClockRead) and not bench.screen.clock_trusted


def test_stations_that_do_not_share_ask_nothing(build: Build) -> None:
    bench = build(sockets=[])
    bench.let_in(AN)
    assert drawn(bench, 1) == 300
    bench.walk_out()
    bench.after(2)
    assert isinstance(bench.cloud.account, TwinAccount) and not bench.cloud.account.asks
    assert bench.cloud.of(QuotaReturned) == [] and bench.screen.shares == ()
