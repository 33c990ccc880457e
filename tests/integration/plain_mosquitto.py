"""Mosquitto as it comes: nothing set but where it listens, who may log in, and (for root) whom it runs as.

1000 messages queued and 20 under way for each client, nothing kept on disk, no rules about topics, client ids as the clients say.
"""

from __future__ import annotations

import getpass
from pathlib import Path

from cli.broker.accounts import Accounts, write_private
from cli.broker.engine import HOST, free_port
from cli.broker.mosquitto import CONFIG, PASSWORDS, Mosquitto, hashed


class PlainMosquitto(Mosquitto):
    """As an `Engine`."""

    kind = "mosquitto with its defaults"

    def prepare(self, folder: Path, accounts: Accounts, port: int | None) -> list[str]:
        """Write passwords and three lines; the command."""
        write_private(folder / PASSWORDS, "".join(f"{name}:{hashed(word)}\n" for name, word in accounts.items()))
        text = f"listener {port or free_port()} {HOST}\nallow_anonymous false\npassword_file {PASSWORDS}\nuser {getpass.getuser()}\n"
        write_private(folder / CONFIG, text)
        return [str(self._path), "-c", CONFIG]
