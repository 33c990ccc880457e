"""A folder of photographs as vectors, for calibration and benches: people/NAME/*.jpg and strangers/*.jpg. Copies no picture.

A picture goes the way of an enrolment: what is refused there (no face, several, too small, dark, blurred, turned) is refused
here, and counted.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import cv2
import numpy as np

from edge.domain.sight import FaceHint
from edge.faces.embed import best_embedder
from edge.faces.engine.models import Engine
from edge.faces.enrol import EnrolmentRefused, read_picture
from edge.faces.quality import Thresholds, crowded, judge
from edge.faces.shapes import Vector

SUFFIXES = (".jpg", ".jpeg", ".png")
LEAST_SIDE_PX = 400
"""A smaller picture is also searched enlarged, as face_recognition does."""


class DataRefused(Exception):
    """The folder is not of the form; says what is missing."""


class Half(Enum):
    """Which people count: everybody, or one side of a split by name that no run of chance can change."""

    ALL = "all"
    CALIBRATE = "calibrate"
    TEST = "test"

    def has(self, name: str) -> bool:
        side = hashlib.sha256(name.encode()).digest()[0] & 1
        return self is Half.ALL or (self is Half.TEST) == bool(side)


@dataclass(frozen=True)
class Sample:
    """One good picture. `raw`: dlib's vector before it is brought to unit length, for comparing with face_recognition."""

    vector: Vector
    raw: Vector


@dataclass(frozen=True)
class Faces:
    """Good pictures by name; `refused` counts the others by reason."""

    people: dict[str, list[Sample]] = field(default_factory=dict)
    strangers: dict[str, list[Sample]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)


def read(folder: Path, engine: Engine, cache: Path | None = None) -> Faces:
    """The folder's good pictures as vectors. `cache`: a file that keeps the vectors (biometric data: delete it afterwards).

    Raises:
        DataRefused: no people, or no pictures of them.
    """
    pictures = list(_pictures(folder))
    if not any(kind == "people" for kind, _, _ in pictures):
        raise DataRefused(f"{folder}: no people/NAME/*.jpg; see docs/face.md")
    known = _load(cache)
    found, reader = Faces(), _Reader(engine)
    for kind, name, path in pictures:
        key = path.relative_to(folder).as_posix()
        if key not in known:
            known[key] = reader.sample(path)
        sample = known[key]
        if isinstance(sample, str):
            found.refused[sample] += 1
        else:
            (found.people if kind == "people" else found.strangers).setdefault(name, []).append(sample)
    if cache:
        _save(cache, known)
    return found


def read_group(path: Path) -> frozenset[str]:
    """Names, one a line.

    Raises:
        DataRefused: unreadable or empty.
    """
    try:
        names = frozenset(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise DataRefused(f"{path}: {error}") from None
    if not names:
        raise DataRefused(f"{path}: no names in it")
    return names


def _pictures(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """("people" or "strangers", name, path) of each picture; a stranger's file is NAME_0001.jpg."""
    for path in sorted((folder / "people").glob("*/*")):
        if path.suffix.lower() in SUFFIXES:
            yield "people", path.parent.name, path
    for path in sorted((folder / "strangers").glob("*")):
        if path.suffix.lower() in SUFFIXES:
            stem, _, number = path.stem.rpartition("_")
            yield "strangers", stem if number.isdecimal() and stem else path.stem, path


class _Reader:
    """The way of a photograph at an enrolment, with the engine that is measured."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._limits, self._plain = engine, Thresholds(), best_embedder()

    def sample(self, path: Path) -> Sample | str:
        try:
            image = read_picture(path)
        except EnrolmentRefused as error:
            return str(error)
        if max(image.shape[:2]) < LEAST_SIDE_PX:
            image = np.asarray(cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
        boxes = self._engine.find(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8), None, True)
        if not boxes:
            return "no face"
        if crowded(boxes, self._limits):
            return "several faces"
        face = self._engine.align(image, boxes[0])
        hint = judge(boxes[0], face, self._limits)
        if hint is not FaceHint.NONE:
            return str(hint.value)
        return Sample(self._engine.embed(face.picture), self._plain.raw(face.chip))


def _load(cache: Path | None) -> dict[str, Sample | str]:
    if cache is None or not cache.exists():
        return {}
    with np.load(cache, allow_pickle=False) as stored:
        words = json.loads(str(stored["words"]))
        known: dict[str, Sample | str] = dict(words["refused"])
        for key, vector, raw in zip(words["keys"], stored["vectors"], stored["raws"], strict=True):
            known[key] = Sample(vector, raw)
    return known


def _save(cache: Path, known: dict[str, Sample | str]) -> None:
    good = {key: sample for key, sample in known.items() if isinstance(sample, Sample)}
    refused = {key: reason for key, reason in known.items() if isinstance(reason, str)}
    words = json.dumps({"keys": list(good), "refused": refused})
    vectors = [[getattr(each, name) for each in good.values()] for name in ("vector", "raw")]
    with cache.open("wb") as file:
        np.savez(file, words=np.array(words), vectors=np.array(vectors[0]), raws=np.array(vectors[1]))
