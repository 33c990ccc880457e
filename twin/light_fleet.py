"""`python -m twin.light_fleet --stations FILE --root FILE --speed X`: light stations, each with an account and a connection of its own at the broker.

FILE is a JSON list of objects with host, port, password and config. One thread serves all connections. Says "ready" when every station hears
what it is sent; when standard input closes it says in one line of JSON what it counted, and ends.
"""

import argparse
import json
import resource
import selectors
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from pydantic import Field, TypeAdapter

from contract import trust
from contract.config import check
from contract.model import Model
from contract.signing import Signed
from contract.topics import Leaf, topic
from contract.trust import Root
from edge.adapters.mqtt import understand
from twin.light import LightStation, Moment

HEARS = (Leaf.CFG_DESIRED, Leaf.ACK)
TICK_S = 0.25
"""Of the world. Trials begin and end so coarsely, as many times coarser as the station's clock runs faster."""
CONNECTING = 20
"""At a time: a broker that makes two subscriptions for each had better not be asked for thousands at once."""
KEEPALIVE_S = 600
LONGEST_CONNECT_S = 120.0


class Berth(Model):
    """One station of the file. `config`: what it was provisioned with."""

    host: str
    port: int = Field(ge=1, le=65535)
    password: str = Field(repr=False)
    config: dict[str, object]


BERTHS = TypeAdapter(list[Berth])


class Fleet:
    """All of them, and the one loop that serves them."""

    def __init__(self, berths: list[Berth], root: Root, speed: float) -> None:
        self._speed, self._began = speed, time.monotonic()
        self._wall = datetime.now(UTC).timestamp() - self._began
        self.ready, self.messages = 0, Counter[str]()
        self._ways = selectors.DefaultSelector()
        self.lines = [Line(self, berth, root, number) for number, berth in enumerate(berths, 1)]

    def moment(self) -> Moment:
        """This one."""
        real = time.monotonic()
        return Moment((real - self._began) * self._speed, real, datetime.fromtimestamp(self._wall + real, UTC))

    def connect(self) -> None:
        """All, some at a time. Raises: TimeoutError."""
        end = time.monotonic() + LONGEST_CONNECT_S
        for begun, line in enumerate(self.lines, 1):
            self._ways.register(line.connect(), selectors.EVENT_READ, line)
            while begun - self.ready > CONNECTING and time.monotonic() < end:
                self.serve(0.05)
        while self.ready < len(self.lines):
            if time.monotonic() > end:
                raise TimeoutError(f"{self.ready} of {len(self.lines)} stations hear what they are sent after {LONGEST_CONNECT_S:g} s")
            self.serve(0.05)

    def watch_input(self) -> None:
        """From now on serve() tells when standard input was closed."""
        self._ways.register(sys.stdin, selectors.EVENT_READ, None)

    def serve(self, wait_s: float) -> bool:
        """What is there to be read; whether to go on."""
        for key, _ in self._ways.select(wait_s):
            if key.data is None:
                return bool(sys.stdin.readline())
            key.data.read()
        return True

    def tick(self) -> None:
        """Everybody who waits for something."""
        moment = self.moment()
        for line in self.lines:
            if line.station.busy:
                line.station.tick(moment)
            line.write()

    def told(self) -> dict[str, Any]:
        """What it counted."""
        reports = Counter(str(line.station.desk.slots.kept.newest.phase.value) for line in self.lines)
        return {
            "stations": len(self.lines), "phases": reports, "rebuilt": sum(line.station.rebuilt for line in self.lines), "messages": self.messages,
            "trial_s": min(line.station.tried_s for line in self.lines),
            "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1), "cpu_s": round(time.process_time(), 1),
        }  # fmt: skip


class Line:
    """A station and its connection."""

    def __init__(self, fleet: Fleet, berth: Berth, root: Root, number: int) -> None:
        config = check(berth.config)
        self._fleet, self._berth, self._name = fleet, berth, config.station
        self.station = LightStation(config, root, number, self._publish, fleet.moment())
        self._client = paho.Client(CallbackAPIVersion.VERSION2, self._name, clean_session=True, reconnect_on_failure=False)
        self._client.username_pw_set(self._name, berth.password)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def connect(self) -> Any:
        """The socket."""
        self._client.will_set(topic(self._name, Leaf.STATE), self.station.will(self._fleet.moment()), qos=1, retain=True)
        self._client.connect(self._berth.host, self._berth.port, KEEPALIVE_S)
        return self._client.socket()

    def read(self) -> None:
        """What came in, and what is to go out for it. Raises: ConnectionError."""
        if self._client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise ConnectionError(f"{self._name}: the broker ended the connection")
        self.write()

    def write(self) -> None:
        """What waits."""
        if self._client.want_write():
            self._client.loop_write()

    def _publish(self, leaf: Leaf, payload: bytes) -> bool:
        traffic = leaf.traffic
        taken = self._client.publish(topic(self._name, leaf), payload, traffic.qos, traffic.retain).rc == MQTTErrorCode.MQTT_ERR_SUCCESS
        self._fleet.messages[f"sent {leaf.value}"] += taken
        return taken

    def _on_connect(self, client: paho.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            raise ConnectionError(f"{self._name}: the broker refuses: {reason}")
        client.subscribe([(topic(self._name, leaf), leaf.traffic.qos) for leaf in HEARS])

    def _on_subscribe(self, client: paho.Client, data: Any, mid: int, reasons: list[Any], properties: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            raise ConnectionError(f"{self._name}: the broker refuses to let it hear: {reasons}")
        self._fleet.ready += 1
        self.station.linked(True, self._fleet.moment())

    def _on_message(self, client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
        heard = understand(self._name, message.topic, bytes(message.payload))
        again = " again" if message.dup else ""  # as a broker may whose acknowledgement is late
        self._fleet.messages[f"heard{again} {message.topic.split('/', 4)[4]}"] += 1
        self.station.hear(heard, self._fleet.moment())


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="twin.light_fleet", description="stations without rooms, thousands in one process")
    made.add_argument("--stations", type=Path, required=True, help="JSON file of the stations, see twin/light_fleet.py")
    made.add_argument("--root", type=Path, required=True, help="root.json that each of them was given")
    made.add_argument("--speed", type=float, default=1.0, help="a trial passes so many times as fast")
    return made


def main(arguments: list[str] | None = None) -> int:
    """0 when the input was closed."""
    asked = parser().parse_args(arguments)
    began = time.monotonic()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    root = trust.first_root(Signed.model_validate_json(asked.root.read_bytes()))
    fleet = Fleet(BERTHS.validate_json(asked.stations.read_bytes()), root, asked.speed)
    fleet.connect()
    print(f"ready: {len(fleet.lines)} stations in {time.monotonic() - began:.1f} s", flush=True)
    fleet.watch_input()
    tick_at = 0.0
    while fleet.serve(max(0.0, tick_at - time.monotonic())):
        if time.monotonic() >= tick_at:
            tick_at = time.monotonic() + TICK_S
            fleet.tick()
    print(json.dumps(fleet.told()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
