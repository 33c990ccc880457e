"""After enrolment, a visit by face and deletion: no byte of image or template on disk, over MQTT, or in the agent's memory.

The whole field: broker, cloud, room, guard, agent and its faces child, each a process; a camera that shows a real photograph.
What the touch screen shows of the camera passes through the agent as a JPEG made anew for it; see docs/privacy.md.
"""

import base64
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from cli.broker import CLOUD
from contract.topics import CLOUD_FILTERS
from edge.faces.shapes import Vector, unit
from edge.faces.vault import Vault
from tests.integration import canary
from tests.integration.broker_client import Client
from tests.integration.town import Town
from twin import photos
from twin.camera import Camera

pytestmark = [pytest.mark.faces, pytest.mark.slow]
PERSON, NUMBER, PIN = "p-canary", "1001", "2468"
PIECE = 32
EVERY, MOST = 15, 40
"""One picture a second is kept for the search, forty at most."""


class WatchedCamera(Camera):
    """Remembers some of the JPEGs that it sent."""

    def __init__(self) -> None:
        super().__init__(seed=3)
        self.sent: list[bytes] = []
        self._count = 0
        self._turn = threading.Lock()

    def jpeg(self) -> bytes | None:
        made = super().jpeg()
        with self._turn:
            self._count += 1
            if made and self._count % EVERY == 0 and len(self.sent) < MOST:
                self.sent.append(made)
        return made


@pytest.fixture(scope="module")
def portrait() -> bytes:
    if not sys.platform.startswith("linux"):
        pytest.skip("the memory of a process is read from /proc: Linux only")
    try:
        return photos.portraits()["visitor A"][0]
    except photos.PhotosUnavailable as error:
        pytest.skip(f"no portraits: {error}")


class Stage:
    """One station in the field, a person at its screen, and a listener at the broker."""

    def __init__(self, town: Town, camera: WatchedCamera, portrait: bytes) -> None:
        self.town, self.front, self.camera = town, town.front, camera
        self.shown = photos.framed(portrait)
        self.portrait = portrait
        self._listener = Client(town.broker, CLOUD, client_id=f"{CLOUD}-canary", password=town.broker.password(CLOUD))
        assert all(self._listener.hear(*CLOUD_FILTERS))
        self.template: Vector | None = None

    def own(self) -> dict[str, object]:
        shown = self.front.screen()["own"]
        return shown if isinstance(shown, dict) else {}

    def enters(self) -> None:
        """Through the door that was just released."""
        self.front.until("the strike is released", lambda: self.front.room.truth().door.lock_released, 20.0)
        self.front.room.act("pull_door", hold_s=1.0)
        self.front.until("somebody stands at the screen", lambda: self.front.screen()["visit"] is not None, 5.0)
        self.front.until("the door is shut", lambda: not self.front.room.truth().door.is_open, 10.0)

    def enters_by_code(self) -> None:
        self.front.press(kind="code", number=NUMBER, pin=PIN)
        self.enters()

    def leaves(self) -> None:
        self.camera.show_nobody()
        self.front.press(kind="leave")
        self.front.room.act("push_out", hold_s=1.0)
        self.front.until("the door is shut again", lambda: not self.front.room.truth().door.is_open, 10.0)
        self.front.until("nobody is at the screen", lambda: self.front.screen()["visit"] is None, 10.0)
        time.sleep(1.0)

    def enrols(self) -> None:
        self.camera.show_person(self.shown)
        notice = self.own()["notice"]
        self.front.press(kind="face_consent", agreed=True, of_age=True, notice=notice, language="zh")
        self.front.until("the face is enrolled", lambda: self.own().get("step") in ("done", "failed"), 40.0)
        assert self.own()["kept"], self.own()
        vault = Vault(self.front.folder)
        kept = vault.one(PERSON)
        vault.close()
        assert kept is not None and kept.template is not None
        self.template = kept.template

    def forgets(self) -> str:
        self.front.press(kind="face_forget")
        self.front.until("the face is forgotten", lambda: self.own().get("step") == "forgotten", 5.0)
        return str(self.own()["receipt"])

    def needles(self) -> dict[str, bytes]:
        assert self.template is not None
        found = canary.of_template(self.template) | {f"portrait {form}": each for form, each in canary.of_picture(self.portrait).items()}
        for number, jpeg in enumerate(self.camera.sent):
            found |= {f"picture {number} {form}": each for form, each in canary.of_picture(jpeg).items()}
        return found

    def places(self) -> Iterator[tuple[str, bytes]]:
        """Everything on disk: station, broker, cloud, logs, databases, series; and what went over the broker."""
        yield from canary.files(self.town.folder)
        while not self._listener.arrived.empty():
            message = self._listener.arrived.get()
            yield f"MQTT {message.topic}", message.payload

    def child(self) -> int:
        """Of the faces process."""
        children = psutil.Process(self.front.agent.pid).children(recursive=True)
        return next(one.pid for one in children if "edge.faces.child" in one.cmdline())

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def stage(portrait: bytes, tmp_path: Path) -> Iterator[Stage]:
    with WatchedCamera() as camera:
        sections = {"camera": {"source": camera.url}, "identity": {"assurance": "face"}}
        with Town(tmp_path, **sections) as town:
            town.enter_person(PERSON, NUMBER, PIN)
            town.until_roster()
            made = Stage(town, camera, portrait)
            yield made
            made.close()


def in_memory(pid: int, needles: dict[str, bytes]) -> list[str]:
    try:
        return canary.hits(canary.memory(pid), needles)
    except PermissionError:
        pytest.skip("the memory of another process may not be read here (ptrace is restricted)")


def test_neither_image_nor_template_is_anywhere(stage: Stage) -> None:
    stage.enters_by_code()
    stage.enrols()
    stage.leaves()
    stage.camera.show_person(stage.shown)
    stage.enters()
    assert stage.own()["kept"], "came in by face"
    stage.leaves()
    sealed = _sealed(stage.front.folder)
    needles = stage.needles()
    assert len(stage.camera.sent) > 5
    heard = list(stage.places())
    assert sum(place.startswith("MQTT") for place, _ in heard) > 10
    assert canary.hits(heard, needles) == []
    assert in_memory(stage.front.agent.pid, needles) == []
    template_in_child = [hit for hit in in_memory(stage.child(), needles) if "float32" in hit]
    assert template_in_child, "the search finds a template where one must be"
    stage.enters_by_code()
    assert len(stage.forgets()) == 32
    stage.leaves()
    facts = [row["kind"] for row in stage.town.facts_when_all_are_acknowledged()]
    assert {"consent_given", "face_enrolled", "consent_withdrawn", "face_forgotten"} <= set(facts)
    gone = needles | {"the seal": sealed[0][-PIECE:], "the wrapped key": sealed[1][-PIECE:]}
    assert canary.hits(stage.places(), gone) == []
    assert in_memory(stage.front.agent.pid, needles) == []


def _sealed(folder: Path) -> tuple[bytes, bytes]:
    """Seal and wrapped key, as they lie in the file now."""
    db = sqlite3.connect(f"file:{folder / 'vault.db'}?mode=ro", uri=True)
    row = db.execute("SELECT sealed, wrapped FROM template WHERE person = ?", (PERSON,)).fetchone()
    db.close()
    return row[0], row[1]


# ---- sabotage: the search itself must be able to fail

TEMPLATE = unit(np.random.default_rng(5).normal(size=128))
FORMS = {
    "float32": TEMPLATE.tobytes(),
    "float64": TEMPLATE.astype(np.float64).tobytes(),
    "text": " ".join(repr(float(number)) for number in TEMPLATE).encode(),
    "text of single precision": " ".join(map(str, TEMPLATE)).encode(),
    "json": str([float(number) for number in TEMPLATE]).encode(),
    "base64": base64.b64encode(TEMPLATE.tobytes()),
    "base64 in a message": base64.b64encode(b"x" + TEMPLATE.tobytes()),
    "hexadecimal": TEMPLATE.tobytes().hex().encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_planted_template_is_found_on_disk(form: str, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_bytes(os.urandom(5000) + FORMS[form] + os.urandom(5000))
    assert canary.hits(canary.files(tmp_path), canary.of_template(TEMPLATE)) != []
    (tmp_path / "deep" / "log").write_bytes(os.urandom(5000))
    assert canary.hits(canary.files(tmp_path), canary.of_template(TEMPLATE)) == []


HOLDER = """
import sys
import numpy as np
held = np.frombuffer(bytes.fromhex(sys.stdin.readline()), np.float32).astype(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the memory of a process is read from /proc: Linux only")
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_a_template_held_by_a_process_is_found_in_its_memory(kind: str) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdin and holder.stdout
        holder.stdin.write(TEMPLATE.tobytes().hex() + "\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "ready\n"
        found = in_memory(holder.pid, {form: each for form, each in canary.of_template(TEMPLATE).items() if form.startswith(kind)})
        holder.stdin.write("\n")
    assert found
