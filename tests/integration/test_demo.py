"""`./kiosk demo` as a stranger meets it: once to the end, and until Ctrl-C with nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli.places import ROOT
from twin import photos

pytestmark = [pytest.mark.slow, pytest.mark.faces]
NUMBERS = {"poured_ml", "charged_wh", "bottles", "amenity_wh", "facts_station", "facts_cloud"}


@pytest.fixture(scope="module", autouse=True)
def _portraits() -> None:
    try:
        photos.portraits()
    except photos.PhotosUnavailable as error:
        pytest.skip(f"needs the portraits: {error}")


def demo(*arguments: str, **more: Any) -> "subprocess.Popen[str]":
    """The command with its output in one pipe. A shell may have left SIGINT ignored; the demo takes it back."""
    command = [sys.executable, "-u", "-m", "cli", "demo", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, **more)


def test_one_visit_is_true_in_the_cloud(tmp_path: Path) -> None:
    process = demo("--once", "--report", "r.json", "--stations", "4", cwd=tmp_path)
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 0, said
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["granted"] and report["refused"] and report["door_opened"] and report["code_offered"]
    assert report["lost"] == report["duplicated"] == 0
    assert report["facts_station"] == report["facts_cloud"] > 10
    assert all(report[name] > 0 for name in NUMBERS)
    assert set(report["ms"]) >= {"frame_to_decision", "decision_to_unlock", "fact_to_ledger", "total"}
    assert report["broker"]["kind"] and report["versions"]["python"]
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


def test_ctrl_c_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    process = demo("--stations", "3", cwd=tmp_path, stdin=subprocess.DEVNULL)
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C ends everything" in line:
            break
    assert process.poll() is None, "".join(lines)
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 6
    listening = [c for p in family for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert {c.laddr.ip for c in listening} <= {"127.0.0.1", "::1"}, "a port is open to the outside"
    words = [word for each in family for word in each.cmdline()]
    folders = {folder for folder in (ROOT / ".demo").iterdir() if any(str(folder) in word for word in words)}
    assert folders, "its own, and not those of another demo"
    process.send_signal(signal.SIGINT)
    process.stdout.read()
    assert process.wait(20) == 0
    _until_gone(family)
    assert not any(folder.exists() for folder in folders)
    assert list(tmp_path.iterdir()) == []


def _until_gone(family: list[psutil.Process]) -> None:
    until = time.monotonic() + 3.0
    while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family):
        assert time.monotonic() < until, [p for p in family if p.is_running()]
        time.sleep(0.05)
