"""`python -m edge.guard --socket PATH --table PATH`: guards the outputs of this board with gpiozero's own pin factory."""

import argparse
import logging
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpiozero import Device

from edge.adapters.watchdog import Watchdog
from edge.expander import ExpanderFactory, open_bus
from edge.guard.serve import Guard


def run(pins: Callable[[], Any], arguments: list[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="guard", description="holds the last word over a station's outputs")
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket that the agent connects to")
    parser.add_argument("--table", type=Path, required=True, help="file that remembers the outputs")
    chosen, _ = parser.parse_known_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    guard = Guard(chosen.socket, chosen.table, pins)
    guard.beat = Watchdog().beat
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: setattr(guard, "stopping", True))
    guard.serve()


if __name__ == "__main__":
    run(lambda: ExpanderFactory(Device._default_pin_factory(), open_bus))
