"""The script `kiosk` makes its environment once, makes it again when it must, and takes no foreign one for its own.

Runs a copy of the script with an empty lock, so that nothing is fetched; each environment still takes seconds to make.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.places import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a space in its name that holds the script, the CLI and an empty lock, and its environment."""
    root = tmp_path_factory.mktemp("a clone")
    shutil.copy(ROOT / "kiosk", root)
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copytree(ROOT / "cli", root / "cli", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "requirements").mkdir()
    (root / "requirements/dev.lock").write_text("# nothing\n")
    assert run(root / "kiosk", "--version").returncode == 0
    yield root
    shutil.rmtree(root)


def run(script: Path, *words: str, cwd: Path | None = None, path: str = "") -> subprocess.CompletedProcess[str]:
    own = {"KIOSK_USE", "KIOSK_VENV", "KIOSK_PYTHON", "PYTHONPATH"}
    env = {name: value for name, value in os.environ.items() if name not in own}
    env["PATH"] = path or env["PATH"]
    return subprocess.run([script, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_environment_that_fits_is_used_again(copy: Path) -> None:
    again = run(copy / "kiosk", "--help")
    assert again.stderr == ""
    assert "usage: ./kiosk" in again.stdout


def test_works_through_a_symbolic_link_from_another_folder(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "first").symlink_to(copy / "kiosk")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/kiosk").symlink_to("../first")
    assert run(tmp_path / "bin/kiosk", "--version", cwd=tmp_path).stdout.startswith("smart-station")


def test_folder_of_the_caller_is_not_taken_for_ours(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli/__main__.py").write_text("raise SystemExit('the wrong one')")
    assert run(copy / "kiosk", "--version", cwd=tmp_path).stdout.startswith("smart-station")


def test_changed_lock_and_half_made_environment_are_made_again(copy: Path) -> None:
    (copy / "requirements/dev.lock").write_text("# nothing else\n")
    (copy / ".venv.making").write_text("begun")
    (copy / ".venv/kiosk.lock").unlink()
    (copy / ".venv/left-over").write_text("")
    first, second = (start(copy) for _ in range(2))
    said = [process.communicate(timeout=120)[1] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0)
    assert sum("making the environment" in words for words in said) == 1
    assert not (copy / ".venv/left-over").exists()
    assert run(copy / "kiosk", "--version").stderr == ""


def start(copy: Path) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
    return subprocess.Popen([copy / "kiosk", "--version"], env=env, stdout=-1, stderr=-1, text=True)


def test_without_python_it_says_what_to_install(copy: Path, tmp_path: Path) -> None:
    for tool in ("sh", "dirname", "readlink", "cmp", "cat"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or tool)
    bare = tmp_path / "bare"
    shutil.copytree(copy, bare, ignore=shutil.ignore_patterns(".venv*"))
    told = run(bare / "kiosk", "--version", path=str(tmp_path))
    assert told.returncode == 1
    assert "apt install python3 python3-venv" in told.stderr
