"""A fridge without a board: what its inputs come from, what its records are kept in, and how it is started again from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf

from contract.config import QuotaConfig, StationConfig
from contract.facts import Fact
from contract.fridge import FridgeConfig
from contract.leases import Kind
from contract.roster import Entitlement, Person, Roster
from edge.domain.access import Access
from edge.domain.clock import WallClock
from edge.domain.equipment import Indoors
from edge.domain.faults import Faults
from edge.domain.fridge import Fridge
from edge.domain.fridge_records import FridgeKept, StoreCold, StoreProbe, StoreShelf
from edge.domain.messages import Effects, SetOutput, WallClockRead
from edge.domain.notices import Notices
from edge.domain.quota import Open, Quota
from edge.domain.rations import Rations
from edge.domain.records import DropFault, Record, Reserve, Settle, StoreFault
from edge.domain.restored import Restored
from edge.domain.room_messages import LineChanged, TemperatureLost, TemperatureRead, WeightLost, WeightRead
from edge.domain.visits import Visits

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY = "2026-03-02"
WHO = "p-an"
PER_DAY = 5
FRIDGE = {
    "lock_pin": 18, "contact_pin": 19,
    "shelves": [
        {"name": "top", "item": "water", "data_pin": 5, "clock_pin": 12, "counts_per_g": 420.0, "unit_g": 550, "tolerance_g": 60, "least": 2},
        {
            "name": "low", "item": "tea", "data_pin": 6, "clock_pin": 13, "counts_per_g": -400.0, "zero_counts": 8000,
            "unit_g": 330, "tolerance_g": 40, "least": 2,
        },
    ],
    "probes": [{"name": "upper", "id": "28-00000a1b2c3d"}, {"name": "lower", "id": "28-00000a1b2c3e"}],
}  # fmt: skip
CONFIG = FridgeConfig.model_validate(FRIDGE)


@dataclass
class Kept:
    """What a ledger would hold."""

    shelves: dict[str, StoreShelf] = field(default_factory=dict)
    cold: StoreCold | None = None
    probes: frozenset[str] = frozenset()
    open: dict[str, Open] = field(default_factory=dict)
    used: int = 0
    faults: dict[tuple[str, str], StoreFault] = field(default_factory=dict)

    def keep(self, record: Record) -> None:
        match record:
            case StoreShelf():
                self.shelves[record.shelf] = record
            case StoreCold():
                self.cold = record
            case StoreProbe(probe):
                self.probes |= {probe}
            case Reserve():
                self.open[record.session] = Open(record.session, record.person, record.kind, record.part, record.day, record.amount)
            case Settle(session, amount):
                del self.open[session]
                self.used += amount
            case StoreFault():
                self.faults[record.fault, record.part] = record
            case DropFault(fault, part):
                self.faults.pop((fault, part), None)

    def restored(self) -> Restored:
        kept = FridgeKept(tuple(self.shelves.values()), self.cold, self.probes)
        return Restored("0badcafe", 1, 0, "0badbeef", 1, 0, day=DAY, fridge=kept, faults=list(self.faults.values()))


class Bench:
    """A fridge, its clock, and what is true: `grams` by shelf, `celsius` by probe (None: does not answer), `closed`, `locked`."""

    def __init__(self, kept: Kept | None = None, now: float = 1000.0, trusted: bool = True, off_s: float = 0.0) -> None:
        self.kept, self.now, self.boots = kept or Kept(), now, 0
        self.grams: dict[str, float | None] = {shelf.name: 6 * shelf.unit_g for shelf in CONFIG.shelves}
        self.celsius: dict[str, float | None] = {probe.name: 4.0 for probe in CONFIG.probes}
        self.closed, self.locked, self.inside = True, True, True
        self.facts: list[Fact] = []
        self._wall, self.began = NOON, now
        self.boot(trusted, off_s)

    def boot(self, trusted: bool = True, off_s: float = 0.0) -> None:
        """Power comes, `off_s` after it went; monotonic time does not count what lies between."""
        self._wall, self.began = self.wall() + timedelta(seconds=off_s), self.now
        self.boots += 1
        self.clock, self.locked = WallClock(480), True
        self.trust(trusted)
        self.faults, self.quota = Faults(), Quota(DAY)
        self.faults.restore(list(self.kept.faults.values()), self.now)
        self.quota.restore({(WHO, Kind.BOTTLES): self.kept.used}, list(self.kept.open.values()))
        config = StationConfig.model_validate({"station": "st-1", "name": "Test", "fridge": FRIDGE})
        access = Access(config.access)
        access.apply(Roster(version=1, salt="5a" * 16, people=[Person(person=WHO, entitlement=Entitlement(bottles_per_day=PER_DAY))]))
        self.visits, self.numbered = Visits(config.visit), 0
        rations = Rations(QuotaConfig(), self.quota, access)
        around = Indoors(config, self.quota, rations, self.faults, Notices(), self.visits, self._number, self.clock, self.kept.restored())
        self.fridge = Fridge(CONFIG, around)
        self._looked_at = -inf
        self._contact: bool | None = None
        if self.inside:
            self.come()
        self.look()

    def come(self) -> None:
        """Somebody stands inside."""
        self.inside = True
        self.visits.begin("0000000a-9", WHO, self.now)
        self.visits.entered(self.now)

    def trust(self, trusted: bool) -> None:
        """The clock is synchronised, or not."""
        self.clock.read(WallClockRead(self.wall(), trusted), self.now)

    def wall(self) -> datetime:
        """UTC as it really is."""
        return self._wall + timedelta(seconds=self.now - self.began)

    def look(self) -> None:
        """Every sensor once. A thermometer moves by a sixteenth now and then, as each does that works."""
        for name, grams in self.grams.items():
            self.take(self.fridge.handle(WeightRead(name, grams) if grams is not None else WeightLost(name, "no answer"), self.now))
        for name, true in self.celsius.items():
            celsius = None if true is None else true + int(self.now / 600) % 2 / 16
            self.take(self.fridge.handle(TemperatureRead(name, celsius) if celsius is not None else TemperatureLost(name, "no answer"), self.now))
        if self._contact is not self.closed:
            self._contact = self.closed
            self.take(self.fridge.handle(LineChanged("fridge", self.closed), self.now))
        self.take(self.fridge.tick(self.now))

    def wait(self, seconds: float, every_s: float = 0.5) -> None:
        """Time passes; every sensor is read each so many s."""
        until = self.now + seconds
        while self.now < until:
            due = min(until, max(self.fridge.deadline(), self.now + 1e-6), self.now + every_s)
            self.now = due
            if self.now >= self._looked_at + every_s or self._contact is not self.closed:
                self._looked_at = self.now
                self.look()
            self.take(self.fridge.tick(self.now))

    def open(self) -> bool:
        """Pull; it opens when the lock lets go."""
        if not self.locked:
            self.closed = False
        return not self.closed

    def take(self, effects: Effects) -> None:
        """As the loop does: off, remember, on."""
        for record in effects.records:
            self.kept.keep(record)
        self.facts += effects.facts
        for action in effects.actions:
            assert isinstance(action, SetOutput) and action.output == "fridge.lock"
            self.locked = not action.on
        self.fridge.recorded()

    def of(self, kind: type[Fact]) -> list[Fact]:
        """Facts of one kind."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def _number(self) -> str:
        self.numbered += 1
        return f"{self.boots:08x}-{self.numbered}"
