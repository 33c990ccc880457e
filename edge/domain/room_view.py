"""What the touch screen shows of equipment in the room, beside taps and sockets. Reads, changes nothing."""

from math import inf

from contract.amenity import AmenityMode, AmenityWho
from edge.domain.amenity import Amenity
from edge.domain.faults import Faults, Service
from edge.domain.rations import Rations
from edge.domain.screen import AmenityView, PartState
from edge.domain.visits import Visit


def amenity(found: Amenity, visit: Visit | None, rations: Rations, faults: Faults, now: float) -> AmenityView | None:
    """None for who may not start it and need not see it."""
    config, run = found.config, found.run
    if config.who is AmenityWho.STEWARDS and not (visit and rations.is_steward(visit.person)):
        return None
    mine = run is not None and visit is not None and run.person == visit.person
    resting = run is None and now < found.rests_until
    if faults.blocks(Service.AMENITY, config.name):
        state = PartState.OUT_OF_ORDER
    else:
        state = PartState.MINE if mine else PartState.TAKEN if run else PartState.RESTING if resting else PartState.READY
    return AmenityView(
        config.name, config.label_zh or config.name, config.label_en or config.name, config.icon, state, run is not None,
        config.mode is AmenityMode.WHILE_OCCUPIED, run.ends_at if run and run.ends_at < inf else None, found.rests_until if resting else None,
    )  # fmt: skip
