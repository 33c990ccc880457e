"""The systemd units: systemd itself finds nothing wrong with them, their exposure is small, and each of the two outlives the other."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge.__main__ import BAD_CONFIG, parser
from edge.adapters.guard_link import ANSWER_S
from edge.station import BEAT_S

UNITS = Path(__file__).parents[2] / "firmware_config" / "systemd"
AGENT, GUARD = "smart-station.service", "smart-station-guard.service"
MOST_EXPOSED = {AGENT: 4.0, GUARD: 2.5}
"""Of 10, by systemd-analyze security; the agent needs a network, devices and one capability."""

analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


class Unit(configparser.RawConfigParser):
    """Values as systemd reads them, as far as these files go: names may come twice, lines may go on."""

    def __init__(self, name: str) -> None:
        super().__init__(strict=False, comment_prefixes=("#",), delimiters=("=",))
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.read_string((UNITS / name).read_text().replace("\\\n", " "))


@analyze
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    for name in (AGENT, GUARD):
        text = (UNITS / name).read_text()
        (tmp_path / name).write_text(text.replace("/opt/smart-station/venv/bin/python", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *(str(tmp_path / name) for name in (AGENT, GUARD))],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if "smart-station" in line]
    assert complaints == [] and done.returncode == 0, done.stderr


@analyze
@pytest.mark.parametrize("name", [AGENT, GUARD])
def test_little_is_exposed(name: str) -> None:
    limit = MOST_EXPOSED[name]
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={limit * 10:g}", str(UNITS / name)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    overall = re.search(r"exposure level for .*: ([\d.]+)", done.stdout)
    assert overall, done.stdout + done.stderr
    assert float(overall[1]) <= limit, done.stdout


def test_each_outlives_the_other() -> None:
    """No relation by which systemd would stop one because the other ended; the guard is first up and last down."""
    agent, guard = Unit(AGENT), Unit(GUARD)
    for unit, other in ((agent, GUARD), (guard, AGENT)):
        for relation in ("Requires", "BindsTo", "PartOf", "Requisite", "Conflicts", "StopPropagatedFrom"):
            assert other not in unit["Unit"].get(relation, ""), relation
    assert GUARD in agent["Unit"]["Wants"].split() and GUARD in agent["Unit"]["After"].split()
    assert AGENT not in str(dict(guard["Unit"]))


def test_both_are_watched_and_started_again_for_ever() -> None:
    for name in (AGENT, GUARD):
        service, unit = Unit(name)["Service"], Unit(name)["Unit"]
        assert (service["Type"], service["Restart"], unit["StartLimitIntervalSec"]) == ("notify", "always", "0")
        assert float(service["WatchdogSec"]) >= 4 * BEAT_S
    agent = Unit(AGENT)["Service"]
    assert float(agent["WatchdogSec"]) > ANSWER_S + 5.0, "a start without the guard waits five seconds for it"
    assert agent["RestartPreventExitStatus"] == str(BAD_CONFIG)
    assert "CAP_SYS_NICE" in agent["AmbientCapabilities"].split()


def test_the_arguments_are_those_that_the_programs_take() -> None:
    agent, guard = Unit(AGENT)["Service"]["ExecStart"].split(), Unit(GUARD)["Service"]["ExecStart"].split()
    assert agent[1:4] == ["-P", "-m", "edge"] and guard[1:4] == ["-P", "-m", "edge.guard"]
    chosen = parser().parse_args(agent[4:])
    socket = Path(guard[guard.index("--socket") + 1])
    assert chosen.guard == socket
    assert socket.parent == Path("/run") / Unit(GUARD)["Service"]["RuntimeDirectory"]
    assert chosen.folder == Path("/var/lib") / Unit(AGENT)["Service"]["StateDirectory"]


def test_the_agent_may_ask_whether_the_clock_is_synchronised() -> None:
    """edge/adapters/clock.py asks adjtimex(2); forbidden, time would never be trusted and no day would ever turn."""
    agent = Unit(AGENT)["Service"]
    assert "ProtectClock" not in agent
    assert "adjtimex" in agent["SystemCallFilter"].split()


def test_each_may_write_where_it_works() -> None:
    """lgpio keeps a pipe in the current folder."""
    for name in (AGENT, GUARD):
        service = Unit(name)["Service"]
        assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"
