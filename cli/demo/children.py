"""Child processes of the demo. Each ends with it, however it ends: by name of nobody, by process id only."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from cli.demo.progress import DemoFailed
from cli.places import ROOT

PR_SET_PDEATHSIG = 1
END_S = 6.0


class Child:
    """`python -m module …` with its output in `folder`/name.log. Start it from the main thread."""

    def __init__(self, name: str, module: str, arguments: list[str], folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.name, self.log = name, folder / f"{name}.log"
        self._command = [sys.executable, "-m", module, *arguments]
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Also again, after it ended. A session of its own keeps Ctrl-C for the demo, which ends its children in order."""
        with open(self.log, "ab") as log:
            self._since = log.tell()
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdin=subprocess.PIPE, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """Process id."""
        assert self._process
        return self._process.pid

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def wait_for(self, what: str, found: Callable[[str], str | None], seconds: float = 30.0) -> str:
        """The first answer of `found` to what it said since it was started.

        Raises:
            DemoFailed: it ended before, or took too long; with the end of its log.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            answer = found(self.log.read_bytes()[self._since :].decode(errors="replace"))
            if answer is not None:
                return answer
            if not self.alive():
                raise DemoFailed(f"{self.name} ended before {what}:\n{self.tail()}")
            time.sleep(0.02)
        raise DemoFailed(f"{self.name}: no {what} within {seconds:g} s:\n{self.tail()}")

    def tail(self) -> str:
        """The last lines that it said."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])

    def close_input(self) -> None:
        """The end of its standard input."""
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def ask_to_end(self) -> None:
        """SIGTERM, and the end of its standard input."""
        if self._process and self._process.stdin and self.alive():
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> bool:
        """End it, by force after END_S; True when force was not needed."""
        if self._process is None:
            return True
        self.ask_to_end()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        return True


def last_after(mark: str) -> Callable[[str], str | None]:
    """Finds what follows `mark` on the last whole line that has it."""

    def found(text: str) -> str | None:
        for line in reversed(text.splitlines(keepends=True)):
            if mark in line and line.endswith("\n"):
                return line.partition(mark)[2].strip()
        return None

    return found


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
