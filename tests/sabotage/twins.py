"""What every table of sabotage twins shares: a rule and how it is taken out, and the check that must then turn red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from edge.domain.messages import Effects
from tests.scenarios.conftest import Build
from twin.station import TwinStation

Saw = pytest.MonkeyPatch
Check = Callable[[TwinStation], None]


@dataclass(frozen=True)
class Twin:
    """A rule taken out, the check that must see it, and the sections of the configuration that the check wants."""

    without: Callable[[Saw], None]
    check: Check
    sections: dict[str, object] = field(default_factory=dict)


def name(twin: Twin) -> str:
    """For pytest: which rule, which check."""
    return f"{twin.without.__name__}-{twin.check.__name__.removeprefix('check_')}"


def nothing(*_: object, **__: object) -> Effects:
    """In place of a rule: no effect at all."""
    return Effects()


def turns_red(build: Build, monkeypatch: Saw, twin: Twin) -> None:
    """The code is whole again before the station is taken down."""
    with monkeypatch.context() as saw:
        twin.without(saw)
        bench = build(**twin.sections)
        with pytest.raises(AssertionError):
            twin.check(bench)
