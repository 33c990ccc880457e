"""`kiosk bench rollout`: a new configuration for 2,000 stations: planned, signed, let out in waves, tried and confirmed by each.

Real are the CLI (each step a process, as a person starts it), the cloud, the broker, every signature and every check at every station, the
slots and the reports; each station has an account and a connection of its own. Light are the stations (twin/light.py): no rooms, no pins,
no disk. Their clock runs `--speed` times as fast, so the 120 s of a trial pass in 4 s; nothing else is quicker than in the world.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from cli.bench_rollout_town import PASSWORD, Town
from cli.broker.running import KINDS
from cli.ops.client import Client
from cli.ops.contexts import Context

STATIONS, SPEED, WAVES = 2000, 30.0, "1,5%,25%,100%"
LONGEST_S = 240.0
LOOK_S = 0.5
CHANGES = 10
"""Exit code of `kiosk plan` when something would change."""


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="kiosk bench rollout", description=__doc__)
    made.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    made.add_argument("--stations", type=int, default=STATIONS, help="how many; default %(default)s")
    made.add_argument("--waves", default=WAVES, help="default %(default)s")
    made.add_argument("--speed", type=float, default=SPEED, help="how many times as fast trials pass; default %(default)g")
    made.add_argument("--broker", default="mosquitto", choices=("mosquitto", "nats"), help="NATS is taken where Mosquitto is missing")
    made.add_argument("--folder", type=Path, help="where everything keeps its data; default a new one in the current folder")
    return made


def main(argv: list[str]) -> int:
    """0; 1 when not every station has confirmed."""
    asked = parser().parse_args(argv)
    with tempfile.TemporaryDirectory(dir=asked.folder or Path.cwd(), ignore_cleanup_errors=True) as folder:
        kind = asked.broker if KINDS[asked.broker]() else "nats"
        numbers = measure(Path(folder), asked.stations, asked.waves, asked.speed, kind)
    text = json.dumps(numbers, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n")
    return 0 if numbers["confirmed"] == asked.stations else 1


def measure(folder: Path, stations: int, waves: str, speed: float, kind: str) -> dict[str, Any]:
    """The numbers. `plan_s`: of `kiosk plan`; `confirmed_s`: from the start of `kiosk apply` until the cloud knows that every station has it."""
    with Town(folder, stations, speed, kind) as town:
        town.log_in()
        began = time.monotonic()
        planned = town.kiosk("plan", "--folder", str(town.layers), "--out", str(folder / "plan.json"))
        plan_s = time.monotonic() - began
        if planned.code != CHANGES:
            raise RuntimeError(f"kiosk plan: {planned.code}: {planned.err[-1000:]}")
        before, began = town.used(), time.monotonic()
        rollout = town.must(
            "apply", str(folder / "plan.json"), "--wave", waves, "--reason", "bench", "--key", str(folder / "trust" / "ops.pem"),
            "--soak", "0", "--yes", "--password-stdin", given=PASSWORD,
        )  # fmt: skip
        applied_s = time.monotonic() - began
        one = _ended(town, rollout)
        confirmed_s = time.monotonic() - began
        after, told = town.used(), town.told()
    return {
        "stations": stations, "plan_s": round(plan_s, 2), "confirmed_s": round(confirmed_s, 2),
        "peak_rss_mb": round(sum(one.peak_rss_mb for one in after.values()), 1),
        "messages": sum(told["messages"].values()), "confirmed": one["counts"].get("confirmed", 0), "state": one["state"], "counts": one["counts"],
        "signed_and_uploaded_s": round(applied_s, 2), "messages_of": told["messages"], "built_anew": told["rebuilt"],
        "peak_rss_mb_of": {name: one.peak_rss_mb for name, one in after.items()},
        "cpu_s_of": {name: round(one.cpu_s - before[name].cpu_s, 1) for name, one in after.items()},
        "waves": waves, "speed": speed, "broker": kind, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2),
    }  # fmt: skip


def _ended(town: Town, rollout: str) -> dict[str, Any]:
    """The rollout, when it runs no longer. Raises: RuntimeError."""
    cloud = Client(Context(town.url, _token(town)))
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        one: dict[str, Any] = cloud.get(f"/rollouts/{rollout}")
        if one["state"] != "running":
            return one
        time.sleep(LOOK_S)
    raise RuntimeError(f"rollout {rollout} still runs after {LONGEST_S:g} s: {one['counts']}")


def _token(town: Town) -> str:
    told = json.loads((town.folder / "home" / "smart-station" / "contexts.json").read_text("utf-8"))
    return str(told["contexts"][told["current"]]["token"])
