"""The wire as it is written down: both ways, for every kind."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from contract.commands import COMMAND, Command
from contract.envelope import FactEnvelope, SamplesEnvelope, decode
from contract.facts import Fact
from contract.model import Model
from contract.roster import Roster
from contract.roster import decode as decode_roster
from tests.contract.examples import EXAMPLES, GOLDEN

Read = dict[type[Model], object]


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes()


def read(name: str, raw: bytes) -> Model:
    """As the one who receives it reads it."""
    kind = type(EXAMPLES[name])
    if kind is FactEnvelope:
        return decode(raw, FactEnvelope)
    if kind is SamplesEnvelope:
        return decode(raw, SamplesEnvelope)
    if kind is Roster:
        return decode_roster(raw)
    return COMMAND.validate_json(raw) if name.startswith("command_") else kind.model_validate_json(raw)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_was_written_down_is_read_as_the_same_thing(name: str) -> None:
    assert read(name, golden(name)) == EXAMPLES[name]


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_said_is_what_was_written_down(name: str) -> None:
    """Values, names and order of keys; a float stays a float."""
    said, kept = EXAMPLES[name].model_dump_json(), json.loads(golden(name))
    assert said == json.dumps(kept, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_unknown_key_is_refused_wherever_it_stands(name: str) -> None:
    with pytest.raises(ValueError, match="surplus"):
        read(name, json.dumps(json.loads(golden(name)) | {"surplus": 1}).encode())


def test_every_kind_has_its_golden_file() -> None:
    union = get_args(get_args(Fact)[0])
    kinds = {kind.model_fields["kind"].default for kind in union}
    assert kinds == {e.data.kind for e in EXAMPLES.values() if isinstance(e, FactEnvelope)}
    commands = {kind.model_fields["kind"].default for kind in get_args(get_args(Command)[0])}
    assert commands == {name.removeprefix("command_") for name in EXAMPLES if name.startswith("command_")}


def test_every_golden_file_is_read() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(EXAMPLES)


def test_no_fact_carries_what_it_must_not() -> None:
    """No name, no image, no template, no code: neither as a field nor in an example."""
    names = {field for kind in get_args(get_args(Fact)[0]) for field in kind.model_fields}
    assert not names & {"name", "label", "image", "template", "embedding", "pin", "code", "number", "digest"}
