"""`./kiosk demo` while `kiosk twin fault plant broker-down` keeps its broker killed: stations go on, the cloud says it is deaf, all arrives once."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli.demo.client import call
from cli.places import ROOT
from twin import photos

pytestmark = [pytest.mark.slow, pytest.mark.faces]
START_S, CLOSE_S = 180.0, 120.0


@dataclass
class Demo:
    """A running one; what it says is in `log`."""

    process: "subprocess.Popen[bytes]"
    log: Path
    environment: dict[str, str]

    def until(self, what: str, found: Callable[[], Any], seconds: float) -> Any:
        end = time.monotonic() + seconds
        while not (answer := found()):
            assert self.process.poll() is None and time.monotonic() < end, f"no {what}:\n{self.log.read_text()}"
            time.sleep(0.2)
        return answer

    def said(self, pattern: str) -> "re.Match[str] | None":
        return re.search(pattern, self.log.read_text())

    def api(self, path: str) -> Any:
        found = self.said(r"Console of the city\s+(\S+)")
        assert found
        return call("GET", f"{found[1]}api/v1/{path}")

    def twin(self, *words: str) -> str:
        """`kiosk twin …`; what it prints."""
        done = subprocess.run([sys.executable, "-m", "cli", "twin", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def facts(self, station: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.api(f"facts?station={station}&limit=1000")["items"]
        return items


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    try:
        photos.portraits()
    except photos.PhotosUnavailable as error:
        pytest.skip(f"needs the portraits: {error}")
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_RUNTIME_DIR": str(runtime)}
    command = [sys.executable, "-u", "-m", "cli", "demo", "--stations", "3", "--speed", "30"]
    with (tmp_path / "demo.log").open("wb") as out:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    made = Demo(process, tmp_path / "demo.log", environment)
    try:
        made.until("start", lambda: made.said("Ctrl-C ends everything"), START_S)
        yield made
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def test_nothing_is_lost_while_the_broker_is_down(demo: Demo) -> None:
    demo.until("a healthy cloud", lambda: demo.api("health")["broker"]["connected"], 20)
    demo.twin("fault", "plant", "broker-down", "20s")
    killed = demo.said(r"broker: killed \(process (\d+)\)")
    assert killed and not psutil.pid_exists(int(killed[1])), "the process itself is gone"
    assert re.search(r"^broker_down +planted for 0:\d\d", demo.twin("fault", "list"), re.MULTILINE)

    down = demo.until("word that it is deaf", lambda: _deaf(demo.api("health")), 15)
    assert "broker_down" in down["problems"] and down["broker"]["since"]
    demo.twin("act", "force_door")
    demo.until("word of what waits", lambda: demo.said(r"waiting: \d+ facts? and \d+ batch(es)? of measurements at \d stations?, oldest from \d\d:\d\d"), 20)

    closed = demo.until("end of it", lambda: demo.said(r"closed: (\d+) facts? of (\d) stations? arrived late, (\d+) lost, (\d+) twice"), CLOSE_S)
    assert int(closed[1]) > 0 and (closed[3], closed[4]) == ("0", "0"), closed[0]
    stations = demo.api("stations")["items"]
    for station in stations:
        seqs = [(row["epoch"], row["seq"]) for row in demo.facts(station["station"])]
        assert len(seqs) == len(set(seqs)), "none twice"
        assert {seq for _, seq in seqs} == set(range(1, max(seq for _, seq in seqs) + 1)), "none lost"
    forced = [row for row in demo.facts(stations[0]["station"]) if row["data"].get("cause") == "forced"]
    assert forced and forced[0]["received_at"] > forced[0]["at"]
    demo.until("a healthy cloud", lambda: demo.api("health")["broker"]["connected"] and "broker_down" not in demo.api("health")["problems"], 20)
    demo.until("stations that hold nothing", lambda: all(one["waiting_facts"] < 8 for one in demo.api("stations")["items"]), 90)
    assert json.dumps(demo.twin("fault", "list")).count("planted") == 0


def test_clear_brings_it_back_at_once_and_names_are_spelled_either_way(demo: Demo) -> None:
    demo.twin("fault", "plant", "broker_down")
    time.sleep(1.0)
    demo.twin("fault", "clear", "broker-down")
    assert demo.said(r"broker: back \(process \d+\)")
    demo.until("end of it", lambda: demo.said(r"closed: \d+ facts?"), CLOSE_S)
    demo.twin("fault", "plant", "broker-down", "--for", "1h")
    with pytest.raises(AssertionError, match="takes no station"):
        demo.twin("fault", "plant", "broker-down", "--station", "st-1")


def _deaf(health: dict[str, Any]) -> dict[str, Any] | None:
    return None if health["broker"]["connected"] else health
