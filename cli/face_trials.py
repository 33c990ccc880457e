"""Trials of a door: who is enrolled, who comes, and how near the nearest and second nearest are. Repeatable by seed.

Each probe meets a gallery of its own, drawn at random from the other people. Mated: the visitor is enrolled, with other
pictures. Non-mated: the visitor is not enrolled. Nobody's picture is ever on both sides of one trial.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cli.face_data import Faces, Half, Sample
from edge.faces.shapes import unit

Floats = NDArray[np.floating]
PLAIN_TOLERANCE = 0.6
"""face_recognition.compare_faces' default."""


@dataclass(frozen=True)
class Design:
    """`gallery` people enrolled with `enrol` pictures each (fewer where a bystander has fewer), probes of `probe` pictures.

    `among`: visitors are of these names and galleries take them first. `fill`: galleries may take people of the other half.
    """

    gallery: int
    enrol: int
    probe: int
    half: Half = Half.ALL
    among: frozenset[str] | None = None
    fill: bool = False
    draws: int = 1
    seed: int = 1


@dataclass(frozen=True)
class Trial:
    """`own`: distance to the visitor's own template, None when not enrolled; then the two nearest others, inf where absent.

    `plain`: whom face_recognition's default takes the visitor for: True the right one, False another, None nobody.
    """

    own: float | None
    other: float
    next_other: float
    plain: bool | None


@dataclass
class Enrolled:
    """Somebody's pictures, shuffled; the first `count` are enrolled."""

    samples: list[Sample]
    count: int
    template: Floats = field(init=False)
    raws: Floats = field(init=False)

    def __post_init__(self) -> None:
        first = self.samples[: self.count]
        self.template = mean(first)
        self.raws = np.stack([sample.raw for sample in first])

    def probes(self, size: int, *, enrolled: bool) -> Iterator[list[Sample]]:
        """Groups of `size` pictures: of those not enrolled, or of all when the person is not enrolled in the trial."""
        rest = self.samples[self.count :] if enrolled else self.samples
        yield from (rest[at : at + size] for at in range(0, len(rest) - size + 1, size))


def mean(samples: list[Sample]) -> Floats:
    """Unit mean, as the station makes of frames and of enrolment pictures."""
    return unit(np.mean([sample.vector for sample in samples], axis=0))


def trials(faces: Faces, design: Design) -> list[Trial]:
    """Every trial that the pictures allow; none when there are too few people for the gallery."""
    return list(_Trials(faces, design).all())


def most_people(faces: Faces, design: Design) -> int:
    """The largest gallery that a stranger can meet."""
    return len(_Trials(faces, design).pool)


class _Trials:
    def __init__(self, faces: Faces, design: Design) -> None:
        self._design = design
        self._random = np.random.default_rng(design.seed)
        self._people = {name: self._enrolled(faces.people[name]) for name in sorted(faces.people)}
        self._visitors = [name for name in self._people if self._may_visit(name)]
        self._strangers = {name: list(faces.strangers[name]) for name in sorted(faces.strangers) if self._may_visit(name)}
        self.pool = [name for name in self._people if design.fill or design.half.has(name)]
        self._first = np.array([design.among is not None and name in design.among for name in self.pool], bool)
        self._templates = np.stack([self._people[name].template for name in self.pool]) if self.pool else np.zeros((0, 1))

    def all(self) -> Iterator[Trial]:
        for name in self._visitors:
            person = self._people[name]
            yield from self._mated(name, person)
            yield from self._strange(name, person.probes(self._design.probe, enrolled=False))
        for name, samples in self._strangers.items():
            size = self._design.probe
            yield from self._strange(name, (samples[at : at + size] for at in range(0, len(samples) - size + 1, size)))

    def _enrolled(self, samples: list[Sample]) -> Enrolled:
        order = self._random.permutation(len(samples))
        return Enrolled([samples[at] for at in order], self._design.enrol)

    def _may_visit(self, name: str) -> bool:
        among = self._design.among
        return self._design.half.has(name) and (among is None or name in among)

    def _mated(self, name: str, person: Enrolled) -> Iterator[Trial]:
        if len(person.samples) < self._design.enrol or len(self.pool) < self._design.gallery:
            return
        for probe in person.probes(self._design.probe, enrolled=True):
            for _ in range(self._design.draws):
                yield self._trial(probe, self._drawn(name, self._design.gallery - 1), person)

    def _strange(self, name: str, probes: Collection[list[Sample]] | Iterator[list[Sample]]) -> Iterator[Trial]:
        if len(self.pool) - (name in self._people and name in self.pool) < self._design.gallery:
            return
        for probe in probes:
            for _ in range(self._design.draws):
                yield self._trial(probe, self._drawn(name, self._design.gallery), None)

    def _drawn(self, without: str, count: int) -> list[int]:
        """Numbers of `count` other people; those of the group first, where one is asked for."""
        order = self._random.permutation(len(self.pool))
        order = np.concatenate([order[self._first[order]], order[~self._first[order]]])
        return [int(at) for at in order if self.pool[at] != without][:count]

    def _trial(self, probe: list[Sample], others: list[int], own: Enrolled | None) -> Trial:
        seen = mean(probe)
        distances = np.sort(np.linalg.norm(self._templates[others] - seen, axis=1))[:2]
        nearest = [*map(float, distances), np.inf, np.inf]
        mine = None if own is None else float(np.linalg.norm(own.template - seen))
        plain = self._plain(probe, others, own) if self._design.draws == 1 else None
        return Trial(mine, nearest[0], nearest[1], plain)

    def _plain(self, probe: list[Sample], others: list[int], own: Enrolled | None) -> bool | None:
        """`matches.index(True)` for one picture after the other, until one opens; own place in the list by chance."""
        place = int(self._random.integers(len(others) + 1)) if own else -1
        listed = [self._people[self.pool[at]] for at in others]
        if own:
            listed.insert(place, own)
        known = np.concatenate([person.raws for person in listed])
        whose = np.repeat(np.arange(len(listed)), [len(person.raws) for person in listed])
        for sample in probe:
            matches = np.flatnonzero(np.linalg.norm(known - sample.raw, axis=1) <= PLAIN_TOLERANCE)
            if matches.size:
                return bool(whose[matches[0]] == place)
        return None
