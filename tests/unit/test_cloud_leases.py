"""Parts of a day's quota: what the cloud leases, what comes back, and that no order of messages makes it give more than there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from cloud.app import create_app
from cloud.domain.leases import bound, grants
from contract.leases import Kind, QuotaLease
from contract.roster import Entitlement, decode
from contract.topics import Leaf, topic
from tests.cloud_parts import NOON_MS, Bench, FakeStation, bench

DAY, WHO = "2026-11-21", "p-an"
ONE, TWO = FakeStation("st-1"), FakeStation("st-2", epoch="0000000c")


@pytest.fixture
def city(tmp_path: Path) -> Bench:
    """An may draw 2000 ml a day; other kinds are as the station says."""
    return with_people(bench(tmp_path))


def with_people(made: Bench) -> Bench:
    made.cloud.people.put(WHO, number=None, pin=None, label=None, entitlement=Entitlement(water_ml_per_day=2000))
    return made


def ask(city: Bench, station: FakeStation, want: int, number: int = 0, upto: int = 0, **changes: Any) -> QuotaLease:
    """One ask and its answer."""
    city.take(asking(station, want, number, upto, **changes))
    return said(city, station)[-1]


def asking(station: FakeStation, want: int, number: int, upto: int, **changes: Any) -> Any:
    body = {
        "ask": "0000000a-1", "epoch": station.epoch, "person": WHO, "what": "water_ml", "day": DAY, "utc_offset_min": 480, "ration": 900,
        "want": want, "number": number, "upto": upto, "spent": 0, **changes,
    }  # fmt: skip
    return station.message(Leaf.QUOTA_ASK, body)


def back(station: FakeStation, seq: int, lease: int, spent: int) -> Any:
    return station.fact(seq, {"kind": "quota_returned", "person": WHO, "what": "water_ml", "day": DAY, "lease": lease, "spent": spent})


def said(city: Bench, station: FakeStation) -> list[QuotaLease]:
    name = topic(station.name, Leaf.QUOTA_LEASE)
    return [QuotaLease.model_validate_json(payload) for where, payload, _ in city.sent.messages if where == name]


def check_two_stations_get_no_more_than_there_is(city: Bench) -> None:
    first, second = ask(city, ONE, 1500), ask(city, TWO, 1500)
    assert (first.upto, first.number, first.rest) == (1500, 1, 500)
    assert (second.upto, second.rest) == (500, 0)


def test_two_stations_get_no_more_than_there_is(city: Bench) -> None:
    check_two_stations_get_no_more_than_there_is(city)
    assert ask(city, ONE, 2000, 1, 1500).upto == 1500


def test_repeated_asks_give_the_same_lease(city: Bench) -> None:
    assert ask(city, ONE, 700) == ask(city, ONE, 700)
    assert ask(city, ONE, 300, 1, 700).upto == 700, "a late ask makes no lease smaller"


def test_what_was_given_back_is_there_for_others(city: Bench) -> None:
    ask(city, ONE, 2000)
    city.take(back(ONE, 1, 1, 200))
    assert ask(city, TWO, 2000).upto == 1800


def check_a_lease_that_is_newer_than_what_came_back_still_counts(city: Bench) -> None:
    """Lease 2 is on its way when the station gives back what it knows, lease 1."""
    ask(city, ONE, 500)
    ask(city, ONE, 1500, 1, 500)
    city.take(back(ONE, 1, 1, 100))
    assert ask(city, TWO, 2000).upto == 500


def test_a_lease_that_is_newer_than_what_came_back_still_counts(city: Bench) -> None:
    check_a_lease_that_is_newer_than_what_came_back_still_counts(city)
    assert [lease.number for lease in said(city, ONE)] == [1, 2, 2], "it is said again, so that it too comes back"
    city.take(back(ONE, 2, 2, 100))
    assert ask(city, TWO, 2000, 1, 500).upto == 1900


def test_who_asks_before_what_was_given_back_has_arrived_gets_a_new_number(city: Bench) -> None:
    ask(city, ONE, 1000)
    lease = ask(city, ONE, 700, 1, 200)
    assert (lease.number, lease.upto) == (2, 1000)
    city.take(back(ONE, 1, 1, 200))
    assert ask(city, TWO, 2000).upto == 1000


def test_the_allowance_that_was_drawn_is_missing_elsewhere(city: Bench) -> None:
    city.take(back(ONE, 1, 0, 300))
    assert ask(city, TWO, 2000).upto == 1700


def test_a_new_ledger_is_another_account(city: Bench) -> None:
    ask(city, ONE, 1500)
    assert ask(city, FakeStation("st-1", epoch="0000000f"), 1500).upto == 500


def check_days_of_a_wrong_clock_are_refused(city: Bench) -> None:
    for day in ("2026-11-20", "2026-11-22", "2036-11-21", None):
        lease = ask(city, ONE, 500, day=day)
        assert (lease.number, lease.upto, lease.at_s) == (0, 0, NOON_MS // 1000)


def test_days_of_a_wrong_clock_are_refused(city: Bench) -> None:
    check_days_of_a_wrong_clock_are_refused(city)
    assert city.cloud.parts.leases.person(WHO) == []


def test_around_midnight_both_days_are_good() -> None:
    midnight = NOON_MS + 12 * 3_600_000
    assert grants(DAY, midnight + 60_000, 480) and grants("2026-11-22", midnight - 60_000, 480)
    assert not grants(DAY, midnight + 660_000, 480)


def test_nobody_and_somebody_without_a_word_in_the_roster(city: Bench) -> None:
    assert ask(city, ONE, 500, person="p-nobody").upto == 0
    assert ask(city, ONE, 500, what="socket_min", ration=240).upto == 240


def test_a_database_from_an_older_copy_learns_from_the_stations(city: Bench, tmp_path: Path) -> None:
    ask(city, ONE, 800)
    older = with_people(bench(tmp_path / "older"))
    lease = ask(older, ONE, 900, 1, 800)
    assert (lease.number, lease.upto) == (2, 900)
    assert ask(older, TWO, 2000).upto == 1100


def test_leases_outlive_a_restart_and_old_days_go(city: Bench, tmp_path: Path) -> None:
    ask(city, ONE, 1500)
    again = bench(tmp_path)
    assert ask(again, TWO, 1500).upto == 500
    again.clock.ms += 5 * 86_400_000
    ask(again, TWO, 100, day="2026-11-26")
    with again.cloud.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM quota_shares WHERE day < '2026-11-26'").scalar_one() == 0


def test_a_hostile_ask_is_filed_and_answered_with_nothing(city: Bench) -> None:
    city.take(asking(ONE, -5, 0, 0), asking(ONE, 5, 0, 0, day="2026-13-01"), asking(ONE, 5, 0, 0, what="gold"), ONE.message(Leaf.QUOTA_ASK, b"{"))
    assert said(city, ONE) == []
    assert [row.reason for row in city.cloud.parts.ledger.refused(9)] == ["garbled"] * 4


def test_the_bound_is_shown(city: Bench) -> None:
    ask(city, ONE, 500)
    ask(city, TWO, 500)
    with TestClient(create_app(city.cloud), base_url="http://localhost") as client:
        city.take(ONE.state(), TWO.state())
        found = client.get("/api/v1/quota/bound").json()
        assert found["day"] == DAY
        assert found["items"][0] == {"what": "water_ml", "offline_allowance": 300, "stations": 2, "excess": 600}
        token = {"Authorization": f"Bearer {city.cloud.tokens.first(NOON_MS)}"}
        assert client.get(f"/api/v1/people/{WHO}/quota").status_code == 401
        day = client.get(f"/api/v1/people/{WHO}/quota", headers=token).json()["items"][0]
        assert (day["quota"], day["rest"], day["most"]) == (2000, 1000, 2600)
        assert day["shares"][0] == {"station": "st-1", "upto": 500, "spent": 0}


def test_at_one_station_nobody_draws_more_than_the_quota() -> None:
    assert [bound(900, 300, stations) for stations in (0, 1, 2, 3)] == [900, 900, 1500, 1800]


def test_another_allowance_is_a_new_roster(city: Bench, tmp_path: Path) -> None:
    before = city.cloud.people.roster()
    again = bench(tmp_path, offline_water_ml=100)
    after = again.cloud.people.roster()
    assert before and after and after.version == before.version + 1
    assert decode(after.model_dump_json().encode()).offline_allowance.of(Kind.WATER_ML) == 100
    same = bench(tmp_path, offline_water_ml=100).cloud.people.roster()
    assert same and same.version == after.version
