"""The cabinet as lock, contact and scales: who opened it, what is gone when it is shut again. Quota and faults are the fridge's business.

The lock lets go only for an opening that is in the ledger, goes back as soon as the door is open, and holds nobody: a cabinet has an outside only.
"""

from dataclasses import dataclass, field
from enum import Enum
from math import inf

from contract.facts import Stop
from contract.fridge import FridgeCause, FridgeClosed, FridgeConfig, FridgeOpened
from edge.domain.fridge_scale import Scale
from edge.domain.messages import Effects, SetOutput
from edge.domain.quota import Open
from edge.domain.safe_state import FRIDGE_LOCK

DEBOUNCE_S = 0.1
LATCH_S = 1.0
"""A hand that pulled as the lock went back may still have opened it."""
REST_S, MEASURE_S = 1.5, 20.0
"""After shutting nothing is weighed so long; nothing is waited for longer than this."""
LONGEST_OPEN_S = 300.0
"""Whoever opened it is then charged with what is gone, and what goes later is nobody's."""


class CabinetState(Enum):
    """Of the cabinet."""

    IDLE = "idle"
    RELEASED = "released"
    OPEN = "open"
    SETTLING = "settling"


@dataclass
class Opening:
    """One opening, asked for or not. `before`: g on each shelf, None for not known. `opened`: whether the door was seen open."""

    cause: FridgeCause
    before: dict[str, float | None]
    entry: Open | None = None
    since: float = 0.0
    opened: bool = False
    stop: Stop = Stop.PERSON
    measure_from: float = 0.0


@dataclass(frozen=True)
class Gone:
    """An opening that is over: pieces and certainty by shelf."""

    opening: Opening
    counts: dict[str, tuple[int, bool]]

    @property
    def count(self) -> int:
        """Pieces in all."""
        return sum(count for count, _ in self.counts.values())

    @property
    def certain(self) -> bool:
        """Whether each of them is."""
        return all(certain for _, certain in self.counts.values())


@dataclass
class Cabinet:
    """`closed` is None until the contact was heard."""

    config: FridgeConfig
    scales: dict[str, Scale]
    state: CabinetState = CabinetState.IDLE
    opening: Opening | None = None
    closed: bool | None = None
    opened_at: float = inf
    _heard: bool | None = field(default=None, repr=False)
    _heard_at: float = inf
    _shut_at: float = -inf

    def contact(self, closed: bool, now: float) -> None:
        """As it bounces."""
        if closed is not self._heard:
            self._heard, self._heard_at = closed, now

    def release(self, opening: Opening, now: float) -> Effects:
        """Let go. The caller has it recorded first."""
        self.state, self.opening, opening.since = CabinetState.RELEASED, opening, now
        return Effects([SetOutput(FRIDGE_LOCK, True)])

    def resume(self, opening: Opening) -> None:
        """What a kill or a power cut interrupted; whether it is open the contact will say."""
        opening.opened, opening.stop = True, Stop.INTERRUPTED
        self.state, self.opening = CabinetState.OPEN, opening

    def forget(self) -> Effects:
        """The opening could not be recorded: it never was."""
        self.state, self.opening = CabinetState.IDLE, None
        return Effects([SetOutput(FRIDGE_LOCK, False)])

    def end(self, stop: Stop, now: float) -> Effects:
        """Lock again; what is gone is weighed, with the door open too. Nothing happens when nobody is served."""
        opening = self.opening
        if opening is None or self.state not in (CabinetState.RELEASED, CabinetState.OPEN):
            return Effects()
        released = self.state is CabinetState.RELEASED
        self._settle_from(now, opening, stop)
        return Effects([SetOutput(FRIDGE_LOCK, False)]) if released else Effects()

    def tick(self, now: float) -> Effects:
        """The contact when it has come to rest, and the lock when its time is over."""
        effects = self._moved(now) if now >= self._heard_at + DEBOUNCE_S else Effects()
        for scale in self.scales.values():
            scale.watch(self._shut_at + REST_S if self.closed and self._heard else None, now)
        if self.state is CabinetState.RELEASED and self.opening and now >= self.opening.since + self.config.unlock_s:
            effects.add(self.end(Stop.TIME_LIMIT, now))
        if self.state is CabinetState.OPEN and self.opening and self.opening.entry and now >= self.opened_at + LONGEST_OPEN_S:
            effects.add(self.end(Stop.TIME_LIMIT, now))
        return effects

    def gone(self, now: float) -> Gone | None:
        """What the opening that is over came to, once; None while it is not over, or not weighed yet."""
        opening = self.opening
        if self.state is not CabinetState.SETTLING or opening is None or now < self._weighed_at(opening, now):
            return None
        counts = {name: self._count(name, opening, now) for name in self.scales}
        self.state, self.opening = CabinetState.IDLE, None
        return Gone(opening, counts)

    def left_open(self, now: float) -> Effects:
        """After gone(): the door is still open, and nobody is asked for what goes from now on."""
        if self.closed is not False:
            return Effects()
        before = {name: scale.steady(now - MEASURE_S, now) for name, scale in self.scales.items()}
        self.state, self.opening = CabinetState.OPEN, Opening(FridgeCause.LEFT_OPEN, before, opened=True)
        return Effects(facts=[FridgeOpened(cause=FridgeCause.LEFT_OPEN, take=None)])

    def deadline(self) -> float:
        """When tick or gone has something to do, as far as no scale decides it."""
        waits = [self._heard_at + DEBOUNCE_S]
        opening = self.opening
        if opening and self.state is CabinetState.RELEASED:
            waits.append(opening.since + self.config.unlock_s)
        if opening and self.state is CabinetState.OPEN and opening.entry:
            waits.append(self.opened_at + LONGEST_OPEN_S)
        if opening and self.state is CabinetState.SETTLING:
            waits.append(opening.measure_from + (MEASURE_S if opening.opened else LATCH_S))
        return min(waits)

    def _moved(self, now: float) -> Effects:
        was, self.closed, self._heard_at = self.closed, self._heard, inf
        if self.closed is was:
            return Effects()
        return self._shut(was is False, now) if self.closed else self._opened(was is None, now)

    def _opened(self, at_start: bool, now: float) -> Effects:
        self.opened_at = now
        actions = [SetOutput(FRIDGE_LOCK, False)] if self.state is CabinetState.RELEASED else []
        known = self.opening is not None and self.state is CabinetState.OPEN
        if self.opening is None:
            cause = FridgeCause.LEFT_OPEN if at_start else FridgeCause.FORCED
            self.opening = Opening(cause, {name: scale.rest for name, scale in self.scales.items()})
        elif not self.opening.opened:
            self.opening.stop = Stop.PERSON
        self.state, self.opening.opened = CabinetState.OPEN, True
        for scale in self.scales.values():
            scale.disturbed()
        entry = self.opening.entry
        fact = FridgeOpened(cause=self.opening.cause, take=entry.session if entry else None)
        return Effects([*actions], [] if known else [fact])

    def _shut(self, was_open: bool, now: float) -> Effects:
        open_s, self.opened_at, self._shut_at = now - self.opened_at, inf, now
        if self.opening and self.state is CabinetState.OPEN:
            self._settle_from(now, self.opening, self.opening.stop)
        return Effects(facts=[FridgeClosed(open_s=round(open_s, 1))] if was_open else [])

    def _settle_from(self, now: float, opening: Opening, stop: Stop) -> None:
        self.state, opening.stop, opening.measure_from = CabinetState.SETTLING, stop, now

    def _weighed_at(self, opening: Opening, now: float) -> float:
        """When it may be said what is gone: now, if every scale is at rest."""
        if not opening.opened:
            return opening.measure_from + LATCH_S
        since = opening.measure_from + REST_S
        ready = all(scale.steady(since, now) is not None for scale in self.scales.values())
        return now if ready else opening.measure_from + MEASURE_S

    def _count(self, name: str, opening: Opening, now: float) -> tuple[int, bool]:
        if not opening.opened:
            return 0, True
        scale = self.scales[name]
        return scale.gone(opening.before.get(name), scale.steady(opening.measure_from + REST_S, now))
