"""One broker as a child process: started, watched, stopped, and never left behind.

Touches: one process, its output file, and a shell of a megabyte that ends the broker when this process is gone.
Must not know which broker it is.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

# Waits until its input closes, which happens when the parent ends for any reason, kill -9 included; then two seconds
# for an orderly end. PR_SET_PDEATHSIG was the other candidate: Linux only, and it fires when the *thread* that started
# the child ends. A process forked (not spawned) from the parent holds the input open and so keeps the broker alive.
WATCH = """\
read _
kill "$1"
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" || exit; sleep 0.2; done
kill -9 "$1"
"""


class Child:
    """A running broker process, in a session of its own: Ctrl-C is for the parent, who ends the stations first."""

    def __init__(self, command: Sequence[str], output: Path, cwd: Path) -> None:
        """Start it. `output` gets standard output and error of this run only.

        Raises:
            OSError: the program cannot be run.
        """
        with output.open("wb") as out:
            output.chmod(0o600)
            self._process = subprocess.Popen(
                command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", WATCH, "broker-watch", str(self._process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The broker's own process id (not the watching shell's)."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs (a stopped one does)."""
        return self._process.poll() is None

    def reload(self) -> None:
        """Ask it to read its configuration again (SIGHUP)."""
        self._signal(signal.SIGHUP)

    def stop(self, timeout_s: float = 5.0) -> None:
        """End it in order; kill it when it has not gone after `timeout_s`."""
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
        self._reap()

    def kill(self) -> None:
        """End it as a power cut of the process would (SIGKILL)."""
        self._signal(signal.SIGKILL)
        self._reap()

    def _signal(self, number: signal.Signals) -> None:
        if self.alive:
            os.kill(self._process.pid, number)

    def _reap(self) -> None:
        self._process.wait()
        self._watch.kill()  # before its input closes: it would aim at a process id that is free again
        self._watch.wait()
        if self._watch.stdin is not None:
            self._watch.stdin.close()
