"""Orders to stations: ask for a challenge, sign, send, wait, and say in words what became of each.

A thread of its own looks at what came for open orders; any process that takes messages in may have stored it. What a restart of the
cloud finds open is closed in words, and nothing is sent again by itself: a door must not open minutes after somebody wanted it to.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from cloud.domain import orders as machine
from cloud.domain.orders import OPEN, Answer, OrderBook, Ordered
from cloud.domain.presence import Standing, presence
from cloud.errors import LedgerDown, OrderImpossible
from cloud.ports import Outgoing, StationRow, Stations, Workers
from cloud.trust import Signer, Trust
from contract.commands import Reply
from contract.model import Model
from contract.orders import CHALLENGES, ChallengePlease, Order, OrderKind, SignedOrder
from contract.signing import Kind, sign
from contract.topics import Leaf, topic
from contract.trust import Scope

log = logging.getLogger(__name__)

LOOK_S = 0.1
IDLE_S = 2.0
"""Without open orders: how late a fact that came afterwards is noticed."""


@dataclass(frozen=True)
class Times:
    """The clocks and limits of one cloud. `monotonic_s` for time-outs, `clock_ms` for what is written down."""

    clock_ms: Callable[[], int]
    late_ms: int
    utc_offset_min: int
    monotonic_s: Callable[[], float] = time.monotonic


@dataclass
class _Open:
    one: Ordered
    signer: Signer
    since_s: float


class OrderDesk:
    """See `cloud.domain.orders.Orders`. In the main process only; `look` on one thread."""

    def __init__(self, book: OrderBook, trust: Trust, stations: Stations, workers: Workers, outgoing: Outgoing, times: Times) -> None:
        self._book, self._trust, self._stations, self._workers = book, trust, stations, workers
        self._outgoing, self._times = outgoing, times
        self._open: dict[str, _Open] = {}
        self._lock = threading.RLock()
        self._wanted = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="orders", daemon=True)

    def give(self, station: str, order: OrderKind, operator: str, reason: str, minutes: int | None) -> Ordered:
        """Ask the station for a challenge, unless it is offline: then the order is not delivered, and says so.

        Raises:
            OrderImpossible: no station would believe it, or too many are open; nothing was written down.
        """
        row = self._stations.one(station)
        district = row.state.district if row and row.state else ""
        signer = self._trust.signer(Scope.ORDER, district)
        if signer is None:
            where = f" for the district {district!r}" if district else ""
            raise OrderImpossible(f"no station would believe an order: the cloud has no delegation for orders{where}", "sign one with ./kiosk keys delegate")
        with self._lock:
            if sum(one.one.station == station for one in self._open.values()) >= CHALLENGES:
                raise OrderImpossible(f"{CHALLENGES} orders to {station} are open already", "wait until they are answered, 30 s at most")
            one = machine.asked(secrets.token_hex(8), station, order, minutes, operator, reason, self._times.clock_ms())
            why = self._away(row)
            if why:
                one = machine.not_delivered(one, why, self._times.clock_ms())
            self._book.add(one)
            if not why:
                self._open[one.id] = _Open(one, signer, self._times.monotonic_s())
                self._say(one.station, ChallengePlease(id=one.id))
        self._wanted.set()
        return one

    def one(self, order_id: str) -> Ordered | None:
        """By its id."""
        return self._book.one(order_id)

    def of(self, station: str, limit: int) -> list[Ordered]:
        """The newest of a station, the newest first."""
        return self._book.of(station, limit)

    def start(self) -> None:
        """Close what an earlier run of the cloud left open, then look after new ones."""
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Look no more; the next start closes what is open."""
        self._stopping = True
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def close_interrupted(self) -> None:
        """Once, at the start. Raises: LedgerDown."""
        with self._lock:
            for one in self._book.undecided():
                if one.id not in self._open:
                    self._book.change(machine.interrupted(one, self._times.clock_ms()))

    def look(self) -> None:
        """Close what waited too long, then take what came: nothing is signed late. Raises: LedgerDown: look again."""
        now_s, now_ms = self._times.monotonic_s(), self._times.clock_ms()
        with self._lock:
            for entry in list(self._open.values()):
                self._move(entry, machine.overdue(entry.one, now_s - entry.since_s, now_ms))
        for answer in self._book.answers():
            with self._lock:
                self._take(answer)
            self._book.seen(answer)

    def _run(self) -> None:
        begun = self._down = False
        while not self._stopping:
            try:
                if not begun:
                    self.close_interrupted()
                    begun = True
                self.look()
                self._down = False
            except LedgerDown as error:
                if not self._down:
                    log.warning("ledger: %s; orders wait for it", error)
                self._down = True
            self._wanted.wait(LOOK_S if self._open else IDLE_S)
            self._wanted.clear()

    def _take(self, answer: Answer) -> None:
        entry = self._open.get(answer.order_id)
        one = entry.one if entry else self._book.one(answer.order_id)
        if one is None:
            return
        said, now_ms = answer.said, self._times.clock_ms()
        if not isinstance(said, Reply):
            self._change(entry, one, machine.told(one, said, now_ms))
        elif entry and (challenge := machine.challenge(one, said)):
            self._sign(entry, challenge)
        else:
            self._change(entry, one, machine.answered(one, said, now_ms))

    def _sign(self, entry: _Open, challenge: str) -> None:
        """What is on its way is written down before it leaves: after a crash nobody says of it that it was not delivered."""
        one, now_ms = entry.one, self._times.clock_ms()
        if self._outgoing.connected_ms is None:
            self._move(entry, machine.not_delivered(one, "the cloud has lost its broker", now_ms))
            return
        try:
            order = Order(
                station=one.station, id=one.id, order=one.order, challenge=challenge, operator=one.operator, reason=one.reason,
                issued=self._trust.now(), minutes=one.minutes,
            )  # fmt: skip
        except ValueError:
            self._move(entry, machine.not_delivered(one, "the station's challenge was none", now_ms))
            return
        signed = sign(Kind.ORDER, order.model_dump(mode="json"), entry.signer.key)
        self._move(entry, machine.sent(one, now_ms))
        self._say(one.station, SignedOrder(id=one.id, delegation=entry.signer.given.signed, order=signed))

    def _change(self, entry: _Open | None, before: Ordered, after: Ordered) -> None:
        if entry:
            self._move(entry, after)
        elif after is not before:
            self._book.change(after)

    def _move(self, entry: _Open, after: Ordered) -> None:
        if after is entry.one:
            return
        self._book.change(after)
        entry.one, entry.since_s = after, self._times.monotonic_s()
        if after.state not in OPEN:
            del self._open[after.id]

    def _away(self, row: StationRow | None) -> str | None:
        """Why it can not be reached now, in words."""
        now_ms = self._times.clock_ms()
        if self._outgoing.connected_ms is None:
            return "the cloud has no connection to the broker"
        if row is None or row.state is None:
            return "the station has never said its state"
        listening_ms = self._workers.listening_ms(row.station)
        seen = presence(row.heard, now_ms, now_ms if listening_ms is None else listening_ms, self._times.late_ms)
        if seen.standing in (Standing.LOST, Standing.STOPPED):
            return machine.offline_since(seen.since_ms, now_ms, self._times.utc_offset_min)
        if row.state.level < machine.LEVEL:
            return f"the station's software ({row.state.version}) is too old to take orders; update it first"
        return None

    def _say(self, station: str, command: Model) -> None:
        """Never retained. One that is lost runs into its time-out."""
        traffic = Leaf.CMD.traffic
        self._outgoing.publish(topic(station, Leaf.CMD), command.model_dump_json(exclude_none=True).encode(), traffic.qos, traffic.retain)


