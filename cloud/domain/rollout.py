"""A rollout as a state machine: what stations report and whether they are there, to what is sent to whom next. Pure.

    draft -> running <-> paused -> done | taken_back | aborted | undone

What is to be sent stands in the seat (`due`) before it is sent, and is sent again after a crash: a document that a station knows already
changes nothing there. Whoever is away, or has a visit running, waits and holds nobody up; it is counted when it comes back, also long after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import ceil

from cloud.domain.judging import DOUBT, Judgement, Verdict
from cloud.domain.seats import OPEN, Paper, Seat, SeatState, Sight, in_words, left_in_words, look, taken_back, touched

CLOUD = "cloud"
"""Who did what nobody asked for."""


class RolloutState(StrEnum):
    """Where the whole stands."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    TAKEN_BACK = "taken_back"
    ABORTED = "aborted"
    UNDONE = "undone"


LIVE = frozenset({RolloutState.RUNNING, RolloutState.PAUSED})
"""It holds its stations: no other rollout may have them."""


class WaveState(StrEnum):
    """Where a wave stands. `soaking`: everybody has it who can, and service is watched."""

    PENDING = "pending"
    RUNNING = "running"
    SOAKING = "soaking"
    PASSED = "passed"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class WaveLine:
    """A wave as it stands. `forgiven`: failed ones that a person has seen and resumed over; `believed`: so was a verdict in doubt."""

    number: int
    label: str
    named: bool = False
    state: WaveState = WaveState.PENDING
    begun_ms: int = 0
    settled_ms: int = 0
    forgiven: int = 0
    believed: bool = False
    verdict: Verdict | None = None
    verdict_ms: int = 0


@dataclass(frozen=True)
class Options:
    """How careful. Times in s. A judged wave goes on only after so many `visits` (entries and vends), and while nothing looks worse; it waits
    for that for `patience_s` after its soak."""

    waves: tuple[str, ...] = ("1", "5%", "25%", "100%")
    soak_s: float = 300
    station_timeout_s: float = 900
    failed_limit_ratio: float = 0.1
    failed_limit: int = 2
    judge: bool = True
    visits: int = 5
    patience_s: float = 3600


@dataclass(frozen=True)
class Rollout:
    """All of it. `wave`: number of the current one, 0 before the start."""

    id: str
    name: str
    who: str
    reason: str
    release: str
    options: Options
    made_ms: int
    state: RolloutState = RolloutState.DRAFT
    wave: int = 0
    lines: tuple[WaveLine, ...] = ()
    seats: Mapping[str, Seat] = field(default_factory=dict)

    @property
    def line(self) -> WaveLine | None:
        """The current wave."""
        return self.lines[self.wave - 1] if self.wave else None

    def of_wave(self, number: int) -> list[Seat]:
        """Its seats."""
        return [seat for seat in self.seats.values() if seat.wave == number]

    def with_line(self, line: WaveLine) -> Rollout:
        """With another state of one wave."""
        return replace(self, lines=tuple(line if one.number == line.number else one for one in self.lines))

    def with_seats(self, changed: Sequence[Seat]) -> Rollout:
        """With these seats in place of theirs."""
        return replace(self, seats={**self.seats, **{seat.station: seat for seat in changed}}) if changed else self


@dataclass(frozen=True)
class Entry:
    """A line of the history."""

    at_ms: int
    who: str
    what: str
    why: str
    result: str


@dataclass(frozen=True)
class Step:
    """What a moment, or an act, made of a rollout."""

    rollout: Rollout
    entries: tuple[Entry, ...] = ()


def limit(options: Options, size: int) -> int:
    """So many failed ones of a wave stop it: 10 % or 2, whichever comes first; of a wave of one, one."""
    return min(options.failed_limit, max(1, ceil(round(options.failed_limit_ratio * size, 6))))


def step(rollout: Rollout, sight: Sight, verdict: Verdict | None, now_ms: int) -> Step:
    """A moment later. `verdict`: on the current wave, when it was judged just now."""
    looked = [(seat, look(seat, sight, rollout.options.station_timeout_s, now_ms)) for seat in rollout.seats.values()]
    changed = [after for before, after in looked if after is not before]
    entries = [entry for before, after in looked if after is not before and (entry := _noted(before, after, now_ms))]
    rollout = rollout.with_seats(changed)
    if rollout.state not in LIVE or rollout.line is None:
        return Step(rollout, tuple(entries))
    if verdict:
        rollout = rollout.with_line(replace(rollout.line, verdict=verdict, verdict_ms=now_ms))
        if verdict.judgement is Judgement.WORSE:
            rollout, entry = _took_back(rollout, verdict, now_ms)
            return Step(rollout, (*entries, entry))
    if rollout.state is RolloutState.RUNNING:
        rollout, more = _on(rollout, sight, now_ms)
        entries += more
    return Step(rollout, tuple(entries))


def _noted(before: Seat, after: Seat, now_ms: int) -> Entry | None:
    """Only what a person should read: failures, and an undo that does not go through."""
    if after.state is SeatState.FAILED and before.state is not SeatState.FAILED:
        return Entry(now_ms, CLOUD, "station failed", after.reason, after.station)
    if after.state is SeatState.BACK and not after.settled and after.reason != before.reason:
        return Entry(now_ms, CLOUD, "undo does not go through", after.reason, after.station)
    return None


def _on(rollout: Rollout, sight: Sight, now_ms: int) -> tuple[Rollout, list[Entry]]:
    """As far as it may go: stop at failures, end a wave, begin the next."""
    line, options = rollout.line, rollout.options
    assert line is not None
    if why := _too_many(rollout):
        return replace(rollout, state=RolloutState.PAUSED), [Entry(now_ms, CLOUD, "paused", why, in_words(list(rollout.seats.values())))]
    mine = rollout.of_wave(line.number)
    if line.state is WaveState.RUNNING:
        if not _has_arrived(rollout, mine, _later(rollout, line)):
            return _with_substitute(rollout, line, mine, sight, now_ms)
        return _watched(rollout, line, mine, now_ms)
    watched_ms = now_ms - max(line.settled_ms, sight.listening_ms)
    if watched_ms < options.soak_s * 1000:
        return rollout, []
    if not _undecided(line, options, mine):
        return _passed(rollout, line, mine, sight, now_ms)
    if watched_ms < (options.soak_s + options.patience_s) * 1000:
        return rollout, []
    if line.verdict and line.verdict.judgement is Judgement.DOUBTFUL and line.verdict.chance <= DOUBT:
        why = f"{line.verdict.words}; not decided in {options.soak_s + options.patience_s:.0f} s, so a person must: resume, or undo"
        return replace(rollout, state=RolloutState.PAUSED), [Entry(now_ms, CLOUD, "paused", why, in_words(mine))]
    return _passed(rollout, line, mine, sight, now_ms)


def _undecided(line: WaveLine, options: Options, mine: Sequence[Seat]) -> bool:
    """Whether more visits should say more. Where nobody runs it, none will."""
    if not options.judge or not any(seat.state is SeatState.CONFIRMED for seat in mine):
        return False
    said = line.verdict or Verdict(Judgement.UNSURE, "")
    return said.visits < options.visits or (said.judgement is Judgement.DOUBTFUL and not line.believed)


def _too_many(rollout: Rollout) -> str:
    """Which wave has failed too often, also one that passed, for stations that came late; empty: none."""
    for line in rollout.lines[: rollout.wave]:
        mine = rollout.of_wave(line.number)
        failed, most = sum(seat.state is SeatState.FAILED for seat in mine), limit(rollout.options, len(mine))
        if failed - line.forgiven >= most:
            return f"{failed} of {len(mine)} failed in wave {line.number} ({line.label}); the limit is {most}"
    return ""


def _watched(rollout: Rollout, line: WaveLine, mine: Sequence[Seat], now_ms: int) -> tuple[Rollout, list[Entry]]:
    soaking = replace(line, state=WaveState.SOAKING, settled_ms=now_ms)
    why = f"watched for {rollout.options.soak_s:.0f} s"
    return rollout.with_line(soaking), [Entry(now_ms, CLOUD, f"wave {line.number} has it", why, in_words(mine))]


def _later(rollout: Rollout, line: WaveLine) -> list[Seat]:
    return [seat for seat in rollout.seats.values() if seat.state is SeatState.PENDING and seat.wave > line.number]


def _has_arrived(rollout: Rollout, mine: Sequence[Seat], later: Sequence[Seat]) -> bool:
    """Whoever can have it has it or failed; and where others are to follow, somebody has: a wave that nobody tried proves nothing. Of the last
    wave, somebody of any: a rollout that nobody has is not done, it waits."""
    states = {seat.state for seat in mine}
    if states & {SeatState.PENDING, SeatState.SENT, SeatState.TRIAL}:
        return False
    tried = states if later else {seat.state for seat in rollout.seats.values()}
    return SeatState.CONFIRMED in tried or (SeatState.WAITING not in states and not (later and states == {SeatState.CANCELLED}))


def _with_substitute(rollout: Rollout, line: WaveLine, mine: Sequence[Seat], sight: Sight, now_ms: int) -> tuple[Rollout, list[Entry]]:
    """Where all of a wave only wait, another station takes the lead, unless a person named them. Where none can, and waves before have tried
    it, the rollout goes on."""
    waiting = all(seat.state in (SeatState.WAITING, SeatState.FAILED, SeatState.CANCELLED) for seat in mine)
    if not waiting or now_ms - max(line.begun_ms, sight.listening_ms) < rollout.options.station_timeout_s * 1000:
        return rollout, []
    able = [seat for seat in _later(rollout, line) if seat.station in sight.online]
    if line.named or not able:
        tried = any(seat.state is SeatState.CONFIRMED for seat in rollout.seats.values())
        return _watched(rollout, line, mine, now_ms) if tried else (rollout, [])
    chosen = min(able, key=lambda seat: (seat.wave, seat.station))
    begun = replace(chosen, wave=line.number, state=SeatState.SENT, since_ms=now_ms, due=Paper.NEW)
    rollout = rollout.with_seats([begun]).with_line(replace(line, begun_ms=now_ms))
    why = f"nobody else of wave {line.number} can try it: {in_words(mine)}"
    return rollout, [Entry(now_ms, CLOUD, f"{chosen.station} takes the lead", why, "sent")]


def _passed(rollout: Rollout, line: WaveLine, mine: Sequence[Seat], sight: Sight, now_ms: int) -> tuple[Rollout, list[Entry]]:
    said = line.verdict.words if line.verdict else "service was not judged"
    rollout = rollout.with_line(replace(line, state=WaveState.PASSED))
    entry = Entry(now_ms, CLOUD, f"wave {line.number} passed", said, in_words(mine))
    following = {seat.wave for seat in rollout.seats.values() if seat.state is SeatState.PENDING and seat.wave > line.number}
    if following:
        rollout, begun = begin(rollout, min(following), sight.online, now_ms)
        return rollout, [entry, begun]
    done = Entry(now_ms, CLOUD, "done", left_in_words(list(rollout.seats.values())), in_words(list(rollout.seats.values())))
    return replace(rollout, state=RolloutState.DONE), [entry, done]


def begin(rollout: Rollout, number: int, online: Set[str], now_ms: int) -> tuple[Rollout, Entry]:
    """Send to everybody of a wave; whoever is away finds it at the broker."""
    fresh = []
    for seat in rollout.of_wave(number):
        if seat.state is SeatState.PENDING:
            state, reason = (SeatState.SENT, "") if seat.station in online else (SeatState.WAITING, "offline; it gets the document when it comes back")
            fresh.append(replace(seat, state=state, since_ms=now_ms, due=Paper.NEW, reason=reason))
    line = replace(rollout.lines[number - 1], state=WaveState.RUNNING, begun_ms=now_ms)
    rollout = replace(rollout.with_seats(fresh).with_line(line), wave=number, state=RolloutState.RUNNING)
    return rollout, Entry(now_ms, CLOUD, f"wave {number} begun", line.label, in_words(fresh))


def _took_back(rollout: Rollout, verdict: Verdict, now_ms: int) -> tuple[Rollout, Entry]:
    """The wave, and of those before it whoever has not confirmed: who is away must not find at the broker what was found to be bad. Also waves
    that passed for want of visits: of them nobody ever said that they serve as well as before."""
    line = rollout.line
    assert line is not None
    proven = {one.number for one in rollout.lines if one is not line and one.verdict and one.verdict.judgement is Judgement.WELL}
    reached = [seat for seat in rollout.seats.values() if touched(seat) and not (seat.wave in proven and seat.state is SeatState.CONFIRMED)]
    back = [taken_back(seat, "the wave was taken back", now_ms) for seat in reached]
    undone = "1 station gets its undo" if len(back) == 1 else f"{len(back)} stations get their undo"
    rollout = rollout.with_seats(back).with_line(replace(line, state=WaveState.TAKEN_BACK))
    entry = Entry(now_ms, CLOUD, f"wave {line.number} taken back", verdict.words, f"{undone}; the others were not touched by it")
    return replace(rollout, state=RolloutState.TAKEN_BACK), entry


def leaving(rollout: Rollout) -> list[Seat]:
    """Seats whose papers go out now. What has not left when it is paused stays, but for what takes back."""
    held = {Paper.NONE, Paper.NEW} if rollout.state is RolloutState.PAUSED else {Paper.NONE}
    return [seat for seat in rollout.seats.values() if seat.due not in held]


def again(rollout: Rollout) -> Rollout:
    """After the broker was away, which may have forgotten: what is not settled is sent once more."""
    unsettled = [seat for seat in rollout.seats.values() if seat.state in OPEN or (seat.state is SeatState.BACK and not seat.settled)]
    return rollout.with_seats([replace(seat, due=seat.published) for seat in unsettled if seat.due is Paper.NONE and seat.published is not Paper.NONE])
