"""A station without a room: what the real code of pushed configuration decides, what it reports and tells, and nothing else. For thousands in one process.

Real are the check of signatures and of every field, the slots, trial, confirmation and going back, the outbox, and every byte on the wire
(edge/domain/config_desk.py and what is below it). Not there: machines, pins, people, faults, a disk. What a disk would keep is kept in memory.
Trials pass by `now`, which may run faster than the world; what waits for an acknowledgement waits by `real`, seconds of the world.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contract.config import StationConfig
from contract.configuration import LEVEL, ConfigConfirmed
from contract.envelope import FactEnvelope
from contract.facts import Fact
from contract.state import Link, State
from contract.topics import Leaf
from contract.trust import Root
from edge.domain.clock import WallClock
from edge.domain.config_desk import ConfigDesk
from edge.domain.config_records import StoreConfig
from edge.domain.config_slots import Around
from edge.domain.config_start import chosen
from edge.domain.core import sha256
from edge.domain.intake import Intake
from edge.domain.messages import AckReceived, ConfigReceived, Effects, Input, Rebuild, Say, UseConfig, WallClockRead
from edge.domain.outbox import Outbox
from edge.domain.trusted import Trusted

Publish = Callable[[Leaf, bytes], bool]
"""Whether the line took it."""
ALONE = Around()
"""Nobody inside, no fault, a clock that is trusted."""
VERSION = "light"


@dataclass(frozen=True)
class Moment:
    """`now`: monotonic s of the station; `real`: those of the world; `at`: UTC."""

    now: float
    real: float
    at: datetime


class LightStation:
    """One of them. `config` is what it was provisioned with."""

    def __init__(self, config: StationConfig, root: Root, number: int, publish: Publish, moment: Moment) -> None:
        """`number`: another one for each station; its outbox is named by it."""
        self.provisioned, self._root, self._publish = config, root, publish
        self._token = f"{number:08x}"
        self.facts = Outbox(self._token, 1, 0)
        self.rebuilt = self.sessions = 0
        self.tried_s = 0.0
        """s of its own clock for which the last confirmed configuration was on trial."""
        self._stored: StoreConfig | None = None
        self._rows: dict[int, tuple[datetime, float, Fact]] = {}
        self._clock = WallClock(config.quota.utc_offset_min)
        self._begin(moment)

    @property
    def busy(self) -> bool:
        """Whether it wants to be ticked soon; a tick does no harm otherwise."""
        slots = self.desk.slots
        return bool(slots.kept.slot or slots.wanted or slots.changed or self.facts.waiting())

    def will(self, moment: Moment) -> bytes:
        """What the broker is to say in its name when the line is lost."""
        return self._state(Link.LOST, self.sessions + 1, moment)

    def linked(self, connected: bool, moment: Moment) -> None:
        """The line came up or is gone."""
        self.sessions += connected
        self.facts.link(connected)
        self.desk.linked(connected)
        if connected:
            self._publish(Leaf.STATE, self._state(Link.ONLINE, self.sessions, moment))
        self.tick(moment)

    def hear(self, heard: Input, moment: Moment) -> None:
        """What edge/adapters/mqtt.py made of a message."""
        match heard:
            case ConfigReceived(raw):
                self._clock.read(WallClockRead(moment.at, synchronised=True), moment.now)
                self._finish(self.desk.heard(raw, moment.now), moment)
            case AckReceived(epoch, upto, ahead):
                done = self.facts.acknowledged(epoch, upto, ahead, moment.real)
                for seq in [seq for seq in self._rows if done is not None and seq <= done]:
                    del self._rows[seq]
        self.tick(moment)

    def tick(self, moment: Moment) -> None:
        """The next move, and what is to be sent."""
        self._clock.read(WallClockRead(moment.at, synchronised=True), moment.now)
        self._finish(self.desk.tick(lambda: ALONE, moment.now), moment)
        for seq in self.facts.wanted(moment.real):
            if not self._publish(Leaf.EVT, self._envelope(seq)):
                break
            self.facts.sent(seq, moment.real)

    def _begin(self, moment: Moment) -> None:
        """As a process does that starts, or is built anew."""
        start = chosen(self._stored, self.provisioned)
        self._stored = start.first or self._stored
        self.config = start.in_force.config
        self.desk = ConfigDesk(start, self.provisioned, Trusted(self._root), self._clock, Intake(), self.facts, self._use)
        self._clock.read(WallClockRead(moment.at, synchronised=True), moment.now)
        self._finish(self.desk.start(), moment)
        self.desk.linked(self.facts.connected)

    def _use(self, config: StationConfig) -> None:
        self.config = config

    def _finish(self, effects: Effects, moment: Moment) -> None:
        """Remember, then do; the memory never fails."""
        for fact in effects.facts:
            seq = self.facts.last + 1
            self._rows[seq] = (moment.at, moment.now, fact)
            self.facts.stored(seq)
            self.tried_s = fact.tried_s if isinstance(fact, ConfigConfirmed) else self.tried_s
        for record in effects.records:
            if isinstance(record, StoreConfig):
                self._stored = record
        self.desk.recorded()
        for action in effects.actions:
            match action:
                case Say(leaf, payload):
                    self._publish(leaf, payload)
                case Rebuild():
                    self.rebuilt += 1
                    self._begin(moment)
                case UseConfig():
                    pass  # the desk gave it to `_use`; there are no outputs that would heed it

    def _envelope(self, seq: int) -> bytes:
        at, up, fact = self._rows[seq]
        made = FactEnvelope(
            v=1, station=self.config.station, epoch=self._token, seq=seq, base=self.facts.first, boot=self._token, at=at, up=round(up, 3),
            clock=self._clock.state, data=fact,
        )  # fmt: skip
        return made.model_dump_json().encode()

    def _state(self, link: Link, session: int, moment: Moment) -> bytes:
        config = self.config
        made = State(
            station=config.station, link=link, boot=self._token, session=session, at=moment.at, version=VERSION, name=config.name, city=config.city,
            district=config.district, door="locked", inside=0, outbox=self.facts.waiting(), config=sha256(config), roster=0, faults=[], level=LEVEL,
        )  # fmt: skip
        return made.model_dump_json().encode()
