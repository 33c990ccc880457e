"""Whose faces the demo knows: portraits that come with a public package, or the operator's own folder."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cli.demo.progress import DemoFailed, Progress
from contract.consent import ConsentBy
from edge.adapters.kiosk_web import notice
from edge.faces.engine.choice import BUILT_IN
from edge.faces.enrol import Enroller, EnrolmentRefused
from edge.faces.vault import Terms, Vault
from twin import photos

DEMO = "the demo"
"""Answers for the consent of its own cast. Whoever enrolled at the screen of a kept demo stays."""


@dataclass(frozen=True)
class Visitor:
    """Somebody of the cast. `shown` is what the camera sees: (height, width, 3) uint8 BGR."""

    person: str
    label: str
    number: str
    pin: str
    shown: Any


@dataclass(frozen=True)
class Cast:
    """Who is enrolled, and who is not."""

    enrolled: list[Visitor]
    stranger: Visitor | None


def cast(folder: Path | None, station: Path, progress: Progress) -> Cast:
    """Enrols everybody with two pictures or more; the last picture is kept for the camera, so that none is compared with itself.

    Raises:
        DemoFailed: nobody could be enrolled, or the portraits could not be fetched.
    """
    people = _people(folder, progress)
    enroller, found, stranger = Enroller(), [], None
    vault = Vault(station)
    earlier = {kept.person for kept in vault.all() if kept.terms and kept.terms.accepted_by == DEMO}
    for count, (label, pictures) in enumerate(people.items(), 1):
        views = [photos.framed(picture) for picture in pictures]
        visitor = Visitor(f"v-{count}", label[:24], str(7000 + count), f"{4210 + count}", views[-1])
        if len(views) < 2:
            stranger = stranger or visitor
            continue
        try:
            enrolled = enroller.from_images(views[:-1])
        except EnrolmentRefused as error:
            progress.say(f"{label} is not enrolled: {error}")
            continue
        found.append(visitor)
        terms = Terms(notice.version(), "en", enrolled.used, ConsentBy.OPERATOR.value, accepted_by=DEMO)
        vault.put(visitor.person, enrolled.template, BUILT_IN, date.today().isoformat(), terms)
        earlier.discard(visitor.person)
    if not found:
        raise DemoFailed("nobody could be enrolled: each person needs a folder with two pictures or more")
    for person in earlier:
        vault.forget(person)
    vault.close()
    return Cast(found, stranger)


def _people(folder: Path | None, progress: Progress) -> dict[str, list[bytes]]:
    if folder is None:
        try:
            return photos.portraits()
        except photos.PhotosUnavailable as error:
            raise DemoFailed(str(error)) from error
    read = photos.from_folder(folder)
    for words in read.skipped:
        progress.say(f"skipped {words}")
    return read.people
