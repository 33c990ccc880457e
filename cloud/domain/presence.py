"""Whether a station is there, since when, and how that is known.

Read from what it said and its last will; silence alone makes it late, never lost. Session and boot tell an old will,
delivered late, from a new one. A station that is lost again and again within minutes flaps: its line is to be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from contract.state import Link, State

FLAPS, FLAPPING_MS = 4, 600_000
"""So many losses within so long is flapping; so long without one ends it."""


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
    losses: tuple[int, ...] = ()
    """When it was lost, the last few times, oldest first."""
    flapping_ms: int | None = None
    """Since when it flapped, the last time that it did."""


@dataclass(frozen=True)
class Presence:
    """`since_ms`: when this standing began."""

    standing: Standing
    since_ms: int
    reason: str
    flapping: bool = False


def supersedes(known: Heard | None, said: State) -> bool:
    """Whether a state is newer than what is known. Of another boot only a last will can be stale: the broker says it."""
    if known is None or known.link is None:
        return True
    if said.boot == known.boot:
        return said.session >= known.session
    return said.link is not Link.LOST or known.link is not Link.ONLINE


def is_a_loss(known: Heard, said: State) -> bool:
    """Whether a state that is newer than what is known tells that the station was lost in between: by its will, or because it connected
    again without having ended in order, before or instead of its will."""
    if known.link is not Link.ONLINE:
        return False
    return said.link is Link.LOST or (said.boot, said.session) != (known.boot, known.session)


def lost(known: Heard, now_ms: int) -> Heard:
    """With one more loss, now."""
    losses = (*(at for at in known.losses if at <= now_ms), now_ms)[-FLAPS:]
    many = len(losses) == FLAPS and now_ms - losses[0] <= FLAPPING_MS
    since_ms = known.flapping_ms if _flaps(known, now_ms) else losses[0] if many else None
    return replace(known, losses=losses, flapping_ms=since_ms)


def _flaps(known: Heard, now_ms: int) -> bool:
    """It flapped, and was lost again within ten minutes. A loss in the future was stamped by a clock that was set back since: it counts as over."""
    return known.flapping_ms is not None and bool(known.losses) and 0 <= now_ms - known.losses[-1] < FLAPPING_MS


def presence(heard: Heard, now_ms: int, listening_ms: int, late_ms: int) -> Presence:
    """`listening_ms`: since when the cloud itself hears the broker by this clock; its own deafness is not the station's silence, nor is
    that its clock was set."""
    seen = _standing(heard, now_ms, listening_ms, late_ms)
    if not _flaps(heard, now_ms):
        return seen
    return replace(seen, flapping=True, reason=f"{seen.reason}; its connection comes and goes")


def _standing(heard: Heard, now_ms: int, listening_ms: int, late_ms: int) -> Presence:
    match heard.link:
        case None:
            return Presence(Standing.UNKNOWN, heard.heard_ms, "sent messages but never its state")
        case Link.LOST:
            return Presence(Standing.LOST, heard.since_ms, "the broker lost its connection (last will)")
        case Link.STOPPED:
            return Presence(Standing.STOPPED, heard.since_ms, "stopped in order")
    # Heard "later than now": the cloud's clock was set back; what is sure is that it was heard before that.
    quiet_since = max(heard.heard_ms, listening_ms) if heard.heard_ms <= now_ms else min(listening_ms, now_ms)
    if now_ms - quiet_since > late_ms:
        reason = f"silent for more than {late_ms // 1000} s, though the broker has not lost it"
        return Presence(Standing.LATE, quiet_since, reason)
    return Presence(Standing.ONLINE, heard.since_ms, "says so and is heard")
