"""How much of a kind a person may draw a day at this station: the roster's word, else the station's default."""

from contract.config import QuotaConfig
from contract.leases import Kind
from contract.roster import Role
from edge.domain.access import Access
from edge.domain.quota import Quota


class Rations:
    """Reads the roster in force and the day's account."""

    def __init__(self, config: QuotaConfig, quota: Quota, access: Access) -> None:
        self.config, self._quota, self._access = config, quota, access
        self.answered: set[tuple[str, Kind]] = set()
        """For whom the cloud's word of today has come by the line that stands: they need no allowance."""

    def limit(self, person: str, kind: Kind) -> int:
        """What may be drawn here today in all: the ration, and where stations share it no more than the lease, and offline the allowance."""
        if self.config.shared and (person, kind) in self.answered:
            return min(self.ration(person, kind), self._leased(person, kind))
        return self.offline_limit(person, kind) if self.config.shared else self.ration(person, kind)

    def offline_limit(self, person: str, kind: Kind) -> int:
        """The same if the line failed now."""
        return min(self.ration(person, kind), self._leased(person, kind) + self._allowance(kind))

    def ration(self, person: str, kind: Kind) -> int:
        """Whole ml, pieces or minutes a day; nothing for who is no longer in the roster."""
        found = self._access.person(person)
        if found is None:
            return 0
        own = found.entitlement
        named = {Kind.WATER_ML: own.water_ml_per_day, Kind.SOCKET_MIN: own.socket_min_per_day, Kind.BOTTLES: own.bottles_per_day}[kind]
        return self._default(kind) if named is None else named

    def is_steward(self, person: str) -> bool:
        """Whether the roster says so."""
        found = self._access.person(person)
        return found is not None and found.role is Role.STEWARD

    def left(self, person: str, kind: Kind) -> int:
        """Of today's ration."""
        return self._quota.left(person, kind, self.limit(person, kind))

    def _leased(self, person: str, kind: Kind) -> int:
        return self._quota.leases.of(self._quota.day, person, kind).upto

    def _allowance(self, kind: Kind) -> int:
        return self._access.roster.offline_allowance.of(kind) if self._access.roster else 0

    def _default(self, kind: Kind) -> int:
        return {
            Kind.WATER_ML: self.config.water_ml_per_day, Kind.SOCKET_MIN: self.config.socket_min_per_day, Kind.BOTTLES: self.config.bottles_per_day,
        }[kind]  # fmt: skip
