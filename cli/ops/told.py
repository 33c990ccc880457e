"""Differences and plans in words: what many stations share is said once."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from cli.ops.plan_file import FieldChange, Item, Plan
from cli.ops.tables import grid, plain

SHOWN = 8
"""Stations that are named before the rest is counted."""
LONGEST = 60
NOTES = {
    "offline": "offline; they take it when they return and hold up nobody",
    "level": "left out, of an older level: they would refuse it until their software is updated",
    "root": "left out, without a root key: they would refuse it; see docs/trust.md",
    "failed": "did not take their last document; this one is sent anew",
    "unsettled": "still busy with the document before",
}


def count(number: int, one: str = "station") -> str:
    """`1 station`, `2 stations`."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def names(stations: Sequence[str], shown: int = SHOWN) -> str:
    """The first of them, and how many more."""
    more = len(stations) - shown
    return " ".join(stations[:shown]) + (f" and {more} more" if more > 0 else "")


def value(given: object) -> str:
    """Short, as in YAML's flow form: JSON without quotes around plain words, 8 for 8.0."""
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    text = plain(given if isinstance(given, str) else json.dumps(given, ensure_ascii=False))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def change(one: FieldChange) -> str:
    """`~ door.unlock_s  5 -> 8`; + and - for what comes and goes."""
    restart = "" if one.live else "   (restart)"
    if one.before is None and one.after is not None:
        return f"+ {one.field}: {value(one.after)}{restart}"
    if one.after is None and one.before is not None:
        return f"- {one.field}: {value(one.before)}{restart}"
    return f"~ {one.field}: {value(one.before)} -> {value(one.after)}{restart}"


def grouped(items: Iterable[Item], shown: int = SHOWN) -> str:
    """Stations that change alike stand together, the most numerous first."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for item in items:
        groups[lines(item)].append(item.station)
    in_turn = sorted(groups.items(), key=lambda group: -len(group[1]))
    return "\n\n".join(f"{count(len(stations))}: {names(stations, shown)}\n" + "\n".join(f"  {line}" for line in said) for said, stations in in_turn)


def each(items: Iterable[Item]) -> str:
    """Station by station, with what is to be known of it."""
    blocks = []
    for item in items:
        notes = [f"  ! {plain(note)}" for note in item.notes.values()]
        blocks.append("\n".join([f"{item.station}  {plain(item.district)}", *(f"  {line}" for line in lines(item)), *notes]))
    return "\n\n".join(blocks)


def lines(item: Item) -> tuple[str, ...]:
    """What changes there."""
    if item.first:
        return ("+ a whole configuration; before: as provisioned",)
    return tuple(change(one) for one in item.changes) or ("= the same fields, sent once more",)


def summary(plan: Plan) -> str:
    """How many, which fields, what needs a restart, who will be slow or refuse."""
    items = plan.items
    text = [f"plan {plan.id}: {count(len(items))} change{'s' if len(items) == 1 else ''}, {count(plan.same)} stay{'s' if plan.same == 1 else ''} as they are"]
    if not items:
        return f"plan {plan.id}: nothing changes; {count(plan.same)} looked at"
    text += [f"release {plan.release}, for {plan.server}", "", _fields(items), ""]
    restarting = [item.station for item in items if item.restart]
    live = len(items) - len(restarting)
    if live:
        text.append(f"{count(live)} take{'s' if live == 1 else ''} it while running")
    if restarting:
        text.append(f"{count(len(restarting))} restart{'s' if len(restarting) == 1 else ''} in order, once nobody is inside: {names(restarting)}")
    for name, words in NOTES.items():
        noted = [item.station for item in items if name in item.notes]
        if noted:
            text.append(f"{count(len(noted))} {words}: {names(noted)}")
    if plan.unknown:
        text.append(f"{count(len(plan.unknown))} of the folder left out, the cloud never heard of them: {names(plan.unknown)}")
    return "\n".join(text)


def _fields(items: Sequence[Item]) -> str:
    """Each field once: how many stations, from what to what where it is the same everywhere."""
    found: dict[str, list[FieldChange]] = defaultdict(list)
    for item in items:
        for one in item.changes:
            found[one.field].append(one)
    first = sum(item.first for item in items)
    rows = [["whole configuration", str(first), "as provisioned -> all that the layers say", "restart"]] if first else []
    again = sum(not item.first and not item.changes for item in items)
    rows += [["none: the same, signed anew", str(again), "-", "live"]] if again else []
    for field, changes in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        values = Counter(f"{value(one.before)} -> {value(one.after)}" for one in changes)
        words = next(iter(values)) if len(values) == 1 else f"{len(values)} different changes"
        rows.append([field, str(len(changes)), words, "live" if all(one.live for one in changes) else "restart"])
    return grid(["FIELD", "STATIONS", "CHANGE", "NEEDS"], rows)
