"""One station for as long as its process lives. Where a pushed configuration needs it, its parts are ended in order and built anew in place.

A configuration on trial that can not even be built is taken back at once: the next assembly finds the trial in the ledger, and goes back.
"""

import gc
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock, Thread

from contract.config import ConfigRefused, StationConfig
from edge.build import Assembly, Fittings

log = logging.getLogger(__name__)
Build = Callable[[str], Assembly]
"""Gets why the one before could not be built, '' at first."""


def started(build: Build, begin: Callable[[Assembly], None]) -> Assembly:
    """An assembly that has begun, with what is on trial or, where that can not be, with what is confirmed.

    Raises: what its parts raise when nothing is on trial.
    """
    return _begun(_built(build), build, begin)


def _built(build: Build) -> Assembly:
    try:
        return build("")
    except ConfigRefused:
        raise
    except Exception as error:  # noqa: BLE001  whatever a trial breaks, the station goes on; without one it is raised again
        log.error("could not be built: %s", error)
        failed = _words(error)
    return build(failed)


def _begun(assembly: Assembly, build: Build, begin: Callable[[Assembly], None]) -> Assembly:
    try:
        begin(assembly)
        return assembly
    except Exception as error:
        if assembly.core.configs.slots.kept.tried is None:
            raise
        log.error("what is on trial could not begin: %s", error)
        failed = _words(error)
        assembly.abandon()
    gc.collect()  # a line that is still held by a part whose making failed can not be claimed again
    confirmed = build(failed)
    begin(confirmed)
    return confirmed


def _words(error: Exception) -> str:
    return f"could not be built: {error or type(error).__name__}"[:200]


class Running:
    """`assembly` is the newest. `rebuilt_ms`: how long the door did not answer, the last time."""

    def __init__(self, config: StationConfig, folder: Path, fit: Fittings) -> None:
        """Opens the station's files; nothing runs yet."""
        self._fit = fit
        self._build: Build = lambda failed: Assembly(config, folder, self._fit, failed)
        self.assembly = _built(self._build)
        self.rebuilt_ms: float | None = None
        self._stopping, self._lock = False, Lock()
        self._watch = Thread(target=self._run, name=f"running-{config.station}", daemon=True)

    def start(self) -> None:
        """Begin, and see to it that what asks to be built anew is."""
        self.assembly = _begun(self.assembly, self._build, Assembly.start)
        self._watch.start()

    def stop(self) -> None:
        """Everything off and closed. Some seconds at most."""
        self._stopping = True
        with self._lock:
            self.assembly.stop()
        self._watch.join(1.0)

    def alive(self) -> bool:
        """Whether the station decides, or is about to again."""
        return self._watch.is_alive()

    def _run(self) -> None:
        while self.assembly.join():
            with self._lock:
                if self._stopping:
                    return
                self._exchange()

    def _exchange(self) -> None:
        began, page = time.monotonic(), self.assembly.web
        self.assembly.stop()
        self._fit = replace(self._fit, page_port=page.port) if page else self._fit
        self.assembly = started(self._build, Assembly.start)
        self.rebuilt_ms = (time.monotonic() - began) * 1000
        log.info("built anew in %.0f ms", self.rebuilt_ms)
