"""What surrounds a station on one thread: a broker with a cloud behind it that commits and acknowledges, a guard, digests, faces.

Each fits the same port as the real adapter and runs no thread, so that a scenario has one order of events.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from contract.configuration import ConfigReport
from contract.envelope import Ack, FactEnvelope, SamplesEnvelope, decode
from contract.leases import QuotaAsk, QuotaReturned
from contract.model import Model
from contract.packing import unpack
from contract.roster import code_digest
from contract.state import State
from contract.topics import Leaf, parse
from edge.domain.messages import (
    AckReceived,
    CodeDigested,
    CommandReceived,
    ConfigReceived,
    DigestCode,
    FaceOrder,
    GuardChanged,
    Input,
    LinkChanged,
    Post,
    RosterReceived,
)
from edge.domain.ranges import Ranges
from edge.domain.room_messages import LeaseHeard
from edge.domain.safe_state import Output
from edge.guard.lines import Line, SafeLines
from twin.leases import TwinAccount

E = TypeVar("E", FactEnvelope, SamplesEnvelope)
F = TypeVar("F", bound=Model)


def _nobody(heard: Input) -> None:
    """Before anybody joined."""


class TwinCloud:
    """Behind a perfect broker: validates, throws away repetitions, commits in any order, acknowledges with what is beyond a hole.

    `stop` cuts the line. `acknowledges = False`: it commits and its acknowledgements are lost. `hears = False`: the broker takes
    messages and loses them. `new_database`: it knows nothing any more.
    """

    def __init__(self, account: TwinAccount | None = None) -> None:
        """`account`: of quotas that stations share; several stations may be given one."""
        self._post: Post = _nobody
        self.account = account or TwinAccount()
        self.connected = False
        self.away = False
        self.acknowledges = self.hears = True
        self.facts: list[FactEnvelope] = []
        self.samples: list[SamplesEnvelope] = []
        self.states: list[State] = []
        self.said: list[tuple[Leaf, bytes]] = []
        self.desired = b""
        self.reports: list[ConfigReport] = []
        self.repeated = 0
        self._upto: dict[str, int] = {}
        self._beyond: dict[str, Ranges] = {}

    def joined(self, post: Post) -> "TwinCloud":
        """A station's new agent uses this link."""
        self._post = post
        return self

    def start(self) -> None:
        """Come up."""
        self.connected, self.away = True, False
        self._post(LinkChanged(True, "twin"))
        if self.desired:
            self._post(ConfigReceived(self.desired))

    def stop(self) -> None:
        """Go away, until start()."""
        self.connected, self.away = False, True
        self._post(LinkChanged(False, "twin: away"))

    def send(self, name: str, payload: bytes, qos: int, retain: bool) -> bool:
        """As the link does."""
        if not self.connected:
            return False
        if not self.hears:
            return True
        _, leaf = parse(name)
        self.said.append((leaf, payload))
        if leaf is Leaf.STATE:
            self.states.append(State.model_validate_json(payload))
        elif leaf is Leaf.CFG_REPORTED:
            self.reports.append(ConfigReport.model_validate_json(payload))
        elif leaf in (Leaf.EVT, Leaf.ALARM):
            self._take(decode(payload, FactEnvelope), self.facts)
        elif leaf is Leaf.QUOTA_ASK and self.account.answers:
            self._post(LeaseHeard(self.account.grant(QuotaAsk.model_validate_json(payload))))
        elif leaf is Leaf.TELE:
            self._take(decode(unpack(payload), SamplesEnvelope), self.samples)
        return True

    def new_database(self) -> None:
        """Restored from nothing: what was committed is gone, and nobody told the stations."""
        self.facts, self.samples, self._upto, self._beyond = [], [], {}, {}

    def push_roster(self, raw: bytes) -> None:
        """As a retained message."""
        self._post(RosterReceived(raw))

    def push_config(self, raw: bytes) -> None:
        """Retained: whoever connects hears it."""
        self.desired = raw
        if self.connected:
            self._post(ConfigReceived(raw))

    def push_command(self, raw: bytes) -> None:
        """As a passing message."""
        self._post(CommandReceived(raw))

    def kinds(self) -> list[str]:
        """Of all facts in the order in which they were committed."""
        return [envelope.data.kind for envelope in self.facts]

    def of(self, kind: type[F]) -> list[F]:
        """Facts of one kind."""
        return [envelope.data for envelope in self.facts if isinstance(envelope.data, kind)]

    def _take(self, envelope: E, kept: list[E]) -> None:
        known = max(self._upto.get(envelope.epoch, 0), envelope.base - 1)
        beyond = self._beyond.setdefault(envelope.epoch, Ranges())
        if envelope.seq <= known or beyond.has(envelope.seq):
            self.repeated += 1
        else:
            kept.append(envelope)
            beyond.add(envelope.seq, envelope.seq)
            if isinstance(envelope.data, QuotaReturned):
                self.account.take_back(envelope.epoch, envelope.data)
        known = beyond.next_free(known + 1) - 1
        beyond.remove(0, known)
        self._upto[envelope.epoch] = known
        if self.acknowledges:
            ack = Ack(epoch=envelope.epoch, upto=known, ahead=tuple(beyond)[:-9:-1])
            self._post(AckReceived(ack.epoch, ack.upto, ack.ahead))


class TwinGuard:
    """A guard that answers, and that makes the outputs of a dead agent safe with the real guard's own hands."""

    def __init__(self, pins: Callable[[], Any]) -> None:
        """`pins` opens a pin factory of its own, as of another process."""
        self._post: Post = _nobody
        self._outputs: list[Line] = []
        self._lines = SafeLines(pins)
        self.beats = 0

    def joined(self, outputs: list[Output], post: Post) -> "TwinGuard":
        """A station's new agent talks to this guard."""
        self._post = post
        self._outputs = [Line(output.name, output.pin, output.active_high) for output in outputs]
        return self

    def start(self) -> None:
        """Greets: the lines are the agent's."""
        self._lines.give_back()
        self._post(GuardChanged(True))

    def stop(self) -> None:
        """Nothing to end."""

    def beat(self) -> None:
        """Counted."""
        self.beats += 1

    def make_safe(self) -> None:
        """The agent was silent for too long."""
        self._lines.demand(self._outputs)


class DirectDigests:
    """Computes at once, and each code once: a digest takes 20 ms."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._digest = cache(code_digest)

    def start(self) -> None:
        """Nothing to begin."""

    def stop(self) -> None:
        """Nothing to end."""

    def submit(self, asked: DigestCode) -> None:
        """Posts the digest."""
        digest = self._digest(asked.salt, asked.number, asked.pin)
        self._post(CodeDigested(asked.number, digest, asked.source, asked.typed_at))


class NoFaces:
    """Whoever plays the people posts what a camera would have seen."""

    def __init__(self, ready: Callable[[], None] = lambda: None) -> None:
        self._ready = ready

    def start(self) -> None:
        """The camera works."""
        self._ready()

    def stop(self) -> None:
        """Nothing to end."""

    def preview(self) -> bytes | None:
        """No picture."""
        return None

    def order(self, asked: FaceOrder) -> None:
        """Nobody is there to be asked."""
