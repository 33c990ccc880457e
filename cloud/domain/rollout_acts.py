"""What a person may do to a rollout. Pure: a dry run is the same call, and its result is not kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from enum import StrEnum

from cloud.domain.judging import Judgement
from cloud.domain.rollout import LIVE, Entry, Rollout, RolloutState, Step, WaveLine, begin
from cloud.domain.seats import Paper, Seat, SeatState, in_words, taken_back, touched
from cloud.domain.waves import Candidate, waves
from cloud.errors import RolloutRefused, RolloutUnknown


class Act(StrEnum):
    """To the whole of it."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    ABORT = "abort"
    RETRY = "retry"
    UNDO = "undo"


FROM: Mapping[Act, frozenset[RolloutState]] = {
    Act.START: frozenset({RolloutState.DRAFT}),
    Act.PAUSE: frozenset({RolloutState.RUNNING}),
    Act.RESUME: frozenset({RolloutState.PAUSED}),
    Act.ABORT: LIVE | {RolloutState.DRAFT},
    Act.RETRY: LIVE | {RolloutState.DONE},
    Act.UNDO: LIVE | {RolloutState.DONE, RolloutState.ABORTED, RolloutState.TAKEN_BACK},
}


@dataclass(frozen=True)
class Now:
    """What an act may depend on. `newest`: the highest version that was ever published to a station."""

    now_ms: int
    online: Set[str]
    newest: Mapping[str, int]


def act(rollout: Rollout, what: Act, who: str, why: str, now: Now) -> Step:
    """Do it.

    Raises:
        RolloutRefused: it is not for a rollout in this state.
    """
    if rollout.state not in FROM[what]:
        states = " or ".join(sorted(state.value for state in FROM[what]))
        raise RolloutRefused("state", rollout.state.value, f"{what.value}: rollout {rollout.id} is {rollout.state.value}", f"only while it is {states}", True)
    after, more = ACTS[what](rollout, now)
    changed = [seat for name, seat in after.seats.items() if seat != rollout.seats[name]]
    return Step(after, (Entry(now.now_ms, who, what.value, why, in_words(changed)), *more))


def cancel(rollout: Rollout, station: str, who: str, why: str, now: Now) -> Step:
    """Leave one station out, or take it back, and touch no other.

    Raises:
        RolloutUnknown, RolloutRefused.
    """
    seat = rollout.seats.get(station)
    if seat is None:
        raise RolloutUnknown(f"rollout {rollout.id} has no station {station!r}")
    if seat.state in (SeatState.CANCELLED, SeatState.BACK):
        raise RolloutRefused("station", station, f"{station} is {seat.state.value} already", "nothing is left to do", True)
    if _overtaken(seat, now):
        raise _newer(seat, now)
    fresh = replace(seat, state=SeatState.CANCELLED, since_ms=now.now_ms, due=Paper.UNDO if touched(seat) else Paper.NONE, reason=f"{who}: {why}"[:500])
    result = "gets its undo" if touched(seat) else "gets nothing"
    return Step(rollout.with_seats([fresh]), (Entry(now.now_ms, who, f"cancel {station}", why, result),))


def _start(rollout: Rollout, now: Now) -> tuple[Rollout, tuple[Entry, ...]]:
    if not rollout.seats:
        raise RolloutRefused("documents", "", f"rollout {rollout.id} has no documents", "PUT them first", True)
    for seat in rollout.seats.values():
        if now.newest.get(seat.station, 0) >= seat.version:
            raise _newer(seat, now)
    candidates = [Candidate(seat.station, seat.grade, seat.district, seat.station in now.online) for seat in rollout.seats.values()]
    found = waves(rollout.options.waves, candidates, rollout.release)
    placed = [replace(rollout.seats[name], wave=wave.number) for wave in found for name in wave.stations]
    lines = tuple(WaveLine(wave.number, wave.label, wave.named) for wave in found)
    after, entry = begin(replace(rollout.with_seats(placed), lines=lines), 1, now.online, now.now_ms)
    return after, (entry,)


def _pause(rollout: Rollout, now: Now) -> tuple[Rollout, tuple[Entry, ...]]:
    return replace(rollout, state=RolloutState.PAUSED), ()


def _resume(rollout: Rollout, now: Now) -> tuple[Rollout, tuple[Entry, ...]]:
    """Over the failures that the person has seen, and the doubt of the current wave; each further one counts."""
    lines = [
        replace(line, forgiven=_failed(rollout, line.number), believed=line.believed or (line.number == rollout.wave and _in_doubt(line)))
        for line in rollout.lines
    ]
    return replace(rollout, lines=tuple(lines), state=RolloutState.RUNNING), ()


def _abort(rollout: Rollout, now: Now) -> tuple[Rollout, tuple[Entry, ...]]:
    """What has not left yet does not leave."""
    unsent = [seat for seat in rollout.seats.values() if seat.due is Paper.NEW and seat.published is Paper.NONE]
    kept = [replace(seat, state=SeatState.CANCELLED, due=Paper.NONE, since_ms=now.now_ms, reason="aborted before it was sent") for seat in unsent]
    return replace(rollout.with_seats(kept), state=RolloutState.ABORTED), ()


def _retry(rollout: Rollout, now: Now) -> tuple[Rollout, tuple[Entry, ...]]:
    """What a person forgave was the failure before; whoever fails again counts again."""
    failed = [seat for seat in rollout.seats.values() if seat.state is SeatState.FAILED and not _overtaken(seat, now)]
    if not failed:
        raise RolloutRefused("state", rollout.state.value, f"no station of rollout {rollout.id} has failed", "nothing is left to do", True)
    fresh = [
        replace(
            seat, state=SeatState.SENT if seat.station in now.online else SeatState.WAITING, since_ms=now.now_ms, again_ms=now.now_ms, due=Paper.NEW,
            reason="sent again",
        )
        for seat in failed
    ]  # fmt: skip
    state = RolloutState.RUNNING if rollout.state is RolloutState.PAUSED else rollout.state
    after = rollout.with_seats(fresh)
    lines = [replace(line, forgiven=min(line.forgiven, _failed(after, line.number))) for line in rollout.lines]
    return replace(after, lines=tuple(lines), state=state), ()


def _undo(rollout: Rollout, now: Now) -> tuple[Rollout, tuple[Entry, ...]]:
    """Everybody who was sent something, but those who have a newer document since."""
    reached = [seat for seat in rollout.seats.values() if touched(seat)]
    back = [taken_back(seat, "the rollout was undone", now.now_ms) for seat in reached if not _overtaken(seat, now)]
    passed_over = [seat.station for seat in reached if _overtaken(seat, now)]
    entry = Entry(now.now_ms, "cloud", "passed over", "they have a newer document since", ", ".join(passed_over)[:500])
    return replace(rollout.with_seats(back), state=RolloutState.UNDONE), ((entry,) if passed_over else ())


def _in_doubt(line: WaveLine) -> bool:
    return line.verdict is not None and line.verdict.judgement is Judgement.DOUBTFUL


def _failed(rollout: Rollout, wave: int) -> int:
    return sum(seat.state is SeatState.FAILED for seat in rollout.of_wave(wave))


def _overtaken(seat: Seat, now: Now) -> bool:
    return now.newest.get(seat.station, 0) > seat.version


def _newer(seat: Seat, now: Now) -> RolloutRefused:
    text = f"{seat.station}: version {now.newest[seat.station]} was published there, and this rollout has {seat.version}"
    return RolloutRefused(seat.station, str(seat.version), text, "plan and sign again", True)


ACTS: Mapping[Act, Callable[[Rollout, Now], tuple[Rollout, tuple[Entry, ...]]]] = {
    Act.START: _start, Act.PAUSE: _pause, Act.RESUME: _resume, Act.ABORT: _abort, Act.RETRY: _retry, Act.UNDO: _undo,
}  # fmt: skip
