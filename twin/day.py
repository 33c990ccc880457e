"""A scripted day at one station: who comes when and does what, and what breaks. Pure: the same seed gives the same day.

The day passes `speed` times as fast as a real one, so people come more often; what they do takes as long as it takes.
One person is never in two places: each station has regulars of its own, and nobody comes back before having left.
Who finds others at the door waits, and goes elsewhere when it takes too long.
"""

from collections.abc import Iterator, Sequence
from heapq import merge
from math import exp
from random import Random

from contract.config import StationConfig
from twin import deeds as d
from twin.city import Citizen, city, people
from twin.stories import Script, write

__all__ = ["BEGINS_H", "city", "day", "people", "regulars", "visits_per_h"]

BEGINS_H = 11.5
"""The hour of the scripted day at which it begins: the rush of noon is near."""
RUSHES = ((12.2, 0.5, 18.0), (17.3, 0.7, 15.0))
"""(hour, width in hours, visits per hour at the top)."""
BY_DAY_PER_H, BY_NIGHT_PER_H = 4.0, 1.0
TOP_PER_H = 24.0
FIRST_S = (3.0, 30.0)
PATIENCE_S = 45.0
PAUSE_S = 4.0
"""Between two visits of the same person, and between two uses of a socket."""
TROUBLES_PER_H = 0.08
CABLE_S = (60.0, 180.0)
DRY_S = (120.0, 300.0)


def visits_per_h(hour: float) -> float:
    """People who come to one station in an hour, at this hour (0..24) of the scripted day."""
    base = BY_DAY_PER_H if 6 <= hour < 22 else BY_NIGHT_PER_H
    return base + sum(top * exp(-(((hour - at) / width) ** 2) / 2) for at, width, top in RUSHES)


def regulars(citizens: Sequence[Citizen], index: int, stations: int) -> list[Citizen]:
    """Who comes to station number `index` (from 0) of `stations`: nobody belongs to two."""
    return list(citizens[index::stations])


def day(config: StationConfig, who: Sequence[Citizen], seed: int, speed: float = 1.0, begins_h: float = BEGINS_H) -> Iterator[d.Visit]:
    """Visits and troubles without end, in the order of `begins_s`. Where nobody is a regular, nobody comes."""
    visits = _visits(config, who, f"{seed} at {config.station}", speed, begins_h)
    return merge(visits, _troubles(config, f"troubles of {seed} at {config.station}", speed), key=lambda visit: visit.begins_s)


def _visits(config: StationConfig, who: Sequence[Citizen], seed: str, speed: float, begins_h: float) -> Iterator[d.Visit]:
    if not who:
        return
    door_at, chance = 0.0, Random(seed)
    away = dict.fromkeys(who, 0.0)
    sockets = {socket.name: 0.0 for socket in config.sockets}
    for number, arrives in enumerate(_arrivals(chance, speed, begins_h)):
        begins = round(max(arrives, door_at), 2)
        there = [citizen for citizen, until in away.items() if until <= begins]
        if begins > arrives + PATIENCE_S or not there:
            continue
        free = next((name for name, until in sockets.items() if until <= begins), None)
        script = Script(Random(f"{seed}, visit {number}"), chance.choice(there), config, free)
        write(script)
        visit = d.Visit(begins, script.at_s, script.citizen if script.known else None, tuple(script.acts), script.door_s)
        door_at = begins + visit.door_s
        away[script.citizen] = begins + script.at_s + PAUSE_S
        if free and script.charges:
            sockets[free] = begins + script.at_s + PAUSE_S
        yield visit


def _arrivals(chance: Random, speed: float, begins_h: float) -> Iterator[float]:
    """Real s at which somebody comes: a thinned Poisson stream, and an early first one so that no station stands still."""
    yield chance.uniform(*FIRST_S)
    at_s = 0.0
    while True:
        at_s += chance.expovariate(TOP_PER_H / 3600)
        if chance.random() * TOP_PER_H < visits_per_h((begins_h + at_s / 3600) % 24):
            yield at_s / speed


def _troubles(config: StationConfig, seed: str, speed: float) -> Iterator[d.Visit]:
    """A tap that runs dry for some minutes, a cable that is cut for one to three; rare, and one after the other."""
    chance, at_s = Random(seed), 0.0
    while True:
        at_s += chance.expovariate(TROUBLES_PER_H / 3600) / speed
        trouble = _cut(chance) if chance.random() < 0.5 or not config.taps else _dry(chance, chance.choice(config.taps).name)
        yield d.Visit(round(at_s, 2), trouble[-1].at_s, None, trouble)
        at_s += trouble[-1].at_s


def _cut(chance: Random) -> tuple[d.Act, ...]:
    return _for(chance.uniform(*CABLE_S), d.CutCable(), d.JoinCable())


def _dry(chance: Random, tap: str) -> tuple[d.Act, ...]:
    return _for(chance.uniform(*DRY_S), d.Break("mains_water_off", tap), d.Mend("mains_water_off", tap))


def _for(seconds: float, begin: d.Deed, end: d.Deed) -> tuple[d.Act, ...]:
    return d.Act(0.0, begin), d.Act(round(seconds, 2), end)
