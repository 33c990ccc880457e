"""`kiosk bench face`: what one 640x480 frame costs, from the camera's picture to the comparison with 1,000 people.

Ours: detect, align, judge, embed, mean and search in every frame (a station embeds ten a second at most, and two a second once
a face was compared), the whole frame searched twice a second at 15 frames a second, as in a station.
Beside it, on the same frames and in turn: face_recognition's face_locations, face_encodings and compare_faces.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

import cv2
import numpy as np

from cli.bench_face_child import child_rss_mb
from cli.places import ROOT
from edge.adapters.faces import QUIET
from edge.domain.sight import FaceCompared
from edge.faces.engine.models import Engine, built_in
from edge.faces.gallery import Gallery
from edge.faces.pipeline import Pace, Pipeline
from edge.faces.quality import Thresholds
from edge.faces.shapes import Aligned, Box, Image, Vector, unit
from twin import photos
from twin.scenes import InFront, Wall

WIDTH, HEIGHT = 640, 480
PEOPLE, MANY = 1000, 100_000
ROUNDS, PLAIN_EVERY = 200, 5
FRAMES = 3
FRAME_S = 1 / 15
EVERY_FRAME = Pace(embed_s=0, embed_again_s=0, again_s=0)
SEARCHES = 30
WARM = 10
SHARE = 0.98
MOST_PICTURES = 20


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="kiosk bench face", description=__doc__)
    made.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    made.add_argument("--data", type=Path, metavar="DIR", help="one folder of pictures per person; default: the demo's portraits")
    made.add_argument("--rounds", type=int, default=ROUNDS, help="frames to measure; default %(default)s")
    return made


def main(argv: list[str]) -> int:
    """0; 1 when there are no pictures or face_recognition is missing."""
    asked = parser().parse_args(argv)
    if any(os.environ.get(name) != value for name, value in QUIET.items()):
        return _again(argv)
    cv2.setNumThreads(1)
    try:
        numbers = measure(_pictures(asked.data), max(PLAIN_EVERY, asked.rounds))
    except (photos.PhotosUnavailable, ImportError) as error:
        print(f"kiosk bench face: {error}", file=sys.stderr)
        return 1
    text = json.dumps(numbers, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n")
    return 0


def _again(argv: list[str]) -> int:
    """The same in a process whose libraries were told from the start to use one thread, as the face process is."""
    start = "import sys; from cli.bench_face import main; sys.exit(main(sys.argv[1:]))"
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    done = subprocess.run([sys.executable, "-c", start, *argv], env={**os.environ, **QUIET, "PYTHONPATH": paths}, check=False)
    return done.returncode


def measure(pictures: list[Image], rounds: int) -> dict[str, Any]:
    """The numbers; ms unless named otherwise."""
    wall = Wall(WIDTH, HEIGHT)
    scenes = [InFront(picture, wall, SHARE, seed) for seed, picture in enumerate(pictures)]
    stages = Stages(built_in())
    known = strangers(PEOPLE)
    pipeline = Pipeline(stages.find, stages.align, stages.embed, FRAMES, Thresholds(), EVERY_FRAME)
    pipeline.use(Gallery.of({f"p{number}": vector for number, vector in enumerate(known)}))
    plain = _plain(known)
    ours: list[float] = []
    theirs: list[float] = []
    compared = 0
    for number in range(rounds + WARM):
        frame = scenes[number * len(scenes) // (rounds + WARM)].frame(number)
        if number == WARM:
            ours, compared = [], 0
            stages.forget()
        began = time.perf_counter()
        said = pipeline.step(frame, number * FRAME_S)
        ours.append(time.perf_counter() - began)
        compared += sum(isinstance(each, FaceCompared) for each in said)
        if number >= WARM and number % PLAIN_EVERY == 0:
            theirs.append(plain(frame))
    return _numbers(ours, theirs, stages, compared) | {"search_100k_ms": search_ms(MANY), "child_rss_mb": child_rss_mb(pictures[0])}


@dataclass
class Stages:
    """The engine with a stopwatch at each step."""

    engine: Engine
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def forget(self) -> None:
        self.seconds.clear()

    def find(self, grey: Image, last: Box | None, thorough: bool) -> list[Box]:
        with self._timed("detect"):
            return self.engine.find(grey, last, thorough)

    def align(self, frame: Image, box: Box) -> Aligned:
        with self._timed("align"):
            return self.engine.align(frame, box)

    def embed(self, chip: Image) -> Vector:
        with self._timed("embed"):
            return self.engine.embed(chip)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds.setdefault(name, []).append(time.perf_counter() - began)


def strangers(count: int) -> list[Vector]:
    """Unit vectors of nobody: only the number of people counts for the search."""
    random = np.random.default_rng(7)
    return [unit(vector) for vector in random.normal(size=(count, 128))]


def search_ms(people: int) -> float:
    """Median ms of an exact search for the nearest and second nearest of so many people."""
    gallery = Gallery(tuple(f"p{number}" for number in range(people)), np.stack(strangers(people)))
    seen, times = strangers(1)[0], []
    for _ in range(SEARCHES):
        began = time.perf_counter()
        gallery.nearest(seen)
        times.append(time.perf_counter() - began)
    return round(1000 * float(np.median(times)), 3)


def _plain(known: list[Vector]) -> Callable[[Image], float]:
    """Seconds of face_recognition's usual recipe for a frame."""
    import face_recognition  # type: ignore[import-untyped, unused-ignore]  # 2 s and 141 MB; only here

    listed = [np.asarray(vector, np.float64) for vector in known]

    def run(frame: Image) -> float:
        began = time.perf_counter()
        rgb = np.ascontiguousarray(frame[:, :, ::-1])
        for encoding in face_recognition.face_encodings(rgb, face_recognition.face_locations(rgb)):
            face_recognition.compare_faces(listed, encoding)
        return time.perf_counter() - began

    return run


def _pictures(data: Path | None) -> list[Image]:
    """People as a camera at a door sees them."""
    people = photos.from_folder(data).people if data else photos.portraits()
    pictures = [picture for each in people.values() for picture in each]
    return [photos.framed(picture) for picture in pictures[:MOST_PICTURES]]


def _numbers(ours: list[float], theirs: list[float], stages: Stages, compared: int) -> dict[str, Any]:
    per_frame, plain = 1000 * fmean(ours), 1000 * fmean(theirs)
    each = {name: 1000 * sum(seconds) / len(ours) for name, seconds in stages.seconds.items()}
    each["rest"] = per_frame - sum(each.values())
    cuts, plain_cuts = quantiles(ours, n=20), quantiles(theirs, n=20)
    return {
        "ms_per_frame": round(per_frame, 3),
        "plain_ms_per_frame": round(plain, 3),
        "ratio": round(plain / per_frame, 2),
        "p50_ms": round(1000 * cuts[9], 3),
        "p95_ms": round(1000 * cuts[18], 3),
        "plain_p50_ms": round(1000 * plain_cuts[9], 3),
        "plain_p95_ms": round(1000 * plain_cuts[18], 3),
        "stage_ms": {name: round(value, 3) for name, value in each.items()},
        "stage_share": {name: round(value / per_frame, 4) for name, value in each.items()},
        "frames": len(ours),
        "plain_frames": len(theirs),
        "embedded": len(stages.seconds.get("embed", ())),
        "compared": compared,
        "people": PEOPLE,
    }
