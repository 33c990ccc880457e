"""docs/telemetry.md says all of the contract: every leaf with an example that decodes, every reason, every measurement."""

import json
import re

import pytest

from cli import telemetry_page
from cli.places import ROOT
from cloud.domain.intake import Reason
from contract.envelope import Ack, FactEnvelope, SamplesEnvelope
from contract.series import SHAPES
from contract.state import State
from contract.topics import Leaf, topic

PAGE = (ROOT / telemetry_page.PAGE).read_text(encoding="utf-8")
KINDS = {Leaf.EVT: FactEnvelope, Leaf.ALARM: FactEnvelope, Leaf.TELE: SamplesEnvelope, Leaf.STATE: State, Leaf.ACK: Ack}


def test_it_is_current() -> None:
    assert telemetry_page.page() == PAGE, "run ./kiosk check --fix"


@pytest.mark.parametrize("leaf", Leaf)
def test_every_leaf_is_explained(leaf: Leaf) -> None:
    assert f"| `{leaf.value}` |" in PAGE and telemetry_page.LEAVES[leaf][0]


@pytest.mark.parametrize("leaf", KINDS)
def test_examples_are_real_messages(leaf: Leaf) -> None:
    section = PAGE.partition(f"### {leaf.value}\n")[2].partition("\n### ")[0]
    assert topic(telemetry_page.EXAMPLE, leaf) in section
    shown = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    assert shown and all(KINDS[leaf].model_validate(json.loads(one)) for one in shown)


def test_every_refusal_and_every_measurement_is_named() -> None:
    assert set(telemetry_page.REASONS) == set(Reason)
    assert all(f"| `{reason.value}` |" in PAGE for reason in Reason)
    assert all(f"| `{name}` |" in PAGE for name in SHAPES)
    assert all(f"`{field}` (" in PAGE for shape in SHAPES.values() for field in shape.fields)
