"""A Screen as the JSON that the page reads.

Monotonic times become seconds that are left, because the browser has another clock. What is secret is not in it, whatever the screen says.
"""

import json
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from math import isfinite
from typing import Any

from contract.facts import Refusal, Stop
from edge.domain.fault_rules import RULES
from edge.domain.screen import Screen

LEFT = {
    "until": "left_s", "unlocked_until": "unlocked_s", "held_until": "held_s", "ends_at": "ends_s",
    "open_until": "open_s", "rests_until": "rests_s", "asks_until": "asks_s",
}  # fmt: skip
"""Fields of the views that are monotonic seconds, and what they are called as seconds that are left."""
APART = frozenset({"reason", "notice_until", "forgets_at", "face_pause_until", "faults", "door"})


def as_json(screen: Screen, now: float) -> str:
    """One line of JSON, all of it ASCII."""
    return json.dumps(as_document(screen, now), separators=(",", ":"), allow_nan=False)


def as_document(screen: Screen, now: float) -> dict[str, Any]:
    """Fields as in Screen and its views, but times as in LEFT: s that are left, never below 0, null for no end.

    `refusal` and `stop` hold the reason; at most one of them is not null.
    """
    told = {name: _plain(getattr(screen, name), now) for name in _names(Screen) if name not in APART}
    return told | {
        "door": screen.door.value if isinstance(screen.door, Enum) else screen.door,
        "refusal": screen.reason.value if isinstance(screen.reason, Refusal) else None,
        "stop": screen.reason.value if isinstance(screen.reason, Stop) else None,
        "notice_s": _left(screen.notice_until, now),
        "forgets_s": _left(screen.forgets_at, now),
        "face_pause_s": _left(screen.face_pause_until, now),
        "faults": [{"fault": view.fault.value, "part": view.part} for view in screen.faults if not RULES[view.fault].secret],
    }


def _plain(value: Any, now: float) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return round(value, 2) if isfinite(value) else None
    if isinstance(value, tuple):
        return [_plain(item, now) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {LEFT.get(name, name): _told(value, name, now) for name in _names(type(value))}
    return value


def _told(view: Any, name: str, now: float) -> Any:
    value = getattr(view, name)
    return _left(value, now) if name in LEFT else _plain(value, now)


@cache
def _names(view: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(view))


def _left(until: float | None, now: float) -> float | None:
    """s from now, None for no end."""
    return round(max(0.0, until - now), 1) if until is not None and isfinite(until) else None
