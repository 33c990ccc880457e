"""What the ledger gives back at a start."""

from dataclasses import dataclass, field

from contract.leases import Kind
from contract.trust import Root
from edge.domain.audit import BEGIN
from edge.domain.config_records import StoreConfig
from edge.domain.face_messages import Consent, Transfer
from edge.domain.fridge_records import FridgeKept
from edge.domain.lease_records import Shared
from edge.domain.loans import Loan
from edge.domain.quota import Open
from edge.domain.records import StoreCare, StoreFault, StoreRun
from edge.domain.steward_messages import StoreMaintenance


@dataclass(frozen=True)
class Restored:
    """What the ledger knew at start.

    `first`..`last` are the seqs of facts on disk, `alarms` those that are alarms; `tickets`: nonce -> last second of those that were used;
    `tries`: whose the wrong tries were that still counted, oldest first; `audit`: number and hash of the newest entry; `unlocks`: how many s ago each
    remote unlock was; `root`: raw, `trusted`: the same as read; `given`: root or configuration come from files beside the ledger, and are to be
    stored with the first step.
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
    transfers: list[Transfer] = field(default_factory=list)
    tries: tuple[str, ...] = ()
    fridge: FridgeKept = field(default_factory=FridgeKept)
    faults: list[StoreFault] = field(default_factory=list)
    care: StoreCare | None = None
    runs: list[StoreRun] = field(default_factory=list)
    maintenance: list[StoreMaintenance] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)
    shared: Shared = field(default_factory=Shared)
    alarms: tuple[int, ...] = ()
    root: bytes | None = field(default=None, repr=False)
    config: StoreConfig | None = None
    trusted: Root | None = None
    given: bool = False
    audit: tuple[int, str] = (0, BEGIN)
    unlocks: tuple[int, ...] = ()
