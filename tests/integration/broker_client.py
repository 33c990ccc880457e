"""A plain MQTT client for tests that look at the receiver: what it was answered, and what arrived, in order."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from dataclasses import dataclass
from typing import Any, Protocol

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

WAIT_S = 5.0


class AnyBroker(Protocol):
    """What clients have to know of one."""

    host: str

    @property
    def port(self) -> int: ...

    def password(self, user: str) -> str: ...


@dataclass(frozen=True)
class Message:
    """One message as it arrived."""

    topic: str
    payload: bytes
    retain: bool


class Client:
    """Connected on return, or refused: `answer` says which."""

    def __init__(
        self,
        broker: AnyBroker,
        user: str | None,
        password: str | None = None,
        client_id: str | None = None,
        clean: bool = True,
        will: tuple[str, bytes] | None = None,
    ) -> None:
        self.arrived: queue.Queue[Message] = queue.Queue()
        self.answer = "no answer"
        self.gone = threading.Event()
        self._answered = threading.Event()
        self._granted: queue.Queue[list[bool]] = queue.Queue()
        self._paho = paho.Client(
            CallbackAPIVersion.VERSION2, client_id or user or "nobody", clean_session=clean, reconnect_on_failure=False
        )
        if user is not None:
            self._paho.username_pw_set(user, broker.password(user) if password is None else password)
        if will is not None:
            self._paho.will_set(*will, qos=1, retain=True)
        self._paho.on_connect = self._on_connect
        self._paho.on_disconnect = lambda *_: self.gone.set()
        self._paho.on_subscribe = lambda _c, _u, _mid, reasons, _p: self._granted.put(
            [not r.is_failure for r in reasons]
        )
        self._paho.on_message = lambda _c, _u, m: self.arrived.put(Message(m.topic, bytes(m.payload), m.retain))
        self._paho.connect(broker.host, broker.port)
        self._paho.loop_start()
        self._answered.wait(WAIT_S)

    def _on_connect(self, _client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.answer = str(reason)
        self._answered.set()

    def hear(self, *filters: str) -> list[bool]:
        """Subscribe with QoS 1; which of them the broker says it granted."""
        self._paho.subscribe([(one, 1) for one in filters])
        return self._granted.get(timeout=WAIT_S)

    def say(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Publish with QoS 1 and wait for PUBACK, which does not say what the broker did with it, or for the end."""
        with contextlib.suppress(RuntimeError):
            self._paho.publish(topic, payload, 1, retain).wait_for_publish(WAIT_S)

    def next(self) -> Message:
        """The next message, in the order of arrival."""
        return self.arrived.get(timeout=WAIT_S)

    def lose_network(self) -> None:
        """End the connection as a pulled cable that the broker notices would: without a goodbye."""
        connection = self._paho.socket()
        if isinstance(connection, socket.socket):
            connection.shutdown(socket.SHUT_RDWR)
        self.gone.wait(WAIT_S)

    def close(self) -> None:
        """Disconnect in order."""
        self._paho.disconnect()
        self._paho.loop_stop()
