"""A fridge that is configured wrongly is refused, and the refusal names the field."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from contract.config import ConfigRefused, check
from tests.properties.fridge_parts import FRIDGE

BAD: list[tuple[tuple[str | int, ...], object, str]] = [
    (("lock_pin",), 14, "fridge.lock_pin: pin 14 is not one of"),
    (("lock_pin",), 17, "fridge.lock_pin: pin 17 is already door.lock_pin"),
    (("contact_pin",), 100, "fridge.contact_pin: pin 100 lies on no expander"),
    (("shelves", 0, "clock_pin"), 100, "fridge.shelves.top.clock_pin: pin 100 lies on an expander; this one must be on the header"),
    (("shelves", 0, "clock_pin"), 4, "fridge.shelves.top.clock_pin: pin 4 is not one of"),
    (("shelves", 1, "data_pin"), 5, "fridge.shelves.low.data_pin: pin 5 is already fridge.shelves.top.data_pin"),
    (("shelves", 0, "counts_per_g"), 0, "counts_per_g: 0 is not a scale"),
    (("shelves", 0, "unit_g"), 0, "fridge.shelves.0.unit_g: 0: "),
    (("shelves", 0, "tolerance_g"), 300, "tolerance_g 300: above a third of unit_g"),
    (("shelves", 1, "name"), "top", "shelves: name: must differ"),
    (("shelves",), [], "fridge.shelves: "),
    (("probes",), [], "fridge.probes: "),
    (("probes", 0, "id"), "10-00000a1b2c3d", "fridge.probes.0.id: 10-00000a1b2c3d: "),
    (("probes", 0, "id"), "../../../etc/passwd", "fridge.probes.0.id: "),
    (("probes", 1, "id"), "28-00000a1b2c3d", "probes: id: must differ"),
    (("warm_c",), 25, "fridge.warm_c: 25: "),
    (("block_s",), 0, "fridge.block_s: 0: "),
    (("unlock_s",), 600, "fridge.unlock_s: 600: "),
]


def changed(place: tuple[str | int, ...], value: object) -> dict[str, Any]:
    document: Any = deepcopy(FRIDGE)
    inner = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return {"station": "st-1", "name": "Station 1", "fridge": document}


@pytest.mark.parametrize(("place", "value", "words"), BAD)
def test_a_refusal_names_the_field(place: tuple[str | int, ...], value: object, words: str) -> None:
    with pytest.raises(ConfigRefused) as refused:
        check(changed(place, value))
    assert words in str(refused.value)


def test_a_good_one_is_taken() -> None:
    config = check(changed(("unlock_s",), 8))
    assert config.fridge and [shelf.name for shelf in config.fridge.shelves] == ["top", "low"]
