"""What is posted to the core (inputs: what was sensed) and what it answers (actions: what shall be done; facts go beside them).

Times named `*_at` are monotonic seconds of this host.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from contract.facts import Fact, FaultCode, Stop
from contract.leases import Kind as Kind
from contract.topics import Leaf
from edge.domain.face_messages import ConsentRecord, FaceInput, KeepOrder
from edge.domain.fridge_records import FridgeRecord
from edge.domain.lease_records import LeaseRecord
from edge.domain.loans import LoanRecord
from edge.domain.room_messages import LeaseHeard, RoomInput
from edge.domain.steward_messages import MaintenanceRecord, StewardInput

# ---- inputs: sensed by adapters


class FaceHint(Enum):
    """What the visitor can do so that the camera sees enough."""

    NONE = "none"
    CLOSER = "closer"
    LOOK_HERE = "look_here"
    TOO_DARK = "too_dark"
    ONE_AT_A_TIME = "one_at_a_time"
    HOLD_STILL = "hold_still"
    FROZEN = "frozen"


class CodeSource(Enum):
    """Where a code came from."""

    SCREEN = "screen"
    QR = "qr"
    AFTER_FACE = "after_face"
    PHONE = "phone"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True)
class ContactChanged:
    """The door contact; bounces are posted as they come."""

    closed: bool


@dataclass(frozen=True)
class ExitPressed:
    """Request-to-exit; the button itself is wired to the strike."""

    pressed: bool


@dataclass(frozen=True)
class LeaseEnded:
    """The hard timer of the gpio adapter ended an output by itself: the core should have done it before."""

    output: str


@dataclass(frozen=True)
class FaceCompared:
    """The mean of `frames` good frames of one tracked face against the gallery.

    Distances are Euclidean between unit vectors, 0..2, inf where there is nobody; `seen_at` is the first frame used.
    """

    track: int
    frames: int
    best: str | None
    best_distance: float
    second_distance: float
    gallery: int
    seen_at: float
    second: str | None = None


@dataclass(frozen=True)
class FaceVerified:
    """The answer to VerifyFace: `distance` of the mean of `frames` fresh good frames to that person, inf when not enrolled."""

    track: int
    person: str
    frames: int
    distance: float
    seen_at: float


@dataclass(frozen=True)
class FacePosed:
    """Where a tracked face looks, in eye distances: `yaw` > 0 to the person's own left, `pitch` about 0.77 straight ahead."""

    track: int
    yaw: float
    pitch: float
    seen_at: float


@dataclass(frozen=True)
class LivenessJudged:
    """How alive a face looked to one source at `at`: `live_ratio` 0..1. `track` None: to a device that sees the door as a whole."""

    source: str
    track: int | None
    live_ratio: float
    at: float


@dataclass(frozen=True)
class LivenessChanged:
    """A source of such judgements works, or does not: no model, no device, a cable."""

    source: str
    working: bool
    detail: str


@dataclass(frozen=True)
class FaceHinted:
    """Posted when the hint changes."""

    hint: FaceHint


@dataclass(frozen=True)
class QrRead:
    """Hostile text, cut at 512 characters; a code card's has a PIN in it."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class CameraChanged:
    working: bool
    detail: str


@dataclass(frozen=True)
class FacesChanged:
    """The face process answers, or does not."""

    working: bool
    detail: str


@dataclass(frozen=True)
class CodeTyped:
    """A person number and a PIN, both unchecked text."""

    number: str
    pin: str = field(repr=False)
    source: CodeSource = CodeSource.SCREEN


@dataclass(frozen=True)
class AnswerTyped:
    """What the screen asked for after a face: the last four digits of the phone number, or the PIN. Unchecked text."""

    digits: str = field(repr=False)


@dataclass(frozen=True)
class CodeDigested:
    """The digest (64 hexadecimal digits) of a code under the roster's salt; `typed_at` is when the code came in."""

    number: str
    digest: str = field(repr=False)
    source: CodeSource
    typed_at: float


@dataclass(frozen=True)
class LeaveAsked:
    """The visitor says goodbye at the screen."""


@dataclass(frozen=True)
class MoreTimeAsked:
    """Any touch while the screen warns."""


@dataclass(frozen=True)
class LinkChanged:
    connected: bool
    detail: str


@dataclass(frozen=True)
class AckReceived:
    epoch: str
    upto: int


@dataclass(frozen=True)
class RosterReceived:
    """The raw document from `roster/desired`."""

    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class CommandReceived:
    """The raw document from `cmd`."""

    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class InputFaulty:
    """Something from outside that an adapter could not even pass on: too large, not of its form. `reason` quotes no content."""

    source: str
    reason: str


@dataclass(frozen=True)
class GuardChanged:
    """The guard process answers, or does not."""

    alive: bool


@dataclass(frozen=True)
class ExpanderChanged:
    """Expanders answer to `source` ("outputs" or "contacts"), or do not."""

    source: str
    working: bool
    detail: str


@dataclass(frozen=True)
class WallClockRead:
    """`at` of the wall clock and whether the operating system says that it is synchronised."""

    at: datetime
    synchronised: bool


@dataclass(frozen=True)
class StoreChanged:
    """The ledger: `working` when facts can be written, `low` when only the reserve is left."""

    working: bool
    low: bool
    detail: str = ""


Input = (
    ContactChanged | ExitPressed | RoomInput | StewardInput | LeaseEnded | FaceCompared | FaceHinted | QrRead
    | FaceVerified | FacePosed | LivenessJudged | LivenessChanged | AnswerTyped | FaceInput
    | CameraChanged | FacesChanged | CodeTyped | CodeDigested
    | LeaveAsked | MoreTimeAsked | LinkChanged | LeaseHeard | AckReceived | RosterReceived | CommandReceived | InputFaulty | GuardChanged
    | WallClockRead | StoreChanged | ExpanderChanged
)

Post = Callable[[Input], None]
"""Thread-safe; never blocks, never raises."""

# ---- actions: applied by adapters


@dataclass(frozen=True)
class SetOutput:
    """Drive one output of the safe-state table. Off is applied before, on after the step's facts are stored.

    `emergency`: this on saves people (the strike at a fire alarm). It is applied at once, after the offs, and needs no disk.
    """

    output: str
    on: bool
    emergency: bool = False


@dataclass(frozen=True)
class DigestCode:
    """Compute a digest away from the deciding thread and post CodeDigested."""

    number: str
    pin: str = field(repr=False)
    salt: str
    source: CodeSource
    typed_at: float


@dataclass(frozen=True)
class VerifyFace:
    """Compare fresh frames of this track (None: whoever is there) with one person and post FaceVerified."""

    person: str
    track: int | None


@dataclass(frozen=True)
class AskPose:
    """Post FacePosed for this track, or stop."""

    track: int
    on: bool


FaceOrder = VerifyFace | AskPose | KeepOrder
"""What the face process may be asked."""


@dataclass(frozen=True)
class Say:
    """Publish a retained or passing document that is not a fact: `state`, `roster/reported`, `cmd/reply`."""

    leaf: Leaf
    payload: bytes = field(repr=False)


@dataclass(frozen=True)
class Forget:
    """Rows of this epoch up to and including `upto` were committed by the cloud."""

    epoch: str
    upto: int


Action = SetOutput | DigestCode | FaceOrder | Say | Forget

# ---- records: ledger rows that are written in one transaction with the facts


@dataclass(frozen=True)
class Reserve:
    """Amount set aside for a session before anything is switched on. `day` is the quota day, ISO date; days before `keep_from` may be forgotten."""

    session: str
    person: str
    kind: Kind
    part: str
    day: str
    amount: int
    keep_from: str = ""


@dataclass(frozen=True)
class Settle:
    """What the session took in the end; the rest goes back."""

    session: str
    amount: int
    stop: Stop


@dataclass(frozen=True)
class Progress:
    """How far a session is, so that a power cut costs the visitor little: whole ml or minutes so far, and Wh where energy is measured."""

    session: str
    amount: int
    energy_wh: float | None = None


@dataclass(frozen=True)
class StoreRoster:
    """The roster now in force."""

    version: int
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class UseTicket:
    """A ticket that opened the door: never again. `nonce` in hexadecimal digits; after `last_s` (UTC s) it is over anyway."""

    nonce: str
    last_s: int


@dataclass(frozen=True)
class KeepTries:
    """Replaces the wrong tries that were stored: whose they were, oldest first."""

    numbers: tuple[str, ...]


@dataclass(frozen=True)
class StoreCare:
    """What was done for the water last. Days are ISO dates, '' for never; `*_told`: a person said so, otherwise the first day known."""

    filter_day: str = ""
    filter_told: bool = False
    drawn_ml: int = 0
    test_day: str = ""
    test_told: bool = False
    passed: bool = True
    drawn_day: str = ""


@dataclass(frozen=True)
class StoreFault:
    """A fault stands, and will after a restart."""

    fault: FaultCode
    part: str
    detail: str


@dataclass(frozen=True)
class StoreRun:
    """An amenity runs. `person` None: because somebody is inside."""

    run: str
    amenity: str
    person: str | None


@dataclass(frozen=True)
class DropRun:
    """It ended, and its fact is in the same transaction."""

    run: str


@dataclass(frozen=True)
class DropFault:
    """It stands no more."""

    fault: FaultCode
    part: str


Record = (
    StoreCare | StoreFault | DropFault | StoreRun | DropRun | Reserve | Settle
    | Progress | StoreRoster | UseTicket | KeepTries | ConsentRecord | LoanRecord | FridgeRecord | LeaseRecord | MaintenanceRecord
)


@dataclass
class Effects:
    """What one step brings about."""

    actions: list[Action] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    def add(self, other: "Effects") -> None:
        """Append another's, in order."""
        self.actions += other.actions
        self.facts += other.facts
        self.records += other.records
