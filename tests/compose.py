"""docker-compose.yml and deploy/Dockerfile as tests read them: interpolated, merged, one object a service. Runs nothing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FILE, EXAMPLE, DOCKERFILE = ROOT / "docker-compose.yml", ROOT / ".env.example", ROOT / "deploy" / "Dockerfile"
VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?:(:-|:\?)([^}]*))?\})")


@dataclass(frozen=True)
class Mount:
    """`source`: a named volume, or a path from the root of the repository."""

    source: str
    target: str
    read_only: bool


@dataclass(frozen=True)
class Service:
    """As compose would start it."""

    name: str
    raw: Mapping[str, Any]
    mounts: tuple[Mount, ...]
    ports: tuple[str, ...]
    """ADDRESS:PORT:PORT."""

    @property
    def environment(self) -> dict[str, str]:
        """Names and values."""
        return {name: str(value) for name, value in self.raw.get("environment", {}).items()}

    @property
    def command(self) -> list[str]:
        """Without the entry point."""
        return [str(word) for word in self.raw.get("command", [])]

    @property
    def health(self) -> list[str]:
        """The command of the health check; empty where it is switched off."""
        check = self.raw.get("healthcheck", {})
        return [] if check.get("disable") else [str(word) for word in check.get("test", [])[1:]]

    @property
    def needs(self) -> dict[str, str]:
        """Service -> condition."""
        return {name: each["condition"] for name, each in self.raw.get("depends_on", {}).items()}


@dataclass(frozen=True)
class Stage:
    """One stage of the Dockerfile: its instructions, continued lines joined."""

    name: str
    origin: str
    lines: tuple[tuple[str, str], ...]

    def all(self, instruction: str) -> list[str]:
        """Arguments of each."""
        return [arguments for word, arguments in self.lines if word == instruction]


def example() -> dict[str, str]:
    """Names and values of .env.example."""
    return read_env(EXAMPLE.read_text("utf-8"))


def read_env(text: str) -> dict[str, str]:
    """Of a file of NAME=VALUE lines."""
    rows = [line.partition("=") for line in text.splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in rows}


def variables(text: str) -> set[str]:
    """Names in ${…}, whatever stands behind them."""
    return {found[1] for found in VARIABLE.finditer(text) if found[1]}


def interpolate(text: str, env: Mapping[str, str]) -> str:
    """As compose does it. Raises: KeyError, for a value that must be there."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if name is None:
            return "$"
        if env.get(name):
            return env[name]
        if kind == ":-":
            return str(rest)
        raise KeyError(name)

    return VARIABLE.sub(value, text)


def load(env: Mapping[str, str]) -> dict[str, Any]:
    """The whole document."""
    found = yaml.safe_load(interpolate(FILE.read_text("utf-8"), env))
    assert isinstance(found, dict)
    return found


def services(env: Mapping[str, str]) -> dict[str, Service]:
    """By name."""
    return {
        name: Service(name, raw, tuple(_mount(text) for text in raw.get("volumes", [])), tuple(raw.get("ports", [])))
        for name, raw in load(env)["services"].items()
    }


def stages() -> dict[str, Stage]:
    """Of deploy/Dockerfile, by name."""
    found: dict[str, Stage] = {}
    name, origin, lines = "", "", list[tuple[str, str]]()
    for line in _instructions():
        word, _, arguments = line.partition(" ")
        if word == "FROM":
            if name:
                found[name] = Stage(name, origin, tuple(lines))
            origin, _, name = arguments.partition(" AS ")
            lines = []
        else:
            lines.append((word, arguments.strip()))
    return found | {name: Stage(name, origin, tuple(lines))}


def exec_form(arguments: str) -> list[str]:
    """["a", "b"] of an ENTRYPOINT or a HEALTHCHECK; a shell form is a failure."""
    text = arguments.partition("CMD ")[2] or arguments
    words = yaml.safe_load(text)
    assert isinstance(words, list), f"not in exec form: {text}"
    return [str(word) for word in words]


def copied(arguments: str) -> tuple[str | None, list[str]]:
    """(stage or None, sources) of a COPY."""
    words = shlex.split(arguments)
    stage = next((word.removeprefix("--from=") for word in words if word.startswith("--from=")), None)
    return stage, [word for word in words[:-1] if not word.startswith("--")]


def _instructions() -> list[str]:
    text = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text("utf-8"))
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _mount(text: str) -> Mount:
    source, target, *how = text.split(":")
    return Mount(source, target, how == ["ro"])
