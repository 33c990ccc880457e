"""Roll-ups: where all stations stand now, and what was used in an hour or a day. Points of counts; pure.

"Offline" can not be asked of a time-series store, since nothing is written by a station that is away: so it is written here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cloud.domain.points import NS_PER_MS, Point, Value, point
from cloud.domain.presence import Presence, Standing
from cloud.domain.steps import Fold
from contract.series import SHAPES, STANDINGS, USE, Measurement, Tag
from contract.state import State
from contract.words import ALARMS

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
COUNTED = {
    "entry_granted": "entries", "entry_refused": "refusals", "water_poured": "pours", "charge_ended": "charges",
    "loan_started": "loans", "fault_raised": "faults", "station_started": "restarts",
}  # fmt: skip
DETAILED = ("water_poured", "charge_ended", "bottles_taken", "fault_raised")
"""Kinds of which the content is needed too."""
Place = tuple[str, str]
"""City and district."""


@dataclass(frozen=True)
class Seen:
    """A station now. `state` None when it never said one."""

    station: str
    state: State | None
    presence: Presence
    quiet_s: float

    @property
    def place(self) -> Place:
        """Where it says it is."""
        return (self.state.city, self.state.district) if self.state else ("", "")

    @property
    def alarms(self) -> int:
        """Standing, as far as it last said."""
        return sum(one.fault in ALARMS for one in self.state.faults) if self.state else 0


def presence_point(seen: Seen, at_ms: int) -> Point:
    """One station."""
    state, city, district = seen.state, *seen.place
    fields: dict[str, Value | None] = {
        "standing": STANDINGS[seen.presence.standing.value], "reason": seen.presence.reason, "flapping": int(seen.presence.flapping),
        "quiet_s": round(seen.quiet_s, 1), "name": seen.station,
    }  # fmt: skip
    if state:
        fields |= {
            "faults": len(state.faults), "alarms": seen.alarms, "inside": state.inside, "outbox": state.outbox, "batches": state.batches,
            "version": state.version, "config": state.config[:12], "name": state.name, "latitude": state.latitude, "longitude": state.longitude,
        }  # fmt: skip
    tags = {Tag.CITY: city, Tag.DISTRICT: district, Tag.STATION: seen.station}
    return point(Measurement.PRESENCE, tags, at_ms * NS_PER_MS, fields)


def fleet_points(all_seen: Iterable[Seen], at_ms: int) -> list[Point]:
    """One for each district."""
    districts: dict[Place, list[Seen]] = defaultdict(list)
    for seen in all_seen:
        districts[seen.place].append(seen)
    return [_district(place, stations, at_ms) for place, stations in sorted(districts.items())]


def _district(place: Place, stations: Sequence[Seen], at_ms: int) -> Point:
    standing = [seen.presence.standing for seen in stations]
    states = [seen.state for seen in stations if seen.state]
    away = standing.count(Standing.LOST) + standing.count(Standing.LATE)
    fields: dict[str, Value | None] = {
        "total": len(stations), **{one.value: standing.count(one) for one in Standing},
        "flapping": sum(seen.presence.flapping for seen in stations), "faulty": sum(bool(state.faults) for state in states),
        "alarms": sum(seen.alarms for seen in stations), "inside": sum(state.inside for state in states),
        "outbox": sum(state.outbox for state in states), "lost_ratio": round(away / len(stations), 4),
    }  # fmt: skip
    return point(Measurement.FLEET, {Tag.CITY: place[0], Tag.DISTRICT: place[1]}, at_ms * NS_PER_MS, fields)


def platform_point(worker: str, fields: Mapping[str, Value | None], at_ms: int) -> Point:
    """One process."""
    return point(Measurement.PLATFORM, {Tag.WORKER: worker}, at_ms * NS_PER_MS, fields)


def use(counts: Iterable[tuple[str, str, int]], details: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, float]]:
    """Per station what was used, of (station, kind, how many) and (station, kind, JSON) of the same span of time."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(USE, 0.0))
    for station, kind, many in counts:
        found[station]["facts"] += many
        if kind in COUNTED:
            found[station][COUNTED[kind]] += many
    for station, kind, raw in details:
        name, amount = _amount(kind, json.loads(raw))
        found[station][name] += amount
    return {station: {name: round(value, 3) for name, value in used.items()} for station, used in found.items()}


def _amount(kind: str, data: Mapping[str, object]) -> tuple[str, float]:
    """What nobody could measure counts as what was charged for it."""
    match kind:
        case "water_poured":
            return "water_ml", _number(data.get("poured_ml"), data.get("charged_ml"))
        case "charge_ended":
            return "energy_wh", _number(data.get("energy_wh"))
        case "bottles_taken":
            return "bottles", _number(data.get("count"))
    return "alarms", float(data.get("fault") in ALARMS)


def _number(*wanted: object) -> float:
    return next((float(one) for one in wanted if isinstance(one, int | float)), 0.0)


def use_point(measurement: Measurement, station: str, place: Place, used: Mapping[str, float], at_ms: int) -> Point:
    """Of an hour or a day that begins then."""
    return point(measurement, {Tag.CITY: place[0], Tag.DISTRICT: place[1], Tag.STATION: station}, at_ms * NS_PER_MS, used)


SAMPLE_FOLDS: dict[str, tuple[str, Fold]] = {
    name: (name.rpartition("_")[0], Fold(name.rpartition("_")[2])) for name in SHAPES[Measurement.SAMPLE_HOUR].fields
}
"""Field of a sample_hour -> column of samples, and how it is folded."""


def sample_hours(tags: Mapping[str, str], at_ms: Sequence[int], folded: Mapping[Fold, Mapping[str, Sequence[Value | None]]]) -> list[Point]:
    """Of one part of a station; columns by how they were folded, each as long as `at_ms`, beginnings of hours."""
    known = {Tag(name): value for name, value in tags.items()}
    found = []
    for row, at in enumerate(at_ms):
        fields = {name: folded[fold][column][row] for name, (column, fold) in SAMPLE_FOLDS.items() if column in folded.get(fold, {})}
        if any(value is not None for value in fields.values()):
            found.append(point(Measurement.SAMPLE_HOUR, known, at * NS_PER_MS, fields))
    return found
