"""firmware_config as a tree: the example cities, what is effective and why, everything that is wrong at once, and the command."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from cli import config as command
from cli.config_city import CITIES, files
from cli.config_tree import Tree, TreeRefused, load
from cli.selectors import SelectorRefused, parse
from contract.config import StationConfig, check
from contract.layers import Layer, merge
from tests.contract.mutations import GOOD, mutations
from twin.grades import Grade, sections

FOLDER = Path(__file__).parents[2] / "firmware_config"
CITY = {
    "defaults.yaml": "language: zh\ndoor:\n  unlock_s: 5\n",
    "grades/basic.yaml": "taps:\n  - {name: cold, valve_pin: 23, flow_pin: 24}\n",
    "grades/standard.yaml": "taps:\n  - {name: cold, valve_pin: 23, flow_pin: 24}\n  - {name: hot, valve_pin: 20, flow_pin: 21, hot: true}\n",
    "cities/town/city.yaml": "link: {host: broker.example.org}\n",
    "cities/town/districts/east.yaml": "# nothing yet\n",
    "cities/town/kinds/park.yaml": "access:\n  most_inside: 12\ntaps:\n  hot: {max_ml: 400, portions_ml: [200]}\n",
    "cities/town/stations/east.yaml": "e-1: {grade: basic, kind: park, name: One}\ne-2:\n  {grade: standard, kind: park, name: Two, door: {unlock_s: 7}}\n",
}


def town(folder: Path, **changed: str) -> Tree:
    """The little town, with other texts in some files: `grades__basic="..."`."""
    texts = CITY | {f"{name.replace('__', '/')}.yaml": text for name, text in changed.items()}
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(folder)


@pytest.fixture(scope="module")
def cities() -> Tree:
    return load(FOLDER)


@pytest.mark.slow
def test_every_station_of_the_example_cities_is_right_and_that_is_known_quickly() -> None:
    begun = time.process_time()
    tree = load(FOLDER)
    assert (tree.problems, len(tree.configs)) == ([], 1960)
    assert time.process_time() - begun < 5


def test_the_example_cities_are_whole_and_one_station_of_each_sort_is_right(cities: Tree) -> None:
    stations = cities.stations()
    sorts = {(station.city, station.kind, station.grade): station.station for station in stations}
    assert [problem for name in sorts.values() for problem in cities.problems_of(name)] == []
    assert Counter(station.city for station in stations) == {"saltmere": 30, "norrowick": 1930}
    kinds = Counter(station.kind for station in stations if station.city == "norrowick")
    assert (kinds["center"], kinds["street"], kinds["park"] + kinds["building"], kinds["point"]) == (1, 44, 103, 1782)
    assert sum(path.stat().st_size for path in (FOLDER / "cities").rglob("*.yaml")) < 400_000


def test_the_script_that_made_them_still_makes_such_cities() -> None:
    for city in CITIES:
        texts = [text for name, text in files(city) if name.startswith("stations/")]
        assert sum(text.count("\n") - 2 for text in texts) == city.centers + city.streets + city.parks + city.points


@pytest.mark.parametrize("grade", Grade)
def test_a_grade_is_what_the_twin_builds(grade: Grade) -> None:
    layer = Layer("grade", "", yaml.safe_load((FOLDER / "grades" / f"{grade.value}.yaml").read_text()))
    who = {"station": "st-1", "name": "x"}
    assert check(merge(layer).content | who) == check(sections(grade) | who)


def test_the_enhanced_grade_over_the_defaults_is_the_large_example(cities: Tree) -> None:
    shown = yaml.safe_load((FOLDER / "example-enhanced.yaml").read_text())
    layers = [Layer(name, "", yaml.safe_load((FOLDER / name).read_text())) for name in ("defaults.yaml", "grades/enhanced.yaml")]
    who = {key: shown[key] for key in ("station", "name", "city", "district")}
    assert check(merge(*layers).content | who) == check(shown)


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [("layer", "grades/*.yaml"), ("layer", "cities/saltmere/*s/*.yaml"), ("stations", "cities/saltmere/stations/*.yaml"), ("station", "example-*.yaml")],
)
def test_editors_find_nothing_wrong_in_the_examples(schema: str, pattern: str) -> None:
    rules = Draft202012Validator(json.loads((FOLDER / "schema" / f"{schema}.schema.json").read_text()))
    for path in FOLDER.glob(pattern):
        if (path.parent.name == "stations") is (schema == "stations"):
            text = path.read_text()
            assert list(rules.iter_errors(yaml.safe_load(text) or {})) == [], path
            named = text.splitlines()[0].rpartition("=")[2]
            assert (path.parent / named).resolve() == (FOLDER / "schema" / f"{schema}.schema.json").resolve()


def test_what_is_effective_and_why(tmp_path: Path) -> None:
    found = town(tmp_path).effective("e-2")
    assert found.mapping["door"] == {"unlock_s": 7}
    assert [tap.get("max_ml") for tap in found.mapping["taps"]] == [None, 400]
    told = {place: (found.origins[place].layer, found.origins[place].source, found.origins[place].line) for place in found.origins}
    assert told["door.unlock_s"] == ("station e-2", "cities/town/stations/east.yaml", 3)
    assert told["taps.hot.max_ml"] == ("kind town/park", "cities/town/kinds/park.yaml", 4)
    assert told["taps.hot.hot"] == ("grade standard", "grades/standard.yaml", 3)
    assert told["district"] == ("folder", "cities/town/stations/east.yaml", 2)
    assert told["language"] == ("defaults", "defaults.yaml", 1)


def test_stations_are_selected(tmp_path: Path) -> None:
    tree = town(tmp_path)
    assert [each.station for each in tree.select(parse("grade=basic,kind in (park,point)"))] == ["e-1"]
    assert [each.station for each in tree.select(parse("state!=ok"), {"e-1": {"state": "ok"}})] == ["e-2"]
    with pytest.raises(SelectorRefused, match="nothing is known about gade"):
        tree.select(parse("gade=basic"))


WRONG = [
    ("defaults", "door:\n  unlock_s: 99\n", "defaults.yaml:2: door.unlock_s: 99: Input should be less than or equal to 30; see docs/config.md#door"),
    ("defaults", "dor: {}\n", "defaults.yaml:1: dor: a mapping of 0: Extra inputs are not permitted"),
    ("defaults", "station: x\n", "defaults.yaml:1: station: x: a layer may not say it"),
    ("defaults", "door: {\n", "defaults.yaml:2: "),
    ("defaults", "a: &a [1]\nb: *a\n", "defaults.yaml:1: b: an alias"),
    ("defaults", "door:\n  unlock_s: 5\ndoor: {}\n", "defaults.yaml:3: door: stands here twice"),
    ("defaults", "- 1\n", "defaults.yaml:1: not a mapping"),
    ("defaults", "door:\n  held_open_s: 5\n", "door: unlock_s < held_open_s < alarm_s must hold, not 5, 5, 60; see docs/config.md (e-1)"),
    ("cities__town__city", "door: {alarm_s: 20}\n", "city.yaml:1: door: unlock_s < held_open_s < alarm_s must hold, not 5, 30, 20; see"),
    ("defaults", "door:\n  lock_pin: 23\n", "grades/basic.yaml:2: taps.cold.valve_pin: pin 23 is already door.lock_pin; see docs/config.md (e-1)"),
    ("grades__basic", "taps:\n  - {name: cold, valve_pin: 23}\n", "grades/basic.yaml:2: taps.cold.flow_pin: Field required; see docs/config.md#taps (e-1)"),
    ("cities__town__kinds__park", "taps:\n  hto: {max_ml: 400}\n", "park.yaml:2: taps.hto: adjusted here, but no station of this layer has it"),
    ("cities__town__kinds__park", "taps:\n  hot: {name: warm}\n", "park.yaml:2: taps.hot.name: warm: it is called hot already"),
    ("cities__town__kinds__park", "fridge: {warm_c: 6}\n", "park.yaml:1: fridge: adjusted here, but no station of this layer has it"),
    ("cities__town__stations__east", "E 1: {grade: basic, kind: park, name: x}\n", "east.yaml:1: E 1: not an id of a station"),
    ("cities__town__stations__east", "e-1: {grade: basic, name: x}\n", "east.yaml:1: e-1.kind: nothing: the name of a file in kinds is needed"),
    ("cities__town__stations__east", "e-1: {grade: best, kind: park, name: x}\n", "e-1: there is no grades/best.yaml; there are: basic, standard"),
    ("cities__town__stations__east", "e-1: {grade: basic, kind: park}\n", "east.yaml:1: name: Field required; see docs/config.md#name (e-1)"),
    ("cities__town__stations__east", "e-1: {grade: basic, kind: park, name: x, city: y}\n", "east.yaml:1: e-1.city: y: comes from the place"),
    ("cities__town__stations__west", "e-1: {grade: basic, kind: park, name: x}\n", "west.yaml:1: e-1: stands already in cities/town/stations/east.yaml:1"),
]


@pytest.mark.parametrize(("file", "text", "told"), WRONG)
def test_what_is_wrong_is_told_with_file_and_line(tmp_path: Path, file: str, text: str, told: str) -> None:
    found = [str(problem) for problem in town(tmp_path, **{file: text}).problems]
    assert any(told in each for each in found), found


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    tree = town(tmp_path, defaults="door: {unlock_s: 99}\n", grades__basic="tap: []\n", cities__town__kinds__park="access: {most_inside: no}\n")
    assert [problem.source for problem in tree.problems] == ["cities/town/kinds/park.yaml", "defaults.yaml", "grades/basic.yaml"]


@pytest.mark.slow
def test_three_hundred_wrong_stations_get_no_configuration_through_the_layers(tmp_path: Path) -> None:
    wrong = [each for each in mutations(every=5) if each.place[0] not in ("station", "city", "district")]
    touched = [str(each.place[0]) for each in wrong]
    own = [{"grade": "basic", "kind": "park", section: each.document[section]} for section, each in zip(touched, wrong, strict=True)]
    lines = [f"m-{n}: {flow(values)}\n" for n, values in enumerate(own)]
    right = flow({key: value for key, value in GOOD.items() if key not in ("station", "city", "district")})
    tree = town(tmp_path, cities__town__stations__east="".join(lines), cities__town__kinds__park="{}\n", grades__basic=right)
    assert len(tree.stations()) == len(wrong) > 300
    assert tree.configs == {}
    told = {problem.line for problem in tree.problems if problem.source.endswith("stations/east.yaml")}
    elsewhere = {problem.example for problem in tree.problems}
    assert [wrong[n].place for n in range(len(wrong)) if n + 1 not in told and f"m-{n}" not in elsewhere] == []


def flow(document: dict[str, Any]) -> str:
    """On one line of YAML."""
    return json.dumps(document, ensure_ascii=False).replace("NaN", ".nan").replace("Infinity", ".inf")


def test_an_unknown_station_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TreeRefused, match="no station e-9"):
        town(tmp_path).effective("e-9")


def test_the_command_shows_checks_and_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town(tmp_path)
    where = ["--folder", str(tmp_path)]
    assert command.main(["show", "e-2", "--all", "-o", "json", *where]) == 0
    assert StationConfig.model_validate_json(capsys.readouterr().out).door.unlock_s == 7
    assert command.main(["show", "e-2", "--why", *where]) == 0
    assert "door.unlock_s" in capsys.readouterr().out
    assert command.main(["check", *where]) == 0
    assert command.main(["list", "-l", "grade=basic", "-o", "name", *where]) == 0
    assert capsys.readouterr().out == "e-1\n"


def test_the_command_says_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town(tmp_path, defaults="door: {unlock_s: 99}\n")
    where = ["--folder", str(tmp_path)]
    assert command.main(["show", "e-3", *where]) == 1
    assert "did you mean e-" in capsys.readouterr().err
    assert command.main(["show", "e-1", *where]) == 1
    assert "door.unlock_s: 99" in capsys.readouterr().err
    assert command.main(["check", *where]) == 1
    assert "defaults.yaml:1: door.unlock_s: 99" in capsys.readouterr().out
    assert command.main(["list", "-l", "grade", *where]) == 2
