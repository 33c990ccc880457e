"""firmware_config as a tree: every station of every city, its effective document, where each value comes from, and all that is wrong.

    defaults.yaml <- grades/G.yaml <- cities/C/city.yaml <- cities/C/districts/D.yaml <- cities/C/kinds/K.yaml <- the station in cities/C/stations/D.yaml

Reading never fails: what could not be read is one of the problems. docs/layers.md explains the order and the merge.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cli.config_read import KEYS, Problem, Station, read_folder
from cli.selectors import Selector, SelectorRefused
from contract.config import StationConfig, judged
from contract.errors import Complaint
from contract.layers import Layer, Merged, Origin, merge
from contract.partial import faults, named

__all__ = ["KEYS", "Effective", "Problem", "Station", "Tree", "TreeRefused", "load"]


_DOTTED = re.compile(r"[a-z_]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class Effective:
    """What a station is to have. `mapping` holds only what some layer says; the model's own defaults fill the rest."""

    mapping: dict[str, Any]
    origins: dict[str, Origin]


class TreeRefused(ValueError):
    """The tree can not answer."""


class Tree:
    """All that was read of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read = read_folder(folder)
        self._below: dict[tuple[str, ...], Merged] = {}

    def stations(self) -> list[Station]:
        """In the order of cities, districts and lines."""
        return list(self._read.stations.values())

    def station(self, name: str) -> Station | None:
        """By its id."""
        return self._read.stations.get(name)

    def select(self, selector: Selector, known: Mapping[str, Mapping[str, Any]] | None = None) -> list[Station]:
        """Stations that match. `known`: what else is known of each, such as its state at the cloud.

        Raises: SelectorRefused for a key that nobody knows.
        """
        more = known or {}
        strange = selector.keys() - set(KEYS) - {key for values in more.values() for key in values}
        if strange:
            raise SelectorRefused(f"nothing is known about {', '.join(sorted(strange))}: ask for {', '.join(KEYS)}")
        return [each for each in self.stations() if selector.matches({**more.get(each.station, {}), **each.values})]

    def effective(self, station: str) -> Effective:
        """Raises: TreeRefused when there is no such station, or a layer of it is missing."""
        merged = self._merged(station)
        return Effective(merged.content, merged.origins)

    def content(self, station: str) -> dict[str, Any]:
        """The mapping alone, which is quicker. Raises: TreeRefused."""
        return self._merged(station).content

    @cached_property
    def configs(self) -> dict[str, StationConfig]:
        """The configuration of every station that has a valid one."""
        return {name: config for name, (config, _) in self._judged.items() if config is not None}

    @cached_property
    def problems(self) -> list[Problem]:
        """All that is wrong, in the order of files and lines; empty when every station has a valid configuration."""
        found = [*self._read.problems, *self._in_layers(), *self._of_missing(), *self._of_stations(), *self._of_missed()]
        return sorted(set(found), key=lambda problem: (problem.source, problem.line, problem.text))

    def problems_of(self, station: str) -> list[Problem]:
        """Of one station alone, which is quicker. Raises: TreeRefused."""
        _, wrong = judged(self.content(station))
        return [Problem(*self._blamed(station, each)) for each in wrong]

    @cached_property
    def _judged(self) -> dict[str, tuple[StationConfig | None, list[Complaint]]]:
        return {name: judged(self.content(name)) for name, station in self._read.stations.items() if not self._missing(station)}

    def _missing(self, station: Station) -> list[str]:
        return [source for source in station.sources if source not in self._read.layers]

    def _merged(self, name: str) -> Merged:
        station = self.station(name)
        if station is None:
            raise TreeRefused(f"{self.folder}: no station {name}")
        if missing := self._missing(station):
            raise TreeRefused(f"{name}: there is no {', no '.join(missing)}")
        below = self._below.get(station.sources)
        if below is None:
            below = self._below[station.sources] = merge(*(self._read.layers[source] for source in station.sources))
        line = {"": station.layer.line("")}
        who = Layer("folder", station.layer.source, {"station": name, "city": station.city, "district": station.district}, line)
        return merge(who, station.layer, onto=below)

    def _in_layers(self) -> Iterator[Problem]:
        """What is wrong with a shared layer whatever it is used for."""
        for layer in self._read.layers.values():
            for each in faults(layer.content):
                place = _dotted(each.where)
                yield Problem(layer.source, layer.line(place), f"{place}: {each.text}{_page(each)}")

    def _of_missing(self) -> Iterator[Problem]:
        for station in self.stations():
            for source in (each for each in self._missing(station) if each not in self._read.unread):
                there = sorted(Path(each).stem for each in self._read.layers if Path(each).parent == Path(source).parent)
                text = f"{station.station}: there is no {source}; there are: {', '.join(there) or 'none'}"
                yield Problem(station.layer.source, station.layer.line(""), text)

    def _of_stations(self) -> Iterator[Problem]:
        """What is wrong with whole configurations; what comes from one line is told once."""
        known = {(problem.source, problem.line) for problem in self._in_layers()}
        touched: dict[tuple[str, int, str], list[str]] = {}
        for name, (config, wrong) in self._judged.items():
            for each in wrong if config is None else ():
                source, line, text = self._blamed(name, each)
                if (source, line) not in known:
                    touched.setdefault((source, line, text), []).append(name)
        for (source, line, text), names in touched.items():
            yield Problem(source, line, text, len(names), names[0])

    def _blamed(self, station: str, wrong: Complaint) -> tuple[str, int, str]:
        """(file, line, words): of the highest layer that set one of the values that are named, or of the station itself where none did."""
        effective = self.effective(station)
        place = _dotted(named(wrong.where, effective.mapping))
        words = wrong.text.removeprefix("Value error, ")
        told = f"{place}: {words}" if place else words
        entry = self._read.stations[station]
        ranks = {source: n for n, source in enumerate((*entry.sources, entry.layer.source))}
        named_too = [place] if place else [words.partition(":")[0], *_DOTTED.findall(words)]
        origins = [origin for each in named_too for origin in _origins(effective.origins, each)]
        origin = max(origins, key=lambda found: ranks[found.source], default=Origin("", entry.layer.source, entry.layer.line("")))
        return origin.source, origin.line, told + _page(wrong)

    def _of_missed(self) -> Iterator[Problem]:
        """Adjustments that found nothing to adjust at any station: most likely a wrong name."""
        missed, used = Counter[tuple[str, str]](), Counter[str]()
        for name, station in self._read.stations.items():
            if not self._missing(station):
                missed.update(self._merged(name).missed)
                used.update([station.layer.name, *(self._read.layers[source].name for source in station.sources)])
        layers = {layer.name: layer for layer in (*self._read.layers.values(), *(station.layer for station in self.stations()))}
        for (name, place), count in missed.items():
            if count == used[name]:
                layer = layers[name]
                yield Problem(layer.source, layer.line(place), f"{place}: adjusted here, but no station of this layer has it; see docs/layers.md")


def load(folder: Path) -> Tree:
    """Read everything below this folder."""
    return Tree(folder)


def _origins(origins: Mapping[str, Origin], place: str) -> list[Origin]:
    """Of this place, of all that lies in it, or of what it lies in."""
    while place:
        found = [origin for name, origin in origins.items() if name == place or name.startswith(f"{place}.")]
        if found:
            return found
        place = place.rpartition(".")[0]
    return []


def _dotted(where: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in where)


def _page(wrong: Complaint) -> str:
    return f"; see {wrong.page}" + (f"#{wrong.where[0]}" if wrong.where else "")
