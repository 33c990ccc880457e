"""`kiosk face`: engines (list, check, use), their calibration, and liveness models. Changes nothing that was not checked first."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import yaml

from cli import face_liveness
from cli.face_calibrate import FRAMES, TARGETS, TooLittleData, calibration, table
from cli.face_data import DataRefused, Faces, Half, read, read_group
from edge.faces.engine import choice, manifest
from edge.faces.engine.manifest import EngineRefused, Manifest
from edge.faces.engine.models import Engine, built_in, load
from edge.faces.passive.manifest import PassiveRefused

DEFAULT_MODELS = Path("models")


def parser() -> argparse.ArgumentParser:
    """The arguments of `kiosk face`."""
    made = argparse.ArgumentParser(prog="kiosk face", description=__doc__)
    what = made.add_subparsers(dest="what", required=True)
    _engine_arguments(what.add_parser("engine", help="what recognises faces: list, check, use"))
    face_liveness.arguments(what.add_parser("liveness", help="what tells a face from a picture of one: list, check, use, off"), DEFAULT_MODELS)
    _calibrate_arguments(what.add_parser("calibrate", help="limits of an engine from photographs", description=calibrate.__doc__))
    return made


def main(argv: list[str]) -> int:
    """0, 1 when something was refused; then nothing was changed."""
    asked = parser().parse_args(argv)
    cv2.setNumThreads(1)
    try:
        {"engine": engine, "calibrate": calibrate, "liveness": face_liveness.liveness}[asked.what](asked)
    except (EngineRefused, PassiveRefused, DataRefused, TooLittleData) as error:
        print(f"kiosk face {asked.what}: {error}", file=sys.stderr)
        return 1
    return 0


def engine(asked: argparse.Namespace) -> None:
    """List the engines, check one, or make it a station's."""
    if asked.do == "list":
        print("\n".join(_line(manifest.read(path), asked.models) for path in manifest.shipped()))
    elif asked.do == "check":
        path = manifest.find(asked.name)
        wanted = manifest.read(path)
        _loaded(wanted, asked.models)
        print(f"{wanted.name}: every file is the one that was published, and runs. {_calibrated(wanted)}")
    else:
        wanted = choice.use(manifest.find(asked.name), asked.folder)
        print(f"{wanted.name} is the engine of {asked.folder} from the next start of its station. {_calibrated(wanted)}")
        print("Templates of another embedder do not fit this one: if the embedder changed, everybody must enrol again.")


def calibrate(asked: argparse.Namespace) -> None:
    """Write an engine's manifest with limits from photographs: people/NAME/*.jpg and strangers/*.jpg.

    Limits are chosen on one half of the people, by name, and checked on the other. Only figures are written.
    """
    base = manifest.read(manifest.find(asked.engine))
    group = read_group(asked.group) if asked.group else None
    faces = read(asked.data, _loaded(base, asked.models), asked.cache)
    tables = tuple(table(faces, frames, asked.fpir, group) for frames in FRAMES)
    command = f"./kiosk face calibrate --data DIR --engine {base.name} --fpir {asked.fpir:g}" + (" --group FILE" if group else "")
    made = base.model_copy(update={"limits": tables, "calibration": calibration(faces, tables, _data(faces, asked), command)})
    text = written(made)
    manifest.Manifest.model_validate(yaml.safe_load(text))
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")
    print("\n".join(_rates(made)) if asked.out else text)


def written(made: Manifest) -> str:
    """The manifest as YAML."""
    document = made.model_dump(mode="json", exclude_none=False)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=140, default_flow_style=None)


def _engine_arguments(made: argparse.ArgumentParser) -> None:
    do = made.add_subparsers(dest="do", required=True)
    for name, words in (("list", "the engines that come with the project"), ("check", "load an engine"), ("use", "take it for a station")):
        one = do.add_parser(name, help=words)
        if name != "list":
            one.add_argument("name", help="name, or file of a manifest")
        if name == "use":
            one.add_argument("--folder", type=Path, required=True, metavar="DIR", help="folder of the station; files lie in DIR/models")
        else:
            one.add_argument("--models", type=Path, default=DEFAULT_MODELS, metavar="DIR", help="where the files are; default %(default)s")


def _calibrate_arguments(made: argparse.ArgumentParser) -> None:
    made.add_argument("--data", type=Path, required=True, metavar="DIR", help="people/NAME/*.jpg and strangers/*.jpg")
    made.add_argument("--out", type=Path, metavar="FILE", help="write the manifest there; default: print it")
    made.add_argument("--group", type=Path, metavar="FILE", help="names, one a line: FPIR must hold inside this group too")
    made.add_argument("--engine", default=choice.BUILT_IN, metavar="NAME", help="name or file of a manifest; default %(default)s")
    made.add_argument("--models", type=Path, default=DEFAULT_MODELS, metavar="DIR", help="files of that engine")
    made.add_argument("--fpir", type=float, default=TARGETS[0], help="strangers taken for somebody, as a ratio; default %(default)s")
    made.add_argument("--cache", type=Path, metavar="FILE", help="keep the vectors there (biometric data: delete it afterwards)")


def _loaded(wanted: Manifest, models: Path) -> Engine:
    return built_in() if wanted.name == choice.BUILT_IN else load(wanted, models)


def _line(engine: Manifest, models: Path) -> str:
    missing = [part.file for part in engine.files() if not (models / part.file).is_file()]
    state = f"needs {', '.join(missing)} in {models}" if missing else "files are there"
    return f"{engine.name:<14}{engine.summary} [{state}; {_calibrated(engine)}]"


def _calibrated(engine: Manifest) -> str:
    if not engine.limits:
        return "not calibrated: a face may not decide alone"
    return f"calibrated up to {engine.limits[0].galleries[-1].gallery} people; among more, phone digits are asked too"


def _data(faces: Faces, asked: argparse.Namespace) -> str:
    inside = sum(Half.CALIBRATE.has(name) for name in faces.people)
    outside = sum(Half.CALIBRATE.has(name) for name in faces.strangers)
    pictures = sum(map(len, faces.people.values()))
    group = f" FPIR held inside the group {asked.group.stem} too." if asked.group else ""
    return (
        f"{asked.data.resolve().name}: {len(faces.people)} people with {pictures} usable pictures and {len(faces.strangers)} strangers; "
        f"{sum(faces.refused.values())} pictures refused by the quality gate. Limits from {inside} of the people and {outside} of the "
        f"strangers (by the sha256 of the name), three enrolment pictures; rates checked on the others. Galleries larger than "
        f"{inside} are extrapolated, and checked with both halves enrolled.{group}"
    )


def _rates(made: Manifest) -> list[str]:
    lines = [f"{each.frames} frames: margin {each.margin}, limits {[(p.gallery, p.limit) for p in each.galleries]}" for each in made.limits]
    found = made.calibration.checked if made.calibration else ()
    return lines + [
        f"N {rate.gallery}, {rate.frames} frames: FPIR {rate.fpir:.2%} (< {rate.fpir_upper:.2%}, {rate.non_mated}), "
        f"FNIR {rate.fnir:.2%} (< {rate.fnir_upper:.2%}, {rate.mated})"
        for rate in found
    ]
