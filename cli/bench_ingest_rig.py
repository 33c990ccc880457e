"""One contender of `kiosk bench ingest` with a broker, a sink and stations of its own: started, watched, ended.

The measured process is alone on one core; broker, sink, stations and whoever watches share the others. CPU times are the kernel's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread
from types import TracebackType

from cli.bench_ingest_load import Job, Told
from cli.bench_ingest_payloads import INSTANTS, SAMPLES, STEP_MS
from cli.bench_ingest_sink import Sink
from cli.broker import CLOUD, start
from cli.broker.accounts import write_private
from cli.places import ROOT

STATIONS = tuple(f"st-{n:02d}" for n in range(1, 33))
WINDOW = 64
RESEND_S = 5.0
LOOK_S = 0.1
READY_S = 60.0
QUIET_S = 3.0
END_S = 60.0
"""A bridge that is told to end first writes what it has, with all its tries."""


@dataclass(frozen=True)
class Mark:
    """How far it was. `at` monotonic s, `cpu_s` of the measured process since its start, `others_cpu_s` of broker and sink."""

    at: float
    samples: int
    cpu_s: float
    others_cpu_s: float


@dataclass(frozen=True)
class Cores:
    """Where the measured process runs, and all others; the same where there is one."""

    measured: int
    others: tuple[int, ...]


def cores() -> Cores:
    """The first that this process may use is measured."""
    usable = sorted(os.sched_getaffinity(0))
    return Cores(usable[0], tuple(usable[1:]) or (usable[0],))


def now_ms() -> int:
    """UTC ms."""
    return time.time_ns() // 1_000_000


def cpu_s(pid: int) -> float:
    """User and system time of a process, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Talk:
    """A Python process of this bench: gets its first line, says `ready`, ends when its input does."""

    def __init__(self, module: str, *words: str, first: str = "", core: int | None = None) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", module, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        if core is not None:
            os.sched_setaffinity(self._process.pid, {core})  # before it has threads: they inherit it
        self.lines: list[str] = []
        self._heard = Thread(target=self._listen, daemon=True)
        self._heard.start()
        self.say(first)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def say(self, line: str) -> None:
        """A line."""
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def ready(self) -> None:
        """Raises: TimeoutError, also when it ended."""
        if not wait(lambda: "ready" in self.lines, READY_S, lambda: self._process.poll() is None):
            raise TimeoutError(f"{self._process.args!r} is not ready: {self.lines[-3:]}")

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.wait()

    def end(self, seconds: float = 10.0) -> None:
        """Let it go; kill it when it takes longer. Safe to call twice."""
        assert self._process.stdin and self._process.stdout
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._heard.join()
        self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.lines.append(line.strip())


HISTORY_MS = 5 * 60_000
"""So far back the first instant lies."""


def wait(done: Callable[[], bool], seconds: float, worth: Callable[[], bool] = lambda: True) -> bool:
    """Whether it came true in time; not waited for when it is not `worth` it any more."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline or not worth():
            return done()
        time.sleep(0.01)
    return True


class Rig:
    """`plain`: the bridge with JSON rows, else our cloud with envelopes."""

    def __init__(self, folder: Path, plain: bool, where: Cores, kind: str, small_sink: bool) -> None:
        self._plain, self._folder, self._core = plain, folder, where.measured
        self._load: Talk | None = None
        self._before, self._next_ms = 0, now_ms() - HISTORY_MS
        with ExitStack() as begun:
            self.broker = start(folder / "broker", STATIONS, kind)
            begun.callback(self.broker.stop)
            self.sink = Sink(folder / "sink", small_sink)
            begun.callback(self.sink.stop)
            self._contender = self._start()
            begun.callback(self._contender.end)
            self._contender.ready()
            self._held = begun.pop_all()

    def __enter__(self) -> Rig:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held.close()

    def offer(self, messages: int, rate: float = 0.0) -> None:
        """Stations begin: this many messages over all, as fast as they may or at this many a second. Once more: of a later time, with new epochs."""
        passwords = {name: self.broker.password(name) for name in STATIONS}
        job = Job(self.broker.port, passwords, messages, WINDOW, rate, RESEND_S, self._next_ms, self._plain, self._plain)
        self._next_ms += messages // len(STATIONS) * INSTANTS * STEP_MS
        self._before = self.sink.written() if self._plain else 0
        self._load = Talk("cli.bench_ingest_load", first=json.dumps(asdict(job)))
        self._held.callback(self._load.end)
        self._load.ready()
        self._load.say("go")

    def told(self) -> Told:
        """The stations' last word."""
        lines = [line for line in self._load.lines[-2:] if line.startswith("{")] if self._load else []
        return Told(**json.loads(lines[-1])) if lines else Told(time.monotonic(), 0, 0, 0)

    def mark(self) -> Mark:
        """Samples acknowledged by the cloud; the bridge acknowledges nothing that it wrote, so what came to its sink counts."""
        done = self.sink.written() - self._before if self._plain else self.told().done * SAMPLES
        return Mark(time.monotonic(), done, cpu_s(self._contender.pid), cpu_s(self.broker.pid) + cpu_s(self.sink.pid))

    def run(self, messages: int, seconds: float) -> list[Mark]:
        """Marks until all is done, or for so many seconds. What stations offered before is done with."""
        if self._load:
            self._load.end()
        self.offer(messages)
        marks = [self.mark()]
        while marks[-1].samples < messages * SAMPLES and marks[-1].at < marks[0].at + seconds:
            time.sleep(LOOK_S)
            marks.append(self.mark())
        return marks

    def kill(self) -> None:
        """The measured process, without a warning; and start it again, as whatever watches it would."""
        self._contender.kill()
        self._contender = self._start()
        self._held.callback(self._contender.end)
        self._contender.ready()

    def settle(self, seconds: float, quiet_s: float = QUIET_S) -> None:
        """Until everything offered was sent and acknowledged, and the sink did not grow for a while; not longer than so many seconds."""
        deadline = time.monotonic() + seconds
        wait(lambda: self._load is None or not self._load.alive, seconds)
        grown, since = -1, time.monotonic()
        while time.monotonic() < min(deadline, since + quiet_s):
            if (now := self.sink.written()) != grown:
                grown, since = now, time.monotonic()
            time.sleep(LOOK_S)

    def lost(self, messages: int) -> int:
        """Samples that stations did send and that are not in the sink. First the contender ends in order, with all the time it needs to write what it has."""
        self._contender.end(END_S)
        return messages * SAMPLES - self.sink.different()

    def _start(self) -> Talk:
        folder, core = self._folder / "cloud", self._core
        port, password = str(self.broker.port), self.broker.password(CLOUD)
        if self._plain:
            return Talk("cli.bench_ingest_bridge", port, self.sink.url, first=password, core=core)
        folder.mkdir(exist_ok=True)
        write_private(folder / "password", password + "\n")
        return Talk("cli.bench_ingest_ours", port, self.sink.url, str(folder), core=core)
