"""Whatever happens in whatever order: one document is in force, the ledger knew of it before, and nothing bad is ever confirmed."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contract.change import makes_safer, needs_restart
from contract.config import UpdateConfig
from contract.configuration import ConfigConfirmed, ConfigTried, Phase
from edge.domain.config_held import Held, Kept
from edge.domain.config_records import Newest, Slot, StoreConfig
from edge.domain.config_slots import RETRY_S, TRIES, Around, Slots
from edge.domain.config_start import Start, chosen
from edge.domain.messages import Effects, Rebuild, UseConfig
from tests.properties.amount import machine
from tests.scenarios.configs import bundle, content
from twin.station import layout

PROVISIONED = layout()
CONTENTS = (None, content(door={"unlock_s": 8}), content(door={"unlock_s": 4}), content(camera={"source": "none", "width": 800}))
"""As provisioned, a live change, a live one that is safer, and one for which parts are built anew."""

TRIAL_S, ANSWER_S = UpdateConfig().trial_s, UpdateConfig().answer_s


def held(version: int, which: int) -> Held:
    """Believed already."""
    signed = bundle(version, CONTENTS[which]).document
    return replace(Held.stored(signed.model_dump_json(), PROVISIONED))


class Machine(RuleBasedStateMachine):
    """One station's slots with a ledger that may refuse, kills, faults and a cloud that may be away."""

    @initialize()
    def begin(self) -> None:
        """Nothing was ever pushed."""
        self.stored: StoreConfig | None = None
        self.now, self.version, self.around = 1000.0, 1, Around()
        self.tries: dict[str, int] = {}
        self.highest = 0
        self._start("")

    def _start(self, failed: str) -> None:
        start: Start = chosen(self.stored, PROVISIONED, failed)
        if start.first:
            self.stored = start.first
        for record in start.records:
            assert isinstance(record, StoreConfig)
            self.stored = record
        self.slots, self.disturbed_at, self.tried_at = Slots(start.kept, start.in_force), self.now, self.now
        self._count(Effects(facts=list(start.facts)))

    def _count(self, effects: Effects) -> None:
        for fact in effects.facts:
            if isinstance(fact, ConfigTried):
                self.tries[fact.sha256] = self.tries.get(fact.sha256, 0) + 1
                self.tried_at = self.disturbed_at = self.now
            if isinstance(fact, ConfigConfirmed) and fact.tried_s:
                assert self.now >= self.disturbed_at + TRIAL_S and self.around.answered and self.around.connected

    @rule(which=st.integers(0, 3), newer=st.booleans())
    def push(self, which: int, newer: bool) -> None:
        """The newest document, or the one before again."""
        self.version += newer
        one = held(self.version, which)
        newest = self.slots.kept.newest
        if newest.version < one.version or newest.sha256 == one.sha256:
            self.slots.want(one)

    @rule(which=st.integers(0, 3))
    def refuse(self, which: int) -> None:
        """A signed one breaks a rule."""
        self.version += 1
        effects = self.slots.refuse(Newest(self.version, f"{self.version:064x}", Phase.REFUSED, "bad"))
        self._commit(effects, True)

    @rule(busy=st.booleans(), fire=st.booleans(), sure=st.booleans(), fault=st.booleans(), connected=st.booleans(), answered=st.booleans())
    def world(self, busy: bool, fire: bool, sure: bool, fault: bool, connected: bool, answered: bool) -> None:
        """Something else holds from now on."""
        faults = frozenset({"leak"} if fault else ())
        self.around = Around(busy, fire, sure, faults, faults, connected, answered)

    @rule(seconds=st.sampled_from([0.25, 5.0, 31.0, 121.0, ANSWER_S]), written=st.booleans())
    def live(self, seconds: float, written: bool) -> None:
        """Time passes, the machine moves, and the disk takes it or not."""
        self._pass(seconds, written)

    def _pass(self, seconds: float, written: bool) -> None:
        self.now += seconds
        for _ in range(3):
            if self.around.faults - self.slots.kept.before:
                self.disturbed_at = self.now
            before = self.slots.kept
            effects = self.slots.tick(self.around, self.now)
            self._may(before, effects)
            self._commit(effects, written)
            self._act(effects)
            self.now += RETRY_S

    @rule()
    def a_good_while(self) -> None:
        """Nothing stands in the way: trials are confirmed, too."""
        self.around = Around()
        self._pass(121.0, True)

    def _may(self, before: Kept, effects: Effects) -> None:
        """What begins may begin."""
        for record in effects.records:
            assert isinstance(record, StoreConfig)
            begins = record.slot is not None and record.tried != (before.tried.text if before.tried else "")
            if begins:
                wanted = Held.stored(record.tried, PROVISIONED)
                assert self.around.clock_sure and not self.around.fire
                assert not self.around.busy or makes_safer(self.slots.in_force.config, wanted.config)
                assert (record.slot is Slot.ARMED) == bool(needs_restart(self.slots.in_force.config, wanted.config))

    def _commit(self, effects: Effects, written: bool) -> None:
        if not effects.records:
            return
        if not written:
            self.slots.revoke(self.now)
            return
        for record in effects.records:
            assert isinstance(record, StoreConfig)
            self.stored = record
        self._count(effects)
        self.slots.recorded()

    def _act(self, effects: Effects) -> None:
        for action in effects.actions:
            if isinstance(action, Rebuild):
                self._start("")
            else:
                assert isinstance(action, UseConfig)
                assert not needs_restart(action.config, self.slots.in_force.config)

    @rule()
    def kill(self) -> None:
        """kill -9 and a new start."""
        tried = self.stored is not None and self.stored.slot is Slot.TRIAL
        confirmed = self.stored.confirmed if self.stored else ""
        self._start("")
        if tried:
            assert self.slots.in_force.text == confirmed

    @precondition(lambda self: self.stored is not None and self.stored.slot is Slot.TRIAL)
    @rule()
    def can_not_be_built(self) -> None:
        """Back at once."""
        self._start("could not be built")
        assert self.slots.kept.slot is None and self.slots.in_force == self.slots.kept.confirmed

    @invariant()
    def what_runs_is_in_the_ledger(self) -> None:
        """Either the confirmed one or the one that the ledger says is tried; a rollback by rebuild may be about to happen."""
        if self.stored is None:
            assert self.slots.in_force.text == ""
            return
        assert self.stored.newest.version >= self.highest
        self.highest = self.stored.newest.version
        moves, newest = self.slots._behind(), self.stored.newest
        if newest.phase is Phase.CONFIRMED:
            assert Held.stored(self.stored.confirmed, PROVISIONED).sha256 == newest.sha256
        if newest.phase is Phase.TRIAL:
            assert Held.stored(self.stored.tried, PROVISIONED).sha256 == newest.sha256
        assert moves or self.slots.in_force.text == (self.stored.tried or self.stored.confirmed)
        assert max(self.tries.values(), default=0) <= TRIES


TestSlots = Machine.TestCase
TestSlots.settings = machine(12, 30)
