"""Health checks: is a cloud, or a simulated station, doing its work? Says what is not, and changes nothing."""

import argparse
import json
import os
import urllib.request
from pathlib import Path

from cli.containers import say

TIMEOUT_S = 4.0


def main(asked: argparse.Namespace) -> int:
    """0: all is well; 1: not, in words."""
    if bool(asked.cloud) == bool(asked.control):
        return say("alive: give either --cloud or --control")
    faults = _cloud(asked.cloud) if asked.cloud else _station(asked.control)
    return say("; ".join(faults)) if faults else 0


def _cloud(url: str) -> list[str]:
    """A series database that is down is no reason to call the cloud ill: facts are kept, and their points follow."""
    request = urllib.request.Request(f"{url.rstrip('/')}/api/v1/health", headers={"Authorization": f"Bearer {os.environ.get('CLOUD_TOKEN', '')}"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            told = json.load(answer)
    except (OSError, ValueError) as error:
        return [f"{url}: {error}"]
    broker, ingest = told["broker"]["connected"], told["ingest"]["alive"]
    signs = {"no broker": not broker, "the ingest has ended": not ingest, "the ledger is down": bool(told["ledger_error"])}
    return [words for words, true in signs.items() if true]


def _station(control: Path) -> list[str]:
    from twin.control import ControlGone, ask

    try:
        told = ask(control, "links")
    except (ControlGone, ValueError) as error:
        return [f"{control}: {error}"]
    return [f"{station} has no connection to the broker" for station, connected in told.items() if not connected]
