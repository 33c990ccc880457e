"""What a steward does in maintenance: each act goes through the machine that it is about, under the machine's own rules, and is a fact.

An act that can not be done changes nothing. No cap, lease or fault is weaker for a steward: a valve is not tested while a fault says
that it must stay shut. Only what keeps water from being drunk (filter, test of the water) does not keep it from being tested.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from contract.facts import FaultCode, Refusal, Stop
from contract.steward import StewardAct, StewardActed
from edge.domain import steward_messages as m
from edge.domain.equipment import Indoors
from edge.domain.faults import BLOCKS, Service
from edge.domain.mains import RUNS_ON
from edge.domain.maintenance import Mode
from edge.domain.messages import Effects
from edge.domain.releases import Releases
from edge.domain.room import Room
from edge.domain.water import Tap, TapState

UNDRINKABLE = frozenset({FaultCode.FILTER_OVERDUE, FaultCode.WATER_TEST_OVERDUE})
ROOM, FRIDGE, LOCKER = "room", "fridge", "locker"
"""Parts that can be cleaned, beside each tap and amenity by its name."""


@dataclass
class Lasting:
    """An act that is told when it is over: `count` is what it counts, `over` whether it ended."""

    mode: Mode
    act: StewardAct
    part: str
    before: int
    count: Callable[[], int]
    over: Callable[[], bool]
    recorded: bool = False


class Acts:
    """Of one station."""

    def __init__(self, indoors: Indoors, room: Room, releases: Releases) -> None:
        self._in, self._room, self.releases = indoors, room, releases
        self._lasting: list[Lasting] = []

    def do(self, asked: m.StewardAsk, mode: Mode, now: float) -> Effects | Refusal:
        """One act, whole, or why it can not be."""
        match asked:
            case m.ShelfCounted():
                return self._restock(asked, mode, now)
            case m.PartCleaned(part):
                known = part in self.cleanable()
                return Effects(facts=[_acted(mode, StewardAct.CLEANED, part)]) if known else Refusal.UNKNOWN_PART
            case m.FridgeServiceAsked():
                return self._open_fridge(mode, now)
            case m.SlotServiceAsked(slot):
                return self._open_slot(slot, mode, now)
            case m.ValveTestAsked(tap):
                return self._test(tap, mode, now)
            case m.FilterRenewed() | m.WaterJudged():
                return self._water(asked, mode, now)
            case m.DripEmptied():
                return self._drip(mode)
            case m.ReleaseAsked() | m.FireResetAsked():
                return self._release(asked, mode, now)

    def over(self) -> Effects:
        """What lasted and has ended since."""
        effects = Effects()
        for one in [one for one in self._lasting if one.over()]:
            self._lasting.remove(one)
            effects.facts.append(_acted(one.mode, one.act, one.part, before=one.before, after=one.count()))
        return effects

    def recorded(self) -> None:
        """What began is in the ledger."""
        for one in self._lasting:
            one.recorded = True

    def revoke(self) -> None:
        """What began could not be stored: it never did."""
        self._lasting = [one for one in self._lasting if one.recorded]

    def shut_tests(self, now: float) -> Effects:
        """The steward goes."""
        effects = Effects()
        for name in self.testing():
            effects.add(self._room.water.taps[name].shut(Stop.VISIT_ENDED, now))
        return effects

    def testing(self) -> list[str]:
        """Taps that run for a test."""
        return [one.part for one in self._lasting if one.act is StewardAct.TEST_VALVE]

    def fitted(self) -> Iterator[StewardAct]:
        """Acts for which this station has the parts."""
        config, room = self._in.config, self._room
        has = {
            StewardAct.RESTOCK: room.fridge, StewardAct.OPEN_FRIDGE: room.fridge, StewardAct.OPEN_SLOT: room.lending.slots,
            StewardAct.TEST_VALVE: room.water.taps, StewardAct.FILTER_CHANGED: room.water.taps, StewardAct.WATER_TESTED: room.water.taps,
            StewardAct.DRIP_EMPTIED: config.water.drip_pin is not None, StewardAct.FIRE_RESET: config.detectors.fire_pin is not None,
        }  # fmt: skip
        return (act for act in StewardAct if has.get(act, True))

    def cleanable(self) -> list[str]:
        """Names of parts."""
        room = self._room
        return [ROOM, *room.water.taps, *([FRIDGE] if room.fridge else []), *([LOCKER] if room.lending.slots else []), *room.amenities.amenities]

    def _restock(self, asked: m.ShelfCounted, mode: Mode, now: float) -> Effects | Refusal:
        fridge = self._room.fridge
        if fridge is None or asked.shelf not in fridge.stock.shelves:
            return Refusal.UNKNOWN_PART
        before = fridge.stock.shelves[asked.shelf].count
        effects = fridge.restocked(mode.person, asked.shelf, asked.count, asked.lot, asked.expires, now)
        if effects is None:
            return Refusal.BAD_AMOUNT
        note = f"lot {asked.lot}, until {asked.expires}"
        effects.facts.append(_acted(mode, StewardAct.RESTOCK, asked.shelf, before=before, after=asked.count, note=note))
        return effects

    def _open_fridge(self, mode: Mode, now: float) -> Effects | Refusal:
        """Told when it is over, with the pieces that are believed to lie there."""
        fridge = self._room.fridge
        if fridge is None:
            return Refusal.UNKNOWN_PART
        if fridge.cabinet.opening is not None:
            return Refusal.BUSY
        effects = fridge.service(mode.person, now)
        if effects is None:
            return Refusal.OUT_OF_ORDER
        opening, shelves = fridge.cabinet.opening, fridge.stock
        self._begin(mode, StewardAct.OPEN_FRIDGE, "", lambda: sum(s.count for s in shelves.shelves.values()), lambda: fridge.cabinet.opening is not opening)
        return effects

    def _open_slot(self, slot: str, mode: Mode, now: float) -> Effects | Refusal:
        """Told when it is over, with the power banks that lie in the locker."""
        lending = self._room.lending
        if slot not in lending.slots:
            return Refusal.UNKNOWN_PART
        if lending.release is not None:
            return Refusal.BUSY
        effects = lending.service(mode.person, slot, now)
        if effects is None:
            return Refusal.OUT_OF_ORDER
        release = lending.release
        self._begin(mode, StewardAct.OPEN_SLOT, slot, lambda: sum(1 for s in lending.slots.values() if s.present), lambda: lending.release is not release)
        return effects

    def _test(self, name: str, mode: Mode, now: float) -> Effects | Refusal:
        """A little water into the basin, through the same machine with the same caps, charged to nobody."""
        water, tap = self._room.water, self._room.water.taps.get(name)
        if tap is None:
            return Refusal.UNKNOWN_PART
        reason = self._keeps_shut(tap, now)
        if reason:
            return reason
        water.tested = session = self._in.number()
        water.hot.used(name)
        effects = water.mains.opened(tap.flush(session, self._in.config.steward.test_ml, now))
        self._begin(mode, StewardAct.TEST_VALVE, name, tap.dispensed_ml, lambda: tap.pour is None or tap.pour.session != session)
        return effects

    def _keeps_shut(self, tap: Tap, now: float) -> Refusal | None:
        name, water = tap.config.name, self._room.water
        blocked = any(Service.WATER in BLOCKS[f] and part in ("", name) for f, part in self._in.faults.standing() if f not in UNDRINKABLE)
        runs_on = water.mains.fitted and any(f in RUNS_ON for f, _ in self._in.faults.standing())
        if blocked or runs_on:
            return Refusal.OUT_OF_ORDER
        if tap.state is not TapState.IDLE or self.testing():
            return Refusal.BUSY
        return Refusal.HOT_LOCKED if tap.config.hot and water.hot.until(name, now) is None else None

    def _water(self, asked: m.FilterRenewed | m.WaterJudged, mode: Mode, now: float) -> Effects | Refusal:
        water = self._room.water
        if not water.taps:
            return Refusal.UNKNOWN_PART
        if asked.day is not None and not _is_day(asked.day):
            return Refusal.BAD_AMOUNT
        if isinstance(asked, m.FilterRenewed):
            drawn = water.care.kept.drawn_ml
            effects = water.filter_changed(now, asked.day)
            effects.facts.append(_acted(mode, StewardAct.FILTER_CHANGED, "", before=drawn, after=0))
            return effects
        effects = water.water_tested(now, asked.day, asked.passed)
        effects.facts.append(_acted(mode, StewardAct.WATER_TESTED, "", note="passed" if asked.passed else "failed"))
        return effects

    def _drip(self, mode: Mode) -> Effects | Refusal:
        """The contact has the last word: while it says full, it is."""
        if self._in.config.water.drip_pin is None:
            return Refusal.UNKNOWN_PART
        if self._in.faults.stands(FaultCode.DRIP_TRAY_FULL):
            return Refusal.STILL_SO
        return Effects(facts=[_acted(mode, StewardAct.DRIP_EMPTIED, "")])

    def _release(self, asked: m.ReleaseAsked | m.FireResetAsked, mode: Mode, now: float) -> Effects | Refusal:
        """Counted are the faults that stand."""
        before = len(self._in.faults.standing())
        if isinstance(asked, m.FireResetAsked):
            act, fault, part, note = StewardAct.FIRE_RESET, FaultCode.FIRE_RESET_DUE, "", ""
            effects = self.releases.fire(now)
        else:
            act, fault, part, note = StewardAct.RELEASE_FAULT, asked.fault, asked.part, asked.reason.strip()
            effects = self.releases.release(asked, mode.person, now)
        if not isinstance(effects, Refusal):
            effects.facts.append(_acted(mode, act, part, fault=fault, before=before, after=len(self._in.faults.standing()), note=note))
        return effects

    def _begin(self, mode: Mode, act: StewardAct, part: str, count: Callable[[], int], over: Callable[[], bool]) -> None:
        self._lasting.append(Lasting(mode, act, part, count(), count, over))


def _acted(
    mode: Mode, act: StewardAct, part: str, fault: FaultCode | None = None, before: int | None = None, after: int | None = None, note: str = "",
) -> StewardActed:  # fmt: skip
    return StewardActed(maintenance=mode.number, person=mode.person, act=act, part=part, fault=fault, before=before, after=after, note=note[:200])


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
