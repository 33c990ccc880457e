"""`kiosk bench identify`: who is let in wrongly and who is kept out, by size of the gallery, at the shipped operating point.

Beside it what face_recognition's default (tolerance 0.6, first match) does with the same pictures. Rows with one probe
picture show a station that is set to `identity.frames: 1`; with three, the default. Bounds: one-sided 95 % Clopper-Pearson.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2

from cli.face_data import DataRefused, Faces, Half, read, read_group
from cli.face_rates import Rates, Rule, plain, rates, shipped
from cli.face_trials import Design, most_people, trials
from contract.config import IdentityConfig
from edge.domain.identity import calibrated
from edge.faces.engine import manifest
from edge.faces.engine.choice import BUILT_IN
from edge.faces.engine.manifest import EngineRefused, Manifest
from edge.faces.engine.models import built_in, load

GALLERIES = (20, 50, 100, 300)
COUNTS = (1, 3)
EVERYBODY = "all"


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="kiosk bench identify", description=__doc__)
    made.add_argument("--data", type=Path, required=True, metavar="DIR", help="people/NAME/*.jpg and strangers/*.jpg")
    made.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    made.add_argument("--group", type=Path, metavar="FILE", action="append", default=[], help="names, one a line, reported apart")
    made.add_argument(
        "--half",
        choices=[half.value for half in Half],
        default="all",
        help="whose visits count; test: only people that `face calibrate` did not see",
    )
    made.add_argument("--engine", default=BUILT_IN, metavar="NAME", help="name or file of a manifest; default %(default)s")
    made.add_argument("--models", type=Path, default=Path("models"), metavar="DIR", help="files of that engine")
    made.add_argument("--cache", type=Path, metavar="FILE", help="keep the vectors there (biometric data: delete it afterwards)")
    made.add_argument("--seed", type=int, default=1, help="of the draw of galleries; default %(default)s")
    return made


def main(argv: list[str]) -> int:
    """0, 1 when the data or the engine are refused."""
    asked = parser().parse_args(argv)
    cv2.setNumThreads(1)
    try:
        engine = manifest.read(manifest.find(asked.engine))
        parts = built_in() if engine.name == BUILT_IN else load(engine, asked.models)
        groups = {path.stem: read_group(path) for path in asked.group}
        faces = read(asked.data, parts, asked.cache)
        found = report(faces, engine, groups, Half(asked.half), asked.seed)
    except (DataRefused, EngineRefused) as error:
        print(f"kiosk bench identify: {error}", file=sys.stderr)
        return 1
    print(in_words(found["results"]))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


def report(faces: Faces, engine: Manifest, groups: dict[str, frozenset[str]], half: Half, seed: int) -> dict[str, Any]:
    """The rows, and what they were made from."""
    sets: dict[str, frozenset[str] | None] = {EVERYBODY: None, **groups}
    rows = [row for name, among in sets.items() for row in _rows(faces, engine, name, Design(1, 1, 1, half, among, seed=seed))]
    about = {"people": len(faces.people), "strangers": len(faces.strangers), "refused_pictures": dict(faces.refused)}
    point = {str(each.frames): each.model_dump(mode="json") for each in engine.limits}
    bound = "one-sided 95 % Clopper-Pearson"
    return {"results": rows, "data": about, "half": half.value, "engine": engine.name, "limits": point, "bound": bound}


def _rows(faces: Faces, engine: Manifest, name: str, design: Design) -> Iterator[dict[str, Any]]:
    for gallery in GALLERIES:
        for enrol, probe in ((enrol, probe) for enrol in COUNTS for probe in COUNTS):
            asked = replace(design, gallery=gallery, enrol=enrol, probe=probe)
            asked = replace(asked, fill=gallery >= most_people(faces, asked))
            config = calibrated(IdentityConfig(), engine.table(probe))
            series = trials(faces, asked)
            rules: dict[str, Rule] = {"shipped": shipped(config, gallery), "plain": plain}
            for word, rule in rules.items():
                found = rates(series, rule)
                if found.mated or found.non_mated:
                    yield _row(asked, name, word, found)


def _row(design: Design, group: str, rule: str, found: Rates) -> dict[str, Any]:
    return {
        "n": design.gallery, "enrol_images": design.enrol, "probe_images": design.probe, "group": group, "rule": rule,
        "fpir": found.fpir, "fpir_upper": found.fpir_upper, "fnir": found.fnir, "fnir_upper": found.fnir_upper,
        "wrong_person": found.wrong_person, "non_mated": found.non_mated, "mated": found.mated,
    }  # fmt: skip


def in_words(rows: list[dict[str, Any]]) -> str:
    """The rows as a table in Markdown."""
    head = "| group | N | enrol + probe | rule | FPIR (95 % bound) | FNIR (95 % bound) | wrong person | non-mated, mated |"
    return "\n".join([head, "| --- " * 8 + "|", *map(_line, rows)])


def _line(row: dict[str, Any]) -> str:
    cells = [row["group"], row["n"], f"{row['enrol_images']} + {row['probe_images']}", row["rule"]]
    cells += [f"{row[name]:.2%} ({row[f'{name}_upper']:.2%})" for name in ("fpir", "fnir")]
    cells += [f"{row['wrong_person']:.2%}", f"{row['non_mated']}, {row['mated']}"]
    return "| " + " | ".join(map(str, cells)) + " |"
