"""Which rosters a station believes: without a root any, with a root only one that a delegated key has signed.

One that is in force stays so when its delegation ends: people keep their rights while the cloud is away. Nothing older replaces it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from contract import roster, signing, trust
from contract.config import StationConfig
from contract.envelope import ClockState
from contract.errors import ContractError
from contract.roster import Roster
from contract.signing import Flaw, Kind, TrustRefused
from contract.topics import Leaf
from contract.trust import Scope, SignedRoster
from edge.domain.clock import WallClock
from edge.domain.messages import Effects
from edge.domain.trusted import Trusted

MARK = b'"signed_roster"'


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

    def stored(self, raw: bytes) -> Roster:
        """One that was believed before: no key is asked again. Raises: ContractError, when it does not fit this release."""
        self._signed = MARK in raw[:100]
        if not self._signed:
            return roster.decode(raw)
        signed = signing.decode(raw, Leaf.ROSTER_DESIRED.traffic.limit, "stored roster", SignedRoster.model_validate_json)
        assert isinstance(signed, SignedRoster)
        return roster.decode(signed.roster.payload.encode())

    def heard(self, raw: bytes, held: Roster | None, now: float) -> Heard:
        """From `roster/desired`. Where a root has come since, the first signed roster replaces one that nobody had to sign, whatever its version."""
        told = Heard()
        try:
            new = self._believed(raw, told.effects, now) if self._trusted.root else roster.decode(raw)
            told.genuine = True
            if held is None or new.version > held.version or (self._trusted.root and not self._signed):
                told.new, self._signed = new, self._trusted.root is not None
            elif new.version < held.version and self._trusted.root:
                raise TrustRefused(Flaw.ROLLBACK, f"roster {new.version}: {held.version} is in force, and versions never go back")
        except ContractError as error:
            told.refused = f"{error.flaw.value}: {error}" if isinstance(error, TrustRefused) else str(error)
        return told

    def _believed(self, raw: bytes, effects: Effects, now: float) -> Roster:
        """Raises: TrustRefused."""
        signed = signing.decode(raw, Leaf.ROSTER_DESIRED.traffic.limit, "roster", SignedRoster.model_validate_json)
        assert isinstance(signed, SignedRoster)
        effects.add(self._trusted.learn(signed.roots))
        assert self._trusted.root
        at = self._clock.at(now) if self._clock.state is ClockState.TRUSTED else None
        given = trust.delegation(self._trusted.root, signed.delegation, Scope.ROSTER, self._config().district, at)
        return trust.delegated(given, signed.roster, Kind.ROSTER, Roster)
