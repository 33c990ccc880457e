"""`kiosk face calibrate`: limits of an engine from photographs. Chooses on one half of the people, reports on the other.

How: three enrolment pictures; for each margin and each size of gallery the longest distance that keeps FPIR at the target, no
longer than a normal curve through the strangers' distances says. Beside the margin the limit alone must keep FPIR at ten times
the target: a rule that leans on the margin only would take any distance. Of the margins, the widest that costs no genuine
visitor, less a reserve: what it costs grows with the gallery. Galleries larger than half of the people allow are extrapolated,
for the limit falls with the logarithm of the gallery.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, floor, inf, log10
from statistics import NormalDist, fmean, stdev

from cli.face_data import Faces, Half
from cli.face_rates import rates, shipped
from cli.face_trials import Design, Trial, most_people, trials
from contract.config import IdentityConfig
from contract.limits import GalleryLimit, Limits
from edge.domain.identity import calibrated
from edge.faces.engine.manifest import Calibration, Rate, Target

GALLERIES = (10, 20, 50, 100, 150, 200, 300, 500, 1000, 2000, 4000)
REPORTED = (20, 50, 100, 300)
ENROL = 3
FRAMES = (3, 1)
TARGETS = (0.001, 0.003, 0.01)
MARGINS = tuple(round(0.01 * step, 2) for step in range(13))
ALONE = 10
"""Times the target that the limit without the margin may let in."""
REACH = 2.5
"""The largest gallery of the table, in the largest that was tried; its rates can be reported, for there both halves are enrolled."""
GROUP_GALLERY = 50
GROUP_FALL = 0.029
"""Shorter by this per tenfold of people of the group that are missing, where a probe is one picture; with three the margin kept
FPIR from growing with the group's people enrolled (docs/face.md)."""
VERIFY_FMR = 1e-4
VERIFY_GROUP_FMR = 1e-3
VERIFY_DRAWS = 100
LEAST_FALL = 0.015
"""Per tenfold of the gallery, beyond what was tried: half of what it is without a margin (0.029), for the margin takes over."""
DRAWS = 10
STEP = 0.001
SAME = 0.001
"""FNIR that counts as no difference: less than one visitor of a half."""
RESERVE = 0.02
"""Taken off the widest margin. Set after one look at the whole data set (docs/face.md), so it is not free of it."""


class TooLittleData(Exception):
    """Not enough people or pictures for a table; says how many there are."""


@dataclass(frozen=True)
class Apart:
    """Trials inside a group, and how much `shorter` its limit must be than they say."""

    series: list[list[Trial]]
    shorter: float


@dataclass(frozen=True)
class Point:
    """One margin's limits by gallery size, and what they cost."""

    margin: float
    limits: dict[int, float]
    fnir: float


def table(faces: Faces, frames: int, target: float, group: frozenset[str] | None) -> Limits:
    """The operating point for means of `frames` pictures that keeps FPIR at `target`, also inside `group`.

    Raises:
        TooLittleData: too few people, or no limit does it.
    """
    series = _series(faces, frames)
    apart = Apart(_group_series(faces, frames, group), _shortfall(faces, frames, group)) if group else Apart([], 0.0)
    points = [point for margin in MARGINS if (point := _point(series, apart, margin, target))]
    if not points:
        raise TooLittleData(f"no limit keeps FPIR at {target} with {frames} pictures in a probe")
    least = min(point.fnir for point in points)
    widest = max(point.margin for point in points if point.fnir <= least + SAME)
    wanted = max(0.0, widest - RESERVE)
    return _table(min(points, key=lambda point: abs(point.margin - wanted)), frames, faces, group)


def verify_limit(faces: Faces, frames: int, group: frozenset[str] | None) -> tuple[float, int]:
    """The longest distance between different people's template and probe at FMR 1e-4, inside the group 1e-3; number of pairs."""
    design = Design(1, ENROL, frames, Half.CALIBRATE, draws=VERIFY_DRAWS)
    longest, pairs = _pairs(faces, design, VERIFY_FMR)
    if group:
        longest = min(longest, _pairs(faces, replace(design, among=group), VERIFY_GROUP_FMR)[0])
    return longest, pairs


def _pairs(faces: Faces, design: Design, ratio: float) -> tuple[float, int]:
    ordered = sorted(trial.other for trial in trials(faces, design) if trial.own is None)
    if not ordered:
        raise TooLittleData("no pairs of different people for the 1:1 limit")
    return _down(ordered[floor(ratio * len(ordered))]), len(ordered)


def checked(faces: Faces, tables: Iterable[Limits]) -> tuple[Rate, ...]:
    """The tables' rates on the other half of the people."""
    return tuple(rate for limits in tables for rate in _checked(faces, limits))


def _checked(faces: Faces, limits: Limits) -> Iterable[Rate]:
    config = calibrated(IdentityConfig(), limits)
    for gallery in (size for size in REPORTED if size <= limits.galleries[-1].gallery):
        design = Design(gallery, ENROL, limits.frames, Half.TEST)
        found = rates(trials(faces, replace(design, fill=gallery > most_people(faces, design))), shipped(config, gallery))
        if found.mated and found.non_mated:
            names = ("fpir", "fpir_upper", "non_mated", "fnir", "fnir_upper", "mated")
            values = {name: getattr(found, name) for name in names}
            yield Rate(gallery=gallery, frames=limits.frames, **{key: _short(value) for key, value in values.items()})


def targets(faces: Faces, limits: Limits) -> tuple[Target, ...]:
    """The limit for each FPIR target at the table's margin, for whoever wants another operating point."""
    series = _series(faces, limits.frames)
    return tuple(
        Target(fpir=target, frames=limits.frames, gallery=gallery, limit=_longest(found, limits.margin, target))
        for target in TARGETS
        for gallery, found in series.items()
    )


def _series(faces: Faces, frames: int) -> dict[int, list[Trial]]:
    """Trials of the calibration half by gallery size, as large as its people allow."""
    design = Design(1, ENROL, frames, Half.CALIBRATE, draws=DRAWS)
    people = most_people(faces, design)
    sizes = [size for size in GALLERIES if size < people]
    sizes += [size for size in [(people - 1) // 10 * 10] if sizes and size > sizes[-1]]
    if not sizes:
        raise TooLittleData(f"{people} people with usable pictures in one half; {GALLERIES[0] + 1} are needed")
    found = {size: trials(faces, replace(design, gallery=size)) for size in sizes}
    least = min(sum(trial.own is None for trial in series) for series in found.values())
    if least < 1 / TARGETS[0]:
        raise TooLittleData(f"{least} trials with strangers; {1 / TARGETS[0]:.0f} are needed")
    return found


def _group_series(faces: Faces, frames: int, group: frozenset[str]) -> list[list[Trial]]:
    """Trials inside the group, enrolled with three pictures and with one: the group confuses most where least is known."""
    design = Design(1, ENROL, frames, Half.CALIBRATE, group, draws=DRAWS)
    gallery = min(GROUP_GALLERY, most_people(faces, design) - 1)
    return [trials(faces, replace(design, gallery=gallery, enrol=enrol)) for enrol in (ENROL, 1)]


def _shortfall(faces: Faces, frames: int, group: frozenset[str]) -> float:
    """How much shorter the limit must be for a gallery that is all of the group, of which there are too few here."""
    if frames > 1:
        return 0.0
    there = sum(name in group and Half.CALIBRATE.has(name) for name in faces.people)
    return GROUP_FALL * log10(max(1.0, GROUP_GALLERY / max(1, there)))


def _point(series: dict[int, list[Trial]], apart: Apart, margin: float, target: float) -> Point | None:
    inside = [_longest(found, margin, target) for found in apart.series]
    limits: dict[int, float] = {}
    for gallery, found in series.items():
        every = [_longest(found, margin, target), _expected(found, target), *(each and round(each - apart.shorter, 3) for each in inside)]
        known = [each for each in every if each and each > 0]
        if len(known) < len(every):
            return None
        limits[gallery] = min(*known, *limits.values(), inf)
    missed = [_fnir(found, limits[gallery], margin) for gallery, found in series.items()]
    return Point(margin, limits, sum(missed) / len(missed))


def _longest(series: list[Trial], margin: float, target: float) -> float | None:
    """The longest limit with which so few strangers are taken for somebody; None when none is short enough."""
    strange = [trial for trial in series if trial.own is None]
    clear = sorted(trial.other for trial in strange if trial.next_other - trial.other >= margin)
    alone = sorted(trial.other for trial in strange)
    many, allowed = floor(ALONE * target * len(strange)), floor(target * len(strange))
    longest = _down(min(clear[allowed] if allowed < len(clear) else inf, alone[min(many, len(alone) - 1)]))
    return longest if longest > 0 else None


def _expected(series: list[Trial], target: float) -> float:
    """The distance that the normal curve through the nearest others' distances gives for the target.

    A few hundred strangers say nothing about one in a thousand: by chance there may be none among the nearest.
    """
    nearest = [trial.other for trial in series if trial.own is None]
    return _down(NormalDist(fmean(nearest), stdev(nearest)).inv_cdf(target))


def _fnir(series: list[Trial], limit: float, margin: float) -> float:
    known = [(trial.own, trial.other) for trial in series if trial.own is not None]
    return 1 - sum(own <= limit and other - own >= margin for own, other in known) / len(known) if known else 0.0


def _table(point: Point, frames: int, faces: Faces, group: frozenset[str] | None) -> Limits:
    galleries = [GalleryLimit(gallery=1, limit=max(point.limits.values()))]
    galleries += [GalleryLimit(gallery=size, limit=limit) for size, limit in point.limits.items()]
    largest, limit = galleries[-1].gallery, galleries[-1].limit
    beyond = [size for size in GALLERIES if largest < size <= REACH * largest * 1.01]
    fall = max(LEAST_FALL, _slope(point.limits))
    galleries += [GalleryLimit(gallery=size, limit=_down(limit - fall * log10(size / largest))) for size in beyond]
    verify, _ = verify_limit(faces, frames, group)
    return Limits(frames=frames, galleries=tuple(galleries), margin=point.margin, verify_limit=verify)


def _slope(limits: dict[int, float]) -> float:
    """How much the limit fell per tenfold over what was tried."""
    sizes = list(limits)
    return (limits[sizes[0]] - limits[sizes[-1]]) / log10(sizes[-1] / sizes[0]) if len(sizes) > 1 else 0.0


def _down(distance: float) -> float:
    """The next thousandth strictly below."""
    return round((ceil(distance / STEP) - 1) * STEP, 3)


def _short(value: float) -> float:
    return round(value, 5) if isinstance(value, float) else value


def calibration(faces: Faces, tables: tuple[Limits, ...], data: str, command: str) -> Calibration:
    """Where the tables come from, for the engine's file."""
    _, pairs = verify_limit(faces, tables[0].frames, None)
    return Calibration(
        data=data,
        command=command,
        targets=tuple(each for limits in tables for each in targets(faces, limits)),
        checked=checked(faces, tables),
        verify_fmr=VERIFY_FMR,
        verify_pairs=pairs,
    )
