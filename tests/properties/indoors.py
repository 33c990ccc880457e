"""Everything that equipment is given, without a station around it: for machines that test one kind of equipment."""

from __future__ import annotations

from contract.config import QuotaConfig, StationConfig
from contract.roster import Person, Roster
from edge.domain.access import Access
from edge.domain.clock import WallClock
from edge.domain.equipment import Indoors
from edge.domain.faults import Faults
from edge.domain.loans import Loan
from edge.domain.notices import Notices
from edge.domain.quota import Quota
from edge.domain.rations import Rations
from edge.domain.restored import Restored
from edge.domain.visits import Visits

DAY = "2026-03-02"
PEOPLE = ("p-an", "p-bo", "p-ce", "p-di")


class Surrounded:
    """`indoors` of a station with `PEOPLE` enrolled; `enter` puts one of them before the screen."""

    def __init__(self, config: StationConfig, loans: list[Loan] | None = None, clock: WallClock | None = None, boot: str = "0000000a") -> None:
        self.config, self._numbered, self._boot = config, 0, boot
        self.quota, self.faults, self.notices = Quota(DAY), Faults(), Notices()
        self.visits = Visits(config.visit)
        access = Access(config.access)
        access.apply(Roster(version=1, salt="5a" * 16, people=[Person(person=name) for name in PEOPLE]))
        rations = Rations(QuotaConfig(socket_min_per_day=1440), self.quota, access)
        restored = Restored("0badcafe", 1, 0, "0badbeef", 1, 0, DAY, loans=loans or [])
        self.indoors = Indoors(
            config, self.quota, rations, self.faults, self.notices, self.visits, self.number, clock or WallClock(0), restored
        )  # fmt: skip

    def number(self) -> str:
        """Of a session."""
        self._numbered += 1
        return f"{self._boot}-{self._numbered}"

    def enter(self, person: str, now: float) -> None:
        """Comes in, and has the screen."""
        self.visits.begin(self.number(), person, now)
        self.visits.entered(now)
