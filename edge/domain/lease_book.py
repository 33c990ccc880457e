"""The quota leases that this station holds, the newest of each day, person and kind. The rules are leases.py and rations.py."""

from dataclasses import replace

from contract.leases import Kind
from edge.domain.lease_records import StoreLease


class LeaseBook:
    """Every method that changes something answers with the record of it."""

    def __init__(self) -> None:
        self._leases: dict[tuple[str, str, Kind], StoreLease] = {}

    def restore(self, leases: list[StoreLease]) -> None:
        """What the ledger knows."""
        self._leases = {(one.day, one.person, one.what): one for one in leases}

    def of(self, day: str, person: str, kind: Kind) -> StoreLease:
        """One over nothing when the cloud gave none."""
        return self._leases.get((day, person, kind)) or StoreLease(person, kind, day, 0, 0, 0)

    def keep(self, lease: StoreLease) -> StoreLease:
        """In place of what was known."""
        self._leases[lease.day, lease.person, lease.what] = lease
        return lease

    def give_back(self, lease: StoreLease, used: int) -> StoreLease | None:
        """Cut it down to what was used. None when the cloud knows all that already."""
        return None if used == max(lease.upto, lease.told) else self.keep(replace(lease, upto=min(lease.upto, used), told=used))

    def keys(self) -> set[tuple[str, str, Kind]]:
        """(day, person, kind) of each."""
        return set(self._leases)

    def prune(self, floor: str) -> None:
        """Forget the days before this one."""
        self._leases = {key: lease for key, lease in self._leases.items() if key[0] >= floor}
