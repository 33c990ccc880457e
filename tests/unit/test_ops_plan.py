"""What would change, in words and in a file, and that a plan is applied to exactly what it was made for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from cli import config_tree
from cli.ops import apply, desired, diff, plan, plan_file
from cli.ops.applying import batches
from cli.ops.exits import Exit
from contract import trust
from contract.signing import Kind, Signed
from tests.contract.signed_examples import ROOT, ROOT_KEYS, key, signed
from tests.ops_cloud import OpsCloud, alone, tree

NOW = datetime.now(UTC)
FRESH = ROOT.model_copy(update={"expires": NOW + timedelta(days=900), "ops_keys": (ROOT.ops_keys[0].model_copy(update={"expires": NOW + timedelta(days=90)}),)})


@dataclass
class Desk:
    """A folder of layers, a cloud that has exactly that, and a key."""

    folder: Path
    cloud: OpsCloud
    key: Path
    out: Path

    def at(self) -> list[str]:
        return ["--server", self.cloud.url, "--folder", str(self.folder)]

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def planned(self, *more: str) -> int:
        return plan.main([*self.at(), "--out", str(self.out), *more])

    def applied(self, *more: str) -> int:
        words = [str(self.out), "--server", self.cloud.url, "--wave", "1,25%,100%", "--reason", "slow walkers", "--key", str(self.key)]
        return apply.main([*words, *more])


def key_file(path: Path, number: int) -> Path:
    pem = key(number).private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(pem)
    path.chmod(0o600)
    return path


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    alone(monkeypatch, tmp_path)
    folder = tree(tmp_path / "layers")
    with OpsCloud(roots=[signed(Kind.ROOT, FRESH, *ROOT_KEYS[:2])]) as cloud:
        read = config_tree.load(folder)
        for one in read.stations():
            cloud.put(one.station, read.content(one.station), district=one.district)
        yield Desk(folder, cloud, key_file(tmp_path / "ops.pem", 11), tmp_path / "plan.json")


SLOWER = "door: {unlock_s: 8}\n"
RIVERSIDE, DEFAULTS = "cities/lanting/districts/riverside.yaml", "defaults.yaml"


def test_nothing_differs_is_nothing_on_stdout_and_code_0(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff.main(desk.at()) == Exit.OK
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "nothing differs: 3 stations" in shown.err


def test_stations_that_change_alike_stand_together(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(RIVERSIDE, SLOWER)
    assert diff.main(desk.at()) == Exit.CHANGES
    assert capsys.readouterr().out.splitlines() == ["2 stations: st-1 st-2", "  ~ door.unlock_s: 5 -> 8"]


def test_a_default_that_is_written_out_is_no_change(desk: Desk) -> None:
    desk.write(DEFAULTS, "door: {unlock_s: 5, held_open_s: 30}\n")
    assert diff.main(desk.at()) == Exit.OK


def test_diff_for_programs_names_field_before_and_after(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(RIVERSIDE, SLOWER)
    assert diff.main([*desk.at(), "-o", "json", "-l", "station!=st-2"]) == Exit.CHANGES
    rows = json.loads(capsys.readouterr().out)
    assert [row["station"] for row in rows] == ["st-1"]
    assert rows[0]["changes"][0] | {"live": None} == {"field": "door.unlock_s", "before": 5, "after": 8, "live": None, "safer": False}
    assert diff.main([*desk.at(), "st-10"]) == Exit.OK
    assert diff.main([*desk.at(), "st-99"]) == Exit.MISUSED


def test_a_selector_may_ask_what_the_cloud_knows(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(DEFAULTS, SLOWER)
    desk.cloud.stations["st-2"]["standing"] = "lost"
    assert diff.main([*desk.at(), "-o", "name", "-l", "state=ok,district=riverside"]) == Exit.CHANGES
    assert capsys.readouterr().out == "st-1\n"
    assert diff.main([*desk.at(), "-l", "colour=red"]) == Exit.MISUSED
    assert "nothing is known about colour" in capsys.readouterr().err


def test_a_folder_with_a_mistake_is_not_compared(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(RIVERSIDE, "door: {unlock_s: 500}\n")
    assert diff.main(desk.at()) == Exit.FAILED
    assert "door.unlock_s" in capsys.readouterr().err


def test_plan_says_first_how_many_and_what_and_who_is_slow(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(DEFAULTS, "door: {unlock_s: 8, lock_pin: 16}\n")
    desk.cloud.stations["st-2"] |= {"standing": "lost", "since": "2026-11-21T01:00:00.000Z"}
    desk.cloud.config["st-10"]["level"] = 5
    assert desk.planned() == Exit.CHANGES
    shown = capsys.readouterr().out
    assert "3 stations change, 0 stations stay as they are" in shown
    assert "door.lock_pin  3         17 -> 16  restart" in shown
    assert "3 stations restart in order, once nobody is inside: st-1 st-2 st-10" in shown
    assert "1 station offline; they take it when they return and hold up nobody: st-2" in shown
    assert "left out, of an older level" in shown
    assert "door.unlock_s" not in shown.split("\n\n")[-1]


def test_plan_file_is_whole_and_the_same_for_the_same_changes(desk: Desk) -> None:
    desk.write(RIVERSIDE, SLOWER)
    assert desk.planned() == Exit.CHANGES
    first = plan_file.load(desk.out)
    desk.planned()
    assert plan_file.load(desk.out).id == first.id
    item = first.items[0]
    assert (item.station, item.grade, item.base.next_version, item.base.sha256) == ("st-1", "basic", 2, f"{1:064x}")
    assert item.content["door"]["unlock_s"] == 8
    assert item.undo is not None and item.undo["door"]["unlock_s"] == 5


def test_first_configuration_is_taken_back_to_as_provisioned(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.cloud.put("st-1", None)
    assert desk.planned() == Exit.CHANGES
    item = plan_file.load(desk.out).items[0]
    assert item.first and item.restart and item.undo is None
    assert "as provisioned -> all that the layers say" in capsys.readouterr().out


def test_a_station_that_did_not_take_its_last_document_gets_it_again(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.cloud.config["st-1"] |= {"phase": "rolled_back", "in_force_sha256": "", "reason": "socket 1 broke during the trial"}
    assert diff.main([*desk.at(), "--each"]) == Exit.CHANGES
    assert "socket 1 broke" in capsys.readouterr().out


def test_a_plan_that_was_touched_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(RIVERSIDE, SLOWER)
    desk.planned()
    desk.out.write_text(desk.out.read_text().replace('"unlock_s": 8', '"unlock_s": 30'))
    assert desk.applied("--yes") == Exit.MISUSED
    assert "was changed after it was made" in capsys.readouterr().err


def test_a_plan_whose_base_has_changed_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(RIVERSIDE, SLOWER)
    desk.planned()
    desk.cloud.config["st-2"] |= {"version": 2, "desired_version": 2, "next_version": 3}
    assert desk.applied("--yes") == Exit.FAILED
    assert "1 station changed since it was made, such as st-2" in capsys.readouterr().err
    assert not desk.cloud.rollouts


def documents(desk: Desk, station: str) -> list[trust.ConfigDocument]:
    given = [Signed.model_validate(desk.cloud.documents[station][which]) for which in ("document", "undo")]
    return [trust.config(FRESH, one, station, 1, 6, datetime.now(UTC)) for one in given]


def test_apply_signs_new_and_undo_for_each_station_and_starts(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(RIVERSIDE, SLOWER)
    desk.planned()
    capsys.readouterr()
    assert desk.applied("--yes") == Exit.OK
    assert capsys.readouterr().out == "r7\n"
    new, undo = documents(desk, "st-1")
    assert (new.version, undo.version) == (2, 3)
    assert new.config is not None and new.config["door"] == {"unlock_s": 8}
    assert undo.config is not None and undo.config["door"] == {"unlock_s": 5}
    assert sorted(desk.cloud.documents) == ["st-1", "st-2"]
    assert desk.cloud.rollouts["r7"]["state"] == "running"
    assert desk.cloud.rollouts["r7"]["waves"] == ["1", "25%", "100%"]


def test_apply_asks_nobody_where_nobody_sits(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(RIVERSIDE, SLOWER)
    desk.planned()
    assert desk.applied() == Exit.MISUSED
    assert "say --yes" in capsys.readouterr().err
    assert not desk.cloud.rollouts


def test_apply_gives_the_password_again_when_the_cloud_wants_it(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(RIVERSIDE, SLOWER)
    desk.planned()
    desk.cloud.stepped_up = False
    assert desk.applied("--yes") == Exit.NOT_ALLOWED
    assert "wants your password again" in capsys.readouterr().err
    assert not desk.cloud.rollouts
    with open(desk.folder / "password", "w+") as given:
        given.write("correct horse battery\n")
        given.seek(0)
        monkeypatch.setattr("sys.stdin", given)
        assert desk.applied("--yes", "--password-stdin") == Exit.OK


def test_a_key_that_no_station_believes_signs_nothing(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(RIVERSIDE, SLOWER)
    desk.planned()
    assert desk.applied("--yes", "--key", str(key_file(tmp_path / "other.pem", 12))) == Exit.REFUSED
    assert "no ops key of root 1" in capsys.readouterr().err
    desk.cloud.roots = []
    assert desk.applied("--yes") == Exit.REFUSED
    desk.key.chmod(0o644)
    assert desk.applied("--yes") == Exit.FAILED
    assert not desk.cloud.rollouts


def test_stations_that_would_refuse_are_left_out(desk: Desk) -> None:
    desk.write(RIVERSIDE, SLOWER)
    desk.cloud.config["st-1"]["root"] = 0
    assert desk.planned() == Exit.CHANGES
    assert desk.applied("--yes") == Exit.OK
    assert sorted(desk.cloud.documents) == ["st-2"]


def test_without_a_file_apply_plans_by_itself(desk: Desk) -> None:
    desk.write(DEFAULTS, SLOWER)
    words = ["--wave", "100%", "--reason", "slow walkers", "--key", str(desk.key), "--yes", "-l", "district=old-mill"]
    assert apply.main([*desk.at(), *words]) == Exit.OK
    assert sorted(desk.cloud.documents) == ["st-10"]


def test_documents_go_in_batches_that_fit() -> None:
    some: list[dict[str, Any]] = [{"station": f"st-{n}", "document": "x" * 290} for n in range(10)]
    found = list(batches(some, 1000))
    assert [one for batch in found for one in batch] == some
    assert max(len(batch) for batch in found) == 3
    assert list(batches(some, 10)) == [[one] for one in some]


def test_stations_are_in_the_order_of_their_numbers() -> None:
    assert sorted(["st-10", "st-9", "rs-2"], key=desired.in_order) == ["rs-2", "st-9", "st-10"]
