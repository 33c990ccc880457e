"""Which engine a station uses: a copy of its manifest in the station's folder, beside the files that go with it.

No copy means the built-in engine. `kiosk face engine use` writes it after all of it was checked; the face process reads it.
The agent reads the limits only, so models are imported late.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from edge.faces.engine import manifest
from edge.faces.engine.manifest import EngineRefused, Manifest

if TYPE_CHECKING:
    from edge.faces.engine.models import Engine

BUILT_IN = "dlib"


def choice_path(folder: Path) -> Path:
    """Where the manifest of the chosen engine lies in a station's folder."""
    return folder / "engine.yaml"


def models_folder(folder: Path) -> Path:
    """Where the operator puts the files of engines."""
    return folder / "models"


def chosen(folder: Path) -> Manifest:
    """The manifest of the engine in use: its limits belong into the station's configuration.

    Raises:
        EngineRefused: the copy is damaged.
    """
    path = choice_path(folder)
    return manifest.read(path if path.exists() else manifest.find(BUILT_IN))


def engine(folder: Path, cache: Path | None = None) -> "Engine":
    """The models of that engine, loaded and checked.

    Raises:
        EngineRefused: see `models.load`. The built-in engine is not taken instead: its vectors are others.
    """
    from edge.faces.engine.models import built_in, load

    return load(chosen(folder), models_folder(folder), cache) if choice_path(folder).exists() else built_in(cache)


def use(path: Path, folder: Path) -> Manifest:
    """Make the engine of this manifest the station's, if it loads; the station takes it at its next start.

    Raises:
        EngineRefused: nothing was changed.
    """
    from edge.faces.engine.models import load

    wanted = manifest.read(path)
    if not wanted.limits:
        advice = f"./kiosk face calibrate --engine {path.name} --data DIR --out FILE, then use that FILE"
        raise EngineRefused(f"engine {wanted.name} is not calibrated, so no face could be told from another: {advice}")
    load(wanted, models_folder(folder))
    folder.mkdir(parents=True, exist_ok=True)
    if wanted.name == BUILT_IN and path.parent == manifest.shipped_folder():
        choice_path(folder).unlink(missing_ok=True)
        return wanted
    beside = folder / f".engine.{os.getpid()}.new"
    beside.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    beside.replace(choice_path(folder))
    return wanted
