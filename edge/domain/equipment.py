"""What every piece of equipment in the room is given, and what the room asks of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from contract.config import StationConfig
from edge.domain.clock import WallClock
from edge.domain.faults import Faults
from edge.domain.messages import Effects
from edge.domain.notices import Notices
from edge.domain.quota import Quota
from edge.domain.rations import Rations
from edge.domain.restored import Restored
from edge.domain.visits import Visits


@dataclass
class Indoors:
    """Shared by all equipment of one station. `number` gives a session a name that no other has. Only `config` is ever replaced (config_live.py)."""

    config: StationConfig
    quota: Quota
    rations: Rations
    faults: Faults
    notices: Notices
    visits: Visits
    number: Callable[[], str]
    clock: WallClock
    restored: Restored


class Equipment(Protocol):
    """A kind of equipment: all taps, all sockets, the fridge. Times are monotonic seconds."""

    def tick(self, now: float) -> Effects:
        """Everything that is due by now, and the end of what a fault forbids."""
        ...

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        ...

    def recorded(self) -> None:
        """The step's facts and records are in the ledger."""
        ...

    def revoke(self) -> Effects:
        """The step could not be stored: sessions that it began never were. Only switches off."""
        ...

    def end(self, person: str, now: float) -> Effects:
        """The visit of this person is over: end their sessions that need them here."""
        ...

    def lease_ended(self, part: str, now: float) -> Effects:
        """The hard timer switched this part's output off: end what was believed to run."""
        ...
