"""Pushed configuration at a station: reads what comes in, says what became of it. Which document runs is edge/domain/config_slots.py."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

from pydantic import ValidationError

from contract import signing, trust
from contract.config import StationConfig
from contract.configuration import LEVEL, ConfigFact, ConfigRefused, ConfigReport, ConfigTried, Phase
from contract.envelope import ClockState
from contract.signing import Flaw, Kind, Signed, TrustRefused, decode
from contract.topics import Leaf
from contract.trust import Bundle, ConfigDocument
from edge.domain.clock import WallClock
from edge.domain.config_held import Held
from edge.domain.config_records import Newest, Slot
from edge.domain.config_slots import RETRY_S, Around, Slots
from edge.domain.config_start import Start
from edge.domain.intake import Intake
from edge.domain.messages import Effects, Say, UseConfig
from edge.domain.outbox import Outbox, is_acknowledged
from edge.domain.trusted import Trusted

QUIET_S = 60.0
"""Between two facts about documents that nobody vouches for: a flood of them must not fill the ledger. Reports tell of each."""
NO_ROOT = "this station has no root key, so it takes no configuration; put root.json into its folder, see docs/trust.md"
VERSIONS = 10**9


class ConfigDesk:
    """`use` gives a configuration to the machines as they run; `start` is what this process was built with."""

    def __init__(
        self, start: Start, provisioned: StationConfig, trusted: Trusted, clock: WallClock, intake: Intake, facts: Outbox,
        use: Callable[[StationConfig], None],
    ) -> None:  # fmt: skip
        self.slots = Slots(start.kept, start.in_force)
        self.slots.changed = trusted.root is not None
        self._start, self._provisioned, self._trusted, self._clock, self._intake, self._outbox, self._use = (
            start, provisioned, trusted, clock, intake, facts, use
        )  # fmt: skip
        self._refused: Newest | None = None
        self._quiet_until, self._start_again_at = -inf, inf
        self._tries_seq: int | None = None
        self._tells_trial = self._was_over = self._began = False
        self._told_root = trusted.version

    def start(self) -> Effects:
        """With the first step, and again until that could be recorded."""
        self._tells_trial = any(isinstance(fact, ConfigTried) for fact in self._start.facts)
        return Effects(facts=[*self._start.facts], records=[*self._start.records])

    def heard(self, raw: bytes, now: float) -> Effects:
        """A document from `cfg/desired`."""
        effects, document = Effects(), None
        try:
            bundle = self._bundle(raw)
            document = bundle.document
            effects = self._trusted.learn(bundle.roots)
            self._refused = None
            effects.add(self._desired(bundle, now))
        except TrustRefused as error:
            effects.add(self._not_believed(error, document, len(raw), now))
        self.slots.changed = True
        return effects

    def linked(self, connected: bool) -> None:
        """The link came up or went away; each connection is told where things stand."""
        if connected and self._trusted.root:
            self.slots.changed, self._refused = True, None

    def tick(self, look: Callable[[], Around], now: float) -> Effects:
        """The next move, and the report when something changed. Looks around only where something is going on."""
        same = self._is_over(self.slots.in_force, now) is self._was_over and self._told_root == self._trusted.version
        if self._began and not self.slots.moves and same:
            return Effects()
        around, wanted = look(), self.slots.wanted
        if not self._began:
            return self.start() if now >= self._start_again_at else Effects()
        if wanted and (flaw := self._no_more(wanted, now)):
            effects = self._not_any_more(wanted, flaw, now)
        else:
            effects = self.slots.tick(replace(around, answered=self._answered()), now)
        self._tells_trial = self._tells_trial or any(isinstance(fact, ConfigTried) for fact in effects.facts)
        for action in effects.actions:
            if isinstance(action, UseConfig):
                self._use(action.config)
        effects.actions += self._report(around.connected, now)
        return effects

    def recorded(self) -> None:
        """The step is in the ledger; its facts are the last that are."""
        self._began = True
        self._trusted.recorded()
        self.slots.recorded()
        if self._tells_trial:
            self._tells_trial, self._tries_seq = False, self._outbox.last

    def revoke(self, now: float) -> None:
        """It is not."""
        self._trusted.revoke()
        self.slots.revoke(now)
        self._tells_trial, self._start_again_at = False, now + RETRY_S

    def deadline(self) -> float:
        """When tick has something to do."""
        return self.slots.deadline()

    # ---- what comes in

    def _bundle(self, raw: bytes) -> Bundle:
        bundle = decode(raw, Leaf.CFG_DESIRED.traffic.limit, "cfg/desired", Bundle.model_validate_json)
        assert isinstance(bundle, Bundle)
        return bundle

    def _desired(self, bundle: Bundle, now: float) -> Effects:
        """Believed, or TrustRefused. What is in force is not looked at again: it goes on when it is over, which is told."""
        newest, sha256 = self.slots.kept.newest, bundle.document.sha256
        root = self._trusted.root
        if root is None:
            raise TrustRefused(Flaw.NO_ROOT, NO_ROOT)
        if sha256 == newest.sha256 and newest.phase in (Phase.CONFIRMED, Phase.TRIAL):
            return Effects()
        time = self._clock.at(now) if self._clock.state is ClockState.TRUSTED else None
        document = trust.config(root, bundle.document, self._provisioned.station, newest.version, LEVEL, time)
        self._one_text_a_version(document, sha256, newest)
        try:
            held = Held.of(bundle.document, document, self._provisioned)
        except TrustRefused as error:
            if time is None:
                raise  # its key may be over, so its version is not to be used up
            return self._refuse(document.version, sha256, error)
        self.slots.want(held)
        return Effects()

    def _one_text_a_version(self, document: ConfigDocument, sha256: str, newest: Newest) -> None:
        if document.version > VERSIONS:
            raise TrustRefused(Flaw.FORM, f"config: version: {document.version}: at most {VERSIONS}")
        if document.version == newest.version and sha256 != newest.sha256:
            raise TrustRefused(Flaw.ROLLBACK, f"config {document.version}: another document of this version was taken here before; sign it under the next one")

    def _refuse(self, version: int, sha256: str, error: TrustRefused) -> Effects:
        """Signed by who may, and still not to be used: said once, and remembered."""
        newest = Newest(version, sha256, Phase.REFUSED, str(error)[:500], error.flaw)
        if newest == self.slots.kept.newest:
            return Effects()
        effects = self.slots.refuse(newest)
        effects.facts.append(_refusal(version, error))
        return effects

    def _not_any_more(self, wanted: Held, error: TrustRefused, now: float) -> Effects:
        """What waited; where it waited for the clock nobody ever vouched for it."""
        if wanted.sha256 == self.slots.kept.newest.sha256:
            return self._refuse(wanted.version, wanted.sha256, error)
        self.slots.wanted, self.slots.changed = None, True
        return self._not_believed(error, Signed.model_validate_json(wanted.text), len(wanted.text), now)

    def _not_believed(self, error: TrustRefused, document: Signed | None, size: int, now: float) -> Effects:
        """Nobody vouches for it, so nothing of it is kept but one fact a minute; the report names each, with the version that it claims."""
        version, sha256 = (_claimed(document), document.sha256) if document else (0, "")
        self._refused = Newest(version, sha256, Phase.REFUSED, str(error)[:500], error.flaw)
        effects = self._intake.refuse(Leaf.CFG_DESIRED.value, f"{size} bytes: {error.flaw.value}", now)
        if now >= self._quiet_until:
            self._quiet_until = now + QUIET_S
            effects.facts.append(_refusal(version, error))
        return effects

    # ---- what goes out

    def _answered(self) -> bool:
        return self._tries_seq is not None and is_acknowledged(self._outbox, self._tries_seq)

    def _no_more(self, wanted: Held, now: float) -> TrustRefused | None:
        """Why what waits may not be tried any more: it was heard before the clock was trusted, or before another root, and keys have ends too."""
        root = self._trusted.root
        if root is None or self._clock.state is not ClockState.TRUSTED:
            return None
        try:
            trust.config(root, Signed.model_validate_json(wanted.text), self._provisioned.station, wanted.version, LEVEL, self._clock.at(now))
        except TrustRefused as flaw:
            return flaw
        return None

    def _is_over(self, held: Held, now: float) -> bool:
        sure = self._clock.state is ClockState.TRUSTED and held.expires is not None
        return sure and held.expires is not None and self._clock.at(now) - trust.SKEW > held.expires

    def _report(self, connected: bool, now: float) -> list[Say]:
        over = self._is_over(self.slots.in_force, now)
        root = self._trusted.version  # a roster may have brought a newer one
        silent = not connected or not (self.slots.changed or over is not self._was_over or root != self._told_root)
        self.slots.changed, self._was_over, self._told_root = False, over, root
        return [] if silent else [Say(Leaf.CFG_REPORTED, self.report(now).model_dump_json().encode())]

    def _waits_for(self) -> str:
        if self.slots.kept.slot is Slot.ARMED:
            return self.slots.waits_for or "parts are built anew for it"
        return self.slots.waits_for or "the station has started since, and not heard it again"

    def _heard(self) -> Newest:
        """The newest that was heard, also where nothing of it is recorded yet."""
        wanted, newest = self.slots.wanted, self.slots.kept.newest
        return Newest(wanted.version, wanted.sha256, Phase.WAITING) if wanted and wanted.sha256 != newest.sha256 else newest

    def report(self, now: float) -> ConfigReport:
        """Where things stand."""
        kept, in_force = self.slots.kept, self.slots.in_force
        told = self._refused or self._heard()
        reason = self._waits_for() if told.phase is Phase.WAITING else told.reason
        flaw = told.flaw
        if not reason and self._is_over(in_force, now):
            reason, flaw = f"version {in_force.version} is over and still in force, since none came after it; sign a newer one", Flaw.EXPIRED
        return ConfigReport(
            version=told.version, sha256=told.sha256, phase=told.phase, reason=reason, flaw=flaw, at=self._clock.at(now),
            in_force_version=in_force.version, in_force_sha256=in_force.sha256, root=self._trusted.version,
            confirmed_version=kept.confirmed.version, confirmed_sha256=kept.confirmed.sha256,
        )  # fmt: skip


def _claimed(signed: Signed) -> int:
    """0 where it can not be read."""
    try:
        return min(VERSIONS, ConfigDocument.model_validate(signing.content(signed, Kind.CONFIG)).version)
    except (TrustRefused, ValidationError):
        return 0


def _refusal(version: int, error: TrustRefused) -> ConfigFact:
    return ConfigRefused(version=version, flaw=error.flaw, reason=str(error)[:200])
