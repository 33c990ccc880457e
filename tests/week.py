"""A week of 200 stations as lines of the line protocol, always the same for the same moment and seed.

Facts go through the cloud's own code (rows of a ledger, their points, their lines), at the pace of a real day: about 26 a station. What comes
each 30 s in life is thinned: presence each 20 min but each 30 s in the last 10 min, samples each 2 h but each min in the last 45 min, roll-ups
of the fleet and platform each 5 min but each 30 s in the last 10 min. About 430,000 lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from cloud.domain.fact_points import of_row
from cloud.domain.lines import lines
from cloud.domain.points import NS_PER_MS, Columns, Point, Points, Value
from contract import facts as f
from contract.fridge import BottlesTaken
from contract.series import SHAPES, STANDINGS, USE, Measurement, Tag
from contract.words import ALARMS, DoorCause, FaultCode, Refusal, Stop, Way
from twin.city import Place, city

STATIONS, DAY_S, WEEK_S = 200, 86_400, 7 * 86_400
VERSIONS = ("1.4.0", "1.4.1", "1.5.0")
FAULTS = tuple(ALARMS)
VISIT, PERSON = "0123abcd-1", "p-0001"
LOST, LATE, STOPPED, ALARMED, WARM = {7, 77, 177}, {8, 88}, {99}, {5, 55, 155}, {5, 33}
"""Numbers of stations that are not well at the end of the week."""


@dataclass(frozen=True)
class Row:
    """As much of a row of the ledger as its points need."""

    station: str
    seq: int
    at_ms: int
    received_ms: int
    clock: str
    kind: str
    data: str


def week(now_s: int, seed: int = 5) -> Iterator[str]:
    """Every line of the week that ends at `now_s` (UTC s)."""
    places = city(STATIONS)
    for n, place in enumerate(places, 1):
        random = Random(f"{seed} {place.station}")
        yield from lines(point for row in facts(random, n, place, now_s) for point in of_row(row))
        yield from lines(presence(random, n, place, now_s))
        yield from lines(samples(random, n, place, now_s))
        yield from lines(use(random, place, now_s))
        yield from lines(hours(random, place, now_s))
    yield from lines(fleet(Random(seed), places, now_s))
    yield from lines(platform(Random(seed), now_s))
    yield from lines(rollouts(now_s))


def made(measurement: Measurement, tags: dict[Tag, str], at_s: int, fields: dict[str, Value]) -> Point:
    """A point whose names are checked against SHAPES."""
    shape = SHAPES[measurement]
    assert set(fields) <= set(shape.fields) and set(tags) <= {*shape.tags, *shape.optional}, (measurement, tags, fields)
    return Point(measurement, tuple(sorted(tags.items())), at_s * 1000 * NS_PER_MS, tuple(fields.items()))


def facts(random: Random, n: int, place: Place, now_s: int) -> Iterator[Row]:
    """One station's week, as its ledger has it; the last ones a moment ago."""
    seqs = count(1)
    for day in range(7):
        start = f.StationStarted(version=VERSIONS[min(day // 3, 2)], config_sha256=f"{n % 4:064x}")
        for fact in [start, *_day(random)] if day in (0, 3, 6) else _day(random):
            at_s = now_s - random.randrange(day * DAY_S, (day + 1) * DAY_S)
            late_ms = random.choice((200, 400, 900, 3_600_000)) if n % 40 == 0 else random.randrange(100, 900)
            yield Row(place.station, next(seqs), at_s * 1000, at_s * 1000 + late_ms, "trusted", fact.kind, fact.model_dump_json())
    for fact in (_granted(random), _refused(random), f.DoorOpened(cause=DoorCause.ENTRY)):
        at_s = now_s - random.randrange(1, 600)
        yield Row(place.station, next(seqs), at_s * 1000, at_s * 1000 + 300, "trusted", fact.kind, fact.model_dump_json())


def _granted(random: Random) -> f.EntryGranted:
    return f.EntryGranted(visit=VISIT, person=PERSON, way=random.choice(list(Way)), decided_ms=random.randrange(300, 2500))


def _refused(random: Random) -> f.EntryRefused:
    return f.EntryRefused(way=random.choice(list(Way)), reason=random.choice((Refusal.NOT_SURE, Refusal.WRONG_CODE, Refusal.UNKNOWN_FACE)))


def _day(random: Random) -> list[f.Fact]:
    stops = (Stop.REACHED, Stop.PERSON, Stop.NO_FLOW, Stop.FAULT, Stop.TIME_LIMIT)
    found: list[f.Fact] = []
    for _ in range(6):
        ml = random.randrange(100, 600)
        found += [_granted(random), f.DoorOpened(cause=random.choice(list(DoorCause))), f.DoorClosed(open_s=random.randrange(2, 40))]
        found.append(f.WaterPoured(pour=VISIT, person=PERSON, tap="cold", reserved_ml=ml + 50, poured_ml=ml, charged_ml=ml, stop=random.choice(stops)))
    found.append(_refused(random))
    for stop in random.sample((Stop.LOW_POWER, Stop.PERSON, Stop.FAULT, Stop.EBIKE_SUSPECTED), 2):
        wh = random.randrange(5, 60)
        found.append(f.ChargeEnded(charge=VISIT, person=PERSON, socket=random.choice("12"), energy_wh=wh, lasted_s=wh * 90, charged_min=wh, stop=stop))
    found.append(BottlesTaken(take=VISIT, person=PERSON, taken=(), count=1, charged=1, certain=True, stop=Stop.PERSON))
    fault = random.choice((*FAULTS, FaultCode.DOOR_FORCED, FaultCode.DOOR_HELD))
    found += [f.FaultRaised(fault=fault, part="", detail="seen"), f.FaultCleared(fault=fault, part="", lasted_s=random.randrange(30, 9000))]
    return found


def instants(now_s: int, coarse_s: int, fine_s: int, fine_for_s: int) -> Iterator[int]:
    """From a week ago until now: coarse, and fine at the end."""
    yield from range(now_s - WEEK_S, now_s - fine_for_s, coarse_s)
    yield from range(now_s - fine_for_s, now_s + 1, fine_s)


def standing(n: int) -> int:
    """How station n stands at the end."""
    found = "lost" if n in LOST else "late" if n in LATE else "stopped" if n in STOPPED else "online"
    return STANDINGS[found]


def presence(random: Random, n: int, place: Place, now_s: int) -> Iterator[Point]:
    """As the cloud writes it."""
    tags = {Tag.CITY: place.city, Tag.DISTRICT: place.district, Tag.STATION: place.station}
    where: dict[str, Value] = {} if n % 20 == 0 else {"latitude": 31 + random.random() / 5, "longitude": 121 + random.random() / 5}
    for at_s in instants(now_s, 1200, 30, 600):
        ends = at_s > now_s - DAY_S
        code = standing(n) if ends else STANDINGS["online"]
        yield made(Measurement.PRESENCE, tags, at_s, {
            "standing": code, "reason": "heard", "flapping": 0, "quiet_s": random.randrange(30) if code == 0 else 7200, "faults": int(ends and n in ALARMED),
            "alarms": int(ends and n in ALARMED), "inside": random.randrange(3), "outbox": random.randrange(9), "batches": 0,
            "version": VERSIONS[0 if at_s < now_s - 3 * DAY_S else 1], "config": f"{n % 4:012x}", "name": place.name, **where,
        })  # fmt: skip


def samples(random: Random, n: int, place: Place, now_s: int) -> Iterator[Points]:
    """A fridge with one probe, two sockets, a tap, and what the computer says of itself."""
    moments = list(instants(now_s, 7200, 60, 2700))
    at_ns = [at_s * 1000 * NS_PER_MS for at_s in moments]
    warm = 9.5 if n in WARM else 4.0
    parts: dict[str, dict[str, list[float | None]]] = {
        "": {"step_ms": [random.random() * 20 for _ in moments], "outbox_facts": [0.0 for _ in moments], "inside_people": [1.0 for _ in moments]},
        "p1": {"fridge_c": [warm + random.random() for _ in moments]},
        "1": {"socket_w": [random.random() * 65 for _ in moments]},
        "2": {"socket_w": [random.random() * 65 for _ in moments]},
        "cold": {"tap_ml": [200.0 * k for k, _ in enumerate(moments)]},
    }  # fmt: skip
    for part, columns in parts.items():
        tags = {Tag.STATION: place.station, **({Tag.PART: part} if part else {})}
        yield Columns(Measurement.SAMPLE, tuple(sorted(tags.items())), at_ns, tuple(columns.items()))


def use(random: Random, place: Place, now_s: int) -> Iterator[Point]:
    """Counts of full hours and days."""
    tags = {Tag.CITY: place.city, Tag.DISTRICT: place.district, Tag.STATION: place.station}
    for measurement, width in ((Measurement.HOURLY, 3600), (Measurement.DAILY, DAY_S)):
        for at_s in range((now_s - WEEK_S) // width * width, now_s - width, width):
            yield made(measurement, tags, at_s, {name: random.randrange(20) * (100 if name.endswith(("ml", "wh")) else 1) for name in USE})


def hours(random: Random, place: Place, now_s: int) -> Iterator[Point]:
    """Samples of full hours, condensed."""
    for at_s in range((now_s - WEEK_S) // 3600 * 3600, now_s - 3600, 3600):
        tags = {Tag.STATION: place.station, Tag.PART: "p1"}
        yield made(Measurement.SAMPLE_HOUR, tags, at_s, {"fridge_c_mean": 4 + random.random(), "fridge_c_max": 5 + random.random()})
        yield made(Measurement.SAMPLE_HOUR, {**tags, Tag.PART: "1"}, at_s, {"socket_w_mean": random.random() * 65})


def fleet(random: Random, places: list[Place], now_s: int) -> Iterator[Point]:
    """Sums by district."""
    for district in sorted({place.district for place in places}):
        of = [n for n, place in enumerate(places, 1) if place.district == district]
        tags = {Tag.CITY: places[0].city, Tag.DISTRICT: district}
        codes = [standing(n) for n in of]
        counts = {name: codes.count(code) for name, code in STANDINGS.items()}
        for at_s in instants(now_s, 300, 30, 600):
            yield made(Measurement.FLEET, tags, at_s, {
                "total": len(of), **counts, "flapping": 0, "faulty": random.randrange(3), "alarms": len(ALARMED & set(of)), "inside": random.randrange(90),
                "outbox": random.randrange(40), "lost_ratio": (counts["lost"] + counts["late"]) / len(of),
            })  # fmt: skip


def platform(random: Random, now_s: int) -> Iterator[Point]:
    """Two workers."""
    for worker in ("a", "b"):
        for k, at_s in enumerate(instants(now_s, 300, 30, 600)):
            yield made(Measurement.PLATFORM, {Tag.WORKER: worker}, at_s, {
                "received": k * 900, "stored": k * 700, "duplicates": k // 9, "samples": k * 190, "refused": k // 50, "points": k * 9000, "points_lost": 0,
                "acks": k * 80, "waiting": random.randrange(20), "lag_ms": random.randrange(5, 400), "quiet_s": random.randrange(4), "broker": 1, "ledger": 1,
                "series": 1, "ledger_facts": 5000, "series_facts": 5000, "series_behind": random.randrange(40), "facts_missing": int(at_s > now_s - 1800),
                "rss_mb": 140,
            })  # fmt: skip


def rollouts(now_s: int) -> Iterator[Point]:
    """One that went well yesterday, and one that was taken back an hour ago."""
    steps = ((200, 0, "running"), (190, 10, "running"), (0, 200, "done"))
    for number, (ago_s, bad) in enumerate(((DAY_S, False), (3600, True)), 1):
        tags = {Tag.ROLLOUT: f"r{number}"}
        for k, (pending, confirmed, state) in enumerate(steps[: 2 if bad else 3]):
            at_s = now_s - ago_s + 300 * k
            yield made(Measurement.ROLLOUT, tags, at_s, {
                "pending": pending, "sent": 0, "waiting": 0, "trial": 0, "confirmed": 0 if bad else confirmed, "failed": 0, "back": confirmed if bad else 0,
                "cancelled": 0, "state": "taken_back" if bad and k else state, "wave": 1 + k, "name": "opening hours",
            })  # fmt: skip
            yield made(Measurement.ROLLOUT_NOTE, tags, at_s, {"title": f"r{number} opening hours: wave {1 + k} begun", "text": "5%; 10 sent"})
