"""Measurement, tag and field names: the one place from which the writer, dashboards, alert rules and tests take them.

Tags are few and slow: station, district, city, part, kind. Time quality and lateness are fields, never tags: a point is a pure
function of its envelope, so that a repeated one overwrites itself.
"""

from enum import StrEnum


class Measurement(StrEnum):
    """Tables of the time-series store."""

    FACT = "fact"
    WATER = "water"
    CHARGE = "charge"
    DOOR = "door"
    SAMPLE = "sample"


class Tag(StrEnum):
    """Indexed, low-cardinality keys."""

    STATION = "station"
    DISTRICT = "district"
    CITY = "city"
    KIND = "kind"
    PART = "part"


SAMPLE_FIELDS = {
    "socket_w": "W drawn by a socket; part = socket",
    "tap_ml": "ml dispensed since the agent started; part = tap",
    "amenity_wh": "Wh an amenity used today since the agent started, measured or from its plate; part = amenity",
    "amenity_w": "W drawn by an amenity that has a sensor; part = amenity",
    "fridge_c": "degrees Celsius of a probe in the fridge cabinet, null while it can not be believed; part = probe",
    "outbox_facts": "facts waiting for their acknowledgement",
    "inside_people": "people inside, as far as the station knows",
    "inbox_inputs": "inputs waiting for the deciding thread",
    "step_ms": "longest step of the deciding thread since the last sample",
}
"""Known columns of a samples batch: name -> unit and meaning. Others are stored as they come."""


def split(column: str) -> tuple[str, str]:
    """`socket_w.1` -> (`socket_w`, `1`); a column without a part has the part ''."""
    name, _, part = column.partition(".")
    return name, part
