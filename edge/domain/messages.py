"""What is posted to the core (inputs: what was sensed) and what it answers (actions: what shall be done; facts go beside them).

Times named `*_at` are monotonic seconds of this host.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from contract.config import StationConfig
from contract.facts import Fact
from contract.topics import Leaf
from edge.domain.face_messages import FaceInput, KeepOrder
from edge.domain.records import Record
from edge.domain.room_messages import LeaseHeard, RoomInput
from edge.domain.sight import AskPose, FaceCompared, FaceHinted, FacePosed, FaceVerified, LivenessChanged, LivenessJudged, VerifyFace
from edge.domain.steward_messages import StewardInput

# ---- inputs: sensed by adapters


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
    """`ahead`: inclusive ranges beyond a hole that the cloud has too."""

    epoch: str
    upto: int
    ahead: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class RosterReceived:
    """The raw document from `roster/desired`."""

    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class ConfigReceived:
    """The raw document from `cfg/desired`, of any size: who reads it looks at that first, and says so."""

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
    | LeaveAsked | MoreTimeAsked | LinkChanged | LeaseHeard | AckReceived | RosterReceived | ConfigReceived | CommandReceived | InputFaulty | GuardChanged
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


@dataclass(frozen=True)
class UseConfig:
    """The machines run with this configuration now; whoever else keeps limits of it takes them over."""

    config: StationConfig = field(repr=False)


@dataclass(frozen=True)
class Rebuild:
    """End in order, and be built anew from what the ledger says is to be tried or in force. Said until it is done."""


Action = SetOutput | DigestCode | FaceOrder | Say | Forget | UseConfig | Rebuild


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
