"""The link to the broker: paho as a window. It sends while connected, and posts what comes in.

Each connection is a new paho client. What that client had not got acknowledged dies with it, because the outbox is the
only memory: paho would send it again after a reconnect, and the outbox would too. Touches the network; decides nothing.

The session is a clean one. Acks are cumulative and repeated, roster and configuration are retained, and commands must
not wait: a kept session would only leave a queue at the broker for every station that never comes back.
"""

from __future__ import annotations

import hashlib
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from pydantic import ValidationError

from contract.config import LinkConfig
from contract.envelope import Ack
from contract.leases import QuotaLease
from contract.topics import Leaf, TopicRefused, parse, topic
from edge.domain.messages import AckReceived, CommandReceived, ConfigReceived, Input, InputFaulty, LinkChanged, Post, RosterReceived
from edge.domain.room_messages import LeaseHeard

WINDOW = 96
"""Messages without a PUBACK: the windows of both outboxes and room for documents."""
FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 30.0
STEADY_S = 30.0  # a connection that lasted this long was a good one: the delays begin anew
STOP_S = 3.0
LOOK_S = (
    0.5  # how late a silent broker or a stop may be noticed, and a ping be sent (brokers wait 1.5 x keepalive for it)
)

HEARD = (Leaf.ACK, Leaf.ROSTER_DESIRED, Leaf.CFG_DESIRED, Leaf.CMD, Leaf.QUOTA_LEASE)

log = logging.getLogger(__name__)


def client_id(station: str, password: str) -> str:
    """The MQTT client id: always the same for a station, so that a new connection ends its own dead one.

    Brokers that do not bind it to the user name (NATS) let any account take over a client id that it knows. So it has a
    digest in it that only who has the password can make. Mosquitto puts the user name in its place.
    """
    return f"{station}:{hashlib.sha256(f'client id of {station}: {password}'.encode()).hexdigest()[:16]}"


def delays(draw: random.Random, first_s: float = FIRST_DELAY_S, longest_s: float = LONGEST_DELAY_S) -> Iterator[float]:
    """Seconds before each further try: doubling up to `longest_s`, spread so that a fleet does not knock at once."""
    bound = first_s
    while True:
        bound = min(2 * bound, longest_s)
        yield draw.uniform(bound / 2, bound)


def understand(station: str, name: str, payload: bytes) -> Input:
    """What a message says to this station: never raises, whatever it contains. An oversized one is not looked into."""
    try:
        whose, leaf = parse(name)
    except TopicRefused:
        return InputFaulty(_source(name), "no topic of this contract")
    if whose != station or leaf not in HEARD:
        return InputFaulty(_source(name), "not a topic that this station hears")
    if leaf is Leaf.CFG_DESIRED and payload:  # its size is looked at by who reads it, since a refusal is reported
        return ConfigReceived(payload)
    if len(payload) > leaf.traffic.limit:
        return InputFaulty(leaf.value, f"{len(payload)} bytes, the limit is {leaf.traffic.limit}")
    if not payload:  # clearing a retained topic sends this to whoever listens
        return InputFaulty(leaf.value, "empty")
    if leaf is Leaf.ACK:
        return _acknowledged(payload)
    if leaf is Leaf.QUOTA_LEASE:
        return _leased(payload)
    return RosterReceived(payload) if leaf is Leaf.ROSTER_DESIRED else CommandReceived(payload)


def _acknowledged(payload: bytes) -> Input:
    try:
        ack = Ack.model_validate_json(payload)
    except ValidationError as error:
        return InputFaulty(Leaf.ACK.value, f"{error.error_count()} errors in an acknowledgement")
    return AckReceived(ack.epoch, ack.upto, ack.ahead)


def _leased(payload: bytes) -> Input:
    try:
        return LeaseHeard(QuotaLease.model_validate_json(payload))
    except ValidationError as error:
        return InputFaulty(Leaf.QUOTA_LEASE.value, f"{error.error_count()} errors in a lease")


def _source(name: str) -> str:
    return name.encode("ascii", "replace").decode()[:80]


class MqttLink:
    """The station's connection. `start` and `stop` from one thread, `send` from any; posts come from its own."""

    def __init__(
        self,
        config: LinkConfig,
        station: str,
        password: str,
        will: Callable[[int], bytes],
        post: Post,
        first_delay_s: float = FIRST_DELAY_S,
        longest_delay_s: float = LONGEST_DELAY_S,
    ) -> None:
        """Nothing is opened yet.

        `will(session)` gives the last will (retained on `state`) of connection number `session`, counted from 1: it is
        the one that the next LinkChanged(True) tells of. Called in the link's thread.
        """
        self._config = config
        self._station = station
        self._password = password
        self._will = will
        self._post = post
        self._delay_bounds_s = (first_delay_s, longest_delay_s)
        self._session = 1
        self._connected: tuple[paho.Client, threading.Semaphore] | None = None
        self._told: LinkChanged | None = None
        self._detail = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"mqtt-{station}", daemon=True)

    def start(self) -> None:
        """Begin to connect, and to connect again, in a thread. Returns at once, also with no network."""
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye in order: what was sent goes out first, and the broker does not publish the last will."""
        self._stopping.set()
        connected = self._connected
        if connected is not None:
            connected[0].disconnect()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def send(self, name: str, payload: bytes, qos: int, retain: bool) -> bool:
        """Hand one message to the connection. False, and nothing is kept, without one or with 96 unacknowledged.

        True says that it is on its way, no more: only the cloud's own ack says that it has arrived.
        """
        connected = self._connected
        if connected is None:
            return False
        client, room = connected
        if not room.acquire(blocking=False):
            return False
        return client.publish(name, payload, qos, retain).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    # ---- the link's thread

    def _run(self) -> None:
        waits = self._delays()
        while not self._stopping.is_set():
            began = time.monotonic()
            self._tell(False, self._live())
            if time.monotonic() - began > STEADY_S:
                waits = self._delays()
            self._stopping.wait(next(waits))

    def _delays(self) -> Iterator[float]:
        return delays(random.Random(), *self._delay_bounds_s)

    def _live(self) -> str:
        """One connection from its beginning to its end; why it ended."""
        self._detail = ""
        try:
            client = self._client()
            client.connect(self._config.host, self._config.port, self._config.keepalive_s)
            look_s = min(LOOK_S, self._config.keepalive_s / 10)
            while client.loop(look_s) == MQTTErrorCode.MQTT_ERR_SUCCESS:
                if self._stopping.is_set() and self._connected is None:
                    break
        except Exception as error:  # noqa: BLE001  paho raises anything on a packet that is none; the next connection is new
            self._detail = f"{type(error).__name__}: {error}"
        self._connected = None
        return "stopped" if self._stopping.is_set() else self._detail or "connection lost"

    def _client(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id(self._station, self._password),
            clean_session=True,
            userdata=threading.Semaphore(WINDOW),
            reconnect_on_failure=False,
        )
        client.max_inflight_messages_set(WINDOW)
        client.username_pw_set(self._station, self._password)
        client.will_set(topic(self._station, Leaf.STATE), self._will(self._session), qos=1, retain=True)
        if self._config.ca_file is not None:
            client.tls_set(self._config.ca_file)
        client.on_socket_register_write = _left_to_the_loop
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_publish = _on_publish
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        return client

    def _on_connect(self, client: paho.Client, room: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            self._detail = f"the broker refuses: {reason}"
        else:
            client.subscribe([(topic(self._station, leaf), leaf.traffic.qos) for leaf in HEARD])

    def _on_subscribe(self, client: paho.Client, room: Any, mid: int, reasons: list[Any], properties: Any) -> None:
        refused = [leaf.value for leaf, reason in zip(HEARD, reasons, strict=False) if reason.is_failure]
        if refused:
            self._detail = f"the broker refuses to let {self._station} hear {', '.join(refused)}"
            client.disconnect()
            return
        self._connected = (client, room)
        self._session += 1
        self._tell(True, f"{self._config.host}:{self._config.port}")
        if self._stopping.is_set():  # stop() may have looked before there was a connection to end
            client.disconnect()

    def _on_message(self, client: paho.Client, room: Any, message: paho.MQTTMessage) -> None:
        try:
            name = message.topic
        except UnicodeDecodeError:
            name = ""
        self._post(understand(self._station, name, bytes(message.payload)))

    def _on_disconnect(self, client: paho.Client, room: Any, flags: Any, reason: Any, properties: Any) -> None:
        self._connected = None
        if not self._detail and reason.is_failure:
            self._detail = f"connection lost: {reason}"

    def _tell(self, connected: bool, detail: str) -> None:
        """Post a change once, not every further try that fails alike."""
        said = LinkChanged(connected, detail)
        if said != self._told:
            self._told = said
            log.info("link of %s: %s: %s", self._station, "connected" if connected else "away", detail)
            self._post(said)


def _on_publish(client: paho.Client, room: Any, mid: int, reason: Any, properties: Any) -> None:
    room.release()


def _left_to_the_loop(client: paho.Client, userdata: Any, socket: Any) -> None:
    """Being there is its work: without it `publish` writes in the caller's thread, into what the loop is writing."""
