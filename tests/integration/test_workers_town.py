"""Two ingest processes with half of the shards each, on real brokers and databases: each fact once, one that dies is nobody else's trouble."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from cli import broker
from cli.broker import CLOUD, RunningBroker
from cloud.adapters.mqtt import CloudLink
from contract.topics import CLOUD_FILTERS, Leaf, shard, topic
from tests.cloud_parts import FakeStation
from tests.integration.broker_client import AnyBroker, Client
from tests.integration.postgres import RunningPostgres
from tests.servers import need

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.server
FIRST, SECOND = ("cloud", "0-31"), ("worker-b", "32-63")
NAMES = [f"st-{number}" for number in range(1, 40)]
STATIONS = [name for name in NAMES if shard(name) < 32][:4] + [name for name in NAMES if shard(name) >= 32][:4]
FACTS = 120


def until(true: Callable[[], bool], seconds: float = 40.0) -> None:
    """NATS may take its ack_wait to deliver again; these stations, unlike real ones, leave that to it."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to be in time"
        time.sleep(0.02)


class Worker:
    """`python -m cloud` as a process of its own, with a name, shards and a database."""

    def __init__(self, folder: Path, broker: AnyBroker, who: tuple[str, str], database: str) -> None:
        name, shards = who
        password = folder / f"{name}-password"
        password.write_text(broker.password(name))
        given = {
            "DATA": folder / name, "PORT": 0, "BROKER_PORT": broker.port, "BROKER_PASSWORD_FILE": password, "WORKER": name,
            "SHARDS": shards, "DATABASE_URL": database,
        }  # fmt: skip
        environment = {**os.environ, **{f"SMART_STATION_CLOUD_{key}": str(value) for key, value in given.items()}}
        self.process = subprocess.Popen([sys.executable, "-m", "cloud"], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.url = self.process.stdout.readline().split()[1].rstrip("/") + "/api/v1"

    def get(self, path: str) -> Any:
        try:
            return httpx2.get(self.url + path, timeout=5).json()
        except httpx2.TransportError:
            return {}

    def hears(self) -> bool:
        return bool(self.get("/health").get("broker", {}).get("connected"))

    def end(self, how: int = signal.SIGKILL) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()


class Station:
    """A station's end: publishes, keeps what is acknowledged, sends again what is not."""

    def __init__(self, broker: AnyBroker, name: str) -> None:
        self.station, self.upto = FakeStation(name), 0
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name)
        self.client.username_pw_set(name, broker.password(name))
        self.client.on_message = self._heard
        self.client.on_connect = lambda client, *_: client.subscribe(topic(name, Leaf.ACK), 1)
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()

    def _heard(self, _client: Any, _data: Any, message: Any) -> None:
        self.upto = max(self.upto, json.loads(message.payload)["upto"])

    def say(self, first: int, last: int) -> None:
        for seq in range(first, last + 1):
            message = self.station.fact(seq)
            self.client.publish(message.topic, message.payload, 1)

    def has(self, last: int) -> bool:
        return self.upto >= last

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture(params=["nats", "mosquitto"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningBroker]:
    if request.param == "mosquitto":
        need("mosquitto")
    found = broker.start(tmp_path / "broker", STATIONS, request.param, workers=[SECOND[0]])
    yield found
    found.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite'}"
        return
    server = RunningPostgres()
    yield server.url
    server.close()


def test_one_worker_dies_and_nothing_is_lost_or_twice(tmp_path: Path, running: RunningBroker, database: str) -> None:
    one = Worker(tmp_path, running, FIRST, database)
    two = Worker(tmp_path, running, SECOND, database)
    stations = [Station(running, name) for name in STATIONS]
    of_one, of_two = stations[:4], stations[4:]
    try:
        until(lambda: one.hears() and two.hears())
        for station in stations:
            station.say(1, FACTS)
        until(lambda: all(station.has(FACTS) for station in stations))

        two.end()
        for station in stations:
            station.say(FACTS + 1, 2 * FACTS)
        begun = time.monotonic()
        until(lambda: all(station.has(2 * FACTS) for station in of_one))
        print(f"{running.kind}: the other worker's stations waited {time.monotonic() - begun:.2f} s")
        assert not any(station.has(FACTS + 1) for station in of_two)
        until(lambda: one.get("/health")["problems"] == ["shards_unserved"], 30)

        two = Worker(tmp_path, running, SECOND, database)
        until(two.hears)
        for station in of_two:
            station.say(station.upto + 1, 2 * FACTS)  # as its outbox does
        until(lambda: all(station.has(2 * FACTS) for station in stations))
        until(lambda: one.get("/health")["problems"] == [])

        for name in STATIONS:
            for worker in (one, two):
                found = worker.get(f"/facts?station={name}&order=oldest&limit=1000")["items"]
                assert sorted(item["seq"] for item in found) == list(range(1, 2 * FACTS + 1))
        assert [worker["worker"] for worker in two.get("/health")["workers"]] == ["cloud", "worker-b"]
    finally:
        for station in stations:
            station.close()
        one.end()
        two.end()


def test_who_follows_one_worker_hears_of_what_the_other_stored(tmp_path: Path, running: RunningBroker) -> None:
    database = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    one, two = Worker(tmp_path, running, FIRST, database), Worker(tmp_path, running, SECOND, database)
    station = Station(running, STATIONS[-1])
    try:
        until(lambda: one.hears() and two.hears())
        with httpx2.stream("GET", one.url + "/stream", timeout=10) as stream:
            lines = stream.iter_lines()
            while "hello" not in next(lines):
                pass
            station.say(1, 5)
            told: list[int] = []
            while len(told) < 5:
                line = next(lines)
                if line.startswith("data: ") and '"seq"' in line:
                    told.append(json.loads(line.removeprefix("data: "))["seq"])
        assert told == [1, 2, 3, 4, 5]
        until(lambda: any(row["station"] == STATIONS[-1] for row in one.get("/stations")["items"]))
    finally:
        station.close()
        one.end(signal.SIGTERM)
        two.end(signal.SIGTERM)


def test_a_worker_hears_every_station_and_may_only_answer(running: RunningBroker) -> None:
    name = STATIONS[0]
    worker = Client(running, SECOND[0])
    station, other = Client(running, name), Client(running, CLOUD, client_id=CLOUD)
    try:
        assert all(worker.hear(*CLOUD_FILTERS))
        station.hear(topic(name, Leaf.ACK), topic(name, Leaf.ROSTER_DESIRED), topic(name, Leaf.CMD), topic(name, Leaf.QUOTA_LEASE))
        station.say(topic(name, Leaf.EVT), b"fact")
        station.say(topic(name, Leaf.ALARM), b"alarm")
        assert {worker.next().payload, worker.next().payload} == {b"fact", b"alarm"}
        for leaf in (Leaf.ACK, Leaf.CMD, Leaf.QUOTA_LEASE):
            worker.say(topic(name, leaf), leaf.value.encode())
            assert station.next().payload == leaf.value.encode()
        worker.say(topic(name, Leaf.ROSTER_DESIRED), b"forged")
        other.say(topic(name, Leaf.ACK), b"after")
        assert station.next().payload == b"after"
    finally:
        for client in (worker, station, other):
            client.close()


def test_a_refused_subscription_is_told_in_words(running: RunningBroker) -> None:
    """A station's account, where the cloud's should be."""
    if running.kind == "mosquitto":
        pytest.skip("it grants every subscription and delivers nothing: tests/integration/test_broker_rights.py")
    name = STATIONS[0]
    heard: list[object] = []
    link = CloudLink((running.host, running.port), name, running.password(name), None, lambda *said: heard.append(said), lambda: heard.append("up"), lambda: 1)
    link.start()
    try:
        until(lambda: "refused" in link.detail)
        assert "see its rights" in link.detail and len(link.detail) < 300
        assert (link.connected_ms, heard) == (None, [])
    finally:
        link.stop()
