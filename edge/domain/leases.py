"""The conversation with the cloud about parts of a day's quota: asked for when somebody comes, given back when they go.

The account is quota.py, the rule what a lease allows is rations.py. Nothing here lets anybody draw; a lease that does not come leaves the
allowance. docs/quota.md says why all stations together stay within the bound.
"""

from dataclasses import dataclass
from math import inf

from contract.config import StationConfig
from contract.facts import FaultCode, QuotaReturned
from contract.leases import Kind, QuotaAsk, QuotaLease
from contract.topics import Leaf
from edge.domain.cloud_time import CloudTime
from edge.domain.equipment import Indoors
from edge.domain.lease_records import StoreLease
from edge.domain.messages import Effects, Say
from edge.domain.screen import ShareView

BOTTLES_AHEAD = 2
RETRY_S = 10.0
SPENT_RETRY_S = 60.0
"""After the answer that there is no more: somebody may have given something back."""


@dataclass
class Asked:
    """The newest ask about one person and kind; `again_at` is when it may be repeated."""

    ask: str
    asked_at: float
    again_at: float
    answered: bool = False


class QuotaLeases:
    """Equipment as the room sees it, though nothing hangs on it. Does nothing where quotas are not shared."""

    def __init__(self, indoors: Indoors) -> None:
        self._in, self._quota, self._shared = indoors, indoors.quota, indoors.config.quota.shared
        self._connected = False
        self._here: set[str] = set()
        self._unrecorded: set[str] = set()
        self._owed: set[tuple[str, Kind]] = set()
        self._asked: dict[tuple[str, Kind], Asked] = {}
        self._word: CloudTime | None = None
        if self._shared:
            self._owed = self._quota.holders()
        self._standing = self._quota.standing()

    def turn(self, day: str | None, now: float) -> Effects:
        """`day` by the station's own clock, None while it is not trusted: then the cloud's word goes on. A clock that contradicts it is not believed."""
        believed = day is None or self._word is None or self._word.allows(day, now)
        if believed:
            self._quota.turn(day or (self._word.day(now) if self._word else ""))
        if not self._shared:
            return Effects()
        effects = self._in.faults.set(not believed, FaultCode.CLOCK_WRONG, "", f"shows {day}, the cloud another day", now)
        effects.add(self._note_day())
        return effects

    def link(self, connected: bool) -> None:
        """What was asked before may be lost."""
        self._connected = connected
        self._asked.clear()
        self._in.rations.answered.clear()

    def arrived(self, person: str) -> None:
        """Somebody was let in: each kind that is drawn here is asked for at once."""
        if self._shared:
            self._here.add(person)
            self._unrecorded.add(person)
            self._owed -= {(person, what) for what in self._ahead()}
            for what in self._ahead():
                self._asked.pop((person, what), None)
                self._in.rations.answered.discard((person, what))

    def heard(self, lease: QuotaLease, now: float) -> Effects:
        """The cloud answers, or says again what it gave."""
        if not self._shared or lease.epoch != self._in.restored.epoch:
            return Effects()
        asked = self._asked.get((lease.person, lease.what))
        answers = asked is not None and lease.ask == asked.ask
        effects = self._cloud_says(lease.at_s, asked, now) if asked and answers and lease.at_s else Effects()
        held = self._quota.leases.of(lease.day or "", lease.person, lease.what)
        if lease.day is not None and lease.number > held.number and lease.day >= self._quota.standing().keep_from:
            kept = StoreLease(lease.person, lease.what, lease.day, lease.number, lease.upto, held.told)
            effects.records.append(self._quota.leases.keep(kept))
            if lease.person not in self._here:
                self._owed.add((lease.person, lease.what))
        if asked and answers:
            self._answer(asked, lease, grown=bool(effects.records) and lease.number > held.number, now=now)
        return effects

    def _answer(self, asked: Asked, lease: QuotaLease, grown: bool, now: float) -> None:
        """`grown`: there may be more; else it is asked again later. Of another day nothing is known yet."""
        asked.answered = True
        asked.again_at = now if lease.day != self._quota.day else now + (RETRY_S if grown else SPENT_RETRY_S)
        if lease.day == self._quota.day and (self._word is None or self._word.allows(lease.day, now)):
            self._in.rations.answered.add((lease.person, lease.what))

    def tick(self, now: float) -> Effects:
        """Ask for who is here, give back for who is not."""
        effects = Effects()
        for person, what in sorted(self._owed):
            effects.add(self._give_back(person, what))
        if self._connected:
            for person in sorted(self._here):
                for what in self._ahead():
                    effects.add(self._ask(person, what, now))
        return effects

    def deadline(self) -> float:
        """Never: what is due is asked with the next beat of the loop."""
        return inf

    def recorded(self) -> None:
        """See Equipment."""
        self._unrecorded.clear()

    def revoke(self) -> Effects:
        """Who could not be let in is not here."""
        for person in sorted(self._unrecorded):
            self.end(person, 0.0)
        self._unrecorded.clear()
        return Effects()

    def end(self, person: str, now: float) -> Effects:
        """The visit is over; what runs is settled first, then the rest is given back."""
        if person in self._here:
            self._here.discard(person)
            self._owed |= {(person, what) for what in self._ahead()}
        return Effects()

    def lease_ended(self, part: str, now: float) -> Effects:
        """Nothing hangs on it."""
        return Effects()

    def view(self, person: str) -> tuple[ShareView, ...]:
        """For the screen: what could be drawn if the line went now."""
        if not self._shared:
            return ()
        return tuple(ShareView(what, self._quota.left(person, what, self._in.rations.offline_limit(person, what))) for what in self._ahead())

    def _ask(self, person: str, what: Kind, now: float) -> Effects:
        lease, drawn = self._lease(person, what), self._quota.used(person, what) + self._quota.held(person, what)
        ration = self._in.rations.ration(person, what)
        want = min(ration, drawn + self._ahead()[what])
        enough = self._quota.day != "" and lease.upto >= want
        asked = self._asked.get((person, what))
        if not ration or (asked and (enough or now < asked.again_at)):
            return Effects()
        if asked and not asked.answered:
            self._in.rations.answered.discard((person, what))
        self._asked[person, what] = Asked(self._in.number(), now, now + RETRY_S)
        ask = QuotaAsk(
            ask=self._asked[person, what].ask, epoch=self._in.restored.epoch, person=person, what=what, day=self._quota.day or None,
            utc_offset_min=self._in.config.quota.utc_offset_min, ration=ration, want=want, number=lease.number, upto=lease.upto,
            spent=self._quota.used(person, what),
        )  # fmt: skip
        return Effects([Say(Leaf.QUOTA_ASK, ask.model_dump_json().encode())])

    def _lease(self, person: str, what: Kind) -> StoreLease:
        return self._quota.leases.of(self._quota.day, person, what)

    def _give_back(self, person: str, what: Kind) -> Effects:
        if self._quota.held(person, what):
            return Effects()
        self._owed.discard((person, what))
        lease = self._quota.leases.give_back(self._lease(person, what), self._quota.used(person, what)) if self._quota.day else None
        if lease is None:
            return Effects()
        fact = QuotaReturned(person=person, what=what, day=lease.day, lease=lease.number, spent=lease.told)
        return Effects(facts=[fact], records=[lease])

    def _cloud_says(self, at_s: int, asked: Asked, now: float) -> Effects:
        """A day that a wrong clock ran ahead to is left. Where a clock that counts as right shows an earlier day, the day stays.

        Nobody knows then who is wrong, and without a lease for the day only the allowance is left.
        """
        self._word = word = CloudTime.heard(at_s, asked.asked_at, now, self._in.config.quota.utc_offset_min)
        if self._in.clock.day(now) is None:
            self._quota.turn(word.day(now))
        self._quota.confirm(word.day(now), word.before(now), go_back=self._quota.day > word.latest(now))
        return self._note_day()

    def _note_day(self) -> Effects:
        standing = self._quota.standing()
        if standing == self._standing:
            return Effects()
        if standing.day != self._standing.day:
            self._in.rations.answered.clear()
        self._standing = standing
        self._owed |= {(person, what) for person, what in self._quota.holders() if person not in self._here}
        return Effects(records=[standing])

    def _ahead(self) -> dict[Kind, int]:
        return ahead(self._in.config)


def ahead(config: StationConfig) -> dict[Kind, int]:
    """What is drawn at this station, and how much of it is leased ahead: the most that can be drawn in one go."""
    most = {
        Kind.WATER_ML: max((tap.max_ml for tap in config.taps), default=0),
        Kind.BOTTLES: BOTTLES_AHEAD if config.fridge else 0,
        Kind.SOCKET_MIN: max((int(socket.max_s // 60) for socket in config.sockets), default=0),
    }
    return {what: amount for what, amount in most.items() if amount}
