"""The fridge: who may open the cabinet, what it costs, what stops it. Reserved before the lock lets go, settled from the scales.

Temperature is edge/domain/cold.py, what lies where edge/domain/stock.py, lock and contact edge/domain/fridge_cabinet.py.
"""

from math import inf

from contract.facts import FaultCode, Refusal, Stop
from contract.fridge import BottlesReserved, BottlesTaken, FridgeCause, FridgeConfig, FridgeRefused, Taken
from contract.leases import Kind
from edge.domain import room_messages as m
from edge.domain.cold import Cold
from edge.domain.equipment import Indoors
from edge.domain.fault_rules import RULES
from edge.domain.faults import Service
from edge.domain.fridge_cabinet import Cabinet, CabinetState, Gone, Opening
from edge.domain.fridge_scale import Scale
from edge.domain.messages import Effects
from edge.domain.quota import Open, Quota
from edge.domain.screen import FridgeView, Notice, PartState, ShelfView
from edge.domain.stock import Stock
from edge.domain.visits import Visit

PART = "fridge"
"""What a reservation is for."""
HERE = frozenset({FaultCode.FRIDGE_BLOCKED, FaultCode.SCALE_LOST})
"""That keep visitors out, but not the steward who comes because of them."""


class Fridge:
    """One cabinet. Fits Equipment."""

    def __init__(self, config: FridgeConfig, indoors: Indoors) -> None:
        self.config, self._in = config, indoors
        kept = indoors.restored.fridge
        self.stock = Stock(config, indoors.faults, kept.shelves)
        self.cold = Cold(config, indoors.faults, self._trusted_at, kept)
        self.cabinet = Cabinet(config, {shelf.name: Scale(shelf) for shelf in config.shelves})
        self._unrecorded = self._told_ajar = False
        for entry in indoors.quota.open_sessions():
            if entry.kind is Kind.BOTTLES:
                self.cabinet.resume(Opening(FridgeCause.VISITOR, {name: one.grams for name, one in self.stock.shelves.items()}, entry))

    def handle(self, heard: m.RoomInput, now: float) -> Effects:
        """Something was sensed or asked."""
        match heard:
            case m.FridgeAsked():
                return self._ask(now)
            case m.LineChanged(on=closed):
                self.cabinet.contact(closed, now)
            case m.TemperatureRead(probe, celsius):
                return self.cold.read(probe, celsius, now)
            case m.TemperatureLost(probe, reason):
                return self.cold.lost(probe, reason, now)
            case m.WeightRead(scale, grams) if scale in self.cabinet.scales:
                self.cabinet.scales[scale].read(grams, now)
            case m.WeightLost(scale, reason) if scale in self.cabinet.scales:
                self.cabinet.scales[scale].lost(reason)
        return Effects()

    def tick(self, now: float) -> Effects:
        """See Equipment."""
        effects = self.cold.tick(now)
        effects.add(self.stock.tick(self._in.quota.day, now))
        effects.add(self.cabinet.tick(now))
        effects.add(self._weigh(now))
        if self.cabinet.state is CabinetState.RELEASED and self._must_end():
            effects.add(self.cabinet.end(Stop.FAULT, now))
        gone = self.cabinet.gone(now)
        if gone:
            effects.add(self._settle(gone, now))
            effects.add(self.cabinet.left_open(now))
        effects.add(self._ajar(now))
        return effects

    def deadline(self) -> float:
        """See Equipment. Readings come several times a second, and each is followed by a tick."""
        ajar = inf if self._told_ajar else self.cabinet.opened_at + self.config.ajar_s
        return min(self.cabinet.deadline(), self.cold.deadline(), ajar)

    def recorded(self) -> None:
        """See Equipment."""
        self._unrecorded = False

    def revoke(self) -> Effects:
        """See Equipment."""
        opening, unrecorded = self.cabinet.opening, self._unrecorded
        self._unrecorded = False
        if not (unrecorded and opening):
            return Effects()
        if opening.entry:
            self._in.quota.cancel(opening.entry.session)
        return self.cabinet.forget()

    def end(self, person: str, now: float) -> Effects:
        """See Equipment. Who goes while the cabinet is open is charged with what is gone by then."""
        opening = self.cabinet.opening
        mine = opening is not None and opening.entry is not None and opening.entry.person == person
        return self.cabinet.end(Stop.VISIT_ENDED, now) if mine else Effects()

    def lease_ended(self, part: str, now: float) -> Effects:
        """See Equipment."""
        return self.cabinet.end(Stop.TIME_LIMIT, now) if self.cabinet.state is CabinetState.RELEASED else Effects()

    def service(self, person: str, now: float) -> Effects | None:
        """Let go for a steward, who may take out anything: nothing is reserved, counted or charged. None: it can not be now."""
        if self.cabinet.state is not CabinetState.IDLE or self.cabinet.closed is not True or self._must_end(FridgeCause.STEWARD):
            return None
        self._unrecorded = True
        return self.cabinet.release(Opening(FridgeCause.STEWARD, {}), now)

    def restocked(self, person: str, shelf: str, count: int, lot: str, expires: str, now: float) -> Effects | None:
        """A steward counted `count` pieces of a lot on a shelf; `expires` is its last day, ISO. None: refused, nothing changed."""
        return self.stock.restocked(person, shelf, count, lot, expires, self._in.quota.day)

    def release(self, person: str, reason: str, now: float) -> Effects | None:
        """A steward has looked at what was warm. None: it still is, or nobody knows."""
        return self.cold.release(person, reason, now)

    def view(self, visit: Visit | None, now: float) -> FridgeView:
        """For the screen."""
        left = self._in.rations.left(visit.person, Kind.BOTTLES) if visit else 0
        shelves = tuple(
            ShelfView(name, self.stock.config[name].item, one.count, one.lot, one.expires, name in self.stock.offered(), one.expired)
            for name, one in self.stock.shelves.items()
        )
        return FridgeView(self._state(visit, left, now), shelves, left, self.cold.celsius, self._blocked(now), self.cabinet.closed is False)

    def _ask(self, now: float) -> Effects:
        visit = self._in.visits.current
        reason = self._why_not(visit, now)
        if reason or visit is None:
            self._in.notices.show(Notice.NOT_NOW, now, reason)
            return Effects(facts=[FridgeRefused(reason=reason or Refusal.OUT_OF_ORDER)])
        left, limit = self._in.rations.left(visit.person, Kind.BOTTLES), self._in.rations.limit(visit.person, Kind.BOTTLES)
        entry = Open(self._in.number(), visit.person, Kind.BOTTLES, PART, self._in.quota.day, left)
        grams = {name: scale.rest for name, scale in self.cabinet.scales.items() if scale.rest is not None}
        effects = Effects(records=[self._in.quota.reserve(entry, limit)])
        effects.facts.append(BottlesReserved(take=entry.session, visit=visit.visit, person=visit.person, reserved=left))
        effects.add(self.stock.weighed(grams))
        effects.add(self.cabinet.release(Opening(FridgeCause.VISITOR, {**grams}, entry), now))
        self._unrecorded = True
        self._in.visits.touched(now)
        self._in.notices.show(Notice.FRIDGE_OPEN, now)
        return effects

    def _why_not(self, visit: Visit | None, now: float) -> Refusal | None:
        if visit is None:
            return Refusal.NOT_IDENTIFIED
        if self.cabinet.state is not CabinetState.IDLE:
            return Refusal.BUSY
        if self._blocked(now) or not self._ready():
            return Refusal.OUT_OF_ORDER
        if not self.stock.offered():
            return Refusal.SOLD_OUT
        return Refusal.QUOTA_SPENT if self._in.rations.left(visit.person, Kind.BOTTLES) < 1 else None

    def _ready(self) -> bool:
        """Shut, and every shelf weighed."""
        return self.cabinet.closed is True and all(scale.rest is not None for scale in self.cabinet.scales.values())

    def _blocked(self, now: float) -> FaultCode | None:
        parts = ("", *self.cabinet.scales)
        standing = (self._in.faults.blocks(Service.FRIDGE, part) for part in parts)
        return next((fault for fault in standing if fault), None) or self.cold.blocks(now)

    def _must_end(self, cause: FridgeCause | None = None) -> bool:
        """Whether the lock may not let go now, for whom it is."""
        cause = cause or (self.cabinet.opening.cause if self.cabinet.opening else None)
        if cause is not FridgeCause.STEWARD:
            return self._in.faults.cuts(Service.FRIDGE, "")
        return any(RULES[f].cuts and Service.FRIDGE in RULES[f].blocks for f, _ in self._in.faults.standing() if f not in HERE)

    def _weigh(self, now: float) -> Effects:
        effects = Effects()
        for name, scale in self.cabinet.scales.items():
            why = scale.why(now)
            effects.add(self._in.faults.set(bool(why), FaultCode.SCALE_LOST, name, why, now))
        return effects

    def _settle(self, gone: Gone, now: float) -> Effects:
        """Charge what is certain, at most what was reserved; tell everything."""
        opening, entry, effects, charged = gone.opening, gone.opening.entry, Effects(), 0
        if opening.cause is FridgeCause.STEWARD or (entry is None and gone.count == 0 and gone.certain):
            return effects
        if entry:
            effects.records.append(record := self._in.quota.settle(entry.session, gone.count, opening.stop))
            charged = record.amount
        fact = BottlesTaken(
            take=entry.session if entry else None, person=entry.person if entry else None, taken=self._told(gone),
            count=gone.count, charged=charged, certain=gone.certain, stop=opening.stop,
        )  # fmt: skip
        effects.facts.append(fact)
        for name, (count, _) in gone.counts.items():
            effects.add(self.stock.took(name, count))
        if entry:
            self._in.notices.show(_notice(fact), now)
            self._in.visits.touched(now)
        return effects

    def _told(self, gone: Gone) -> tuple[Taken, ...]:
        return tuple(
            Taken(shelf=name, item=self.stock.config[name].item, lot=self.stock.shelves[name].lot or None, count=count, certain=certain)
            for name, (count, certain) in gone.counts.items()
            if count or not certain
        )

    def _ajar(self, now: float) -> Effects:
        due = self.cabinet.closed is False and now >= self.cabinet.opened_at + self.config.ajar_s
        if due and not self._told_ajar:
            self._in.notices.show(Notice.FRIDGE_CLOSE, now)
        self._told_ajar = due
        return self._in.faults.set(due, FaultCode.FRIDGE_AJAR, "", f"open for {self.config.ajar_s:g} s", now)

    def _state(self, visit: Visit | None, left: int, now: float) -> PartState:
        opening = self.cabinet.opening
        if opening is not None:
            mine = visit is not None and opening.entry is not None and opening.entry.person == visit.person
            return PartState.MINE if mine else PartState.TAKEN
        if self._blocked(now) or not self._ready() or not self.stock.offered():
            return PartState.OUT_OF_ORDER
        return PartState.QUOTA_SPENT if visit is not None and left < 1 else PartState.READY

    def _trusted_at(self, now: float) -> int | None:
        """UTC s, None while time is not trusted."""
        return int(self._in.clock.at(now).timestamp()) if self._in.clock.day(now) else None


def _notice(fact: BottlesTaken) -> Notice:
    if fact.count > fact.charged:
        return Notice.FRIDGE_OVER
    return Notice.FRIDGE_DONE if fact.count or not fact.certain else Notice.FRIDGE_LEFT


def interrupted(entry: Open, quota: Quota) -> Effects:
    """Left open by a configuration that had a fridge: nobody can weigh any more, so the reservation is charged and the fact says so."""
    record = quota.settle(entry.session, entry.amount, Stop.INTERRUPTED)
    fact = BottlesTaken(
        take=entry.session, person=entry.person, taken=(), count=record.amount, charged=record.amount, certain=False, stop=Stop.INTERRUPTED,
    )  # fmt: skip
    return Effects(facts=[fact], records=[record])
