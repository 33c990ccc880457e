"""The station's MQTT adapter against the embedded broker: kill it, freeze it, fill it, feed it garbage."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cli import broker
from cli.broker import CLOUD, RunningBroker
from contract.config import LinkConfig
from contract.topics import CLOUD_FILTERS, Leaf, topic
from edge.adapters.mqtt import WINDOW, MqttLink
from edge.domain.messages import AckReceived, CommandReceived, Input, InputFaulty, LinkChanged, RosterReceived
from tests.integration.broker_client import Client

ONE, TWO = "st-1", "st-2"
EVT = topic(ONE, Leaf.EVT)
ACK = json.dumps({"epoch": "0a1b2c3d", "upto": 17}).encode()


class Station:
    """A link and what it has posted."""

    def __init__(
        self,
        running: RunningBroker,
        keepalive_s: int = 30,
        password: str | None = None,
        port: int | None = None,
        ca_file: Path | None = None,
    ) -> None:
        self.posted: queue.Queue[Input] = queue.Queue()
        config = LinkConfig(host=running.host, port=port or running.port, ca_file=str(ca_file) if ca_file else None)
        config = config.model_copy(update={"keepalive_s": keepalive_s})  # below the 5 s of a real one
        word = running.password(ONE) if password is None else password
        self.link = MqttLink(
            config,
            ONE,
            word,
            lambda session: b"lost %d" % session,
            self.posted.put,
            first_delay_s=0.02,
            longest_delay_s=0.1,
        )
        self.link.start()

    def next(self, timeout: float = 10) -> Input:
        return self.posted.get(timeout=timeout)

    def until(self, wanted: Callable[[Input], bool], timeout: float = 10) -> Input:
        while not wanted(found := self.next(timeout)):
            pass
        return found


class Relay:
    """A cable between station and broker that can be cut."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        plain = socket.create_server(("127.0.0.1", 0))
        self._server = tls.wrap_socket(plain, server_side=True) if tls else plain
        self.port = int(self._server.getsockname()[1])
        self._broker_port = port
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while self._server.fileno() >= 0:
            with contextlib.suppress(OSError):  # closed, or a handshake that failed
                ends = [self._server.accept()[0], socket.create_connection(("127.0.0.1", self._broker_port))]
                self._ends = ends
                for one, other in (ends, ends[::-1]):
                    threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while words := one.recv(65536):
                other.sendall(words)

    def cut(self) -> None:
        for end in self._ends:
            end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._server.close()


def connected(said: Input) -> bool:
    return isinstance(said, LinkChanged) and said.connected


def away(said: Input) -> bool:
    return isinstance(said, LinkChanged) and not said.connected


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningBroker]:
    found = broker.start(tmp_path, [ONE, TWO], "nats")
    yield found
    found.stop()


@pytest.fixture
def cloud(running: RunningBroker) -> Iterator[Client]:
    client = Client(running, CLOUD, client_id="cloud-of-this-test")
    client.hear(*CLOUD_FILTERS)
    yield client
    client.close()


@pytest.fixture
def station(running: RunningBroker) -> Iterator[Station]:
    found = Station(running)
    assert connected(found.next())
    yield found
    found.link.stop()


def test_it_sends_and_hears_ack_roster_and_command(station: Station, cloud: Client) -> None:
    assert station.link.send(EVT, b"fact", 1, False)
    assert cloud.next().payload == b"fact"
    cloud.say(topic(ONE, Leaf.ACK), ACK)
    assert station.next() == AckReceived("0a1b2c3d", 17)
    cloud.say(topic(ONE, Leaf.ROSTER_DESIRED), b"people", retain=True)
    assert station.next() == RosterReceived(b"people")
    cloud.say(topic(ONE, Leaf.CMD), b"{}")
    assert station.next() == CommandReceived(b"{}")


def test_messages_arrive_in_the_order_in_which_they_were_sent(station: Station, cloud: Client) -> None:
    for number in range(500):
        while not station.link.send(EVT, b"%d" % number, 1, False):
            time.sleep(0.001)
    assert [int(cloud.next().payload) for _ in range(500)] == list(range(500))


def test_garbage_is_told_and_the_next_ack_still_counts(station: Station, cloud: Client) -> None:
    for garbage in (b"\xff\xfe", b"[" * 200, b"x" * 257, b"{}", b'{"epoch":"0a1b2c3d","upto":1e999}'):
        cloud.say(topic(ONE, Leaf.ACK), garbage)
        said = station.next()
        assert isinstance(said, InputFaulty) and said.source == "ack"
    cloud.say(topic(ONE, Leaf.ROSTER_DESIRED), b"x" * (1024 * 1024 + 1))
    assert isinstance(station.next(), InputFaulty)
    cloud.say(topic(ONE, Leaf.ACK), ACK)
    assert station.next() == AckReceived("0a1b2c3d", 17)


def test_a_killed_broker_is_told_and_nothing_is_queued_meanwhile(running: RunningBroker, station: Station) -> None:
    running.kill()
    assert away(station.next())
    assert not any(station.link.send(EVT, b"sent while away", 1, False) for _ in range(10))
    running.restart()
    cloud = Client(running, CLOUD, client_id="after")
    cloud.hear(*CLOUD_FILTERS)
    station.until(connected)
    assert station.link.send(EVT, b"after", 1, False)
    assert cloud.next().payload == b"after"
    cloud.close()


def test_a_frozen_broker_is_noticed_and_nothing_unacknowledged_is_sent_twice(running: RunningBroker) -> None:
    station = Station(running, keepalive_s=1)
    station.until(connected)
    os.kill(running.pid, signal.SIGSTOP)
    frozen_at = time.monotonic()
    taken = [station.link.send(EVT, b"into the ice", 1, False) for _ in range(WINDOW + 10)]
    assert taken == [True] * WINDOW + [False] * 10
    station.until(away)
    assert time.monotonic() - frozen_at < 2 * 1 + 1
    os.kill(running.pid, signal.SIGCONT)
    station.until(connected)
    cloud = Client(running, CLOUD, client_id="after")
    cloud.hear("ss/v1/+/+/evt")
    assert station.link.send(EVT, b"after", 1, False)
    assert cloud.next().payload == b"after"  # paho would have sent the 64 again
    cloud.close()
    station.link.stop()


def test_the_window_opens_again_as_messages_are_acknowledged(station: Station) -> None:
    deadline = time.monotonic() + 10
    sent = 0
    while sent < 5 * WINDOW and time.monotonic() < deadline:
        sent += station.link.send(EVT, b"x", 1, False)
    assert sent == 5 * WINDOW


def test_an_orderly_stop_sends_what_was_handed_over_and_no_last_will(running: RunningBroker, cloud: Client) -> None:
    threads = threading.active_count()
    station = Station(running)
    station.until(connected)
    assert station.link.send(topic(ONE, Leaf.STATE), b"stopped", 1, True)
    station.link.stop()
    assert cloud.next().payload == b"stopped"
    assert station.next() == LinkChanged(False, "stopped")
    assert threading.active_count() == threads
    probe = Client(running, TWO)
    probe.say(topic(TWO, Leaf.EVT), b"next")
    assert cloud.next().payload == b"next"
    probe.close()


def test_the_last_will_carries_the_number_of_its_connection(running: RunningBroker, cloud: Client) -> None:
    relay = Relay(running.port)
    station = Station(running, port=relay.port)
    for session in (1, 2, 3):
        station.until(connected)
        relay.cut()
        assert cloud.next().payload == b"lost %d" % session
        station.until(away)
    station.link.stop()
    relay.close()


def test_another_station_does_not_know_the_client_id(running: RunningBroker, station: Station, cloud: Client) -> None:
    thief = Client(running, TWO, client_id=ONE)
    assert thief.answer == "Success"  # NATS cannot refuse it
    assert station.link.send(EVT, b"still here", 1, False)
    assert cloud.next().payload == b"still here"
    assert station.posted.empty()
    thief.close()


def test_a_wrong_password_is_told_once(running: RunningBroker) -> None:
    station = Station(running, password="wrong")
    said = station.next()
    assert isinstance(said, LinkChanged) and not said.connected and "Not authorized" in said.detail
    with pytest.raises(queue.Empty):
        station.next(timeout=0.5)
    station.link.stop()


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / f"{name}.crt").write_bytes(made.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / f"{name}.key").write_bytes(secret)
    return folder / f"{name}.crt", folder / f"{name}.key"


def test_with_a_ca_file_only_a_broker_of_that_authority_is_spoken_to(running: RunningBroker, tmp_path: Path) -> None:
    ours, key = certificate(tmp_path, "ours")
    other, _ = certificate(tmp_path, "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ours, key)
    relay = Relay(running.port, context)
    trusting = Station(running, port=relay.port, ca_file=ours)
    assert connected(trusting.next())
    trusting.link.stop()
    wary = Station(running, port=relay.port, ca_file=other)
    said = wary.next()
    assert isinstance(said, LinkChanged) and not said.connected and "certificate" in said.detail.lower()
    wary.link.stop()
    relay.close()


@pytest.mark.parametrize(
    "words", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x20\x02\x00\x00\x30\x05\xff\xffabc", bytes(64)]
)
def test_a_server_that_speaks_no_mqtt_is_survived(running: RunningBroker, words: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        posted: queue.Queue[Input] = queue.Queue()
        link = MqttLink(
            LinkConfig(host="127.0.0.1", port=port),
            ONE,
            "x",
            lambda _: b"",
            posted.put,
            first_delay_s=0.01,
            longest_delay_s=0.02,
        )
        link.start()
        for _ in range(3):  # it comes back each time
            server.settimeout(10)
            visitor, _ = server.accept()
            visitor.recv(1024)
            visitor.sendall(words)
            visitor.close()
        link.stop()
    assert away(posted.get(timeout=5))
