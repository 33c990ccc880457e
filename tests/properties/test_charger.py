"""A socket against its meter: live only under a reservation, cut off by power, silence and time, energy never negative, settled once."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, inf

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contract.charging import SocketConfig
from contract.facts import ChargeEnded, ChargeStarted, FaultCode, Stop
from contract.leases import Kind
from edge.domain.charger import METER_SILENT_S, OVER_POWER_S, OVER_UNSURE_S, Socket, interrupted
from edge.domain.faults import Faults
from edge.domain.messages import Effects, SetOutput
from edge.domain.quota import Open, Quota, QuotaExceeded
from edge.domain.records import Progress, Settle
from edge.domain.safe_state import socket
from tests.properties.amount import machine

CONFIG = SocketConfig(name="1", relay_pin=25, adc_channel=0, mains_v=230, cap_w=200, max_s=1800, low_w=2, low_s=60)
DAY = "2026-03-02"
WATTS = st.sampled_from([0.0, 1.0, 18.0, 22.0, 199.0, 201.0, 1500.0, -50.0])


class SocketMachine(RuleBasedStateMachine):
    """`live` is the relay; `most_wh` what can have gone through at most, by the largest power ever read in this charge."""

    def __init__(self) -> None:
        super().__init__()
        self.quota, self.faults = Quota(DAY), Faults()
        self.socket = Socket(CONFIG, self.quota, self.faults)
        self.now, self.numbered = 1000.0, 0
        self.live, self.live_at, self.read_at, self.over_at, self.low_at = False, -inf, -inf, inf, inf
        self.most_w, self.last_w = 0.0, 0.0
        self.open: Open | None = None
        self.ended: set[str] = set()
        self.recorded_min = 0

    # ---- what happens

    @rule(minutes=st.integers(1, 40), limit=st.integers(0, 2000), stored=st.sampled_from([True, True, True, False]))
    def ask(self, minutes: int, limit: int, stored: bool) -> None:
        if self.socket.charge:
            return
        self.numbered += 1
        entry = Open(f"0000000a-{self.numbered}", "p-an", Kind.SOCKET_MIN, "1", DAY, minutes)
        try:
            effects = self.socket.begin("0000000a-1", entry, limit, self.now)
        except QuotaExceeded:
            assert self.socket.charge is None
            return
        assert [type(f) for f in effects.facts] == [ChargeStarted]
        if stored:
            self.open, self.most_w = entry, self.last_w
            self.read_at, self.over_at, self.low_at = self.now, inf, inf
            self.recorded_min = 0
            self.socket.recorded()
            self.take(effects)
        else:
            self.take(self.socket.revoke())
            assert not self.live and not self.quota.open_sessions()

    @rule(watts=WATTS)
    def read(self, watts: float) -> None:
        self.last_w = max(0.0, watts)
        self.most_w = max(self.most_w, self.last_w)
        self.read_at = self.now
        self.over_at = min(self.over_at, self.now) if self.last_w > CONFIG.cap_w else inf
        self.low_at = min(self.low_at, self.now) if self.last_w < CONFIG.low_w else inf
        self.take(self.socket.current(watts / CONFIG.mains_v, self.now))

    @rule(watts=WATTS, times=st.integers(1, 150))
    def run(self, watts: float, times: int) -> None:
        for _ in range(times):
            self.wait(0.5)
            self.read(watts)

    @rule()
    def lost(self) -> None:
        self.take(self.socket.current_lost("does not answer", self.now))
        assert self.socket.watts is None, "a lost meter is not zero"

    @rule(why=st.sampled_from([Stop.PERSON, Stop.FAULT, Stop.VISIT_ENDED]))
    def stop(self, why: Stop) -> None:
        self.take(self.socket.stop(why, self.now))
        assert not self.live

    @rule(seconds=st.sampled_from([0.0, 0.5, 1.0, 4.9, 5.0, 30.0, 1801.0]))
    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while self.socket.deadline() <= until:
            self.now = max(self.now, self.socket.deadline())
            self.take(self.socket.tick(self.now))
        self.now = until
        self.take(self.socket.tick(self.now))

    # ---- what must hold

    def take(self, effects: Effects) -> None:
        for action in effects.actions:
            assert isinstance(action, SetOutput) and action.output == socket("1")
            self.live, self.live_at = action.on, self.now if action.on else self.live_at
        settled = {r.session: r.amount for r in effects.records if isinstance(r, Settle)}
        self.recorded_min = next((r.amount for r in effects.records if isinstance(r, Progress)), self.recorded_min)
        for fact in effects.facts:
            if isinstance(fact, ChargeEnded):
                self.over(fact, settled.pop(fact.charge))
        assert not settled, "settled without a fact"

    def over(self, fact: ChargeEnded, charged: int) -> None:
        assert self.open and fact.charge == self.open.session and fact.charge not in self.ended
        assert fact.energy_wh is not None and fact.lasted_s is not None
        assert 0 <= fact.energy_wh <= self.most_w * fact.lasted_s / 3600 + 0.01
        assert fact.charged_min == charged == min(ceil((self.now - self.live_at) / 60), self.open.amount)
        if fact.stop is Stop.POWER_LIMIT:
            assert self.now >= self.over_at + OVER_POWER_S
            assert (FaultCode.OVER_POWER, "1") in self.faults.standing()
        self.ended.add(fact.charge)
        self.open = None

    @invariant()
    def a_live_socket_has_a_reservation(self) -> None:
        assert self.live == (self.open is not None) == (self.socket.charge is not None)
        assert [e.session for e in self.quota.open_sessions()] == ([self.open.session] if self.open else [])

    @invariant()
    def a_power_cut_now_would_cost_the_minute_begun(self) -> None:
        if self.open:
            quota = Quota(DAY)
            quota.restore({}, [replace(self.open, progress=self.recorded_min)])
            charged = interrupted(quota.open_sessions()[0], quota).records[0]
            assert isinstance(charged, Settle) and charged.amount - 1 <= (self.now - self.live_at + 1e-3) / 60 <= charged.amount + 1e-3

    @invariant()
    def no_charge_outlives_its_caps(self) -> None:
        if self.live and self.open:
            assert self.now < self.live_at + min(CONFIG.max_s, self.open.amount * 60)
            assert self.now < self.read_at + METER_SILENT_S, "what is not measured must not run"
            assert self.now < self.over_at + OVER_UNSURE_S
            assert self.now < self.low_at + CONFIG.low_s
        assert self.socket.deadline() > self.now


TestSocket = pytest.mark.slow(SocketMachine.TestCase)
TestSocket.settings = machine()
