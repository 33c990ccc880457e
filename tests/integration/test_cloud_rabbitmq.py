"""The ingest on RabbitMQ: the same wire, another broker. Killed and started again: each fact once; nobody speaks in another's name."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.topics import Leaf, topic
from tests.integration.broker_client import Client
from tests.integration.rabbitmq import RunningRabbit
from tests.integration.test_workers_town import SECOND, Station, Worker, until

pytestmark = pytest.mark.server
STATIONS = ["st-1", "st-2", "st-3", "st-4"]


@pytest.fixture(scope="module")
def rabbit() -> Iterator[RunningRabbit]:
    running = RunningRabbit(STATIONS, (SECOND[0],))
    yield running
    running.close()


def test_facts_arrive_once_though_the_cloud_is_killed(tmp_path: Path, rabbit: RunningRabbit) -> None:
    database = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    cloud = Worker(tmp_path, rabbit, ("cloud", "0-63"), database)
    stations = [Station(rabbit, name) for name in STATIONS]
    try:
        until(cloud.hears, 30)
        for station in stations:
            station.say(1, 100)
        until(lambda: all(station.has(100) for station in stations), 30)
        for station in stations:
            station.say(101, 300)
        cloud.end()
        cloud = Worker(tmp_path, rabbit, ("cloud", "0-63"), database)
        until(cloud.hears, 30)
        for station in stations:
            station.say(station.upto + 1, 300)
        until(lambda: all(station.has(300) for station in stations), 30)
        for name in STATIONS:
            found = cloud.get(f"/facts?station={name}&limit=1000")["items"]
            assert sorted(item["seq"] for item in found) == list(range(1, 301))
    finally:
        for station in stations:
            station.close()
        cloud.end(signal.SIGTERM)


def test_a_worker_with_half_of_the_shards_is_given_its_subscriptions(tmp_path: Path, rabbit: RunningRabbit) -> None:
    worker = Worker(tmp_path, rabbit, SECOND, f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    try:
        until(worker.hears, 30)
    finally:
        worker.end(signal.SIGTERM)


def test_nobody_speaks_in_anothers_name(rabbit: RunningRabbit) -> None:
    listener = Client(rabbit, "cloud")
    listener.hear(topic("st-1", Leaf.EVT).replace("/st-1/", "/+/"), "ss/v1/+/+/evt")
    forger = Client(rabbit, "st-2")
    forger.say(topic("st-1", Leaf.EVT), b"forged")
    true = Client(rabbit, "st-1")
    true.say(topic("st-1", Leaf.EVT), b"true")
    assert listener.next().payload == b"true"
    for client in (listener, forger, true):
        client.close()
