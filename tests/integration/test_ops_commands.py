"""The commands of remote ops against a real cloud over HTTP: what a person types, from the login to the way back of a bad configuration.

Stations here only answer on `cfg/reported` as the contract says; the real ones are in tests/scenarios/test_config_slots.py.
"""

from __future__ import annotations

import io
import queue
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn

from cli import config_tree, keys, station
from cli.ops import apply, client, contexts, diff, login, plan, rollout
from cli.ops.client import Client
from cli.ops.exits import Exit
from cli.ops.follow import follow
from cli.ops.get import main as get
from cloud.app import Cloud, assemble, create_app
from cloud.domain.accounts import Change
from cloud.domain.callers import Role
from cloud.settings import Settings
from contract.configuration import ConfigReport, Phase
from contract.signing import Kind, content
from contract.topics import Leaf, parse, topic
from contract.trust import Bundle
from tests.cloud_parts import FakeStation
from tests.ops_cloud import PASSWORD, alone, tree

BAD_S = 29
"""Stations here roll back what says so much for door.unlock_s."""


@dataclass
class Town:
    """The broker and what hangs on it: takes what the cloud publishes, and answers each configuration after a moment."""

    connected_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    heard: queue.Queue[tuple[str, bytes] | None] = field(default_factory=queue.Queue)
    confirmed: dict[str, tuple[int, str]] = field(default_factory=dict)

    def publish(self, name: str, payload: bytes, qos: int, retain: bool) -> bool:
        self.heard.put((name, payload))
        return True

    deliver = publish

    def deliver_each(self, messages: Sequence[tuple[str, bytes]], qos: int, retain: bool) -> list[bool]:
        return [self.publish(name, payload, qos, retain) for name, payload in messages]

    def answer(self, cloud: Cloud) -> None:
        """On its own thread, until it is told None."""
        while (one := self.heard.get()) is not None:
            name, leaf = parse(one[0])
            if leaf is Leaf.CFG_DESIRED:
                document = Bundle.model_validate_json(one[1]).document
                told = content(document, Kind.CONFIG)
                config = told["config"]
                bad = isinstance(config, dict) and config["door"]["unlock_s"] == BAD_S
                phase = Phase.ROLLED_BACK if bad else Phase.CONFIRMED
                self.report(cloud, name, int(str(told["version"])), document.sha256, phase)

    def report(self, cloud: Cloud, name: str, version: int, sha256: str, phase: Phase) -> None:
        if phase is Phase.CONFIRMED:
            self.confirmed[name] = version, sha256
        holds, of = self.confirmed.get(name, (0, ""))
        reason = "the strike does not answer" if phase is Phase.ROLLED_BACK else ""
        said = ConfigReport(
            version=version, sha256=sha256, phase=phase, reason=reason, in_force_version=holds, in_force_sha256=of, confirmed_version=holds,
            confirmed_sha256=of, root=1, at=datetime.now(UTC),
        )  # fmt: skip
        cloud.ingest.offer(topic(name, Leaf.CFG_REPORTED), said.model_dump_json().encode(), True)


@contextmanager
def running(cloud: Cloud) -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(create_app(cloud), log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        cloud.parts.hub.close()
        server.should_exit = True
        thread.join(10)


@dataclass
class Desk:
    """Where the person sits."""

    url: str
    folder: Path
    keys: Path
    monkeypatch: pytest.MonkeyPatch

    def typed(self, text: str = PASSWORD) -> None:
        self.monkeypatch.setattr("sys.stdin", io.StringIO(f"{text}\n"))

    def district(self, name: str, unlock_s: int) -> None:
        (self.folder / f"cities/lanting/districts/{name}.yaml").write_text(f"door: {{unlock_s: {unlock_s}}}\n", encoding="utf-8")

    def applied(self, *words: str) -> str:
        """The id of the rollout."""
        self.typed()
        more = ["--key", str(self.keys / "ops.pem"), "--yes", "--soak", "0", "--visits", "0", "--password-stdin", "--reason", "slow walkers"]
        assert apply.main([*words, *more]) == Exit.OK
        return str(Client(contexts.load().contexts["default"]).get("/rollouts")["items"][0]["id"])

    def followed(self, number: str) -> Exit:
        return follow(Client(contexts.load().contexts["default"]), number, lambda _: time.sleep(0.1))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    alone(monkeypatch, tmp_path)
    folder, town = tree(tmp_path / "layers"), Town()
    cloud = assemble(Settings(data=tmp_path / "cloud"), outgoing=town)
    cloud.parts.accounts.put(Change("lin.mei", Role.OPS, frozenset(), PASSWORD, "test"))
    answering = threading.Thread(target=town.answer, args=(cloud,), daemon=True)
    with running(cloud) as url:
        answering.start()
        for one in config_tree.load(folder).stations():
            state = FakeStation(one.station, at=datetime.now(UTC)).state(city=one.city, district=one.district, level=6)
            cloud.ingest.offer(state.topic, state.payload, False)
            town.report(cloud, one.station, 0, "", Phase.NONE)
        made = Desk(url, folder, tmp_path / "keys", monkeypatch)
        made.typed()
        assert login.main(["--server", url, "--user", "lin.mei", "--password-stdin"]) == 0
        assert keys.main(["init", str(made.keys), "--no-passphrase"]) == 0
        assert keys.main(["push", str(made.keys)]) == 0
        wait_for(lambda: len(list(client.Client(contexts.load().contexts["default"]).pages("/config"))) == 3)
        yield made
        town.heard.put(None)
        answering.join(5)


def wait_for(true: object) -> None:
    """Within 10 s."""
    for _ in range(200):
        if callable(true) and true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to be within 10 s")


def test_a_district_changes_in_waves_and_a_bad_one_stops_at_the_first(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at, out = ["--folder", str(desk.folder)], str(tmp_path / "plan.json")
    assert desk.followed(desk.applied(*at, "--wave", "100%")) is Exit.OK
    assert diff.main(at) == Exit.OK

    desk.district("riverside", 8)
    capsys.readouterr()
    assert diff.main(at) == Exit.CHANGES
    assert capsys.readouterr().out.splitlines() == ["2 stations: st-1 st-2", "  ~ door.unlock_s: 5 -> 8"]
    assert plan.main([*at, "--out", out]) == Exit.CHANGES
    second = desk.applied(out, "--wave", "1,100%")
    assert desk.followed(second) is Exit.OK
    assert diff.main(at) == Exit.OK
    desk.typed()
    assert apply.main([out, "--wave", "100%", "--reason", "again", "--key", str(desk.keys / "ops.pem"), "--yes"]) == Exit.FAILED
    assert "changed since it was made" in capsys.readouterr().err

    desk.district("riverside", BAD_S)
    third = desk.applied(*at, "--wave", "1,100%")
    assert desk.followed(third) is Exit.FAILED
    assert "the strike does not answer" in capsys.readouterr().out
    assert rollout.main(["undo", third, "--reason", "a typing error", "--dry-run"]) == 0
    assert "back  its undo" in capsys.readouterr().out
    assert rollout.main(["undo", third, "--reason", "a typing error"]) == 0
    desk.district("riverside", 8)
    wait_for(lambda: diff.main(at) == Exit.OK)
    assert get(["rollouts", "-o", "name"]) == 0


def test_what_the_cloud_refuses_is_said_in_its_words(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert rollout.main(["pause", "r99", "--reason", "slip"]) == Exit.REFUSED
    assert "kiosk rollout: there is no rollout 'r99'" in capsys.readouterr().err
    assert station.main(["identify", "st-1", "--reason", "which one is it"]) == Exit.REFUSED
    assert "./kiosk keys delegate" in capsys.readouterr().err
    desk.typed("something else entirely")
    assert station.main(["unlock", "st-1", "--reason", "courier", "--password-stdin"]) == Exit.NOT_ALLOWED
    desk.monkeypatch.setenv(contexts.TOKEN, "not-a-token")
    assert get(["orders", "st-1"]) == Exit.NOT_ALLOWED
    assert "log in with ./kiosk login" in capsys.readouterr().err
