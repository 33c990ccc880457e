"""Writes what is generated from the contract: JSON schemas and reference pages, as text; whoever calls it writes the files."""

import json
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from contract.config import StationConfig
from contract.envelope import Ack, FactEnvelope, SamplesEnvelope
from contract.facts import FACT
from contract.partial import layer_schema, stations_schema
from contract.roster import Roster
from contract.state import State
from contract.topics import TABLE

NOTE = "Generated from contract/ by `./kiosk check --fix`; do not edit.\n"
ON_CHANGE = """*Change*: `live` fields are taken by a running station as it runs; all others are, once no session runs, by building its parts anew in
the same process. ↓ and ↑: a lower or a higher value makes the station safer, and a document that does nothing else does not wait for sessions.
How documents of many stations are written: [layers.md](layers.md).
"""


def generated() -> dict[str, str]:
    """Path from the project's root -> text, for every generated file."""
    return {
        "firmware_config/schema/station.schema.json": _json(StationConfig.model_json_schema()),
        "firmware_config/schema/layer.schema.json": _json(layer_schema()),
        "firmware_config/schema/stations.schema.json": _json(stations_schema()),
        "firmware_config/schema/wire.schema.json": _json(_wire()),
        "docs/config.md": config_page(),
        "docs/facts.md": facts_page(),
    }


def _json(schema: object) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _wire() -> dict[str, object]:
    models: list[type[BaseModel]] = [FactEnvelope, SamplesEnvelope, Ack, State, Roster]
    return {model.__name__: model.model_json_schema() for model in models}


def config_page() -> str:
    """docs/config.md: every section a heading, every field a row."""
    rows = [f"# Configuration of a station\n\n{NOTE}", ON_CHANGE]
    rows += ["## station\n", _table({n: f for n, f in StationConfig.model_fields.items() if not _inner(f)}, False)]
    for name, field in StationConfig.model_fields.items():
        rows += _section(name, field, "##", False)
    return "\n".join(rows)


def _section(name: str, field: FieldInfo, heading: str, live: bool) -> list[str]:
    """A section and those in it, `fridge.shelves` below `fridge`; nothing for a plain field. `live`: what it lies in is."""
    inner = _inner(field)
    if inner is None:
        return []
    live = live or bool(_marks(field).get("live"))
    rows = [f"{heading} {name}\n", f"{inner.__doc__}\n", _table(inner.model_fields, live)]
    return rows + [row for part, each in inner.model_fields.items() for row in _section(f"{name}.{part}", each, "###", live)]


def facts_page() -> str:
    """docs/facts.md: the topics, then every fact with its fields."""
    rows = [f"# Topics and facts\n\n{NOTE}", "## Topics\n", "| leaf | who publishes | QoS | retained | largest, bytes |", "| --- | --- | --- | --- | --- |"]
    rows += [f"| `{leaf.value}` | {t.direction.value} | {t.qos} | {'yes' if t.retain else 'no'} | {t.limit} |" for leaf, t in TABLE.items()]
    rows += ["\n## Facts\n", "| fact | fields |", "| --- | --- |"]
    for schema in TypeAdapter(FACT._type).json_schema()["$defs"].values():
        properties = schema.get("properties", {})
        if "kind" in properties:
            fields = ", ".join(f"`{name}`" + _why(p) for name, p in properties.items() if name != "kind")
            rows.append(f"| `{properties['kind']['const']}` | {fields or 'none'} |")
    return "\n".join(rows) + "\n"


def _why(field: dict[str, object]) -> str:
    return f" ({field['description']})" if "description" in field else ""


def _inner(field: FieldInfo) -> type[BaseModel] | None:
    """The section model of a field, also inside a tuple or beside None."""
    pending: list[object] = [field.annotation]
    while pending:
        kind = pending.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
        pending += getattr(kind, "__args__", ())
    return None


def _table(fields: dict[str, FieldInfo], live: bool) -> str:
    head = "| field | default | bounds | change | meaning |\n| --- | --- | --- | --- | --- |\n"
    return head + "".join(f"| `{name}` | {_default(f)} | {_bounds(f)} | {_change(f, live)} | {f.description or ''} |\n" for name, f in fields.items())


def _marks(field: FieldInfo) -> dict[str, Any]:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def _change(field: FieldInfo, live: bool) -> str:
    marks = _marks(field)
    return ("live" if live or marks.get("live") else "") + {"lower": " ↓", "higher": " ↑"}.get(marks.get("safer", ""), "")


def _default(field: FieldInfo) -> str:
    return "required" if field.is_required() else f"`{json.dumps(field.default)}`"


def _bounds(field: FieldInfo) -> str:
    words = {"ge": "≥ {}", "gt": "> {}", "le": "≤ {}", "lt": "< {}", "min_length": "at least {} long", "max_length": "at most {} long", "pattern": "`{}`"}
    found = [(text, getattr(mark, key, None)) for mark in field.metadata for key, text in words.items()]
    return ", ".join(text.format(value) for text, value in found if value is not None)
