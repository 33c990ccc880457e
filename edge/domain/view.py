"""What others see of the station: the snapshot for its touch screen and the retained state for the cloud. Reads, changes nothing."""

from collections.abc import Iterator
from math import inf

from contract.config import StationConfig
from contract.configuration import LEVEL
from contract.envelope import ClockState
from contract.leases import Kind
from contract.state import FaultState, Link, State
from edge.domain import charging_view, room_view, water_view
from edge.domain.charger import Socket
from edge.domain.clock import WallClock
from edge.domain.detectors import Detectors
from edge.domain.entry import Entry
from edge.domain.face_desk import FaceDesk
from edge.domain.faults import Faults, Service
from edge.domain.notices import Notices
from edge.domain.outbox import Outbox
from edge.domain.room import Room
from edge.domain.screen import AmenityView, AskView, ChallengeView, FaultView, LendingView, PartState, Screen, SocketView, WaitingView
from edge.domain.steward import Steward
from edge.domain.visits import Visit


class View:
    """Holds what it looks at."""

    def __init__(
        self, config: StationConfig, version: str, config_sha256: str, entry: Entry, room: Room, faults: Faults, notices: Notices,
        facts: Outbox, samples: Outbox, clock: WallClock, desk: FaceDesk, detectors: Detectors, steward: Steward,
    ) -> None:  # fmt: skip
        self.config, self._version, self.config_sha256, self._entry, self._room, self._samples = config, version, config_sha256, entry, room, samples
        self._faults, self._notices, self._facts, self._clock, self._desk = faults, notices, facts, clock, desk
        self._detectors, self._steward = detectors, steward

    def screen(self, now: float) -> Screen:
        """For the page."""
        visits, visit = self._entry.visits, self._entry.visits.current
        person = self._entry.access.person(visit.person) if visit else None
        warning, way = now >= visits.warns_at(), self._entry.face_way
        return Screen(
            station=self.config.station, name=self.config.name, language=self.config.language,
            notice=self._notices.notice, notice_no=self._notices.number, reason=self._notices.reason, notice_until=self._notices.until,
            hint=self._entry.hint, face=self._face_works(), code=self._faults.blocks(Service.ENTRY) is None, door=self._entry.door.state.value,
            visit=visit.visit if visit else None, visitor=person.label if person else None,
            forgets_at=visits.forgets_at() if warning and visits.forgets_at() < inf else None,
            water_left_ml=self._room.rations.left(visit.person, Kind.WATER_ML) if visit else 0,
            socket_left_min=self._room.rations.left(visit.person, Kind.SOCKET_MIN) if visit else 0,
            taps=tuple(water_view.tap(tap, self._room.water, self._room.rations, visit, now) for tap in self._room.water.taps.values()),
            water=self._room.water.shown() if self.config.taps else None,
            sockets=tuple(self._socket(socket, visit, now) for socket in self._room.charging.sockets.values()),
            waiting=self._waiting(visit, now), lending=self._lending(visit, now),
            fridge=self._room.fridge.view(visit, now) if self._room.fridge else None,
            faults=tuple(FaultView(fault, part) for fault, part in self._faults.shown()),
            connected=self._facts.connected, waiting_facts=self._facts.waiting(), clock_trusted=self._clock.state is ClockState.TRUSTED,
            challenge=self._challenge(), own=self._desk.view(self._clock.day(now)),
            ask=AskView(way.claim.ask.value, way.claim.until) if way.claim and not way.claim.waiting else None,
            steward=self._steward.view(now), announce=self._detectors.announce(), opens=self._entry.hours.opens(now),
            face_pause_until=way.pauses.until if way.pauses.active(now) else None, ticket=self._tickets_work(),
            amenities=tuple(view for view in self._amenities(visit, now) if view),
            shares=self._room.leases.view(visit.person) if visit else (),
        )  # fmt: skip

    def state(self, boot: str, session: int, roster: int, now: float, link: Link) -> State:
        """For the cloud; also the last will, with another `link`."""
        return State(
            station=self.config.station, link=link, boot=boot, session=session, at=self._clock.at(now), version=self._version,
            name=self.config.name, city=self.config.city, district=self.config.district, door=self._entry.door.state.value,
            inside=self._entry.visits.inside(), outbox=self._facts.waiting(), batches=self._samples.waiting(), roster=roster, config=self.config_sha256,
            latitude=self.config.place.latitude if self.config.place else None, longitude=self.config.place.longitude if self.config.place else None,
            faults=[FaultState(fault=fault, part=part) for fault, part in self._faults.standing()], level=LEVEL,
        )  # fmt: skip

    def values(self, now: float) -> dict[str, float | None]:
        """One instant of samples; names are those of contract/series.py."""
        row: dict[str, float | None] = {f"socket_w.{s.config.name}": s.watts for s in self._room.charging.sockets.values()}
        row |= {f"tap_ml.{t.config.name}": t.dispensed_ml() for t in self._room.water.taps.values()}
        row |= {f"amenity_wh.{a.config.name}": round(a.today_wh(now), 2) for a in self._room.amenities.amenities.values()}
        row |= {f"amenity_w.{a.config.name}": a.watts for a in self._room.amenities.amenities.values() if a.config.adc_channel is not None}
        row |= {f"fridge_c.{name}": probe.celsius for name, probe in self._room.fridge.cold.probes.items()} if self._room.fridge else {}
        waiting = {"outbox_facts": self._facts.waiting(), "outbox_batches": self._samples.waiting()}
        return row | waiting | {"inside_people": self._entry.visits.inside()}

    def _amenities(self, visit: Visit | None, now: float) -> Iterator[AmenityView | None]:
        return (room_view.amenity(each, visit, self._room.rations, self._faults, now) for each in self._room.amenities.amenities.values())

    def _challenge(self) -> ChallengeView | None:
        prompt = self._entry.face_way.prompt
        if prompt is None:
            return None
        turn = prompt.turn.value if prompt.turn else "front"
        return ChallengeView(turn, f"challenge.{turn}", prompt.done, prompt.of, prompt.until)

    def _face_works(self) -> bool:
        working = self._faults.blocks(Service.ENTRY) is None and self._faults.blocks(Service.FACE) is None
        return self.config.camera is not None and working

    def _tickets_work(self) -> bool:
        """The face process reads them too; they need a key of the cloud, and the time."""
        held = self._entry.access.roster
        return self._face_works() and held is not None and bool(held.ticket_keys) and self._clock.state is ClockState.TRUSTED

    def _socket(self, socket: Socket, visit: Visit | None, now: float) -> SocketView:
        free = self._free(Service.SOCKET, socket.config.name, Kind.SOCKET_MIN, visit)
        return charging_view.socket(socket, self._room.charging.turns, free, visit, now)

    def _waiting(self, visit: Visit | None, now: float) -> WaitingView | None:
        return charging_view.waiting(self._room.charging.turns, visit, self._label, now) if self.config.sockets else None

    def _lending(self, visit: Visit | None, now: float) -> LendingView | None:
        config = self.config.lending
        return charging_view.lending(self._room.lending, visit, config.loan_h * 3600, now) if config else None

    def _label(self, person: str) -> str:
        found = self._entry.access.person(person)
        return (found.label or "") if found else ""

    def _free(self, service: Service, part: str, kind: Kind, visit: Visit | None) -> PartState:
        if self._faults.blocks(service, part):
            return PartState.OUT_OF_ORDER
        spent = visit is not None and self._room.rations.left(visit.person, kind) < 1
        return PartState.QUOTA_SPENT if spent else PartState.READY
