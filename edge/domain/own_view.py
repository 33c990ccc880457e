"""What the screen shows of the visitor's own face: what is stored, and where the conversation about it stands."""

from dataclasses import dataclass
from enum import Enum

from contract.consent import EnrolProblem


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
    shared: tuple[tuple[str, str], ...] = ()
    """Stations to which a template was given, with the day; whether it is still here or not."""
    came: tuple[str, str] = ("", "")
    """The station that a template came from, and the day."""
