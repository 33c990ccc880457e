"""Sockets and the queue for them: what is held is held for one, nobody is passed over, nobody's charge is cut short for others unasked."""

from __future__ import annotations

from math import inf

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contract.charging import QueueEnd, QueueJoined, QueueLeft, SocketHeld
from contract.config import check
from contract.facts import ChargeEnded, ChargeStarted, FaultCode, Stop
from edge.domain.messages import Effects, SetOutput
from edge.domain.room_messages import ChargeAsked
from edge.domain.sockets import Sockets
from edge.domain.waiting import Waiting
from tests.properties.amount import machine, plain
from tests.properties.indoors import PEOPLE, Surrounded

NAMES = ("1", "2")
CONFIG = check({
    "station": "st-1", "name": "Station 1",
    "sockets": [{"name": name, "relay_pin": 24 + int(name), "adc_channel": int(name), "max_s": 1800, "low_s": 600} for name in NAMES],
    "charging": {"hold_s": 60, "shared_max_s": 600, "warning_s": 60, "refused_s": 300},
})  # fmt: skip
HOLD_S, SHARED_S, WARNING_S = 60.0, 600.0, 60.0


class SocketsMachine(RuleBasedStateMachine):
    """`live`: relays that are on; `line`: who should wait, in order; `held`: socket -> (person, until), as the facts told."""

    def __init__(self) -> None:
        super().__init__()
        self.around = Surrounded(CONFIG)
        self.sockets = Sockets(self.around.indoors)
        self.now = 1000.0
        self.watts = dict.fromkeys(NAMES, 0.0)
        self.live: dict[str, tuple[str, float]] = {}
        self.line: list[str] = []
        self.held: dict[str, tuple[str, float]] = {}
        self.warned_at: dict[str, float] = {}
        self.unfit: dict[str, float] = {}

    # ---- what happens

    @rule(person=st.sampled_from(PEOPLE), name=st.sampled_from(NAMES), watts=st.sampled_from([0.0, 18.0, 18.0, 60.0, 150.0, 900.0]))
    def charge(self, person: str, name: str, watts: float) -> None:
        self.around.enter(person, self.now)
        if name not in self.live:
            self.watts[name] = watts
        self.take(self.sockets.charge(ChargeAsked(name), self.now))
        self.step()

    @rule(person=st.sampled_from(PEOPLE))
    def queue(self, person: str) -> None:
        self.around.enter(person, self.now)
        self.take(self.sockets.turns.ask(self.now))
        self.step()

    @rule(person=st.sampled_from(PEOPLE))
    def gives_up(self, person: str) -> None:
        self.around.enter(person, self.now)
        self.take(self.sockets.turns.give_up(self.now))
        self.step()

    @rule(person=st.sampled_from(PEOPLE))
    def leaves(self, person: str) -> None:
        self.take(self.sockets.end(person, self.now))
        self.step()
        assert person not in self.line and all(user != person for user, _ in self.live.values())

    @rule(name=st.sampled_from(NAMES))
    def stop(self, name: str) -> None:
        if name in self.live:
            self.around.enter(self.live[name][0], self.now)
            self.take(self.sockets.stop(name, self.now))
            assert name not in self.live
        self.step()

    @rule(name=st.sampled_from(NAMES), stands=st.booleans())
    def breaks(self, name: str, stands: bool) -> None:
        self.around.faults.set(stands, FaultCode.RELAY_STUCK, name, "", self.now)
        self.step()
        assert not (stands and (name in self.live or name in self.held))

    @rule()
    def mend(self) -> None:
        for fault, part in self.around.faults.standing():
            self.around.faults.clear(fault, part, self.now)
        self.step()

    @rule(seconds=st.sampled_from([1.0, 30.0, 65.0, 300.0, 620.0]))
    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            due = max(self.now, self.sockets.deadline())
            self.now = min(until, self.now + 4.0, due if due > self.now else self.now + 4.0)
            for name in NAMES:
                self.take(self.sockets.current(name, self.watts[name] / 230 if name in self.live else 0.0, self.now))
            self.step()

    # ---- what must hold

    def step(self) -> None:
        self.take(self.sockets.tick(self.now))
        for socket in self.sockets.sockets.values():
            if socket.charge and socket.charge.warned:
                self.warned_at.setdefault(socket.charge.session, self.now)
            elif socket.charge:
                self.warned_at.pop(socket.charge.session, None)
        self.held = {name: held for name, held in self.held.items() if self.sockets.turns.waiting.held(name)}

    def take(self, effects: Effects) -> None:
        for fact in effects.facts:
            match fact:
                case QueueJoined(person=person, place=place):
                    assert person not in self.line
                    self.line.append(person)
                    assert place == len(self.line)
                case QueueLeft(person=person, reason=reason):
                    self.left(person, reason)
                case SocketHeld(person=person, socket=name):
                    self.offered(person, name)
                case ChargeStarted(person=person, socket=name):
                    held = self.held.pop(name, None)
                    assert held is None or held[0] == person, "held for somebody else"
                    assert self.now >= self.unfit.get(person, -inf)
                    self.live[name] = person, self.now
                case ChargeEnded(person=person, socket=name, stop=stop, charge=charge):
                    self.ended(person, name, stop, charge)
        on = {a.output.removeprefix("socket."): a.on for a in effects.actions if isinstance(a, SetOutput)}
        assert all(state is (name in self.live) for name, state in on.items())
        self.sockets.recorded()

    def left(self, person: str, reason: QueueEnd) -> None:
        own = [until for who, until in self.held.values() if who == person]
        assert reason is not QueueEnd.MISSED or (own and self.now >= own[0]), "nobody loses a place before the time is over"
        self.line.remove(person)
        self.held = {name: held for name, held in self.held.items() if held[0] != person}

    def offered(self, person: str, name: str) -> None:
        self.held = {other: held for other, held in self.held.items() if self.sockets.turns.waiting.held(other)}
        called = {who for who, _ in self.held.values()} - {person}
        assert next(who for who in self.line if who not in called) == person, "first come, first served"
        assert name not in self.live and name not in self.held
        self.held[name] = person, self.now + HOLD_S

    def ended(self, person: str, name: str, stop: Stop, charge: str) -> None:
        _, since = self.live.pop(name)
        if stop is Stop.OTHERS_WAIT:
            assert self.now >= since + SHARED_S and self.now >= self.warned_at[charge] + WARNING_S - 1e-6
        if stop in (Stop.EBIKE_SUSPECTED, Stop.POWER_LIMIT):
            self.unfit[person] = self.now + 300

    @invariant()
    def the_line_is_as_told(self) -> None:
        assert [place.person for place in self.sockets.turns.waiting.places] == self.line
        assert set(self.live) == {name for name, socket in self.sockets.sockets.items() if socket.charge}
        assert not set(self.held) & set(self.live)

    @invariant()
    def nobody_waits_beside_a_free_socket(self) -> None:
        works = [name for name, socket in self.sockets.sockets.items() if not socket.charge and not self.broken(name)]
        unserved = [who for who in self.line if who not in {person for person, _ in self.held.values()}]
        assert not unserved or set(works) <= set(self.held)

    def broken(self, name: str) -> bool:
        return any(part == name for _, part in self.around.faults.standing())


TestSockets = SocketsMachine.TestCase
TestSockets.settings = machine()


@plain()
@given(st.lists(st.sampled_from(["comes", "misses", "uses"]), min_size=1, max_size=12), st.integers(1, 3), st.floats(1, 900))
def test_who_stays_is_served_in_bounded_time(crowd: list[str], sockets: int, use_s: float) -> None:
    """Whatever those before do: come and use it for as long as they may, miss their turn, or go. Nobody starves."""
    waiting, now = Waiting(HOLD_S), 0.0
    busy = {str(n): use_s for n in range(sockets)}
    for n, _ in enumerate(crowd):
        waiting.join(f"p-{n}", now)
    waiting.join("p-last", now)
    bound = (len(crowd) // sockets + 1) * (max(use_s, HOLD_S) + HOLD_S)
    while now <= bound:
        waiting.offer([name for name, until in busy.items() if now >= until], now)
        if (place := waiting.of("p-last")) and place.socket:
            return
        for other in list(waiting.places):
            act = crowd[int(other.person.removeprefix("p-"))] if other.socket else ""
            if other.socket and act == "uses":
                busy[other.socket] = now + use_s
                waiting.leave(other.person, QueueEnd.SERVED, now)
            elif act == "comes":
                waiting.leave(other.person, QueueEnd.PERSON, now)
        now = min([until for until in busy.values() if until > now] + [waiting.deadline()], default=now + 1) if not _free(waiting, busy, now) else now
    raise AssertionError(f"nothing for who stayed within {bound:.0f} s")


def _free(waiting: Waiting, busy: dict[str, float], now: float) -> bool:
    return any(now >= until and not waiting.held(name) for name, until in busy.items())
