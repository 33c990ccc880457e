"""What tests of rollouts share: signed documents for many stations, and stations that take them, a second at a time."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cloud.domain.uploads import Upload
from cloud.ingest import Message
from contract.configuration import LEVEL
from contract.envelope import iso
from contract.signing import Kind, Signed
from contract.topics import Leaf
from contract.trust import Bundle, ConfigDocument
from tests.cloud_parts import NOON, NOON_MS, Bench, FakeStation
from tests.contract.signed_examples import OPS_KEY, SIGNED_ROOT, signed

GRADES, DISTRICTS = ("basic", "standard", "enhanced"), ("north", "south", "east", "west")


def content(station: str, **changes: Any) -> dict[str, object]:
    """A whole configuration of one station, as a release makes it."""
    return {"station": station, "name": f"Station {station}", "district": "north", **changes}


def document(station: str, version: int, config: dict[str, object] | None, release: str = "r-2", level: int = LEVEL, **changes: Any) -> Signed:
    """Signed by the ops key of the examples."""
    times = {"issued": NOON - timedelta(hours=1), "expires": NOON + timedelta(days=90), **changes}
    return signed(Kind.CONFIG, ConfigDocument(station=station, version=version, release=release, level=level, config=config, **times), OPS_KEY)


def upload(station: str, version: int = 2, grade: str = "basic", release: str = "r-2", **changes: Any) -> Upload:
    """With an undo to "as provisioned"."""
    new = document(station, version, content(station, **changes), release)
    return Upload(station, grade, new, document(station, version + 1, None, f"undo of {release}"))


def as_json(one: Upload) -> dict[str, object]:
    """An item of PUT /rollouts/{id}/documents."""
    return {"station": one.station, "grade": one.grade, "document": one.document.model_dump(mode="json"), "undo": one.undo.model_dump(mode="json")}


@dataclass
class Door:
    """A station in simulated time: takes what is retained for it, tries it for 120 s, lets people in or refuses them, and tells facts."""

    name: str
    district: str
    seed: int
    visits_per_min: float = 1.0
    online: bool = True
    breaks: bool = False
    """It goes back by itself, whatever it tries."""
    in_force: dict[str, object] | None = None
    confirmed: dict[str, object] | None = None
    version: int = 1
    sha256: str = ""
    confirmed_sha: str = ""
    trial_s: int | None = None
    seq: int = 0
    refused: int = 0
    heard: list[tuple[int, int]] = field(default_factory=list)
    """(second, version) of each document that reached it."""

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.fake = FakeStation(self.name)

    def state(self) -> Message:
        """As it connects, or its will."""
        return self.fake.state("online" if self.online else "lost", session=1, district=self.district, level=LEVEL)

    def hear(self, raw: bytes, now_s: int) -> list[Message]:
        """What is retained on cfg/desired."""
        bundle = Bundle.model_validate_json(raw)
        if bundle.document.sha256 == self.sha256:
            return []
        told = ConfigDocument.model_validate(json.loads(bundle.document.payload))
        self.heard.append((now_s, told.version))
        self.version, self.sha256, self.trial_s, self.in_force = told.version, bundle.document.sha256, now_s, told.config
        return [self.report("trial", now_s), self.fact("config_tried", now_s, version=told.version, sha256=self.sha256, restarted=False)]

    def second(self, now_s: int) -> list[Message]:
        """One second of life."""
        told: list[Message] = []
        if self.trial_s is not None and self.breaks and now_s - self.trial_s >= 5:
            self.in_force, self.trial_s = self.confirmed, None
            told.append(self.report("rolled_back", now_s, "camera_lost during the trial"))
        if self.trial_s is not None and now_s - self.trial_s >= 120:
            self.confirmed, self.confirmed_sha, self.trial_s = self.in_force, self.sha256, None
            told.append(self.report("confirmed", now_s))
        if self.dice.random() < self.visits_per_min / 60:
            told.append(self.visit(now_s))
        return told

    def visit(self, now_s: int) -> Message:
        """Somebody stands at the door; one in fifty is refused anyway."""
        access = (self.in_force or {}).get("access", {})
        shut = isinstance(access, dict) and bool(access.get("hours"))
        if shut or self.dice.random() < 0.02:
            self.refused += shut
            return self.fact("entry_refused", now_s, way="code", reason="closed_now" if shut else "wrong_code")
        return self.fact("entry_granted", now_s, visit=f"0a1b2c3d-{self.seq + 1}", person="p-1", way="code", decided_ms=300)

    def fact(self, kind: str, now_s: int, **data: Any) -> Message:
        """At its time."""
        self.seq += 1
        return self.fake.fact(self.seq, {"kind": kind, **data}, at=iso(at(now_s)))

    def report(self, phase: str, now_s: int, reason: str = "") -> Message:
        """On cfg/reported."""
        confirmed_version = self.version if self.confirmed_sha == self.sha256 else 1
        in_force = self.sha256 if phase in ("trial", "confirmed") else self.confirmed_sha
        return self.fake.message(Leaf.CFG_REPORTED, {
            "version": self.version, "sha256": self.sha256, "phase": phase, "reason": reason, "in_force_version": self.version, "in_force_sha256": in_force,
            "confirmed_version": confirmed_version, "confirmed_sha256": self.confirmed_sha, "root": 1, "level": LEVEL, "at": iso(at(now_s)),
        })  # fmt: skip


def at(now_s: int) -> datetime:
    """Second 0 is noon."""
    return datetime.fromtimestamp(NOON_MS / 1000 + now_s, UTC)


@dataclass
class DoorTown:
    """A cloud and its stations, a second at a time."""

    bench: Bench
    doors: dict[str, Door]
    now_s: int = 0
    _read: int = 0

    def begin(self) -> None:
        """Everybody connects; the cloud knows the root."""
        self.bench.cloud.parts.trust.put_roots([SIGNED_ROOT])
        self.bench.take(*(door.state() for door in self.doors.values()))

    def run(self, seconds: int) -> None:
        """Stations live, the cloud takes it in and takes a step of its rollouts."""
        for _ in range(seconds):
            self.now_s += 1
            self.bench.clock.ms = NOON_MS + self.now_s * 1000
            told = [message for door in self.doors.values() for message in door.second(self.now_s)]
            told += self._delivered()
            if told:
                self.bench.take(*told)
            while self.bench.cloud.rollouts.rollouts.tick():
                pass

    def _delivered(self) -> list[Message]:
        fresh, self._read = self.bench.sent.messages[self._read :], len(self.bench.sent.messages)
        documents = [(name.split("/")[3], raw) for name, raw, _ in fresh if name.endswith("cfg/desired")]
        return [message for name, raw in documents if self.doors[name].online for message in self.doors[name].hear(raw, self.now_s)]
