"""The power goes at any write, while water runs and while the station starts: the real core, loop and ledger on a disk that forgets.

`CUTS=200` in the environment asks for another number of cuts than 2,000.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from edge.domain import messages as m
from edge.domain.room_messages import DrinkAsked, PulsesCounted
from tests.power import Disk, PowerCut
from tests.station_parts import Held
from twin.station import layout, person, roster

pytestmark = pytest.mark.long

CUTS = int(os.environ.get("CUTS", "2000"))
PARTS = 4
CONTROL_CUTS = 120
ONE_FOLDER = 25
"""Cuts on one station's disk before the next begins with an empty one."""
PULSES, PULSES_PER_L = 3, 450
PULSE_ML = PULSES * 1000 / PULSES_PER_L
"""The meter is looked at each third pulse."""
PULSE_S = 0.2
VOLUME_ML = 300
POUR_OPERATIONS = 90
"""Somewhat more than the writes and synchronisations of one pour: some cuts come in the next."""
MOST_OVER_ML = 50
MOST_FREE_ML = PULSE_ML + 1
CONFIG = layout(
    camera=None, quota={"water_ml_per_day": 20_000}, taps=[{"name": "cold", "valve_pin": 23, "flow_pin": 24, "pulses_per_l": PULSES_PER_L}],
    telemetry={"sample_s": 2, "batch": 1},
)  # fmt: skip
AN = person("p-an", "1001", "2468")
ROSTER = roster(AN)


class Rig:
    """One station; a person who drinks whenever it lets them. `acknowledged`: rows whose commit returned."""

    def __init__(self, folder: Path, chance: Random, instead: dict[str, str] | None = None) -> None:
        self.folder, self.chance, self.disk = folder, chance, Disk(chance)
        self.disk.instead = instead or {}
        self.found: Counter[str] = Counter()
        self.acknowledged: set[tuple[int, str]] = set()
        self.held = Held(CONFIG, folder, self.disk.open)
        self._settle_in()

    def pour_until_the_power_goes(self) -> None:
        self.disk.cut_after(self.chance.randint(1, POUR_OPERATIONS))
        try:
            while True:
                self._pour()
        except PowerCut:
            self._remember()

    def power_on(self) -> None:
        """Half of the starts lose power too, some of them twice and more."""
        while True:
            self.disk.restore()
            if self.chance.random() < 0.5:
                self.disk.cut_after(self.chance.randint(1, 40))
            try:
                self.held.cloud.connected = False
                self.held.start()
                self.disk.never_cut()
                self._settle_in()
                return
            except PowerCut:
                self.found["cuts on boot"] += 1
                self._remember()

    def judge(self) -> None:
        """Compares what is there with what ran, and with what had been acknowledged."""
        self.found["cuts"] += 1
        self.found["corrupt"] += len(self.disk.broken()) + len(list(self.folder.glob("*.broken-*")))
        there = {row.seq: row.body for row in self.held.ledger.rows(0, 100_000)}
        told = {envelope.seq for envelope in self.held.cloud.facts}
        self.found["rows lost"] += sum(there.get(seq) != text and seq not in told for seq, text in self.acknowledged)
        over = self._charged_ml() - self.ran_ml
        self.found["over"] += over > MOST_OVER_ML
        self.found["free"] += -over > MOST_FREE_ML
        self.found["most over, ml"] = max(self.found["most over, ml"], round(over))
        self.found["most free, ml"] = max(self.found["most free, ml"], round(-over))
        self.acknowledged = set(there.items())
        if not self.disk.instead:
            assert len(told) == len(self.held.cloud.facts), "twice"
            assert set(range(1, self.held.core.facts_out.last + 1)) == told | set(there)

    def _settle_in(self) -> None:
        """The guard answers, the roster is known, and in half of the boots the cloud can be reached."""
        self.total = 0
        held = self.held
        held.hear(m.GuardChanged(True), m.ContactChanged(True), m.RosterReceived(ROSTER))
        if self.chance.random() < 0.5 and not self.disk.instead:
            held.connect(True)
        held.wait(0.1)
        assert AN.code_digest
        held.hear(m.CodeDigested(AN.number, AN.code_digest, m.CodeSource.SCREEN, held.clock.monotonic()))
        held.hear(m.ContactChanged(False))
        held.wait(0.2)
        held.hear(m.ContactChanged(True))
        held.wait(0.2)
        assert held.core.entry.visits.current, "nobody was let in"
        self._remember()

    def _pour(self) -> None:
        held = self.held
        self.ran_ml, self._before = 0.0, {session for session, _ in self._quota()}
        held.hear(DrinkAsked("cold", VOLUME_ML))
        while held.core.room.water.taps["cold"].pour:
            held.clock.move(PULSE_S)
            if "valve.cold" in held.lines.on:
                self.total, self.ran_ml = self.total + PULSES, self.ran_ml + PULSE_ML
            held.hear(PulsesCounted("cold", self.total))
        held.hear(m.MoreTimeAsked())

    def _remember(self) -> None:
        self.acknowledged |= {(row.seq, row.body) for row in self.held.ledger.written}

    def _quota(self) -> list[tuple[str, int]]:
        rows: list[tuple[str, int]] = self.disk.connections[0].execute("SELECT session, settled FROM quota").fetchall()
        return rows

    def _charged_ml(self) -> int:
        """For the pour that was cut; 0 when the ledger never heard of it."""
        return sum(settled for session, settled in self._quota() if session not in self._before)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_power_cut_while_water_runs_loses_nothing_acknowledged(tmp_path: Path, part: int) -> None:
    found = cut(tmp_path, CUTS // PARTS, Random(4000 + part))
    print(dict(found))
    assert (found["rows lost"], found["corrupt"], found["over"], found["free"]) == (0, 0, 0, 0)


def test_the_control_without_full_synchronisation_loses_rows(tmp_path: Path) -> None:
    found = cut(tmp_path, CONTROL_CUTS, Random(17), {"PRAGMA synchronous = FULL": "PRAGMA synchronous = NORMAL"})
    print("control, NORMAL:", dict(found))
    assert found["rows lost"] > 0
    assert found["corrupt"] == 0


def cut(folder: Path, cuts: int, chance: Random, instead: dict[str, str] | None = None) -> Counter[str]:
    found: Counter[str] = Counter()
    for begun in range(0, cuts, ONE_FOLDER):
        rig = Rig(folder / str(begun), chance, instead)
        for _ in range(min(ONE_FOLDER, cuts - begun)):
            rig.pour_until_the_power_goes()
            rig.power_on()
            rig.judge()
        rig.held.close()
        found = _joined(found, rig.found)
    return found


def _joined(one: Counter[str], other: Counter[str]) -> Counter[str]:
    return Counter({key: max(one[key], other[key]) if key.startswith("most") else one[key] + other[key] for key in {*one, *other}})
