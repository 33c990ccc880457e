"""What the ledger gives back at a start."""

from dataclasses import dataclass, field

from edge.domain.face_messages import Consent
from edge.domain.messages import Kind
from edge.domain.quota import Open


@dataclass(frozen=True)
class Restored:
    """What the ledger knew at start.

    `first`..`last` are the seqs of facts on disk; `tickets`: nonce -> last second of those that were used.
    """

    epoch: str
    first: int
    last: int
    samples_epoch: str
    samples_first: int
    samples_last: int
    day: str = ""
    used: dict[tuple[str, Kind], int] = field(default_factory=dict)
    still_open: list[Open] = field(default_factory=list)
    roster: bytes | None = field(default=None, repr=False)
    tickets: dict[str, int] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
