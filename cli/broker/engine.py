"""What an engine (NATS, Mosquitto, amqtt) has to say about itself so that one `RunningBroker` can drive all three."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Protocol

from cli.broker.accounts import Accounts

HOST = "127.0.0.1"
OUTPUT = "output.log"  # standard output and error of the broker's last run
TAIL_BYTES = 2_000
TAIL_LINES = 3
MAX_PACKET_BYTES = 2 * 1024 * 1024  # a roster is up to 1 MiB; every engine's own default is 1 MB or unlimited


class BrokerError(RuntimeError):
    """The broker cannot be started; the message says why and what to do."""


class Engine(Protocol):
    """One kind of broker: its files and its command line."""

    kind: str
    log: str  # the file in `folder` that tells why it would not start

    def version(self) -> str:
        """The program's version, such as "2.15.1"."""

    def prepare(self, folder: Path, accounts: Accounts, port: int | None) -> list[str]:
        """Write configuration and accounts into `folder`; the command that serves them on `port`, None for any."""

    def listening(self, folder: Path, port: int | None) -> int | None:
        """The port on which it answers now, or None when it does not yet."""


def free_port() -> int:
    """A loopback port that was free a moment ago, for engines that cannot choose one themselves; they try again."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def tail(log: Path) -> str:
    """The last words of a log, for an error message."""
    try:
        lines = log.read_bytes()[-TAIL_BYTES:].decode("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return " / ".join(lines[-TAIL_LINES:])


def answers(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
