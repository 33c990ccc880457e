"""Whose faces the demo knows: portraits that come with a public package, or the operator's own folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.demo.progress import DemoFailed, Progress
from edge.faces import gallery
from edge.faces.enrol import Enroller, EnrolmentRefused
from twin import photos


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


def cast(folder: Path | None, templates: Path, progress: Progress) -> Cast:
    """Enrols everybody with two pictures or more; the last picture is kept for the camera, so that none is compared with itself.

    Raises:
        DemoFailed: nobody could be enrolled, or the portraits could not be fetched.
    """
    people = _people(folder, progress)
    enroller, found, vectors, stranger = Enroller(), [], {}, None
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
        vectors[visitor.person] = enrolled.template
    if not found:
        raise DemoFailed("nobody could be enrolled: each person needs a folder with two pictures or more")
    gallery.save(gallery.Gallery.of(vectors), templates)
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
