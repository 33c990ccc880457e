"""What a steward asks for at the screen, and what the ledger keeps of it. Part of the unions in messages.py. All text is unchecked."""

from dataclasses import dataclass, field

from contract.words import FaultCode


@dataclass(frozen=True)
class MaintenanceAsked:
    """The PIN is asked for next; also while maintenance is on, to begin it anew."""


@dataclass(frozen=True)
class MaintenancePin:
    digits: str = field(repr=False)


@dataclass(frozen=True)
class MaintenanceStopped:
    """The steward has finished, or thinks better of it."""


@dataclass(frozen=True)
class ShelfCounted:
    """So many pieces of a lot lie on a shelf now; `expires`: ISO date of the last day."""

    shelf: str
    count: int
    lot: str
    expires: str


@dataclass(frozen=True)
class PartCleaned:
    part: str


@dataclass(frozen=True)
class FridgeServiceAsked:
    """Let go of the cabinet; nothing is charged."""


@dataclass(frozen=True)
class SlotServiceAsked:
    """Let go of one slot of the locker."""

    slot: str


@dataclass(frozen=True)
class ValveTestAsked:
    tap: str


@dataclass(frozen=True)
class FilterRenewed:
    """`day`: ISO date, None for today."""

    day: str | None = None


@dataclass(frozen=True)
class WaterJudged:
    """A test of the water taken on `day` (ISO date, None for today)."""

    passed: bool
    day: str | None = None


@dataclass(frozen=True)
class DripEmptied:
    """The tray was full, and is empty."""


@dataclass(frozen=True)
class ReleaseAsked:
    """The steward has looked at what was wrong, and says why it may go on."""

    fault: FaultCode
    part: str
    reason: str


@dataclass(frozen=True)
class FireResetAsked:
    """The steward has looked at the room after a fire alarm."""


StewardAsk = (
    ShelfCounted | PartCleaned | FridgeServiceAsked | SlotServiceAsked | ValveTestAsked | FilterRenewed | WaterJudged
    | DripEmptied | ReleaseAsked | FireResetAsked
)
"""Acts; each needs maintenance to be on."""
StewardInput = MaintenanceAsked | MaintenancePin | MaintenanceStopped | StewardAsk


@dataclass(frozen=True)
class StoreMaintenance:
    """It is on."""

    maintenance: str
    person: str


@dataclass(frozen=True)
class DropMaintenance:
    """It ended, and its fact is in the same transaction."""

    maintenance: str


MaintenanceRecord = StoreMaintenance | DropMaintenance
