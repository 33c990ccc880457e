"""What to send next. A row leaves the station's disk only when the cloud says that it has committed it; a broker's PUBACK means nothing here.

Lanes: alarms first; what was stored since the link came up at once; the backlog oldest first, at its own pace and in at most half of the
window, so that it delays nobody. A backlog that fits the window is simply sent in order. The cloud commits in any order and answers with
`upto`, all of which may be deleted, and `ahead`, ranges beyond a hole: those only need not be sent again.

What neither covers is sent again after retry_s, later and later while nothing is heard; the cloud throws away what it has. It is sent again
sooner when it was overtaken: something that went out later on the same topic, where order holds, is committed. A cloud that
has lost what it acknowledged ahead shows it by an `upto` just below such a range: then nothing ahead is believed any more.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from math import inf

from edge.domain.pace import Pace
from edge.domain.ranges import Ranges

WINDOW = 64
RETRY_S = 10.0
RETRY_LONGEST_S = 120.0
OVERTAKEN_S = 1.0
"""What was handed over so much before something that the cloud has committed by now, is lost: a cloud that was killed had it."""
PATIENCE = 3
"""While acknowledgements move, a row is given this many retry times: it may wait in a slow cloud's queue."""

UNPACED_PER_S = 1e9
"""Faster than any line."""


class Lane(Enum):
    """Why a row is sent now."""

    ALARM = "alarm"
    LIVE = "live"
    BACKFILL = "backfill"


@dataclass(frozen=True)
class Window:
    """How many rows may be under way: in all, of alarms, of those that are none, and of the backlog.

    Alarms get no more than leaves room for the oldest rows: an acknowledgement may be unable to name an alarm that lies alone beyond a hole,
    and then only a hole that closes frees it.
    """

    rows: int
    alarms: int
    calm: int
    backfill: int


FACTS = Window(WINDOW, WINDOW // 2, WINDOW - 8, WINDOW // 2)
BATCHES = Window(WINDOW // 4, 0, WINDOW // 4, WINDOW // 8)


class Outbox:
    """One outbox (facts, or samples). `first`..`last` are the seqs on disk; first > last when there is none."""

    def __init__(
        self, epoch: str, first: int, last: int, alarms: Iterable[int] = (), pace: Pace | None = None, window: Window = FACTS
    ) -> None:
        """`alarms`: seqs of alarms on disk, ascending; `pace` may be shared by several."""
        self.epoch, self.first, self.last = epoch, first, last
        self.connected = False
        self._window, self._pace = window, pace or Pace(UNPACED_PER_S)
        self._alarms, self._due = list(alarms), list[int]()
        self._away: dict[int, tuple[float, Lane]] = {}
        self._busy, self._handed = Ranges(), Ranges()
        self._live_from, self._held_from = last + 1, inf
        self._retry_s, self._moved_at, self._paced_at = RETRY_S, -inf, inf
        self._reached = {True: -inf, False: -inf}

    def waiting(self) -> int:
        """Rows not acknowledged."""
        return self.last - self.first + 1

    def stored(self, seq: int, alarm: bool = False) -> None:
        """A row was written."""
        self.last = max(self.last, seq)
        if alarm:
            self._alarms.append(seq)
            self._due.append(seq)

    def dropped(self, first: int) -> None:
        """Rows below `first` were given up to keep within the size limit (samples only)."""
        self._forward(first)

    def link(self, connected: bool) -> None:
        """The window starts anew with each connection: what was under way may be gone."""
        self.connected, self._retry_s = connected, RETRY_S
        self.rewind()

    def rewind(self, sent_before: float = inf) -> None:
        """Send everything that is on disk; with a time, only what was under way before it."""
        if sent_before < inf:
            self._retry_s = RETRY_S
            self._take_back([seq for seq, (sent_at, _) in self._away.items() if sent_at < sent_before])
            return
        small = self.waiting() <= self._window.rows
        self._away.clear()
        self._busy = Ranges()
        self._live_from = self.first if small else self.last + 1
        self._due = [] if small else list(self._alarms)
        self._paced_at = inf

    def hold(self) -> None:
        """Rows stored from now on wait for release(), alarms do not."""
        self._held_from = self.last + 1

    def release(self) -> None:
        """See hold()."""
        self._held_from = inf

    def unhanded(self, low: int) -> list[tuple[int, int]]:
        """Rows from `low` on that this process never gave to the link, as ranges: these may still be changed."""
        return self._handed.gaps(max(low, self.first), self.last)

    def wanted(self, now: float, most: int = WINDOW) -> list[int]:
        """Seqs to hand to the link now, in this order; say sent() of each that it took."""
        self._paced_at = inf
        if not self.connected or self.first > self.last:
            return []
        self._take_back_late(now)
        room = min(most, self._window.rows - len(self._away))
        lanes = [lane for _, lane in self._away.values()]
        loud = lanes.count(Lane.ALARM)
        alarms = self._due[: min(room, max(0, self._window.alarms - loud))]
        calm = min(room - len(alarms), self._window.calm - len(lanes) + loud)
        live = self._free(self._live_from, self.last, calm, alarms)
        back = min(calm - len(live), self._window.backfill - lanes.count(Lane.BACKFILL))
        return sorted(alarms + live) + self._paced(back, alarms, now)

    def sent(self, seq: int, now: float) -> None:
        """A row was handed to the link."""
        lane = Lane.ALARM if _within(self._alarms, seq) else Lane.LIVE if seq >= self._live_from else Lane.BACKFILL
        if lane is Lane.BACKFILL:
            self._pace.went()
        _remove(self._due, seq, seq)
        self._away[seq] = now, lane
        self._busy.add(seq, seq)
        self._handed.add(seq, seq)

    def acknowledged(self, epoch: str, upto: int, ahead: Iterable[tuple[int, int]], now: float) -> int | None:
        """The seq up to which rows may be deleted now, None for none. More than was ever written is not believed."""
        if epoch != self.epoch or upto > self.last:
            return None
        deletes, ahead = upto >= self.first, tuple(ahead)
        before = len(self._away)
        self._reach(upto, ahead)
        self._forward(upto + 1)
        for low, high in ahead:
            if self.first < low <= high <= self.last:
                self._busy.add(low, high)
                _remove(self._due, low, high)
                self._away = {seq: sent for seq, sent in self._away.items() if not low <= seq <= high}
        self._doubt()
        if deletes or len(self._away) < before:
            self._retry_s, self._moved_at = RETRY_S, now
        return upto if deletes else None

    def deadline(self) -> float:
        """When wanted() must be asked again though nothing happened."""
        if not self.connected:
            return inf
        return min(self._next_late_at(), self._paced_at)

    def _free(self, low: int, high: int, count: int, but: list[int]) -> list[int]:
        """Up to `count` rows of low..high that are neither under way nor covered."""
        found: list[int] = []
        seq = self._busy.next_free(max(low, self.first))
        while len(found) < count and seq <= high and seq < self._held_from:
            if seq not in but:
                found.append(seq)
            seq = self._busy.next_free(seq + 1)
        return found

    def _paced(self, count: int, but: list[int], now: float) -> list[int]:
        """Of the backlog, what its pace allows."""
        found = self._free(self.first, self._live_from - 1, count, but)
        may = self._pace.may(now) if found else 0
        if len(found) > may:
            self._paced_at = self._pace.ready_at()
        return found[:may]

    def _reach(self, upto: int, ahead: tuple[tuple[int, int], ...]) -> None:
        """When the newest was sent of what is committed: alarms have a topic of their own."""
        for seq, (sent_at, lane) in self._away.items():
            if seq <= upto or any(low <= seq <= high for low, high in ahead):
                alarm = lane is Lane.ALARM
                self._reached[alarm] = max(self._reached[alarm], sent_at)

    def _late_at(self, sent_at: float, lane: Lane) -> float:
        if self._reached[lane is Lane.ALARM] >= sent_at + OVERTAKEN_S:
            return sent_at + OVERTAKEN_S
        return min(max(sent_at, self._moved_at) + self._retry_s, sent_at + PATIENCE * self._retry_s)

    def _next_late_at(self) -> float:
        """Of each topic the row that was sent first is late first; they stand in the order of sending."""
        oldest: dict[bool, tuple[float, Lane]] = {}
        for sent_at, lane in self._away.values():
            oldest.setdefault(lane is Lane.ALARM, (sent_at, lane))
        return min((self._late_at(*sent) for sent in oldest.values()), default=inf)

    def _take_back_late(self, now: float) -> None:
        """What the cloud should have acknowledged by now is to be sent again; with a silent cloud, all that is under way."""
        if now < self._next_late_at():
            return
        silent = self._moved_at <= next(iter(self._away.values()))[0]
        self._take_back([seq for seq, sent in self._away.items() if silent or now >= self._late_at(*sent)])
        self._retry_s = min(self._retry_s * 2, RETRY_LONGEST_S)

    def _take_back(self, seqs: list[int]) -> None:
        """These are to be sent again."""
        for seq in seqs:
            _, lane = self._away.pop(seq)
            self._busy.remove(seq, seq)
            if lane is Lane.ALARM:
                insort(self._due, seq)

    def _forward(self, first: int) -> None:
        """Rows below `first` are gone."""
        if first <= self.first:
            return
        self.first = first
        self._away = {seq: sent for seq, sent in self._away.items() if seq >= first}
        self._busy.remove(0, first - 1)
        self._handed.remove(0, first - 1)
        _remove(self._alarms, 0, first - 1)
        _remove(self._due, 0, first - 1)
        self._doubt()

    def _doubt(self) -> None:
        """The oldest row can not lie ahead of a hole; one that was said to means that the cloud, or our memory of it, begins anew."""
        if self.first not in self._away and self._busy.has(self.first):
            self._busy = Ranges()
            for seq in self._away:
                self._busy.add(seq, seq)


def is_acknowledged(lane: Outbox, seq: int) -> bool:
    """Whether the cloud has this row, also one beyond a hole."""
    return seq < lane.first or (lane._busy.has(seq) and seq not in lane._away)


def _within(ordered: list[int], seq: int) -> bool:
    i = bisect_left(ordered, seq)
    return i < len(ordered) and ordered[i] == seq


def _remove(ordered: list[int], low: int, high: int) -> None:
    del ordered[bisect_left(ordered, low) : bisect_right(ordered, high)]
