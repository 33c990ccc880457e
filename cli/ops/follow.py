"""Shows a rollout until it ends: a terminal is drawn anew, a pipe gets a line for each wave that moved."""

from __future__ import annotations

import sys
import time
from typing import Any

from cli.ops import talk, watch, waves
from cli.ops.client import Client, quoted
from cli.ops.exits import Exit
from cli.ops.watch import Pause

MOST = 200
LEAVE_AFTER = 30
"""Looks at a rollout that nobody has and that all of its stations wait with; a script goes on then."""


def look(server: Client, rollout: str) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """The rollout, its failed stations, those that wait."""
    path = f"/rollouts/{quoted(rollout)}"
    one = server.get(path)
    counts = one.get("counts") or {}
    lists = [server.get(f"{path}/stations", state=state)["items"][:MOST] if counts.get(state) else [] for state in ("failed", "waiting")]
    return one, lists[0], lists[1]


def follow(server: Client, rollout: str, pause: Pause = time.sleep) -> Exit:
    """0 when it is done, 1 when it was taken back, paused by the cloud, or ended otherwise; also, where nobody looks on, when all that is left
    is to wait for stations. Ctrl-C leaves it running."""
    shown: list[dict[str, Any]] = []
    still = 0
    try:
        while True:
            one, failed, waiting = watch.patiently(lambda: look(server, rollout), pause)
            _show(one, failed, waiting, shown)
            shown = one["waves"]
            if one["state"] in waves.ENDED or one["state"] == "paused":
                return Exit.OK if one["state"] in waves.GOOD_END else Exit.FAILED
            still = still + 1 if waves.only_waits(one) else 0
            if still > LEAVE_AFTER and not sys.stdout.isatty():
                print(waves.text(one, failed, waiting), flush=True)
                talk.say(f"nobody has it yet; rollout {rollout} goes on by itself when they come back: ./kiosk rollout status {rollout} shows it")
                return Exit.FAILED
            pause(watch.EVERY_S)
    except KeyboardInterrupt:
        talk.say(f"rollout {rollout} goes on; ./kiosk rollout status {rollout} shows it, ./kiosk rollout pause {rollout} --reason TEXT stops it")
        raise


def _show(one: dict[str, Any], failed: list[dict[str, Any]], waiting: list[dict[str, Any]], before: list[dict[str, Any]]) -> None:
    whole = waves.text(one, failed, waiting)
    if sys.stdout.isatty():
        print(watch.CLEAR + whole, flush=True)
    elif one["state"] in waves.ENDED or one["state"] == "paused":
        print(whole, flush=True)
    elif moved := waves.waves(one["waves"], before):
        print(moved, flush=True)
