"""A Screen as the JSON that the page reads.

Monotonic times become seconds that are left, because the browser has another clock.
"""

import json
from enum import Enum
from math import isfinite
from typing import Any

from contract.facts import Refusal, Stop
from edge.domain.screen import ChallengeView, Screen, SocketView, TapView


def as_json(screen: Screen, now: float) -> str:
    """One line of JSON, all of it ASCII."""
    return json.dumps(as_document(screen, now), separators=(",", ":"), allow_nan=False)


def as_document(screen: Screen, now: float) -> dict[str, Any]:
    """Fields as in Screen, but `notice_s`, `forgets_s`, `face_pause_s`, `left_s`: s that are left, never below 0, null for no end.

    `refusal` and `stop` hold the reason; at most one of them is not null.
    """
    return {
        "station": screen.station,
        "name": screen.name,
        "language": screen.language,
        "notice": screen.notice.value,
        "notice_no": screen.notice_no,
        "refusal": screen.reason.value if isinstance(screen.reason, Refusal) else None,
        "stop": screen.reason.value if isinstance(screen.reason, Stop) else None,
        "notice_s": _left(screen.notice_until, now),
        "hint": screen.hint.value,
        "face": screen.face,
        "code": screen.code,
        "ticket": screen.ticket,
        "door": screen.door.value if isinstance(screen.door, Enum) else screen.door,
        "visit": screen.visit,
        "visitor": screen.visitor,
        "forgets_s": _left(screen.forgets_at, now),
        "water_left_ml": screen.water_left_ml,
        "socket_left_min": screen.socket_left_min,
        "taps": [_tap(tap) for tap in screen.taps],
        "sockets": [_socket(socket) for socket in screen.sockets],
        "faults": [{"fault": view.fault.value, "part": view.part} for view in screen.faults],
        "connected": screen.connected,
        "waiting_facts": screen.waiting_facts,
        "clock_trusted": screen.clock_trusted,
        "challenge": _challenge(screen.challenge, now),
        "ask": {"what": screen.ask.what, "left_s": _left(screen.ask.until, now)} if screen.ask else None,
        "face_pause_s": _left(screen.face_pause_until, now),
        "own": {name: _plain(value) for name, value in vars(screen.own).items()} if screen.own else None,
    }


def _challenge(view: ChallengeView | None, now: float) -> dict[str, Any] | None:
    if view is None:
        return None
    return {"turn": view.turn, "say": view.say, "done": view.done, "of": view.of, "left_s": _left(view.until, now)}


def _left(until: float | None, now: float) -> float | None:
    """s from now, None for no end."""
    return round(max(0.0, until - now), 1) if until is not None and isfinite(until) else None


def _tap(tap: TapView) -> dict[str, Any]:
    return {
        "name": tap.name,
        "state": tap.state.value,
        "portions_ml": list(tap.portions_ml),
        "poured_ml": tap.poured_ml,
        "target_ml": tap.target_ml,
    }


def _socket(socket: SocketView) -> dict[str, Any]:
    return {
        "name": socket.name,
        "state": socket.state.value,
        "watts": socket.watts if socket.watts is None or isfinite(socket.watts) else None,
        "energy_wh": round(socket.energy_wh, 2),
        "lasted_s": round(socket.lasted_s, 1),
    }


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
