"""How running machines take a new configuration: each keeps the section that it needs as `config`, and nothing else of it.

A field is live (contract/model.py) only if no machine keeps anything that was worked out of it; tests/scenarios/test_config_live.py walks
everything that a core reaches after a change of each such field and finds nothing of the old value.
"""

from collections.abc import Iterable
from math import inf
from typing import TYPE_CHECKING

from contract.config import StationConfig
from contract.envelope import ClockState
from contract.facts import FaultCode
from edge.domain.config_slots import Around
from edge.domain.door import DoorState

if TYPE_CHECKING:
    from edge.domain.core import Core


OF_PEOPLE = frozenset({FaultCode.DURESS, FaultCode.WELFARE, FaultCode.BANK_OVERDUE, FaultCode.STOCK_LOW})
"""Faults that take nothing away and that no configuration causes in two minutes; they would take good ones back in a large city every day."""


def use(core: "Core", config: StationConfig) -> None:
    """Everything that is live, at once, between two steps. What is not live is the same in both, or nobody would be asked."""
    core.config = core.view.config = core.entry.config = core.desk.config = core.indoors.config = config
    entry = core.entry
    entry.door.config, entry.visits.config, entry.access.tries.config, entry.hours.hours = config.door, config.visit, config.access, config.access.hours
    core.rations.config, core.steward.maintenance.config = config.quota, config.steward
    _use_indoors(core, config)


def _use_indoors(core: "Core", config: StationConfig) -> None:
    room = core.room
    room.charging.config = room.charging.turns.config = config.charging
    for tap in config.taps:
        room.water.taps[tap.name].config = tap
    for socket in config.sockets:
        room.charging.sockets[socket.name].config = socket
    for amenity in config.amenities:
        room.amenities.amenities[amenity.name].config = amenity
    if room.fridge and config.fridge:
        room.fridge.config = room.fridge.cabinet.config = room.fridge.cold.config = config.fridge


def around(core: "Core", now: float) -> Around:
    """What a trial must know of the station."""
    faults, entry = core.faults, core.entry
    at_the_door = entry.door.state is not DoorState.LOCKED or entry.face_way.prompt or entry.face_way.claim
    somebody = entry.visits.deadline() < inf or core.steward.maintenance.mode
    return Around(
        busy=bool(at_the_door or somebody or not core.room.quiet()), fire=entry.door.free, clock_sure=core.clock.state is ClockState.TRUSTED,
        faults=_names(faults.standing()), raised=_names(faults.told()), connected=core.facts_out.connected,
    )  # fmt: skip


def _names(faults: Iterable[tuple[FaultCode, str]]) -> frozenset[str]:
    """Without what only people bring about. A call for help is nobody's fault, and stays where it is."""
    return frozenset(f"{fault.value} {part}".strip() for fault, part in faults if fault not in OF_PEOPLE)
