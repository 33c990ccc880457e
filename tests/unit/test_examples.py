"""The example configurations load, and the large one is the room that the twin builds."""

from pathlib import Path

import pytest
import yaml

from contract.config import check
from twin.grades import Grade, sections, whole_room

FOLDER = Path(__file__).parents[2] / "firmware_config"


@pytest.mark.parametrize("name", ["example-station", "example-enhanced"])
def test_an_example_is_a_configuration(name: str) -> None:
    assert check(yaml.safe_load((FOLDER / f"{name}.yaml").read_text())).station == "st-1"


def test_the_large_example_is_the_room_of_the_twin() -> None:
    shown = check(yaml.safe_load((FOLDER / "example-enhanced.yaml").read_text()))
    built = check({"station": "st-1", "name": "x", **whole_room()})
    assert {part: getattr(shown, part) for part in whole_room()} == {part: getattr(built, part) for part in whole_room()}


@pytest.mark.parametrize("grade", Grade)
def test_every_grade_can_be_built(grade: Grade) -> None:
    check({"station": "st-1", "name": "x", **sections(grade)})
