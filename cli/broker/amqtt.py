"""amqtt, the broker in Python: the last choice, for a small demo on a machine that has neither of the others.

Decides how the child is started; `amqtt_child` is what then runs. It keeps nothing on disk: after a restart retained
topics come again from their owners, and facts from the stations' outboxes.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from cli.broker import rights
from cli.broker.accounts import CLOUD, Accounts, write_private
from cli.broker.engine import OUTPUT, answers, free_port

CONFIG = "amqtt.json"
# Not a path to the script: this folder would then be the first place to import from, and it has an `amqtt` of its own.
RUN = "import sys; sys.path.insert(0, sys.argv[1]); from cli.broker import amqtt_child; amqtt_child.main(sys.argv[2])"


def installed() -> bool:
    """Whether the package is there."""
    return importlib.util.find_spec("amqtt") is not None


class Amqtt:
    """amqtt as an `Engine`."""

    kind = "amqtt"
    log = OUTPUT

    def version(self) -> str:
        """The package's version."""
        return metadata.version("amqtt")

    def prepare(self, folder: Path, accounts: Accounts, port: int | None) -> list[str]:
        """Write one JSON file, which the child reads again when it changes, and give the command."""
        chosen = port or free_port()
        users = {
            name: {"password": password, **asdict(allowed)}
            for (name, password), allowed in zip(
                accounts.items(), rights.by_user(accounts.stations, CLOUD, accounts.workers).values(), strict=True
            )
        }
        write_private(folder / CONFIG, json.dumps({"port": chosen, "users": users}))
        return [sys.executable, "-c", RUN, str(Path(__file__).parents[2]), str((folder / CONFIG).resolve())]

    def listening(self, folder: Path, port: int | None) -> int | None:
        """The port, once it accepts connections."""
        chosen = int(json.loads((folder / CONFIG).read_text("utf-8"))["port"])
        return chosen if answers(chosen) else None
