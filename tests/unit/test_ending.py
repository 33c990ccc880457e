"""A process that is asked to end, ends: whenever the signal comes."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from edge.ending import Ending

WAITS = """
import os, signal, sys, threading
from edge.ending import Ending
ending = Ending()
ending.on_signals(signal.SIGUSR1)
pid = os.getpid()
for _ in range(int(sys.argv[1])):
    threading.Thread(target=os.kill, args=(pid, signal.SIGUSR1)).start()
    ending.wait()
    os.read(ending._read, 4096)
print("all seen")
"""


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


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="no signals of this kind here")
def test_a_signal_is_seen_whenever_it_comes() -> None:
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    ended = subprocess.run([sys.executable, "-c", WAITS, "2000"], env=environment, capture_output=True, text=True, timeout=60)
    assert ended.stdout == "all seen\n", ended.stderr
