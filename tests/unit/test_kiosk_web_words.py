"""The page has words for everything that the station can say, in both languages."""

import json
import re
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

import pytest

from contract.consent import EnrolProblem
from contract.facts import FaultCode, Refusal, Stop
from contract.steward import StewardAct
from edge.adapters.kiosk_web import notice
from edge.adapters.kiosk_web.page import FOLDER
from edge.domain.door import DoorState
from edge.domain.face_messages import Standing
from edge.domain.screen import Announce, Notice, PartState
from edge.domain.sight import FaceHint

LANGUAGES = ("zh", "en")
FAMILIES: dict[str, type[Enum]] = {
    "notice.{}.title": Notice,
    "notice.{}.text": Notice,
    "refusal.{}.why": Refusal,
    "refusal.{}.next": Refusal,
    "stop.{}": Stop,
    "fault.{}": FaultCode,
    "hint.{}": FaceHint,
    "part.{}": PartState,
    "door.{}": DoorState,
    "announce.{}": Announce,
    "steward.act.{}": StewardAct,
    "own.problem.{}": EnrolProblem,
    "own.standing.{}": Standing,
}
# Families whose last part is made in JavaScript from something that is no enum.
OPEN_FAMILIES = (
    "challenge.", "ask.", "face.off.", "share.", "tap.", "socket.", "item.", "error.",
    "steward.part.", "steward.reason.", "steward.water.", "steward.fault.",
)  # fmt: skip
CONFIRMED = ("open_fridge", "filter_changed", "drip_emptied", "fire_reset")
"""Acts of a steward that are asked about once more, by words made in JavaScript."""
SAME_IN_BOTH = {"room.page", "item.other"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def words(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((FOLDER / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return found


def scripts() -> Iterable[Path]:
    return (path for path in FOLDER.rglob("*") if path.suffix in (".js", ".html"))


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", FAMILIES)
def test_everything_that_can_be_said_has_words(family: str, language: str) -> None:
    wanted = {family.format(member.value) for member in FAMILIES[family]}
    assert wanted <= set(words(language)), wanted - set(words(language))


@pytest.mark.parametrize("family", [name for name in FAMILIES if name.count(".") == 1])
def test_no_words_for_what_cannot_be_said_any_more(family: str) -> None:
    prefix = family.format("")
    known = {member.value for member in FAMILIES[family]}
    assert {key.removeprefix(prefix) for key in words("en") if key.startswith(prefix)} <= known


def test_both_languages_have_the_same_keys_and_places() -> None:
    chinese, english = words("zh"), words("en")
    assert list(chinese) == list(english)
    assert {key: places(chinese[key]) for key in chinese} == {key: places(english[key]) for key in english}


def test_no_words_are_empty_or_in_the_other_language() -> None:
    assert [key for key, text in words("en").items() if not text.strip() or CHINESE.search(text)] == []
    assert [key for key, text in words("zh").items() if not CHINESE.search(text) and key not in SAME_IN_BOTH] == []


def test_each_key_in_the_page_has_words() -> None:
    literal = re.compile(r"""(?:\bsay\(|data-t=|data-label=|inLanguage\(\w+, )"([a-z_.]+)\"""")
    chosen = re.compile(r'say\([^"`]*\? "([a-z_.]+)" : "([a-z_.]+)"\)')
    used: set[str] = set()
    for path in scripts():
        text = path.read_text(encoding="utf-8")
        used |= set(literal.findall(text)) | {key for pair in chosen.findall(text) for key in pair}
    assert len(used) > 50
    assert used - set(words("en")) == set()


def test_each_word_is_used() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in scripts())
    prefixes = (*(family.partition("{")[0] for family in FAMILIES), *OPEN_FAMILIES, *(f"steward.{act}." for act in CONFIRMED))
    assert [key for key in words("en") if f'"{key}"' not in text and not key.startswith(prefixes)] == []


def test_a_refusal_says_why_and_what_to_do() -> None:
    for language in LANGUAGES:
        found = words(language)
        for reason in Refusal:
            assert found[f"refusal.{reason.value}.why"] != found[f"refusal.{reason.value}.next"]


def test_nothing_of_the_page_comes_from_elsewhere() -> None:
    foreign = re.compile(r"""(?:src|href|url|import|fetch|from)[\s("'=]+(?:https?:)?//""")
    assert [path.name for path in FOLDER.rglob("*.*") if foreign.search(path.read_text(encoding="utf-8"))] == []
    assert [path.name for path in scripts() if "innerHTML" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_says_what_the_law_asks_for(language: str) -> None:
    text = notice.text(language)
    assert {"handler", "keep_days"} == set(re.findall(r"\{(\w+)\}", text))
    for number in ("16", "90"):
        assert number in text
    assert bool(CHINESE.search(text)) is (language == "zh")


def test_both_notices_have_the_same_parts() -> None:
    marks = [[line.split(" ")[0] for line in notice.text(language).splitlines() if line[:1] in "#-"] for language in LANGUAGES]
    assert marks[0] == marks[1]


def test_another_text_is_another_version() -> None:
    assert re.fullmatch("[0-9a-f]{12}", notice.version())
