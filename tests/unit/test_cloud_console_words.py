"""The console has a word, in both languages, for everything that a fact can say."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from cloud.api.health import HealthView
from contract.facts import FACT, DoorCause, FaultCode, Refusal, Stop, VisitEnd, Way
from contract.gap import Loss
from contract.steward import MaintenanceEnd, StewardAct

WORDS = (Path(__file__).parent.parent.parent / "cloud/console/static/words.js").read_text(encoding="utf-8")
LANGUAGES = dict(zip(("en", "zh"), re.split(r"^const ZH = ", WORDS, flags=re.MULTILINE), strict=True))
GROUPS: dict[str, type[StrEnum]] = {
    "end": VisitEnd, "stop": Stop, "refusal": Refusal, "fault": FaultCode, "cause": DoorCause, "way": Way,
    "act": StewardAct, "maintenanceEnd": MaintenanceEnd,
}  # fmt: skip


def group(language: str, name: str) -> set[str]:
    """Keys of one object in the words of one language; values are texts without braces, or functions of one line."""
    found = re.search(rf"^  {name}: \{{(.*?)\}},$", LANGUAGES[language], re.MULTILINE | re.DOTALL)
    assert found, f"no words for {name}"
    return set(re.findall(r"(?:^|[{,\s])([a-z_]+): ", found[1]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GROUPS)
def test_every_reason_has_a_word(language: str, name: str) -> None:
    assert {str(member) for member in GROUPS[name]} - group(language, name) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_has_a_sentence(language: str) -> None:
    kinds = set(FACT.json_schema()["discriminator"]["mapping"])
    assert kinds - set(re.findall(r"([a-z_]+): \(", LANGUAGES[language])) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["problem", "warning"])
def test_every_trouble_of_the_cloud_has_words(language: str, name: str) -> None:
    """The description of the answer lists its codes."""
    told = re.search(rf"`{name}s`[^:]*: ([a-z_, ]+)", HealthView.__doc__ or "")
    words = re.search(rf"^ .*\b{name}: \{{(.*?)\}},", LANGUAGES[language], re.MULTILINE | re.DOTALL)
    assert told and words and [code for code in told[1].split(", ") if f" {code}: " not in words[1]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_loss_of_samples_has_words(language: str) -> None:
    """As the shade of a gap, and short enough to stand in it."""
    for name in ("gap", "gapShort"):
        assert {*(loss.value for loss in Loss), "no_connection", "to_come", "unknown"} - group(language, name) == set()
