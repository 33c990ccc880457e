"""A layer by itself: the same fields as a StationConfig, nothing required, parts also by name. For checking it where it was written."""

from collections.abc import Mapping
from copy import copy
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from annotated_types import MinLen
from pydantic import BaseModel, ValidationError, create_model

from contract.config import PAGE, StationConfig
from contract.errors import Complaint, complaints, shown
from contract.layers import PARTS, part_of
from contract.model import Model

OWN = ("station", "city", "district")
"""Who a station is; no layer may say it for others."""


def faults(content: object) -> list[Complaint]:
    """What is wrong with a layer whatever lies below and above it: unknown fields, wrong types, bounds. `where` has names of parts, not places."""
    if not isinstance(content, Mapping):
        return [Complaint((), "a layer is a mapping of sections", PAGE)]
    listed, renamed = _listed(content, ""), _renamed(content, ())
    try:
        _partial(StationConfig).model_validate(listed)
    except ValidationError as error:
        return renamed + [Complaint(named(each.where, listed), each.text, PAGE) for each in complaints(error, PAGE)]
    return renamed


def named(where: tuple[int | str, ...], document: Any) -> tuple[int | str, ...]:
    """`taps`, 0, `max_ml` as `taps`, `cold`, `max_ml`: where a list has parts with names, the name instead of the place."""
    found: list[int | str] = []
    for step in where:
        inner = document[step] if isinstance(step, int) and isinstance(document, list) and step < len(document) else None
        name = inner.get("name") if isinstance(inner, Mapping) else None
        found.append(name if isinstance(name, str) else step)
        document = inner if inner is not None else document.get(step) if isinstance(document, Mapping) else None
    return tuple(found)


def _listed(content: Mapping[str, Any], place: str) -> dict[str, Any]:
    """With the parts as lists, those that are taken out left out."""
    listed: dict[str, Any] = {}
    for key, value in content.items():
        if f"{place}{key}" in PARTS and isinstance(value, Mapping):
            listed[key] = [{**part, "name": name} if isinstance(part, Mapping) else part for name, part in value.items() if part is not None]
        else:
            listed[key] = _listed(value, f"{place}{key}.") if isinstance(value, Mapping) else value
    return listed


def _renamed(content: Mapping[str, Any], where: tuple[str, ...]) -> list[Complaint]:
    """Adjustments that give a part a second name."""
    found = []
    for key, value in content.items():
        if isinstance(value, Mapping):
            found += _renamed(value, (*where, key))
        elif key == "name" and ".".join(where[:-1]) in PARTS and value != where[-1]:
            found.append(Complaint((*where, key), f"{shown(value)}: it is called {where[-1]} already", PAGE))
    return found


@cache
def _partial(model: type[BaseModel]) -> type[BaseModel]:
    """The model with nothing required in it and in its sections and parts; rules across fields hold for the whole only."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        loose = copy(field)
        loose.annotation = _loosened(field.annotation)
        if loose.annotation != field.annotation:
            loose.metadata = [rule for rule in field.metadata if not isinstance(rule, MinLen)]
        if field.is_required():
            loose.default = None
        fields[name] = (loose.annotation, loose)
    return create_model(model.__name__, __base__=Model, **fields)


def _loosened(kind: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _partial(kind)
    if origin in (Union, UnionType):
        return Union[tuple(_loosened(each) for each in inner)]  # noqa: UP007 -- made at run time
    return tuple[_loosened(inner[0]), ...] if origin is tuple and part_of(kind) else kind  # type: ignore[misc]


def layer_schema() -> dict[str, Any]:
    """JSON schema of a layer, for editors."""
    schema = StationConfig.model_json_schema()
    for title, model in _models(StationConfig).items():
        schema["$defs"].get(title, schema).pop("required", None)
        for name, field in model.model_fields.items():
            part = part_of(field.annotation) if get_origin(field.annotation) is tuple else None
            if part:
                _by_name_too(schema["$defs"].get(title, schema)["properties"], name, part)
    for name in OWN:
        del schema["properties"][name]
    return {**schema, "title": "Layer", "description": "A layer of the configuration of many stations, see docs/layers.md."}


def _models(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Those that lose what they require: not what stands in lists that are replaced whole."""
    found = {model.__name__: model}
    for field in model.model_fields.values():
        kind = field.annotation
        for inner in (kind, *get_args(kind)):
            if isinstance(inner, type) and issubclass(inner, BaseModel) and (get_origin(kind) is not tuple or part_of(kind)):
                found |= _models(inner)
    return found


def _by_name_too(properties: dict[str, Any], name: str, part: type[BaseModel]) -> None:
    listed = properties[name]
    reference = {"$ref": f"#/$defs/{part.__name__}"}
    adjusted = {"type": "object", "additionalProperties": {"anyOf": [reference, {"type": "null"}]}}
    outer = {key: listed.pop(key) for key in ("description", "title", "default") if key in listed}
    properties[name] = {"anyOf": [listed, adjusted], **outer}


def stations_schema() -> dict[str, Any]:
    """JSON schema of a file with the stations of a district."""
    schema = layer_schema()
    definitions = schema.pop("$defs")
    words = {"grade": "file of firmware_config/grades that it is fitted by", "kind": "file of the city's kinds that it belongs to"}
    own = {name: {"type": "string", "description": text} for name, text in words.items()}
    station = {**schema, "properties": {**own, **schema["properties"]}, "required": ["grade", "kind", "name"], "title": "Station"}
    return {
        "$defs": {**definitions, "Station": station}, "title": "Stations", "type": "object", "description": "Station id: what it is, and what is its own.",
        "propertyNames": {"pattern": "^[a-z0-9][a-z0-9-]{0,31}$"}, "additionalProperties": {"$ref": "#/$defs/Station"},
    }  # fmt: skip
