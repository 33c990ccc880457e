"""What the ledger keeps of quota leases: records that are written with the step's facts, and read back at a start."""

from dataclasses import dataclass, field

from contract.leases import Kind


@dataclass(frozen=True)
class StoreLease:
    """The newest lease of a person's day: what may be drawn here in all, and what the cloud was told to have been drawn."""

    person: str
    what: Kind
    day: str
    number: int
    upto: int
    told: int


@dataclass(frozen=True)
class StoreDay:
    """The quota day in force. What was drawn on days before `keep_from` is forgotten; no day before it comes again."""

    day: str
    keep_from: str


LeaseRecord = StoreLease | StoreDay


@dataclass(frozen=True)
class Shared:
    """All that the ledger knows: `drawn` by day, person and kind is what was settled on every day that is kept."""

    day: StoreDay | None = None
    drawn: dict[tuple[str, str, Kind], int] = field(default_factory=dict)
    leases: list[StoreLease] = field(default_factory=list)
