"""Whether a wave serves people worse than before: refused doors, failed vends, faults, restarts. Pure.

A wave is compared with (a) the same stations in the same hours of the days before and (b) stations that were not touched yet, in the
same time. It is *worse* only when it is above BOTH by more than a limit AND chance is excluded: a rainy evening makes all stations
worse, and a station at a school is always worse than one at a park, but a bad configuration is worse than either.

The tests are exact, since a canary has few visitors: Fisher's for shares (of so many, so many were refused), the conditional binomial
for events per hour. A verdict is asked for every few seconds, so chance gets many tries: hence 1 in 1,000 and not 1 in 20.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from math import exp, lgamma, log

CHANCE = 0.001
"""How likely the difference may be by accident."""
FEWEST = 5
"""Entries (vends, events) of the wave before anything is said of them."""
FEWEST_BAD = 4
"""Bad ones among them: three people who mistype are not a fault."""
FEWEST_SHUT = 3
"""Entries, and those turned away for the station's own doing among them: nobody mistypes a closed door, so fewer are enough."""
FEWEST_BEFORE = 10
"""Entries (vends) of a group that it is compared with; one with fewer does not speak."""
SHARE_LIMIT = 0.1
"""By how much the share of bad ones must be higher: 10 points."""
TIMES_LIMIT = 2.0
"""How many times more events per hour."""
LEAST_HOURS = 0.5
"""Station hours of a group before its events per hour are believed."""
USUAL = 2, 20
"""Bad ones of all where no group can speak (the first day of a city, the last wave of a new one): a weak guess that a clear fault beats."""
ENOUGH = 20
"""Entries of a wave from which on "no worse" is said, not only "nothing seen"."""


DOUBT = 0.05
"""As CHANCE, for what is not called worse and not well either."""
DOUBTFUL_EVENTS = 2
"""Faults (restarts) that make a doubt; of refused doors and failed vends one, since the next visits soon tell."""


class Judgement(StrEnum):
    """What service says. `unsure`: not enough visits to judge; `doubtful`: it looks worse, and may still be chance."""

    WELL = "well"
    WORSE = "worse"
    DOUBTFUL = "doubtful"
    UNSURE = "unsure"


@dataclass(frozen=True)
class _Figure:
    """One figure and what it says. `chance`: how likely it is by accident, against the group that it is nearest to."""

    words: str
    judgement: Judgement
    chance: float


@dataclass(frozen=True)
class Counts:
    """What a group of stations did. `refused` of `entries` tries at the door, `shut` of these for the station's own doing; `failed`
    of `vends`; `station_h`: stations times hours. `restarts` beyond the one that a new configuration may need."""

    entries: int = 0
    refused: int = 0
    shut: int = 0
    vends: int = 0
    failed: int = 0
    faults: int = 0
    restarts: int = 0
    station_h: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """`words` has the figures. `visits`: entries and vends of the wave. `chance`: how likely the least likely figure is by accident."""

    judgement: Judgement
    words: str
    visits: int = 0
    chance: float = 1.0


@dataclass(frozen=True)
class Share:
    """`bad` of `of`."""

    bad: int
    of: int

    def __str__(self) -> str:
        return f"{self.bad} of {self.of} ({100 * self.bad / self.of:.0f} %)" if self.of else "none"


@dataclass(frozen=True)
class Rate:
    """`events` in `hours` of stations."""

    events: int
    hours: float

    def __str__(self) -> str:
        return f"{self.events} in {self.hours:.1f} station hours"


def judge(wave: Counts, before: Counts, untouched: Counts) -> Verdict:
    """`before`: the same stations, same hours of the days before; `untouched`: others, same time. Either may be empty."""
    groups = {"the same stations in the days before": before, "stations not touched": untouched}
    found = [
        _share("entries refused", lambda one: Share(one.refused, one.entries), wave, groups),
        _share("vends failed", lambda one: Share(one.failed, one.vends), wave, groups),
        _share("doors shut", lambda one: Share(one.shut, one.entries), wave, groups, FEWEST_SHUT, FEWEST_SHUT),
        _rate("faults raised", lambda one: Rate(one.faults, one.station_h), wave, groups),
        _rate("restarts", lambda one: Rate(one.restarts, one.station_h), wave, groups),
    ]
    visits, chance = wave.entries + wave.vends, min(one.chance for one in found)
    for judgement, title in ((Judgement.WORSE, ""), (Judgement.DOUBTFUL, "looks worse, and may still be chance: ")):
        if told := [one.words for one in found if one.judgement is judgement]:
            return Verdict(judgement, title + "; ".join(told), visits, chance)
    said = "; ".join(one.words for one in found[:2])
    if visits < ENOUGH:
        return Verdict(Judgement.UNSURE, f"not enough visits to judge: {visits}, at least {ENOUGH} are needed; {said}", visits, chance)
    return Verdict(Judgement.WELL, f"no worse than before: {said}", visits, chance)


def _share(
    name: str, of: Callable[[Counts], Share], wave: Counts, groups: dict[str, Counts], fewest: int = FEWEST, fewest_bad: int = FEWEST_BAD
) -> _Figure:
    mine = of(wave)
    others = {title: of(one) for title, one in groups.items() if of(one).of >= FEWEST_BEFORE} or {"usual": Share(*USUAL)}
    words = f"{name}: {mine}; " + ", ".join(f"{title}: {one}" for title, one in others.items())
    enough = mine.of >= fewest and mine.bad >= fewest_bad
    chance = max(_share_chance(mine, other) for other in others.values())
    return _Figure(words, _judged(chance, enough, chance < 1.0 and mine.of < ENOUGH), chance)


def _share_chance(mine: Share, other: Share) -> float:
    """How likely so many more are bad by accident; 1 where they are not above the limit."""
    if not mine.of or mine.bad / mine.of - other.bad / other.of <= SHARE_LIMIT:
        return 1.0
    return fisher(mine.bad, mine.of, other.bad, other.of)


def _rate(name: str, of: Callable[[Counts], Rate], wave: Counts, groups: dict[str, Counts]) -> _Figure:
    mine = of(wave)
    others = {title: of(one) for title, one in groups.items() if of(one).hours >= LEAST_HOURS}
    words = f"{name}: {mine}; " + ", ".join(f"{title}: {one}" for title, one in others.items())
    chance = max(map(partial(_rate_chance, mine), others.values()), default=1.0) if mine.events >= DOUBTFUL_EVENTS else 1.0
    return _Figure(words, _judged(chance, mine.events >= FEWEST_BAD, False), chance)


def _rate_chance(mine: Rate, other: Rate) -> float:
    if mine.events * other.hours <= TIMES_LIMIT * other.events * mine.hours:
        return 1.0
    return binomial(mine.events, mine.events + other.events, mine.hours / (mine.hours + other.hours))


def _judged(chance: float, enough: bool, open_still: bool) -> Judgement:
    """`open_still`: above the others, and too few to be sure of anything."""
    if enough and chance <= CHANCE:
        return Judgement.WORSE
    return Judgement.DOUBTFUL if open_still or chance <= DOUBT else Judgement.WELL


def fisher(bad: int, of: int, other_bad: int, other_of: int) -> float:
    """How likely at least `bad` of the `bad + other_bad` fall among these `of` by accident: Fisher's exact test, one-sided."""
    total, all_bad = of + other_of, bad + other_bad
    every = _choose(total, of)
    tail = (exp(_choose(all_bad, k) + _choose(total - all_bad, of - k) - every) for k in range(bad, min(of, all_bad) + 1) if of - k <= total - all_bad)
    return min(1.0, sum(tail))


def binomial(events: int, of: int, share: float) -> float:
    """How likely at least `events` of `of` fall into this share of the hours by accident."""
    if not 0 < share < 1:
        return 1.0
    return min(1.0, sum(exp(_choose(of, k) + k * log(share) + (of - k) * log(1 - share)) for k in range(events, of + 1)))


def _choose(n: int, k: int) -> float:
    """Logarithm of n over k."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
