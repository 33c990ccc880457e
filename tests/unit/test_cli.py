"""The command line itself: quick to answer, clear when it does not understand, honest about skips."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli import check, environment, lock, main
from cli import test as kiosk_test
from cli.places import ROOT

pytest_plugins = ["pytester"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "cli", *words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {command.name} " in shown for command in main.COMMANDS)


def test_help_imports_no_library() -> None:
    code = "import sys, cli.main; cli.main.main(['--help']); sys.exit(any(m in sys.modules for m in %r))"
    heavy = ["numpy", "cv2", "dlib", "pydantic", "fastapi", "asyncio", "paho", "sqlalchemy"]
    assert subprocess.run([sys.executable, "-c", code % heavy], cwd=ROOT, stdout=subprocess.DEVNULL).returncode == 0


def test_nothing_asked_shows_the_usage_and_fails() -> None:
    done = run()
    assert done.returncode == 2
    assert "usage: ./kiosk" in done.stdout


def test_unknown_command_names_the_nearest() -> None:
    done = run("dmeo")
    assert done.returncode == 2
    assert "did you mean demo?" in done.stderr
    assert "Traceback" not in done.stderr


def test_version_is_the_one_of_the_project() -> None:
    assert run("--version").stdout.startswith("smart-station 0.1.0")


def test_closed_pipe_is_no_error() -> None:
    piped = f"{sys.executable} -m cli --help | true"
    done = subprocess.run(piped, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_locks_hold_hashes_and_nothing_of_the_machine() -> None:
    for name in lock.LOCKS:
        text = (ROOT / "requirements" / f"{name}.lock").read_text()
        assert lock.LEAK.search(text) is None
        pins = [line for line in text.splitlines() if line[:1].isalnum()]
        assert all("==" in pin and pin.endswith("\\") for pin in pins)


@pytest.mark.parametrize("line", ["--index-url x", "-e .", "x @ https://host/x", "x @ file:///a", "    # via /home/x"])
def test_a_lock_with_an_address_or_a_path_is_seen(line: str) -> None:
    assert lock.LEAK.search(f"pydantic==2 \\\n    --hash=sha256:0\n{line}\n")


def test_fast_leaves_out_what_is_slow() -> None:
    assert kiosk_test.runs([], fast=False) == [kiosk_test.QUICK, kiosk_test.LONG, kiosk_test.TOGETHER, kiosk_test.ALONE]
    assert kiosk_test.runs(["-k", "door"], fast=True) == [[*kiosk_test.QUICK, "-k", "door"]]
    assert kiosk_test.runs(["-k", "door"], fast=False) == [["-k", "door"]]


def test_arguments_that_are_not_ours_go_to_pytest() -> None:
    asked, rest = kiosk_test.parser().parse_known_args(["--fast", "-k", "door", "tests/unit"])
    assert asked.fast
    assert rest == ["-k", "door", "tests/unit"]


def test_build_machine_expects_its_servers_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIOSK_EXPECT", raising=False)
    monkeypatch.setenv("CI", "true")
    assert kiosk_test.environment()["KIOSK_EXPECT"] == kiosk_test.CI_EXPECTS
    monkeypatch.setenv("KIOSK_EXPECT", "none")
    assert kiosk_test.environment()["KIOSK_EXPECT"] == "none"
    monkeypatch.delenv("CI")
    monkeypatch.delenv("KIOSK_EXPECT")
    assert "KIOSK_EXPECT" not in kiosk_test.environment()


@pytest.mark.slow
def test_generated_files_are_known_by_path_from_the_root() -> None:
    assert check.generated()
    assert not any(Path(path).is_absolute() or ".." in path for path in check.generated())


def test_an_environment_of_somebody_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    venv, pins = tmp_path / "venv", tmp_path / "x.lock"
    venv.mkdir()
    (venv / "mine.txt").write_text("mine")
    pins.write_text("")
    assert environment.main(["--use", "dev", "--lock", str(pins), "--venv", str(venv)]) == 1
    assert "was not made by ./kiosk" in capsys.readouterr().err
    assert (venv / "mine.txt").read_text() == "mine"


SKIPPING = """
    import pytest
    def test_here(): pass
    def test_broker(): pytest.skip("needs mosquitto: apt install mosquitto")
    @pytest.fixture
    def screen(): pytest.skip("needs chromium: apt install chromium")
    def test_screen(screen): pass
    """


def skipping_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, expected: str) -> pytest.RunResult:
    monkeypatch.setenv("KIOSK_EXPECT", expected)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest((ROOT / "tests/conftest.py").read_text())
    pytester.makepyfile(SKIPPING)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider")


@pytest.mark.slow
def test_end_of_a_run_says_what_was_skipped_and_how_to_get_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = skipping_run(pytester, monkeypatch, "")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*not run here*", "*1 test: needs mosquitto: apt install mosquitto"])
    assert "1 passed, 2 skipped" in result.outlines[-1]


@pytest.mark.slow
@pytest.mark.parametrize(("expected", "failed"), [("mosquitto", 1), ("mosquitto,chromium", 2), ("postgres", 0)])
def test_skip_for_want_of_a_promised_server_fails(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, expected: str, failed: int
) -> None:
    result = skipping_run(pytester, monkeypatch, expected)
    outcomes = result.parseoutcomes()
    assert outcomes.get("failed", 0) + outcomes.get("errors", 0) == failed
    assert (result.ret == 0) is (failed == 0)
