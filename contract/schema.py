"""Writes what is generated from the contract: JSON schemas and reference pages, as text; whoever calls it writes the files."""

import json

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from contract.config import StationConfig
from contract.envelope import Ack, FactEnvelope, SamplesEnvelope
from contract.facts import FACT
from contract.roster import Roster
from contract.state import State
from contract.topics import TABLE

NOTE = "Generated from contract/ by `./kiosk check --fix`; do not edit.\n"


def generated() -> dict[str, str]:
    """Path from the project's root -> text, for every generated file."""
    return {
        "firmware_config/schema/station.schema.json": _json(StationConfig.model_json_schema()),
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
    rows = [f"# Configuration of a station\n\n{NOTE}"]
    rows += ["## station\n", _table({n: f for n, f in StationConfig.model_fields.items() if not _inner(f)})]
    for name, field in StationConfig.model_fields.items():
        inner = _inner(field)
        if inner:
            rows += [f"## {name}\n", f"{inner.__doc__}\n", _table(inner.model_fields)]
    return "\n".join(rows)


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


def _table(fields: dict[str, FieldInfo]) -> str:
    head = "| field | default | bounds | meaning |\n| --- | --- | --- | --- |\n"
    return head + "".join(f"| `{name}` | {_default(f)} | {_bounds(f)} | {f.description or ''} |\n" for name, f in fields.items())


def _default(field: FieldInfo) -> str:
    return "required" if field.is_required() else f"`{json.dumps(field.default)}`"


def _bounds(field: FieldInfo) -> str:
    words = {"ge": "≥ {}", "gt": "> {}", "le": "≤ {}", "lt": "< {}", "min_length": "at least {} long", "max_length": "at most {} long", "pattern": "`{}`"}
    found = [(text, getattr(mark, key, None)) for mark in field.metadata for key, text in words.items()]
    return ", ".join(text.format(value) for text, value in found if value is not None)
