"""An outbox over a line that loses, repeats, delays, reorders and breaks: nothing lost or twice, deleted only when the cloud has it.

`Cloud` is the smallest cloud there can be: it commits any seq and answers with what lies below the first hole, and with islands beyond.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from edge.domain.outbox import FACTS, PATIENCE, RETRY_LONGEST_S, WINDOW, Outbox
from edge.domain.pace import Pace
from edge.domain.ranges import Ranges
from tests.properties.amount import machine, plain

EPOCH, OTHER = "0000000a", "0000000b"
PER_S = 200.0
BURST = PER_S / 4
PICK = st.integers(0, 10**6)
Answer = tuple[str, int, tuple[tuple[int, int], ...]]


class Cloud:
    """What it committed, and what it says of it. `ahead` tells at most eight islands, the newest first."""

    def __init__(self) -> None:
        self.has: set[int] = set()
        self.known, self.twice = 0, 0

    def take(self, seq: int, base: int) -> Answer:
        self.twice += seq in self.has
        self.has.add(seq)
        self.known = max(self.known, base - 1)
        while self.known + 1 in self.has:
            self.known += 1
        return EPOCH, self.known, tuple(self.islands()[-1:-9:-1])

    def islands(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for seq in sorted(seq for seq in self.has if seq > self.known):
            found[-1:] = [(found[-1][0], seq)] if found and seq == found[-1][1] + 1 else [*found[-1:], (seq, seq)]
        return found


class Rows(RuleBasedStateMachine):
    """The station's side. `disk` holds the rows; `line` is under way to the cloud; `answers` under way back."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.began = 1000.0, 1000.0
        self.outbox = Outbox(EPOCH, 1, 0, pace=Pace(PER_S))
        self.disk: dict[int, bool] = {}
        self.stored = 0
        self.gone: set[int] = set()
        self.line: list[tuple[int, int]] = []
        self.answers: list[Answer] = []
        self.cloud = Cloud()
        self.live_from, self.backfilled = 1, 0

    @rule(alarms=st.lists(st.sampled_from([False, False, False, True]), min_size=1, max_size=90))
    def store(self, alarms: list[bool]) -> None:
        for alarm in alarms:
            self.stored += 1
            self.disk[self.stored] = alarm
            self.outbox.stored(self.stored, alarm)

    @rule()
    def store_many(self) -> None:
        self.store([False] * 500)

    @rule(taken=st.integers(0, 80))
    def send(self, taken: int) -> None:
        """The link takes some of the rows that are wanted, then none."""
        wanted = self.outbox.wanted(self.now)
        assert not wanted or self.outbox.connected
        for seq in wanted[:taken]:
            self.line.append((seq, self.outbox.first))
            self.outbox.sent(seq, self.now)
            self.backfilled += seq < self.live_from and not self.disk[seq]

    @rule(seconds=st.sampled_from([0.0, 0.05, 1.0, 9.0, 10.0, 130.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(keep=st.integers(1, 200))
    def drop(self, keep: int) -> None:
        """Samples only: the oldest are given up."""
        first = max(1, self.stored - keep + 1)
        self.gone |= {seq for seq in self.disk if seq < first}
        self.disk = {seq: alarm for seq, alarm in self.disk.items() if seq >= first}
        self.outbox.dropped(first)

    @rule()
    def restart(self) -> None:
        """What was under way may still arrive."""
        first = min(self.disk, default=self.stored + 1)
        alarms = [seq for seq, alarm in self.disk.items() if alarm]
        self.outbox = Outbox(EPOCH, first, self.stored, alarms, Pace(PER_S))
        self.backfilled, self.began = 0, self.now

    @rule()
    def hold(self) -> None:
        self.outbox.hold()

    @rule()
    def release(self) -> None:
        self.outbox.release()


class Line(Rows):
    """Broker and cloud."""

    @rule(connected=st.sampled_from([True, True, False]))
    def link(self, connected: bool) -> None:
        self.outbox.link(connected)
        self.begin()

    @rule()
    def rebirth(self) -> None:
        self.outbox.rewind()
        self.begin()

    def begin(self) -> None:
        waiting = self.outbox.waiting()
        self.live_from = self.outbox.first if waiting <= WINDOW else self.stored + 1

    @rule(picks=st.lists(PICK, max_size=20))
    def lose(self, picks: list[int]) -> None:
        for pick in picks[: len(self.line)]:
            del self.line[pick % len(self.line)]

    @rule(picks=st.lists(PICK, max_size=20))
    def lose_answers(self, picks: list[int]) -> None:
        for pick in picks[: len(self.answers)]:
            del self.answers[pick % len(self.answers)]

    @rule(picks=st.lists(PICK, max_size=40), again=st.booleans())
    def arrive_anyhow(self, picks: list[int], again: bool) -> None:
        """Out of order; what arrives twice arrives later once more."""
        for pick in picks[: len(self.line)]:
            message = self.line[pick % len(self.line)] if again else self.line.pop(pick % len(self.line))
            self.answers.append(self.cloud.take(*message))

    @rule()
    def arrive(self) -> None:
        self.answers += [self.cloud.take(*message) for message in self.line]
        self.line.clear()

    @rule(picks=st.lists(PICK, max_size=30), again=st.booleans())
    def hear_anyhow(self, picks: list[int], again: bool) -> None:
        for pick in picks[: len(self.answers)]:
            self.acknowledge(self.answers[pick % len(self.answers)] if again else self.answers.pop(pick % len(self.answers)))

    @rule()
    def hear(self) -> None:
        while self.answers:
            self.acknowledge(self.answers.pop(0))

    @rule(forgets=st.booleans())
    def a_hole(self, forgets: bool) -> None:
        """The oldest is lost and what follows is not, and perhaps the cloud then forgets it all."""
        self.send(WINDOW)
        del self.line[:1]
        self.arrive()
        self.hear()
        if forgets:
            self.the_cloud_forgets()

    @rule(epoch=st.sampled_from([EPOCH, OTHER]), far=st.integers(1, 10**9))
    def hear_nonsense(self, epoch: str, far: int) -> None:
        """Of another database, or more than was ever written: not believed."""
        upto = self.stored + far if epoch == EPOCH else far % (self.stored + 2)
        assert self.outbox.acknowledged(epoch, upto, ((1, upto),), self.now) is None

    @rule()
    def the_cloud_forgets(self) -> None:
        """Restored from nothing, while everything else goes on; what it acknowledged for good is gone with it."""
        self.gone |= self.cloud.has - set(self.disk)
        self.cloud = Cloud()
        self.answers.clear()

    def acknowledge(self, answer: Answer) -> None:
        forget = self.outbox.acknowledged(*answer, self.now)
        if forget is not None:
            going = [seq for seq in self.disk if seq <= forget]
            assert all(seq in self.cloud.has for seq in going), "deleted before the cloud had it"
            for seq in going:
                del self.disk[seq]


class OutboxMachine(Line):
    """What must hold."""

    @invariant()
    def it_knows_what_is_on_disk(self) -> None:
        assert (self.outbox.first, self.outbox.last) == (min(self.disk, default=self.stored + 1), self.stored)
        assert self.outbox.waiting() == len(self.disk)

    @invariant()
    def nothing_is_lost(self) -> None:
        """What the cloud did not commit is on disk, or was given up on purpose."""
        assert set(range(1, self.stored + 1)) <= self.cloud.has | set(self.disk) | self.gone

    @invariant()
    def the_window_has_room_for_what_is_new(self) -> None:
        """What is left out though it is new is so for something that is new too; an alarm, only for a full window."""
        wanted = self.outbox.wanted(self.now)
        away = self.outbox._away
        assert len(set(wanted)) == len(wanted) and not set(wanted) & set(away)
        assert all(seq in self.disk for seq in wanted)
        lanes = [lane.value for _, lane in away.values()]
        assert len(lanes) + len(wanted) <= WINDOW
        back = lanes.count("backfill") + sum(seq < self.live_from and not self.disk[seq] for seq in wanted)
        assert back <= FACTS.backfill
        if not self.outbox.connected or self.outbox._held_from <= self.stored:
            return
        left = self.outbox._free(self.live_from, self.stored, WINDOW + 1, wanted)
        assert not left or len(away) + len(wanted) - back >= FACTS.calm - FACTS.backfill
        waiting_alarms = [seq for seq in self.outbox._due if seq not in wanted]
        assert not waiting_alarms or len(away) + len(wanted) == WINDOW

    @invariant()
    def a_backlog_keeps_its_pace(self) -> None:
        assert self.backfilled <= BURST + PER_S * (self.now - self.began) + 1

    def teardown(self) -> None:
        """With a line that works from now on, everything arrives within bounded time, whatever was before, without a new connection."""
        self.outbox.release()
        if not self.outbox.connected:
            self.link(True)
        until = self.now + 2 * PATIENCE * RETRY_LONGEST_S + self.stored / PER_S + self.stored / 4
        while self.outbox.waiting() and self.now < until:
            self.send(WINDOW)
            self.arrive()
            self.hear()
            self.now += 0.25 if self.outbox.wanted(self.now) else max(0.25, min(self.outbox.deadline() - self.now, 1e9))
        assert self.outbox.waiting() == 0 and self.disk == {}
        assert set(range(1, self.stored + 1)) <= self.cloud.has | self.gone


TestOutbox = pytest.mark.slow(OutboxMachine.TestCase)
TestOutbox.settings = machine(40, 50)


@plain(200)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40), st.integers(0, 12)), max_size=40), st.integers(0, 40))
def test_ranges_are_a_set_of_numbers(acts: list[tuple[bool, int, int]], asked: int) -> None:
    ranges, numbers = Ranges(), set[int]()
    for add, low, length in acts:
        span = range(low, low + length)
        (ranges.add if add else ranges.remove)(low, low + length - 1)
        numbers = numbers | set(span) if add else numbers - set(span)
    assert {n for low, high in ranges for n in range(low, high + 1)} == numbers
    assert all(high + 1 < low for (_, high), (low, _) in pairwise(ranges)), "none touches another"
    assert ranges.has(asked) == (asked in numbers)
    assert ranges.next_free(asked) == next(n for n in range(asked, 100) if n not in numbers)
    assert [n for low, high in ranges.gaps(3, asked) for n in range(low, high + 1)] == [n for n in range(3, asked + 1) if n not in numbers]
