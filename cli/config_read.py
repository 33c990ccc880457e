"""Reads firmware_config: layers, lists of stations, and what of it can not be read. Never fails as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cli.config_yaml import YamlRefused, read
from contract.layers import Layer
from contract.model import StationId
from contract.partial import OWN

KEYS = ("station", "name", "city", "district", "kind", "grade")
"""What a selector may ask of the tree alone."""
SHARED = ("defaults.yaml", "grades/*.yaml", "cities/*/city.yaml", "cities/*/districts/*.yaml", "cities/*/kinds/*.yaml")
_STATION_ID: TypeAdapter[str] = TypeAdapter(StationId)


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where to mend it. `stations`: how many it touches, `example` one of them; none for a file as such."""

    source: str
    line: int
    text: str
    stations: int = 0
    example: str = ""

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}" if self.line else self.source
        more = f" ({self.example}{f' and {self.stations - 1} more' if self.stations > 1 else ''})" if self.stations else ""
        return f"{place}: {self.text}{more}"


@dataclass(frozen=True)
class Station:
    """One line of a list of stations."""

    station: str
    name: str
    city: str
    district: str
    kind: str
    grade: str
    layer: Layer = field(repr=False, compare=False)

    @property
    def values(self) -> dict[str, str]:
        """For selectors."""
        return {key: getattr(self, key) for key in KEYS}

    @property
    def sources(self) -> tuple[str, ...]:
        """Files of the layers below it, lowest first."""
        city = f"cities/{self.city}"
        shared = ("defaults.yaml", f"grades/{self.grade}.yaml", f"{city}/city.yaml")
        return (*shared, f"{city}/districts/{self.district}.yaml", f"{city}/kinds/{self.kind}.yaml")


@dataclass
class Contents:
    """All that was found. `layers` by source, the shared ones; `stations` by id; `unread`: sources that are there and could not be read."""

    layers: dict[str, Layer] = field(default_factory=dict)
    stations: dict[str, Station] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def read_folder(folder: Path) -> Contents:
    """Everything below this folder."""
    reading = _Reading(folder)
    for path in (path for pattern in SHARED for path in sorted(folder.glob(pattern))):
        reading.layer(path)
    for path in sorted(folder.glob("cities/*/stations/*.yaml")):
        reading.stations(path)
    if not reading.found.layers and not reading.found.problems:
        reading.wrong(str(folder), 0, "no defaults.yaml, grades or cities here")
    return reading.found


class _Reading:
    def __init__(self, folder: Path) -> None:
        self._folder, self.found = folder, Contents()

    def wrong(self, source: str, line: int, text: str) -> None:
        self.found.problems.append(Problem(source, line, text))

    def layer(self, path: Path) -> None:
        source, content, lines = self._read(path)
        if source in self.found.unread:
            return
        for own in (key for key in OWN if key in content):
            self.wrong(source, lines[own], f"{own}: {content[own]}: a layer may not say it; it comes from the name of a file or folder")
        self.found.layers[source] = Layer(_name(source), source, {key: value for key, value in content.items() if key not in OWN}, lines)

    def stations(self, path: Path) -> None:
        source, content, lines = self._read(path)
        by_station: dict[str, dict[str, int]] = {name: {} for name in content}
        for place, line in lines.items():
            name, _, rest = place.partition(".")
            by_station.setdefault(name, {})[rest] = line
        for name, values in content.items():
            self._station(name, values, by_station[name], source)

    def _station(self, name: str, values: Any, lines: dict[str, int], source: str) -> None:
        known = self.found.stations.get(name)
        wrong = f"{name}: stands already in {known.layer.source}:{known.layer.line('')}" if known else _wrong_entry(name, values)
        if wrong:
            self.wrong(source, lines[""], wrong)
            return
        own = {key: value for key, value in values.items() if key not in ("grade", "kind")}
        _, city, _, file = source.split("/")
        where = Layer(f"station {name}", source, own, lines)
        self.found.stations[name] = Station(name, str(values.get("name", "")), city, Path(file).stem, values["kind"], values["grade"], where)

    def _read(self, path: Path) -> tuple[str, dict[str, Any], dict[str, int]]:
        source = path.relative_to(self._folder).as_posix()
        try:
            found = read(path.read_bytes())
        except (OSError, YamlRefused) as error:
            return self._refused(source, getattr(error, "line", 0), str(error))
        if not isinstance(found.value, dict | None):
            return self._refused(source, 1, "not a mapping: write `key: value`")
        return source, found.value or {}, found.lines

    def _refused(self, source: str, line: int, text: str) -> tuple[str, dict[str, Any], dict[str, int]]:
        self.found.unread.add(source)
        self.wrong(source, line, text)
        return source, {}, {}


def _name(source: str) -> str:
    """`grade basic`, `district rivertown/old-harbour`: no two layers have the same."""
    steps = source.removesuffix(".yaml").split("/")
    if steps[0] == "cities":
        return f"city {steps[1]}" if steps[2] == "city" else f"{steps[2].removesuffix('s')} {steps[1]}/{steps[3]}"
    return steps[0] if len(steps) == 1 else f"grade {steps[1]}"


def _wrong_entry(name: str, values: Any) -> str:
    """What keeps an entry from being a station; empty for nothing."""
    try:
        _STATION_ID.validate_python(name)
    except ValidationError as error:
        return f"{name}: not an id of a station: {error.errors()[0]['msg']}"
    if not isinstance(values, dict):
        return f"{name}: write {name}: {{grade: ..., kind: ..., name: ...}}"
    lacks = [key for key in ("grade", "kind") if not isinstance(values.get(key), str)]
    if lacks:
        return f"{name}.{lacks[0]}: {values.get(lacks[0], 'nothing')}: the name of a file in {'grades' if lacks[0] == 'grade' else 'kinds'} is needed here"
    own = [key for key in OWN if key in values]
    return f"{name}.{own[0]}: {values[own[0]]}: comes from the place of this entry; take it out" if own else ""
