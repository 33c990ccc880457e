"""`kiosk bench ingest`: samples/s and CPU time of the cloud's ingest on one core, beside a plain paho + influxdb-client bridge, end to end.

Ours counts a sample when the station got the acknowledgement that follows the commit; the bridge when it is in the sink. A sample is one value of
one series at one instant; 50 are in a message. The limit is what `mosquitto_sub > /dev/null` takes from the same broker. Then both run at an even
pace while their sinks stop answering for a while, once undisturbed and once killed meanwhile; what is not in the sink at the end is lost.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, astuple, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from cli.bench_ingest_load import Job
from cli.bench_ingest_payloads import SAMPLES
from cli.bench_ingest_rig import QUIET_S, RESEND_S, STATIONS, WINDOW, Cores, Mark, Rig, Talk, cores, now_ms
from cli.broker import CLOUD, start
from cli.broker.accounts import write_private
from cli.broker.running import KINDS

SECONDS = 15.0
MESSAGES = 36_000
ROUNDS = 3
"""Ours and the bridge take turns, so that a computer which is busy for a while is so for both."""
BRIDGE_SHARE = 3
"""The bridge gets a third of the messages: a time as long, as near as may be."""
STALL_S, BEFORE_S, AFTER_S, RATE = 10.0, 2.0, 3.0, 96.0
SETTLE_S = 30.0
STEADY = (0.1, 0.95)
"""Between these parts of all samples the rate is measured: without the start, and without the last batch that waits for its time."""


@dataclass(frozen=True)
class Pace:
    """Of one round: what was done in which time, with how much CPU time of the measured process, and of its broker and sink."""

    samples: int
    lasted_s: float
    cpu_s: float
    others_cpu_s: float


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="kiosk bench ingest", description=__doc__)
    made.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    made.add_argument("--folder", type=Path, help="where ledger, broker and sink keep their data; default a new one in the current folder")
    made.add_argument("--seconds", type=float, default=SECONDS, help="longest of each contender's measurement; default %(default)s")
    made.add_argument("--messages", type=int, default=MESSAGES, help="offered to ours, and a third of them to the bridge; default %(default)s")
    made.add_argument("--stall", type=float, default=STALL_S, metavar="S", help="s that the sink does not answer; 0 for no such test; default %(default)s")
    made.add_argument("--quiet", type=float, default=QUIET_S, metavar="S", help="s without news after which nothing more is expected; default %(default)s")
    made.add_argument("--broker", default="mosquitto", choices=("mosquitto", "nats"), help="NATS is taken where Mosquitto is missing")
    made.add_argument("--small-sink", action="store_true", help="a process that only counts, even where victoria-metrics is installed")
    return made


def main(argv: list[str]) -> int:
    """0; 1 when ours lost something."""
    asked = parser().parse_args(argv)
    usual = os.sched_getaffinity(0)
    where = cores()
    os.sched_setaffinity(0, where.others)
    try:
        with tempfile.TemporaryDirectory(dir=asked.folder or Path.cwd(), ignore_cleanup_errors=True) as folder:
            numbers = measure(Path(folder), asked, where)
    finally:
        os.sched_setaffinity(0, usual)
    text = json.dumps(numbers, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n")
    return 1 if numbers["ours_lost"] or numbers.get("ours_killed_lost") else 0


def measure(folder: Path, asked: argparse.Namespace, where: Cores) -> dict[str, Any]:
    """The numbers. Rates in 1/s, `_us_per_` in microseconds of the measured process's CPU time, `lost` in samples."""
    kind, each = _broker(asked.broker), asked.messages // ROUNDS // BRIDGE_SHARE // len(STATIONS) * len(STATIONS)
    with Rig(folder / "ours", False, where, kind, asked.small_sink) as ours, Rig(folder / "bridge", True, where, kind, asked.small_sink) as bridge:
        paces: dict[str, list[Pace]] = {"ours": [], "bridge": []}
        for _ in range(ROUNDS):
            paces["ours"].append(_pace(ours.run(each * BRIDGE_SHARE, asked.seconds / ROUNDS), each * BRIDGE_SHARE))
            paces["bridge"].append(_pace(bridge.run(each, asked.seconds / ROUNDS), each))
        found: dict[str, Any] = {"broker": f"{ours.broker.kind} {ours.broker.version}", "sink": ours.sink.kind}
    found |= {f"{name}_{key}": value for name, rounds in paces.items() for key, value in _over(rounds).items()}
    found["ratio"] = round(found["ours_samples_s"] / found["bridge_samples_s"], 2)
    found["cpu_ratio"] = round(found["bridge_us_per_sample"] / found["ours_us_per_sample"], 2)
    found |= _limit(folder / "limit", each * BRIDGE_SHARE, where) if kind == "mosquitto" else {"limit_msgs_s": None, "limit_us_per_msg": None}
    found |= _stall(folder, asked, where, kind) if asked.stall else {"ours_lost": None, "bridge_lost": None}
    return found | {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2), "samples_per_message": SAMPLES, "stations": len(STATIONS), "window": WINDOW}


def _broker(asked: str) -> str:
    return asked if KINDS[asked]() else "nats"


def _pace(marks: list[Mark], messages: int) -> Pace:
    low, high = (part * messages * SAMPLES for part in STEADY)
    moved = [later for one, later in pairwise(marks) if later.samples > one.samples]  # the sink tells news once a second
    steady = [one for one in moved if low <= one.samples <= high]
    first, last = (steady[0], steady[-1]) if len(steady) > 1 else (marks[0], marks[-1])
    return Pace(last.samples - first.samples, last.at - first.at, last.cpu_s - first.cpu_s, last.others_cpu_s - first.others_cpu_s)


def _over(rounds: list[Pace]) -> dict[str, Any]:
    samples, lasted, cpu, others = (sum(column) for column in zip(*map(astuple, rounds), strict=True))
    return {
        "samples_s": round(samples / lasted), "us_per_sample": round(cpu * 1e6 / max(samples, 1), 3), "busy_ratio": round(cpu / lasted, 3),
        "others_busy_ratio": round(others / lasted, 3), "measured_s": round(lasted, 2),
        "rounds_samples_s": [round(one.samples / one.lasted_s) for one in rounds],
    }  # fmt: skip


def _limit(folder: Path, messages: int, where: Cores) -> dict[str, Any]:
    """`mosquitto_sub` on the measured core; the stations wait for the broker's acknowledgement only."""
    broker = start(folder, STATIONS, "mosquitto")
    write_private(folder / "mosquitto_sub", f"-P {broker.password(CLOUD)}\n")
    words = ["-h", broker.host, "-p", str(broker.port), "-u", CLOUD, "-i", CLOUD, "-q", "1", "-t", "ss/v1/+/+/tele", "-C", str(messages)]
    load: Talk | None = None
    try:
        listening = subprocess.Popen(["mosquitto_sub", *words], stdout=subprocess.DEVNULL, env={**os.environ, "XDG_CONFIG_HOME": str(folder)})
        os.sched_setaffinity(listening.pid, {where.measured})
        passwords = {name: broker.password(name) for name in STATIONS}
        job = Job(broker.port, passwords, messages, WINDOW, 0.0, RESEND_S, now_ms(), False, True)
        load = Talk("cli.bench_ingest_load", first=json.dumps(asdict(job)))
        load.ready()
        began = time.monotonic()
        load.say("go")
        _, status, used = os.wait4(listening.pid, 0)
        lasted = time.monotonic() - began
        listening.returncode = os.waitstatus_to_exitcode(status)
        return {"limit_msgs_s": round(messages / lasted), "limit_us_per_msg": round((used.ru_utime + used.ru_stime) * 1e6 / messages, 2)}
    except FileNotFoundError:
        return {"limit_msgs_s": None, "limit_us_per_msg": None}
    finally:
        if load:
            load.end()
        broker.stop()


def _stall(folder: Path, asked: argparse.Namespace, where: Cores, kind: str) -> dict[str, Any]:
    """All at once, each with its own broker and sink, at a pace that all can hold. `killed`: half way through the stall with SIGKILL, and started again."""
    messages = int(RATE * (BEFORE_S + asked.stall + AFTER_S)) // len(STATIONS) * len(STATIONS)
    cases = {"ours": False, "bridge": True, "ours_killed": False, "bridge_killed": True}
    with ExitStack() as held:
        rigs = {name: held.enter_context(Rig(folder / f"stall-{name}", plain, where, kind, asked.small_sink)) for name, plain in cases.items()}
        for rig in rigs.values():
            rig.offer(messages, RATE)
        time.sleep(BEFORE_S)
        for rig in rigs.values():
            rig.sink.stall()
        time.sleep(asked.stall / 2)
        for name in ("ours_killed", "bridge_killed"):
            rigs[name].kill()
        time.sleep(asked.stall / 2)
        for rig in rigs.values():
            rig.sink.go_on()
        for rig in rigs.values():
            rig.settle(SETTLE_S, asked.quiet)
        told = {"ours_unacknowledged": messages - rigs["ours"].told().done, "ours_resent_messages": rigs["ours"].told().resent}
        lost = {f"{name}_lost": rig.lost(messages) for name, rig in rigs.items()}
        return lost | told | {"stall_s": asked.stall, "stall_samples": messages * SAMPLES}
