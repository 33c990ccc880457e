"""Makes the environment that `kiosk` runs in: from a lock, every file checked against its hash.

Called by the script `kiosk` with a plain Python, before anything is installed: standard library only. Two at once take
turns, and an environment that was left half made is made again. One that somebody else made is never touched.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

# Written into the environment, the lock last: with it, the environment is whole. `kiosk` compares both.
PYTHON = "kiosk.python"
LOCK = "kiosk.lock"


def parser() -> argparse.ArgumentParser:
    """What the script `kiosk` passes on."""
    found = argparse.ArgumentParser(prog="kiosk")
    found.add_argument("--use", required=True)
    found.add_argument("--lock", required=True, type=Path)
    found.add_argument("--venv", required=True, type=Path)
    found.add_argument("--uv", help="path of uv; without it the environment is made by venv and pip")
    return found


def main(argv: list[str]) -> int:
    """Make the environment, unless another process just did; 1 with the reason on stderr when it cannot be made."""
    asked = parser().parse_args(argv)
    venv = asked.venv.absolute()
    venv.parent.mkdir(parents=True, exist_ok=True)
    making = venv.with_name(venv.name + ".making")
    with making.open("a") as turn:
        _take_turn(turn.fileno())
        if _is_whole(venv, asked.lock):
            return 0
        if venv.exists() and not _is_ours(venv, making):
            return _say(f"{venv} was not made by ./kiosk; move it away, or set KIOSK_VENV to another folder")
        return _make(venv, making, asked)


def _take_turn(turn: int) -> None:
    """Wait for another process that makes the same environment; the kernel ends its turn if it dies."""
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _say("waiting for the environment that another ./kiosk is making ...")
        fcntl.flock(turn, fcntl.LOCK_EX)


def _is_whole(venv: Path, lock: Path) -> bool:
    """True when it was finished from this lock and by this version of Python."""
    try:
        same_lock = (venv / LOCK).read_bytes() == lock.read_bytes()
        same_python = (venv / PYTHON).read_text().strip() == _version()
        return same_lock and same_python and os.access(venv / "bin/python", os.X_OK)
    except OSError:
        return False


def _is_ours(venv: Path, making: Path) -> bool:
    """True when `kiosk` finished it once, or began it and was interrupted (the note in `making` says so)."""
    return (venv / LOCK).exists() or making.read_text() == "begun" or not any(venv.iterdir())


def _make(venv: Path, making: Path, asked: argparse.Namespace) -> int:
    tool = "uv" if asked.uv else "pip"
    _say(f"making the environment in {venv} with {tool} and Python {_version()} (once, about a minute) ...")
    begun = time.monotonic()
    making.write_text("begun")
    shutil.rmtree(venv, ignore_errors=True)
    for command in _commands(venv, asked):
        if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
            return _say(f"could not make the environment; this failed:\n  {' '.join(command)}")
    (venv / PYTHON).write_text(_version() + "\n")
    shutil.copyfile(asked.lock, venv / (LOCK + ".new"))
    os.replace(venv / (LOCK + ".new"), venv / LOCK)
    making.write_text("")
    _say(f"environment ready after {time.monotonic() - begun:.0f} s")
    return 0


def _commands(venv: Path, asked: argparse.Namespace) -> list[list[str]]:
    """What makes the folder and what fills it. Wheels only: nobody should need a compiler."""
    locked = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--quiet", "-r", str(asked.lock)]
    # On a Raspberry Pi lgpio comes from Debian (python3-lgpio): there is no wheel of it for Python 3.13.
    shared = ["--system-site-packages"] if asked.use == "pi" else []
    if asked.uv:
        made = [asked.uv, "venv", "--no-project", "--quiet", "--python", sys.executable, *shared, str(venv)]
        return [made, [asked.uv, "pip", "install", "--python", str(venv / "bin/python"), "--compile-bytecode", *locked]]
    made = [sys.executable, "-I", "-m", "venv", *shared, str(venv)]
    quiet = ["--no-input", "--disable-pip-version-check", "--no-warn-script-location"]
    return [made, [str(venv / "bin/python"), "-m", "pip", "install", *quiet, *locked]]


def _version() -> str:
    return "{}.{}".format(*sys.version_info[:2])


def _say(words: str) -> int:
    """Tell the person; returns 1, the exit code of whoever gives up with these words."""
    print(f"kiosk: {words}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
