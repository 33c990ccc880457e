"""What differs between two configurations, what of it needs a rebuild, what makes a station safer."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from contract.change import Change, differences, makes_safer, needs_restart
from contract.config import StationConfig, check
from tests.contract.mutations import GOOD

OLD = check(GOOD)


def changed(**fields: Any) -> StationConfig:
    """`door__unlock_s=3`, `taps__0__max_ml=900`: with this instead."""
    document = deepcopy(GOOD)
    for name, value in fields.items():
        *steps, last = [int(step) if step.isdigit() else step for step in name.split("__")]
        inner: Any = document
        for step in steps:
            inner = inner[step]
        inner[last] = value
    return check(document)


def test_nothing_changed() -> None:
    assert differences(OLD, check(GOOD)) == []
    assert needs_restart(OLD, check(GOOD)) == []
    assert not makes_safer(OLD, check(GOOD))


def test_each_field_is_named_with_both_values() -> None:
    new = changed(door__unlock_s=3, taps__0__max_ml=900, web=None)
    found = {change.field: (change.before, change.after) for change in differences(OLD, new)}
    assert found == {"door.unlock_s": (5, 3), "taps.cold.max_ml": (1000, 900), "web": ({"host": "127.0.0.1", "port": 8080}, None)}
    assert needs_restart(OLD, new) == ["web"]


def test_parts_are_told_apart_by_name() -> None:
    first, second, *rest = GOOD["sockets"]
    new = changed(sockets=[second, *rest, first | {"name": "5"}])
    assert [change.field for change in differences(OLD, new)] == ["sockets.1", "sockets.5"]
    assert Change("sockets", ["1", "2", "3", "4"], ["2", "1", "3", "4"]) in differences(OLD, changed(sockets=[second, first, *rest]))


@pytest.mark.parametrize(
    ("fields", "restart", "safer"),
    [
        ({"door__unlock_s": 3}, False, True),
        ({"door__unlock_s": 6}, False, False),
        ({"taps__1__max_ml": 350, "sockets__0__cap_w": 150, "amenities__0__cool_down_s": 60}, False, True),
        ({"taps__1__max_ml": 350, "sockets__0__cap_w": 250}, False, False),
        ({"taps__0__max_s": 30}, True, True),
        ({"identity__margin": 0.09, "identity__limit": 0.3}, True, True),
        ({"quota__water_ml_per_day": 2000}, False, False),
        ({"quota__shared": False}, True, False),
        ({"access__hours": [{"from_hour": 6, "to_hour": 22}]}, False, False),
        ({"taps__0__valve_pin": 19}, True, False),
        ({"place": None}, False, False),
        ({"place__latitude": 3}, False, False),
        ({"language": "en"}, True, False),
    ],
)
def test_marks_of_the_model_decide(fields: dict[str, Any], restart: bool, safer: bool) -> None:
    new = changed(**fields)
    assert (bool(needs_restart(OLD, new)), makes_safer(OLD, new)) == (restart, safer)
