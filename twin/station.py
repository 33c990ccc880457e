"""One station with its simulated room on one thread, for scenarios: the code that runs on a Pi, a clock that the scenario moves."""

from functools import partial
from math import inf
from pathlib import Path
from random import Random

from contract.config import StationConfig, check
from contract.liveness import PASSIVE
from contract.roster import Entitlement, Person, Roster, code_digest, phone_digest
from contract.trust import Bundle
from edge.build import Assembly, Fittings
from edge.domain.messages import CameraChanged, CodeTyped, Input
from edge.domain.screen import Screen
from edge.domain.sight import FaceCompared
from edge.guard.serve import SILENCE_S
from edge.running import started
from twin.clock import TwinClock
from twin.expander import with_expanders
from twin.eyes import SWINGS, Face, Head, TwinEyes, still
from twin.faults import Faults
from twin.fittings import w1_beside, with_fridge
from twin.liveness import TwinLiveness
from twin.pins import TwinFactory
from twin.room import Room
from twin.surroundings import DirectDigests, TwinCloud, TwinGuard

DOOR_STEP_S = 0.02
WATER_STEP_S = 0.04
IDLE_STEP_S = 0.25
THROUGH_S = 4.5
"""To pull, walk through, and let the spring close the door: 4 s, and the debouncing."""
SALT = "5a" * 16


def layout(station: str = "st-1", **changed: object) -> StationConfig:
    """A door, a camera, one tap and two sockets; `changed` replaces whole sections.

    A face opens by itself here, unlike in a real station: most scenarios are about what comes after. Those of the challenge
    say `identity={}`, which is the default of the product.
    """
    document: dict[str, object] = {
        "station": station, "name": "Station 1", "camera": {"source": "none"}, "identity": {"assurance": "face"},
        "taps": [{"name": "cold", "valve_pin": 23, "flow_pin": 24}],
        "sockets": [{"name": "1", "relay_pin": 25, "adc_channel": 0}, {"name": "2", "relay_pin": 26, "adc_channel": 1}],
    }  # fmt: skip
    return check(document | changed)


def person(name: str, number: str, pin: str, phone: str | None = None, **entitlement: int) -> Person:
    """A roster entry with a code under SALT; `phone`: the last four digits of the telephone number."""
    digest, last4 = code_digest(SALT, number, pin), phone_digest(SALT, name, phone) if phone else None
    return Person(
        person=name, number=number, code_digest=digest, phone_last4_digest=last4, label=name, entitlement=Entitlement(**entitlement)
    )


def roster(*people: Person, version: int = 1) -> bytes:
    """The document that the cloud would push."""
    return Roster(version=version, salt=SALT, people=list(people)).model_dump_json().encode()


class TwinStation:
    """`world` is the room: what is true, whatever the station believes. `cloud` is what the cloud has committed."""

    def __init__(self, folder: Path, config: StationConfig | None = None, clock: TwinClock | None = None, seed: int = 0) -> None:
        self.config, self.folder = config or layout(), folder
        self.clock = clock or TwinClock()
        self.pins = TwinFactory(clock=self.clock.monotonic)
        self.world = Room.from_config(self.config, self.pins, seed, w1_beside(folder / "room"))
        self.faults = Faults(self.world)
        self.cloud = TwinCloud()
        self._tracks = 0
        self._chance = Random(seed)
        self.eyes = TwinEyes(self.clock.monotonic)
        self.liveness = {each.source: self._source(each.source) for each in self.config.identity.liveness}
        self._due: dict[str, float] = {}
        self._turn_at = -inf
        self._died_at: float | None = None
        self.guard = TwinGuard(lambda: with_expanders(TwinFactory(clock=self.clock.monotonic, lines=self.pins.room_side)))
        self.boot()

    def boot(self) -> None:
        """Power on, or the supervisor starts the agent again."""
        self._begin()
        self.after(0.1)

    def _begin(self) -> None:
        fit = Fittings(
            pin_factory=with_expanders(self.pins), clock=self.clock, link=lambda config, station, will, post: self.cloud.joined(post),
            heart=lambda table, post: self.guard.joined(table, post), faces=lambda camera, frames, post: self.eyes.joined(post),
            digests=DirectDigests, chance=lambda: iter(partial(self._chance.randrange, 2**16), None),
            liveness=lambda post: [each.joined(post) for each in self.liveness.values() if each.source != PASSIVE],
        )  # fmt: skip
        fit = with_fridge(fit, w1_beside(self.folder / "room"))
        self.assembly = started(partial(Assembly, self.config, self.folder, fit), Assembly.claim)
        self._died_at, self._due, self._turn_at = None, {}, -inf
        self.post(CameraChanged(True, ""))
        self.eyes.vault.joined(self.assembly.inbox.put)
        for source in self.liveness.values():
            source.joined(self.assembly.inbox.put).start()
        if not self.cloud.away:
            self.cloud.start()

    def kill(self) -> None:
        """The agent dies without a word; the room goes on, and the guard drops the outputs when its time has come."""
        self._died_at, self.cloud.connected = self.clock.monotonic(), False
        self.pins.die()
        self.assembly.forget()
        self.pins = TwinFactory(clock=self.clock.monotonic, lines=self.pins.room_side)

    def close(self) -> None:
        """At the end of a scenario."""
        if self._died_at is None:
            self.assembly.close()

    @property
    def screen(self) -> Screen:
        """What the touch screen shows, drawn now."""
        return self.assembly.core.screen(self.clock.monotonic())

    def push(self, bundle: Bundle) -> None:
        """The cloud publishes a configuration, retained."""
        self.cloud.push_config(bundle.model_dump_json().encode())
        self.after(0.05)

    def post(self, *heard: Input) -> None:
        """As an adapter would; handled with the next `after`."""
        for each in heard:
            self.assembly.inbox.put(each)

    def after(self, seconds: float) -> None:
        """Let the room and the station live for a while: fine steps while something moves, coarse ones while nothing does."""
        until = self.clock.monotonic() + seconds
        while True:
            self._agent()
            now = self.clock.monotonic()
            if now >= until - 1e-9:
                return
            step = min(self._step(now), until - now)
            self.clock.move(step)
            self.world.step(step)

    def show_face(self, who: str | None, distance: float = 0.15, second: float = 0.6, frames: int = 3, gallery: int = 20) -> None:
        """Somebody new looks into the camera; the scores are what the face process would have measured."""
        self._tracks += 1
        seen_at = self.clock.monotonic() - 0.2
        self.post(FaceCompared(self._tracks, frames, who, distance, second, gallery, seen_at))
        self.after(0.05)

    def stand(self, distances: dict[str, float], does: dict[str, Head] | None = None, follows: bool = True) -> None:
        """Somebody new stands before the camera and follows what the screen asks, until a decision; `does`: movement by prompt."""
        self._tracks += 1
        self.eyes.face = Face(self._tracks, distances, moved_at=self.clock.monotonic())
        self.eyes.compare()
        self.after(0.05)
        if follows:
            self.follow(SWINGS if does is None else does)

    def follow(self, does: dict[str, Head]) -> None:
        """The person at the camera does what each new prompt says, as far as `does` knows it."""
        asked = None
        while self.screen.challenge or self.eyes.due() < float("inf"):
            shown = self.screen.challenge
            if shown and (shown.turn, shown.done) != asked:
                asked = shown.turn, shown.done
                self.eyes.move(does.get(shown.turn, still))
            self.after(0.05)

    def type_code(self, number: str, pin: str) -> None:
        """On the screen."""
        self.post(CodeTyped(number, pin))
        self.after(0.05)

    def let_in(self, who: str) -> None:
        """By face, through the door, and the door closed behind them."""
        self.show_face(who)
        assert self.world.lock_released, f"{who} was not let in: {self.screen.reason}"
        self.world.pull_door(hold_s=1.0)
        self.after(THROUGH_S)

    def walk_out(self) -> None:
        """Somebody leaves and the door closes behind them."""
        self.world.push_out(hold_s=1.0)
        self.after(THROUGH_S)

    def _source(self, name: str) -> TwinLiveness:
        """The passive model judges the newest track, a device the door as a whole."""
        return TwinLiveness(name, self.clock.monotonic, (lambda: self._tracks) if name == PASSIVE else (lambda: None))

    def _agent(self) -> None:
        """The agent's turn; of a dead one, the guard's."""
        if self._died_at is None:
            self.pins.deliver()
            self._look()
            if not self.assembly.inbox.empty() or self.clock.monotonic() >= self._turn_at:
                self.assembly.station.drain()
                self._turn_at = self.assembly.station.deadline()
            if self.assembly.station.to_be_rebuilt:
                self.assembly.close()
                self._begin()
        elif self.clock.monotonic() >= self._died_at + SILENCE_S:
            self.guard.make_safe()

    def _look(self) -> None:
        now = self.clock.monotonic()
        for source in self.liveness.values():
            source.look()
        self.eyes.look()
        for part in self.assembly.periodic:
            if now >= self._due.get(part.name, 0.0):
                self._due[part.name] = now + part.every_s
                part.job()

    def _step(self, now: float) -> float:
        if self.world.moving:
            return DOOR_STEP_S if self.world.door.moving else WATER_STEP_S
        if self._died_at is not None:
            return IDLE_STEP_S
        due = min(self._turn_at, min(self._due.values(), default=inf), self.eyes.due(), *(each.due() for each in self.liveness.values()))
        return max(0.001, min(IDLE_STEP_S, due - now))
