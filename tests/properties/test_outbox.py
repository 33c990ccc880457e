"""An outbox lane over a line that loses, repeats and breaks: in order, within the window, forgotten only when the cloud has it."""

from __future__ import annotations

from collections import deque

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from edge.domain.outbox import RETRY_LONGEST_S, WINDOW, Outbox
from tests.properties.amount import machine

EPOCH, OTHER = "0000000a", "0000000b"


class Rows(RuleBasedStateMachine):
    """The station's side. `disk` holds the rows; `line` is under way to the cloud; `acks` under way back; `cloud` what it committed."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox, self.now = Outbox(EPOCH, 1, 0), 1000.0
        self.disk: list[int] = []
        self.stored, self.dropped = 0, 0
        self.line: deque[tuple[int, int]] = deque()
        self.acks: deque[tuple[str, int]] = deque()
        self.cloud, self.committed = 0, []
        self.next = 1

    @rule(count=st.integers(1, 90))
    def store(self, count: int) -> None:
        for _ in range(count):
            self.stored += 1
            self.disk.append(self.stored)
            self.outbox.stored(self.stored)

    @rule(taken=st.integers(0, 80))
    def send(self, taken: int) -> None:
        """The link takes some rows of what is wanted, then none."""
        after, count = self.outbox.wanted(self.now)
        assert count == 0 or self.outbox.connected
        rows = [seq for seq in self.disk if seq > after][:count]
        assert len(rows) == count, "rows are wanted that are not there"
        for seq in rows[:taken]:
            assert seq in (self.next, self.outbox.first), "out of order within a round"
            assert seq < self.outbox.first + WINDOW
            self.line.append((seq, self.outbox.first))
            self.outbox.sent(seq, self.now)
            self.next = seq + 1

    @rule(seconds=st.sampled_from([0.0, 1.0, 9.0, 10.0, 130.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(keep=st.integers(1, 200))
    def thin(self, keep: int) -> None:
        """Samples only: the oldest are given up."""
        first = max(1, self.stored - keep + 1)
        self.disk = [seq for seq in self.disk if seq >= first]
        self.dropped = max(self.dropped, first - 1)
        self.outbox.dropped(first)

    @rule()
    def restart(self) -> None:
        first = self.disk[0] if self.disk else self.stored + 1
        self.outbox = Outbox(EPOCH, first, self.stored)
        self.line.clear()


class Line(Rows):
    """Broker and cloud."""

    @rule(connected=st.booleans())
    def link(self, connected: bool) -> None:
        self.outbox.link(connected)
        self.line.clear()

    @rule(count=st.integers(0, 60))
    def lose(self, count: int) -> None:
        for _ in range(min(count, len(self.line))):
            self.line.popleft()

    @rule(count=st.integers(1, 100), twice=st.booleans())
    def arrive(self, count: int, twice: bool) -> None:
        for _ in range(min(count, len(self.line))):
            seq, base = self.line.popleft()
            for _ in range(1 + twice):
                self.commit(seq, base)
            self.acks.append((EPOCH, self.cloud))

    def commit(self, seq: int, base: int) -> None:
        """`base` tells what was given up or acknowledged; a gap above it is not committed, it will come again."""
        self.cloud = max(self.cloud, base - 1)
        if seq == self.cloud + 1:
            self.cloud = seq
            self.committed.append(seq)

    @rule(count=st.integers(1, 20))
    def hear(self, count: int) -> None:
        for _ in range(min(count, len(self.acks))):
            self.acknowledge(*self.acks.popleft())

    @rule(data=st.data())
    def hear_an_old_one(self, data: st.DataObject) -> None:
        self.acknowledge(EPOCH, data.draw(st.integers(0, self.cloud)))

    @rule(epoch=st.sampled_from([EPOCH, OTHER]), far=st.integers(1, 10**9))
    def hear_nonsense(self, epoch: str, far: int) -> None:
        """Of another database, or more than was ever written: not believed."""
        upto = self.stored + far if epoch == EPOCH else far % (self.stored + 2)
        assert self.outbox.acknowledged(epoch, upto, self.now) is None

    def acknowledge(self, epoch: str, upto: int) -> None:
        forget = self.outbox.acknowledged(epoch, upto, self.now)
        if forget is not None:
            assert forget <= self.cloud, "forgotten before the cloud had it"
            self.disk = [seq for seq in self.disk if seq > forget]


class OutboxMachine(Line):
    """What must hold."""

    @invariant()
    def it_knows_what_is_on_disk(self) -> None:
        assert (self.outbox.first, self.outbox.last) == (self.disk[0] if self.disk else self.stored + 1, self.stored)
        assert self.outbox.waiting() == len(self.disk)

    @invariant()
    def the_window_is_kept(self) -> None:
        after, count = self.outbox.wanted(self.now)
        assert 0 <= count <= WINDOW and after + count - self.outbox.first + 1 <= WINDOW
        assert self.outbox.first - 1 <= after <= self.outbox.last

    @invariant()
    def nothing_is_lost(self) -> None:
        """What the cloud did not commit is on disk, or was given up on purpose."""
        missing = set(range(1, self.stored + 1)) - set(self.committed)
        assert all(seq in self.disk or seq <= self.dropped for seq in missing)
        assert self.committed == sorted(set(self.committed)), "twice, or out of order"

    def teardown(self) -> None:
        """With a line that works, everything arrives within bounded time, whatever was before."""
        self.link(False)
        self.link(True)
        for _ in range(self.stored // WINDOW + 4):
            self.send(WINDOW)
            self.arrive(WINDOW, False)
            self.hear(10_000)
            self.now += RETRY_LONGEST_S
        assert self.outbox.waiting() == 0 and self.cloud == self.stored


TestOutbox = OutboxMachine.TestCase
TestOutbox.settings = machine()
