"""Measurement, tag and field names: the one place from which the writer, dashboards, alert rules and tests take them.

Tags are few and slow. Time quality and lateness are fields, never tags: a point is a pure function of what it is made of, so that a
repeated one overwrites itself. Points of facts are made of rows of the ledger, those of samples of their envelope, roll-ups of counts.
What is counted or billed comes from the ledger, never from here.
"""

from dataclasses import dataclass
from enum import StrEnum


class Measurement(StrEnum):
    """Tables of the time-series store."""

    FACT = "fact"
    ENTRY = "entry"
    DOOR = "door"
    WATER = "water"
    CHARGE = "charge"
    BOTTLES = "bottles"
    FAULT = "fault"
    NOTE = "note"
    SAMPLE = "sample"
    PRESENCE = "presence"
    FLEET = "fleet"
    PLATFORM = "platform"
    HOURLY = "hourly"
    DAILY = "daily"
    SAMPLE_HOUR = "sample_hour"
    ROLLOUT = "rollout"
    ROLLOUT_NOTE = "rollout_note"


class Tag(StrEnum):
    """Indexed, low-cardinality keys."""

    STATION = "station"
    DISTRICT = "district"
    CITY = "city"
    KIND = "kind"
    PART = "part"
    WAY = "way"
    REASON = "reason"
    WORKER = "worker"
    ROLLOUT = "rollout"


@dataclass(frozen=True)
class Shape:
    """Tags that every point of a measurement has, and its fields: name -> unit and meaning. `optional`: tags that some points lack."""

    tags: tuple[Tag, ...]
    fields: dict[str, str]
    optional: tuple[Tag, ...] = ()


SAMPLE_FIELDS = {
    "socket_w": "W drawn by a socket; part = socket",
    "tap_ml": "ml dispensed since the agent started; part = tap",
    "amenity_wh": "Wh an amenity used today since the agent started, measured or from its plate; part = amenity",
    "amenity_w": "W drawn by an amenity that has a sensor; part = amenity",
    "fridge_c": "degrees Celsius of a probe in the fridge cabinet, null while it can not be believed; part = probe",
    "outbox_facts": "facts waiting for their acknowledgement",
    "outbox_batches": "batches of samples waiting for their acknowledgement",
    "inside_people": "people inside, as far as the station knows",
    "inbox_inputs": "inputs waiting for the deciding thread",
    "step_ms": "longest step of the deciding thread since the last sample",
}
"""Known columns of a samples batch: name -> unit and meaning. Others are stored as they come."""

TIMED = {
    "clock": "how far the station's time is believed: trusted, derived, unsure",
    "late_s": "s from the fact to its arrival at the cloud",
}
"""On every point that is made of a fact."""

NOTHING = "none"
"""What a tag says that has nothing to say, since an empty one can not be stored: the reason of an entry that was granted, the city of
a station that never told it."""

STANDINGS = {"online": 0, "late": 1, "lost": 2, "stopped": 3, "unknown": 4}
"""Codes of the field `standing`, since panels colour numbers."""

USE = {
    "facts": "facts that happened",
    "entries": "people who were let in",
    "refusals": "entries refused",
    "pours": "drinks drawn",
    "water_ml": "ml drawn",
    "charges": "charges that ended",
    "energy_wh": "Wh of those charges",
    "bottles": "bottles taken",
    "loans": "power banks taken",
    "faults": "faults raised",
    "alarms": "faults raised that operators are told of at once",
    "restarts": "starts of the station's software",
}
"""Counted in the ledger for an hour or a day of the city's time; the point stands at its beginning."""

SHAPES: dict[Measurement, Shape] = {
    Measurement.FACT: Shape((Tag.STATION, Tag.KIND), {"count": "always 1", **TIMED}),
    Measurement.ENTRY: Shape(
        (Tag.STATION, Tag.KIND, Tag.WAY, Tag.REASON),
        # kind: granted or refused
        {"count": "always 1", "decided_ms": "first frame used, or last key typed, to the decision; only of kind granted", **TIMED},
    ),
    Measurement.DOOR: Shape((Tag.STATION, Tag.KIND), {"cause": "what an opening followed", "open_s": "s that it was open", **TIMED}),
    Measurement.WATER: Shape(
        (Tag.STATION, Tag.PART),
        {"poured_ml": "ml by the meter", "charged_ml": "ml off the quota", "reserved_ml": "ml set aside", "stop": "why it ended", **TIMED},
    ),
    Measurement.CHARGE: Shape(
        (Tag.STATION, Tag.PART),
        {"energy_wh": "Wh", "lasted_s": "s", "charged_min": "min off the quota", "stop": "why it ended", **TIMED},
    ),
    Measurement.BOTTLES: Shape(
        (Tag.STATION,), {"count": "bottles taken", "charged": "bottles off the quota", "certain": "1 when the scales were sure", **TIMED}
    ),
    Measurement.FAULT: Shape(
        (Tag.STATION, Tag.KIND),
        {"active": "1 raised, 0 cleared", "alarm": "1 when operators are told at once", "part": "what it is about", "lasted_s": "s, when cleared", **TIMED},
    ),
    Measurement.NOTE: Shape((Tag.STATION, Tag.KIND), {"title": "a line for an annotation", "text": "what happened", **TIMED}),
    Measurement.SAMPLE: Shape((Tag.STATION,), {**SAMPLE_FIELDS, "clock": TIMED["clock"]}, (Tag.PART,)),
    Measurement.PRESENCE: Shape(
        (Tag.CITY, Tag.DISTRICT, Tag.STATION),
        {
            "standing": "0 online, 1 late, 2 lost, 3 stopped, 4 unknown", "reason": "how that is known", "flapping": "1 while it comes and goes",
            "quiet_s": "s since it was heard", "faults": "faults standing", "alarms": "of which operators are told at once", "inside": "people inside",
            "outbox": "facts it has not yet delivered", "batches": "batches of samples likewise", "version": "its software",
            "config": "first 12 digits of its configuration's SHA-256", "name": "what people call it",
            "latitude": "degrees, when told", "longitude": "degrees, when told",
        },
    ),
    Measurement.FLEET: Shape(
        (Tag.CITY, Tag.DISTRICT),
        {
            "total": "stations known", "online": "of which online", "late": "late", "lost": "lost", "stopped": "stopped", "unknown": "never said a state",
            "flapping": "coming and going", "faulty": "with a fault standing", "alarms": "alarms standing", "inside": "people inside",
            "outbox": "facts not yet delivered", "lost_ratio": "lost and late ones of all, 0..1",
        },
    ),
    Measurement.PLATFORM: Shape(
        (Tag.WORKER,),
        {
            "received": "messages since its start", "stored": "facts stored since its start", "duplicates": "facts that came again",
            "samples": "batches of samples", "refused": "messages refused", "points": "points written", "points_lost": "points not written at first try",
            "points_refused": "points that the series store will never take",
            "acks": "acknowledgements sent", "waiting": "messages not yet committed", "lag_ms": "age of the oldest message at its commit",
            "quiet_s": "s since a message was stored", "broker": "1 connected", "ledger": "1 well", "series": "1 well",
            "ledger_facts": "facts of the last full hour in the ledger", "series_facts": "facts of that hour in the series store",
            "series_behind": "facts in the ledger that have no points yet", "facts_missing": "facts that stations declared gone",
            "rss_mb": "memory of the process",
        },
    ),
    Measurement.HOURLY: Shape((Tag.CITY, Tag.DISTRICT, Tag.STATION), USE),
    Measurement.DAILY: Shape((Tag.CITY, Tag.DISTRICT, Tag.STATION), USE),
    Measurement.SAMPLE_HOUR: Shape(
        (Tag.STATION,),
        {"fridge_c_mean": "degrees Celsius", "fridge_c_max": "degrees Celsius", "socket_w_mean": "W", "step_ms_max": "ms"},
        (Tag.PART,),
    ),
    Measurement.ROLLOUT: Shape(
        (Tag.ROLLOUT,),
        {
            "pending": "stations not yet touched", "sent": "sent to, no word yet", "waiting": "away, or busy with a visit", "trial": "trying it",
            "confirmed": "confirmed", "failed": "refused, gone back, or silent", "back": "taken back", "cancelled": "left out by a person",
            "state": "of the whole", "wave": "number of the current one", "name": "what people call it",
        },
    ),
    Measurement.ROLLOUT_NOTE: Shape((Tag.ROLLOUT,), {"title": "a line for an annotation", "text": "why, and what came of it"}),
}
"""What every measurement looks like; dashboards and tests use nothing that is not here."""


def split(column: str) -> tuple[str, str]:
    """`socket_w.1` -> (`socket_w`, `1`); a column without a part has the part ''."""
    name, _, part = column.partition(".")
    return name, part
