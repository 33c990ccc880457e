"""Words by which faults of a running demo are asked for: those of its rooms, and those of the whole town. Dashes and underscores are alike."""

import re
from collections.abc import Sequence

from cli.demo import outage
from twin import faults

UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
TOWN = {outage.NAME: outage.MEANING}
"""Faults of what all stations share: name -> what it does."""


class NoTime(ValueError):
    """Text that is no time."""


def names() -> list[str]:
    """Of every fault."""
    return sorted([*faults.names(), *TOWN])


def meaning(name: str) -> str:
    """What a fault does."""
    return TOWN[name] if name in TOWN else faults.meaning(name)


def spelled(text: str) -> str:
    """`broker-down` -> `broker_down`."""
    return text.lower().replace("-", "_")


def seconds(text: str) -> float:
    """Of `90`, `30s`, `10m`, `1h`. Raises: NoTime."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if not found or not float(found[1]):
        raise NoTime(f"{text!r} is no time; write 30s, 10m or 1h")
    return float(found[1]) * UNITS_S[found[2] or "s"]


def target_and_time(words: Sequence[str]) -> tuple[str | None, float | None]:
    """Of what follows a fault's name: `cold`, `cold 10m`, `1h`, nothing. A time must have its unit here: `2` is a socket.

    Raises:
        NoTime: more than a target and a time.
    """
    *before, last = words or [""]
    timed = bool(re.fullmatch(r"[\d.]+[smh]", last))
    targets, for_s = (before, seconds(last)) if timed else ([*before, *([last] if last else [])], None)
    if len(targets) > 1:
        raise NoTime(f"{targets[1]!r} is no time; write 30s, 10m or 1h")
    return targets[0] if targets else None, for_s
