"""`python -m cli.config_city FOLDER`: the two example cities of firmware_config, 30 and 1,930 stations. Their names and places (in the sea) are made up.

Written once; what people change afterwards by hand stays until somebody runs this again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

SCHEMA = "# yaml-language-server: $schema={}schema/{}.schema.json\n"
STREETS = (
    "Acorn Bridge Cooper Dyer Elm Ferry Garden Heron Ivy Juniper Kiln Linden Mill North Orchard Pear Quarry Rope Saddler Thistle Upper Vine Willow Yew".split(),
    "Lane Road Row Street Walk Way Court Steps".split(),
)
PARKS = "Fountain Meadow Rose Swan Cedar Chestnut Boathouse Terrace Lantern Maple Poplar Spring".split()
BUILDINGS = "Library,Town Hall,Market Hall,Swimming Hall,Bus Station,Clinic,School,Post Office,Museum,Sports Hall".split(",")
SEA = (29.4, 123.6)
"""Degrees north and east."""


@dataclass(frozen=True)
class City:
    """Districts, and how many stations of each kind there are in all of them."""

    name: str
    districts: tuple[str, ...]
    centers: int
    streets: int
    parks: int
    points: int


CITIES = (
    City("saltmere", ("harbour", "hillside"), 1, 3, 6, 20),
    City(
        "norrowick",
        ("alder", "bellquay", "castle", "dunmoor", "eastgate", "fairmead", "glasswork", "highbank", "island", "kingsway", "lowfield"),
        1, 44, 103, 1782,
    ),
)  # fmt: skip
CITY = """# All stations of {title}, a city that does not exist.
link:
  host: broker.{name}.example.org
quota:
  utc_offset_min: 480
"""
DISTRICT = """# What is different in {title}: nothing yet. For example:
# door:
#   unlock_s: 7
"""
KINDS = {
    "center": "# The centre of a district, always open.\naccess:\n  most_inside: 60\nvisit:\n  idle_s: 300\n",
    "street": "# One for each street, with a room to stay in.\naccess:\n  most_inside: 30\n",
    "park": "# In a park, closed at night.\naccess:\n  most_inside: 12\n  hours:\n    - {from_hour: 5, to_hour: 23}\n",
    "building": "# In a public building, open as long as that is on working days and Saturdays.\naccess:\n"
    "  most_inside: 12\n  hours:\n    - {days: [1, 2, 3, 4, 5, 6], from_hour: 7, to_hour: 21}\n",
    "point": "# A small room at the road. Less water at a time, so that nobody waits long.\naccess:\n  most_inside: 4\ntaps:\n  cold: {max_ml: 600}\n",
}


def files(city: City) -> Iterator[tuple[str, str]]:
    """(path below cities/NAME, text)."""
    yield "city.yaml", SCHEMA.format("../../", "layer") + CITY.format(title=city.name.title(), name=city.name)
    for kind, text in KINDS.items():
        yield f"kinds/{kind}.yaml", SCHEMA.format("../../../", "layer") + text
    chance = Random(city.name)
    for n, district in enumerate(city.districts):
        yield f"districts/{district}.yaml", SCHEMA.format("../../../", "layer") + DISTRICT.format(title=district.title())
        head = f"# Stations of {district.title()}. One more is one line more: id, grade, kind, name, place; whatever is its own goes in there too.\n"
        yield f"stations/{district}.yaml", SCHEMA.format("../../../", "stations") + head + "".join(_stations(city, n, chance))


def _stations(city: City, n: int, chance: Random) -> Iterator[str]:
    north, east = SEA[0] + chance.uniform(-0.2, 0.2), SEA[1] + chance.uniform(-0.2, 0.2)
    names = iter(_names(city, n, chance))
    for number, (kind, grade) in enumerate(_kinds(city, n), 1):
        place = f"{{latitude: {north + chance.gauss(0, 0.015):.5f}, longitude: {east + chance.gauss(0, 0.018):.5f}}}"
        own = ", door: {unlock_s: 8}" if kind == "building" and number % 7 == 0 else ""
        name = f"{city.districts[n].title()} centre" if kind == "center" else _named(kind, names, chance)
        yield f"{city.districts[n]}-{number:03}: {{grade: {grade}, kind: {kind}, name: {name}, place: {place}{own}}}\n"


def _kinds(city: City, n: int) -> Iterator[tuple[str, str]]:
    """(kind, grade) of each station of a district."""
    yield from [("center", "enhanced")] * (city.centers if n == 0 else 0)
    yield from [("street", "enhanced" if i % 2 == 0 else "standard") for i in range(_share(city.streets, city, n))]
    yield from [("park" if i % 3 else "building", "standard") for i in range(_share(city.parks, city, n))]
    yield from [("point", "basic")] * _share(city.points, city, n)


def _share(count: int, city: City, n: int) -> int:
    """What of these lies in district n."""
    each, rest = divmod(count, len(city.districts))
    return each + (n < rest)


def _names(city: City, n: int, chance: Random) -> list[str]:
    streets = [f"{first} {second}" for first in STREETS[0] for second in STREETS[1]]
    return chance.sample(streets, len(streets))


def _named(kind: str, streets: Iterator[str], chance: Random) -> str:
    street = next(streets)
    if kind == "street":
        return street
    if kind == "point":
        return f"{street} {chance.randint(1, 180)}"
    return f"{chance.choice(PARKS)} Park at {street}" if kind == "park" else f"{chance.choice(BUILDINGS)} at {street}"


def main(argv: list[str]) -> int:
    """Write them."""
    made = argparse.ArgumentParser(prog="python -m cli.config_city", description="write the example cities")
    made.add_argument("folder", type=Path, help="for example firmware_config")
    folder: Path = made.parse_args(argv).folder
    for city in CITIES:
        for name, text in files(city):
            path = folder / "cities" / city.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
