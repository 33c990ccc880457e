"""A template that came from another station, at a whole station in the field: known to the cloud, and erased by a withdrawal at its desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

from cli.person import main
from edge.adapters.kiosk_web.notice import sharing_version
from edge.faces.shapes import unit
from edge.faces.vault import Terms, Vault
from tests.integration.test_face_withdrawal import PROMISED_S, desk, kept, wait
from tests.integration.town import STATION, Town
from twin.camera import Camera

pytestmark = [pytest.mark.faces, pytest.mark.slow]
CODE = re.compile(r"^Code, .*: (\S+)$", re.MULTILINE)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    identity = {"template_sharing": True}
    with Camera() as camera, Town(tmp_path, camera={"source": camera.url}, identity=identity) as town:
        town.enter_person("p-1", "1001", "2468")
        town.until_roster()
        yield town


def run(capsys: pytest.CaptureFixture[str], folder: Path, config: Path, verb: str, *words: str) -> tuple[int, str]:
    code = main([verb, "--folder", str(folder), "--config", str(config), *words])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_it_comes_is_told_and_goes_with_a_withdrawal_at_the_desk(town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here, mine = town.front.folder, town.front.folder / "station.json"
    source, other = tmp_path / "st-9", tmp_path / "st-9.yaml"
    other.write_text(yaml.safe_dump({"station": "st-9", "name": "Station 9", "identity": {"template_sharing": True}}))
    vault = Vault(source)
    vault.put("p-1", unit(np.random.default_rng(4).normal(size=128)), "dlib", "2026-11-01", Terms("0badcafe0001", "zh", 5, "visitor"))
    vault.close()
    invitation, package, late = (str(tmp_path / name) for name in ("invitation", "package", "late"))

    def carry(to: str) -> str:
        """Invite and share; the code of the package."""
        Path(invitation).unlink(missing_ok=True)
        code, out = run(capsys, here, mine, "invite", "--person", "p-1", "--out", invitation)
        assert code == 0, out
        said = ["--consent-on-paper", "Ms Chen", "--notice", sharing_version()]
        code, out = run(capsys, source, other, "share", "--person", "p-1", invitation, "--code", CODE.findall(out)[0], "--out", to, *said)
        assert code == 0, out
        return str(CODE.findall(out)[0])

    typed = carry(package)
    code, out = run(capsys, here, mine, "receive", package, "--code", typed)
    assert code == 0, out
    wait(lambda: [one["kept"] for one in desk(town, "p-1")["stations"]] == [True])
    (told,) = desk(town, "p-1")["stations"]
    assert (told["station"], told["taken_by"], told["notice"]) == (STATION, "elsewhere", sharing_version())
    received = [row["data"] for row in town.facts_when_all_are_acknowledged() if row["kind"] == "template_received"]
    assert [(one["person"], one["source"]) for one in received] == [("p-1", "st-9")]

    assert desk(town, "p-1", "POST", "/withdraw")["pending"] == [STATION]
    wait(lambda: kept(town) == [], PROMISED_S)
    wait(lambda: desk(town, "p-1")["pending"] == [])
    code, out = run(capsys, here, mine, "receive", package, "--code", typed)
    assert code == 1 and "no face of p-1 may be kept" in out
    desk(town, "p-1", "POST", "/allow")
    wait(lambda: "no face of" not in run(capsys, here, mine, "invite", "--person", "p-1", "--out", late)[1])
    code, out = run(capsys, here, mine, "receive", package, "--code", typed)
    assert code == 1, "an old package does not undo a withdrawal, not even after the person was allowed again"
    assert kept(town) == []
