"""The MQTT adapter without a broker: what it makes of messages, its client id, its patience; it never blocks."""

from __future__ import annotations

import itertools
import json
import queue
import random
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.config import LinkConfig
from contract.topics import Direction, Leaf, leaves, topic
from edge.adapters.mqtt import HEARD, MqttLink, client_id, delays, understand
from edge.domain.messages import AckReceived, CommandReceived, ConfigReceived, Input, InputFaulty, LinkChanged, RosterReceived

STATION = "st-1"
ACK = topic(STATION, Leaf.ACK)
ROSTER = topic(STATION, Leaf.ROSTER_DESIRED)
CMD = topic(STATION, Leaf.CMD)


def ack(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def test_an_ack_is_understood() -> None:
    assert understand(STATION, ACK, ack(epoch="0a1b2c3d", upto=17)) == AckReceived("0a1b2c3d", 17)
    ahead = ack(epoch="0a1b2c3d", upto=17, ahead=[[40, 52], [20, 20]])
    assert understand(STATION, ACK, ahead) == AckReceived("0a1b2c3d", 17, ((40, 52), (20, 20)))


def test_documents_are_passed_on_unread() -> None:
    assert understand(STATION, ROSTER, b"{") == RosterReceived(b"{")
    assert understand(STATION, CMD, b"\xff") == CommandReceived(b"\xff")


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        (ACK, b"nonsense"),
        (ACK, b""),
        (ACK, ack(epoch="0a1b2c3d", upto=-1)),
        (ACK, ack(epoch="0a1b2c3d", upto=1.5)),
        (ACK, ack(epoch="0a1b2c3d", upto="17; DROP TABLE outbox")),
        (ACK, ack(epoch="not hex!", upto=1)),
        (ACK, ack(epoch="0a1b2c3d", upto=1, more=1)),
        (ACK, b"[" * 256),
        (ACK, b" " * 512 + ack(epoch="0a1b2c3d", upto=17)),
        (ROSTER, b"x" * (1024 * 1024 + 1)),
        (ROSTER, b""),
        (topic("st-2", Leaf.ACK), ack(epoch="0a1b2c3d", upto=17)),
        (topic(STATION, Leaf.EVT), b"{}"),
        (topic(STATION, Leaf.CFG_DESIRED), b""),
        ("ss/v1/99/st-1/ack", ack(epoch="0a1b2c3d", upto=17)),
        ("", b"{}"),
        ("\x00\ud800", b"{}"),
    ],
)
def test_what_makes_no_sense_is_told_and_not_passed_on(name: str, payload: bytes) -> None:
    assert isinstance(understand(STATION, name, payload), InputFaulty)


@pytest.mark.parametrize("raw", [b"{}", b"x" * (256 * 1024 + 1)], ids=len)
def test_a_configuration_of_any_size_is_passed_on_to_who_reports_of_it(raw: bytes) -> None:
    assert understand(STATION, topic(STATION, Leaf.CFG_DESIRED), raw) == ConfigReceived(raw)


@given(st.one_of(st.sampled_from([ACK, ROSTER, CMD]), st.text()), st.binary(max_size=300))
def test_nothing_a_message_contains_raises(name: str, payload: bytes) -> None:
    understand(STATION, name, payload)


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
@pytest.mark.slow
def test_no_json_document_on_ack_raises(document: object) -> None:
    understand(STATION, ACK, json.dumps(document).encode())


def test_a_reason_quotes_nothing_of_the_message() -> None:
    said = understand(STATION, ACK, ack(epoch="secret-of-somebody", upto=1))
    assert isinstance(said, InputFaulty)
    assert "secret" not in said.reason


def test_only_what_the_cloud_may_say_is_heard() -> None:
    assert set(HEARD) <= set(leaves(Direction.DOWN))


def test_the_client_id_stays_the_same_and_needs_the_password() -> None:
    assert client_id("st-1", "a") == client_id("st-1", "a")
    assert len({client_id("st-1", "a"), client_id("st-1", "b"), client_id("st-2", "a")}) == 3
    assert not set(" .*>#+/") & set(client_id("st-1", "a"))  # NATS refuses these


def test_waits_double_up_to_the_longest_and_are_spread() -> None:
    waits = list(itertools.islice(delays(random.Random(1)), 200))
    assert 1.0 <= waits[0] <= 2.0
    assert max(waits) <= 30.0
    assert min(waits[10:]) >= 15.0
    assert len(set(waits)) == len(waits)


@pytest.mark.parametrize(
    "config",
    [
        LinkConfig(host="127.0.0.1", port=1),
        LinkConfig(host="no-such-host.invalid", port=1883),
        LinkConfig(host="bad host \x00", port=1883),
        LinkConfig(host="127.0.0.1", port=1, ca_file="/no/such/file"),
    ],
)
def test_a_broker_that_is_not_there_is_told_once_and_blocks_nobody(config: LinkConfig) -> None:
    posted: queue.Queue[Input] = queue.Queue()
    tries = threading.Semaphore(0)

    def will(session: int) -> bytes:
        tries.release()
        assert session == 1
        return b"lost"

    link = MqttLink(config, STATION, "password", will, posted.put, first_delay_s=0.001, longest_delay_s=0.002)
    link.start()
    for _ in range(3):
        assert tries.acquire(timeout=10)
    assert link.send(topic(STATION, Leaf.EVT), b"x", 1, False) is False
    link.stop()
    said = posted.get(timeout=1)
    assert isinstance(said, LinkChanged) and not said.connected and said.detail
    assert posted.empty() or posted.get() == LinkChanged(False, "stopped")
    assert posted.empty()


def test_stop_before_start_is_harmless() -> None:
    MqttLink(LinkConfig(), STATION, "password", lambda _: b"", lambda _: None).stop()
