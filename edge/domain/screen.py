"""What the touch screen shows: a frozen snapshot that the page only reads. Words are keys here; the page has the languages."""

from dataclasses import dataclass
from enum import Enum

from contract.consent import EnrolProblem
from contract.facts import FaultCode, Refusal, Stop
from edge.domain.messages import FaceHint


class Notice(Enum):
    """The one message of the moment; the page has words and a picture for each."""

    WELCOME = "welcome"
    CHECKING = "checking"
    COME_IN = "come_in"
    REFUSED = "refused"
    GOODBYE = "goodbye"
    POUR_DONE = "pour_done"
    POUR_STOPPED = "pour_stopped"
    CHARGE_DONE = "charge_done"
    NOT_NOW = "not_now"


class PartState(Enum):
    """Of a tap or a socket, seen by the current visitor."""

    READY = "ready"
    MINE = "mine"
    TAKEN = "taken"
    OUT_OF_ORDER = "out_of_order"
    QUOTA_SPENT = "quota_spent"


@dataclass(frozen=True)
class TapView:
    """ml throughout."""

    name: str
    state: PartState
    portions_ml: tuple[int, ...]
    poured_ml: int
    target_ml: int


@dataclass(frozen=True)
class SocketView:
    name: str
    state: PartState
    watts: float | None
    energy_wh: float
    lasted_s: float


@dataclass(frozen=True)
class FaultView:
    fault: FaultCode
    part: str


class FaceStep(Enum):
    """Where the conversation about the visitor's own face stands."""

    IDLE = "idle"
    CAPTURE = "capture"
    DONE = "done"
    FAILED = "failed"
    FORGETTING = "forgetting"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class OwnFace:
    """What is stored of the visitor at the screen, and what may be asked of them. Days are ISO dates, '' for unknown.

    `ask`: the visitor may be asked; `may_enrol`: they may begin by themselves. `notice` is the version in force.
    """

    step: FaceStep
    ask: bool
    may_enrol: bool
    notice: str
    keep_days: int
    handler: str
    good: int
    wanted: int
    problem: EnrolProblem | None
    standing: str | None
    agreed_notice: str
    said_on: str
    kept: bool
    flagged: bool
    used: int
    made_on: str
    seen_on: str
    receipt: str


@dataclass(frozen=True)
class ChallengeView:
    """`turn` is "left", "right", "nod" or "front"; `say` is the key of the words to be spoken; `until` is monotonic seconds."""

    turn: str
    say: str
    done: int
    of: int
    until: float


@dataclass(frozen=True)
class AskView:
    """What must be typed after a face: "phone" (last four digits) or "pin"; `until` is monotonic seconds."""

    what: str
    until: float


@dataclass(frozen=True)
class Screen:
    """`face`, `code` and `ticket` (a code on a phone) say whether that way in works now. `visitor` is a label to greet with, or None when nobody is known.

    `notice_until` and `forgets_at` are monotonic seconds; `forgets_at` is set only while the screen warns, `face_pause_until`
    only while faces pause after too many refusals.
    """

    station: str
    name: str
    language: str
    notice: Notice
    notice_no: int
    reason: Refusal | Stop | None
    notice_until: float
    hint: FaceHint
    face: bool
    code: bool
    door: str
    visit: str | None
    visitor: str | None
    forgets_at: float | None
    water_left_ml: int
    socket_left_min: int
    taps: tuple[TapView, ...]
    sockets: tuple[SocketView, ...]
    faults: tuple[FaultView, ...]
    connected: bool
    waiting_facts: int
    clock_trusted: bool
    challenge: ChallengeView | None = None
    ask: AskView | None = None
    face_pause_until: float | None = None
    own: OwnFace | None = None
    ticket: bool = False
