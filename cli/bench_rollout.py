"""`kiosk bench rollout`: a new configuration for 2,000 stations: planned, signed, let out in waves, tried and confirmed by each.

Real are the CLI (each step a process, as a person starts it), the cloud, the broker, every signature and every check at every station, the
slots and the reports; each station has an account and a connection of its own. Light are the stations (twin/light.py): no rooms, no pins,
no disk. Their clock runs `--speed` times as fast, so the 120 s of a trial pass in 4 s; nothing else is quicker than in the world.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.bench_rollout_town import PASSWORD, Town
from cli.broker.running import KINDS
from cli.ops.client import Client
from cli.ops.contexts import Context

STATIONS, SPEED, WAVES = 2000, 30.0, "1,5%,25%,100%"
REQUIRED_S = {"plan_s": 5.0, "plan_again_s": 5.0, "confirmed_s": 60.0}
"""At most so long on two cores, with 2,000 stations."""
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
    """0; 1 when not every station has confirmed. A figure that falls short of what is required is named, and no error."""
    asked = parser().parse_args(argv)
    with tempfile.TemporaryDirectory(dir=asked.folder or Path.cwd(), ignore_cleanup_errors=True) as folder:
        kind = asked.broker if KINDS[asked.broker]() else "nats"
        numbers = measure(Path(folder), asked.stations, asked.waves, asked.speed, kind, _say)
    text = json.dumps(numbers, indent=1)
    _say("\n" + table(numbers) + "\n")
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n")
    return 0 if numbers["confirmed"] == asked.stations else 1


def measure(folder: Path, stations: int, waves: str, speed: float, kind: str, say: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """The numbers. `plan_s`: of `kiosk plan` where nothing was ever pushed, `plan_again_s`: of a change for everybody afterwards; `confirmed_s`: from
    the start of `kiosk apply` until the cloud knows that every station has it."""
    say(f"{stations} light stations, the cloud and {kind} start")
    with Town(folder, stations, speed, kind) as town:
        town.log_in()
        plan_s, plan_cpu_s = _planned(town, "plan.json")
        say(f"planned in {plan_s:.2f} s")
        before, began = town.used(), time.monotonic()
        rollout = town.must(
            "apply", str(folder / "plan.json"), "--wave", waves, "--reason", "bench", "--key", str(folder / "trust" / "ops.pem"),
            "--soak", "0", "--visits", "0", "--yes", "--password-stdin", given=PASSWORD,
        )  # fmt: skip
        applied_s = time.monotonic() - began
        say(f"signed, uploaded and started in {applied_s:.2f} s")
        one = _ended(town, rollout, say)
        confirmed_s, after = time.monotonic() - began, town.used()
        town.change()
        plan_again_s, again_cpu_s = _planned(town, "plan-2.json")
        told = town.told()
    figures = {"plan_s": plan_s, "plan_again_s": plan_again_s, "confirmed_s": confirmed_s}
    return {
        "stations": stations, **{name: round(figure, 2) for name, figure in figures.items()},
        "peak_rss_mb": round(sum(one.peak_rss_mb for one in after.values()), 1), "messages": sum(told["messages"].values()),
        "confirmed": one["counts"].get("confirmed", 0), "falls_short": [name for name, figure in figures.items() if figure >= REQUIRED_S[name]],
        "signed_and_uploaded_s": round(applied_s, 2), "state": one["state"], "counts": one["counts"], "waves": waved(one["history"], one["waves"]),
        "messages_of": told["messages"], "built_anew": told["rebuilt"], "peak_rss_mb_of": {name: one.peak_rss_mb for name, one in after.items()},
        "plan_cpu_s": round(plan_cpu_s, 2), "plan_again_cpu_s": round(again_cpu_s, 2),
        "cpu_s_of": {name: round(one.cpu_s - before[name].cpu_s, 1) for name, one in after.items()},
        "trial_s": told["trial_s"], "speed": speed, "soak_s": 0, "broker": kind, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2),
    }  # fmt: skip


def table(numbers: dict[str, Any]) -> str:
    """For people: what is required, what each wave took, what each process cost."""
    words = {"plan_s": "kiosk plan, first", "plan_again_s": "kiosk plan, a change", "confirmed_s": "apply until all confirmed"}
    trials = f"trials of {numbers['trial_s']:g} s of their clock, which runs {numbers['speed']:g} times as fast"
    rows = [f"{numbers['stations']} stations, {numbers['confirmed']} confirmed; {trials}", ""]
    rows += [f"{'':26}{'measured':>10}{'required':>10}"]
    for name, word in words.items():
        verdict = "falls short" if name in numbers["falls_short"] else "holds"
        rows.append(f"{word:26}{numbers[name]:>8.2f} s{'< ':>5}{REQUIRED_S[name]:>3g} s  {verdict}")
    rows += [f"CPU time of the plans: {numbers['plan_cpu_s']:.2f} s, {numbers['plan_again_cpu_s']:.2f} s"]
    rows += ["", f"{'wave':26}{'stations':>10}{'took':>10}"]
    rows += [f"{one['label']:26}{one['stations']:>10}{one['took_s']:>8.1f} s" for one in numbers["waves"]]
    rows += ["", f"{'process':26}{'peak memory':>12}{'CPU':>10}"]
    rows += [f"{name:26}{mb:>8.1f} MiB{numbers['cpu_s_of'][name]:>8.1f} s" for name, mb in numbers["peak_rss_mb_of"].items()]
    rows += ["", f"{'messages at the stations':26}{numbers['messages']:>10}"]
    rows += [f"  {name:24}{many:>10}" for name, many in numbers["messages_of"].items()]
    return "\n".join([*rows, "", f"load of this computer: {numbers['load']:g} on {numbers['cores']} cores"])


def waved(history: list[dict[str, str]], waves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each wave took, from its beginning until it had passed, by the cloud's own history."""
    at = {one["what"]: datetime.fromisoformat(one["at"]) for one in history}
    found = []
    for wave in waves:
        begun, passed = (at.get(f"wave {wave['number']} {what}") for what in ("begun", "passed"))
        took_s = round((passed - begun).total_seconds(), 2) if begun and passed else 0.0
        found.append({"label": wave["label"], "stations": wave["stations"], "took_s": took_s})
    return found


def _planned(town: Town, file: str) -> tuple[float, float]:
    """s that `kiosk plan` took, with its start and its end, and its CPU time. Raises: RuntimeError."""
    began, before = time.monotonic(), town.used()["kiosk"]
    planned = town.kiosk("plan", "--folder", str(town.layers), "--out", str(town.folder / file))
    if planned.code != CHANGES:
        raise RuntimeError(f"kiosk plan: {planned.code}: {planned.err[-1000:]}")
    return time.monotonic() - began, town.used()["kiosk"].cpu_s - before.cpu_s


def _ended(town: Town, rollout: str, say: Callable[[str], None]) -> dict[str, Any]:
    """The rollout, when it runs no longer. Raises: RuntimeError."""
    cloud, said = Client(Context(town.url, _token(town))), ""
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        one: dict[str, Any] = cloud.get(f"/rollouts/{rollout}")
        words = ", ".join(f"{many} {state}" for state, many in one["counts"].items() if many)
        if words != said:
            say(f"  {words}")
        said = words
        if one["state"] != "running":
            return one
        time.sleep(LOOK_S)
    raise RuntimeError(f"rollout {rollout} still runs after {LONGEST_S:g} s: {one['counts']}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _token(town: Town) -> str:
    told = json.loads((town.folder / "home" / "smart-station" / "contexts.json").read_text("utf-8"))
    return str(told["contexts"][told["current"]]["token"])
