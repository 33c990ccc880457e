"""Whether every source that must be asked said a moment ago that this face is alive. Whatever is not a clear and fresh yes is no yes.

Sources are a passive model in the face process and devices for infrared or depth; which ones are asked, and for how long their
word holds, is `identity.liveness`. None configured: nobody is asked, and the head-turn challenge stands alone.
"""

from dataclasses import dataclass, field
from enum import Enum
from math import inf

from contract.liveness import LivenessSource
from edge.domain.sight import LivenessChanged, LivenessJudged


class Word(Enum):
    """What the sources say together."""

    ALIVE = "alive"
    NOT_ALIVE = "not_alive"
    NOTHING = "nothing"


@dataclass
class Said:
    """When one source last said either of one track; monotonic s."""

    alive_at: float = -inf
    not_alive_at: float = -inf


@dataclass
class Liveness:
    """Judgements by source and track; they are kept only as long as they hold."""

    sources: tuple[LivenessSource, ...]
    _said: dict[tuple[str, int | None], Said] = field(default_factory=dict)
    _down: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._down = {each.source: "not heard of yet" for each in self.sources}

    @property
    def wanted(self) -> bool:
        """Whether anybody must be asked."""
        return bool(self.sources)

    @property
    def down(self) -> str:
        """Which sources do not work as far as is known, and why; empty: all do."""
        return "; ".join(f"{name}: {why}" for name, why in self._down.items())

    def asks(self, source: str) -> bool:
        """Whether this one's word is required."""
        return any(each.source == source for each in self.sources)

    def changed(self, heard: LivenessChanged) -> None:
        """A source that is asked works or does not. What it said before counts no more."""
        self._said = {key: said for key, said in self._said.items() if key[0] != heard.source}
        self._down.pop(heard.source, None)
        if not heard.working:
            self._down[heard.source] = heard.detail or "does not answer"

    def forget(self) -> None:
        """The face process is another one: its tracks are numbered anew."""
        self._said = {}

    def judged(self, heard: LivenessJudged, now: float) -> None:
        """One judgement. A ratio that is none, or a time that this clock has not reached, is never a yes."""
        source = next((each for each in self.sources if each.source == heard.source), None)
        if source is None:
            return
        self._forget(now)
        said = self._said.setdefault((heard.source, heard.track), Said())
        if not heard.at <= now:
            said.not_alive_at = now
        elif source.threshold <= heard.live_ratio <= 1:
            said.alive_at = max(said.alive_at, heard.at)
        else:
            said.not_alive_at = max(said.not_alive_at, heard.at)

    def of(self, track: int | None, now: float) -> Word:
        """What all of them say of this track now: one fresh no is a no, and each must have said yes. `track` None: nobody's."""
        words = [self._word(source, track, now) for source in self.sources]
        if Word.NOT_ALIVE in words:
            return Word.NOT_ALIVE
        return Word.NOTHING if Word.NOTHING in words else Word.ALIVE

    def _word(self, source: LivenessSource, track: int | None, now: float) -> Word:
        oldest = now - source.longest_age_s
        heard = [said for key in {track, None} if (said := self._said.get((source.source, key)))]
        if any(said.not_alive_at >= oldest for said in heard):
            return Word.NOT_ALIVE
        return Word.ALIVE if any(said.alive_at >= oldest for said in heard) else Word.NOTHING

    def _forget(self, now: float) -> None:
        ages = {each.source: each.longest_age_s for each in self.sources}
        fresh = {key: said for key, said in self._said.items() if max(said.alive_at, said.not_alive_at) >= now - ages[key[0]]}
        self._said = fresh
