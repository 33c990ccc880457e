"""The rules of shared quotas, taken out one by one: the same check must then fail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cloud.domain.leases import Share
from contract.leases import QuotaReturned
from edge.domain.lease_book import LeaseBook
from edge.domain.lease_records import StoreLease
from edge.domain.quota import Quota
from edge.domain.rations import Rations
from tests.cloud_parts import bench as cloud_bench
from tests.properties.lease_town import check_what_was_given_back_does_not_come_again
from tests.scenarios import test_leases
from tests.scenarios.conftest import Build
from tests.unit import test_cloud_leases

Saw = pytest.MonkeyPatch


def test_a_cloud_that_forgets_a_lease_gives_too_much(tmp_path: Path, monkeypatch: Saw) -> None:
    monkeypatch.setattr("cloud.domain.leases.rest", lambda quota, shares: quota)
    with pytest.raises(AssertionError):
        test_cloud_leases.check_two_stations_get_no_more_than_there_is(test_cloud_leases.with_people(cloud_bench(tmp_path)))


def test_a_cloud_that_takes_back_more_than_came_gives_too_much(tmp_path: Path, monkeypatch: Saw) -> None:
    def returned(mine: Share, fact: QuotaReturned) -> Share:
        return replace(mine, upto=min(mine.upto, fact.spent), spent=fact.spent)

    monkeypatch.setattr("cloud.adapters.db.leases.returned", returned)
    with pytest.raises(AssertionError):
        test_cloud_leases.check_a_lease_that_is_newer_than_what_came_back_still_counts(test_cloud_leases.with_people(cloud_bench(tmp_path)))


def test_a_cloud_that_leases_any_day_gives_a_ration_to_a_wrong_clock(tmp_path: Path, monkeypatch: Saw) -> None:
    monkeypatch.setattr("cloud.adapters.db.leases.grants", lambda *_: True)
    with pytest.raises(AssertionError):
        test_cloud_leases.check_days_of_a_wrong_clock_are_refused(test_cloud_leases.with_people(cloud_bench(tmp_path)))


def test_a_station_that_ignores_its_cap_gives_the_whole_ration_offline(build: Build, monkeypatch: Saw) -> None:
    monkeypatch.setattr(Rations, "limit", Rations.ration)
    with pytest.raises(AssertionError):
        test_leases.check_without_having_heard_from_the_cloud_there_is_the_allowance(build(quota=test_leases.SHARED, sockets=[]))


def test_a_station_that_forgets_its_day_after_a_restart_gives_more(build: Build, monkeypatch: Saw) -> None:
    def restore(self: Quota, *_: Any) -> None:
        self._keep_from = ""

    monkeypatch.setattr(Quota, "restore", restore)
    with pytest.raises(AssertionError):
        test_leases.check_a_restart_gives_back_and_knows_what_was_drawn(build(quota=test_leases.SHARED, sockets=[]))


def test_a_station_that_believes_any_clock_gives_more(build: Build, monkeypatch: Saw) -> None:
    monkeypatch.setattr("edge.domain.cloud_time.CloudTime.allows", lambda *_: True)
    with pytest.raises(AssertionError):
        test_leases.check_a_clock_ten_years_ahead_earns_nothing(build(quota=test_leases.SHARED, sockets=[]))


def test_a_lease_that_was_given_back_and_comes_again_gives_more(monkeypatch: Saw) -> None:
    kept = LeaseBook.give_back

    def give_back(self: LeaseBook, lease: StoreLease, used: int) -> StoreLease | None:
        """Without the number: any lease is a new one."""
        cut = kept(self, lease, used)
        return cut and self.keep(replace(cut, number=0)) and cut

    monkeypatch.setattr(LeaseBook, "give_back", give_back)
    with pytest.raises(AssertionError):
        check_what_was_given_back_does_not_come_again()


def test_the_same_check_holds_with_the_rules_in() -> None:
    check_what_was_given_back_does_not_come_again()
