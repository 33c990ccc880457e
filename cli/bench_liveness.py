"""`kiosk bench liveness --attacks DIR`: how many recorded attacks pass the head-turn challenge, and how many live people fail it.

DIR holds `bona_fide/NAME/` and `attacks/SPECIES/`, each with videos (mp4, avi, mkv, mov) or folders of JPEG or PNG frames. What
was asked of the person in a recording stands at the end of its name: `clip__left-nod.mp4`. An attack without it is played against
movements drawn by --seed, as it would be at a station; a bona fide recording without it is left out, for nobody can follow what
they were not asked. Words and rates are those of ISO/IEC 30107-3: APCER for each species, worst first, and BPCER, each with
counts and 95 % Clopper-Pearson bounds; recordings in which no face was followed are counted as non-responses and pass nothing.
It measures the challenge alone: not who somebody is, and no attack that is not in the folder. With --passive FILE it measures beside it,
alone too, the passive model of that manifest: its first judgement of each recording against the manifest's threshold.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np

from contract.config import IdentityConfig
from edge.domain.challenge import Challenge, Outcome, Turn, drawn
from edge.domain.sight import AskPose, FaceCompared, FaceHint, FaceHinted, FacePosed, LivenessJudged
from edge.faces.engine.bounds import upper_bound
from edge.faces.engine.models import Engine, built_in
from edge.faces.passive import manifest
from edge.faces.passive.manifest import PassiveModel, PassiveRefused
from edge.faces.passive.model import Judge, Look, PassiveNet
from edge.faces.pipeline import Pipeline
from edge.faces.quality import Thresholds
from edge.faces.shapes import Image
from edge.faces.still import Stillness

VIDEOS, PICTURES = frozenset({".mp4", ".avi", ".mkv", ".mov"}), frozenset({".jpg", ".jpeg", ".png"})
FPS = 15.0
WIDTH = 640
ONE_SIDED = 0.975
"""Two one-sided bounds of this make a 95 % interval."""
ASKED = {turn.value: turn for turn in Turn}


class BadFolder(Exception):
    """Nothing to measure; the message says what is missing."""


@dataclass(frozen=True)
class Recording:
    """One presentation: `group` is the species, or who it is; `turns` is what was asked, empty when unknown."""

    path: Path
    group: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Rate:
    """`errors` of `presentations` decided wrongly: APCER of a species, or BPCER. Bounds: 95 % Clopper-Pearson."""

    species: str
    presentations: int
    errors: int
    non_responses: int
    rate: float
    lower: float
    upper: float


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="kiosk bench liveness", description=__doc__)
    made.add_argument("--attacks", type=Path, metavar="DIR", required=True, help="folder with bona_fide/NAME/ and attacks/SPECIES/")
    made.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    made.add_argument("--passive", metavar="NAME", help="measure this passive model too: an example's name, or file of a manifest")
    made.add_argument("--models", type=Path, metavar="DIR", default=Path("models"), help="where its file is; default %(default)s")
    made.add_argument("--seed", type=int, default=0, help="draws what the names do not say; default %(default)s")
    return made


def main(argv: list[str]) -> int:
    """0; 1 when the folder has nothing to measure."""
    asked = parser().parse_args(argv)
    try:
        model = manifest.read(manifest.find(asked.passive)) if asked.passive else None
        net = PassiveNet(model, asked.models) if model else None
        document = measure(asked.attacks, asked.seed)
        if model and net:
            document["passive"] = measure_passive(asked.attacks, model, net)
    except (BadFolder, PassiveRefused) as error:
        print(f"kiosk bench liveness: {error}", file=sys.stderr)
        return 1
    text = json.dumps(document, indent=1) + "\n"
    if asked.json:
        asked.json.write_text(text)
    print(text, end="")
    return 0


def measure(folder: Path, seed: int) -> dict[str, Any]:
    """Rates of all recordings below `folder`.

    Raises:
        BadFolder: there are none.
    """
    config, engine, chance = IdentityConfig(), built_in(), Random(seed)
    attacks, skipped = _recordings(folder / "attacks"), []
    live = []
    for recording in _recordings(folder / "bona_fide"):
        live.append(recording) if recording.turns else skipped.append(f"{recording.path.name}: does not say what was asked")
    if not attacks and not live:
        raise BadFolder(f"{folder}: no recordings in attacks/SPECIES/ or bona_fide/NAME/; --help says how they are named")
    outcomes: dict[str, list[Outcome | None]] = {}
    for recording in attacks:
        turns = recording.turns or drawn(config.turns, iter(lambda: chance.randrange(2**16), -1))
        outcomes.setdefault(recording.group, []).append(judged(frames(recording.path), turns, engine, config))
    rates = [_rate(species, found, Outcome.PASSED) for species, found in outcomes.items()]
    rates.sort(key=lambda rate: (-rate.rate, -rate.upper, rate.species))
    genuine = [judged(frames(recording.path), recording.turns, engine, config) for recording in live]
    return {
        "challenge": config.model_dump(include={"turns", "turn_s", "turn_ratio", "nod_ratio"}),
        "apcer": [asdict(rate) for rate in rates], "worst_apcer": rates[0].rate if rates else None,
        "bpcer": asdict(_rate("bona_fide", genuine, Outcome.FAILED)) if genuine else None, "skipped": skipped,
    }  # fmt: skip


def measure_passive(folder: Path, model: PassiveModel, look: Look) -> dict[str, Any]:
    """Rates of the passive model, of recordings with and without movements alike."""
    engine, config = built_in(), IdentityConfig()

    def outcome(recording: Recording) -> Outcome | None:
        ratio = first_ratio(frames(recording.path), Judge(look, model.frames), engine, config)
        return None if ratio is None else Outcome.PASSED if ratio >= model.threshold else Outcome.FAILED

    found: dict[str, list[Outcome | None]] = {}
    for recording in _recordings(folder / "attacks"):
        found.setdefault(recording.group, []).append(outcome(recording))
    rates = sorted((_rate(species, each, Outcome.PASSED) for species, each in found.items()), key=lambda rate: (-rate.rate, rate.species))
    genuine = [outcome(recording) for recording in _recordings(folder / "bona_fide")]
    return {
        "model": model.name, "threshold": model.threshold, "apcer": [asdict(rate) for rate in rates],
        "worst_apcer": rates[0].rate if rates else None, "bpcer": asdict(_rate("bona_fide", genuine, Outcome.FAILED)) if genuine else None,
    }  # fmt: skip


def first_ratio(pictures: Iterator[Image], judge: Judge, engine: Engine, config: IdentityConfig) -> float | None:
    """What the model says first of a recording; None when it never saw enough good frames. Not a number counts as 0."""
    pipeline = Pipeline(engine.find, engine.align, engine.embed, config.frames, Thresholds(), still=Stillness(), alive=judge.see)
    for number, picture in enumerate(pictures):
        for said in pipeline.step(picture, number / FPS):
            if isinstance(said, LivenessJudged):
                return said.live_ratio if 0 <= said.live_ratio <= 1 else 0.0
    return None


def judged(pictures: Iterator[Image], turns: tuple[Turn, ...], engine: Engine, config: IdentityConfig) -> Outcome | None:
    """Play one recording at 15 frames a second through pipeline and challenge; None when no face was ever followed."""
    pipeline = Pipeline(engine.find, engine.align, engine.embed, config.frames, Thresholds(), still=Stillness())
    challenge: Challenge | None = None
    now = 0.0
    for number, picture in zip(count(), pictures, strict=False):
        now = number / FPS
        for said in pipeline.step(picture, now):
            if challenge is None and isinstance(said, FaceCompared):
                challenge = Challenge(config, said.track, turns, now)
                pipeline.order(AskPose(said.track, True))
            elif challenge and isinstance(said, FacePosed):
                challenge.pose(said, now)
            elif challenge and _disturbs(said, challenge):
                challenge.fail()
        if challenge and challenge.outcome is not Outcome.GOING:
            return challenge.outcome
    return Outcome.FAILED if challenge else None


def _disturbs(said: object, challenge: Challenge) -> bool:
    if isinstance(said, FaceCompared):
        return said.track != challenge.track
    return isinstance(said, FaceHinted) and said.hint in (FaceHint.ONE_AT_A_TIME, FaceHint.FROZEN)


def frames(path: Path) -> Iterator[Image]:
    """(height, width, 3) BGR pictures of a video, or of a folder in the order of their names; at most 640 px wide."""
    if path.is_dir():
        for each in sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURES):
            picture = cv2.imread(str(each))
            if picture is not None:
                yield _fitted(picture)
        return
    capture = cv2.VideoCapture(str(path))
    step, due = max(1.0, (capture.get(cv2.CAP_PROP_FPS) or FPS) / FPS), 0.0
    for number in count():
        whole, picture = capture.read()
        if not whole:
            break
        if number >= due:
            due += step
            yield _fitted(picture)
    capture.release()


def _fitted(picture: Any) -> Image:
    factor = min(1.0, WIDTH / picture.shape[1])
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


def _recordings(folder: Path) -> list[Recording]:
    """Every recording one folder further down."""
    groups = sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
    return [
        Recording(path, group.name, _asked(path))
        for group in groups
        for path in sorted(group.iterdir())
        if path.is_dir() or path.suffix.lower() in VIDEOS
    ]


def _asked(path: Path) -> tuple[Turn, ...]:
    """`name__left-nod.mp4` -> left, nod; nothing when a word is unknown."""
    words = (path.name if path.is_dir() else path.stem).rpartition("__")[2].split("-")
    return tuple(ASKED[word] for word in words) if all(word in ASKED for word in words) else ()


def _rate(species: str, found: list[Outcome | None], wrong: Outcome) -> Rate:
    errors, tried = sum(1 for each in found if each is wrong), len(found)
    lower = 1 - upper_bound(tried - errors, tried, ONE_SIDED)
    return Rate(species, tried, errors, found.count(None), errors / tried, round(lower, 6), round(upper_bound(errors, tried, ONE_SIDED), 6))
