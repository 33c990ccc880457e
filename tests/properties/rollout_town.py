"""Twelve stations by name and a rollout, without a cloud around: what happens, and what must hold at any moment."""

from __future__ import annotations

from collections.abc import Sequence

from cloud.domain.judging import Judgement, Verdict
from cloud.domain.rollout import LIVE, Options, Rollout, RolloutState, WaveState, again, leaving, limit, step
from cloud.domain.rollout_acts import Act, Now, act, cancel
from cloud.domain.seats import Paper, Report, Seat, SeatState, Sight, sent
from cloud.errors import RolloutRefused
from contract.configuration import Phase

NAMES = [f"st-{n}" for n in range(12)]
OPTIONS = Options(("1", "25%", "100%"), soak_s=30, station_timeout_s=60, visits=0)


class Town:
    """Twelve stations by name, and a rollout; sends are taken at once."""

    def __init__(self, options: Options = OPTIONS, away: Sequence[str] = ()) -> None:
        self.now_ms, self.online, self.reports = 1_000_000, set(NAMES) - set(away), dict[str, Report]()
        self.sent: list[tuple[str, Paper]] = []
        self.newest: dict[str, int] = {}
        self.listening_ms = 0
        seats = {name: Seat(name, "north", "basic", 2, f"new-{name}", f"undo-{name}") for name in NAMES}
        draft = Rollout("r1", "x", "lin.mei", "y", "r-2", options, 0, seats=seats)
        self.rollout = act(draft, Act.START, "lin.mei", "y", self.now).rollout

    @property
    def now(self) -> Now:
        return Now(self.now_ms, self.online, self.newest)

    def happen(self, what: str, how: object) -> None:
        """One event, then a step, then what is due is sent."""
        verdict = None
        match what, how:
            case "wait", int(seconds):
                self.now_ms += seconds * 1000
            case "told", (str(name), Phase() as phase, bool(ours)):
                self.report(name, phase, f"new-{name}" if ours else "of another")
            case "line", str(name):
                self.online ^= {name}
            case "all confirm", _:
                for name, seat in self.rollout.seats.items():
                    if seat.published is Paper.NEW and name in self.online:
                        self.report(name, Phase.CONFIRMED, seat.sha256)
            case "judged", Judgement() as judgement:
                verdict = Verdict(judgement, "figures")
            case "judged", Verdict() as told:
                verdict = told
            case "broker back", _:
                self.rollout = again(self.rollout)
            case _:
                self.person(what, how)
        self.rollout = step(self.rollout, Sight(self.reports, self.online, self.listening_ms, self.newest), verdict, self.now_ms).rollout
        due = leaving(self.rollout)
        assert self.rollout.state is not RolloutState.PAUSED or not [seat for seat in due if seat.due is Paper.NEW], "paused, nothing new leaves"
        self.sent += [(seat.station, seat.due) for seat in due]
        self.rollout = self.rollout.with_seats([sent(seat, self.now_ms) for seat in due])

    def pass_waves(self, many: int) -> None:
        """Everything goes well."""
        for _ in range(many):
            for what, how in (("wait", 1), ("all confirm", None), ("judged", Judgement.WELL), ("wait", 40), ("wait", 1)):
                self.happen(what, how)

    def report(self, name: str, phase: Phase, sha256: str) -> None:
        self.reports[name] = Report(2, sha256, phase, "why", self.now_ms, self.now_ms)

    def person(self, what: str, how: object) -> None:
        try:
            if isinstance(how, Act):
                self.rollout = act(self.rollout, how, "lin.mei", "y", self.now).rollout
            else:
                self.rollout = cancel(self.rollout, str(how), "lin.mei", "y", self.now).rollout
        except RolloutRefused:
            pass

    def check(self) -> None:
        """What must hold at any moment."""
        held = self.rollout
        later = [seat for seat in held.seats.values() if seat.wave > held.wave]
        assert not {seat.station for seat in later} & {name for name, paper in self.sent if paper is Paper.NEW}, "nobody of a later wave was sent anything"
        for line in held.lines:
            mine = held.of_wave(line.number)
            if line.number < held.wave:
                assert line.state is WaveState.PASSED, "waves come one after the other"
            if line.number <= held.wave and held.state is RolloutState.RUNNING:
                assert sum(seat.state is SeatState.FAILED for seat in mine) - line.forgiven < limit(OPTIONS, len(mine)), "a limit is never passed"
        if held.state not in LIVE | {RolloutState.DONE, RolloutState.ABORTED}:
            touched = {SeatState.SENT, SeatState.TRIAL, SeatState.CONFIRMED, SeatState.WAITING}
            back = held.seats.values() if held.state is RolloutState.UNDONE else held.of_wave(held.wave)
            assert not [seat for seat in back if seat.state in touched], "who was touched gets the undo, also who was away"
