"""Which passive liveness model a station uses: a copy of its manifest in the station's folder, beside `models/` with the file.

No copy means none. `kiosk face liveness use` writes it after all of it was checked; the face process reads it when it starts.
"""

import os
from pathlib import Path

from edge.faces.engine.choice import models_folder
from edge.faces.passive import manifest
from edge.faces.passive.manifest import PassiveModel, PassiveRefused
from edge.faces.passive.model import Judge, PassiveNet

NONE = "no model chosen; ./kiosk face liveness use MANIFEST --folder DIR"


def choice_path(folder: Path) -> Path:
    """Where the manifest of the chosen model lies in a station's folder."""
    return folder / "liveness.yaml"


def judge(folder: Path) -> Judge:
    """The station's model, loaded and checked.

    Raises:
        PassiveRefused: none was chosen, or what was chosen does not fit any more.
    """
    path = choice_path(folder)
    if not path.exists():
        raise PassiveRefused(NONE)
    wanted = manifest.read(path)
    return Judge(PassiveNet(wanted, models_folder(folder)), wanted.frames)


def use(path: Path, folder: Path) -> PassiveModel:
    """Make the model of this manifest the station's, if it loads; the station takes it at its next start.

    Raises:
        PassiveRefused: nothing was changed.
    """
    wanted = manifest.read(path)
    PassiveNet(wanted, models_folder(folder))
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".liveness.{os.getpid()}.new"
    beside.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    beside.replace(choice_path(folder))
    return wanted


def off(folder: Path) -> bool:
    """Use none from the next start on; whether there was one. The file in `models/` stays."""
    there = choice_path(folder).exists()
    choice_path(folder).unlink(missing_ok=True)
    return there
