"""Which rosters a station believes: without a root any, with a root only one that a delegated key has signed.

One that is in force stays so when its delegation ends: people keep their rights while the cloud is away. Nothing older replaces it. Whoever
steals the roster key could sign the highest version there is, so that no other ever followed: a leap, up, and down from one, is for a newer
delegation only, which an ops key signs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from contract import roster, signing, trust
from contract.config import StationConfig
from contract.envelope import ClockState
from contract.errors import ContractError
from contract.roster import Roster
from contract.signing import Flaw, Kind, TrustRefused
from contract.topics import Leaf
from contract.trust import Delegation, Scope, SignedRoster
from edge.domain.clock import WallClock
from edge.domain.messages import Effects
from edge.domain.trusted import Trusted

MARK = b'"signed_roster"'
NEVER = datetime.min.replace(tzinfo=UTC)
LONGEST_LEAP = 10**9
"""A roster has as many versions as people were changed. The cloud believes no report that is more than a million beyond its own."""


@dataclass
class Heard:
    """`new`: to come in force; `refused`: why it may not, by name. `genuine`: of whom it should be. `effects`: of roots that came along."""

    new: Roster | None = None
    refused: str = ""
    genuine: bool = False
    effects: Effects = field(default_factory=Effects)


class SignedRosters:
    """Of one station. `config`: the one in force."""

    def __init__(self, config: Callable[[], StationConfig], trusted: Trusted, clock: WallClock) -> None:
        self._config, self._trusted, self._clock = config, trusted, clock
        self._signed = False
        self._delegated = NEVER
        """When the delegation of the roster in force was signed."""

    def stored(self, raw: bytes) -> Roster:
        """One that was believed before: no key is asked again. Raises: ContractError, when it does not fit this release."""
        self._signed = MARK in raw[:100]
        if not self._signed:
            return roster.decode(raw)
        signed = signing.decode(raw, Leaf.ROSTER_DESIRED.traffic.limit, "stored roster", SignedRoster.model_validate_json)
        assert isinstance(signed, SignedRoster)
        self._delegated = Delegation.model_validate(signing.content(signed.delegation, Kind.DELEGATION)).issued
        return roster.decode(signed.roster.payload.encode())

    def heard(self, raw: bytes, held: Roster | None, now: float) -> Heard:
        """From `roster/desired`. Where a root has come since, the first signed roster replaces one that nobody had to sign, whatever its version."""
        told = Heard()
        try:
            new, delegated = self._believed(raw, told.effects, now) if self._trusted.root else (roster.decode(raw), NEVER)
            told.genuine = True
            if held is None or (self._trusted.root and not self._signed) or self._follows(new.version, held.version, delegated):
                told.new, self._signed, self._delegated = new, self._trusted.root is not None, max(delegated, self._delegated)
        except ContractError as error:
            told.refused = f"{error.flaw.value}: {error}" if isinstance(error, TrustRefused) else str(error)
        return told

    def _follows(self, version: int, held: int, delegated: datetime) -> bool:
        """Whether it is news. Raises: TrustRefused, ROLLBACK or LEAP."""
        if self._trusted.root is None or version == held:
            return version > held
        if abs(version - held) > LONGEST_LEAP:
            if delegated > self._delegated:
                return True
            raise TrustRefused(Flaw.LEAP, f"roster {version}: {held} is in force; so long a leap needs a newer delegation: ./kiosk keys delegate")
        if version < held:
            raise TrustRefused(Flaw.ROLLBACK, f"roster {version}: {held} is in force, and versions never go back")
        return True

    def _believed(self, raw: bytes, effects: Effects, now: float) -> tuple[Roster, datetime]:
        """And when its delegation was signed. Raises: TrustRefused."""
        signed = signing.decode(raw, Leaf.ROSTER_DESIRED.traffic.limit, "roster", SignedRoster.model_validate_json)
        assert isinstance(signed, SignedRoster)
        effects.add(self._trusted.learn(signed.roots))
        assert self._trusted.root
        at = self._clock.at(now) if self._clock.state is ClockState.TRUSTED else None
        given = trust.delegation(self._trusted.root, signed.delegation, Scope.ROSTER, self._config().district, at)
        if at is None and given.issued < self._delegated:
            words = f"its delegation is older than the one of the roster in force, and may be over: {given.expires:%Y-%m-%d %H:%M} UTC"
            raise TrustRefused(Flaw.CLOCK_UNSURE, f"{words}; taken once the station knows what time it is")
        return trust.delegated(given, signed.roster, Kind.ROSTER, Roster), given.issued
