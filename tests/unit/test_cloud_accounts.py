"""Accounts of further ingest processes at the broker: named apart from stations and the cloud, kept, and with the rights of no more than taking in."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.broker import CLOUD, AccountRefused, Accounts
from cli.broker.accounts import load
from cli.broker.rights import by_user
from contract.topics import CLOUD_FILTERS, Leaf


def test_workers_have_accounts_of_their_own_that_are_kept(tmp_path: Path) -> None:
    accounts = Accounts()
    station, worker = accounts.add("st-1"), accounts.add_worker("worker-b")
    assert accounts.add_worker("worker-b") == worker != station
    accounts.save(tmp_path)
    assert [user for user, _ in load(tmp_path).items()] == [CLOUD, "worker-b", "st-1"]
    assert dict(load(tmp_path).items())["worker-b"] == worker


def test_accounts_of_before_there_were_workers_are_read(tmp_path: Path) -> None:
    (tmp_path / "accounts.json").write_text('{"cloud": "a", "stations": {"st-1": "b"}}')
    assert load(tmp_path).items() == [("cloud", "a"), ("st-1", "b")]


@pytest.mark.parametrize("name", [CLOUD, "st-1", "a/b", "", "Worker", "x" * 40])
def test_a_worker_takes_no_name_that_is_anothers_or_none(name: str) -> None:
    accounts = Accounts()
    accounts.add("st-1")
    with pytest.raises(AccountRefused):
        accounts.add_worker(name)


def test_a_station_takes_no_workers_name() -> None:
    accounts = Accounts()
    accounts.add_worker("worker-b")
    with pytest.raises(AccountRefused, match="worker"):
        accounts.add("worker-b")


def test_a_worker_hears_every_station_and_says_what_opens_nothing() -> None:
    rights = by_user(["st-1"], CLOUD, ["worker-b"])
    assert list(rights) == [CLOUD, "worker-b", "st-1"]
    assert set(rights["worker-b"].subscribe) == set(CLOUD_FILTERS)
    assert set(rights["worker-b"].publish) == {f"ss/v1/+/+/{leaf.value}" for leaf in (Leaf.ACK, Leaf.QUOTA_LEASE, Leaf.CMD)}
