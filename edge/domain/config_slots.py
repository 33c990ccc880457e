"""The slots of pushed configuration: one is confirmed, one may be on trial. What is here decides; it checks no signature and touches nothing.

    wanted -> waits for the clock and for the end of sessions -> armed (when parts must be built anew) -> trial -> confirmed
                                                                                                            -> back

Each move is a record first: it counts once it is in the ledger (`recorded`), and never was when it could not be written (`revoke`).
What runs follows what is recorded, not the other way round, so that a kill at any moment leaves one document in force, and says which.
"""

from dataclasses import dataclass, replace
from math import inf

from contract.change import makes_safer, needs_restart
from contract.configuration import ConfigConfirmed, ConfigFact, ConfigRolledBack, ConfigTried, Phase
from edge.domain.config_held import Held, Kept
from edge.domain.config_records import Newest, Slot
from edge.domain.messages import Effects, Rebuild, UseConfig

FAULT_S = 30.0
"""So long a new fault may stand in a trial: what is built anew says at first that it is not there yet."""
LEAVE_S = 120.0
"""So long a trial with a fault waits for the end of a session before it goes back."""
TRIES = 3
RETRY_S = 1.0
FIRE, BUSY = "a fire alarm stands", "somebody is inside or at the door"
"""What the report says of a wait."""


@dataclass(frozen=True)
class Around:
    """What the machine must know of the station. `faults`: all that stand, `raised`: those that were told; `answered`: the cloud has the fact of the trial."""

    busy: bool = False
    fire: bool = False
    clock_sure: bool = True
    faults: frozenset[str] = frozenset()
    raised: frozenset[str] = frozenset()
    connected: bool = True
    answered: bool = True


@dataclass(frozen=True)
class Leaving:
    """A trial that goes back as soon as it may. `again`: the document was not to blame."""

    reason: str
    again: bool
    since: float


class Slots:
    """`kept` is what the ledger has, `in_force` what this process runs with."""

    def __init__(self, kept: Kept, in_force: Held) -> None:
        self.kept, self.in_force = kept, in_force
        self.wanted: Held | None = None
        self.waits_for = ""
        self.changed = True
        """Something is to be reported."""
        self._next: Kept | None = None
        self._retry_at = -inf
        self._began_at: float | None = None
        self._quiet_since = self._fault_since = inf
        self._leaving: Leaving | None = None

    @property
    def moves(self) -> bool:
        """Something is going on."""
        return bool(self.changed or self.wanted or self.kept.slot or self._behind())

    # ---- what is asked of it

    def want(self, held: Held) -> None:
        """A believed document was heard. The same again is tried again only where nothing was said against it."""
        newest = self.kept.newest
        if held.sha256 != newest.sha256 or newest.phase in (Phase.WAITING, Phase.REFUSED) or (newest.again and newest.tries < TRIES):
            self.wanted = held
        self.changed = True

    def refuse(self, newest: Newest) -> Effects:
        """A believed document breaks a rule: an older one that waited is wanted no more, and none below it ever will be."""
        self.wanted, self.changed = None, True
        return self._move(replace(self.kept, newest=newest), [])

    def tick(self, around: Around, now: float) -> Effects:
        """The next move that is due."""
        if self._next is not None or now < self._retry_at:
            return Effects()
        if self._behind():
            return self._follow(around, now)
        effects = self._judge(around, now) if self.kept.slot is Slot.TRIAL else Effects()
        return effects if effects.records or self.wanted is None else self._wait_or_begin(self.wanted, around, now)

    def recorded(self) -> bool:
        """The move is in the ledger, if there was one."""
        if self._next is None:
            return False
        if self._next.slot is not self.kept.slot or self._next.tried != self.kept.tried:
            self._began_at, self._leaving, self._fault_since = None, None, inf
        self.kept, self._next, self.changed = self._next, None, True
        return True

    def revoke(self, now: float) -> None:
        """It is not; it is tried again."""
        if self._next is not None:
            self._next, self._retry_at = None, now + RETRY_S

    def deadline(self) -> float:
        """When tick has something to do at once; for all else the loop comes round often enough."""
        return self._retry_at if self._next is None and self._behind() else inf

    # ---- moves

    def _move(self, kept: Kept, facts: list[ConfigFact]) -> Effects:
        self._next = kept
        return Effects(facts=[*facts], records=[kept.record()])

    def _behind(self) -> bool:
        """What runs is not what is recorded."""
        return self.kept.slot is Slot.ARMED or self.in_force.sha256 != self.kept.target.sha256

    def _follow(self, around: Around, now: float) -> Effects:
        """It becomes that. Since it was decided fire may have freed the door, or somebody been let in by it: then nothing is built anew yet."""
        target, armed = self.kept.target, self.kept.slot is Slot.ARMED
        if armed or needs_restart(self.in_force.config, target.config):
            self._retry_at = now + RETRY_S
            reason = FIRE if around.fire else BUSY if armed and around.busy else ""
            self.changed, self.waits_for = self.changed or (armed and reason != self.waits_for), reason
            return Effects([] if reason else [Rebuild()])
        live = self.in_force.config != target.config
        self.in_force, self.changed = target, True
        return Effects([UseConfig(target.config)] if live else [])

    def _wait_or_begin(self, wanted: Held, around: Around, now: float) -> Effects:
        reason = self._obstacle(wanted, around)
        self.changed, self.waits_for = self.changed or reason != self.waits_for, reason
        if not reason:
            self.wanted = None
            return self._begin(wanted, around)
        if not around.clock_sure:  # by a key that is over, for all anybody knows: nothing of it is recorded, least of all its version
            return Effects()
        if self.kept.newest.sha256 == wanted.sha256 and self.kept.newest.phase is Phase.WAITING:
            return Effects()
        return self._move(replace(self.kept, newest=self._newest(wanted, Phase.WAITING)), [])

    def _obstacle(self, wanted: Held, around: Around) -> str:
        """Why it can not begin now, '' when it can. Only a clock tells whether a document is over, also one that makes things safer."""
        if not around.clock_sure:
            return "the station does not know what time it is"
        if around.fire:
            return FIRE
        if around.busy and not makes_safer(self.in_force.config, wanted.config):
            return BUSY
        return ""

    def _begin(self, wanted: Held, around: Around) -> Effects:
        """What is confirmed already under another number needs no trial; all else gets one."""
        kept, facts = self.kept, self._withdrawn(wanted)
        if wanted.config == kept.confirmed.config:
            return self._move(Kept(wanted, newest=self._newest(wanted, Phase.CONFIRMED)), [*facts, _confirmed(wanted, 0.0)])
        if needs_restart(self.in_force.config, wanted.config):
            newest = self._newest(wanted, Phase.WAITING)
            return self._move(Kept(kept.confirmed, wanted, Slot.ARMED, self._before(around), newest), facts)
        tried = ConfigTried(version=wanted.version, sha256=wanted.sha256, restarted=False)
        newest = self._newest(wanted, Phase.TRIAL)
        newest = replace(newest, tries=newest.tries + 1)
        return self._move(Kept(kept.confirmed, wanted, Slot.TRIAL, self._before(around), newest), [*facts, tried])

    def _before(self, around: Around) -> frozenset[str]:
        """Faults that this document is not to blame for: those of before the first of several trials in a row."""
        return self.kept.before if self.kept.tried else around.raised

    def _withdrawn(self, wanted: Held) -> list[ConfigFact]:
        """A trial that a newer document ends."""
        tried, back = self.kept.tried, self.kept.confirmed.version
        if tried is None:
            return []
        return [ConfigRolledBack(version=tried.version, sha256=tried.sha256, back_to=back, reason=f"version {wanted.version} came during the trial")]

    def _newest(self, held: Held, phase: Phase) -> Newest:
        tries = self.kept.newest.tries if self.kept.newest.sha256 == held.sha256 else 0
        return Newest(held.version, held.sha256, phase, tries=tries)

    # ---- a trial

    def _judge(self, around: Around, now: float) -> Effects:
        tried = self.kept.tried
        assert tried is not None
        if self._began_at is None:
            self._began_at = self._quiet_since = now
        new, update = around.faults - self.kept.before, self.kept.confirmed.config.update
        told = sorted(around.raised - self.kept.before)
        self._quiet_since = now if new else self._quiet_since
        self._fault_since = min(self._fault_since, now) if told else inf
        if self._leaving is None:
            self._leaving = self._wrong(told, sorted(new), around, now)
        if self._leaving:
            return self._go_back(tried, self._leaving, around, now)
        if not new and now >= self._quiet_since + update.trial_s and around.connected and around.answered:
            return self._move(Kept(tried, newest=_of(tried, self.kept.newest, Phase.CONFIRMED)), [_confirmed(tried, now - self._began_at)])
        return Effects()

    def _wrong(self, told: list[str], new: list[str], around: Around, now: float) -> Leaving | None:
        assert self._began_at is not None
        update = self.kept.confirmed.config.update
        if told and now >= self._fault_since + FAULT_S:
            return Leaving(f"{', '.join(told)}: was not there before, and stands for {FAULT_S:g} s", False, now)
        if now < self._began_at + update.answer_s:
            return None
        if not (around.connected and around.answered):
            return Leaving(f"no answer of the cloud for {update.answer_s:g} s", True, now)
        if not new and now >= self._quiet_since + update.trial_s:
            return None  # the answer came at the last moment
        return Leaving(f"never {update.trial_s:g} s without a new fault{': ' if new else ''}{', '.join(new)}", False, now)

    def _go_back(self, tried: Held, leaving: Leaving, around: Around, now: float) -> Effects:
        """At once where nothing is built anew. Else after the session; a fault waits for it for a while only, a fire alarm makes all wait."""
        confirmed = self.kept.confirmed
        if needs_restart(self.in_force.config, confirmed.config):
            patient = leaving.again or now < leaving.since + LEAVE_S
            if around.fire or (around.busy and patient):
                return Effects()
        return self._move(*back(self.kept, tried, leaving.reason, leaving.again))


def back(kept: Kept, tried: Held, reason: str, again: bool = False) -> tuple[Kept, list[ConfigFact]]:
    """The confirmed one is in force again."""
    fact = ConfigRolledBack(version=tried.version, sha256=tried.sha256, back_to=kept.confirmed.version, reason=reason[:200])
    return Kept(kept.confirmed, newest=_of(tried, kept.newest, Phase.ROLLED_BACK, reason, again)), [fact]


def _of(tried: Held, newest: Newest, phase: Phase, reason: str = "", again: bool = False) -> Newest:
    """What became of the tried one is told of the newest only if that is the same: another may have come since, and wait or be refused."""
    return replace(newest, phase=phase, reason=reason[:500], again=again) if newest.sha256 == tried.sha256 else newest


def _confirmed(held: Held, tried_s: float) -> ConfigConfirmed:
    return ConfigConfirmed(version=held.version, sha256=held.sha256, tried_s=round(tried_s, 1))
