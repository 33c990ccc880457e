"""All taps of a room: who may draw, and what they share. One pour is edge/domain/water.py, the master valve edge/domain/mains.py.

Flush: a cold tap that stood for long runs by itself, so that nobody drinks what stood in the pipe; only while nobody is inside, only
when nothing forbids water (a full drip tray does), under both caps, and never hot water. It stops when somebody comes.
After a restart the standing counts anew, unless the last draw lies so many days of trusted time ago.
"""

from datetime import date
from math import inf

from contract.facts import Refusal, Stop, WaterRefused
from contract.leases import Kind
from edge.domain.equipment import Indoors
from edge.domain.hot_lock import HotLock
from edge.domain.mains import Mains
from edge.domain.messages import Effects
from edge.domain.quota import Open, QuotaExceeded
from edge.domain.room_messages import DrinkAsked
from edge.domain.screen import Notice, WaterView
from edge.domain.visits import Visit
from edge.domain.water import Tap, TapState
from edge.domain.water_care import Care


class Taps:
    """Taps by name."""

    def __init__(self, indoors: Indoors) -> None:
        self._in = indoors
        self.taps = {t.name: Tap(t, indoors.quota, indoors.faults) for t in indoors.config.taps}
        self.mains = Mains(indoors.config.water, indoors.faults)
        self.care = Care(indoors.config.water, indoors.faults, indoors.restored.care)
        self.hot = HotLock(indoors.visits)
        self.tested: str | None = None
        self._stands_from: float | None = None
        self._began_on = indoors.restored.care.drawn_day if indoors.restored.care else ""

    def drink(self, asked: DrinkAsked, now: float) -> Effects:
        """Pour, or say why not."""
        visit, tap = self._in.visits.current, self.taps.get(asked.tap)
        reason = self._why_not(visit, tap, asked.volume_ml, now)
        if reason or not (visit and tap):
            return self._refuse(asked, reason or Refusal.OUT_OF_ORDER, now)
        entry = Open(self._in.number(), visit.person, Kind.WATER_ML, asked.tap, self._in.quota.day, asked.volume_ml)
        try:
            effects = tap.begin(visit.visit, entry, self._in.rations.limit(visit.person, Kind.WATER_ML), now)
        except QuotaExceeded:
            return self._refuse(asked, Refusal.QUOTA_SPENT, now)
        self.hot.used(asked.tap)
        self._in.visits.touched(now)
        return self.mains.opened(effects)

    def stop(self, tap: str, now: float) -> Effects:
        """A person presses stop: anybody may, at any time."""
        self._in.visits.touched(now)
        return self.taps[tap].shut(Stop.PERSON, now) if tap in self.taps else Effects()

    def pulses(self, tap: str, total: int, now: float) -> Effects:
        """A flow meter counted."""
        found = self.taps[tap]
        if found.pour:
            self._in.visits.touched(now)
            return found.pulses(total, now)
        if not self.mains.dry(now):
            return found.pulses(total, now)
        ml, found.meter.total = found.meter.ml(total - found.meter.total), total
        return self.mains.ran(found.config, ml, now)

    def filter_changed(self, now: float, day: str | None = None) -> Effects:
        """A steward put a new filter in. `day`: ISO date, None for today, or for unknown where no day is trusted."""
        return self.care.filter_changed(self._day(day), self._in.quota.day, now)

    def water_tested(self, now: float, day: str | None, passed: bool) -> Effects:
        """A steward tells the result of a test of the water, taken on that day."""
        return self.care.tested(self._day(day), passed, self._in.quota.day, now)

    def shown(self) -> WaterView:
        """Filter and test, for the screen."""
        return self.care.view(self._in.quota.day)

    def tick(self, now: float) -> Effects:
        """See Equipment."""
        effects = self.mains.tick(now)
        for tap in self.taps.values():
            effects.add(self._one(tap, now))
        effects.add(self._flush(now))
        effects.add(self.care.tick(self._in.quota.day, now))
        for tap in self.taps.values():
            if self.mains.cuts(tap.config.name):
                effects.add(tap.shut(Stop.FAULT, now))
        if self.mains.cuts("") or not any(tap.pour for tap in self.taps.values()):
            effects.add(self.mains.shut(now))
        return effects

    def deadline(self) -> float:
        """See Equipment."""
        flushes = [self._stale_at(tap) for tap in self.taps.values() if self._may_flush(tap)]
        return min([self.mains.deadline(), *flushes, *(tap.deadline() for tap in self.taps.values())])

    def recorded(self) -> None:
        """See Equipment."""
        for tap in self.taps.values():
            tap.recorded()

    def revoke(self) -> Effects:
        """See Equipment."""
        effects = Effects()
        for tap in self.taps.values():
            effects.add(tap.revoke())
        if not any(tap.pour for tap in self.taps.values()):
            effects.add(self.mains.shut(-inf))
        return effects

    def end(self, person: str, now: float) -> Effects:
        """See Equipment."""
        effects = Effects()
        for tap in self.taps.values():
            if tap.pour and tap.pour.person == person:
                effects.add(tap.shut(Stop.VISIT_ENDED, now))
        return effects

    def lease_ended(self, part: str, now: float) -> Effects:
        """See Equipment. Without a part it is the master valve's: then nothing runs any more."""
        effects = Effects() if part else self.mains.shut(now)
        for tap in [self.taps[part]] if part else self.taps.values():
            effects.add(tap.shut(Stop.TIME_LIMIT, now))
        return effects

    def _one(self, tap: Tap, now: float) -> Effects:
        """What is due at one tap; what ran there ran through the filter."""
        before, total = tap.pour, tap.poured_ml()
        effects = tap.tick(now)
        if before and tap.pour is None:
            effects.add(self.care.drawn(total, self._in.quota.day))
        return effects

    def _flush(self, now: float) -> Effects:
        """Begin what is due; end what runs when somebody comes."""
        self._stand(now)
        effects = Effects()
        for tap in self.taps.values():
            if tap.pour and tap.pour.person is None and tap.pour.session != self.tested and not self._nobody():
                effects.add(tap.shut(Stop.PERSON, now))
            elif self._may_flush(tap) and now >= self._stale_at(tap):
                effects.add(self.mains.opened(tap.flush(self._in.number(), self._in.config.water.flush_ml, now)))
        return effects

    def _stand(self, now: float) -> None:
        """From when on the water is known to stand."""
        today = self._in.clock.day(now)
        if self._stands_from is None:
            self._stands_from = now
        if today and self._began_on:
            days = (date.fromisoformat(today) - date.fromisoformat(self._began_on)).days
            self._stands_from, self._began_on = (-inf if (days - 1) * 24 >= self._in.config.water.flush_after_h else self._stands_from), ""

    def _may_flush(self, tap: Tap) -> bool:
        wanted = self._in.config.water.flush_ml > 0 and not tap.config.hot and tap.state is TapState.IDLE
        return wanted and self._nobody() and self.mains.blocks(tap.config.name) is None

    def _stale_at(self, tap: Tap) -> float:
        stands = max(tap.drawn_at, inf if self._stands_from is None else self._stands_from)
        return stands + self._in.config.water.flush_after_h * 3600

    def _nobody(self) -> bool:
        return self._in.visits.inside() == 0

    def _day(self, day: str | None) -> str:
        """Never after the newest trusted day."""
        return min(day, self._in.quota.day) if day and self._in.quota.day else day or self._in.quota.day

    def _why_not(self, visit: Visit | None, tap: Tap | None, volume_ml: int, now: float) -> Refusal | None:
        if visit is None:
            return Refusal.NOT_IDENTIFIED
        if tap is None or self.mains.blocks(tap.config.name):
            return Refusal.OUT_OF_ORDER
        if not 0 < volume_ml <= tap.config.max_ml:
            return Refusal.BAD_AMOUNT
        if tap.state is not TapState.IDLE:
            return Refusal.BUSY
        return Refusal.HOT_LOCKED if tap.config.hot and self.hot.until(tap.config.name, now) is None else None

    def _refuse(self, asked: DrinkAsked, reason: Refusal, now: float) -> Effects:
        self._in.notices.show(Notice.NOT_NOW, now, reason)
        return Effects(facts=[WaterRefused(tap=asked.tap[:24], reason=reason, asked_ml=asked.volume_ml)])
