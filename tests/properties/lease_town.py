"""Three stations and a cloud for the lease machine: the station's own account and conversation, the cloud's own ledger in SQL, and a
network in between that loses, repeats, delays and reorders. A disk keeps what was committed; what was not dies with the station."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Engine

from cloud.adapters.db import SqlLedger, SqlPeople, open_engine
from cloud.adapters.db.engine import writing
from cloud.domain.intake import Asked
from cloud.domain.leases import bound
from cloud.domain.progress import Lane
from cloud.ports import Batch, Committed, Epoch
from contract.config import check
from contract.envelope import ClockState, FactEnvelope
from contract.facts import Fact, Stop
from contract.leases import Allowance, Kind, QuotaAsk, QuotaLease
from contract.roster import Entitlement, Person, Roster
from edge.domain.access import Access
from edge.domain.clock import WallClock
from edge.domain.equipment import Indoors
from edge.domain.faults import Faults
from edge.domain.lease_records import Shared, StoreDay, StoreLease
from edge.domain.leases import QuotaLeases
from edge.domain.messages import Effects, Say, WallClockRead
from edge.domain.notices import Notices
from edge.domain.quota import Open, Quota, QuotaExceeded
from edge.domain.rations import Rations
from edge.domain.records import Reserve, Settle
from edge.domain.restored import Restored
from edge.domain.visits import Visits

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ALLOWANCE = Allowance(water_ml=150, bottles=1, socket_min=20)
RATIONS = {("p-an", Kind.WATER_ML): 2500, ("p-bo", Kind.WATER_ML): 900, ("p-an", Kind.SOCKET_MIN): 300, ("p-bo", Kind.SOCKET_MIN): 300}
"""An's water is in the roster, the rest are the stations' defaults."""
PEOPLE, KINDS = ("p-an", "p-bo"), (Kind.WATER_ML, Kind.SOCKET_MIN)
ROSTER = Roster(
    version=1, salt="5a" * 16, offline_allowance=ALLOWANCE,
    people=[Person(person="p-an", entitlement=Entitlement(water_ml_per_day=2500)), Person(person="p-bo")],
)  # fmt: skip


@dataclass
class Disk:
    """What a ledger would hold: rows of sessions (settled or not), leases, the day, facts that were not acknowledged."""

    epoch: str
    open: dict[str, Open] = field(default_factory=dict)
    settled: dict[str, tuple[Open, int]] = field(default_factory=dict)
    leases: dict[tuple[str, str, Kind], StoreLease] = field(default_factory=dict)
    day: StoreDay | None = None
    facts: dict[int, Fact] = field(default_factory=dict)
    seq: int = 0

    def commit(self, effects: Effects) -> None:
        """As the station's ledger does it."""
        for fact in effects.facts:
            self.seq += 1
            self.facts[self.seq] = fact
        for record in effects.records:
            match record:
                case Reserve(session, person, kind, part, day, amount, keep_from):
                    self.settled = {name: row for name, row in self.settled.items() if row[0].day >= keep_from}
                    self.open[session] = Open(session, person, kind, part, day, amount)
                case Settle(session, amount):
                    self.settled[session] = self.open.pop(session), amount
                case StoreLease():
                    self.leases[record.day, record.person, record.what] = record
                case StoreDay():
                    self.day = record
                    self.leases = {key: lease for key, lease in self.leases.items() if key[0] >= record.keep_from}

    def load(self) -> Restored:
        """As at a start."""
        days = [entry.day for entry in self.open.values()] + [entry.day for entry, _ in self.settled.values()]
        drawn: dict[tuple[str, str, Kind], int] = {}
        for entry, amount in self.settled.values():
            drawn[entry.day, entry.person, entry.kind] = drawn.get((entry.day, entry.person, entry.kind), 0) + amount
        newest = max(days, default="")
        used = {(person, kind): amount for (day, person, kind), amount in drawn.items() if day == newest}
        shared = Shared(self.day, drawn, list(self.leases.values()))
        return Restored(self.epoch, 1, 0, "", 1, 0, newest, used, list(self.open.values()), shared=shared)


class Site:
    """One station. `up` and `down` are messages on their way; `drawn` is the truth, by session, that no restart forgets."""

    def __init__(self, name: str, epoch: str, shared: bool = True) -> None:
        sockets = [{"name": "1", "relay_pin": 25, "adc_channel": 0}]
        self.config = check({
            "station": name, "name": name, "taps": [{"name": "cold", "valve_pin": 23, "flow_pin": 24}], "sockets": sockets,
            "quota": {"shared": shared, "water_ml_per_day": 900, "socket_min_per_day": 300},
        })  # fmt: skip
        self.name, self.disk, self.boots, self.numbered = name, Disk(epoch), 0, 0
        self.up: list[QuotaAsk] = []
        self.down: list[QuotaLease] = []
        self.heard: list[QuotaLease] = []
        self.drawn: dict[str, Open] = {}
        self.error, self.trusted, self.connected = timedelta(0), True, True
        self.boot()

    def boot(self) -> None:
        """From the disk; what was open is settled as after a kill."""
        restored = self.disk.load()
        self.boots += 1
        self.quota, self.access, self.clock = Quota(restored.day), Access(self.config.access), WallClock(480)
        self.quota.restore(restored.used, restored.still_open, restored.shared)
        self.access.apply(ROSTER)
        self.rations = Rations(self.config.quota, self.quota, self.access)
        indoors = Indoors(
            self.config, self.quota, self.rations, Faults(), Notices(), Visits(self.config.visit), self.number, self.clock, restored
        )  # fmt: skip
        self.leases = QuotaLeases(indoors)
        self.leases.link(self.connected)
        for entry in self.quota.open_sessions():
            self.disk.commit(Effects(records=[self.quota.settle(entry.session, entry.amount, Stop.INTERRUPTED)]))

    def number(self) -> str:
        """Of asks and sessions."""
        self.numbered += 1
        return f"{self.boots:08x}-{self.numbered}"

    def finish(self, effects: Effects, lost: bool = False) -> None:
        """Commit and say; or the disk did not take it and the station dies, though what it said is out."""
        if not lost:
            self.disk.commit(effects)
        if self.connected:
            self.up += [QuotaAsk.model_validate_json(action.payload) for action in effects.actions if isinstance(action, Say)]
        if lost:
            self.boot()

    def tick(self, at: datetime, now: float, lost: bool = False) -> None:
        """One step of the loop."""
        self.clock.read(WallClockRead(at + self.error, self.trusted), now)
        effects = self.leases.turn(self.clock.day(now), now)
        effects.add(self.leases.tick(now))
        self.finish(effects, lost)

    def draw(self, person: str, kind: Kind, amount: int, lost: bool = False) -> int:
        """Reserve so much, or less where less is left; what was reserved."""
        amount = min(amount, self.rations.left(person, kind))
        entry = Open(self.number(), person, kind, "cold", self.quota.day, amount)
        try:
            record = self.quota.reserve(entry, self.rations.limit(person, kind))
        except QuotaExceeded:
            return 0
        if not lost:
            self.drawn[entry.session] = entry
        self.finish(Effects(records=[record]), lost)
        return 0 if lost else amount

    def settle(self, taken: int) -> None:
        """The oldest session ends."""
        for entry in self.quota.open_sessions()[:1]:
            record = self.quota.settle(entry.session, taken, Stop.REACHED)
            self.drawn[entry.session] = Open(entry.session, entry.person, entry.kind, entry.part, entry.day, record.amount)
            self.finish(Effects(records=[record]))

    def hear(self, lease: QuotaLease, now: float, lost: bool = False) -> None:
        """A lease comes in."""
        self.heard.append(lease)
        self.finish(self.leases.heard(lease, now), lost)


@cache
def database() -> Engine:
    """With everybody in it; one for all towns, since making it takes longer than a town lives."""
    engine = open_engine("sqlite:///:memory:")
    people = SqlPeople(engine)
    people.salt()
    for person in ROSTER.people:
        people.replace(person)
    return engine


class City:
    """The cloud: its ledger with people, as SQL; `store` is one batch."""

    def __init__(self) -> None:
        self.engine = database()
        with writing(self.engine) as connection:
            for table in ("quota_shares", "facts", "progress"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
        self.ledger = SqlLedger(self.engine)

    def take(self, at: datetime, site: Site, asks: list[QuotaAsk], seqs: list[int]) -> int:
        """Facts of these seqs and these asks in one batch; answers are on their way. Returns what may be acknowledged."""
        batch = Batch(round(at.timestamp() * 1000), asks=[Asked(site.name, ask) for ask in asks])
        base = min(site.disk.facts, default=1)
        batch.facts = [envelope(site, seq, base, at) for seq in seqs]
        if seqs:
            batch.committed = {Epoch(site.name, site.disk.epoch, Lane.FACTS): Committed(base, base, set(seqs))}
        stored = self.ledger.store(batch)
        site.down += [lease for _, lease in stored.leases]
        return max((progress.upto for progress in stored.progress.values()), default=0)

    def shares(self) -> list[Any]:
        """Every row."""
        with self.engine.connect() as connection:
            return list(connection.exec_driver_sql("SELECT * FROM quota_shares"))


def envelope(site: Site, seq: int, base: int, at: datetime) -> FactEnvelope:
    """A fact as the station sends it."""
    return FactEnvelope(
        v=1, station=site.name, epoch=site.disk.epoch, seq=seq, base=base, boot="0a1b2c3d", at=at, up=1.0, clock=ClockState.TRUSTED,
        data=site.disk.facts[seq],
    )  # fmt: skip


def check_what_was_given_back_does_not_come_again() -> None:
    """A lease is repeated by the network after its rest went to another station, and then all lines are cut."""
    city, one, two = City(), Site("st-1", "00000001"), Site("st-2", "00000002")
    one.leases.arrived("p-bo")
    exchange(city, one, 0)
    assert one.draw("p-bo", Kind.WATER_ML, 100) == 100
    one.settle(100)
    leases = list(one.heard)
    one.leases.end("p-bo", 0)
    exchange(city, one, 20)
    two.leases.arrived("p-bo")
    exchange(city, two, 40)
    for lease in leases:
        one.hear(lease, 60)
    for site in (one, two):
        site.connected = False
        site.leases.link(False)
        while site.draw("p-bo", Kind.WATER_ML, 100):
            site.settle(100)
    total = sum(entry.amount for site in (one, two) for entry in site.drawn.values())
    assert total <= bound(RATIONS["p-bo", Kind.WATER_ML], ALLOWANCE.of(Kind.WATER_ML), 2), total


def exchange(city: City, site: Site, now: float) -> None:
    """What is under way arrives, in order."""
    site.tick(START, now)
    city.take(START, site, site.up, sorted(site.disk.facts))
    site.disk.facts = {}
    site.up, down, site.down = [], site.down, []
    for lease in down:
        site.hear(lease, now)
