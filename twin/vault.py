"""Stands for the vault of the face process in a scenario: who is held, without a template. It outlives the agent, as a file does."""

from dataclasses import dataclass, field
from hashlib import sha256
from math import inf

from contract.consent import ConsentBy, EnrolProblem
from edge.domain.face_messages import (
    EnrolFace,
    EnrolFailed,
    EnrolProgressed,
    FaceErased,
    FaceSealed,
    FacesHeld,
    ForgetFace,
    HeldFace,
    KeepOrder,
    NoteVisit,
    StopEnrolling,
    Transfer,
)
from edge.domain.messages import Post

WANTED = 5


@dataclass
class TwinVault:
    """`away`: the face process does not answer. `enrolling`: what it was asked to take images for."""

    held: dict[str, HeldFace] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()
    away: bool = False
    enrolling: EnrolFace | None = None
    seals: int = 0
    visits: list[NoteVisit] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    invited: set[str] = field(default_factory=set)
    _post: Post = field(default=lambda heard: None, repr=False)

    def joined(self, post: Post) -> None:
        """A new face process tells a new agent what it holds."""
        self._post, self.enrolling = post, None
        self.report()

    def report(self) -> None:
        """As at a start, and after each change from outside."""
        if not self.away:
            self._post(FacesHeld(tuple(self.held.values()), tuple(self.receipts.items()), self.damaged, True, True, tuple(self.transfers)))

    def order(self, asked: KeepOrder) -> None:
        """As the face process takes it."""
        if self.away:
            return
        match asked:
            case EnrolFace():
                self.enrolling = asked
            case StopEnrolling():
                self.enrolling = None
            case ForgetFace(person):
                self._post(FaceErased(person, self._erase(person)))
            case NoteVisit():
                self.visits.append(asked)

    def takes(self, good: int) -> None:
        """So many good images."""
        assert self.enrolling
        self._post(EnrolProgressed(self.enrolling.person, good, WANTED))

    def seals_it(self, nearest: float = inf, told: bool = True) -> None:
        """Enough of them; not `told`: the process dies before it can say so."""
        order, self.enrolling = self.enrolling, None
        assert order
        self.seals += 1
        flagged = nearest < order.too_close
        self.held[order.person] = HeldFace(
            order.person, self.seals, ConsentBy.VISITOR, order.notice, order.language, WANTED, flagged, order.day, order.day
        )
        if told:
            self._post(FaceSealed(order.person, self.seals, WANTED, nearest, flagged, "twin"))

    def fails(self, reason: EnrolProblem) -> None:
        """Nothing is kept."""
        order, self.enrolling = self.enrolling, None
        assert order
        self._post(EnrolFailed(order.person, reason))

    def operator_enrols(self, person: str, day: str = "2026-11-21") -> None:
        """On the spot, by the command line, with a consent on paper."""
        self.seals += 1
        self.held[person] = HeldFace(person, self.seals, ConsentBy.OPERATOR, "0badcafe0001", "zh", 3, False, day, day)
        self.report()

    def operator_takes_in(self, person: str, source: str = "st-9", said_on: str = "2026-11-21") -> None:
        """A template that came from another station, with a consent on paper for this one."""
        self.seals += 1
        notice = "0badcafe0002"
        self.held[person] = HeldFace(person, self.seals, ConsentBy.ELSEWHERE, notice, "zh", 5, False, "2026-11-01", said_on, said_on)
        self._moved(person, source, False, notice, said_on)

    def operator_hands_over(self, person: str, destination: str, day: str = "2026-11-21") -> None:
        """A copy for another station."""
        self._moved(person, destination, True, "0badcafe0002", day)

    def operator_forgets(self, person: str) -> None:
        """On the spot, by the command line."""
        self._erase(person)
        self.report()

    def _moved(self, person: str, station: str, given: bool, notice: str, day: str) -> None:
        number = sha256(f"{person} {station} {len(self.transfers)}".encode()).hexdigest()[:32]
        self.transfers.append(Transfer(number, person, station, given, notice, day))
        self.report()

    def _erase(self, person: str) -> str:
        self.invited.discard(person)
        if self.held.pop(person, None):
            self.receipts[person] = sha256(f"{person} {self.seals}".encode()).hexdigest()[:32]
        return self.receipts.get(person, "")
