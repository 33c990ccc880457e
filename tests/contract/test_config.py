"""Configurations that are wrong, one by one: each refusal names the field, the value, the rule, and where to read on."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from contract.config import ConfigRefused, check
from contract.pins import INPUT_PINS, OUTPUT_PINS

GOOD: dict[str, Any] = {
    "station": "st-1",
    "name": "Station 1",
    "camera": {"source": "0"},
    "door": {},
    "link": {},
    "web": {},
    "visit": {},
    "quota": {},
    "access": {},
    "identity": {},
    "telemetry": {},
    "taps": [{"name": "cold", "valve_pin": 23, "flow_pin": 24}],
    "sockets": [
        {"name": "1", "relay_pin": 25, "adc_channel": 0},
        {"name": "2", "relay_pin": 26, "adc_channel": 1},
    ],
}

# (place, value, words that the refusal must have)
BAD: list[tuple[tuple[str | int, ...], object, str]] = [
    (("station",), "Station 1", "station: Station 1: "),
    (("station",), "a.b", "station: a.b: "),
    (("station",), "", "station: "),
    (("name",), "", "name: "),
    (("name",), "x" * 61, "name: xxx"),
    (("language",), "fr", "language: fr: "),
    (("colour",), "red", "colour: red: "),
    (("link", "port"), 0, "link.port: 0: "),
    (("link", "port"), 65536, "link.port: 65536: "),
    (("link", "port"), "mqtt", "link.port: mqtt: "),
    (("link", "keepalive_s"), 1, "link.keepalive_s: 1: "),
    (("link", "host"), "", "link.host: "),
    (("link", "password"), "secret", "link.password: "),
    (("web", "port"), -1, "web.port: -1: "),
    (("camera", "source"), "", "camera.source: "),
    (("camera", "width"), 100, "camera.width: 100: "),
    (("identity", "frames"), 0, "identity.frames: 0: "),
    (("identity", "limit"), 0, "identity.limit: 0: "),
    (("identity", "margin"), -0.1, "identity.margin: -0.1: "),
    (("identity", "margin"), float("nan"), "identity.margin: nan: "),
    (("door", "unlock_s"), 0, "door.unlock_s: 0: "),
    (("door", "unlock_s"), 31, "door.unlock_s: 31: "),
    (("door", "unlock_s"), float("inf"), "door.unlock_s: inf: "),
    (("door", "unlock_s"), "five", "door.unlock_s: five: "),
    (("door", "held_open_s"), 5, "door: unlock_s < held_open_s < alarm_s"),
    (("door", "alarm_s"), 20, "door: unlock_s < held_open_s < alarm_s"),
    (("door", "debounce_s"), 2, "door.debounce_s: 2: "),
    (("door", "lock_pin"), 2, "door.lock_pin: pin 2 is not one of"),
    (("door", "lock_pin"), 14, "door.lock_pin: pin 14 is not one of"),
    (("door", "lock_pin"), 40, "door.lock_pin: pin 40 is not one of"),
    (("door", "lock_pin"), -1, "door.lock_pin: pin -1 is not one of"),
    (("door", "lock_pin"), 27, "door.contact_pin: pin 27 is already door.lock_pin"),
    (("door", "exit_pin"), 0, "door.exit_pin: pin 0 is not one of"),
    (("door", "exit_pin"), 24, "taps.cold.flow_pin: pin 24 is already door.exit_pin"),
    (("door", "lock_active_high"), "perhaps", "door.lock_active_high: perhaps: "),
    (("access", "tries_per_person"), 0, "access.tries_per_person: 0: "),
    (("access", "most_inside"), 0, "access.most_inside: 0: "),
    (("access", "passback_s"), -1, "access.passback_s: -1: "),
    (("access", "hours"), [{"from_hour": 24, "to_hour": 6}], "access.hours.0.from_hour: 24: "),
    (("access", "hours"), [{"days": [8], "from_hour": 6, "to_hour": 22}], "access.hours.0.days.0: 8: "),
    (("access", "hours"), [{"days": [], "from_hour": 6, "to_hour": 22}], "access.hours.0.days: "),
    (("detectors",), {"fire_pin": 14}, "detectors.fire_pin: pin 14 is not one of"),
    (("detectors",), {"fire_pin": 17}, "detectors.fire_pin: pin 17 is already door.lock_pin"),
    (("detectors",), {"fire_pin": 100}, "detectors.fire_pin: pin 100 lies on an expander; this one must be on the header"),
    (("detectors",), {"fire_pin": 5, "smoke_pin": 5}, "detectors.smoke_pin: pin 5 is already detectors.fire_pin"),
    (("detectors",), {"smoke_pin": 100}, "detectors.smoke_pin: pin 100 lies on no expander"),
    (("detectors",), {"welfare": {}}, "detectors: welfare needs motion_pin"),
    (("detectors",), {"motion_pin": 5, "welfare": {"after_s": 0}}, "detectors.welfare.after_s: 0: "),
    (("update",), {"trial_s": 301}, "update: answer_s must be twice trial_s at least, not 600 with 301"),
    (("update",), {"trial_s": 120, "answer_s": 100}, "update: answer_s must be twice trial_s at least, not 100 with 120"),
    (("visit", "idle_s"), 39, "visit.idle_s: 39: "),
    (("visit", "warning_s"), 19, "visit.warning_s: 19: "),
    (("visit", "longest_s"), 100, "visit: warning_s < idle_s <= longest_s"),
    (("taps", 0, "name"), "Cold Water", "taps.0.name: Cold Water: "),
    (("taps", 0, "valve_pin"), 4, "taps.cold.valve_pin: pin 4 is not one of"),
    (("taps", 0, "valve_pin"), 17, "taps.cold.valve_pin: pin 17 is already door.lock_pin"),
    (("taps", 0, "flow_pin"), 23, "taps.cold.flow_pin: pin 23 is already taps.cold.valve_pin"),
    (("taps", 0, "pulses_per_l"), 0, "taps.0.pulses_per_l: 0: .*greater than 0"),
    (("taps", 0, "pulses_per_l"), -450, "taps.0.pulses_per_l: -450: "),
    (("taps", 0, "portions_ml"), [], "taps.0.portions_ml: "),
    (("taps", 0, "portions_ml"), [200, 1500], r"portions_ml \[200, 1500\]: each must lie in 1..max_ml \(1000\)"),
    (("taps", 0, "portions_ml"), [0], r"portions_ml \[0\]: each must lie in 1..max_ml \(1000\)"),
    (("taps", 0, "portions_ml"), [20, 200], "below 111 ml one pulse of this meter .* is more than 2 % of the portion"),
    (("taps", 0, "dribble_ml"), -1, "taps.0.dribble_ml: -1: "),
    (("taps", 0, "overrun_ml_s"), 0, "taps.0.overrun_ml_s: 0: "),
    (("taps", 0, "leak_ml"), 0, "taps.0.leak_ml: 0: "),
    (("water",), {"master_pin": 14}, "water.master_pin: pin 14 is not one of"),
    (("water",), {"master_pin": 23}, "taps.cold.valve_pin: pin 23 is already water.master_pin"),
    (("water",), {"master_pin": 100}, "water.master_pin: pin 100 lies on an expander; this one must be on the header"),
    (("water",), {"floor_pin": 100}, "water.floor_pin: pin 100 lies on no expander"),
    (("water",), {"filter_days": -1}, "water.filter_days: -1: "),
    (("water",), {"flush_ml": 200}, r"flush_ml 200: needs a basin with a drain \(drain: true\) or drip_pin"),
    (("water",), {"flush_after_h": 0}, "water.flush_after_h: 0: "),
    (("taps", 0, "max_ml"), 10, "taps.0.max_ml: 10: "),
    (("taps", 0, "max_s"), 0, "taps.0.max_s: 0: "),
    (("taps", 0, "no_flow_s"), 0.1, "taps.0.no_flow_s: 0.1: "),
    (("taps", 0, "valve_pin"), None, "taps.0.valve_pin: "),
    (("taps",), [dict(GOOD["taps"][0], name=f"t{n}") for n in range(5)], "taps: "),
    (("taps",), [GOOD["taps"][0], {"name": "cold", "valve_pin": 18, "flow_pin": 19}], "taps: names must differ"),
    (("sockets", 1, "name"), "1", "sockets: names must differ"),
    (("sockets", 1, "adc_channel"), 0, "sockets, amenities: adc_channel must differ"),
    (("sockets", 0, "adc_channel"), 8, "sockets.0.adc_channel: 8: "),
    (("sockets", 0, "relay_pin"), 26, "sockets.2.relay_pin: pin 26 is already sockets.1.relay_pin"),
    (("sockets", 0, "cap_w"), 0, "sockets.0.cap_w: 0: "),
    (("sockets", 0, "mains_v"), 400, "sockets.0.mains_v: 400: "),
    (("sockets", 0, "max_s"), 90_000, "sockets.0.max_s: 90000: "),
    (("sockets", 0, "temperature_probe"), "strip", "sockets.1.temperature_probe: strip is not one of charging.probes"),
    (("charging",), {"shared_max_s": 600, "warning_s": 900}, "warning_s 900: above shared_max_s"),
    (("charging",), {"probes": [{"name": "a", "id": "28-0123456789ab"}, {"name": "b", "id": "28-0123456789ab"}]}, "charging.probes: id must differ"),
    (("quota", "water_ml_per_day"), -1, "quota.water_ml_per_day: -1: "),
    (("quota", "socket_min_per_day"), 1441, "quota.socket_min_per_day: 1441: "),
    (("quota", "utc_offset_min"), 900, "quota.utc_offset_min: 900: "),
    (("telemetry", "sample_s"), 0, "telemetry.sample_s: 0: "),
    (("telemetry", "batch"), 201, "telemetry.batch: 201: "),
]


def changed(place: tuple[str | int, ...], value: object) -> dict[str, Any]:
    document = deepcopy(GOOD)
    inner: Any = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return document


@pytest.mark.parametrize(("place", "value", "words"), BAD)
def test_a_wrong_configuration_is_refused_in_words(place: tuple[str | int, ...], value: object, words: str) -> None:
    with pytest.raises(ConfigRefused, match=words) as caught:
        check(changed(place, value))
    assert all("; see docs/config.md" in line for line in str(caught.value).splitlines())


@pytest.mark.parametrize("icon", ["microwave", "heater", "chair"])
def test_what_heats_or_moves_never_runs_at_rest(icon: str) -> None:
    amenity = {"name": "one", "relay_pin": 16, "icon": icon, "runs_at_rest": True}
    with pytest.raises(ConfigRefused, match=f"runs_at_rest: a {icon} must be off when software dies"):
        check(GOOD | {"amenities": [amenity]})
    assert check(GOOD | {"amenities": [amenity | {"icon": "light"}]})


def test_the_table_is_long_enough() -> None:
    assert len(BAD) >= 40


def test_every_complaint_is_told_at_once() -> None:
    document = changed(("door", "unlock_s"), 0) | {"language": "fr", "colour": "red"}
    with pytest.raises(ConfigRefused) as caught:
        check(document)
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("document", [None, [], "station: st-1", 17, {}])
def test_what_is_no_configuration_at_all_is_refused(document: object) -> None:
    with pytest.raises(ConfigRefused, match=r"see docs/config\.md"):
        check(document)


def test_the_sound_one_is_taken_and_is_frozen() -> None:
    config = check(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        config.door.unlock_s = 9  # type: ignore[misc]


@pytest.mark.parametrize("pin", sorted(INPUT_PINS - {17, 22, 23, 24, 25, 26}))
def test_every_allowed_input_pin_is_allowed(pin: int) -> None:
    assert check(changed(("door", "contact_pin"), pin))


def test_no_output_pin_pulls_up_at_reset() -> None:
    """0 to 8 pull up and 14 and 15 are a console: a relay there clicks before any software runs."""
    assert not OUTPUT_PINS & {*range(12), 14, 15}
