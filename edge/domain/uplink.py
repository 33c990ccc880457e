"""Everything between the station and the cloud but the facts' own rows: link, acknowledgements, roster, commands, the retained state."""

from collections.abc import Callable

from pydantic import ValidationError

from contract import commands, roster
from contract.errors import ContractError
from contract.facts import RosterApplied
from contract.orders import ChallengePlease, SignedOrder
from contract.state import State
from contract.topics import Leaf
from edge.domain import messages as m
from edge.domain.clock import WallClock
from edge.domain.entry import Entry
from edge.domain.face_desk import FaceDesk
from edge.domain.intake import Intake
from edge.domain.messages import Effects, Input, Say
from edge.domain.orders import Orders
from edge.domain.outbox import BATCHES, Outbox
from edge.domain.pace import Pace
from edge.domain.records import StoreRoster
from edge.domain.reports import of_roster, same
from edge.domain.restored import Restored
from edge.domain.signed_rosters import SignedRosters
from edge.domain.status_light import StatusLight

STATE_S = 60.0
"""The retained state is said again at least this often, so that a silent station is seen as late."""
LOOK_S = 0.05
"""Between two looks at whether it changed; the loop comes round at least four times a second."""
IDENTIFY_S = 10.0
FRESH_S = 1.0
"""What was handed to the link so short a time before the cloud came back was handed to the one that is there now."""


class Uplink:
    """`facts`, `samples`: the two outboxes, of whose backlogs `backfill_per_s` go out together; `session` grows with each connection of a boot."""

    def __init__(
        self, restored: Restored, backfill_per_s: float, entry: Entry, desk: FaceDesk, intake: Intake, clock: WallClock, light: StatusLight,
        orders: Orders, rosters: SignedRosters,
    ) -> None:  # fmt: skip
        pace = Pace(backfill_per_s)
        self.facts = Outbox(restored.epoch, restored.first, restored.last, restored.alarms, pace)
        self.samples = Outbox(restored.samples_epoch, restored.samples_first, restored.samples_last, pace=pace, window=BATCHES)
        self._entry, self._desk, self._intake, self._clock, self._light = entry, desk, intake, clock, light
        self._orders, self._rosters = orders, rosters
        self._stored_roster, self._refused_roster = restored.roster, b""
        self.session = 0
        self._said: State | None = None
        self._said_at = self._look_at = float("-inf")

    def start(self, now: float) -> Effects:
        """The stored roster comes in force. One that an older release stored may not fit any more: then the cloud's next one decides."""
        if not self._stored_roster:
            return Effects()
        try:
            return self._in_force(self._rosters.stored(self._stored_roster), now)
        except ContractError:
            return self._intake.refuse("stored roster", "does not fit this release; waiting for a new one", now)

    def handle(self, heard: Input, now: float) -> Effects:
        """Inputs from the cloud."""
        match heard:
            case m.LinkChanged(connected):
                self.facts.link(connected)
                self.samples.link(connected)
                self.session += connected
                self._said = None
            case m.AckReceived(epoch, upto, ahead):
                for lane in (self.facts, self.samples):
                    done = lane.acknowledged(epoch, upto, ahead, now)
                    if done is not None:
                        return Effects([m.Forget(epoch, done)])
            case m.RosterReceived(raw):
                return self._roster(raw, now)
            case m.CommandReceived(raw):
                return self._command(raw, now)
        return Effects()

    def deadline(self) -> float:
        """When something is to be sent or said."""
        said = self._said_at + STATE_S if self.facts.connected else float("inf")
        return min(self.facts.deadline(), self.samples.deadline(), said)

    def say_state(self, state: Callable[[], State], now: float) -> list[m.Action]:
        """When something in it changed, or a minute is over."""
        if not self.facts.connected or (self._said and now < self._look_at):
            return []
        self._look_at = now + LOOK_S
        fresh = state()
        if self._said and now < self._said_at + STATE_S and same(fresh, self._said):
            return []
        self._said, self._said_at = fresh, now
        return [Say(Leaf.STATE, fresh.model_dump_json().encode())]

    def refresh(self, now: float) -> Effects:
        """What is in force is reported again; one that was refused, for a key or an hour, is looked at again."""
        if self._refused_roster:
            return self._roster(self._refused_roster, now)
        held = self._entry.access.roster
        return Effects([of_roster(held.version if held else 0, len(held.people) if held else 0, None)])

    def _roster(self, raw: bytes, now: float) -> Effects:
        held = self._entry.access.roster
        version, people = (held.version, len(held.people)) if held else (0, 0)
        heard = self._rosters.heard(raw, held, now)
        effects, self._refused_roster = heard.effects, raw if heard.refused else b""
        if heard.refused:
            effects.add(self._intake.refuse("roster", f"{len(raw)} bytes not applied; roster/reported says why", now))
        if heard.new is None:
            if heard.genuine:
                self._again_since(now - FRESH_S)
            effects.actions.append(of_roster(version, people, heard.refused))
            return effects
        new = heard.new
        fact = RosterApplied(version=new.version, people=len(new.people))
        effects.add(Effects([of_roster(new.version, len(new.people), None)], [fact], [StoreRoster(new.version, raw)]))
        effects.add(self._in_force(new, now))
        return effects

    def _again_since(self, sent_before: float) -> None:
        """A roster that is no news is what a cloud says that has come back: what was under way then may be gone with the old one."""
        self.facts.rewind(sent_before)
        self.samples.rewind(sent_before)

    def _in_force(self, new: roster.Roster, now: float) -> Effects:
        self._entry.access.apply(new)
        return self._desk.apply(new, self._clock.day(now))

    def _command(self, raw: bytes, now: float) -> Effects:
        try:
            command = commands.COMMAND.validate_json(raw)
        except ValidationError:
            return self._intake.refuse("cmd", f"{len(raw)} bytes that are no known command", now)
        if isinstance(command, ChallengePlease):
            return self._orders.challenge(command, now)
        if isinstance(command, SignedOrder):
            return self._orders.order(command, now)
        if isinstance(command, commands.ForgetFace):
            return self._desk.keeping.command(command.person, command.id, self._clock.day(now))
        if isinstance(command, commands.Identify):
            self._light.identify(IDENTIFY_S, now)
        else:
            self.facts.rewind()
            self.samples.rewind()
            self._said = None
        return Effects([Say(Leaf.CMD_REPLY, commands.Reply(id=command.id, done=True).model_dump_json().encode())])
