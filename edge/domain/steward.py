"""Stewards at the screen: their PIN opens maintenance (edge/domain/maintenance.py), their acts are edge/domain/steward_acts.py.

Every refusal is a fact and has words; a visitor can not do anything here.
"""

from contract.facts import Refusal
from contract.steward import MaintenanceEnd, StewardAct, StewardActed, StewardRefused
from edge.domain import steward_messages as m
from edge.domain.entry import Entry
from edge.domain.equipment import Indoors
from edge.domain.fire import Fire
from edge.domain.maintenance import Maintenance
from edge.domain.messages import CodeDigested, CodeSource, Effects, Input
from edge.domain.releases import Releases
from edge.domain.room import Room
from edge.domain.screen import Notice
from edge.domain.steward_acts import Acts
from edge.domain.steward_view import StewardView

ACTS: dict[type[m.StewardAsk], StewardAct] = {
    m.ShelfCounted: StewardAct.RESTOCK, m.PartCleaned: StewardAct.CLEANED, m.FridgeServiceAsked: StewardAct.OPEN_FRIDGE,
    m.SlotServiceAsked: StewardAct.OPEN_SLOT, m.ValveTestAsked: StewardAct.TEST_VALVE, m.FilterRenewed: StewardAct.FILTER_CHANGED,
    m.WaterJudged: StewardAct.WATER_TESTED, m.DripEmptied: StewardAct.DRIP_EMPTIED, m.ReleaseAsked: StewardAct.RELEASE_FAULT,
    m.FireResetAsked: StewardAct.FIRE_RESET,
}  # fmt: skip
LONGEST_PART = 24


class Steward:
    """Of one station. Fits Equipment, so that the room's time, visits and records are its own too."""

    def __init__(self, indoors: Indoors, entry: Entry, fire: Fire, room: Room) -> None:
        self._in, self._room = indoors, room
        self.maintenance = Maintenance(indoors, entry)
        self._acts = Acts(indoors, room, Releases(indoors.faults, fire, room, entry))

    def hears(self, heard: Input) -> bool:
        """Whether an input is for this machine."""
        return isinstance(heard, m.StewardInput) or (isinstance(heard, CodeDigested) and heard.source is CodeSource.MAINTENANCE)

    def handle(self, heard: Input, now: float) -> Effects:
        """One of its inputs."""
        match heard:
            case m.MaintenanceAsked():
                return self.maintenance.ask(now)
            case m.MaintenancePin(digits):
                return self.maintenance.pin(digits, now)
            case CodeDigested():
                return self.maintenance.digested(heard, now)
            case m.MaintenanceStopped():
                return self.maintenance.end(MaintenanceEnd.PERSON, now) if self.maintenance.person() else Effects()
            case _ if isinstance(heard, m.StewardAsk):
                return self._asked(heard, now)
        return Effects()

    def tick(self, now: float) -> Effects:
        """See Equipment. A test of a valve ends with maintenance."""
        effects = self.maintenance.tick(now)
        if self.maintenance.mode is None:
            effects.add(self._acts.shut_tests(now))
        effects.add(self._acts.over())
        return effects

    def deadline(self) -> float:
        """See Equipment. What lasts ends in a step of the machine that does it."""
        return self.maintenance.deadline()

    def recorded(self) -> None:
        """See Equipment."""
        self.maintenance.recorded()
        self._acts.recorded()

    def revoke(self) -> Effects:
        """See Equipment."""
        self.maintenance.revoke()
        self._acts.revoke()
        return Effects()

    def end(self, person: str, now: float) -> Effects:
        """See Equipment."""
        mine = self.maintenance.mode is not None and self.maintenance.mode.person == person
        return self.maintenance.end(MaintenanceEnd.VISIT_ENDED, now) if mine else Effects()

    def lease_ended(self, part: str, now: float) -> Effects:
        """See Equipment: it has no output of its own."""
        return Effects()

    def view(self, now: float) -> StewardView | None:
        """For the screen; None for everybody else."""
        if self.maintenance.person() is None:
            return None
        asks = self.maintenance.asks_until if self.maintenance.asks_until > now else None
        if self.maintenance.open_to(now) is None:
            return StewardView(asks, None)
        room, acts = self._room, self._acts
        return StewardView(
            asks_until=asks, until=self.maintenance.ends_at(), acts=tuple(acts.fitted()), releasable=tuple(acts.releases.possible()),
            shelves=tuple(room.fridge.stock.shelves) if room.fridge else (), taps=tuple(room.water.taps), slots=tuple(room.lending.slots),
            cleanable=tuple(acts.cleanable()), testing=next(iter(acts.testing()), None),
        )  # fmt: skip

    def _asked(self, asked: m.StewardAsk, now: float) -> Effects:
        mode = self.maintenance.open_to(now)
        answer = self._acts.do(asked, mode, now) if mode else Refusal.NOT_IN_MAINTENANCE
        if isinstance(answer, Refusal):
            return self._refuse(asked, answer, now)
        self._in.visits.touched(now)
        if any(isinstance(fact, StewardActed) for fact in answer.facts):
            self._in.notices.show(Notice.STEWARD_DONE, now)
        return answer

    def _refuse(self, asked: m.StewardAsk, reason: Refusal, now: float) -> Effects:
        visit = self._in.visits.current
        self._in.notices.show(Notice.NOT_NOW, now, reason)
        fact = StewardRefused(person=visit.person if visit else None, act=ACTS[type(asked)], part=_part(asked), reason=reason)
        return Effects(facts=[fact])


def _part(asked: m.StewardAsk) -> str:
    """What an act was about, as far as it may stand in a fact: unchecked text, cut."""
    match asked:
        case m.ShelfCounted(shelf=part) | m.SlotServiceAsked(part) | m.ValveTestAsked(part) | m.PartCleaned(part) | m.ReleaseAsked(part=part):
            return part[:LONGEST_PART]
    return ""
