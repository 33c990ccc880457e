"""The whole deciding thread on a disk that fails when it likes: nothing is on without its record, nothing seen is lost."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contract.facts import (
    ChargeEnded,
    ChargeStarted,
    DoorUnlocked,
    EntryGranted,
    EntryRefused,
    Fact,
    Refusal,
    VisitEnded,
    WaterPoured,
    WaterReserved,
)
from edge.domain import messages as m
from edge.domain import room_messages as r
from edge.domain.door import DoorState
from edge.domain.sight import FaceCompared
from edge.domain.water import TapState
from edge.station import GRANTS
from tests.properties.amount import machine
from tests.station_parts import Held
from twin.station import layout, person, roster

CONFIG = layout(
    camera={"source": "none"},
    visit={"longest_s": 120, "idle_s": 60, "warning_s": 20},
    quota={"water_ml_per_day": 900, "socket_min_per_day": 30},
    taps=[{"name": "cold", "valve_pin": 23, "flow_pin": 24}, {"name": "hot", "valve_pin": 18, "flow_pin": 19}],
    telemetry={"sample_s": 10, "batch": 2},
)
PEOPLE = [person("p-an", "1001", "2468"), person("p-bo", "1002", "1357")]
ROSTER = roster(*PEOPLE)
WHO = st.sampled_from(["p-an", "p-bo"])
TAPS, SOCKETS = st.sampled_from(["cold", "hot"]), st.sampled_from(["1", "2"])
WAITS = st.sampled_from([0.0, 0.01, 0.05, 0.3, 1.0, 2.0, 5.0, 12.0, 61.0])


class People(RuleBasedStateMachine):
    """Who comes and what they want. `told` is every fact of earlier boots that the ledger took."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.held = Held(CONFIG, Path(self._folder.name))
        self.tracks, self.totals = 0, {"cold": 0, "hot": 0}
        self.told: list[Fact] = []
        self.held.hear(m.GuardChanged(True), m.CameraChanged(True, ""), m.ContactChanged(True))
        self.held.hear(m.RosterReceived(ROSTER))
        self.held.wait(0.1)

    @rule(who=WHO)
    def face(self, who: str) -> None:
        self.tracks += 1
        now = self.held.clock.monotonic()
        self.held.hear(FaceCompared(self.tracks, 3, who, 0.15, 0.6, 2, now - 0.2))

    @rule(pin=st.sampled_from(["2468", "2468", "0000"]), source=st.sampled_from([m.CodeSource.SCREEN, m.CodeSource.QR]))
    def code(self, pin: str, source: m.CodeSource) -> None:
        self.held.hear(m.CodeTyped("1001", pin, source))

    @rule(closed=st.booleans())
    def contact(self, closed: bool) -> None:
        self.held.hear(m.ContactChanged(closed))

    @rule(who=WHO)
    def walks_in(self, who: str) -> None:
        self.held.wait(10)
        self.face(who)
        self.contact(False)
        self.held.wait(0.3)
        self.contact(True)
        self.held.wait(0.3)

    @rule(pressed=st.booleans())
    def exit(self, pressed: bool) -> None:
        self.held.hear(m.ExitPressed(pressed))

    @rule(tap=TAPS, volume=st.sampled_from([1, 200, 500, 600]))
    def drink(self, tap: str, volume: int) -> None:
        self.held.hear(r.DrinkAsked(tap, volume))

    @rule(tap=TAPS, count=st.integers(1, 80))
    def flow(self, tap: str, count: int) -> None:
        self.totals[tap] += count
        self.held.hear(r.PulsesCounted(tap, self.totals[tap]))

    @rule(socket=SOCKETS)
    def charge(self, socket: str) -> None:
        self.held.hear(r.ChargeAsked(socket))

    @rule(socket=SOCKETS, watts=st.sampled_from([0.0, 18.0, 500.0]))
    def current(self, socket: str, watts: float) -> None:
        self.held.hear(r.CurrentRead(socket, watts / 230))

    @rule(tap=TAPS, socket=SOCKETS)
    def stops(self, tap: str, socket: str) -> None:
        self.held.hear(r.DrinkStopped(tap), r.ChargeStopped(socket))

    @rule()
    def leaves(self) -> None:
        self.held.hear(m.LeaveAsked())


class Troubles(People):
    """What befalls the station itself."""

    @rule(seconds=WAITS)
    def wait(self, seconds: float) -> None:
        self.held.wait(seconds)

    @rule(seconds=WAITS, heard=st.sampled_from([r.DrinkAsked("cold", 200), r.ChargeAsked("1"), m.ContactChanged(False)]))
    def hear_late(self, seconds: float, heard: m.Input) -> None:
        """The loop slept too long: an input and many deadlines in one step."""
        self.held.clock.move(seconds)
        self.held.hear(heard)

    @rule(seconds=WAITS, who=WHO)
    def face_late(self, seconds: float, who: str) -> None:
        self.held.clock.move(seconds)
        self.face(who)

    @rule(alive=st.booleans())
    def guard(self, alive: bool) -> None:
        self.held.hear(m.GuardChanged(alive))

    @rule()
    def the_guard_is_there(self) -> None:
        self.held.hear(m.GuardChanged(True))

    @rule()
    def break_disk(self) -> None:
        self.held.ledger.fails = True

    @rule()
    def mend(self) -> None:
        self.held.ledger.fails = False
        self.held.wait(7)
        assert self.held.unsaved == 0

    @rule(connected=st.booleans())
    def link(self, connected: bool) -> None:
        self.held.connect(connected)

    @precondition(lambda self: self.held.unsaved == 0)
    @rule()
    def kill(self) -> None:
        self.nothing_observed_is_lost()
        self.told += self.held.ledger.committed
        self.held.again()
        self.totals = dict.fromkeys(self.totals, 0)
        self.held.hear(m.GuardChanged(True), m.CameraChanged(True, ""), m.ContactChanged(True))
        self.held.wait(0.1)

    def nothing_observed_is_lost(self) -> None:
        """See below; also before a kill."""


class StationMachine(Troubles):
    """What must hold."""

    def teardown(self) -> None:
        """The disk works again and the cloud is there: everything arrives, each once and in its place."""
        self.mend()
        self.held.connect(True)
        self.held.wait(300)
        assert [e.data for e in sorted(self.held.cloud.facts, key=lambda e: e.seq)] == self.told + self.held.ledger.committed
        assert self.held.core.facts_out.waiting() == 0
        self.the_ledger_has_settled_what_the_facts_say()
        self.held.close()
        self._folder.cleanup()

    @invariant()
    def what_is_on_is_on_record(self) -> None:
        core, on, done = self.held.core, self.held.lines.on, self.held.ledger.committed
        assert ("lock" in on) <= (core.entry.door.state is DoorState.RELEASED)
        if "lock" in on:
            unlocked = [f for f in done if isinstance(f, DoorUnlocked)]
            assert unlocked and unlocked[-1].visit == core.entry.door.visit
            assert self.held.clock.monotonic() < on["lock"] + CONFIG.door.unlock_s
        for name, tap in core.room.water.taps.items():
            assert (f"valve.{name}" in on) == (tap.state is TapState.POURING), name
            assert tap.pour is None or tap.pour.session in {f.pour for f in done if isinstance(f, WaterReserved)}
        for name, socket in core.room.charging.sockets.items():
            assert (f"socket.{name}" in on) == (socket.charge is not None), name
            started = {f.charge for f in done if isinstance(f, ChargeStarted)}
            assert socket.charge is None or socket.charge.session in started

    @invariant()
    def whoever_has_the_screen_was_let_in_on_record(self) -> None:
        granted = {f.visit for f in self.held.ledger.committed if isinstance(f, EntryGranted)}
        current = self.held.core.entry.visits.current
        assert current is None or current.visit in granted
        ended = [f.visit for f in self.held.core.made if isinstance(f, VisitEnded)]
        assert len(ended) == len(set(ended)) and set(ended) <= granted | {f.visit for f in self.dropped()}

    def dropped(self) -> list[EntryGranted]:
        return [f for f in self.held.core.made if isinstance(f, EntryGranted) and f not in self.held.ledger.committed]

    @invariant()
    def nothing_observed_is_lost(self) -> None:
        """Every fact but the grants that could not be written is in the ledger, in order, once the disk took all that waited."""
        if self.held.unsaved == 0:
            assert observed(self.held.core.made) == observed(self.held.ledger.committed)
            done = [f for f in self.held.ledger.committed if not is_store_refusal(f)]
            assert [f for f in self.held.core.made if f in done] == done

    @invariant()
    def time_alone_has_nothing_left_to_do(self) -> None:
        self.held.hear()
        core = self.held.core
        for part in (core.entry, core.room, core.intake):
            assert part.deadline() > self.held.clock.monotonic(), f"{type(part).__name__} would keep the loop spinning"

    def the_ledger_has_settled_what_the_facts_say(self) -> None:
        facts = self.told + self.held.ledger.committed
        ended = {f.pour: (f.charged_ml, f.stop.value) for f in facts if isinstance(f, WaterPoured)}
        ended |= {f.charge: (f.charged_min, f.stop.value) for f in facts if isinstance(f, ChargeEnded)}
        begun = {f.pour: f.reserved_ml for f in facts if isinstance(f, WaterReserved)}
        begun |= {f.charge: f.reserved_min for f in facts if isinstance(f, ChargeStarted)}
        with sqlite3.connect(self.held.folder / "ledger.db") as db:
            rows = {s: (a, t, why) for s, a, t, why in db.execute("SELECT session, amount, settled, stop FROM quota")}
            drawn = db.execute("SELECT person, kind, sum(coalesce(settled, amount)) FROM quota GROUP BY 1, 2, day").fetchall()
        db.close()
        assert {s: row[0] for s, row in rows.items()} == begun
        assert {s: row[1:] for s, row in rows.items() if row[1] is not None} == ended
        limits = {"water_ml": 900, "socket_min": 30}
        assert all(taken <= limits[kind] for _, kind, taken in drawn), "more than a day's quota"


def is_store_refusal(fact: Fact) -> bool:
    return isinstance(fact, EntryRefused) and fact.reason is Refusal.CANNOT_RECORD


def observed(facts: list[Fact]) -> list[Fact]:
    return [f for f in facts if not isinstance(f, GRANTS) and not is_store_refusal(f)]


TestStation = pytest.mark.slow(StationMachine.TestCase)
TestStation.settings = machine(8, 25)
