"""Whether a station is there, since when, and how that is known.

Read from what it said and its last will; silence alone makes it late, never lost. Session and boot tell an old will,
delivered late, from a new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contract.state import Link, State


class Standing(StrEnum):
    """Shown to operators; each has words and a symbol, never colour alone."""

    ONLINE = "online"
    LATE = "late"
    LOST = "lost"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Heard:
    """What is remembered of a station. Times are the cloud's own, in ms UTC."""

    heard_ms: int
    link: Link | None = None
    boot: str = ""
    session: int = 0
    since_ms: int = 0


@dataclass(frozen=True)
class Presence:
    """`since_ms`: when this standing began."""

    standing: Standing
    since_ms: int
    reason: str


def supersedes(known: Heard | None, said: State) -> bool:
    """Whether a state is newer than what is known. Of another boot only a last will can be stale: the broker says it."""
    if known is None or known.link is None:
        return True
    if said.boot == known.boot:
        return said.session >= known.session
    return said.link is not Link.LOST or known.link is not Link.ONLINE


def presence(heard: Heard, now_ms: int, listening_ms: int, late_ms: int) -> Presence:
    """`listening_ms`: since when the cloud itself hears the broker; its own deafness is not the station's silence."""
    match heard.link:
        case None:
            return Presence(Standing.UNKNOWN, heard.heard_ms, "sent messages but never its state")
        case Link.LOST:
            return Presence(Standing.LOST, heard.since_ms, "the broker lost its connection (last will)")
        case Link.STOPPED:
            return Presence(Standing.STOPPED, heard.since_ms, "stopped in order")
    quiet_since = max(heard.heard_ms, listening_ms)
    if now_ms - quiet_since > late_ms:
        reason = f"silent for more than {late_ms // 1000} s, though the broker has not lost it"
        return Presence(Standing.LATE, quiet_since, reason)
    return Presence(Standing.ONLINE, heard.since_ms, "says so and is heard")
