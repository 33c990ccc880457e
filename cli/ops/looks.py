"""What `kiosk get` shows: for each kind of thing the rows that the cloud gives and the columns in which they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cli.ops import naming
from cli.ops.client import Client, quoted
from cli.ops.exits import Exit, OpsFailed
from cli.ops.tables import Column

Row = dict[str, Any]
NOT_PUSHED = "as provisioned"
PAGE = 2000


@dataclass(frozen=True)
class Look:
    """`name` is the key of what names a row; `rows` gets the client and the names that were asked for, none for all."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[Client, list[str]], list[Row]]


def stations(client: Client, names: list[str]) -> list[Row]:
    """`state` is ok, faulty (online with a fault), or late, lost, stopped, unknown."""
    return [_station(one) for one in _named("station", client.pages("/stations", limit=PAGE), names)]


def _named(what: str, found: Iterable[Row], names: list[str], key: str = "station") -> list[Row]:
    """Those that were asked for, all when none was. Raises: OpsFailed: the cloud knows none of this name."""
    rows = list(found)
    naming.all_known(what, names, [str(one[key]) for one in rows], "known to the cloud", f"./kiosk get {what}s -o name lists them")
    return [one for one in rows if not names or str(one[key]) in names]


def _station(one: Row) -> Row:
    faults = [f"{fault['fault']}{':' if fault['part'] else ''}{fault['part']}" for fault in one["faults"]]
    state = "faulty" if one["standing"] == "online" and faults else "ok" if one["standing"] == "online" else one["standing"]
    return {**one, "state": state, "faults": faults, "roster": one["roster"]["reported"]}


def config(client: Client, names: list[str]) -> list[Row]:
    """Which document each station has, and how it fared; what stands in it: ./kiosk config show, ./kiosk diff."""
    found = _named("station", client.pages("/config", limit=200), names)
    rows = [{**one, "release": one.get("release") or NOT_PUSHED} for one in found]
    return [{key: value for key, value in row.items() if key not in ("content", "undo")} for row in rows]


def rollouts(client: Client, names: list[str]) -> list[Row]:
    """The newest first."""
    return [rollout(one) for one in _named("rollout", client.pages("/rollouts"), names, "id")]


def rollout(one: Row) -> Row:
    """`done`: confirmed of all."""
    counts = one.get("counts") or {}
    done = f"{counts.get('confirmed', 0)}/{sum(counts.values())}"
    return {**one, "done": done, "failed": counts.get("failed", 0), "back": counts.get("back", 0)}


def alarms(client: Client, names: list[str]) -> list[Row]:
    """Those that stand now."""
    found = client.get("/alerts", standing="true", limit=1000)["items"]
    return [{**one, "alarm": f"{one['station'] or 'cloud'}/{one['name']}"} for one in found if not names or one["station"] in names]


def orders(client: Client, names: list[str]) -> list[Row]:
    """Those to the named stations. Raises: OpsFailed when none is named."""
    if not names:
        raise OpsFailed(Exit.MISUSED, "get orders: name one station or more, such as ./kiosk get orders st-1; ./kiosk get stations has the names")
    found = [one for name in names for one in client.pages(f"/stations/{quoted(name)}/orders")]
    if not found:
        stations(client, names)  # a slip of the pen is told
    return found


LOOKS = {
    "stations": Look("station", (
        Column("STATION", "station"), Column("STATE", "state"), Column("DISTRICT", "district"), Column("DOOR", "door"), Column("INSIDE", "inside"),
        Column("FAULTS", "faults"), Column("NAME", "name"), Column("CITY", "city", wide=True), Column("VERSION", "version", wide=True),
        Column("WAITING", "waiting_facts", wide=True), Column("ROSTER", "roster", wide=True), Column("SINCE", "since", wide=True),
        Column("WHY", "reason", wide=True),
    ), stations),
    "config": Look("station", (
        Column("STATION", "station"), Column("PHASE", "phase"), Column("VERSION", "version"), Column("IN FORCE", "in_force_version"),
        Column("RELEASE", "release"), Column("DISTRICT", "district"), Column("REASON", "reason"),
        Column("CONFIRMED", "confirmed_version", wide=True), Column("SHA256", "in_force_sha256", wide=True), Column("ROOT", "root", wide=True),
        Column("LEVEL", "level", wide=True), Column("REPORTED", "reported_at", wide=True),
    ), config),
    "rollouts": Look("id", (
        Column("ID", "id"), Column("STATE", "state"), Column("DONE", "done"), Column("FAILED", "failed"), Column("BACK", "back"), Column("WAVE", "wave"),
        Column("WHO", "who"), Column("NAME", "name"), Column("RELEASE", "release", wide=True), Column("REASON", "reason", wide=True),
        Column("MADE", "made_at", wide=True),
    ), rollouts),
    "alarms": Look("alarm", (
        Column("ALARM", "name"), Column("SEVERITY", "severity"), Column("STATION", "station"), Column("SINCE", "since"), Column("WHAT", "summary"),
        Column("DISTRICT", "district", wide=True), Column("TO DO", "todo", wide=True), Column("LINK", "link", wide=True),
    ), alarms),
    "orders": Look("id", (
        Column("ID", "id"), Column("STATION", "station"), Column("ORDER", "order"), Column("STATE", "state"), Column("OPERATOR", "operator"),
        Column("AT", "at"), Column("REASON", "reason"), Column("WORDS", "words"), Column("FLAW", "flaw", wide=True),
    ), orders),
}  # fmt: skip
