"""One station's part in a rollout: what becomes of its seat by what it says, and by its silence. Pure.

    pending -> sent | waiting -> trial -> confirmed | failed;  back (its undo was sent);  cancelled
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum

from contract.configuration import Phase


class SeatState(StrEnum):
    """Where one station stands in a rollout."""

    PENDING = "pending"
    SENT = "sent"
    WAITING = "waiting"
    TRIAL = "trial"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    BACK = "back"
    CANCELLED = "cancelled"


OPEN = frozenset({SeatState.SENT, SeatState.WAITING, SeatState.TRIAL})
"""Something may still come of it."""


class Paper(StrEnum):
    """Which of a seat's two documents."""

    NONE = ""
    NEW = "new"
    UNDO = "undo"


@dataclass(frozen=True)
class Seat:
    """One station of a rollout. Times are UTC ms of the cloud. `published`: what the broker holds of ours; `due`: what it should.
    `since_ms`: of this state; `touched_ms`: since when the new document is in force there; `again_ms`: what was reported before does not
    count, it was asked to try again; `settled`: the undo is in force."""

    station: str
    district: str
    grade: str
    version: int
    sha256: str
    undo_sha256: str
    wave: int = 0
    state: SeatState = SeatState.PENDING
    since_ms: int = 0
    published: Paper = Paper.NONE
    due: Paper = Paper.NONE
    touched_ms: int | None = None
    again_ms: int = 0
    settled: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """What a station last said on cfg/reported; times UTC ms, `received_ms` the cloud's, `at_ms` its own. `sha256` and `phase` are of the
    newest that it saw, which may be a forgery that it refused: what is in force, and what is confirmed, says more of ours."""

    version: int
    sha256: str
    phase: Phase
    reason: str
    at_ms: int
    received_ms: int
    in_force_sha256: str = ""
    confirmed_version: int = 0
    confirmed_sha256: str = ""

    def phase_of(self, sha256: str) -> Phase | None:
        """Where this document stands there; None: it says nothing of it."""
        if self.sha256 == sha256:
            return self.phase
        if self.confirmed_sha256 == sha256:
            return Phase.CONFIRMED
        return Phase.TRIAL if self.in_force_sha256 == sha256 else None


@dataclass(frozen=True)
class Sight:
    """What is known now. `listening_ms`: since when the cloud hears the broker; what was not heard before that is nobody's fault.
    `newest`: the highest version that was ever published to a station, by whatever rollout."""

    reports: Mapping[str, Report]
    online: Set[str]
    listening_ms: int = 0
    newest: Mapping[str, int] = field(default_factory=dict)


def counts(seats: Sequence[Seat]) -> dict[str, int]:
    """How many in each state, all states named."""
    found = Counter(seat.state for seat in seats)
    return {state.value: found[state] for state in SeatState}


def in_words(seats: Sequence[Seat]) -> str:
    """`3 confirmed, 1 failed`."""
    return ", ".join(f"{many} {state}" for state, many in counts(seats).items() if many) or "no station"


def many(number: int) -> str:
    """`1 station`, `2 stations`."""
    return "1 station" if number == 1 else f"{number} stations"


def left_in_words(seats: Sequence[Seat]) -> str:
    """Who does not have it yet, and why, the most frequent reason first; empty: nobody waits."""
    reasons = Counter(seat.reason for seat in seats if seat.state is SeatState.WAITING)
    if not reasons:
        return ""
    return f"{many(reasons.total())} still to get it: " + "; ".join(f"{number} {why}" for why, number in reasons.most_common(3))


def sent(seat: Seat, now_ms: int) -> Seat:
    """The broker has what was due."""
    since_ms = now_ms if seat.state is SeatState.SENT else seat.since_ms
    return replace(seat, published=seat.due, due=Paper.NONE, since_ms=since_ms)


def look(seat: Seat, sight: Sight, timeout_s: float, now_ms: int) -> Seat:
    """What a station's word, or its silence, makes of its seat; the same object when nothing."""
    report = sight.reports.get(seat.station)
    newest = sight.newest.get(seat.station, 0)
    if (seat.state in OPEN and newest > seat.version) or (seat.state is SeatState.BACK and not seat.settled and newest > seat.version + 1):
        return _overtaken(seat, newest, now_ms)
    if seat.state is SeatState.BACK:
        return _undone(seat, report)
    if seat.published is not Paper.NEW or seat.state in (SeatState.PENDING, SeatState.CANCELLED):
        return seat
    phase = report.phase_of(seat.sha256) if report else None
    if report and phase:
        return _told(seat, report, phase, timeout_s, now_ms)
    if report and report.confirmed_version > seat.version and seat.state in OPEN:
        return replace(seat, state=SeatState.CANCELLED, since_ms=now_ms, reason=f"a newer document is confirmed there: version {report.confirmed_version}")
    return _untold(seat, seat.station in sight.online, sight.listening_ms, timeout_s, now_ms)


def _overtaken(seat: Seat, version: int, now_ms: int) -> Seat:
    """Another rollout has published something since: ours must never be sent again, or it would lie over the newer one at the broker."""
    why = f"a newer document was published since: version {version}"
    if seat.state is SeatState.BACK:
        return replace(seat, settled=True, due=Paper.NONE, reason=why)
    return replace(seat, state=SeatState.CANCELLED, since_ms=now_ms, due=Paper.NONE, reason=why)


def _told(seat: Seat, report: Report, phase: Phase, timeout_s: float, now_ms: int) -> Seat:
    touched_ms = seat.touched_ms or max(seat.since_ms, min(now_ms, report.at_ms))
    match phase:
        case Phase.CONFIRMED:
            return _now(seat, SeatState.CONFIRMED, now_ms, "", touched_ms)
        case Phase.TRIAL if seat.state is not SeatState.CONFIRMED:
            late = seat.state is SeatState.TRIAL and now_ms - seat.since_ms > timeout_s * 1000
            if late or (seat.state is SeatState.FAILED and seat.touched_ms):
                return _now(seat, SeatState.FAILED, now_ms, f"its trial did not end within {timeout_s:.0f} s", touched_ms)
            return _now(seat, SeatState.TRIAL, now_ms, "", touched_ms)
        case Phase.REFUSED | Phase.ROLLED_BACK if report.received_ms >= seat.again_ms:
            words = "refused" if phase is Phase.REFUSED else "went back by itself"
            return _now(seat, SeatState.FAILED, now_ms, f"{words}: {report.reason}"[:500], seat.touched_ms)
        case Phase.WAITING if seat.state in OPEN:
            return _now(seat, SeatState.WAITING, now_ms, report.reason or "the station waits until nobody is inside", seat.touched_ms)
    return seat


def _untold(seat: Seat, online: bool, listening_ms: int, timeout_s: float, now_ms: int) -> Seat:
    """It has not said a word about this document."""
    if seat.state is SeatState.WAITING and online:
        return _now(seat, SeatState.SENT, now_ms, "", None)
    if seat.state is SeatState.SENT and not online:
        return _now(seat, SeatState.WAITING, now_ms, "offline; it gets the document when it comes back", None)
    late = now_ms - max(seat.since_ms, listening_ms) > timeout_s * 1000
    if seat.state is SeatState.SENT and late:
        return _now(seat, SeatState.FAILED, now_ms, f"online, and not a word about it for {timeout_s:.0f} s", None)
    if seat.state is SeatState.TRIAL and late:  # it speaks of another one by now, a forgery perhaps, and ours is not in force
        return _now(seat, SeatState.FAILED, now_ms, f"its trial did not end within {timeout_s:.0f} s", seat.touched_ms)
    return seat


def _undone(seat: Seat, report: Report | None) -> Seat:
    phase = report.phase_of(seat.undo_sha256) if report else None
    if seat.settled or report is None or phase is None:
        return seat
    if phase in (Phase.TRIAL, Phase.CONFIRMED):
        return replace(seat, settled=True, reason=f"{seat.reason}; its undo is in force"[:500])
    words = f"its undo is {phase.value}: {report.reason}"[:500]
    return seat if words == seat.reason else replace(seat, reason=words)


def _now(seat: Seat, state: SeatState, now_ms: int, reason: str, touched_ms: int | None) -> Seat:
    if (seat.state, seat.reason, seat.touched_ms) == (state, reason, touched_ms):
        return seat
    since_ms = seat.since_ms if seat.state is state else now_ms
    return replace(seat, state=state, since_ms=since_ms, reason=reason, touched_ms=touched_ms)


def touched(seat: Seat) -> bool:
    """Whether its new document may have left the cloud."""
    return seat.state not in (SeatState.PENDING, SeatState.CANCELLED, SeatState.BACK) and Paper.NEW in (seat.published, seat.due)


def taken_back(seat: Seat, why: str, now_ms: int) -> Seat:
    """Its undo is to be sent."""
    return replace(seat, state=SeatState.BACK, since_ms=now_ms, due=Paper.UNDO, settled=False, reason=why)
