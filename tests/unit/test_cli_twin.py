"""`kiosk twin` against a room behind a control channel: what is shown, planted and done, and what is said when it can not be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cli import twin as command
from cli.demo import running
from contract.config import check
from twin import faults
from twin.control import ControlServer
from twin.fault_desk import CAMERA, TARGETS, FaultDesk, answer
from twin.faults import Faults
from twin.grades import whole_room
from twin.pins import TwinFactory
from twin.room import Room


class Demo:
    """Station st-1 as a running demo would offer it."""

    def __init__(self, path: Path) -> None:
        config = check({"station": "st-1", "name": "x", **whole_room()})
        self.room = Room.from_config(config, TwinFactory())
        self.desk = FaultDesk(Faults(self.room))
        self._server = ControlServer(path, self._answer, self.desk.tick)
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def _answer(self, message: Mapping[str, Any]) -> object:
        return answer(self.desk, self.room, {key: value for key, value in message.items() if key != "station"})


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def demo(runtime: Path) -> Iterator[Demo]:
    made = Demo(runtime / "control")
    running.write(running.Running(os.getpid(), str(runtime / "control"), ("st-1", "st-2")))
    yield made
    made.stop()


def test_the_list_names_every_fault_its_targets_and_what_is_planted(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["fault", "plant", "valve_stuck_open", "cold"]) == 0
    assert command.main(["fault", "list"]) == 0
    shown = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert set(shown) == set(faults.names()) - {CAMERA}
    assert "planted cold" in shown["valve_stuck_open"] and "[cold hot]" in shown["valve_stuck_open"]
    assert all(faults.meaning(name) in line for name, line in shown.items())


def stuck(demo: Demo) -> list[str]:
    """Sockets that stay live."""
    return [name for name, socket in demo.room.sockets.items() if socket.relay_stuck_on]


def test_a_fault_is_planted_and_cleared(demo: Demo) -> None:
    assert command.main(["fault", "plant", "relay_stuck_on", "2"]) == 0
    assert stuck(demo) == ["2"]
    assert command.main(["fault", "clear", "relay_stuck_on"]) == 0
    assert stuck(demo) == []
    command.main(["fault", "plant", "smoke"])
    command.main(["fault", "plant", "fridge_warm"])
    assert command.main(["fault", "clear-all"]) == 0
    assert not demo.desk.rows()[0].planted and not any(row.planted for row in demo.desk.rows())


@pytest.mark.parametrize("words", [["mains_water_off", "--for", "10m"], ["mains-water-off", "10m"], ["mains_water_off", "cold", "600s"]])
def test_a_fault_mends_itself_in_time(demo: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    now = [100.0]
    monkeypatch.setattr("twin.fault_desk.time.monotonic", lambda: now[0])
    assert command.main(["fault", "plant", *words]) == 0
    now[0] = 400.0
    assert command.main(["fault", "list"]) == 0
    assert "for 5:00" in next(line for line in capsys.readouterr().out.splitlines() if line.startswith("mains_water_off"))
    now[0] = 699.0
    demo.desk.tick()
    assert not demo.room.taps["cold"].mains_on
    now[0] = 701.0
    demo.desk.tick()
    assert demo.room.taps["cold"].mains_on


@pytest.mark.parametrize(("words", "said"), [
    (["fault", "plant", "fridge_wram"], "did you mean fridge_warm"),
    (["fault", "plant", "broker-donw"], "did you mean broker_down"),
    (["fault", "plant", "smoke", "10m", "--for", "5m"], "two times: 10m and --for"),
    (["fault", "plant", "valve_slow", "cold", "soon"], "'soon' is no time"),
    (["act", "opne_fridge"], "did you mean open_fridge"),
    (["act", "plug", "holder=1"], "it takes: socket=… load=…"),
    (["act", "take_bottles", "count=two"], "must be like 1"),
    (["fault", "list", "--station", "st-7"], "no station is called"),
])  # fmt: skip
@pytest.mark.slow
def test_wrong_words_are_answered_with_what_is_near(demo: Demo, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert command.main(words) == 2
    told = capsys.readouterr()
    assert said in told.err and not told.out


@pytest.mark.parametrize(("words", "said"), [
    (["fault", "plant", "valve_stuck_open", "lukewarm"], "there are: cold, hot"),
    (["fault", "plant", "smoke", "loud"], "takes no target"),
])  # fmt: skip
def test_what_the_room_can_not_do_is_said(demo: Demo, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert command.main(words) == 1
    assert said in capsys.readouterr().err


def test_acts_say_what_came_of_them(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["act", "plug", "socket=3"]) == 0 and demo.room.sockets["3"].load
    assert command.main(["act", "open_fridge"]) == 1
    assert capsys.readouterr().out == "no\n"
    assert command.main(["act", "list"]) == 0
    assert "take_bottles" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "0", "-3s", "5d", "1h30m"])
def test_a_time_that_is_none_is_refused(runtime: Path, text: str) -> None:
    with pytest.raises(SystemExit) as left:
        command.main(["fault", "plant", "smoke", f"--for={text}"])
    assert left.value.code == 2


def test_without_a_demo_it_says_so(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["fault", "list"]) == 1
    assert "no demo runs; ./kiosk demo starts one" in capsys.readouterr().err


def test_a_file_that_was_left_behind_is_named(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = running.write(running.Running(2**22 + 1, str(runtime / "gone"), ("st-1",)))
    assert command.main(["fault", "list"]) == 1
    assert str(path) in capsys.readouterr().err
    path.write_text("{")
    assert command.main(["fault", "list"]) == 1


def test_the_file_is_this_users_alone_and_goes_with_its_demo(runtime: Path) -> None:
    path = running.write(running.Running(os.getpid(), "x", ("st-1",)))
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    running.remove(os.getpid() + 1)
    assert path.exists(), "another demo's"
    running.remove(os.getpid())
    assert not path.parent.exists()


def test_a_folder_that_others_may_write_is_refused(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (runtime / "smart-station").mkdir(mode=0o777)
    (runtime / "smart-station").chmod(0o777)
    assert command.main(["fault", "list"]) == 1
    assert "must be a folder of this user alone" in capsys.readouterr().err


def test_every_fault_of_parts_names_them() -> None:
    assert set(TARGETS) <= set(faults.names())
    narrowed = {name for name in faults.names() if name.startswith(("valve_", "probe_", "scale_", "slot_", "strip_", "relay_", "over_"))}
    assert narrowed <= set(TARGETS)
