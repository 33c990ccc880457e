"""The table of faults: what each takes away, whether it ends what runs, who may clear it, whether it outlives a restart, who may see it.

docs/faults.md is written from it. A fault with a part (a tap, a socket) takes the service away from that part only.
"""

from dataclasses import dataclass
from enum import Enum

from contract.facts import FaultCode


class Service(Enum):
    """What a fault can take away."""

    ENTRY = "entry"
    FACE = "face"
    WATER = "water"
    SOCKET = "socket"
    FRIDGE = "fridge"
    LENDING = "lending"
    AMENITY = "amenity"


class Clears(Enum):
    """By what a fault goes away."""

    CONDITION = "condition"
    PERSON = "person"


@dataclass(frozen=True)
class Rule:
    """`cuts`: also ends what runs; others only keep new sessions from starting. `kept`: stands again after a restart.

    `secret`: never on the screen. Whether operators are told at once is `ALARMS` in contract/words.py, which the cloud reads too.
    """

    blocks: frozenset[Service] = frozenset()
    cuts: bool = False
    clears: Clears = Clears.CONDITION
    kept: bool = False
    secret: bool = False


DRAWS = frozenset({Service.WATER, Service.SOCKET, Service.FRIDGE, Service.LENDING, Service.AMENITY})
"""Everything inside that people draw or switch."""
EVERYTHING = DRAWS | {Service.ENTRY}
POWER = frozenset({Service.SOCKET, Service.AMENITY})
_WATER, _SOCKET, _FRIDGE = frozenset({Service.WATER}), frozenset({Service.SOCKET}), frozenset({Service.FRIDGE})

RULES: dict[FaultCode, Rule] = {
    FaultCode.STORE_LOW: Rule(DRAWS),
    FaultCode.STORE_FULL: Rule(EVERYTHING, cuts=True),
    FaultCode.GUARD_LOST: Rule(EVERYTHING, cuts=True),
    FaultCode.EXPANDER_LOST: Rule(DRAWS, cuts=True),
    FaultCode.FACES_LOST: Rule(frozenset({Service.FACE})),
    FaultCode.CAMERA_LOST: Rule(frozenset({Service.FACE})),
    FaultCode.LIVENESS_LOST: Rule(frozenset({Service.FACE})),
    FaultCode.GALLERY_TOO_LARGE: Rule(),
    FaultCode.CLOCK_WRONG: Rule(),
    FaultCode.FIRE: Rule(EVERYTHING, cuts=True, kept=True),
    FaultCode.FIRE_RESET_DUE: Rule(EVERYTHING, cuts=True, clears=Clears.PERSON, kept=True),
    FaultCode.SMOKE: Rule(POWER, cuts=True, clears=Clears.PERSON, kept=True),
    FaultCode.TAMPER: Rule(),
    FaultCode.DURESS: Rule(clears=Clears.PERSON, kept=True, secret=True),
    FaultCode.WELFARE: Rule(),
    FaultCode.EXIT_STUCK: Rule(),
    FaultCode.DOOR_FORCED: Rule(),
    FaultCode.DOOR_HELD: Rule(),
    FaultCode.NO_FLOW: Rule(_WATER),
    FaultCode.LEAK: Rule(_WATER, cuts=True, clears=Clears.PERSON, kept=True),
    FaultCode.LEAK_FLOOR: Rule(_WATER, cuts=True, clears=Clears.PERSON, kept=True),
    FaultCode.OVERRUN: Rule(_WATER, cuts=True, clears=Clears.PERSON, kept=True),
    FaultCode.FILTER_OVERDUE: Rule(_WATER),
    FaultCode.WATER_TEST_OVERDUE: Rule(_WATER),
    FaultCode.DRIP_TRAY_FULL: Rule(_WATER),
    FaultCode.METER_LOST: Rule(_SOCKET, cuts=True),
    FaultCode.OVER_POWER: Rule(_SOCKET, cuts=True, clears=Clears.PERSON, kept=True),
    FaultCode.OVER_TEMPERATURE: Rule(_SOCKET, cuts=True, clears=Clears.PERSON, kept=True),
    FaultCode.RELAY_STUCK: Rule(_SOCKET, cuts=True, clears=Clears.PERSON, kept=True),
    FaultCode.FRIDGE_WARM: Rule(),
    FaultCode.FRIDGE_BLOCKED: Rule(_FRIDGE, cuts=True, clears=Clears.PERSON, kept=True),
    FaultCode.FRIDGE_AJAR: Rule(),
    FaultCode.PROBE_LOST: Rule(),
    FaultCode.SCALE_LOST: Rule(_FRIDGE),
    FaultCode.STOCK_LOW: Rule(),
    FaultCode.SLOT_STUCK: Rule(frozenset({Service.LENDING}), clears=Clears.PERSON, kept=True),
    FaultCode.BANK_OVERDUE: Rule(),
    FaultCode.AMENITY_STUCK: Rule(frozenset({Service.AMENITY}), cuts=True, clears=Clears.PERSON, kept=True),
}

BLOCKS: dict[FaultCode, frozenset[Service]] = {fault: rule.blocks for fault, rule in RULES.items()}
CUTS = frozenset(fault for fault, rule in RULES.items() if rule.cuts)
