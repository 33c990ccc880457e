"""paho as a window onto the broker: hears what stations say, publishes to them. Decides nothing and stores nothing.

The session is clean: what the broker forgets while we are away is sent again, since only the end-to-end
acknowledgement makes a station delete. When `hear` blocks (the ingest is behind), paho stops reading and the broker is
slowed down by TCP.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from contract.topics import CLOUD_FILTERS, PREFIX, SHARDS, Direction, leaves

log = logging.getLogger(__name__)

KEEPALIVE_S = 15
DELIVER_S = 5.0
WINDOW = 100
STOPPED = "stopped"
MOST_FILTERS = 256
"""Half of the shards, each leaf. NATS reserves max_ack_pending for each of them, out of 65535 for a connection."""
MOST_QUEUED = 2000
"""Acknowledgements that paho may hold; beyond it they are dropped, and repeated when the station sends again."""


class CloudLink:
    """One connection for the life of the process; reconnects by itself. `user` is also the client id."""

    def __init__(
        self,
        address: tuple[str, int],
        user: str,
        password: str | None,
        ca_file: str | None,
        hear: Callable[[str, bytes, bool], None],
        connected: Callable[[], None],
        clock_ms: Callable[[], int],
        owned: frozenset[int] = frozenset(range(SHARDS)),
    ) -> None:
        """`hear(topic, payload, retained)` and `connected()` are called on paho's thread. Nothing is heard of shards that are not `owned`."""
        self._filters = filters(owned)
        self._mine = None if len(owned) == SHARDS else tuple(f"{PREFIX}/{one:02d}/" for one in sorted(owned))
        self._address, self._hear, self._connected, self._clock_ms = address, hear, connected, clock_ms
        self._since_ms: int | None = None
        self._lost_ms: int | None = clock_ms()
        self._detail = "never connected"
        self._lock = threading.Lock()
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=user, clean_session=True)
        client.username_pw_set(user, password)
        if ca_file:
            client.tls_set(ca_file)
        client.reconnect_delay_set(1, 10)
        client.max_inflight_messages_set(WINDOW)
        client.max_queued_messages_set(MOST_QUEUED)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_subscribe, client.on_message = self._on_subscribe, self._on_message
        client.on_connect_fail = self._on_connect_fail
        self._client = client

    @property
    def connected_ms(self) -> int | None:
        """Since when there is a subscribed connection, ms UTC; None without one."""
        return self._since_ms

    @property
    def lost_ms(self) -> int | None:
        """Since when nothing is heard, ms UTC; None with a connection."""
        return self._lost_ms

    @property
    def detail(self) -> str:
        """What the connection is, in words for an operator."""
        return self._detail

    def start(self) -> None:
        """Connect in the background, for as long as it takes."""
        self._client.connect_async(*self._address, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Say goodbye and end paho's thread."""
        self._since_ms, self._detail = None, STOPPED
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        """Hand over without waiting. False while not connected: paho would keep it without limit."""
        if self._since_ms is None:
            return False
        return bool(self._client.publish(topic, payload, qos, retain).rc == paho.MQTT_ERR_SUCCESS)

    def deliver(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        """Wait up to 5 s until the broker has it. Not on paho's thread."""
        return self.deliver_each([(topic, payload)], qos, retain)[0]

    def deliver_each(self, messages: Sequence[tuple[str, bytes]], qos: int, retain: bool) -> list[bool]:
        """Hand all of them over, then wait up to 5 s until the broker has them: one way there and back for all. Not on paho's thread."""
        if self._since_ms is None:
            return [False] * len(messages)
        end = time.monotonic() + DELIVER_S
        return [_is_there(info, end) for info in [self._client.publish(topic, payload, qos, retain) for topic, payload in messages]]

    def _on_connect(self, client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._lost(f"refused: {reason}")
        elif self._filters:
            client.subscribe([(one, 1) for one in self._filters])
        else:
            self._is_up()

    def _on_subscribe(self, client: Any, _data: Any, _mid: Any, reasons: list[Any], _properties: Any) -> None:
        refused = [str(one) for one in reasons if one.is_failure]
        if refused and self._filters != CLOUD_FILTERS:
            log.warning("the broker refused %d of %d subscriptions; all shards are heard and foreign ones put aside", len(refused), len(reasons))
            client.unsubscribe(list(self._filters))
            self._filters = CLOUD_FILTERS
            client.subscribe([(one, 1) for one in CLOUD_FILTERS])
            return
        if refused:
            why = ", ".join(sorted(set(refused)))
            self._lost(f"the broker refused {len(refused)} of {len(reasons)} subscriptions ({why}); see its rights for the user of this worker")
            return
        self._is_up()

    def _is_up(self) -> None:
        self._since_ms, self._lost_ms, self._detail = self._clock_ms(), None, "connected"
        log.info("broker %s:%d: connected", *self._address)
        self._connected()

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._lost(f"connection lost: {reason}")

    def _on_connect_fail(self, _client: Any, _data: Any) -> None:
        self._lost("nobody answers")

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:
        if self._mine is None or message.topic.startswith(self._mine):
            self._hear(message.topic, message.payload, message.retain)

    def _lost(self, detail: str) -> None:
        if self._detail == STOPPED:
            return
        if detail != self._detail:
            log.warning("broker %s:%d: %s", *self._address, detail)
        self._since_ms, self._lost_ms, self._detail = None, self._lost_ms or self._clock_ms(), detail


def _is_there(info: paho.MQTTMessageInfo, end: float) -> bool:
    """Whether the broker has it, at `end` (monotonic s) at the latest."""
    try:
        info.wait_for_publish(max(0.0, end - time.monotonic()))
    except (ValueError, RuntimeError):
        return False
    return bool(info.is_published())


def filters(owned: frozenset[int]) -> tuple[str, ...]:
    """What to subscribe to, to hear at least what stations of these shards say: of each of them, or of all where that would be too many."""
    if not owned:
        return ()
    each = tuple(f"{PREFIX}/{one:02d}/+/{leaf.value}" for one in sorted(owned) for leaf in leaves(Direction.UP))
    return each if len(each) <= MOST_FILTERS else CLOUD_FILTERS
