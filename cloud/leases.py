"""What stations have of people's days, and how much more than the quota can be drawn at worst: for operators to see."""

from __future__ import annotations

from collections.abc import Callable

from cloud.adapters.db import SqlLeases
from cloud.domain.leases import Excess, PersonDay, bound, today
from contract.leases import Kind


class CityQuota:
    """See `cloud.ports.Leases`. `stations` counts those that were ever heard of."""

    def __init__(self, store: SqlLeases, stations: Callable[[], int], clock_ms: Callable[[], int], utc_offset_min: int) -> None:
        self._store, self._stations, self._clock_ms, self._east = store, stations, clock_ms, utc_offset_min

    def today(self) -> str:
        """The quota day in the city."""
        return today(self._clock_ms(), self._east)

    def bound(self) -> list[Excess]:
        """For each kind, the most that one person could draw beyond the quota in a day, if every station lost its line."""
        allowance, stations = self._store.allowance(), self._stations()
        return [Excess(what, allowance.of(what), stations, bound(0, allowance.of(what), stations)) for what in Kind]

    def person(self, person: str) -> list[PersonDay]:
        """What stations have of this person's day."""
        return self._store.day(person, self.today())

    def most(self, day: PersonDay) -> int:
        """The most that this person can draw at the stations that have a part of the day."""
        return bound(day.quota, self._store.allowance().of(day.what), len(day.shares))
