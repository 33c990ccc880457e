"""The demo's own folder of layers: what its stations were set up with, for people to change and push. Writes files, and nothing else."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from twin.city import CITY, DISTRICTS, GRADES, Place, spot
from twin.grades import Grade, sections

KIND = "street"
DISTRICT = """# What is different in {name}. Try, in another terminal:
#   door:
#     unlock_s: 7
# then: ./kiosk diff; ./kiosk plan --out plan.json; ./kiosk apply plan.json --wave 1,25%,100% --soak 20 --reason "slower doors" --follow
"""
SCRIPTED = {"water_ml_per_day": 20_000, "socket_min_per_day": 1440, "bottles_per_day": 20, "shared": True}
"""The people of the other stations are a script that never has enough."""


def write(folder: Path, places: Sequence[Place], link: Mapping[str, Any], first: Mapping[str, Any], trial_s: float) -> None:
    """`link`: the broker. `first`: what station 1, which has a screen and a camera, has otherwise than the others."""
    everywhere = {
        "link": dict(link), "camera": {"source": "none"}, "identity": {"assurance": "face"}, "quota": SCRIPTED, "update": {"trial_s": trial_s},
    }  # fmt: skip
    _yaml(folder / "defaults.yaml", everywhere)
    for grade in Grade:
        _yaml(folder / "grades" / f"{grade.value}.yaml", sections(grade))
    city = folder / "cities" / CITY
    _text(city / "city.yaml", "# Nothing that all of the city has otherwise.\n")
    _text(city / "kinds" / f"{KIND}.yaml", "# Nothing that all of this kind have otherwise.\n")
    for name in DISTRICTS:
        _text(city / "districts" / f"{name}.yaml", DISTRICT.format(name=name))
        lines = {place.station: _line(place) | (dict(first) if place == places[0] else {}) for place in places if place.district == name}
        _yaml(city / "stations" / f"{name}.yaml", lines)


def _line(place: Place) -> dict[str, Any]:
    return {"grade": GRADES.get(place.station, Grade.BASIC).value, "kind": KIND, "name": place.name, "place": spot(place)}


def _yaml(path: Path, content: Mapping[str, Any]) -> None:
    plain = yaml.safe_load(yaml.safe_dump(_lists(content), allow_unicode=True))
    _text(path, yaml.dump(plain, allow_unicode=True, sort_keys=False, default_flow_style=None, width=140) if plain else "{}\n")


def _lists(value: object) -> object:
    """YAML has no tuples."""
    if isinstance(value, Mapping):
        return {key: _lists(each) for key, each in value.items()}
    return [_lists(each) for each in value] if isinstance(value, list | tuple) else value


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
