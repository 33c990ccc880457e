"""Killed at every step of applying a configuration, 200 times: either the old or the new one is in force, never a mix, and it is told which.

Most of it in one process, at each named step in turn; the rest is kill -9 of a real process at any moment.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contract.configuration import Phase
from contract.trust import Bundle
from edge.adapters.gpio import GpioOutputs
from edge.adapters.store import SqliteLedger
from edge.build import Assembly
from edge.domain.core import Core
from tests.contract.signed_examples import SIGNED_ROOT
from tests.integration.config_agent import desired
from tests.scenarios.configs import bundle, content, rooted
from tests.scenarios.test_config_slots import later
from twin.station import TwinStation

pytestmark = pytest.mark.slow
STEPPED = int(os.environ.get("KILLS", "170"))
REAL = 30
STEPS = 14
"""More than applying has; then the kill comes when all is over."""


class Killed(BaseException):
    """kill -9: nothing between here and the test may catch it."""


class Killer:
    """Counts the steps of applying, and kills at one of them."""

    def __init__(self) -> None:
        self.left, self.seen = -1, Counter[str]()

    def step(self, name: str) -> None:
        """Something is about to be done, or was just done."""
        if self.left < 0:
            return
        self.left -= 1
        if self.left < 0:
            self.seen[name] += 1
            raise Killed(name)


def _around(killer: Killer, saw: pytest.MonkeyPatch, of: type, name: str) -> None:
    whole: Callable[..., Any] = getattr(of, name)

    def watched(*arguments: Any, **named: Any) -> Any:
        killer.step(f"before {name}")
        result = whole(*arguments, **named)
        killer.step(f"after {name}")
        return result

    saw.setattr(of, name, watched)


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch) -> Killer:
    made = Killer()
    for of, name in ((SqliteLedger, "_record"), (SqliteLedger, "commit"), (Assembly, "close"), (Assembly, "claim"), (Core, "_use"), (GpioOutputs, "heed")):
        _around(made, monkeypatch, of, name)
    return made


@pytest.mark.long
def test_killed_at_each_step(tmp_path: Path, killer: Killer) -> None:
    bench = rooted(tmp_path)
    bench.after(6.0)
    for n in range(STEPPED):
        _round(bench, killer, n)
    assert len(killer.seen) >= 8, killer.seen
    print(f"{STEPPED} kills: {dict(killer.seen)}")
    bench.close()


def _round(bench: TwinStation, killer: Killer, n: int) -> None:
    """Push, die at step n, come back; then whatever is tried now comes to its end."""
    old, pushed = bench.assembly.core.configs.slots.in_force.sha256, _pushed(n)
    killer.left = n % STEPS
    try:
        bench.push(pushed)
        later(bench, 130.0)
    except Killed:
        pass
    killer.left = -1
    bench.kill()
    bench.cloud.reports.clear()
    bench.boot()
    bench.after(1.0)
    _one_in_force(bench, {old: None, pushed.document.sha256: n})
    bench.clock.move(130.0)
    bench.after(1.0)
    _one_in_force(bench, {old: None, pushed.document.sha256: n})
    assert bench.cloud.reports[-1].phase in (Phase.CONFIRMED, Phase.ROLLED_BACK)
    assert bench.cloud.reports[-1].in_force_sha256 == bench.cloud.reports[-1].confirmed_sha256


def _values(n: int) -> tuple[float, int]:
    """Every other one needs no restart."""
    return 3.0 + n / 100, 640 + n // 2


def _pushed(n: int) -> Bundle:
    unlock_s, width = _values(n)
    return bundle(n + 2, content(door={"unlock_s": unlock_s}, camera={"source": "none", "width": width}))


def _one_in_force(bench: TwinStation, allowed: dict[str, int | None]) -> None:
    core, report = bench.assembly.core, bench.cloud.reports[-1]
    in_force = core.configs.slots.in_force
    assert in_force.sha256 in allowed and report.in_force_sha256 == in_force.sha256
    assert core.config == in_force.config and core.config.camera
    assert core.entry.door.config == in_force.config.door
    n = allowed[in_force.sha256]
    if n is not None:
        assert (core.config.door.unlock_s, core.config.camera.width) == _values(n)


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "root.json").write_text(SIGNED_ROOT.model_dump_json())
    command = [sys.executable, "-m", "tests.integration.config_agent", str(tmp_path)]
    made = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert made.stdout and made.stdout.readline() == "ready\n"
    yield made
    made.kill()
    made.wait()


def test_a_real_agent_killed_at_any_moment(agents: subprocess.Popen[str]) -> None:
    chance, phases = Random(20261121), Counter[str]()
    allowed: dict[str, tuple[float, int]] = {"": (5.0, 640)}
    for n in range(REAL):
        told = _start(agents, n)
        phases[told["phase"]] += 1
        assert (told["unlock_s"], told["width"]) == allowed[told["sha256"]], "a mix, or another one than is told"
        values = 6 + n % 5, 640 + n // 2
        allowed = {told["sha256"]: allowed[told["sha256"]], _sha256(n): values, told["confirmed"]: allowed[told["confirmed"]]}
        time.sleep(chance.uniform(0.0, 1.1))
        os.kill(told["pid"], signal.SIGKILL)
    print(f"{REAL} kills -9; the next start found: {dict(phases)}")
    assert len(phases) >= 2


def _start(agents: subprocess.Popen[str], n: int) -> dict[str, Any]:
    assert agents.stdin and agents.stdout
    agents.stdin.write(f"{n + 2} {6 + n % 5} {640 + n // 2}\n")
    agents.stdin.flush()
    found: dict[str, Any] = json.loads(agents.stdout.readline())
    return found


def _sha256(n: int) -> str:
    return Bundle.model_validate_json(desired(n + 2, 6 + n % 5, 640 + n // 2)).document.sha256
