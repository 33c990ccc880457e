"""Which machine hears which input, and when the next deadline is. One `match`; "who reacts to X" is one search.

The core decides and never touches: it takes (input, now) and answers with actions, facts and ledger records.
"""

import hashlib
from collections.abc import Iterator

from contract.config import StationConfig
from contract.facts import FaultCode, StationStarted
from contract.samples import Samples
from contract.state import Link, State
from contract.trust import Root
from edge.domain import amenity, config_live
from edge.domain import messages as m
from edge.domain.clock import WallClock
from edge.domain.config_desk import ConfigDesk
from edge.domain.config_start import Start, chosen
from edge.domain.detectors import LINES, Detectors
from edge.domain.entry import Entry, Looked
from edge.domain.equipment import Indoors
from edge.domain.face_desk import FaceDesk
from edge.domain.face_messages import FaceInput
from edge.domain.faults import Faults
from edge.domain.intake import Intake
from edge.domain.messages import Effects, Input
from edge.domain.notices import Notices
from edge.domain.order_acts import Machines, OrderActs
from edge.domain.orders import Orders
from edge.domain.quota import Quota
from edge.domain.rations import Rations
from edge.domain.restored import Restored
from edge.domain.room import Room, interrupted
from edge.domain.room_messages import LeaseHeard, LineChanged, RoomInput
from edge.domain.safe_state import LOCK
from edge.domain.sampling import Sampling
from edge.domain.screen import Notice, Screen
from edge.domain.sight import FaceCompared, FaceHinted, FacePosed, FaceVerified, LivenessChanged, LivenessJudged
from edge.domain.signed_rosters import SignedRosters
from edge.domain.status_light import StatusLight
from edge.domain.steward import Steward
from edge.domain.tickets import Tickets
from edge.domain.trusted import Trusted
from edge.domain.unlocks import Unlocks
from edge.domain.uplink import Uplink
from edge.domain.view import View

NO_NOTICE = "0" * 12


def sha256(config: StationConfig) -> str:
    """Of what is in force, as `station_started` and `state` tell it."""
    return hashlib.sha256(config.model_dump_json().encode()).hexdigest()


class Core:
    """All machines of one station."""

    def __init__(
        self, config: StationConfig, restored: Restored, boot: str, version: str, config_sha256: str, chance: Iterator[int],
        notice: str = NO_NOTICE, root: Root | None = None, start: Start | None = None, provisioned: StationConfig | None = None,
    ) -> None:
        """`chance`: integers below 2**16 that nobody can foresee, for challenges; `notice`: version of the text that people agree to; `root`: who may sign;
        `start`: which pushed configuration `config` is, `provisioned`: what the station has without one."""
        self.config, self.boot, self._version, self._config_sha256 = config, boot, version, config_sha256
        self._numbered = 0
        self.trusted = Trusted(root)
        self.faults, self.notices, self.intake = Faults(), Notices(), Intake()
        self.quota = Quota(restored.day)
        self.quota.restore(restored.used, restored.still_open, restored.shared if config.quota.shared else None)
        self.clock = WallClock(config.quota.utc_offset_min)
        self.sampling = Sampling(config.telemetry)
        self.entry = Entry(config, self.faults, self.notices, self.intake, self._number, chance, self.clock,
                           Tickets(config.station, self.clock, restored.tickets), restored.tries)
        self.detectors = Detectors(config, self.entry, self.faults)
        self.rations = Rations(config.quota, self.quota, self.entry.access)
        indoors = self.indoors = Indoors(config, self.quota, self.rations, self.faults, self.notices, self.entry.visits, self._number, self.clock, restored)
        self.room = Room(indoors)
        self.steward = self.room.parts["steward"] = Steward(indoors, self.entry, self.detectors.fire, self.room)
        self.desk = FaceDesk(config, notice, restored.consents, self.faults, self.intake, self.entry.visits, restored.transfers)
        self.light = StatusLight(config.status.light_pin is not None, self.faults)
        self.orders = self._takes_orders(restored, chance)
        rosters = SignedRosters(lambda: self.config, self.trusted, self.clock)
        self.uplink = Uplink(restored, config.telemetry.backfill_per_s, self.entry, self.desk, self.intake, self.clock, self.light, self.orders, rosters)
        self.facts_out, self.samples_out = self.uplink.facts, self.uplink.samples
        self.view = View(config, version, config_sha256, self.entry, self.room, self.faults, self.notices, self.facts_out, self.samples_out, self.clock,
                         self.desk, self.detectors, self.steward)
        self.configs = ConfigDesk(start or chosen(None, config), provisioned or config, self.trusted, self.clock, self.intake, self.facts_out, self._use)
        self._stored_faults, self._stored_runs = restored.faults, restored.runs

    def start(self, now: float) -> Effects:
        """The first step: what was left open is settled, the stored roster comes in force. Nothing is granted until the guard is heard."""
        self.faults.restore(self._stored_faults, now)
        self.faults.assume(FaultCode.GUARD_LOST)
        if self.config.camera:
            self.faults.assume(FaultCode.CAMERA_LOST)
        effects = Effects(facts=[StationStarted(version=self._version, config_sha256=self._config_sha256)])
        effects.add(interrupted(self.quota, self.room.fridge is not None))
        effects.add(self.detectors.tick(now))
        for run in self._stored_runs:
            effects.add(amenity.interrupted(run))
        effects.add(self.uplink.start(now))
        self.orders.start(now)
        effects.add(self.configs.start())
        return effects

    def handle(self, heard: Input, now: float) -> Effects:
        """One input."""
        self.detectors.stirred(heard, now)
        effects = self._route(heard, now)
        effects.add(self.room.heard(effects, now))
        effects.add(self.desk.follow(effects, self.clock.day(now)))
        return effects

    def tick(self, now: float) -> Effects:
        """Everything that is due by now."""
        day = self.clock.day(now)
        self.notices.tick(now)
        effects = self.room.leases.turn(day, now)
        effects.add(self.detectors.tick(now))
        effects.add(self.entry.tick(now))
        effects.add(self.room.tick(now))
        effects.add(self.intake.tick(now))
        effects.add(self.orders.tick(now))
        effects.add(self.configs.tick(lambda: config_live.around(self, now), now))
        effects.add(self.desk.tick(day, now))
        effects.add(self.room.heard(effects, now))
        effects.add(self.desk.follow(effects, day))
        effects.actions += self.light.tick(now)
        effects.actions += self.uplink.say_state(lambda: self.state(now), now)
        return effects

    def deadline(self) -> float:
        """Monotonic seconds at which tick or sample has something to do."""
        waits = [self.entry.deadline(), self.room.deadline(), self.intake.deadline(), self.notices.until, self.sampling.deadline()]
        waits += [self.detectors.deadline(), self.desk.deadline(), self.uplink.deadline(), self.light.deadline(), self.orders.deadline()]
        waits.append(self.configs.deadline())
        return min(waits)

    def recorded(self) -> None:
        """The step's facts and records are in the ledger: what is switched on now is real."""
        self.entry.recorded()
        self.room.recorded()
        self.orders.recorded()
        self.configs.recorded()

    def revoke(self, now: float) -> Effects:
        """The step's facts could not be stored. Only switches off."""
        effects = self.entry.revoke(now)
        effects.add(self.room.revoke(now))
        effects.add(self.desk.revoke())
        self.orders.revoke(now)
        self.configs.revoke(now)
        return effects

    def sample(self, extra: dict[str, float | None], now: float) -> Samples | None:
        """A finished batch when one is due; `extra` are measurements of the loop itself."""
        return self.sampling.add(self.view.values(now) | extra, now) if self.sampling.due(now) else None

    def screen(self, now: float) -> Screen:
        """What the page shows."""
        return self.view.screen(now)

    def state(self, now: float, link: Link = Link.ONLINE, session: int | None = None) -> State:
        """What the cloud is told; with LOST and the number of the next connection it is the last will."""
        held = self.entry.access.roster
        number = self.uplink.session if session is None else session
        return self.view.state(self.boot, number, held.version if held else 0, now, link)

    def _takes_orders(self, restored: Restored, chance: Iterator[int]) -> Orders:
        on = Machines(
            lambda: self.config, self.entry, self.room, self.notices, self.faults, self.steward.maintenance, self.light, lambda now: self.uplink.refresh(now)
        )
        acts = OrderActs(on, Unlocks(restored.unlocks))
        return Orders(lambda: self.config, self.boot, chance, self.trusted, self.clock, restored, acts)

    def _use(self, config: StationConfig) -> None:
        """A pushed configuration that needs no restart. The limits of the engine in use stay as they were worked out at the start."""
        config = config.model_copy(update={"identity": self.config.identity})
        config_live.use(self, config)
        self._config_sha256 = self.view.config_sha256 = sha256(config)

    def _number(self) -> str:
        self._numbered += 1
        return f"{self.boot}-{self._numbered}"

    def _route(self, heard: Input, now: float) -> Effects:
        match heard:
            case _ if self.steward.hears(heard):
                return self.steward.handle(heard, now)
            case m.ContactChanged(closed):
                return self.entry.contact(closed, now)
            case m.ExitPressed(pressed):
                return self.entry.exit(pressed, now)
            case FaceCompared() | FaceVerified() | FacePosed() | FaceHinted() | m.AnswerTyped() | LivenessJudged() | LivenessChanged():
                return self.entry.face(self._kept(heard), now)
            case m.QrRead(text):
                return self.entry.qr(text, now)
            case m.CodeTyped():
                return self.entry.typed(heard, now)
            case m.CodeDigested():
                return self.entry.digested(heard, now)
            case m.LeaveAsked():
                return self._goodbye(now)
            case m.MoreTimeAsked():
                self.entry.visits.touched(now)
            case LineChanged(line) if line in LINES:
                return self.detectors.line(heard, now)
            case _ if isinstance(heard, RoomInput):
                return self.room.handle(heard, now)
            case _ if isinstance(heard, FaceInput):
                return self.desk.handle(heard, self.clock.day(now), now)
            case _:
                return self._health(heard, now)
        return Effects()

    def _health(self, heard: Input, now: float) -> Effects:
        """Inputs about the station itself."""
        match heard:
            case m.CameraChanged(working, detail):
                return self._eyes(FaultCode.CAMERA_LOST, working, detail, now)
            case m.FacesChanged(working, detail):
                return self._eyes(FaultCode.FACES_LOST, working, detail, now)
            case m.GuardChanged(alive):
                return self.faults.set(not alive, FaultCode.GUARD_LOST, "", "the guard process does not answer", now)
            case m.ExpanderChanged():
                return self.room.expander(heard, now)
            case m.StoreChanged(working, low, detail):
                effects = self.faults.set(not working, FaultCode.STORE_FULL, "", detail, now)
                effects.add(self.faults.set(low, FaultCode.STORE_LOW, "", detail, now))
                return effects
            case m.LeaseEnded(output):
                return self._lease_ended(output, now)
            case m.WallClockRead():
                return self.clock.read(heard, now)
            case m.InputFaulty(source, reason):
                return self.intake.refuse(source, reason, now)
            case LeaseHeard(lease):
                return self.room.leases.heard(lease, now)
            case m.ConfigReceived(raw):
                return self.configs.heard(raw, now)
            case m.LinkChanged(connected):
                self.room.leases.link(connected)
                self.configs.linked(connected)
                return self.uplink.handle(heard, now)
            case _:
                return self.uplink.handle(heard, now)

    def _kept(self, heard: Looked) -> Looked:
        """Without anybody whose face must not be used."""
        if isinstance(heard, FaceCompared):
            return self.desk.screened(heard)
        return self.desk.verified(heard) if isinstance(heard, FaceVerified) else heard

    def _eyes(self, fault: FaultCode, working: bool, detail: str, now: float) -> Effects:
        effects = Effects() if working else self.entry.blind()
        effects.add(self.faults.set(not working, fault, "", detail, now))
        return effects

    def _goodbye(self, now: float) -> Effects:
        visit = self.entry.visits.current
        effects = self.room.end_all(visit.person, now) if visit else Effects()
        self.entry.visits.goodbye(now)
        self.notices.show(Notice.GOODBYE, now)
        return effects

    def _lease_ended(self, output: str, now: float) -> Effects:
        """The hard timer was first: end what the core still believed to run."""
        if output != LOCK:
            return self.room.lease_ended(output, now)
        self.entry.door.lease_over()
        return self.entry.tick(now)
