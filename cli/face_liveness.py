"""`kiosk face liveness`: a passive liveness model for a station (list, check, use, off). Changes nothing that was not checked first."""

from __future__ import annotations

import argparse
from pathlib import Path

from contract.liveness import PASSIVE
from edge.faces.passive import choice, manifest
from edge.faces.passive.manifest import PassiveModel, PassiveRefused
from edge.faces.passive.model import PassiveNet


def arguments(made: argparse.ArgumentParser, models: Path) -> None:
    """What can be asked. `models`: where files are looked for when nothing is said."""
    do = made.add_subparsers(dest="do", required=True)
    what = {"list": "the examples that come with the project", "check": "load a model", "use": "take it for a station", "off": "use none"}
    for name, words in what.items():
        one = do.add_parser(name, help=words)
        if name in ("check", "use"):
            one.add_argument("name", help="name of an example, or file of a manifest")
        if name in ("use", "off"):
            one.add_argument("--folder", type=Path, required=True, metavar="DIR", help="folder of the station; the file lies in DIR/models")
        else:
            one.add_argument("--models", type=Path, default=models, metavar="DIR", help="where the files are; default %(default)s")


def liveness(asked: argparse.Namespace) -> None:
    """List the examples, check a model, make it a station's, or take it away.

    Raises:
        PassiveRefused: nothing was changed.
    """
    if asked.do == "list":
        print("\n".join(_line(path, asked.models) for path in manifest.shipped()))
    elif asked.do == "check":
        wanted = manifest.read(manifest.find(asked.name))
        PassiveNet(wanted, asked.models)
        print(f"{wanted.name}: the file is the one that the manifest names, and runs. Whether it tells a face from a picture of one was not tested.")
    elif asked.do == "use":
        wanted = choice.use(manifest.find(asked.name), asked.folder)
        print(f"{wanted.name} judges faces at {asked.folder} from the next start of its station. {_required(wanted)}")
    else:
        there = choice.off(asked.folder)
        print(f"{asked.folder} uses no liveness model from the next start of its station." if there else f"{asked.folder} used none.")
        print(f"If its configuration asks {PASSIVE} in identity.liveness, no face opens that door until it asks no more.")


def _required(wanted: PassiveModel) -> str:
    line = f'"liveness": [{{"source": "{PASSIVE}", "threshold": {wanted.threshold:g}}}]'
    return f"Its word counts when the configuration of the station asks for it, in identity: {line}"


def _line(path: Path, models: Path) -> str:
    try:
        wanted = manifest.read(path)
    except PassiveRefused as error:
        return f"{path.stem:<16}[{error}]"
    state = "file is there" if (models / wanted.file).is_file() else f"needs {wanted.file} in {models}"
    return f"{wanted.name:<16}{wanted.summary} [{state}]"
