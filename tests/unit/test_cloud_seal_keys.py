"""The file with the keys that seal tickets: refused when others may read it or it is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud.adapters.seal_keys import SealKeys
from cloud.errors import SettingsRefused


def test_two_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    first, second = SealKeys(tmp_path, 0), SealKeys(tmp_path, 5)
    assert first.public() == second.public()
    assert [file.name for file in tmp_path.iterdir()] == ["ticket-keys.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '[{"id": 1}]', '[{"id": 1, "made_ms": 0, "private_key": "00"}]', '[{"id": "x", "made_ms": 0, "private_key": null}]']
)
def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    SealKeys(tmp_path, 0)
    (tmp_path / "ticket-keys.json").write_text(text)
    with pytest.raises(SettingsRefused, match="delete it"):
        SealKeys(tmp_path, 0)


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    SealKeys(tmp_path, 0)
    (tmp_path / "ticket-keys.json").chmod(0o644)
    with pytest.raises(SettingsRefused, match="others may read it"):
        SealKeys(tmp_path, 0)
