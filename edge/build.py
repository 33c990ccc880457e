"""The only wiring: configuration and what surrounds a station in, a station ready to start out.

What differs between a Raspberry Pi, the twin and a test comes in as `Fittings`; nothing here asks which of them it is.
"""

import logging
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Thread, get_native_id
from typing import Any

from contract.config import CameraConfig, LinkConfig, StationConfig
from contract.fridge import ShelfConfig
from contract.liveness import PASSIVE
from contract.state import Link as LinkState
from contract.topics import Leaf, topic
from edge import __version__
from edge.adapters.contacts import ExpanderContacts
from edge.adapters.digests import ThreadedDigests
from edge.adapters.faces import FacesProcess
from edge.adapters.gpio import GpioInputs, GpioOutputs
from edge.adapters.guard_link import GuardLink
from edge.adapters.kiosk_web import KioskWeb, notice
from edge.adapters.mqtt import MqttLink
from edge.adapters.probes import W1, Probes
from edge.adapters.scales import Hx711, Scales
from edge.adapters.sensors import Currents
from edge.adapters.store import SqliteLedger, SqliteSamples
from edge.adapters.watchdog import Watchdog
from edge.domain.config_start import Start
from edge.domain.core import Core, sha256
from edge.domain.identity import calibrated
from edge.domain.messages import Post
from edge.domain.restored import Restored
from edge.domain.safe_state import Output, outputs
from edge.domain.sight import LivenessChanged
from edge.faces.engine.choice import chosen
from edge.faces.engine.manifest import EngineRefused
from edge.parts import DigestPart, FacesPart, HeartPart, LinkPart, Part
from edge.periodic import Periodic
from edge.ports import Clock, LivenessDevice, Weigher
from edge.provisioned import begun, completed
from edge.station import Inbox, Station, Surroundings

log = logging.getLogger(__name__)
LEASE_LOOK_S = 0.2
CURRENT_LOOK_S = 0.5
CONTACT_LOOK_S = 0.1
EXPANDER_LOOK_S = 1.0
SCALE_LOOK_S = 0.5
PROBE_LOOK_S = 5.0
TURN_S = 0.001
ENDING_S = 8.0
"""So long at most the guard is told that everything is in order while parts end; outputs are off by then."""
URGENT_NICE = -10
"""Of the deciding thread, where the system allows it (root, or CAP_SYS_NICE in the unit): everything else may wait for the door."""


Will = Callable[[int], bytes]
"""Connection number -> the last will."""


@dataclass(frozen=True)
class Fittings:
    """What surrounds a station. Each factory gets `post` and returns a part that is not started."""

    pin_factory: Any
    clock: Clock
    link: Callable[[LinkConfig, str, Will, Post], LinkPart]
    heart: Callable[[list[Output], Post], HeartPart]
    faces: Callable[[CameraConfig, int, Post], FacesPart]
    weigher: Callable[[ShelfConfig, Any], Weigher] = Hx711
    w1: Path = W1
    digests: Callable[[Post], DigestPart] = ThreadedDigests
    liveness: Callable[[Post], Sequence[LivenessDevice]] = lambda post: ()
    chance: Callable[[], Iterator[int]] = lambda: iter(partial(secrets.randbelow, 2**16), None)
    calibrated: Callable[[StationConfig], StationConfig] = lambda config: config
    """What the face engine in use knows better than a configuration."""
    page_port: int = 0
    """Of the touch screen's page where the configuration takes any: an assembly that is built anew keeps that of the one before."""


def real_fittings(pin_factory: Any, clock: Clock, folder: Path, guard: Path, password: str) -> Fittings:
    """Broker, guard process and face process as on a Pi."""
    return Fittings(
        pin_factory=pin_factory,
        clock=clock,
        link=lambda config, station, will, post: MqttLink(config, station, password, will, post),
        heart=lambda table, post: GuardLink(guard, table, post),
        faces=lambda camera, frames, post: FacesProcess(camera, frames, folder, post),
        calibrated=lambda config: with_limits_of_engine(config, folder),
    )


def with_limits_of_engine(config: StationConfig, folder: Path) -> StationConfig:
    """The calibrated limits of the engine in use instead of guesses. Of a damaged choice the face process tells, and no face is compared."""
    try:
        table = chosen(folder).table(config.identity.frames)
    except EngineRefused as error:
        log.error("limits of the face engine: %s", error)
        return config
    return config.model_copy(update={"identity": calibrated(config.identity, table)})


class Assembly:
    """A station with everything around it. `config` is what runs: a pushed one where the ledger knows any, else the one that it was provisioned with."""

    def __init__(self, provisioned: StationConfig, folder: Path, fit: Fittings, failed: str = "") -> None:
        """`failed`: why an assembly with the configuration that is on trial could not be built a moment ago.

        Raises:
            ConfigRefused: what lies beside the ledger for a station to begin with is damaged.
        """
        self.inbox = Inbox()
        post: Post = self.inbox.put
        self._ledger = SqliteLedger(folder, provisioned.station)
        restored = completed(self._ledger.load(), folder, provisioned)
        start = begun(self._ledger, restored, provisioned, failed)
        self.config = config = fit.calibrated(start.in_force.config)
        self._samples = SqliteSamples(folder, config.station)
        self.core = _core(config, restored, self._samples, fit.chance(), start, provisioned)
        self._fit, self._post = fit, post
        self._heart = fit.heart(list(outputs(config).values()), post)
        self._watchdog = Watchdog()
        self._digests = fit.digests(post)
        self._link = fit.link(config.link, config.station, self._will, post)
        self.faces = fit.faces(config.camera, config.identity.frames, post) if config.camera else None
        self._liveness = fit.liveness(post)
        self._miss_devices()
        self._probes = Probes((*config.charging.probes, *(config.fridge.probes if config.fridge else ())), fit.w1, post)
        self.web = self._page() if config.web else None
        self._thread = Thread(target=self._run, name=f"station-{config.station}", daemon=True)
        self.periodic: list[Periodic] = []
        self._begun: list[Part] = []
        self.error: BaseException | None = None

    def claim(self) -> None:
        """Greet the guard, claim the lines, take the first step. Raises: HardwareRefused, and then nothing was driven."""
        self._probes.check(self._known_probes())
        self._heart.start()
        self._outputs = GpioOutputs(self.config, self._fit.pin_factory, self._post)
        self._inputs = GpioInputs(self.config, self._fit.pin_factory, self._post)
        self._contacts = ExpanderContacts(self.config, self._fit.pin_factory, self._post)
        self.beat()
        self._currents = Currents(self.config, self._fit.pin_factory, self._post)
        shelves = self.config.fridge.shelves if self.config.fridge else ()
        self._scales = Scales(shelves, lambda shelf: self._fit.weigher(shelf, self._fit.pin_factory), self._post)
        around = Surroundings(self._fit.clock, self._outputs, self._ledger, self._samples, self._link, self._digests, self, self.faces)
        self.station = Station(self.core, around, self.inbox)
        self.station.start()
        self.beat()
        self._inputs.start()
        self.periodic = [
            Periodic("leases", LEASE_LOOK_S, lambda: self._outputs.expire(self._fit.clock.monotonic())),
            Periodic("currents", CURRENT_LOOK_S, self._currents.read),
            *self._expanders(),
            *self._fridge(),
        ]

    def start(self) -> None:
        """claim(), then every thread, the deciding one first: the guard already waits for its beats.

        They take turns every ms: with Python's own 5 ms a busy page could keep the door waiting.
        """
        sys.setswitchinterval(TURN_S)
        self.claim()
        self._thread.start()
        for part in self._parts():
            self._begun.append(part)
            part.start()

    def stop(self) -> None:
        """Outputs off first, then the rest, the guard last. Bounded: some seconds at most."""
        self.station.stop()
        if self._thread.is_alive():
            self._thread.join(3.0)
        self._outputs.all_off()
        self._say(LinkState.STOPPED)
        until = self._fit.clock.monotonic() + ENDING_S
        alive = Periodic("ending", LEASE_LOOK_S, lambda: self.beat() if self._fit.clock.monotonic() < until else None)
        alive.start()  # else the guard would kill what ends in order: another assembly may follow in this process
        for part in reversed(self._parts()):
            part.stop()
        alive.stop()
        self.close()

    def close(self) -> None:
        """Give lines and files back; for callers that started no threads."""
        self._outputs.close()
        self._inputs.close()
        self._contacts.close()
        self._currents.close()
        self._scales.close()
        self._heart.stop()
        self.forget()

    def forget(self) -> None:
        """Let go of the files alone, as the end of a process does."""
        self._ledger.close()
        self._samples.close()

    def beat(self) -> None:
        """Both who listen for the heartbeat."""
        self._heart.beat()
        self._watchdog.beat()

    def alive(self) -> bool:
        """Whether the deciding thread runs."""
        return self._thread.is_alive()

    def join(self) -> bool:
        """Wait for the end of the deciding thread. True: it wants everything to be built anew."""
        self._thread.join()
        return self.station.to_be_rebuilt

    def abandon(self) -> None:
        """After a start that failed half way: everything that was opened is given back, outputs first."""
        if self._thread.is_alive():
            self.station.stop()
            self._thread.join(3.0)
        for name in ("_outputs", "_inputs", "_contacts", "_currents", "_scales"):
            part = getattr(self, name, None)
            if part:
                part.close()
        for each in reversed(self._begun):
            each.stop()
        self._heart.stop()
        self.forget()

    def _expanders(self) -> list[Periodic]:
        """Looked at only where there are any."""
        if not self.config.expanders:
            return []
        return [Periodic("contacts", CONTACT_LOOK_S, self._contacts.read), Periodic("expanders", EXPANDER_LOOK_S, self._outputs.look)]

    def _parts(self) -> list[Part]:
        optional: list[Part | None] = [self.faces, self.web]
        return [*self.periodic, self._digests, self._link, *self._liveness, *(part for part in optional if part)]

    def _fridge(self) -> list[Periodic]:
        """Who weighs it and who measures, there and on socket strips, where there is any."""
        scales, probes = Periodic("scales", SCALE_LOOK_S, self._scales.read), Periodic("probes", PROBE_LOOK_S, self._probes.read)
        return ([scales] if self.config.fridge else []) + ([probes] if self.config.fridge or self.config.charging.probes else [])

    def _known_probes(self) -> frozenset[str]:
        """Of those that are not there the station starts without: of the fridge what has worked here once, of a socket strip all."""
        fridge, strips = self.core.room.fridge, frozenset(probe.id for probe in self.config.charging.probes)
        return strips | fridge.cold.known if fridge else strips

    def _miss_devices(self) -> None:
        """Say of each source of liveness that is required and not fitted that it does not work: no face opens without it."""
        fitted = {PASSIVE, *(device.source for device in self._liveness)}
        for wanted in self.config.identity.liveness:
            if wanted.source not in fitted:
                log.error("identity.liveness asks %s, and no such device is fitted: no face opens this door", wanted.source)
                self._post(LivenessChanged(wanted.source, False, "no such device is fitted"))

    def _page(self) -> KioskWeb:
        assert self.config.web
        web, faces = self.config.web, self.faces
        web = web if web.port else web.model_copy(update={"port": self._fit.page_port})
        preview = faces.preview if faces else lambda: None
        return KioskWeb(web, lambda: self.station.screen, self._post, preview, self._fit.clock.monotonic)

    def _say(self, link: LinkState) -> None:
        leaf = Leaf.STATE
        state = self.core.state(self._fit.clock.monotonic(), link)
        self._link.send(topic(self.config.station, leaf), state.model_dump_json().encode(), leaf.traffic.qos, leaf.traffic.retain)

    def _will(self, session: int) -> bytes:
        """What the broker says in the station's name. Read from another thread: a state that is a step old is good enough."""
        state = self.core.state(self._fit.clock.monotonic(), LinkState.LOST, session)
        return state.model_dump_json().encode()

    def _run(self) -> None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), URGENT_NICE)
        try:
            self.station.run()
        except BaseException as error:
            self.error = error
            raise


def _core(
    config: StationConfig, restored: Restored, samples: SqliteSamples, chance: Iterator[int], start: Start, provisioned: StationConfig
) -> Core:
    first, last = samples.range()
    restored = replace(restored, samples_epoch=samples.epoch, samples_first=first, samples_last=last)
    return Core(
        config, restored, secrets.token_hex(4), __version__, sha256(config), chance, notice.version(), restored.trusted, start, provisioned
    )
