"""Hands of the person at the keyboard: who stands before the camera, and what is done in the room of station 1."""

import select
import sys
import time
from collections.abc import Callable
from textwrap import fill

from cli.demo import planting
from cli.demo.city import City
from cli.demo.client import phone_ticket
from cli.demo.progress import DemoFailed, Progress
from cli.demo.visit import let_in, visit
from twin.city import STEWARD
from twin.remote import RoomGone

LOOK_S = 1.0
LONGEST = 200
"""Characters of a line. Without an end by then it is no keyboard, and reading on would fill the memory."""
FIRST_PLAY_S = 20.0
PLAY_EVERY_S = 120.0


class Hands:
    """Reads a word a line from standard input. Until the first word, a visitor comes by itself every two minutes."""

    def __init__(self, city: City, progress: Progress) -> None:
        self._city, self._progress = city, progress
        self._next_play = time.monotonic() + FIRST_PLAY_S
        self._reads = True
        self._words: dict[str, tuple[str, Callable[[], object]]] = {
            "a": (f"{city.cast.enrolled[0].label} steps before the camera", lambda: let_in(city.front, city, city.cast.enrolled[0])),
            "p": (f"somebody holds up a photograph of {city.cast.enrolled[0].label}", lambda: self._show(0)),
            "s": ("a stranger steps before the camera", self._show_stranger),
            "q": (f"{city.cast.enrolled[0].label} shows the QR code of the phone page", self._show_ticket),
            "n": ("nobody is before the camera", city.camera.show_nobody),
            "pull": ("pull the door", self._act("pull_door", hold_s=3.0)),
            "out": ("leave: press the exit button and push the door", self._act("push_out", hold_s=2.0)),
            "plug": ("plug a phone into socket 1", self._act("plug", socket="1", load="phone")),
            "unplug": ("take it out", self._act("unplug", socket="1")),
            "fridge": ("pull the fridge open (touch it on the screen first)", self._act("open_fridge")),
            "take": ("take a bottle from the open fridge", self._act("take_bottles", count=1)),
            "shut": ("push the fridge shut", self._act("shut_fridge")),
            "bank": ("take the power bank from the slot that is open", self._act("take_bank")),
            "back": ("put it into the slot that is open", self._act("put_bank")),
            "stir": ("move before the movement sensor", self._act("stir")),
            "still": ("move no more: after half an hour somebody asks whether all is well", self._act("keep_still")),
            "visit": ("the whole visit and a stranger, by itself", self._play),
        }

    def help(self) -> str:
        """What to try."""
        visitor = self._city.cast.enrolled[0]
        rows = [f"    {word:<8}{meaning_}" for word, (meaning_, _) in self._words.items()]
        rows += [f"    break FAULT [PART] [TIME], mend FAULT [PART]; from another terminal: ./kiosk twin fault list. All of them:\n{self._faults()}"]
        top = f"\n  Try at the touch screen: person number {visitor.number}, PIN {visitor.pin}. Or type here, then Enter:\n"
        top += f"  The steward has number {STEWARD.number}, PIN {STEWARD.pin}: enter by code and `pull` the door; the PIN opens maintenance at the screen.\n"
        return top + self._enrolment() + "\n".join(rows) + f"\n  Until you type, {visitor.label} comes by every two minutes.\n"

    def _enrolment(self) -> str:
        stranger = self._city.cast.stranger
        if stranger is None:
            return ""
        code = f"number {stranger.number}, PIN {stranger.pin}"
        return (
            f"  {stranger.label} ({code}) is not enrolled by face: enter by code, `pull` the door, touch the screen's question about\n"
            "  your face, and type `s` so that the camera sees who it is. 'My data' on the screen forgets the face again.\n"
        )

    def _faults(self) -> str:
        return fill(", ".join(planting.names()), 140, initial_indent=" " * 12, subsequent_indent=" " * 12)

    def serve(self) -> None:
        """Until Ctrl-C."""
        while True:
            word = self._read()
            if word:
                self._next_play = float("inf")
                self._do(word)
            if time.monotonic() >= self._next_play:
                self._next_play = time.monotonic() + PLAY_EVERY_S
                self._safely(self._play)
            mended = self._city.front.mend()
            if mended:
                self._progress.say(mended)

    def _read(self) -> str:
        """A word, or '' after LOOK_S."""
        if not self._reads:
            time.sleep(LOOK_S)
            return ""
        ready, _, _ = select.select([sys.stdin], [], [], LOOK_S)
        line = sys.stdin.readline(LONGEST) if ready else " "
        self._reads = line != "" and (len(line) < LONGEST or line.endswith("\n"))
        if line and not self._reads:
            self._progress.say(f"a line of {LONGEST} characters and no end: that is no keyboard, nothing more is read")
            return ""
        return line.strip()

    def _do(self, line: str) -> None:
        verb, *rest = line.split()
        fault = planting.spelled(rest[0]) if rest else ""
        if verb in ("break", "mend") and fault in planting.names():
            self._progress.say(f"{verb}: {planting.meaning(fault)}")
            self._safely(lambda: self._fault(verb, fault, rest[1:]))
        elif line in self._words:
            words, act = self._words[line]
            self._progress.say(words)
            self._safely(act)
        else:
            print(f"no such word: {line[:40]!r}{self.help()}", flush=True)

    def _fault(self, verb: str, fault: str, rest: list[str]) -> None:
        target, for_s = planting.target_and_time(rest)
        asked = {"op": "plant", "for_s": for_s} if verb == "break" else {"op": "clear"}
        self._city.desk.answer({**asked, "name": fault, "target": target})

    def _act(self, name: str, **arguments: object) -> Callable[[], object]:
        """Says when it could not be done."""

        def do() -> None:
            if self._city.front.room.act(name, **arguments) in (False, 0):
                self._progress.say("that does not give: the station keeps it locked")

        return do

    def _safely(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (DemoFailed, RoomGone, ValueError) as error:
            self._progress.say(f"did not work: {error}")

    def _show(self, number: int) -> None:
        self._city.camera.show_person(self._city.cast.enrolled[number].shown)

    def _show_stranger(self) -> None:
        if self._city.cast.stranger:
            self._city.camera.show_person(self._city.cast.stranger.shown)

    def _show_ticket(self) -> None:
        visitor = self._city.cast.enrolled[0]
        self._city.camera.show_qr(phone_ticket(self._city.cloud_url, visitor.number, visitor.pin))

    def _play(self) -> None:
        visit(self._city, self._progress)
