"""A process that is asked to end, ends: whenever the signal comes."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time

import pytest

from cli.places import ROOT
from edge.ending import Ending

SIGNALS = 4000
HUNG_S = 3.0
# Busy threads take the interpreter from the main thread between "shall I wait?" and the wait itself, where a signal is easily missed.
WAITS = """
import os, signal, sys, threading, time
from edge.ending import Ending
{asked}
sys.setswitchinterval(0.001)
def busy():
    while True:
        sum(range(3000))
        time.sleep(0.0003)
for _ in range(6):
    threading.Thread(target=busy, daemon=True).start()
while True:
    print("waits", flush=True)
    {wait}
"""
ENDING = ("ending = Ending(); ending.on_signals(signal.SIGUSR1)", "ending.wait(); os.read(ending._read, 4096)")
EVENT = ("event = threading.Event(); signal.signal(signal.SIGUSR1, lambda *_: event.set())", "event.wait(); event.clear()")

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="no signals of this kind here")


def test_it_waits_as_long_as_told_and_stays_asked_for() -> None:
    ending = Ending()
    assert not ending.wait(0.0)
    threading.Thread(target=ending.ask).start()
    assert ending.wait(5.0) and ending.wait(0.0)


def test_asking_is_never_too_much() -> None:
    ending = Ending()
    for _ in range(100_000):
        ending.ask()
    assert ending.wait(0.0)


def seen_of(asked: str, wait: str, signals: int) -> int:
    """How many signals a process saw, one after the other, each at another moment of its going to wait, until it missed one."""
    code = WAITS.format(asked=asked, wait=wait)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}) as child:
        assert child.stdout
        try:
            for n in range(signals):
                if not select.select([child.stdout], [], [], HUNG_S if n else 20.0)[0]:
                    return n - 1
                os.read(child.stdout.fileno(), 100)
                until = time.perf_counter() + n % 150 * 4e-6
                while time.perf_counter() < until:
                    pass
                child.send_signal(signal.SIGUSR1)
            return signals
        finally:
            child.kill()


@pytest.mark.slow
def test_a_signal_is_seen_whenever_it_comes() -> None:
    assert seen_of(*ENDING, SIGNALS) == SIGNALS


@pytest.mark.slow
def test_an_event_in_its_place_misses_one() -> None:
    assert any(seen_of(*EVENT, SIGNALS) < SIGNALS for _ in range(3))
