"""`python -m tests.integration.sick_agent CONFIG FOLDER ROOM GUARD`: a real agent that falls ill when told, once for each line "start".

Starting Python takes a second, so one process imports everything and each agent is forked from it. An agent prints `on PID` when every
output of the safe-state table is on. SIGUSR1: its deciding thread spins. SIGUSR2: it waits for ever. Line "grants": it opens the door again and
again, a person a third of a second. Only this process is sabotaged: the deciding thread's own `handle` falls ill at an input that nobody posts.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path
from threading import Lock
from typing import Any

from contract.roster import code_digest
from edge.__main__ import load
from edge.adapters.guard_link import GuardLink
from edge.build import Assembly, Fittings
from edge.domain import messages as m
from edge.domain.safe_state import outputs
from twin.agent import SynchronisedClock
from twin.expander import with_expanders
from twin.fittings import w1_beside, with_fridge
from twin.remote import RemoteFactory
from twin.station import SALT, person, roster
from twin.surroundings import TwinCloud

SPIN, BLOCK = m.InputFaulty("test", "spin"), m.InputFaulty("test", "block")
PR_SET_PDEATHSIG = 1
NUMBER, PIN = "1001", "2468"


def main() -> None:
    """Until standard input ends."""
    config, folder, room, guard = (Path(argument) for argument in sys.argv[1:])
    people, digest = roster(person("p-an", NUMBER, PIN)), code_digest(SALT, NUMBER, PIN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            try:
                agent = _started(load(config), folder, room, guard)
                agent.inbox.put(m.RosterReceived(people))
                _open_again_and_again(agent, digest) if line.strip() == "grants" else _all_on(agent)
            finally:
                print("failed, see the log", flush=True)


def _started(config: Any, folder: Path, room: Path, guard: Path) -> Assembly:
    fit = Fittings(
        pin_factory=with_expanders(RemoteFactory(room)), clock=SynchronisedClock(), link=lambda config, station, will, post: TwinCloud().joined(post),
        heart=lambda table, post: GuardLink(guard, table, post), faces=lambda camera, frames, post: None,  # type: ignore[arg-type,return-value]
    )  # fmt: skip
    agent = Assembly(config, folder, with_fridge(fit, w1_beside(room)))
    agent.start()
    return agent


def _all_on(agent: Assembly) -> None:
    handle = agent.core.handle

    def ill(heard: m.Input, now: float) -> m.Effects:
        while heard == SPIN:
            pass
        if heard == BLOCK:
            lock = Lock()
            lock.acquire()
            lock.acquire()
        return handle(heard, now)

    agent.core.handle = ill  # type: ignore[method-assign]
    signal.signal(signal.SIGUSR1, lambda *_: agent.inbox.put(SPIN))
    signal.signal(signal.SIGUSR2, lambda *_: agent.inbox.put(BLOCK))
    now = time.monotonic()
    for output in outputs(agent.config):
        agent._outputs.set(output, True, now)
    print(f"on {os.getpid()}", flush=True)
    while True:
        time.sleep(60)


def _open_again_and_again(agent: Assembly, digest: str) -> None:
    print(f"on {os.getpid()}", flush=True)
    while True:
        for heard in (m.ContactChanged(True), m.CodeDigested(NUMBER, digest, m.CodeSource.SCREEN, time.monotonic()), m.ContactChanged(False)):
            agent.inbox.put(heard)
            time.sleep(0.12)


if __name__ == "__main__":
    main()
