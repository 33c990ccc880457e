"""Which machine hears which input, and when the next deadline is. One `match`; "who reacts to X" is one search.

The core decides and never touches: it takes (input, now) and answers with actions, facts and ledger records.
"""

from collections.abc import Iterator

from pydantic import ValidationError

from contract import commands, roster
from contract.config import StationConfig
from contract.facts import FaultCode, RosterApplied, StationStarted, Stop
from contract.samples import Samples
from contract.state import Link, State
from contract.topics import Leaf
from edge.domain import messages as m
from edge.domain.clock import WallClock
from edge.domain.entry import Entry, Looked
from edge.domain.face_desk import FaceDesk
from edge.domain.face_messages import FaceInput
from edge.domain.faults import Faults
from edge.domain.intake import Intake
from edge.domain.messages import Effects, Input, Say
from edge.domain.notices import Notices
from edge.domain.outbox import Outbox
from edge.domain.quota import Quota
from edge.domain.restored import Restored
from edge.domain.room import Room, interrupted
from edge.domain.sampling import Sampling
from edge.domain.screen import Notice, Screen
from edge.domain.tickets import Tickets
from edge.domain.view import View

NO_NOTICE = "0" * 12
STATE_S = 60.0
"""The retained state is said again at least this often, so that a silent station is seen as late."""


class Core:
    """All machines of one station."""

    def __init__(
        self, config: StationConfig, restored: Restored, boot: str, version: str, config_sha256: str, chance: Iterator[int],
        notice: str = NO_NOTICE,
    ) -> None:
        """`chance`: integers that nobody can foresee, for challenges; `notice`: version of the text that people agree to."""
        self.config, self.boot, self._version, self._config_sha256 = config, boot, version, config_sha256
        self._numbered = self._session = 0
        self._said: State | None = None
        self._said_at = float("-inf")
        self.faults, self.notices, self.intake = Faults(), Notices(), Intake()
        self.quota = Quota(restored.day)
        self.quota.restore(restored.used, restored.still_open)
        self.clock = WallClock(config.quota.utc_offset_min)
        self.facts_out = Outbox(restored.epoch, restored.first, restored.last)
        self.samples_out = Outbox(restored.samples_epoch, restored.samples_first, restored.samples_last)
        self.sampling = Sampling(config.telemetry)
        self.entry = Entry(config, self.faults, self.notices, self.intake, self._number, chance, self.clock.hour,
                           Tickets(config.station, self.clock, restored.tickets))
        self.room = Room(config, self.quota, self.faults, self.notices, self.entry.visits, self.entry.access, self._number)
        self.desk = FaceDesk(config, notice, restored.consents, self.faults, self.intake, self.entry.visits)
        self.view = View(config, version, self.entry, self.room, self.faults, self.notices, self.facts_out, self.clock, self.desk)
        self._stored_roster = restored.roster

    def start(self, now: float) -> Effects:
        """The first step: what was left open is settled, the stored roster comes in force. Nothing is granted until the guard is heard."""
        self.faults.assume(FaultCode.GUARD_LOST)
        if self.config.camera:
            self.faults.assume(FaultCode.CAMERA_LOST)
        effects = Effects(facts=[StationStarted(version=self._version, config_sha256=self._config_sha256)])
        effects.add(interrupted(self.quota))
        if self._stored_roster:
            effects.add(self._stored(self._stored_roster, now))
        return effects

    def handle(self, heard: Input, now: float) -> Effects:
        """One input."""
        effects = self._route(heard, now)
        effects.add(self.room.heard(effects, now))
        effects.add(self.desk.follow(effects, self.clock.day(now)))
        return effects

    def tick(self, now: float) -> Effects:
        """Everything that is due by now."""
        day = self.clock.day(now)
        if day:
            self.quota.turn(day)
        self.notices.tick(now)
        effects = self.entry.tick(now)
        effects.add(self.room.tick(now))
        effects.add(self.intake.tick(now))
        effects.add(self.desk.tick(day, now))
        effects.add(self.room.heard(effects, now))
        effects.add(self.desk.follow(effects, day))
        effects.actions += self._say_state(now)
        return effects

    def deadline(self) -> float:
        """Monotonic seconds at which tick or sample has something to do."""
        waits = [self.entry.deadline(), self.room.deadline(), self.intake.deadline(), self.notices.until, self.sampling.deadline()]
        waits += [self.desk.deadline(), self.facts_out.deadline(), self.samples_out.deadline()]
        waits += [self._said_at + STATE_S if self.facts_out.connected else float("inf")]
        return min(waits)

    def recorded(self) -> None:
        """The step's facts and records are in the ledger: what is switched on now is real."""
        self.entry.recorded()
        self.room.recorded()

    def revoke(self, now: float) -> Effects:
        """The step's facts could not be stored. Only switches off."""
        effects = self.entry.revoke(now)
        effects.add(self.room.revoke(now))
        effects.add(self.desk.revoke())
        return effects

    def sample(self, extra: dict[str, float | None], now: float) -> Samples | None:
        """A finished batch when one is due; `extra` are measurements of the loop itself."""
        return self.sampling.add(self.view.values() | extra, now) if self.sampling.due(now) else None

    def screen(self, now: float) -> Screen:
        """What the page shows."""
        return self.view.screen(now)

    def state(self, now: float, link: Link = Link.ONLINE, session: int | None = None) -> State:
        """What the cloud is told; with LOST and the number of the next connection it is the last will."""
        held = self.entry.access.roster
        number = self._session if session is None else session
        return self.view.state(self.boot, number, held.version if held else 0, now, link)

    def _number(self) -> str:
        self._numbered += 1
        return f"{self.boot}-{self._numbered}"

    def _route(self, heard: Input, now: float) -> Effects:
        match heard:
            case m.ContactChanged(closed):
                return self.entry.contact(closed, now)
            case m.ExitPressed(pressed):
                return self.entry.exit(pressed, now)
            case m.PulsesCounted(tap, total):
                return self.room.pulses(tap, total, now)
            case m.CurrentRead(socket, amps):
                return self.room.sockets[socket].current(amps, now)
            case m.CurrentLost(socket, reason):
                return self.room.sockets[socket].current_lost(reason, now)
            case m.FaceCompared() | m.FaceVerified() | m.FacePosed() | m.FaceHinted() | m.AnswerTyped():
                return self.entry.face(self._kept(heard), now)
            case m.QrRead(text):
                return self.entry.qr(text, now)
            case m.CodeTyped():
                return self.entry.typed(heard, now)
            case m.CodeDigested():
                return self.entry.digested(heard, now)
            case m.DrinkAsked():
                return self.room.drink(heard, now)
            case m.DrinkStopped(tap):
                return self.room.stop_drink(tap, now)
            case m.ChargeAsked():
                return self.room.charge(heard, now)
            case m.ChargeStopped(socket):
                return self.room.stop_charge(socket, now)
            case m.LeaveAsked():
                return self._goodbye(now)
            case m.MoreTimeAsked():
                self.entry.visits.touched(now)
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
            case _:
                return self._network(heard, now)

    def _kept(self, heard: Looked) -> Looked:
        """Without anybody whose face must not be used."""
        if isinstance(heard, m.FaceCompared):
            return self.desk.screened(heard)
        return self.desk.verified(heard) if isinstance(heard, m.FaceVerified) else heard

    def _eyes(self, fault: FaultCode, working: bool, detail: str, now: float) -> Effects:
        effects = Effects() if working else self.entry.blind()
        effects.add(self.faults.set(not working, fault, "", detail, now))
        return effects

    def _network(self, heard: Input, now: float) -> Effects:
        """Inputs from the cloud."""
        match heard:
            case m.LinkChanged(connected):
                self.facts_out.link(connected)
                self.samples_out.link(connected)
                self._session += connected
                self._said = None
            case m.AckReceived(epoch, upto):
                for lane in (self.facts_out, self.samples_out):
                    done = lane.acknowledged(epoch, upto, now)
                    if done is not None:
                        return Effects([m.Forget(epoch, done)])
            case m.RosterReceived(raw):
                return self._roster(raw, now)
            case m.CommandReceived(raw):
                return self._command(raw, now)
        return Effects()

    def _goodbye(self, now: float) -> Effects:
        visit = self.entry.visits.current
        effects = self.room.end_all(visit.person, now) if visit else Effects()
        self.entry.visits.goodbye(now)
        self.notices.show(Notice.GOODBYE, now)
        return effects

    def _lease_ended(self, output: str, now: float) -> Effects:
        """The hard timer was first: end what the core still believed to run."""
        kind, _, part = output.partition(".")
        if kind == "valve":
            return self.room.taps[part].shut(Stop.TIME_LIMIT, now)
        return self.room.sockets[part].stop(Stop.TIME_LIMIT, now) if kind == "socket" else self.entry.tick(now)

    def _stored(self, raw: bytes, now: float) -> Effects:
        """A roster that an older release had stored may not fit any more: then the cloud's next one decides."""
        try:
            return self._in_force(roster.decode(raw), now)
        except roster.RosterRefused:
            return self.intake.refuse("stored roster", "does not fit this release; waiting for a new one", now)

    def _roster(self, raw: bytes, now: float) -> Effects:
        held = self.entry.access.roster
        version, people = (held.version, len(held.people)) if held else (0, 0)
        try:
            new = roster.decode(raw)
        except roster.RosterRefused as error:
            effects = self.intake.refuse("roster", f"{len(raw)} bytes not applied; roster/reported says why", now)
            effects.actions.append(_report(version, people, str(error)))
            return effects
        if new.version <= version:
            return Effects([_report(version, people, None)])
        fact = RosterApplied(version=new.version, people=len(new.people))
        effects = Effects([_report(new.version, len(new.people), None)], [fact], [m.StoreRoster(new.version, raw)])
        effects.add(self._in_force(new, now))
        return effects

    def _in_force(self, new: roster.Roster, now: float) -> Effects:
        self.entry.access.apply(new)
        return self.desk.apply(new, self.clock.day(now))

    def _command(self, raw: bytes, now: float) -> Effects:
        try:
            command = commands.COMMAND.validate_json(raw)
        except ValidationError:
            return self.intake.refuse("cmd", f"{len(raw)} bytes that are no known command", now)
        if isinstance(command, commands.ForgetFace):
            return self.desk.keeping.command(command.person, command.id, self.clock.day(now))
        done = Say(Leaf.CMD_REPLY, commands.Reply(id=command.id, done=True).model_dump_json().encode())
        if isinstance(command, commands.Identify):
            return Effects([m.Identify(10.0), done])
        self.facts_out.rewind()
        self.samples_out.rewind()
        self._said = None
        return Effects([done])

    def _say_state(self, now: float) -> list[m.Action]:
        """When something in it changed, or a minute is over."""
        if not self.facts_out.connected:
            return []
        state = self.state(now)
        if self._said and now < self._said_at + STATE_S and _same(state, self._said):
            return []
        self._said, self._said_at = state, now
        return [Say(Leaf.STATE, state.model_dump_json().encode())]


def _same(one: State, other: State) -> bool:
    ignored = {"at", "outbox"}
    return one.model_dump(exclude=ignored) == other.model_dump(exclude=ignored)


def _report(version: int, people: int, refused: str | None) -> Say:
    report = roster.RosterReport(version=version, people=people, refused=refused[:500] if refused else None)
    return Say(Leaf.ROSTER_REPORTED, report.model_dump_json().encode())
