"""From the flags of a command to a plan: reads the folder, asks the cloud, compares. Used by diff, plan and apply."""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.ops import client, contexts, naming, talk, told
from cli.ops.client import Client
from cli.ops.desired import Held, Wanted, differing, ends_before, held, in_order
from cli.ops.exits import Exit, OpsFailed
from cli.ops.folder import wanted
from cli.ops.plan_file import Item, Plan, plan_id
from cli.ops.selecting import Selector, chosen, selector
from cli.places import ROOT
from contract.configuration import LEVEL

FOLDER = ROOT / "firmware_config"
MOST_RELEASE = 64
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Compared:
    """`looked_at`: stations of the folder that the cloud knows and the selector means; `unknown`: it knows not, in cities of
    which it knows some; `left`: at the cloud only; `ending`: whose document ends within a month, and which nothing renews."""

    items: tuple[Item, ...]
    looked_at: int
    unknown: tuple[str, ...]
    left: tuple[str, ...]
    ending: tuple[str, ...] = ()


def add(parser: argparse.ArgumentParser) -> None:
    """Flags of whatever compares."""
    parser.add_argument("--folder", type=Path, metavar="DIR", help="layers of configuration; else that of the context, else firmware_config/ here")
    parser.add_argument("-l", "--selector", type=selector, metavar="SELECTOR", help="such as district=riverside,state!=ok")
    parser.add_argument("--renew", type=float, metavar="DAYS", help="also sign anew what does not change, where its document ends within so many days")
    contexts.add(parser)


def folder(asked: argparse.Namespace) -> Path:
    """Of the layers that are meant."""
    if asked.folder:
        return Path(asked.folder)
    kept = contexts.chosen(asked).folder
    return Path(kept) if kept else FOLDER


def compared(asked: argparse.Namespace, server: Client, stations: Sequence[str] = ()) -> Compared:
    """Raises: OpsFailed."""
    layers = folder(asked)
    with ThreadPoolExecutor(1) as beside:  # the folder is read while the cloud looks things up
        asking = beside.submit(held, server)
        all_of_them = wanted(layers)
        there = asking.result()
    must_know(stations, [one.station for one in all_of_them], layers)
    meant = _meant(all_of_them, there, asked.selector, stations)
    known = [one for one in meant if one.station in there]
    now = datetime.now(UTC)
    items = tuple(differing(known, there, now + timedelta(days=asked.renew) if asked.renew is not None else None))
    cities = {one.city for one in known}
    unknown = tuple(sorted((one.station for one in meant if one.station not in there and (one.city in cities or stations)), key=in_order))
    in_folder = {one.station for one in all_of_them}
    left = tuple(sorted((name for name in there if name not in in_folder), key=in_order))
    ending = {one.station for one in known if ends_before(there[one.station].config, now + SOON)} - {item.station for item in items}
    return Compared(items, len(known), unknown, left, tuple(sorted(ending, key=in_order)))


def must_know(names: Sequence[str], known: Sequence[str], layers: Path) -> None:
    """Raises: OpsFailed: one of these is not in the layers; says which are near."""
    naming.all_known("station", names, known, f"in {layers}", "./kiosk config list shows who is")


def planned(asked: argparse.Namespace, stations: Sequence[str] = ()) -> Plan:
    """Raises: OpsFailed."""
    server = client.of(asked)
    found = compared(asked, server, stations)
    warn(found)
    name = plan_id(found.items)
    release = asked.release or "-".join(part for part in (commit(folder(asked)), name) if part)
    if len(release) > MOST_RELEASE:
        raise OpsFailed(Exit.MISUSED, f"--release {release[:20]}…: {len(release)} characters, at most {MOST_RELEASE}")
    return Plan(
        id=name, made_at=datetime.now(UTC), server=server.server, release=release, selector=str(asked.selector or ""), level=LEVEL,
        same=found.looked_at - len(found.items), unknown=found.unknown, items=found.items,
    )  # fmt: skip


def warn(found: Compared) -> None:
    """What is on one side only, on stderr."""
    for names, words in ((found.unknown, "in the folder, and the cloud never heard of"), (found.left, "at the cloud, and not in the folder")):
        if names:
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            talk.say(f"note: {len(names)} {words}: {' '.join(names[:5])}{more}")
    if found.ending:
        text = f"{told.count(len(found.ending))} with a document that ends within {SOON.days} days or is over: {told.names(found.ending, 5)}"
        talk.say(f"note: {text}; --renew {SOON.days} signs these anew")


def commit(folder: Path) -> str:
    """Short hash of what is checked out there, `-edited` when something is not committed; empty where git does not keep it."""
    try:
        head = _git(folder, "rev-parse", "--short=10", "HEAD") if _git(folder, "ls-files", "--", "*.yaml") else ""
        return head + ("-edited" if _git(folder, "status", "--porcelain", "--", ".") else "") if head else ""
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _meant(all_of_them: Sequence[Wanted], there: dict[str, Held], by: Selector | None, stations: Sequence[str]) -> list[Wanted]:
    """By name and by selector; the keys are those of both tables, and of the folder where the cloud knows nothing."""
    named = [one for one in all_of_them if not stations or one.station in stations]
    if by is None:
        return named
    rows = []
    for one in named:
        known = there.get(one.station)
        told = {**(known.config if known else {}), **((known.station if known else None) or {})}
        rows.append({**told, "station": one.station, "district": one.district, "grade": one.grade, "city": one.city, **one.labels})
    fit = {row["station"] for row in chosen(rows, by)}
    return [one for one in named if one.station in fit]
