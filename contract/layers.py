"""Layers of configuration: defaults <- grade <- city <- district <- kind <- station, merged into one mapping, each value with its origin.

- What is one value (number, text, a list such as `portions_ml`) replaces the one below it. `null` too: `web: null` is no screen.
- Mappings merge, field by field. Equipment that the layers below do not have (fridge, lending, camera) is added only by a layer that gives
  something it can not do without; to anything less it is an adjustment.
- Parts with names (taps, sockets, amenities, shelves, probes, slots) merge by name. Written as a list they are *fitted*: one that the layers
  below do not have is added; `[]` takes all of them out. Written as a mapping `cold: {max_ml: 500}` those that are there are *adjusted*;
  `hot: null` takes one out. An adjustment of what is not there does nothing, and `missed` names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel

from contract.config import StationConfig


@dataclass(frozen=True)
class Layer:
    """One document. `name`: no two have the same. `source` says where it was read, `lines` at which line each dotted place stands, as far as known."""

    name: str
    source: str
    content: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)

    def line(self, place: str) -> int:
        """Of this place, or of the nearest thing that it lies in; 0: not known."""
        while place and place not in self.lines:
            place = place.rpartition(".")[0]
        return self.lines.get(place, 0)


@dataclass(frozen=True)
class Origin:
    """Which layer set a value."""

    layer: str
    source: str
    line: int


@dataclass(frozen=True)
class _Leaf:
    value: Any
    origin: Origin


@dataclass(frozen=True)
class _Branch:
    """A mapping, or parts with names. Shared between stations: never changed."""

    children: Mapping[str, "_Leaf | _Branch"]
    parts: bool = False


_Node = _Leaf | _Branch


@dataclass(frozen=True)
class Merged:
    """What some layers make together. `missed`: (name of the layer, place) of adjustments of what was not there."""

    root: _Branch = field(default_factory=lambda: _Branch({}))
    missed: frozenset[tuple[str, str]] = frozenset()

    @property
    def content(self) -> dict[str, Any]:
        """As one document."""
        return {key: _plain(node) for key, node in self.root.children.items()}

    @property
    def origins(self) -> dict[str, Origin]:
        """Dotted place -> where its value comes from; parts by name."""
        found: dict[str, Origin] = {}
        _collect(self.root, "", found)
        return found


def merge(*layers: Layer, onto: Merged | None = None) -> Merged:
    """The first one lies lowest."""
    below = onto or Merged()
    for layer in layers:
        over = _Over(layer)
        root = _Branch(over.fields(below.root, layer.content, ""))
        below = Merged(root, below.missed | over.missed)
    return below


class _Over:
    """One layer on its way over what lies below."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer
        self.missed: set[tuple[str, str]] = set()

    def fields(self, below: _Node | None, content: Mapping[str, Any], place: str) -> dict[str, _Node]:
        children = dict(below.children) if isinstance(below, _Branch) and not below.parts else {}
        for key, value in content.items():
            node = self._value(children.get(key), value, f"{place}{key}")
            if node is not None:
                children[key] = node
        return children

    def _value(self, below: _Node | None, value: Any, place: str) -> _Node | None:
        if place in PARTS and isinstance(value, Mapping):
            return self._adjusted(below, value, place)
        if place in PARTS and _have_names(value):
            return self._fitted(below, value, place)
        if isinstance(value, Mapping) and not isinstance(below, _Branch) and place in NEEDED and not NEEDED[place] & set(value):
            self.missed.add((self._layer.name, place))
            return below
        if isinstance(value, Mapping):
            return _Branch(self.fields(below, value, f"{place}."))
        return _Leaf(value, Origin(self._layer.name, self._layer.source, self._layer.line(place)))

    def _fitted(self, below: _Node | None, parts: list[Mapping[str, Any]], place: str) -> _Branch:
        children = dict(below.children) if isinstance(below, _Branch) and parts else {}
        for part in parts:
            content = {key: value for key, value in part.items() if key != "name"}
            children[part["name"]] = _Branch(self.fields(children.get(part["name"]), content, f"{place}.{part['name']}."))
        return _Branch(children, parts=True)

    def _adjusted(self, below: _Node | None, parts: Mapping[str, Any], place: str) -> _Node | None:
        children = dict(below.children) if isinstance(below, _Branch) else {}
        for name, content in parts.items():
            if name not in children:
                self.missed.add((self._layer.name, f"{place}.{name}"))
            elif content is None:
                del children[name]
            else:
                own = {key: value for key, value in content.items() if key != "name"} if isinstance(content, Mapping) else content
                children[name] = self._value(children[name], own, f"{place}.{name}") or children[name]
        return _Branch(children, parts=True) if isinstance(below, _Branch) else below


def _have_names(value: object) -> bool:
    """A list of mappings, each with a name of its own. Any other list replaces what lies below, and is refused by the model."""
    if not isinstance(value, list) or not all(isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in value):
        return False
    return len({item["name"] for item in value}) == len(value)


def _plain(node: _Node) -> Any:
    if isinstance(node, _Leaf):
        return node.value
    if not node.parts:
        return {key: _plain(child) for key, child in node.children.items()}
    inner = [(name, _plain(child)) for name, child in node.children.items()]
    return [{"name": name, **content} if isinstance(content, dict) else content for name, content in inner]


def _collect(node: _Node, place: str, found: dict[str, Origin]) -> None:
    if isinstance(node, _Leaf):
        found[place] = node.origin
        return
    for key, child in node.children.items():
        _collect(child, f"{place}.{key}" if place else key, found)


def part_of(kind: object) -> type[BaseModel] | None:
    """The model of the parts that a field of this type lists, None where they have no names."""
    for inner in get_args(kind):
        if isinstance(inner, type) and issubclass(inner, BaseModel) and "name" in inner.model_fields:
            return inner
    return None


def section_of(kind: object) -> type[BaseModel] | None:
    """The model of a field of this type, also beside None."""
    options = [kind] if isinstance(kind, type) else [option for option in get_args(kind) if option is not Ellipsis]
    models = [option for option in options if isinstance(option, type) and issubclass(option, BaseModel)]
    return models[0] if models and getattr(kind, "__origin__", None) is not tuple else None


def _places(model: type[BaseModel], place: str) -> list[str]:
    found = []
    for name, each in model.model_fields.items():
        section = section_of(each.annotation)
        if getattr(each.annotation, "__origin__", None) is tuple and part_of(each.annotation):
            found.append(f"{place}{name}")
        elif section:
            found += _places(section, f"{place}{name}.")
    return found


PARTS = frozenset(_places(StationConfig, ""))
"""Where parts with names stand: taps, fridge.shelves, ..."""


def _needed(model: type[BaseModel], place: str) -> dict[str, set[str]]:
    found = {}
    for name, each in model.model_fields.items():
        section = section_of(each.annotation)
        if section and each.annotation is not section and f"{place}{name}" not in PARTS:
            found[f"{place}{name}"] = {inner for inner, field in section.model_fields.items() if field.is_required()}
    return {name: needs for name, needs in found.items() if needs}


NEEDED = _needed(StationConfig, "")
"""Sections that may be null and can not stand without these fields: fridge, lending, camera, place."""
