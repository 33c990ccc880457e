"""A root that was changed with `kiosk keys`, on files, as people do it; and a station that was away meanwhile."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cli import keys, keys_roots
from cli.key_files import load_private
from contract.configuration import LEVEL, Phase, RootChanged
from contract.signing import Flaw, Kind, sign
from contract.trust import Bundle, ConfigDocument
from edge.domain.messages import ConfigReceived
from twin.clock import TwinClock
from twin.station import TwinStation, layout

CONTENT = layout().model_dump(mode="json")


def bundle(folder: Path, key: str, version: int, unlock_s: int) -> Bundle:
    """Signed by the private key of this name, with all roots of the folder."""
    now = keys_roots.now_utc()
    document = ConfigDocument(
        station="st-1", version=version, release="r", issued=now, expires=now + timedelta(days=90), level=LEVEL,
        config=CONTENT | {"door": {"unlock_s": unlock_s}},
    )  # fmt: skip
    signed = sign(Kind.CONFIG, document.model_dump(mode="json"), load_private(folder / f"{key}.pem"))
    return Bundle(roots=tuple(keys_roots.chain(folder)), document=signed)


def changed(folder: Path, *words: str) -> None:
    """A draft, signed by two holders, accepted."""
    assert keys.main([*words, "--folder", str(folder)]) == 0
    draft = next(folder.glob("root-*.draft.json"))
    for holder in ("lin", "zhao"):
        assert keys.main(["sign", str(draft), "--key", str(folder / f"root-{holder}.pem"), "--yes"]) == 0
    assert keys.main(["root", "accept", str(draft), "--folder", str(folder)]) == 0


def test_a_station_follows_two_changes_at_once_and_believes_the_old_key_no_more(tmp_path: Path) -> None:
    folder, place = tmp_path / "trust", tmp_path / "station"
    assert keys.main(["init", str(folder), "--names", "lin,wei,zhao", "--no-passphrase"]) == 0
    place.mkdir()
    (place / "root.json").write_bytes((folder / "root.json").read_bytes())
    bench = TwinStation(place, clock=TwinClock(keys_roots.now_utc()))
    bench.after(6.0)
    stolen = bundle(folder, "ops", 3, 9)
    assert keys.main(["new", str(folder / "ops2.pem"), "--no-passphrase"]) == 0
    changed(folder, "ops", "add", "--name", "second", "--public-key", str(folder / "ops2.pub"))
    changed(folder, "ops", "remove", "ops")
    bench.push(bundle(folder, "ops2", 2, 7))
    bench.after(125.0)
    report = bench.cloud.reports[-1]
    assert (report.phase, report.confirmed_version, report.root) == (Phase.CONFIRMED, 2, 3)
    assert bench.cloud.of(RootChanged) == [RootChanged(version=3, before=1)]
    for each in (stolen, bundle(folder, "ops", 4, 9)):
        bench.post(ConfigReceived(each.model_dump_json().encode()))
        bench.after(1.0)
        assert (bench.cloud.reports[-1].flaw, bench.cloud.reports[-1].in_force_version) == (Flaw.UNKNOWN_KEY, 2)
    bench.kill()
    bench.boot()
    bench.after(6.0)
    assert (bench.cloud.reports[-1].root, bench.cloud.reports[-1].in_force_version) == (3, 2), "the pinned root came back with the restart"
    bench.close()
