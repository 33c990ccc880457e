"""YAML of operators into plain values, with the line of each. Refuses what hides something: two equal keys, aliases, tags, endless files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

LARGEST_BYTES = 4 << 20
DEEPEST = 20
_TOO_DEEP = re.compile(rb"(?:[\[{]\s*){%d}" % (DEEPEST + 1))
"""Seen before it is parsed, which takes ever longer."""
LONGEST_NUMBER = 40
"""Characters; a longer number is no setting."""
MAPPING, SEQUENCE, TEXT = (f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str"))


class YamlRefused(ValueError):
    """The text can not be taken. `line` from 1, 0: not known."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


@dataclass
class Read:
    """A document. `lines`: dotted place -> line from 1; parts of a list with names by name."""

    value: Any = None
    lines: dict[str, int] = field(default_factory=dict)


def read(raw: bytes) -> Read:
    """Raises: YamlRefused."""
    if len(raw) > LARGEST_BYTES:
        raise YamlRefused(f"{len(raw)} bytes: at most {LARGEST_BYTES} are read")
    if _TOO_DEEP.search(raw):
        raise YamlRefused(f"brackets deeper than {DEEPEST} levels")
    try:
        node = yaml.compose(raw.decode(), Loader=_Loader)
    except UnicodeDecodeError as error:
        raise YamlRefused(f"not UTF-8: {error.reason} at byte {error.start}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise YamlRefused(str(getattr(error, "problem", None) or error), mark.line + 1 if mark else 0) from None
    found = Read()
    found.value = None if node is None else _Reader(found.lines).value(node, "", 0)
    return found


class _Reader:
    """Walks the nodes of one document, each of them once."""

    def __init__(self, lines: dict[str, int]) -> None:
        self._lines = lines
        self._seen: set[int] = set()
        self._scalars = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, place: str, depth: int) -> Any:
        line = node.start_mark.line + 1
        self._lines[place] = line
        if id(node) in self._seen:
            raise YamlRefused(f"{place}: an alias (*...): write the value, or put it into a layer below", line)
        self._seen.add(id(node))
        if depth > DEEPEST:
            raise YamlRefused(f"{place}: deeper than {DEEPEST} levels", line)
        if isinstance(node, yaml.MappingNode) and node.tag == MAPPING:
            return self._mapping(node, f"{place}." if place else "", depth)
        if isinstance(node, yaml.SequenceNode) and node.tag == SEQUENCE:
            return [self.value(item, f"{place}.{_step(item, n)}", depth + 1) for n, item in enumerate(node.value)]
        return self._scalar(node, place, line)

    def _mapping(self, node: yaml.MappingNode, place: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._scalar(key_node, place, line) if isinstance(key_node, yaml.ScalarNode) else key_node
            name = str(key) if type(key) is int else key
            if not isinstance(name, str):
                raise YamlRefused(f"{place}{key_node.value if isinstance(key_node, yaml.ScalarNode) else '?'}: put this key into quotes", line)
            if name in found:
                raise YamlRefused(f"{place}{name}: stands here twice", line)
            found[name] = self.value(value_node, f"{place}{name}", depth + 1)
            self._lines[f"{place}{name}"] = line
        return found

    def _scalar(self, node: yaml.Node, place: str, line: int) -> Any:
        if node.tag == TEXT:
            return node.value
        try:
            if isinstance(node, yaml.ScalarNode) and node.tag in _PLAIN and len(node.value) <= LONGEST_NUMBER:
                return self._scalars.construct_object(node)
        except (ValueError, yaml.YAMLError):
            pass
        raise YamlRefused(f"{place.rstrip('.')}: {str(node.value)[:LONGEST_NUMBER]!r} ({node.tag.rpartition(':')[2]}) is no value of a configuration", line)


_PLAIN = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float")}
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _step(item: yaml.Node, n: int) -> str:
    """The name of a part in a list, else its place."""
    if isinstance(item, yaml.MappingNode):
        for key, value in item.value:
            if key.value == "name" and isinstance(value, yaml.ScalarNode):
                return str(value.value)
    return str(n)
