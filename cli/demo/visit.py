"""An enrolled visitor from face to goodbye, a stranger, somebody with a photograph: in the room, on the screen, before the camera."""

import time
from dataclasses import dataclass
from functools import partial

from cli.demo.city import City
from cli.demo.faces import Visitor
from cli.demo.front import FrontDoor
from cli.demo.progress import DemoFailed, Progress
from contract.amenity import AmenityMode
from twin.turning import Head

DRINK_ML = 200
CHARGE_S = 4.0
WARMS_S = 4.0
ATTEMPTS, ATTEMPT_S = 3, 30.0
"""The visitor is one photograph that is bent like a head: not every one is followed by the detector at the first try."""


@dataclass
class Seen:
    """What was true in the room."""

    granted: bool = False
    door_opened: bool = False
    refused: bool = False
    offered_code: bool = False
    photo_refused: bool = False
    poured_ml: float = 0.0
    charged_wh: float = 0.0
    bottles: int = 0
    warmed_wh: float = 0.0
    took_s: float = 0.0


def visit(city: City, progress: Progress) -> Seen:
    """Act it out. Raises: DemoFailed, with the step that did not come true."""
    began, front, seen = time.monotonic(), city.front, Seen()
    if city.cast.stranger is None:
        raise DemoFailed("there is no stranger: a folder with a single picture makes one")
    _come(front, city, seen, progress)
    _drink(front, seen, progress)
    _charge(front, seen, progress)
    _bottle(front, seen, progress)
    _warm(front, seen, progress)
    _leave(front, progress)
    _stranger(front, city, seen, progress)
    _photograph(front, city, seen, progress)
    seen.took_s = time.monotonic() - began
    return seen


def _come(front: FrontDoor, city: City, seen: Seen, progress: Progress) -> None:
    visitor = city.cast.enrolled[0]
    progress.say(f"{visitor.label} looks into the camera, and turns the head as the screen asks")
    let_in(front, city, visitor)
    seen.granted = True
    front.room.act("pull_door", hold_s=1.0)
    front.until("the door opens", lambda: front.room.truth().door.is_open, 5.0)
    seen.door_opened = True
    city.camera.show_nobody()
    progress.say("the door opened; waiting until it is closed again")
    front.until("the door closes", lambda: not front.room.truth().door.is_open, 10.0)
    front.until("the screen greets", lambda: front.screen()["visitor"] == visitor.label, 5.0)


def let_in(front: FrontDoor, city: City, visitor: Visitor) -> None:
    """The visitor does what the screen says until the strike is released. Raises: DemoFailed, after some attempts."""
    for attempt in range(1, ATTEMPTS + 1):
        head = Head()
        city.camera.show_turning(visitor.shown, head)
        try:
            front.until("the strike is released", partial(_followed, front, head), ATTEMPT_S)
            return
        except DemoFailed:
            if attempt == ATTEMPTS:
                raise
        city.camera.show_nobody()
        time.sleep(2.0)


def _followed(front: FrontDoor, head: Head) -> bool:
    asked = front.screen()["challenge"]
    head.follow(asked["turn"] if asked else "front")
    return front.room.truth().door.lock_released


def _drink(front: FrontDoor, seen: Seen, progress: Progress) -> None:
    tap = front.config.taps[0].name
    if front.screen()["taps"][0]["state"] == "quota_spent":
        progress.say("the day's water is drawn: the tap stays shut")
        return
    front.press(kind="drink", tap=tap, volume_ml=DRINK_ML)
    front.until("water runs", lambda: front.room.truth().taps[tap].dispensed_ml > 0, 5.0)
    front.until("the pour is settled", lambda: front.screen()["taps"][0]["state"] == "ready", 30.0)
    seen.poured_ml = front.room.truth().taps[tap].dispensed_ml
    progress.say(f"{seen.poured_ml:.0f} ml of water ran, {DRINK_ML} ml were asked for")


def _charge(front: FrontDoor, seen: Seen, progress: Progress) -> None:
    socket = front.config.sockets[0].name
    front.room.act("plug", socket=socket, load="phone")
    front.press(kind="charge", socket=socket)
    front.until("the socket is live", lambda: front.room.truth().sockets[socket].energised, 5.0)
    time.sleep(CHARGE_S)
    front.press(kind="charge_stop", socket=socket)
    front.until("the socket is dead again", lambda: not front.room.truth().sockets[socket].energised, 5.0)
    seen.charged_wh = front.room.truth().sockets[socket].delivered_wh
    front.room.act("unplug", socket=socket)
    progress.say(f"a phone charged for {CHARGE_S:g} s: {seen.charged_wh:.3f} Wh")


def _bottle(front: FrontDoor, seen: Seen, progress: Progress) -> None:
    if front.screen()["fridge"]["left"] < 1:
        progress.say("the day's bottles are taken: the fridge stays locked")
        return
    before = _bottles(front)
    front.press(kind="fridge")
    front.until("the fridge lets go", lambda: bool(front.room.act("open_fridge")), 5.0)
    front.room.act("take_bottles", count=1)
    time.sleep(1.0)
    front.room.act("shut_fridge")
    front.until("the fridge says what was taken", lambda: front.screen()["notice"] == "fridge_done", 30.0)
    seen.bottles = before - _bottles(front)
    progress.say(f"{seen.bottles} bottle was taken out of the fridge, and it is locked again")


def _bottles(front: FrontDoor) -> int:
    fridge = front.room.truth().fridge
    return sum(fridge.pieces.values()) if fridge else 0


def _warm(front: FrontDoor, seen: Seen, progress: Progress) -> None:
    name = next(amenity.name for amenity in front.config.amenities if amenity.mode is AmenityMode.ON_REQUEST)
    front.press(kind="amenity", amenity=name)
    front.until(f"the {name} runs", lambda: front.room.truth().amenities[name].running, 5.0)
    time.sleep(WARMS_S)
    front.press(kind="amenity_stop", amenity=name)
    front.until(f"the {name} is off", lambda: not front.room.truth().amenities[name].running, 5.0)
    seen.warmed_wh = front.room.truth().amenities[name].used_wh
    progress.say(f"the {name} ran for {WARMS_S:g} s: {seen.warmed_wh:.2f} Wh")


def _leave(front: FrontDoor, progress: Progress) -> None:
    front.press(kind="leave")
    front.room.act("push_out", hold_s=1.0)
    front.until("the door opens from inside", lambda: front.room.truth().door.is_open, 5.0)
    front.until("the door closes", lambda: not front.room.truth().door.is_open, 10.0)
    progress.say("the visitor left")


def _stranger(front: FrontDoor, city: City, seen: Seen, progress: Progress) -> None:
    assert city.cast.stranger
    progress.say("a stranger looks into the camera")
    city.camera.show_person(city.cast.stranger.shown)
    front.until("the stranger is answered", lambda: front.screen()["notice"] == "refused", 15.0)
    shown = front.screen()
    seen.refused = not front.room.truth().door.lock_released
    seen.offered_code = bool(shown["code"])
    city.camera.show_nobody()
    progress.say(f"refused: {shown['refusal']}; the screen offers the code as well")


def _photograph(front: FrontDoor, city: City, seen: Seen, progress: Progress) -> None:
    visitor = city.cast.enrolled[0]
    before = front.screen()["notice_no"]
    progress.say(f"somebody holds up a photograph of {visitor.label}")
    city.camera.show_person(visitor.shown)
    front.until("the photograph is answered", lambda: _refused_since(front, before), 30.0)
    seen.photo_refused = not front.room.truth().door.lock_released
    why = front.screen()["refusal"]
    city.camera.show_nobody()
    progress.say(f"refused: {why}; it did not turn its head")


def _refused_since(front: FrontDoor, notice_no: int) -> bool:
    shown = front.screen()
    return bool(shown["notice"] == "refused" and shown["notice_no"] > notice_no)
