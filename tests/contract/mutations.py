"""Wrong configurations, made from the right one and the model: every number out of its bounds, every value of another kind, pins, unknown keys.

Not drawn by chance, so that a failure is the same one tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import yaml
from annotated_types import Ge, Gt, Le, Lt, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contract.config import StationConfig, check

EXAMPLE = Path(__file__).parents[2] / "firmware_config" / "example-enhanced.yaml"
Place = tuple[int | str, ...]
NOT_A_NUMBER, ENDLESS, HUGE = float("nan"), float("inf"), 10**39


@dataclass(frozen=True)
class Mutation:
    """`told`: what the refusal must name."""

    place: Place
    value: Any
    told: str

    @property
    def document(self) -> dict[str, Any]:
        """The whole configuration with this one thing wrong."""
        whole = deepcopy(GOOD)
        inner: Any = whole
        for step in self.place[:-1]:
            inner = inner[step]
        inner[self.place[-1]] = self.value
        return whole


GOOD: dict[str, Any] = check(yaml.safe_load(EXAMPLE.read_text())).model_dump(mode="json") | {"place": {"latitude": 1, "longitude": 2}}


def mutations(every: int = 1) -> list[Mutation]:
    """All of them, 1,100; or each so manieth of those of single fields."""
    return [*list(_of_section(StationConfig, GOOD, ()))[::every], *_pins(), *_rules()]


def _of_section(model: type[BaseModel], content: dict[str, Any], place: Place) -> Iterator[Mutation]:
    yield Mutation((*place, "colour"), "red", _dotted((*place, "colour")) + ": red")
    for name, field in model.model_fields.items():
        value, here = content[name], (*place, name)
        inner = _model(field.annotation)
        if inner is None:
            yield from (Mutation(here, wrong, f"{_dotted(here)}: {_words(wrong)}") for wrong in _wrong(field))
        elif isinstance(value, dict):
            yield from _of_section(inner, value, here)
            yield Mutation(here, [], _dotted(here))
        elif value and inner.__name__ in SEEN_ONCE:
            yield from _of_section(inner, value[0], (*here, 0))
            yield Mutation(here, "none", _dotted(here) + ": none")


SEEN_ONCE = {"TapConfig", "SocketConfig", "ShelfConfig", "ProbeConfig", "SlotConfig", "AmenityConfig"}


def _wrong(field: FieldInfo) -> Iterator[Any]:
    kind = _scalar(field.annotation)
    if kind in (int, float):
        yield from ("five", True, NOT_A_NUMBER, [1])
        for mark in field.metadata:
            match mark:
                case Ge(ge=low):
                    yield low - 1  # type: ignore[operator]
                case Gt(gt=low):
                    yield low
                case Le(le=high) | Lt(lt=high):
                    yield high + 1  # type: ignore[operator]
                    yield HUGE
                    yield ENDLESS
    elif kind is bool:
        yield from ("perhaps", 1, 2, {})
    elif kind is str:
        yield from (5, {"a": 1})
        yield from ("x" * (mark.max_length + 1) for mark in field.metadata if isinstance(mark, MaxLen))


def _pins() -> Iterator[Mutation]:
    """Pins that are no pins, that must not be driven, or that are taken."""
    for place, name in (
        (("door", "lock_pin"), "door.lock_pin"), (("taps", 0, "valve_pin"), "taps.cold.valve_pin"), (("taps", 1, "flow_pin"), "taps.hot.flow_pin"),
        (("water", "master_pin"), "water.master_pin"), (("sockets", 0, "relay_pin"), "sockets.1.relay_pin"), (("fridge", "lock_pin"), "fridge.lock_pin"),
        (("lending", "slots", 0, "lock_pin"), "lending.slots.1.lock_pin"), (("amenities", 0, "relay_pin"), "amenities.microwave.relay_pin"),
        (("detectors", "fire_pin"), "detectors.fire_pin"), (("status", "light_pin"), "status.light_pin"),
    ):  # fmt: skip
        for pin in (-1, 0, 2, 14, 28, 99, 132, 4000, HUGE):
            yield Mutation(place, pin, f"{name}: pin {pin}")
        yield Mutation(place, 27, "pin 27 is already")


def _rules() -> Iterator[Mutation]:
    """Values that are right alone and wrong together."""
    yield Mutation(("door", "held_open_s"), 5, "door: unlock_s < held_open_s < alarm_s must hold, not 5, 5, 60")
    yield Mutation(("visit", "longest_s"), 100, "visit: warning_s < idle_s <= longest_s must hold, not 20, 180, 100")
    yield Mutation(("charging",), {"shared_max_s": 600, "warning_s": 900}, "charging: Value error, warning_s 900: above shared_max_s (600)")
    yield Mutation(("expanders",), 0, "lies on no expander; 0 of them end at 99")
    yield Mutation(("taps", 1, "name"), "cold", "taps: names must differ: ['cold', 'cold']")
    yield Mutation(("sockets", 1, "adc_channel"), 0, "adc_channel must differ: [0, 0, 2, 3, 4]")
    yield Mutation(("sockets", 1, "temperature_probe"), "oven", "sockets.2.temperature_probe: oven is not one of charging.probes")
    yield Mutation(("fridge", "probes", 0, "id"), "28-0000000000b1", "charging.probes: id must differ")
    yield Mutation(("fridge", "shelves", 0, "tolerance_g"), 400, "tolerance_g 400: above a third of unit_g (550)")
    yield Mutation(("fridge", "shelves", 0, "counts_per_g"), 0, "counts_per_g: 0 is not a scale")
    yield Mutation(("taps", 0, "portions_ml"), [200, 1500], "portions_ml [200, 1500]: each must lie in 1..max_ml (1000)")
    yield Mutation(("water",), GOOD["water"] | {"flush_ml": 100, "drip_pin": None}, "water: Value error, flush_ml 100: needs a basin with a drain")
    yield Mutation(("detectors", "motion_pin"), None, "welfare needs motion_pin")
    yield Mutation(("amenities", 0, "runs_at_rest"), True, "runs_at_rest: a microwave must be off")
    yield Mutation(("station",), "st 1", "station: st 1: ")


def _model(kind: Any) -> type[BaseModel] | None:
    for option in (kind, *get_args(kind)):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def _scalar(kind: Any) -> Any:
    options = [option for option in get_args(kind) if option is not type(None)] if get_origin(kind) in (Union, UnionType) else [kind]
    return get_args(options[0])[0] if get_origin(options[0]) not in (None, tuple) and hasattr(options[0], "__metadata__") else options[0]


def _dotted(place: Place) -> str:
    return ".".join(str(step) for step in place)


def _words(value: Any) -> str:
    match value:
        case dict():
            return f"a mapping of {len(value)}"
        case list():
            return f"a list of {len(value)}"
        case _:
            return str(value)[:60]
