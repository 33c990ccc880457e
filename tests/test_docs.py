"""The words are true: commands in the READMEs exist, links lead somewhere, no file names the machine it was made on."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest

from cli.main import COMMANDS, find

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh.md")
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(<?([^)#\s>]*)(?:#[^)\s]*)?>?(?:\s+\"[^\"]*\")?\)")
# Commands whose unknown arguments are handed on.
HAND_ON = ("test",)
# In pieces, so that this file does not name them either.
HOSTS = [
    "".join(pieces)
    for pieces in (
        ("pypi", ".org"), ("python", "hosted", ".org"), ("registry.", "npmjs", ".org"), ("crates", ".io"),
        ("proxy.", "golang", ".org"), ("maven", ".org"), ("maven.", "apache", ".org"), ("deb.", "debian", ".org"),
    )
]  # fmt: skip
PLACES = ["/".join(("", *pieces)) for pieces in (("work", "main"), ("work", "shared"), ("opt", "tools"))]


def text_of(name: str) -> str:
    """A file of the repository; a missing one is a failure, not a skip."""
    path = ROOT / name
    assert path.exists(), f"{name} is missing"
    return path.read_text(encoding="utf-8")


def commands(text: str) -> list[list[str]]:
    """Words of each `./kiosk` command in the fenced blocks of a page, without what stands before and after it."""
    found = []
    for line in (line for block in FENCE.findall(text) for line in block.splitlines()):
        for part in re.split(r"&&|\|\||[|;]", line):
            words = shlex.split(part, comments=True)
            if "./kiosk" in words:
                found.append(words[words.index("./kiosk") + 1 :])
    return found


def complaint(words: list[str]) -> str:
    """Why the CLI would not take these words; empty when it would."""
    if not words or words[0] in ("--help", "--version"):
        return ""
    command = find(words[0])
    if command is None:
        return f"./kiosk has no command {words[0]}"
    parser = importlib.import_module(command.module).parser()
    return "" if "--help" in words else parsing_fault(parser, words)


def parsing_fault(parser: argparse.ArgumentParser, words: list[str]) -> str:
    """What argparse holds against the arguments after the command's name."""
    try:
        _, unknown = parser.parse_known_args(words[1:])
    except SystemExit:
        return f"./kiosk {shlex.join(words)}: the command does not take these arguments"
    return f"./kiosk {words[0]} does not know {unknown[0]}" if unknown and words[0] not in HAND_ON else ""


@pytest.mark.parametrize("page", READMES)
def test_every_command_is_one_that_the_program_takes(page: str) -> None:
    found = commands(text_of(page))
    assert found, f"{page} shows no command"
    assert [fault for words in found if (fault := complaint(words))] == []


def test_both_languages_show_the_same_commands() -> None:
    assert commands(text_of("README.md")) == commands(text_of("README.zh.md"))


@pytest.mark.parametrize("page", READMES)
def test_demo_and_test_stand_in_the_first_thirty_lines(page: str) -> None:
    top = "\n".join(text_of(page).splitlines()[:30])
    assert "./kiosk demo" in top
    assert "./kiosk test" in top


def pages() -> list[str]:
    """Every page of words, the two READMEs in any case."""
    return [*READMES, *(path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md")))]


@pytest.mark.parametrize("page", pages())
def test_links_to_local_files_lead_somewhere(page: str) -> None:
    targets = [target for target in LINK.findall(text_of(page)) if target and "://" not in target]
    home = (ROOT / page).parent
    assert [target for target in targets if not target.startswith("mailto:") and not (home / target).exists()] == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_offers_its_parser(command: object) -> None:
    module = importlib.import_module(getattr(command, "module", ""))
    assert isinstance(module.parser(), argparse.ArgumentParser)
    assert callable(module.main)


def tracked() -> list[Path]:
    """What git has, or would have: everything that is not ignored."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry_or_this_machine() -> None:
    banned = [*HOSTS, *PLACES, f"{ROOT}/"]
    faults = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        faults += [f"{path.relative_to(ROOT)} names {word}" for word in banned if word in text]
    assert faults == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    asked = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.split(r"[\[<>=~ ;]", line)[0] for group in asked for line in group} - {project["name"]}
    explained = set(re.findall(r"^\| `([\w-]+)`", text_of("docs/dependencies.md"), re.MULTILINE))
    assert names == explained
