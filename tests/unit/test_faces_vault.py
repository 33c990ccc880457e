"""The vault: what is kept is sealed, what is forgotten is gone from the disk, what is damaged is refused and harms nobody else."""

import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.faces.shapes import Vector, unit
from edge.faces.vault import Terms, Vault, VaultRefused, gallery

TERMS = Terms("0badcafe0001", "zh", 3, "visitor")
DAY = "2026-11-21"


def template(seed: int) -> Vector:
    return unit(np.random.default_rng(seed).normal(size=128))


def fill(folder: Path, *people: str) -> dict[str, Vector]:
    """A vault with these people, closed again."""
    vault, made = Vault(folder), {person: template(seed) for seed, person in enumerate(people)}
    for person, vector in made.items():
        vault.put(person, vector, "dlib", DAY, TERMS)
    vault.close()
    return made


def traces(folder: Path, needle: bytes) -> list[str]:
    """Files of the vault in which these bytes are found."""
    return [path.name for path in sorted(folder.iterdir()) if needle in path.read_bytes()]


def column(folder: Path, name: str, person: str) -> bytes:
    """A stored field, read as a thief of the file would."""
    with sqlite3.connect(folder / "vault.db") as db:
        value: bytes = db.execute(f"SELECT {name} FROM template WHERE person = ?", (person,)).fetchone()[0]
    db.close()
    return value


def test_what_was_put_comes_back_and_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    made = fill(tmp_path, "p-1", "p-2")
    vault = Vault(tmp_path)
    kept = {one.person: one for one in vault.all()}
    assert {person: one.terms for person, one in kept.items()} == dict.fromkeys(made, TERMS)
    assert all(np.array_equal(kept[person].template, vector) for person, vector in made.items())
    assert gallery(vault.all(), "dlib").people == ("p-1", "p-2")
    assert len(gallery(vault.all(), "another")) == 0
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    vault.close()


def test_no_clear_template_is_on_the_disk(tmp_path: Path) -> None:
    made = fill(tmp_path, "p-1")
    vector = made["p-1"]
    for form in (vector.tobytes(), vector.astype(np.float64).tobytes(), f"{vector[0]:.6f}".encode()):
        assert traces(tmp_path, form) == []


def test_a_new_template_replaces_the_old_one(tmp_path: Path) -> None:
    fill(tmp_path, "p-1")
    old = column(tmp_path, "sealed", "p-1")
    vault = Vault(tmp_path)
    number = vault.put("p-1", template(9), "dlib", DAY, TERMS)
    (kept,) = vault.all()
    assert np.array_equal(kept.template, template(9))
    assert (kept.seal, number) == (2, 2)
    assert traces(tmp_path, old) == []
    vault.close()


def test_forgetting_leaves_no_byte_of_key_or_seal_and_gives_a_receipt(tmp_path: Path) -> None:
    made = fill(tmp_path, "p-1", "p-2", "p-3")
    sealed, wrapped = column(tmp_path, "sealed", "p-2"), column(tmp_path, "wrapped", "p-2")
    assert traces(tmp_path, sealed) == traces(tmp_path, wrapped) == ["vault.db"]
    vault = Vault(tmp_path)
    receipt = vault.forget("p-2")
    assert len(receipt) == 32
    assert traces(tmp_path, sealed) == traces(tmp_path, wrapped) == []
    assert [one.person for one in vault.all()] == ["p-1", "p-3"]
    assert np.array_equal(vault.all()[1].template, made["p-3"])
    assert vault.forget("p-2") == receipt, "asked again, the same answer"
    assert vault.forget("nobody") == ""
    vault.close()


def test_forgetting_leaves_no_byte_while_another_process_has_the_vault_open(tmp_path: Path) -> None:
    fill(tmp_path, "p-1", "p-2")
    sealed = column(tmp_path, "sealed", "p-1")
    child, line = Vault(tmp_path), Vault(tmp_path)
    assert len(child.all()) == 2
    line.put("p-9", template(9), "dlib", DAY, TERMS)
    assert line.forget("p-1")
    assert traces(tmp_path, sealed) == []
    assert child.changed() and not child.changed()
    assert [one.person for one in child.all()] == ["p-2", "p-9"]
    child.close()
    line.close()


def test_the_day_of_the_last_visit_only_moves_forward(tmp_path: Path) -> None:
    fill(tmp_path, "p-1")
    vault = Vault(tmp_path)
    for day in ("2026-12-01", "2026-11-30"):
        vault.saw("p-1", day)
    assert vault.all()[0].seen_on == "2026-12-01"
    vault.close()


def swap(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "vault.db") as db:
        db.execute(statement)
    db.close()


OTHER = "FROM template WHERE person = 'p-2') WHERE person = 'p-1'"
FORGERIES = {
    "another's seal": f"UPDATE template SET sealed = (SELECT sealed {OTHER}",
    "another's key and seal": f"UPDATE template SET (sealed, wrapped) = (SELECT sealed, wrapped {OTHER}",
    "another engine": "UPDATE template SET engine = 'other' WHERE person = 'p-1'",
    "another day": "UPDATE template SET made_on = '2030-01-01' WHERE person = 'p-1'",
    "another number": "UPDATE template SET seal = 77 WHERE person = 'p-1'",
    "cut": "UPDATE template SET sealed = substr(sealed, 1, 20) WHERE person = 'p-1'",
    "empty": "UPDATE template SET sealed = x'' WHERE person = 'p-1'",
    "text": "UPDATE template SET sealed = 'text', wrapped = 7 WHERE person = 'p-1'",
}


@pytest.mark.parametrize("statement", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_seal_is_refused_and_the_others_stay(tmp_path: Path, statement: str) -> None:
    made = fill(tmp_path, "p-1", "p-2")
    swap(tmp_path, statement)
    vault = Vault(tmp_path)
    forged, sound = vault.all()
    assert (forged.person, forged.template, forged.terms) == ("p-1", None, None)
    assert np.array_equal(sound.template, made["p-2"])
    assert gallery([forged, sound], "dlib").people == ("p-2",)
    assert vault.forget("p-1"), "a damaged one can be forgotten"
    vault.close()


def test_a_person_renamed_in_the_file_is_not_recognised_as_somebody_else(tmp_path: Path) -> None:
    fill(tmp_path, "p-1")
    swap(tmp_path, "UPDATE template SET person = 'p-boss'")
    vault = Vault(tmp_path)
    assert vault.all()[0].template is None
    vault.close()


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read as one" * 99])
def test_a_file_that_is_no_database_is_refused_in_words_or_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vault.db").write_bytes(content)
    if not content:
        Vault(tmp_path).close()
        return
    with pytest.raises(VaultRefused, match=r"vault\.db: .*enrol anew"):
        Vault(tmp_path)
    assert (tmp_path / "vault.db").read_bytes() == content, "nothing was changed"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: path.unlink(), "missing"),
        (lambda path: path.chmod(0o644), "read by others"),
        (lambda path: path.write_bytes(b"short"), "damaged"),
    ],
)
def test_a_wrong_key_file_is_refused_in_words(tmp_path: Path, change, words: str) -> None:  # type: ignore[no-untyped-def]
    fill(tmp_path, "p-1")
    change(tmp_path / "vault.key")
    with pytest.raises(VaultRefused, match=words):
        Vault(tmp_path)


def test_the_vault_of_another_station_opens_nothing(tmp_path: Path) -> None:
    fill(tmp_path / "one", "p-1")
    fill(tmp_path / "other")
    shutil.copy(tmp_path / "one" / "vault.db", tmp_path / "other" / "vault.db")
    vault = Vault(tmp_path / "other")
    assert vault.all()[0].template is None
    vault.close()


@pytest.mark.parametrize("bad", [np.zeros(128), np.full(128, np.nan), np.ones(128), np.zeros((2, 64)), np.zeros(0)])
def test_what_is_no_template_is_refused(tmp_path: Path, bad: Vector) -> None:
    vault = Vault(tmp_path)
    with pytest.raises(VaultRefused, match="p-1"):
        vault.put("p-1", bad, "dlib", DAY, TERMS)
    assert vault.all() == []
    vault.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Vector]]:
    folder = tmp_path_factory.mktemp("whole")
    return folder, fill(folder, *(f"p-{number}" for number in range(6)))


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(1, 255)), min_size=1, max_size=8), st.booleans())
def test_no_corruption_ever_gives_a_wrong_template(whole, tmp_path_factory, flips, of_key: bool) -> None:  # type: ignore[no-untyped-def]
    """Refused as a whole, or row by row; what still opens is what was sealed for that person."""
    source, made = whole
    folder = tmp_path_factory.mktemp("flipped")
    for name in ("vault.db", "vault.key"):
        content = bytearray((source / name).read_bytes())
        if (name == "vault.key") == of_key:
            for at, bits in flips:
                content[at % len(content)] ^= bits
        (folder / name).write_bytes(content)
        os.chmod(folder / name, 0o600)
    try:
        vault = Vault(folder)
    except VaultRefused:
        return
    try:
        for kept in vault.all():
            assert kept.template is None or np.array_equal(kept.template, made[kept.person])
        vault.forget("p-1")
    except VaultRefused:
        return
    finally:
        vault.close()
