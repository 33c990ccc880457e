"""What a simulated station is fitted with beyond its door: basic, standard, or the whole room. Sections of a StationConfig, as a document.

Header pins for what must be there, two expanders for the rest; docs/wiring.md says why. firmware_config/example-enhanced.yaml is the whole
room with its reasons, and a test holds both together.
"""

from enum import Enum
from typing import Any

Sections = dict[str, Any]


class Grade(Enum):
    """How much of a room there is."""

    BASIC = "basic"
    STANDARD = "standard"
    ENHANCED = "enhanced"


LOCKER_SLOTS, SOCKETS = 3, 4
STRIP = {"name": "strip", "id": "28-0000000000b1"}
PROBES = ({"name": "upper", "id": "28-0000000000a1"}, {"name": "lower", "id": "28-0000000000a2"})


def sections(grade: Grade) -> Sections:
    """The sections in which grades differ."""
    return {Grade.BASIC: _basic, Grade.STANDARD: _standard, Grade.ENHANCED: whole_room}[grade]()


def whole_room() -> Sections:
    """Everything that can be fitted, on one header and two expanders."""
    return {
        "taps": [_cold(), _hot()], "water": _water(), "sockets": [_on_strip(n) for n in range(SOCKETS)], "charging": {"probes": [STRIP]},
        "fridge": _fridge(("top", 6, 13), ("bottom", 12, 18)),
        "lending": {"slots": [_slot(n) for n in range(LOCKER_SLOTS)]}, "amenities": [_microwave(), _light(105), _air(), _massage()],
        "detectors": {"fire_pin": 5, "smoke_pin": 122, "tamper_pin": 123, "motion_pin": 124, "welfare": {}},
        "status": {"light_pin": 110}, "expanders": 2,
    }  # fmt: skip


def _basic() -> Sections:
    return {"taps": [_cold()], "sockets": [_socket(0), _socket(1)]}


def _standard() -> Sections:
    fridge = _fridge(("top", 6, 13))
    return _basic() | {"fridge": fridge, "amenities": [_light(105)], "expanders": 2}


def _cold() -> Sections:
    return {"name": "cold", "valve_pin": 23, "flow_pin": 24}


def _hot() -> Sections:
    return {"name": "hot", "valve_pin": 20, "flow_pin": 21, "hot": True, "max_ml": 400, "portions_ml": [200, 300]}


def _water() -> Sections:
    return {"master_pin": 16, "floor_pin": 120, "drip_pin": 121, "filter_days": 180, "filter_l": 4000, "test_days": 90}


def _socket(n: int) -> Sections:
    sensor = {"adc_channel": n, "amps_per_v": 4, "zero_v": 0.5}
    return {"name": str(n + 1), "relay_pin": (25, 26, 108, 109)[n], **sensor, "low_w": 5}


def _on_strip(n: int) -> Sections:
    return _socket(n) | {"temperature_probe": STRIP["name"]}


def _fridge(*shelves: tuple[str, int, int]) -> Sections:
    made = [
        {"name": name, "data_pin": data, "clock_pin": clock, "counts_per_g": 100, "unit_g": 550, "tolerance_g": 40}
        for name, data, clock in shelves
    ]  # fmt: skip
    return {"lock_pin": 100, "contact_pin": 116, "shelves": made, "probes": [dict(probe) for probe in PROBES]}


def _slot(n: int) -> Sections:
    return {"name": str(n + 1), "lock_pin": 101 + n, "present_pin": 117 + n}


def _microwave() -> Sections:
    words = {"label_zh": "微波炉", "label_en": "Microwave", "icon": "microwave"}
    return {"name": "microwave", **words, "relay_pin": 104, "max_s": 180, "cool_down_s": 30, "rated_w": 900}


def _light(pin: int) -> Sections:
    words = {"label_zh": "灯", "label_en": "Light", "icon": "light"}
    return {"name": "light", **words, "relay_pin": pin, "runs_at_rest": True, "mode": "while_occupied", "max_s": 300, "off_empty_s": 60, "rated_w": 24}


def _air() -> Sections:
    words = {"label_zh": "空调", "label_en": "Air conditioning", "icon": "air"}
    sensor = {"adc_channel": 4, "amps_per_v": 5, "zero_v": 0.5}
    return {"name": "air", **words, "relay_pin": 106, "mode": "while_occupied", "max_s": 900, "off_empty_s": 180, "rated_w": 1100, **sensor}


def _massage() -> Sections:
    words = {"label_zh": "按摩椅", "label_en": "Massage chair", "icon": "chair"}
    return {"name": "massage", **words, "relay_pin": 107, "max_s": 900, "cool_down_s": 300, "rated_w": 150}
