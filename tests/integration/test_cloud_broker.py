"""The cloud on the real embedded broker: facts arrive, are acknowledged at the station, and survive a cloud that dies."""

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

from cli.broker import CLOUD, RunningBroker, start
from contract.roster import decode
from contract.topics import Leaf, topic
from tests.cloud_parts import FakeStation

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningBroker]:
    running = start(tmp_path / "broker", ["st-1"])
    yield running
    running.stop()


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to be in time"
        time.sleep(0.01)


class RunningCloud:
    """`python -m cloud` as a process of its own."""

    def __init__(self, folder: Path, broker: RunningBroker) -> None:
        password = folder / "cloud-password"
        password.write_text(broker.password(CLOUD))
        given = {
            "DATA": folder / "cloud", "PORT": 0, "BROKER_PORT": broker.port, "BROKER_PASSWORD_FILE": password,
        }  # fmt: skip
        environment = {**os.environ, **{f"SMART_STATION_CLOUD_{name}": str(value) for name, value in given.items()}}
        command = [sys.executable, "-m", "cloud"]
        self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.url = self.process.stdout.readline().split()[1].rstrip("/") + "/api/v1"
        self.token = ""

    def first_token(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().split()[-1]

    def get(self, path: str) -> Any:
        try:
            return httpx2.get(self.url + path, timeout=5).json()
        except httpx2.TransportError:
            return {}

    def end(self, how: int) -> float:
        """Seconds that it took to end."""
        begun = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(10)
        assert self.process.stdout
        self.process.stdout.close()
        return time.monotonic() - begun


class Caller:
    """A station's end of the broker: publishes, and keeps what it hears."""

    def __init__(self, broker: RunningBroker) -> None:
        self.station = FakeStation()
        self.heard: list[tuple[str, bytes]] = []
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id="st-1")
        self.client.username_pw_set("st-1", broker.password("st-1"))
        self.client.on_message = lambda _c, _d, message: self.heard.append((message.topic, bytes(message.payload)))
        self.client.on_connect = lambda client, *_: client.subscribe(
            [(topic("st-1", Leaf.ACK), 1), (topic("st-1", Leaf.ROSTER_DESIRED), 1)]
        )
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()

    def say(self, *seqs: int) -> None:
        for seq in seqs:
            message = self.station.fact(seq)
            self.client.publish(message.topic, message.payload, 1)

    def acknowledged(self) -> int:
        return max((json.loads(raw)["upto"] for name, raw in self.heard if name.endswith("/ack")), default=0)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def test_nothing_is_lost_or_twice_when_the_cloud_is_killed(tmp_path: Path, broker: RunningBroker) -> None:
    station, cloud = Caller(broker), RunningCloud(tmp_path, broker)
    try:
        token = cloud.first_token()
        until(lambda: cloud.get("/health").get("ok") is True)
        station.say(*range(1, 101))
        until(lambda: station.acknowledged() == 100)
        station.say(*range(101, 401))
        cloud.end(signal.SIGKILL)
        cloud = RunningCloud(tmp_path, broker)
        until(lambda: cloud.get("/health").get("ok") is True)
        station.say(*range(station.acknowledged() + 1, 401))  # as a station's outbox does
        until(lambda: station.acknowledged() == 400)
        found = cloud.get("/facts?order=oldest&limit=1000")["items"]
        assert sorted(one["seq"] for one in found) == list(range(1, 401))

        person = {"number": "1001", "pin": "4711"}
        bearer = {"authorization": f"Bearer {token}"}
        assert httpx2.put(cloud.url + "/people/p-1", json=person, headers=bearer).status_code == 200
        until(lambda: any(name.endswith("/roster/desired") for name, _ in station.heard))
        assert decode(next(raw for name, raw in station.heard if name.endswith("desired"))).people[0].person == "p-1"

        with httpx2.stream("GET", cloud.url + "/stream") as follower:  # a follower must not hold up the end
            assert follower.status_code == 200
            assert cloud.end(signal.SIGTERM) < 3
        assert cloud.process.returncode == 0
    finally:
        station.close()
        if cloud.process.poll() is None:
            cloud.end(signal.SIGKILL)
