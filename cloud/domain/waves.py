"""Waves of a rollout: who gets a new configuration first. Pure; the same plan and stations give the same waves always.

A wave is written as a number of stations ("1"), a share of all ("25%"), a district ("district=north") or names joined by a plus
("st-1+st-7"). Numbers and shares are cumulative: "25%" ends when a quarter of all has it, those before counted in. The last wave must reach everybody.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil

from cloud.domain.seats import many
from cloud.errors import RolloutRefused

MOST_WAVES = 20
HINT = 'waves are such as ["1", "5%", "25%", "100%"], names such as "st-1+st-7", or "district=north"; the last one reaches everybody'


@dataclass(frozen=True)
class Candidate:
    """A station that is to get a document. `grade` as its release says; `online`: canaries are taken from those that answer."""

    station: str
    grade: str
    district: str
    online: bool = True


@dataclass(frozen=True)
class Wave:
    """`number` from 1. `named`: a person chose these stations, so nobody takes another one's place."""

    number: int
    label: str
    stations: tuple[str, ...]
    named: bool


def checked(labels: Sequence[str]) -> tuple[str, ...]:
    """These labels, when each can be read and none goes back.

    Raises:
        RolloutRefused: names the label.
    """
    if not 1 <= len(labels) <= MOST_WAVES:
        raise RolloutRefused("waves", str(len(labels)), f"a rollout has 1 to {MOST_WAVES} waves", HINT)
    highest: dict[str, float] = {}
    for label in labels:
        unit, amount = _amount(label)
        if unit and amount <= highest.get(unit, 0):
            raise RolloutRefused("waves", label, f"{label} does not reach farther than the wave before it; shares and numbers count those before in", HINT)
        highest[unit] = amount
    return tuple(labels)


def waves(labels: Sequence[str], candidates: Iterable[Candidate], seed: str) -> list[Wave]:
    """Who is in which wave. Waves to which nobody is left are not there. `seed` decides among equals.

    Raises:
        RolloutRefused: a name is no candidate, or somebody is in no wave.
    """
    left = spread(candidates, seed)
    total, found = len(left), list[Wave]()
    for label in checked(labels):
        unit, _ = _amount(label)
        chosen = _named(label, left) if not unit else left[: max(0, _reach(label, total) - (total - len(left)))]
        gone = {one.station for one in chosen}
        left = [one for one in left if one.station not in gone]
        if chosen:
            found.append(Wave(len(found) + 1, label, tuple(one.station for one in chosen), not unit))
    if left:
        text = f"{len(left)} of {many(total)} {'is' if len(left) == 1 else 'are'} in no wave, such as {left[0].station}"
        raise RolloutRefused("waves", labels[-1], text, 'end with "100%"')
    return found


def spread(candidates: Iterable[Candidate], seed: str) -> list[Candidate]:
    """In the order in which they are taken: those online first; each next one of another grade, and of the district that has had the fewest.

    So the first few differ as much as they can, whatever their names are.
    """
    queues: dict[tuple[bool, str], dict[str, list[Candidate]]] = defaultdict(lambda: defaultdict(list))
    for one in sorted(candidates, key=lambda one: sha256(f"{seed}/{one.station}".encode()).digest()):
        queues[not one.online, one.grade][one.district].append(one)
    taken: Counter[str] = Counter()
    found: list[Candidate] = []
    for offline in (False, True):
        grades = [by_district for (away, _), by_district in sorted(queues.items()) if away is offline]
        while grades:
            found += [_next(by_district, taken) for by_district in grades]
            grades = [by_district for by_district in grades if by_district]
    return found


def _next(by_district: dict[str, list[Candidate]], taken: Counter[str]) -> Candidate:
    district = min(by_district, key=lambda name: (taken[name], name))
    taken[district] += 1
    one = by_district[district].pop(0)
    if not by_district[district]:
        del by_district[district]
    return one


def _amount(label: str) -> tuple[str, float]:
    """("%", 25.0), ("stations", 3), or ("", 0) for names."""
    if match := re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)%", label):
        if not 0 < float(match[1]) <= 100:
            raise RolloutRefused("waves", label, f"{label} is no share of all stations", HINT)
        return "%", float(match[1])
    if re.fullmatch(r"[1-9][0-9]{0,5}", label):
        return "stations", int(label)
    names = not label.isdigit() and re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}(\+[a-z0-9][a-z0-9-]{0,31})*", label)
    if names or re.fullmatch(r"district=.{1,40}", label):
        return "", 0
    raise RolloutRefused("waves", label, f"{label!r} can not be read", HINT)


def _reach(label: str, total: int) -> int:
    unit, amount = _amount(label)
    return min(total, ceil(round(amount * total / 100, 6))) if unit == "%" else min(total, int(amount))


def _named(label: str, left: Sequence[Candidate]) -> list[Candidate]:
    if label.startswith("district="):
        return [one for one in left if one.district == label.removeprefix("district=")]
    names = label.split("+")
    missing = sorted(set(names) - {one.station for one in left})
    if missing:
        raise RolloutRefused("waves", missing[0], f"{missing[0]} is not in this rollout, or in an earlier wave already", HINT)
    return [one for one in left if one.station in names]
