"""`kiosk --version`: the version of the project and the commit it runs from."""

from __future__ import annotations

import argparse
import platform
import subprocess
import tomllib

from cli.places import ROOT


def parser() -> argparse.ArgumentParser:
    """No arguments."""
    return argparse.ArgumentParser(prog="kiosk --version", description="print the version")


def main(argv: list[str]) -> int:
    """Print name, version, commit and Python in one line."""
    parser().parse_args(argv)
    commit = revision()
    print(f"smart-station {version()}{f' ({commit})' if commit else ''}, Python {platform.python_version()}")
    return 0


def version() -> str:
    """The version in pyproject.toml, its only home."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def revision() -> str:
    """Short commit id of the working tree, or an empty text outside git."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, timeout=2, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
