"""`python -m edge --config FILE --folder DIR --guard SOCKET --password-file FILE`: one station on real hardware."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import yaml
from gpiozero import Device

from contract.config import ConfigRefused, StationConfig, check
from edge.adapters.clock import SystemClock
from edge.build import Fittings, real_fittings
from edge.ending import Ending
from edge.errors import StationError
from edge.expander import ExpanderFactory, open_bus
from edge.ports import Clock
from edge.running import Running

log = logging.getLogger(__name__)
BAD_CONFIG = 78
"""EX_CONFIG: a supervisor need not try again before somebody mended it."""


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="station", description="run one station")
    made.add_argument("--config", type=Path, required=True, help="YAML file, see docs/config.md")
    made.add_argument("--folder", type=Path, required=True, help="where the station keeps its ledger, samples and templates")
    made.add_argument("--guard", type=Path, required=True, help="Unix socket of the guard process")
    made.add_argument("--password-file", type=Path, required=True, help="the station's MQTT password, mode 0600")
    return made


def load(path: Path) -> StationConfig:
    """Raises: ConfigRefused, with the file's name."""
    try:
        return check(yaml.safe_load(path.read_text()))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigRefused(f"{path}: can not be read: {error}") from error
    except ConfigRefused as error:
        raise ConfigRefused(f"{path}:\n{error}") from error


def run(chosen: argparse.Namespace, pins: Callable[[], Any], clock: Clock, around: Callable[[Fittings], Fittings] = lambda fit: fit) -> int:
    """Until SIGTERM, SIGINT, or the end of the deciding thread. The configuration is checked before any line is claimed. `around` may exchange fittings."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    try:
        config = load(chosen.config)
        password = chosen.password_file.read_text().strip()
        chosen.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fit = around(real_fittings(pins(), clock, chosen.folder, chosen.guard, password))
        running = Running(config, chosen.folder, fit)
        running.start()
    except (ConfigRefused, OSError) as error:
        log.error("%s", error)
        return BAD_CONFIG
    except StationError as error:
        log.error("%s", error)
        return 1
    return _serve(running)


def _serve(running: Running) -> int:
    ending, failures = Ending(), Event()
    threading.excepthook = lambda failure: _thread_failed(failure, failures)
    ending.on_signals(signal.SIGTERM, signal.SIGINT)
    if running.assembly.web:
        log.info("touch screen: %s", running.assembly.web.url)
    while not ending.wait(0.5) and running.alive() and not failures.is_set():
        pass
    failed = failures.is_set() or not running.alive()
    running.stop()
    return 1 if failed else 0


def _thread_failed(failure: threading.ExceptHookArgs, failures: Event) -> None:
    """No thread of a station may end unseen: the agent stops in order, and its supervisor starts it again."""
    log.critical("thread %s failed", failure.thread and failure.thread.name, exc_info=failure.exc_value)
    failures.set()


if __name__ == "__main__":
    sys.exit(run(parser().parse_args(), lambda: ExpanderFactory(Device._default_pin_factory(), open_bus), SystemClock()))
