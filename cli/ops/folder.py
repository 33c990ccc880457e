"""The folder of layers as a list of what each station is to have. Refuses a folder with anything wrong in it."""

from __future__ import annotations

from pathlib import Path

from cli import config_tree
from cli.ops.desired import Wanted
from cli.ops.exits import Exit, OpsFailed

SHOWN = 3


def wanted(folder: Path) -> list[Wanted]:
    """Of every station.

    Raises:
        OpsFailed: there is no such folder, or something in it is wrong.
    """
    if not folder.is_dir():
        raise OpsFailed(Exit.MISUSED, f"--folder {folder}: there is no such folder")
    tree = config_tree.load(folder)
    if tree.problems:
        shown = "\n".join(f"  {problem}" for problem in tree.problems[:SHOWN])
        more = f"\n  and {len(tree.problems) - SHOWN} more; ./kiosk config check lists them" if len(tree.problems) > SHOWN else ""
        raise OpsFailed(Exit.FAILED, f"--folder {folder}: nothing was compared, since this is wrong:\n{shown}{more}")
    return [
        Wanted(
            one.station, one.district, one.grade, one.city, {"kind": one.kind, "name": one.name}, tree.content(one.station), tree.configs[one.station],
        )
        for one in tree.stations()
    ]  # fmt: skip
