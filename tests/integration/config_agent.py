"""`python -m tests.integration.config_agent FOLDER`: a real agent for each line "VERSION UNLOCK_S WIDTH" on standard input, to be killed.

Starting Python takes a second, so one process imports everything and each agent is forked from it. An agent says what is in force once it is
connected (a line of JSON with its pid), then hears a configuration with these values. Its trial lasts half a second, so that a kill may hit its end.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.config import StationConfig
from edge.build import Fittings
from edge.domain.messages import CameraChanged, ConfigReceived, FacesChanged, Post
from edge.running import Running
from tests.scenarios.configs import bundle, content
from twin.agent import SynchronisedClock
from twin.expander import with_expanders
from twin.fittings import w1_beside, with_fridge
from twin.pins import TwinFactory
from twin.room import Room
from twin.station import layout
from twin.surroundings import NoFaces, TwinCloud, TwinGuard

PR_SET_PDEATHSIG = 1
TRIAL_S = 1.0


def desired(version: int, unlock_s: int, width: int) -> bytes:
    """What both sides agree on."""
    config = content(door={"unlock_s": unlock_s}, camera={"source": "none", "width": width}, update={"trial_s": TRIAL_S})
    return bundle(version, config, issued=datetime(2025, 6, 1, tzinfo=UTC), lasts=timedelta(days=10_000)).model_dump_json().encode()


def main() -> None:
    """Until standard input ends."""
    folder = Path(sys.argv[1])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        version, unlock_s, width = map(int, line.split())
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            try:
                _agent(folder, desired(version, unlock_s, width))
            finally:
                print("failed, see the log", flush=True)


def agent(folder: Path, config: StationConfig, ends_s: float = 0.0) -> tuple[Running, TwinCloud, Room]:
    """Threads, files and a page as in the field; the room and a cloud that answers are in this process. `ends_s`: how long the face process takes to end."""
    pins, cloud = TwinFactory(threaded=True), TwinCloud()
    room = Room.from_config(config, pins, 0, w1_beside(folder / "room"))
    fit = Fittings(
        pin_factory=with_expanders(pins), clock=SynchronisedClock(), link=lambda config, station, will, post: cloud.joined(post),
        heart=TwinGuard(lambda: with_expanders(TwinFactory(lines=pins.room_side))).joined,
        faces=lambda camera, frames, post: _faces(post, ends_s),
    )  # fmt: skip
    return Running(config, folder, with_fridge(fit, w1_beside(folder / "room"))), cloud, room


def _agent(folder: Path, pushed: bytes) -> None:
    running, cloud, room = agent(folder, layout(update={"trial_s": TRIAL_S}))
    running.start()
    while not cloud.reports:
        time.sleep(0.01)
    report, config = cloud.reports[0], running.assembly.core.config
    told = {"sha256": report.in_force_sha256, "confirmed": report.confirmed_sha256, "phase": report.phase, "reason": report.reason}
    camera = config.camera.width if config.camera else 0
    print(json.dumps(told | {"pid": os.getpid(), "unlock_s": config.door.unlock_s, "width": camera}), flush=True)
    cloud.desired = pushed
    running.assembly.inbox.put(ConfigReceived(pushed))
    while room:
        time.sleep(60)


class SlowToEnd(NoFaces):
    """As a child that loads a model just then."""

    def __init__(self, ready: Callable[[], None], ends_s: float) -> None:
        super().__init__(ready)
        self._ends_s = ends_s

    def stop(self) -> None:
        """In bounded time."""
        time.sleep(self._ends_s)


def _faces(post: Post, ends_s: float) -> NoFaces:
    def works() -> None:
        post(CameraChanged(True, ""))
        post(FacesChanged(True, ""))

    return SlowToEnd(works, ends_s)


if __name__ == "__main__":
    main()
