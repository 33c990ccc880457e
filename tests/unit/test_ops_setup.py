"""What a new station is given by hand: prepared here, put on a card, read by the station. Another root where the keys of the first are lost."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from cli import keys, station
from cli.keys_roots import read_signed
from cli.ops.exits import Exit
from cli.places import ROOT
from contract import trust
from contract.signing import Flaw
from contract.trust import Bundle
from edge.__main__ import load, parser
from edge.adapters.store.ledger import SqliteLedger
from edge.provisioned import completed
from tests.ops_cloud import alone, tree
from tests.scenarios.configs import PATIENT, bundle, rooted
from tests.scenarios.configs import content as config
from tests.unit.test_systemd import AGENT, GUARD, UNITS, Unit
from twin.station import TwinStation

INSTALL = ROOT / "deploy" / "install-station.sh"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Layers, keys, passwords at the broker."""
    alone(monkeypatch, tmp_path)
    tree(tmp_path / "layers")
    assert keys.main(["init", str(tmp_path / "trust"), "--names", "lin,wei,zhao", "--no-passphrase"]) == 0
    (tmp_path / "passwords").write_text("st-1 one\nst-2 two\n")
    return tmp_path


def prepared(desk: Path, *stations: str, key: str = "trust/ops.pem") -> int:
    words = ["prepare", *stations, "--trust", str(desk / "trust"), "--key", str(desk / key), "--folder", str(desk / "layers"), "--out", str(desk / "out")]
    return station.main([*words, "--passwords", str(desk / "passwords")])


def installed(folder: Path, card: Path) -> subprocess.CompletedProcess[str]:
    (card / "etc" / "systemd").mkdir(parents=True, exist_ok=True)
    return subprocess.run(["sh", str(INSTALL), str(folder), str(card)], capture_output=True, text=True, timeout=30, check=False)


def test_what_is_prepared_is_what_a_station_begins_with(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prepared(desk, "st-1", "st-2") == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [str(desk / "out" / name) for name in ("st-1", "st-2")]
    done = installed(desk / "out" / "st-1", desk / "card")
    assert done.returncode == 0 and "st-1 is set up on" in done.stdout and "missing:" in done.stderr, done.stderr
    etc, state = desk / "card/etc/smart-station", desk / "card/var/lib/smart-station"
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (state, state / "root.json", state / "provisioned.json", etc / "mqtt-password")}
    assert set(modes.values()) == {0o600, 0o700} and modes[state] == 0o700
    assert (etc / "mqtt-password").read_text() == "one\n"
    found = load(etc / "station.yaml")
    started = completed(SqliteLedger(state, "st-1").load(), state, found)
    assert started.trusted and started.trusted.version == 1 and started.config and started.config.newest.version == 1
    assert started.config.newest.sha256 == Bundle.model_validate_json((state / "provisioned.json").read_bytes()).document.sha256
    assert found.model_dump(mode="json") == load(etc / "station.yaml").model_dump(mode="json")


def test_it_lies_where_the_units_look(desk: Path) -> None:
    agent = Unit(AGENT)["Service"]
    chosen = parser().parse_args(agent["ExecStart"].split()[4:])
    assert prepared(desk, "st-1") == 0 and installed(desk / "out" / "st-1", desk / "card").returncode == 0
    for path in (chosen.config, Path(agent["LoadCredential"].partition(":")[2]), chosen.folder / "root.json", chosen.folder / "provisioned.json"):
        assert (desk / "card" / path.relative_to("/")).is_file(), path
    for name in (AGENT, GUARD):
        assert (desk / "card/etc/systemd/system" / name).read_bytes() == (UNITS / name).read_bytes()
    assert chosen.folder == Path("/var/lib") / agent["StateDirectory"], "systemd makes it the station's own at the start, and writable"


def test_a_station_is_not_given_another_root_or_another_name_in_passing(desk: Path) -> None:
    assert prepared(desk, "st-1", "st-2") == 0
    assert installed(desk / "out" / "st-1", desk / "card").returncode == 0
    assert "another configuration is there" in installed(desk / "out" / "st-2", desk / "card").stderr
    (desk / "out/st-1/root.json").write_text("{}")
    done = installed(desk / "out" / "st-1", desk / "card")
    assert done.returncode == 1 and "set up with another root" in done.stderr
    assert "no root file system" in subprocess.run(["sh", str(INSTALL), str(desk / "out/st-2"), str(desk)], capture_output=True, text=True, check=False).stderr


def test_nothing_is_prepared_that_the_station_would_refuse(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys.main(["new", str(desk / "other.pem"), "--no-passphrase"]) == 0
    assert prepared(desk, "st-1", key="other.pem") == Exit.FAILED
    assert "it would refuse this: config: signed by" in capsys.readouterr().err
    assert prepared(desk, "st-3") == Exit.MISUSED
    assert "station st-3: is not in" in capsys.readouterr().err
    assert not (desk / "out").exists()
    assert prepared(desk, "st-1") == 0 and prepared(desk, "st-2", "st-1") == Exit.FAILED
    assert not (desk / "out" / "st-2").exists()


@pytest.mark.slow
def test_a_station_believes_another_root_when_somebody_stands_there(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, fresh = desk / "station", desk / "trust" / "root.json"
    bench = rooted(folder)
    bench.after(6.0)
    words = ["repin", str(fresh), "--folder", str(folder), "--yes"]
    assert station.main(words) == Exit.FAILED and "stop the agent first" in capsys.readouterr().err
    bench.close()
    assert station.main(words) == 0 and "root 1 is pinned" in capsys.readouterr().out
    bench = TwinStation(folder)
    bench.after(6.0)
    bench.push(bundle(2, config(**PATIENT)))
    bench.after(6.0)
    assert bench.cloud.reports[-1].flaw is Flaw.UNKNOWN_KEY, "the keys of the root before count for nothing"
    assert trust.first_root(read_signed(folder / "root.json")).root_keys[0].name == "root-lin"
    bench.close()
