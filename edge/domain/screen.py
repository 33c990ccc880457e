"""What the touch screen shows: a frozen snapshot that the page only reads. Words are keys here; the page has the languages."""

from dataclasses import dataclass
from enum import Enum

from contract.facts import FaultCode, Refusal, Stop
from edge.domain.own_view import OwnFace
from edge.domain.sight import FaceHint
from edge.domain.steward_view import StewardView


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
    FRIDGE_OPEN = "fridge_open"
    FRIDGE_CLOSE = "fridge_close"
    FRIDGE_DONE = "fridge_done"
    FRIDGE_OVER = "fridge_over"
    FRIDGE_LEFT = "fridge_left"
    CHARGE_SOON = "charge_soon"
    QUEUED = "queued"
    SOCKET_HELD = "socket_held"
    QUEUE_MISSED = "queue_missed"
    BANK_TAKE = "bank_take"
    BANK_LENT = "bank_lent"
    BANK_PUT = "bank_put"
    BANK_BACK = "bank_back"
    BANK_LEFT = "bank_left"
    MAINTENANCE_ON = "maintenance_on"
    MAINTENANCE_SOON = "maintenance_soon"
    MAINTENANCE_OVER = "maintenance_over"
    STEWARD_DONE = "steward_done"
    UNLOCKED = "unlocked"


class Announce(Enum):
    """What the page says aloud and shows large, until it is over. The gravest first."""

    FIRE = "fire"
    FIRE_OVER = "fire_over"
    SMOKE = "smoke"
    WELFARE = "welfare"
    CLOSE_DOOR = "close_door"


class PartState(Enum):
    """Of a tap or a socket, seen by the current visitor."""

    READY = "ready"
    MINE = "mine"
    TAKEN = "taken"
    RESTING = "resting"
    OUT_OF_ORDER = "out_of_order"
    QUOTA_SPENT = "quota_spent"


@dataclass(frozen=True)
class TapView:
    """ml throughout. A hot tap wants HotUnlockAsked first; `unlocked_until` (monotonic s) while that counts."""

    name: str
    state: PartState
    portions_ml: tuple[int, ...]
    poured_ml: int
    target_ml: int
    hot: bool = False
    unlocked_until: float | None = None


@dataclass(frozen=True)
class SocketView:
    name: str
    state: PartState
    watts: float | None
    energy_wh: float
    lasted_s: float
    held: bool = False
    """For the visitor at the screen, who waited for it."""
    held_until: float | None = None
    ends_at: float | None = None
    """Set when the end was told, because others wait. Both in monotonic s."""


@dataclass(frozen=True)
class CallView:
    """A socket that is held for who waited longest; `label` is who is called, `until` monotonic s."""

    socket: str
    label: str
    until: float


@dataclass(frozen=True)
class WaitingView:
    """How many wait for a socket; the visitor's own place (1 is next) and the longest that it can take, s; None for not known."""

    people: int
    place: int | None
    wait_s: int | None
    calls: tuple[CallView, ...]


@dataclass(frozen=True)
class LoanView:
    """The visitor's power bank; `left_s` is below zero when it is overdue."""

    slot: str
    left_s: int
    overdue: bool


@dataclass(frozen=True)
class LendingView:
    """How many banks can be lent and how many slots take one; which slot is open, until when (monotonic s)."""

    there: int
    free: int
    open_slot: str | None
    open_until: float | None
    mine: LoanView | None


@dataclass(frozen=True)
class WaterView:
    """Filter and test of all taps. Days and ml left are None where nothing is watched or known, below 0 when overdue; `tested_on` ISO date or ''."""

    filter_days_left: int | None
    filter_left_ml: int | None
    filter_known: bool
    tested_on: str
    test_days_left: int | None
    test_known: bool
    test_passed: bool


@dataclass(frozen=True)
class AmenityView:
    """`label_zh`, `label_en` are configured words; `until`, `rests_until` monotonic seconds, None for never. `by_itself`: because somebody is inside."""

    name: str
    label_zh: str
    label_en: str
    icon: str
    state: PartState
    running: bool
    by_itself: bool
    until: float | None
    rests_until: float | None


@dataclass(frozen=True)
class ShelfView:
    """`expires`: the last day, ISO, '' for not known. `expired`: past it, must not be taken; `offered`: may be."""

    name: str
    item: str
    count: int
    lot: str
    expires: str
    offered: bool
    expired: bool


@dataclass(frozen=True)
class FridgeView:
    """`left`: pieces that the visitor may take today. `celsius` None: nobody knows. `blocked`: why nothing is given out."""

    state: PartState
    shelves: tuple[ShelfView, ...]
    left: int
    celsius: float | None
    blocked: FaultCode | None
    open: bool


@dataclass(frozen=True)
class ShareView:
    """Where stations share a quota: what the visitor could still draw here if the line to the cloud went now. Words: `share.offline.{what}`."""

    what: str
    offline_left: int


@dataclass(frozen=True)
class FaultView:
    fault: FaultCode
    part: str


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
    amenities: tuple[AmenityView, ...] = ()
    shares: tuple[ShareView, ...] = ()
    waiting: WaitingView | None = None
    lending: LendingView | None = None
    fridge: FridgeView | None = None
    water: WaterView | None = None
    announce: Announce | None = None
    steward: StewardView | None = None
    opens: str | None = None
    """Local date and hour (`2026-11-23T06:00`) at which visitors are let in again; None while they are."""
