"""How layers merge, what YAML is taken, what selectors mean."""

from __future__ import annotations

from typing import Any

import pytest

from cli.config_yaml import YamlRefused, read
from cli.selectors import SelectorRefused, parse
from contract.layers import NEEDED, PARTS, Layer, merge
from contract.partial import faults, layer_schema, stations_schema

COLD, HOT = {"name": "cold", "valve_pin": 23}, {"name": "hot", "valve_pin": 20}


def merged(*contents: dict[str, Any]) -> dict[str, Any]:
    return merge(*(Layer(str(n), "", content) for n, content in enumerate(contents))).content


@pytest.mark.parametrize(
    ("below", "above", "both"),
    [
        ({"language": "zh"}, {"language": "en"}, {"language": "en"}),
        ({"door": {"unlock_s": 5, "alarm_s": 60}}, {"door": {"unlock_s": 7}}, {"door": {"unlock_s": 7, "alarm_s": 60}}),
        ({"web": {"port": 1}}, {"web": None}, {"web": None}),
        ({"web": None}, {"web": {"port": 1}}, {"web": {"port": 1}}),
        ({"access": {"hours": [1, 2]}}, {"access": {"hours": [3]}}, {"access": {"hours": [3]}}),
        ({"taps": [COLD]}, {"taps": [HOT]}, {"taps": [COLD, HOT]}),
        ({"taps": [COLD, HOT]}, {"taps": [{"name": "cold", "max_ml": 3}]}, {"taps": [COLD | {"max_ml": 3}, HOT]}),
        ({"taps": [COLD, HOT]}, {"taps": {"cold": {"portions_ml": [1]}}}, {"taps": [COLD | {"portions_ml": [1]}, HOT]}),
        ({"taps": [COLD, HOT]}, {"taps": {"hot": None}}, {"taps": [COLD]}),
        ({"taps": [COLD]}, {"taps": {"hot": {"max_ml": 3}, "warm": None}}, {"taps": [COLD]}),
        ({}, {"taps": {"hot": {"max_ml": 3}}}, {}),
        ({"taps": [COLD]}, {"taps": []}, {"taps": []}),
        ({"taps": [COLD]}, {"taps": [HOT, HOT]}, {"taps": [HOT, HOT]}),
        ({"taps": [COLD]}, {"taps": "none"}, {"taps": "none"}),
        ({}, {"fridge": {"warm_c": 6}}, {}),
        ({"fridge": None}, {"fridge": {"warm_c": 6}}, {"fridge": None}),
        ({}, {"fridge": {"lock_pin": 100, "warm_c": 6}}, {"fridge": {"lock_pin": 100, "warm_c": 6}}),
        ({"fridge": {"lock_pin": 100}}, {"fridge": {"warm_c": 6}}, {"fridge": {"lock_pin": 100, "warm_c": 6}}),
        ({}, {"detectors": {"welfare": {}}}, {"detectors": {"welfare": {}}}),
    ],
)
def test_one_layer_over_another(below: dict[str, Any], above: dict[str, Any], both: dict[str, Any]) -> None:
    assert merged(below, above) == both


def test_parts_and_fitted_sections_are_those_of_the_model() -> None:
    assert {"amenities", "charging.probes", "fridge.probes", "fridge.shelves", "lending.slots", "sockets", "taps"} == PARTS
    assert set(NEEDED) == {"place", "camera", "fridge", "lending"}


def test_what_was_missed_is_named() -> None:
    found = merge(Layer("grade a", "a", {"taps": [COLD]}), Layer("city b", "b", {"taps": {"hot": None}, "lending": {"loan_h": 3}}))
    assert found.missed == {("city b", "taps.hot"), ("city b", "lending")}


def test_a_layer_alone_needs_nothing_and_knows_every_field() -> None:
    assert faults({"taps": {"hot": {"max_ml": 400}, "cold": None}, "fridge": {"shelves": {"top": None}}, "door": {}, "web": None}) == []
    told = [str(each) for each in faults({"taps": {"hot": {"max_ml": 1, "x": 2}}, "access": {"hours": [{"from_hour": 3}]}})]
    assert [line.partition(";")[0] for line in told] == [
        "access.hours.0.to_hour: Field required", "taps.hot.max_ml: 1: Input should be greater than or equal to 50",
        "taps.hot.x: 2: Extra inputs are not permitted",
    ]  # fmt: skip


def test_schemas_for_editors_require_nothing_of_a_layer() -> None:
    layer, stations = layer_schema(), stations_schema()
    assert "required" not in layer
    assert "required" not in layer["$defs"]["TapConfig"]
    assert layer["$defs"]["OpenHours"]["required"] == ["from_hour", "to_hour"]
    assert [kind["type"] for kind in layer["properties"]["taps"]["anyOf"]] == ["array", "object"]
    assert stations["$defs"]["Station"]["required"] == ["grade", "kind", "name"]


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("raw", "line", "told"),
    [
        (BOMB.encode(), 1, "an alias"),
        (b"a: &x {b: 1}\nc: {<<: *x}", 2, "merge"),
        (b"a: 1\nb:\n  c: 1\n  c: 2\n", 4, "b.c: stands here twice"),
        (b"a: 2026-01-01", 1, "timestamp"),
        (b"a: !!python/object:os.system x", 1, "no value of a configuration"),
        (b"a: !!binary aaaa", 1, "binary"),
        (b"a: " + b"9" * 5000, 1, "no value of a configuration"),
        (b"? [a]\n: 1", 1, "quotes"),
        (b"on: 1", 1, "quotes"),
        (b"a: [", 1, "expected"),
        (b"a: {b: 1\nc: 2}", 2, "expected"),
        (b"\xff\xfe\xfa", 0, "UTF-8"),
        (b"[" * 300_000, 0, "brackets deeper"),
        (b"".join(b" " * n + b"a:\n" for n in range(30)), 21, "deeper than 20"),
        (b"#" * (4 << 20) + b"\n", 0, "at most"),
    ],
)  # fmt: skip
def test_yaml_that_hides_something_is_refused(raw: bytes, line: int, told: str) -> None:
    with pytest.raises(YamlRefused, match=told) as caught:
        read(raw)
    assert caught.value.line >= line


def test_yaml_is_read_with_its_lines() -> None:
    found = read(b"door:\n  unlock_s: 5\ntaps:\n  - name: cold\n    max_ml: 0x10\n  - {name: hot}\n7: .inf\n")
    assert found.value == {"door": {"unlock_s": 5}, "taps": [{"name": "cold", "max_ml": 16}, {"name": "hot"}], "7": float("inf")}
    assert (found.lines["door.unlock_s"], found.lines["taps.cold.max_ml"], found.lines["taps.hot"], found.lines["7"]) == (2, 5, 6, 7)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True), ("district=harbour", True), ("district!=harbour", False), ("district==harbour,grade=basic", False), ("district=har*", True),
        ("grade in (enhanced, standard)", True), ("grade notin (enhanced,standard)", False), ("state=", True), ("state!=ok", True), ("online=true", True),
        ("level=6", True), (" district = harbour , grade = standard ", True), ("station=h-00[1-3]", True), ("name=Mill?Lane*", True),
    ],
)  # fmt: skip
def test_a_selector(text: str, fits: bool) -> None:
    values = {"station": "h-002", "name": "Mill Lane 3", "district": "harbour", "grade": "standard", "state": None, "online": True, "level": 6}
    assert parse(text).matches(values) is fits


@pytest.mark.parametrize("text", ["district", "a b", "=x", "a=b c=d", "a in b", "a in (b", "a=b)", "a>b"])
def test_no_selector(text: str) -> None:
    with pytest.raises(SelectorRefused, match="is no condition"):
        parse(text)
