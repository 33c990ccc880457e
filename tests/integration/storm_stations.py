"""`python -m tests.integration.storm_stations`: real stations without a camera, each forked when a line of JSON asks for it.

Starting Python takes a second, so one process imports everything. A station is the whole `Assembly` on its own databases and its own MqttLink;
its pins are simulated, and a thread posts inputs of which each becomes a fact. Says `on NAME PID`; ends by being killed, or with its parent.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from random import Random
from typing import Any

from contract.config import LinkConfig, check
from edge.adapters.mqtt import MqttLink
from edge.build import Assembly, Fittings, LinkPart, Will
from edge.domain.messages import AckReceived, ContactChanged, InputFaulty, Post
from twin.agent import SynchronisedClock
from twin.fittings import w1_beside, with_fridge
from twin.pins import TwinFactory
from twin.room import Room
from twin.surroundings import NoFaces, TwinGuard

PR_SET_PDEATHSIG = 1
DELAY_S = (0.1, 1.0)
"""Between tries to connect, first and longest: in a storm the 30 s of a real station would be most of the time."""
BURST_EVERY, BURST, DOOR_EVERY = 150, 100, 20


def main() -> None:
    """Until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            try:
                run(**json.loads(line))
            except BaseException:
                logging.exception("the station ended")
            finally:
                os._exit(1)


def run(name: str, config: dict[str, Any], folder: str, password: str, rate_hz: float, deletes_early: bool) -> None:
    """One station, for ever. `deletes_early`: the sabotaged one, which takes the broker's word for the cloud's."""
    home = Path(folder)
    logging.basicConfig(filename=home / "station.log", level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    threading.excepthook = lambda failure: _failed(failure)
    settings, pins = check(config), TwinFactory(threaded=True)
    Room.from_config(settings, pins, 1, w1_beside(home / "room"))
    kind = EarlyLink if deletes_early else MqttLink

    def link(config: LinkConfig, station: str, will: Will, post: Post) -> LinkPart:
        return kind(config, station, password, will, post, *DELAY_S)

    guard = TwinGuard(lambda: TwinFactory(lines=pins.room_side))
    fit = Fittings(pin_factory=pins, clock=SynchronisedClock(), link=link, heart=guard.joined, faces=lambda camera, frames, post: NoFaces())
    assembly = Assembly(settings, home, with_fridge(fit, w1_beside(home / "room")))
    assembly.start()
    print(f"on {name} {os.getpid()}", flush=True)
    live(assembly.inbox.put, rate_hz)


def live(post: Post, rate_hz: float) -> None:
    """Facts at this rate, sometimes many at once, and a door that people force and shut."""
    chance, number = Random(os.getpid()), 0
    while True:
        if rate_hz == 0:
            time.sleep(1.0)
            continue
        number += 1
        for part in range(BURST if chance.random() < 1 / BURST_EVERY else 1):
            post(InputFaulty(f"storm-{os.getpid()}-{number}-{part}", "one more fact"))
        if number % DOOR_EVERY in (0, DOOR_EVERY // 2):
            post(ContactChanged(number % DOOR_EVERY == 0))
        time.sleep(chance.uniform(0.5, 1.5) / rate_hz)


class EarlyLink(MqttLink):
    """Sabotage: a PUBACK is posted as if it were the cloud's acknowledgement, as most gateways do it."""

    def send(self, name: str, payload: bytes, qos: int, retain: bool) -> bool:
        connected = self._connected
        if connected is None or not connected[1].acquire(blocking=False):
            return False
        info = connected[0].publish(name, payload, qos, retain)
        threading.Thread(target=self._when_published, args=(info, payload), daemon=True).start()
        return True

    def _when_published(self, info: Any, payload: bytes) -> None:
        try:
            info.wait_for_publish(5.0)
            said = json.loads(payload)
            if info.is_published() and "seq" in said:
                self._post(AckReceived(said["epoch"], said["seq"]))
        except (ValueError, RuntimeError):
            return


def _failed(failure: threading.ExceptHookArgs) -> None:
    """No thread may end unseen."""
    logging.critical("thread %s failed", failure.thread and failure.thread.name, exc_info=failure.exc_value)
    os._exit(1)


if __name__ == "__main__":
    main()
