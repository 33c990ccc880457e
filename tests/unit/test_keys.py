"""`kiosk keys`: what it makes, whom it lets sign, and what it says when it does not."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli import keys, keys_roots
from cli.key_files import KeyRefused, load_private, public_key, save_private
from contract import trust
from contract.signing import Signed, TrustRefused, key_id, public_half
from contract.trust import Scope

SECRET = "correct horse"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A root of three holders and one ops key, all without passphrases."""
    made = tmp_path / "trust"
    assert keys.main(["init", str(made), "--names", "lin,wei,zhao", "--no-passphrase"]) == 0
    return made


def new_key(folder: Path, name: str) -> str:
    assert keys.main(["new", str(folder / f"{name}.pem"), "--no-passphrase"]) == 0
    return str(folder / f"{name}.pub")


def signed_by(draft: Path, *names: str) -> None:
    for name in names:
        assert keys.main(["sign", str(draft), "--key", str(draft.parent / f"root-{name}.pem"), "--yes"]) == 0


def test_a_new_root_is_one_that_stations_take(folder: Path) -> None:
    root = trust.first_root(keys_roots.read_signed(folder / "root.json"))
    assert (root.version, root.threshold, [key.name for key in root.root_keys]) == (1, 2, ["root-lin", "root-wei", "root-zhao"])
    assert [key.id for key in root.ops_keys] == [key_id(public_half(load_private(folder / "ops.pem")))]


def test_private_keys_can_be_read_by_their_owner_only(folder: Path) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.pem")} == {0o600}
    (folder / "ops.pem").chmod(0o640)
    with pytest.raises(KeyRefused, match="others can read it"):
        load_private(folder / "ops.pem")


def test_a_passphrase_seals_the_key(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    save_private(tmp_path / "k.pem", key, SECRET)
    assert public_half(load_private(tmp_path / "k.pem", SECRET)) == public_half(key) == public_key(str(tmp_path / "k.pub"))
    with pytest.raises(KeyRefused, match="passphrase is wrong"):
        load_private(tmp_path / "k.pem", "wrong horse")
    with pytest.raises(KeyRefused, match="sealed with a passphrase"):
        load_private(tmp_path / "k.pem")


def test_nothing_is_overwritten_and_nobody_is_asked_without_a_terminal(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "root.json").read_bytes()
    assert keys.main(["init", str(folder), "--no-passphrase"]) == 1
    assert keys.main(["new", str(folder / "ops.pem"), "--no-passphrase"]) == 1
    assert keys.main(["init", str(tmp_path / "other")]) == 1
    told = capsys.readouterr().err
    assert "already" in told
    assert "--passphrase-file" in told
    assert (folder / "root.json").read_bytes() == before
    assert not (tmp_path / "other").exists()


def test_one_holder_is_not_enough_and_two_are(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = folder / "root-2.draft.json"
    assert keys.main(["ops", "add", "--folder", str(folder), "--name", "wei", "--public-key", new_key(folder, "wei")]) == 0
    signed_by(draft, "lin")
    assert keys.main(["root", "accept", str(draft), "--folder", str(folder)]) == 1
    assert "1 of 2 signatures" in capsys.readouterr().err
    signed_by(draft, "zhao")
    assert keys.main(["root", "accept", str(draft), "--folder", str(folder)]) == 0
    root, _ = keys_roots.newest(folder)
    assert (root.version, len(root.ops_keys), draft.exists()) == (2, 2, False)


def test_copies_that_were_signed_apart_are_put_together(folder: Path, tmp_path: Path) -> None:
    assert keys.main(["rotate", "--folder", str(folder), "--old", "root-zhao", "--public-key", new_key(folder, "root-zhao2")]) == 0
    copies = [folder / name for name in ("lin.json", "wei.json")]
    for copy, holder in zip(copies, ("lin", "wei"), strict=True):
        copy.write_bytes((folder / "root-2.draft.json").read_bytes())
        signed_by(copy, holder)
    held = trust.first_root(keys_roots.read_signed(folder / "root-1.json"))
    assert keys.main(["root", "accept", *map(str, copies), "--folder", str(folder)]) == 0
    root, _ = trust.newest_root(held, keys_roots.chain(folder))
    assert key_id(public_key(str(folder / "root-zhao2.pub"))) in {key.id for key in root.root_keys}
    assert key_id(public_key(str(folder / "root-zhao.pub"))) not in {key.id for key in root.root_keys}


def test_a_key_of_neither_root_can_not_sign(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys.main(["root", "renew", "--folder", str(folder)]) == 0
    assert keys.main(["sign", str(folder / "root-2.draft.json"), "--key", str(folder / "ops.pem"), "--yes"]) == 1
    assert "count for nothing" in capsys.readouterr().err


def test_a_draft_that_was_signed_is_changed_no_more(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys.main(["root", "renew", "--folder", str(folder)]) == 0
    assert keys.main(["ops", "remove", "ops", "--folder", str(folder)]) == 0
    draft = keys_roots.read_draft(folder / "root-2.draft.json")
    assert draft.root.ops_keys == ()
    signed_by(folder / "root-2.draft.json", "lin")
    assert keys.main(["root", "renew", "--folder", str(folder)]) == 1
    assert "has been signed already" in capsys.readouterr().err


@pytest.mark.parametrize(("scope", "days"), [("order", 7), ("roster", 400)])
def test_a_delegation_without_a_network(folder: Path, tmp_path: Path, scope: str, days: int) -> None:
    made = tmp_path / "delegation.json"
    words = ["delegate", "--scope", scope, "--key", str(folder / "ops.pem"), "--folder", str(folder), "--district", "north"]
    assert keys.main([*words, "--public-key", new_key(tmp_path, "cloud"), "--out", str(made)]) == 0
    root, _ = keys_roots.newest(folder)
    given = trust.delegation(root, Signed.model_validate_json(made.read_bytes()), Scope(scope), "north", keys_roots.now_utc())
    assert (given.expires - given.issued).days == days
    with pytest.raises(TrustRefused, match="district"):
        trust.delegation(root, Signed.model_validate_json(made.read_bytes()), Scope(scope), "south", keys_roots.now_utc())
    assert keys.main([*words, "--public-key", str(tmp_path / "cloud.pub"), "--out", str(made), "--days", str(days + 1)]) == 1


def test_a_root_key_delegates_nothing(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["delegate", "--scope", "order", "--key", str(folder / "root-lin.pem"), "--folder", str(folder)]
    assert keys.main([*words, "--public-key", new_key(tmp_path, "cloud"), "--out", str(tmp_path / "d.json")]) == 1
    assert "stations with root 1 would refuse this" in capsys.readouterr().err
    assert not (tmp_path / "d.json").exists()


def test_show_tells_what_each_file_is(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys.main(["root", "renew", "--folder", str(folder), "--days", "10"])
    keys.main(["delegate", "--scope", "order", "--key", str(folder / "ops.pem"), "--public-key", str(folder / "ops.pub"), "--out", str(tmp_path / "d.json")])
    capsys.readouterr()
    assert keys.main(["show", *(str(path) for path in (*sorted(folder.iterdir()), tmp_path / "d.json"))]) == 0
    told = capsys.readouterr().out
    for words in ("2 of these 3", "days left", "private key", "public key", "change: the root holds until", "SOON", "may sign orders everywhere"):
        assert words in told
    assert "BEGIN" not in told
    (tmp_path / "x.json").write_text("[" * 100_000)
    assert keys.main(["show", str(tmp_path / "x.json")]) == 1
