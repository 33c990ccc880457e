"""A tap against its meter: open only under a reservation, shut by each of its caps, settled once and never above what was reserved."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contract.facts import FaultCleared, FaultCode, FaultRaised, Stop, WaterPoured, WaterReserved
from contract.leases import Kind
from contract.water import TapConfig
from edge.domain.faults import Faults
from edge.domain.messages import Effects, SetOutput
from edge.domain.quota import Open, Quota, QuotaExceeded
from edge.domain.records import Progress, Reserve, Settle
from edge.domain.safe_state import valve
from edge.domain.water import LEAK_WINDOW_S, PROGRESS_ML, SETTLES_S, Tap, TapState, interrupted
from tests.properties.amount import machine

CONFIG = TapConfig(name="cold", valve_pin=23, flow_pin=24, pulses_per_l=450, max_ml=600, max_s=20, no_flow_s=2, leak_ml=50)
LIMIT = 2000
DAY = "2026-03-02"


def ml(pulses: int) -> int:
    """What a meter of 450 pulses a litre means."""
    return round(pulses * 1000 / 450)


class TapMachine(RuleBasedStateMachine):
    """`open` is the valve; `reserved` the pours that are not settled, by session, with the meter's count at their beginning."""

    def __init__(self) -> None:
        super().__init__()
        self.quota, self.faults = Quota(DAY), Faults()
        self.tap = Tap(CONFIG, self.quota, self.faults)
        self.now, self.total, self.numbered = 1000.0, 0, 0
        self.open, self.opened_at, self.pulse_at = False, -inf, -inf
        self.reserved: dict[str, tuple[Open, int]] = {}
        self.settled: set[str] = set()
        self.recorded: dict[str, int] = {}
        self.standing: set[FaultCode] = set()
        self.leaks: list[tuple[float, int]] = []

    # ---- what happens

    @rule(volume=st.integers(1, 600), stored=st.sampled_from([True, True, True, False]))
    def ask(self, volume: int, stored: bool) -> None:
        if self.tap.state is not TapState.IDLE:
            return
        self.numbered += 1
        entry = Open(f"0000000a-{self.numbered}", "p-an", Kind.WATER_ML, "cold", DAY, volume)
        left = self.quota.left("p-an", Kind.WATER_ML, LIMIT)
        try:
            effects = self.tap.begin("0000000a-1", entry, LIMIT, self.now)
        except QuotaExceeded:
            assert volume > left and self.tap.state is TapState.IDLE
            return
        assert [type(f) for f in effects.facts] == [WaterReserved] and [type(r) for r in effects.records] == [Reserve]
        if stored:
            self.reserved[entry.session] = (entry, self.total)
            self.tap.recorded()
            self.take(effects)
        else:
            self.take(self.tap.revoke())
            assert not self.open and self.quota.left("p-an", Kind.WATER_ML, LIMIT) == left

    @rule(count=st.integers(1, 60))
    def pulses(self, count: int) -> None:
        self.total += count
        if self.open:
            self.pulse_at = self.now
        elif self.tap.state is TapState.IDLE:
            self.leaks.append((self.now, count))
        self.take(self.tap.pulses(self.total, self.now))

    @rule(seconds=st.sampled_from([0.3, 1.0, 1.9]), count=st.integers(1, 40), times=st.integers(1, 12))
    def flow(self, seconds: float, count: int, times: int) -> None:
        for _ in range(times):
            self.wait(seconds)
            self.pulses(count)

    @rule(why=st.sampled_from([Stop.PERSON, Stop.FAULT, Stop.VISIT_ENDED]))
    def shut(self, why: Stop) -> None:
        self.take(self.tap.shut(why, self.now))
        assert not self.open

    @rule(seconds=st.sampled_from([0.0, 0.1, 0.9, 1.0, 2.0, 5.0, 61.0, 301.0]))
    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while self.tap.deadline() <= until:
            self.now = max(self.now, self.tap.deadline())
            self.take(self.tap.tick(self.now))
        self.now = until
        self.take(self.tap.tick(self.now))

    # ---- what must hold

    def take(self, effects: Effects) -> None:
        for action in effects.actions:
            assert isinstance(action, SetOutput) and action.output == valve("cold")
            self.open = action.on
            if action.on:
                self.opened_at = self.pulse_at = self.now
        settled = {r.session: r.amount for r in effects.records if isinstance(r, Settle)}
        self.recorded |= {r.session: r.amount for r in effects.records if isinstance(r, Progress)}
        for fact in effects.facts:
            if isinstance(fact, WaterPoured):
                self.poured(fact, settled.pop(fact.pour))
            if isinstance(fact, FaultRaised):
                assert fact.fault not in self.standing
                self.standing.add(fact.fault)
            if isinstance(fact, FaultCleared):
                self.standing.remove(fact.fault)
        assert not settled, "settled without a fact"

    def poured(self, fact: WaterPoured, charged: int) -> None:
        entry, first = self.reserved.pop(fact.pour)
        assert fact.pour not in self.settled, "settled twice"
        self.settled.add(fact.pour)
        assert fact.poured_ml == ml(self.total - first)
        assert fact.charged_ml == charged == min(fact.poured_ml, entry.amount) <= fact.reserved_ml == entry.amount
        assert not self.open
        self.leaks = []

    @invariant()
    def an_open_valve_has_a_live_reservation(self) -> None:
        assert self.open == (self.tap.state is TapState.POURING)
        if self.open:
            assert self.tap.pour and self.tap.pour.session in self.reserved
            assert self.tap.pour.session in {e.session for e in self.quota.open_sessions()}

    @invariant()
    def no_pour_outlives_its_caps(self) -> None:
        if self.open:
            assert self.now < self.opened_at + CONFIG.max_s
            assert self.now < self.pulse_at + CONFIG.no_flow_s
            assert self.tap.poured_ml() < min(CONFIG.max_ml, self.tap.pour.target_ml if self.tap.pour else 0)

    @invariant()
    def a_power_cut_now_would_cost_at_most_a_step_and_give_away_at_most_the_last_pulses(self) -> None:
        for session, (entry, first) in self.reserved.items():
            ran = ml(self.total - first)
            assert ran - PROGRESS_ML < self.recorded.get(session, 0) <= ran
            quota = Quota(DAY)
            quota.restore({}, [replace(entry, progress=self.recorded.get(session, 0))])
            charged = interrupted(quota.open_sessions()[0], quota).records[0]
            assert isinstance(charged, Settle) and min(ran, entry.amount) <= charged.amount <= min(ran + PROGRESS_ML, entry.amount)

    @invariant()
    def a_shut_tap_settles_within_its_second(self) -> None:
        if self.tap.state is TapState.SETTLING:
            assert self.tap.deadline() <= self.now + SETTLES_S
        assert (self.tap.state is TapState.IDLE) == (not self.reserved)
        assert self.tap.deadline() > self.now

    @invariant()
    def a_leak_is_seen_when_it_must_be_and_not_before(self) -> None:
        recent = sum(count for at, count in self.leaks if at >= self.now - LEAK_WINDOW_S)
        if not self.standing & {FaultCode.LEAK, FaultCode.OVERRUN}:
            assert recent * 1000 / CONFIG.pulses_per_l < CONFIG.leak_ml
        if ml(sum(count for _, count in self.leaks)) < CONFIG.leak_ml and not self.settled:
            assert FaultCode.LEAK not in self.standing


TestTap = TapMachine.TestCase
TestTap.settings = machine()
