"""Orders whatever somebody with every right at the broker sends: nothing opens twice, nothing changed opens, six unlocks an hour stay six."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.commands import Reply
from contract.orders import UNLOCKS_PER_HOUR, ChallengePlease, OrderCarriedOut
from contract.topics import Leaf
from edge.domain.audit import Chain, verify
from edge.domain.core import Core
from edge.domain.messages import CommandReceived, Effects, GuardChanged, Input, Say, SetOutput, WallClockRead
from edge.domain.order_records import AppendAudit, KeepUnlocks
from edge.domain.restored import Restored
from edge.domain.safe_state import LOCK
from edge.domain.unlocks import HOUR_S, Unlocks
from tests.contract import signed_examples as known
from tests.signed_orders import delegation, ordered
from twin.station import layout

CONFIG = layout()


class Station:
    """The pure core of one station with a ledger that never fails. `done`: how often each order was carried out; `released`: the strike went on."""

    def __init__(self, seed: int) -> None:
        self.random, self.now, self.boots = Random(seed), 0.0, 0
        self.audit: list[AppendAudit] = []
        self.ages: tuple[int, ...] = ()
        self.done: Counter[str] = Counter()
        self.released = 0
        self.boot()

    def boot(self) -> None:
        self.boots, self.now = self.boots + 1, self.random.uniform(5, 5000)
        last = (self.audit[-1].seq, self.audit[-1].hash) if self.audit else Chain().ends
        restored = Restored("0badcafe", 1, 0, "0badcafe", 1, 0, audit=last, unlocks=self.ages)
        chance = iter(lambda: self.random.randrange(2**16), -1)
        self.core = Core(CONFIG, restored, f"{self.boots:08x}", "0", "0" * 64, chance, root=known.ROOT)
        self.take(self.core.start(self.now))
        self.hear(GuardChanged(True))
        self.wall(known.AT)

    def wall(self, at: object, synchronised: bool = True) -> None:
        self.hear(WallClockRead(at, synchronised))  # type: ignore[arg-type]

    def wait(self, seconds: float) -> None:
        self.now += seconds
        for _ in range(2):
            self.take(self.core.tick(self.now))

    def hear(self, heard: Input) -> Effects:
        return self.take(self.core.handle(heard, self.now))

    def take(self, effects: Effects) -> Effects:
        self.core.recorded()
        self.done.update(fact.id for fact in effects.facts if isinstance(fact, OrderCarriedOut))
        self.released += SetOutput(LOCK, True) in effects.actions
        for record in effects.records:
            match record:
                case AppendAudit():
                    self.audit.append(record)
                case KeepUnlocks(ages_s):
                    self.ages = ages_s
        return effects

    def challenge(self) -> str:
        said = [a for a in self.hear(CommandReceived(PLEASE)).actions if isinstance(a, Say) and a.leaf is Leaf.CMD_REPLY]
        return Reply.model_validate_json(said[0].payload).challenge

    def order(self, id_: str, given: object) -> bytes:
        """A genuine one with a fresh challenge."""
        return ordered(self.challenge(), id_=id_, given=given).model_dump_json().encode()  # type: ignore[arg-type]


PLEASE = ChallengePlease(id=known.ORDER.id).model_dump_json().encode()


def jump(station: Station) -> None:
    """Somebody sets the clock, or takes the time server away."""
    days = station.random.choice([0, 0, 0, -3, -400, 2, 6, 900])
    station.wall(known.AT + timedelta(days=days, seconds=station.random.uniform(-400, 400)), station.random.random() < 0.9)


def replayed(replays: int, boots: int) -> Station:
    """One genuine order in each boot; every order that was ever recorded is sent again and again, with and without a challenge open."""
    station, given, sent = Station(6), delegation(), []
    for boot in range(boots):
        station.wait(3000)
        station.wall(known.AT)
        order = station.order(f"{boot:016x}", given)
        sent.append(order)
        station.hear(CommandReceived(order))
        for n in range(replays // boots):
            if n % 40 == 0:
                jump(station)
                station.wait(station.random.choice([0.1, 5, 14.9, 15.1, 30]))
            if n % 100 == 50:
                station.challenge()
            station.hear(CommandReceived(order if n % 3 else station.random.choice(sent)))
        station.boot()
    return station


def test_replays_over_restarts_and_clock_jumps_open_nothing() -> None:
    """The 100,000 are in tests/integration/test_order_replays.py."""
    check_replays(1000, 5)


def check_replays(replays: int, boots: int) -> None:
    station = replayed(replays, boots)
    assert set(station.done.values()) == {1} and len(station.done) == station.released == boots
    assert verify(station.audit) is None and len(station.audit) == boots


def test_no_order_with_one_character_changed_is_carried_out() -> None:
    station, random = Station(7), Random(8)
    for _ in range(100):
        station.wait(1)
        text = bytearray(station.order("00000000000000aa", delegation()))
        at = random.randrange(len(text))
        text[at] = random.choice([b for b in b'0129abfz"{},:- \x00\xff' if b != text[at]])
        station.hear(CommandReceived(bytes(text)))
    assert not station.done and not station.released
    station.wait(1)
    station.hear(CommandReceived(station.order("00000000000000aa", delegation())))
    assert station.done and station.released


STEPS = st.lists(st.tuples(st.sampled_from(["wait", "restart", "unlock", "unlock"]), st.floats(0, 2000)), max_size=60)


@given(STEPS)
@settings(max_examples=60)
def test_never_more_than_six_in_any_hour_that_the_station_runs(steps: list[tuple[str, float]]) -> None:
    """`ran` counts running time over all boots; the clock of each boot begins anywhere."""
    check_six(steps)


def check_six(steps: list[tuple[str, float]]) -> None:
    ran, offset = 0.0, 0.0
    ages: tuple[int, ...] = ()
    opened: list[float] = []
    unlocks = Unlocks()
    unlocks.start(0.0)
    for act, much in steps:
        if act == "wait":
            ran += much
            for kept in unlocks.tick(ran + offset):
                ages = kept.ages_s
        elif act == "restart":
            unlocks, offset = Unlocks(ages), much - ran
            unlocks.start(ran + offset)
        elif unlocks.next_at(ran + offset) <= ran + offset:
            ages = unlocks.add(ran + offset).ages_s
            unlocks.recorded()
            opened.append(ran)
    for first in opened:
        assert sum(1 for at in opened if first <= at < first + HOUR_S - 0.001) <= UNLOCKS_PER_HOUR


@given(st.integers(2, 9), st.data())
@settings(max_examples=40)
def test_whatever_is_done_to_the_audit_chain_is_told(length: int, data: st.DataObject) -> None:
    chain = Chain()
    entries = [chain.append({"order": n}) for n in range(length)]
    assert verify(entries, chain.hash) is None
    at = data.draw(st.integers(0, length - 1))
    one = entries[at]
    wrong = data.draw(st.sampled_from(["body", "hash", "left out", "moved", "twice", "written anew"]))
    match wrong:
        case "body":
            entries[at] = AppendAudit(one.seq, one.body.replace("order", "orders"), one.hash)
        case "hash":
            entries[at] = AppendAudit(one.seq, one.body, "0" * 64)
        case "left out":
            del entries[at]
        case "moved":
            entries.append(entries.pop(0))
        case "twice":
            entries.insert(at, one)
        case "written anew":
            other = Chain()
            entries = [other.append({"order": n + (n == at)}) for n in range(length)]
    assert verify(entries, chain.hash) is not None
