"""The fleet: three stations with people in one process, over the embedded broker; what arrives, and that nothing is left behind."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import broker as brokers
from contract.envelope import Ack, FactEnvelope, decode
from contract.facts import DoorOpened, EntryGranted, RosterApplied, WaterReserved
from contract.roster import Person, Roster, code_digest
from contract.state import Link, State
from contract.topics import CLOUD_FILTERS, Leaf, parse, topic
from tests.integration.broker_client import Client
from twin.cables import Cables
from twin.city import city, people

ROOT = Path(__file__).resolve().parents[2]
SALT = "5a" * 16
PEOPLE = 6
LONGEST_S = 60.0
SEED = 2132
"""One in which somebody comes early at each of the three stations."""
PLACES = city(3)


class Collector:
    """Stands in for the cloud: keeps each fact once, in order, and acknowledges."""

    def __init__(self, broker: brokers.RunningBroker) -> None:
        self.facts: dict[str, list[FactEnvelope]] = defaultdict(list)
        self.states: dict[str, State] = {}
        self._client = Client(broker, brokers.CLOUD, client_id="cloud-collector")
        self._client.hear(*CLOUD_FILTERS)

    def give(self, station: str, roster: bytes) -> None:
        """Tell a station who may come in."""
        self._client.say(topic(station, Leaf.ROSTER_DESIRED), roster, retain=True)

    def until(self, found: Callable[[], bool], seconds: float = LONGEST_S) -> bool:
        """Take in until `found()` is true; whether it became so."""
        end = time.monotonic() + seconds
        while not found() and time.monotonic() < end:
            try:
                message = self._client.arrived.get(timeout=0.2)
            except queue.Empty:
                continue
            self._take(*parse(message.topic), message.payload)
        return found()

    def close(self) -> None:
        """Goodbye."""
        self._client.close()

    def _take(self, station: str, leaf: Leaf, payload: bytes) -> None:
        if leaf is Leaf.STATE:
            self.states[station] = State.model_validate_json(payload)
        elif leaf is Leaf.EVT:
            self._fact(station, decode(payload, FactEnvelope))

    def _fact(self, station: str, fact: FactEnvelope) -> None:
        kept = self.facts[station]
        if not kept or fact.seq > kept[-1].seq:
            assert fact.seq == (kept[-1].seq + 1 if kept else 1), "a hole"
            kept.append(fact)
        ack = Ack(epoch=fact.epoch, upto=kept[-1].seq)
        self._client.say(topic(station, Leaf.ACK), ack.model_dump_json().encode())


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[brokers.RunningBroker]:
    running = brokers.start(tmp_path / "broker", [place.station for place in PLACES])
    yield running
    running.stop()


@pytest.fixture
def collector(broker: brokers.RunningBroker) -> Iterator[Collector]:
    made = Collector(broker)
    for place in PLACES:
        made.give(place.station, _roster())
    yield made
    made.close()


@pytest.fixture
def fleet(broker: brokers.RunningBroker, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    file = tmp_path / "fleet.json"
    file.touch(mode=0o600)
    rows = [_row(place.station, broker, tmp_path) | place._asdict() for place in PLACES]
    file.write_text(json.dumps(rows))
    started = _run("--stations", str(file), "--seed", str(SEED), "--speed", "30", "--people", str(PEOPLE), "--until-stdin-closes")
    yield started
    started.kill()
    started.wait()


@pytest.mark.slow
def test_facts_of_all_stations_arrive_in_order_and_the_end_of_input_ends_all(
    collector: Collector, fleet: subprocess.Popen[bytes]
) -> None:
    assert fleet.stdout is not None and fleet.stdin is not None
    assert fleet.stdout.readline().startswith(b"ready: 3 stations")

    def lively() -> bool:
        seen = [{type(fact.data) for fact in collector.facts[place.station]} for place in PLACES]
        return all({RosterApplied, EntryGranted, DoorOpened} <= kinds for kinds in seen) and any(WaterReserved in kinds for kinds in seen)

    assert collector.until(lively), {name: [f.data.kind for f in facts] for name, facts in collector.facts.items()}
    known = {one.person for one in people(SEED, PEOPLE)}
    granted = [f.data.person for facts in collector.facts.values() for f in facts if isinstance(f.data, EntryGranted)]
    assert set(granted) <= known

    children = Path(f"/proc/{fleet.pid}/task/{fleet.pid}/children")
    assert not children.exists() or children.read_text() == ""
    began = time.monotonic()
    fleet.stdin.close()
    assert fleet.wait(10.0) == 0
    assert time.monotonic() - began < 5.0
    assert collector.until(lambda: all(collector.states[p.station].link is Link.STOPPED for p in PLACES), 5.0)


def test_sigterm_ends_it_in_order(fleet: subprocess.Popen[bytes]) -> None:
    assert fleet.stdout is not None
    fleet.stdout.readline()
    fleet.terminate()
    assert fleet.wait(5.0) == 0


def test_a_file_that_is_no_list_of_stations_is_told_in_words(tmp_path: Path) -> None:
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps([{"station": "ST 1", "port": 0, "password": "secret-word"}]))
    ended = subprocess.run(_command("--stations", str(file)), cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 78
    assert "station" in ended.stderr and "Traceback" not in ended.stderr
    assert "secret-word" not in ended.stderr


def test_a_cut_cable_looks_like_one_to_the_broker_and_works_again_when_joined(broker: brokers.RunningBroker, collector: Collector) -> None:
    station = PLACES[0].station
    will = topic(station, Leaf.STATE)
    cables = Cables()
    cables.start()
    try:
        cable = cables.lay(broker.host, broker.port)
        through = _Through(broker, cable.port)
        client = Client(through, station, will=(will, b"will"))  # type: ignore[arg-type]
        assert client.answer == "Success"
        listener = Client(broker, brokers.CLOUD, client_id="cloud-listener")
        listener.hear(will)
        cable.cut()
        assert client.gone.wait(5.0)
        assert listener.next().payload == b"will"
        cable.join()
        again = Client(through, station)  # type: ignore[arg-type]
        assert again.answer == "Success"
        for each in (again, listener, client):
            each.close()
    finally:
        cables.stop()
    assert "twin-cables" not in [thread.name for thread in threading.enumerate()]


class _Through:
    """A broker as it is found at the end of a cable."""

    def __init__(self, broker: brokers.RunningBroker, port: int) -> None:
        self.host, self.port, self.password = broker.host, port, broker.password


def _roster() -> bytes:
    entries = [
        Person(person=one.person, number=one.number, code_digest=code_digest(SALT, one.number, one.pin), label=one.label)
        for one in people(SEED, PEOPLE)
    ]
    return Roster(version=1, salt=SALT, people=entries).model_dump_json().encode()


def _row(station: str, broker: brokers.RunningBroker, folder: Path) -> dict[str, object]:
    return {"host": broker.host, "port": broker.port, "password": broker.password(station), "folder": str(folder / station)}


def _run(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(_command(*arguments), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "twin.fleet", *arguments]
