"""Stations' end of `kiosk bench ingest`, as a process: many MQTT connections over one selector, packets made before the clock starts.

A client library would cost more than what is measured. Each connection behaves like a station: a window of messages, held until they are
acknowledged, sent again when nothing moves. Envelopes are acknowledged by the cloud (`upto`), plain rows by the broker: a bridge knows no
other acknowledgement. Reads a Job from its input, says `ready`, starts at the next line, and then tells how far it is, a line each 0.1 s.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass

from cli.bench_ingest_payloads import envelope, epoch_of, rows
from contract.topics import Leaf, topic

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE = 0x10, 0x20, 0x30, 0x40, 0x82
QOS_1 = 0x02
TELL_S = 0.1
MOST_MID = 65_535
CHUNK = 256 * 1024


@dataclass(frozen=True)
class Job:
    """What to send. `rate`: messages/s of all stations together, 0 for as fast as windows allow; `plain`: rows instead of envelopes;
    `puback`: the broker's word is enough."""

    port: int
    passwords: dict[str, str]
    messages: int
    window: int
    rate: float
    resend_s: float
    start_ms: int
    plain: bool
    puback: bool


@dataclass(frozen=True)
class Told:
    """`sent`: different messages that left; `done`: of them acknowledged; `resent`: sent more than once. `at` is monotonic s."""

    at: float
    sent: int
    done: int
    resent: int


def length(count: int) -> bytes:
    """MQTT's remaining length: seven bits a byte, the lowest first."""
    made = bytearray()
    while True:
        count, digit = divmod(count, 128)
        made.append(digit | 128 if count else digit)
        if not count:
            return bytes(made)


def text(value: str) -> bytes:
    """MQTT's string: two bytes of length before it."""
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def packet(kind: int, body: bytes) -> bytes:
    """A whole packet."""
    return bytes([kind]) + length(len(body)) + body


def connect(user: str, password: str) -> bytes:
    """Clean session, no keepalive."""
    return packet(CONNECT, text("MQTT") + b"\x04\xc2\x00\x00" + text(user) + text(user) + text(password))


def publish(name: str, mid: int, payload: bytes) -> bytes:
    """QoS 1."""
    return packet(PUBLISH | QOS_1, text(name) + mid.to_bytes(2, "big") + payload)


class Station:
    """One connection. Message k of `packets` has seq k + 1 and, since it is never changed, always the same packet id."""

    def __init__(self, name: str, job: Job, count: int) -> None:
        self.name, self._job, self._epoch = name, job, epoch_of(name, job.start_ms)
        make, where = (rows if job.plain else envelope), topic(name, Leaf.TELE)
        self._packets = [publish(where, k % MOST_MID + 1, make(name, k, job.start_ms)) for k in range(count)]
        self.socket = socket.create_connection(("127.0.0.1", job.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._greet(job.passwords[name])
        self._in, self._out = bytearray(), bytearray()
        self.sent, self.done, self.furthest, self.resent = 0, 0, 0, 0
        self._moved = 0.0
        self.socket.setblocking(False)

    def _greet(self, password: str) -> None:
        self.socket.sendall(connect(self.name, password))
        answer = self.socket.recv(4, socket.MSG_WAITALL)
        if len(answer) != 4 or answer[0] != CONNACK or answer[3]:
            raise ConnectionError(f"station {self.name}: the broker answered {answer!r} to CONNECT")
        self.socket.sendall(packet(SUBSCRIBE, b"\x00\x01" + text(topic(self.name, Leaf.ACK)) + b"\x01"))
        self.socket.recv(5, socket.MSG_WAITALL)

    def step(self, now: float, produced: int) -> None:
        """Send what the window allows of the first `produced` messages; all again when nothing moved for long."""
        if self.sent > self.done and now > self._moved + self._job.resend_s and not self._job.puback:
            self.resent += self.sent - self.done
            self.sent, self._moved = self.done, now
        until = min(produced, self.done + self._job.window, len(self._packets))
        if until > self.sent and len(self._out) < CHUNK:
            if self.sent == self.done:
                self._moved = now
            self._out += b"".join(self._packets[self.sent : until])
            self.sent, self.furthest = until, max(self.furthest, until)
        if self._out:
            try:
                del self._out[: self.socket.send(self._out)]
            except BlockingIOError:
                return

    def hear(self, now: float) -> None:
        """Take in what came. Raises: ConnectionError."""
        came = self.socket.recv(CHUNK)
        if not came:
            raise ConnectionError(f"station {self.name}: the broker closed the connection")
        buffer, at = self._in, 0
        buffer += came
        while len(buffer) >= at + 2:
            size, head = buffer[at + 1], 2
            if size & 128:
                if len(buffer) < at + 3:
                    break
                size, head = (size & 127) + 128 * buffer[at + 2], 3
            if len(buffer) < at + head + size:
                break
            self._take(buffer[at], buffer[at + head : at + head + size], now)
            at += head + size
        del buffer[:at]

    def _take(self, kind: int, body: bytearray, now: float) -> None:
        if kind == PUBACK and self._job.puback:
            self.done, self._moved = self.done + 1, now
        elif kind & 0xF0 == PUBLISH:
            start = 2 + int.from_bytes(body[:2], "big")
            if kind & QOS_1:
                self._out += bytes([PUBACK, 2]) + body[start : start + 2]
                start += 2
            said = json.loads(body[start:])
            if said["epoch"] == self._epoch and said["upto"] > self.done:
                self.done, self._moved = said["upto"], now
                self.sent = max(self.sent, self.done)


def run(job: Job) -> None:
    """Until all is acknowledged, or the input ends."""
    count, names = job.messages // len(job.passwords), list(job.passwords)
    stations = [Station(name, job, count) for name in names]
    ready = selectors.DefaultSelector()
    for one in stations:
        ready.register(one.socket, selectors.EVENT_READ, one)
    print("ready", flush=True)
    sys.stdin.readline()
    ready.register(sys.stdin, selectors.EVENT_READ)
    began, next_tell, ended = time.monotonic(), 0.0, False
    while not ended:
        now = time.monotonic()
        if now >= next_tell:
            next_tell = now + TELL_S
            _tell(stations, now)
        produced = min(count, int((now - began) * job.rate / len(names))) if job.rate else count
        for one in stations:
            one.step(now, produced)
        for key, _ in ready.select(0.002):
            if key.data is None:
                ended = True
            else:
                key.data.hear(now)
        ended = ended or all(one.done >= count for one in stations)
    _tell(stations, time.monotonic())


def _tell(stations: list[Station], now: float) -> None:
    told = Told(now, sum(one.furthest for one in stations), sum(one.done for one in stations), sum(one.resent for one in stations))
    print(json.dumps(asdict(told)), flush=True)


if __name__ == "__main__":
    run(Job(**json.loads(sys.stdin.readline())))
