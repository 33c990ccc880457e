"""A rollout in words and bars: how far each wave is, who failed and why, what was judged, who did what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.ops.tables import grid, padded, plain, width
from cli.ops.talk import Colour, coloured

BAR = 20
SHOWN = 12
HISTORY = 8
LONGEST = 90
ENDED = ("done", "taken_back", "aborted", "undone")
"""It moves no more by itself."""
GOOD_END = ("done",)
STATES = {
    "draft": "a draft: nothing was sent", "running": "running", "paused": "paused: waits for a person", "done": "done",
    "taken_back": "taken back by itself", "aborted": "aborted, as it stands", "undone": "undone: everything taken back",
}  # fmt: skip
WAVE_STATES = {
    "pending": "not yet", "running": "running", "soaking": "service is being watched", "passed": "passed", "taken_back": "taken back",
}
SEATS = {
    "confirmed": "confirmed", "trial": "on trial", "sent": "sent", "waiting": "waiting", "pending": "not yet", "failed": "failed", "back": "back",
    "cancelled": "left out",
}  # fmt: skip
JUDGED = {
    "well": "service as before", "worse": "service got worse", "unsure": "too few visits to judge",
    "doubtful": "looks worse, waiting for more visits",
}
COLOURS = {
    "done": Colour.GOOD, "passed": Colour.GOOD, "confirmed": Colour.GOOD, "paused": Colour.WAITING, "soaking": Colour.WAITING, "taken_back": Colour.BAD,
    "failed": Colour.BAD, "undone": Colour.BAD, "aborted": Colour.BAD, "pending": Colour.QUIET, "draft": Colour.QUIET,
}  # fmt: skip
Row = Mapping[str, Any]
WENT_BACK = "went back by itself"
"""As cloud/domain/seats.py says it."""


def text(rollout: Row, failed: Sequence[Row], waiting: Sequence[Row]) -> str:
    """The whole page."""
    parts = [_head(rollout)]
    if rollout["waves"]:
        parts.append(waves(rollout["waves"]))
    if failed:
        parts.append(_stations("failed", failed))
    if waiting:
        title = "waiting; it is done when one of these has it" if only_waits(rollout) else "waiting, and holding up nobody"
        parts.append(_stations(title, waiting))
    said = [f"wave {one['wave']}: {plain(one['words'])}" for one in rollout.get("verdicts") or ()]
    if said:
        parts.append("judged by service:\n" + "\n".join(f"  {one}" for one in said))
    if rollout.get("history"):
        parts.append(_history(rollout["history"]))
    if rollout["state"] == "paused":
        parts.append(f"next: ./kiosk rollout undo|retry|resume|abort {rollout['id']} --reason TEXT")
        if any(str(row.get("reason") or "").startswith(WENT_BACK) for row in failed):
            parts[-1] += "\nwho went back by itself does not try the same document twice: abort, then ./kiosk plan and ./kiosk apply sign it anew"
    return "\n\n".join(parts)


def only_waits(rollout: Row) -> bool:
    """Running, and nobody has it, and nobody is under way: offline, or not able to take it yet."""
    counts = rollout.get("counts") or {}
    moving = any(counts.get(state) for state in ("pending", "sent", "trial", "confirmed"))
    return rollout["state"] == "running" and bool(counts.get("waiting")) and not moving


def waves(lines: Sequence[Row], known: Sequence[Row] = ()) -> str:
    """One line each: bar, how many of how many, the rest in words, the verdict. Those that are among `known` are left out."""
    cells = [_wave(one) for one in lines]
    widths = [max(width(row[number]) for row in cells) for number in range(len(cells[0]))] if cells else []
    rows = []
    for one, row in zip(lines, cells, strict=True):
        padding = [padded(cell, wide) for cell, wide in zip(row, widths, strict=True)]
        padding[3] = _in_colour(padding[3], str(one.get("state") or "pending"))
        if row not in [_wave(other) for other in known]:
            rows.append("  ".join(padding).rstrip())
    return "\n".join(rows)


def _wave(one: Row) -> tuple[str, str, str, str, str]:
    counts = one.get("counts") or {}
    total = sum(counts.values()) or 1
    state = one.get("state") or "pending"
    said = ("confirmed", state)
    rest = [f"{number} {SEATS.get(seat, seat)}" for seat, number in counts.items() if number and seat not in said]
    judged = JUDGED.get(one["verdict"]["verdict"], "") if one.get("verdict") else ""
    words = "; ".join(part for part in (", ".join(rest), plain(judged)) if part)
    return f"wave {one['number']}", plain(str(one["label"])), bar(counts, total), WAVE_STATES.get(state, state), words


def bar(counts: Mapping[str, int], total: int, wide: int = BAR) -> str:
    """█ confirmed, ▒ under way, x failed or taken back, · not yet; then the numbers."""
    groups = (("█", ("confirmed",)), ("x", ("failed", "back")), ("▒", ("sent", "trial", "waiting")))
    drawn = ""
    for sign, states in groups:
        number = sum(counts.get(state, 0) for state in states)
        drawn += sign * max(1 if number else 0, round(wide * number / total))
    return f"{drawn[:wide]:·<{wide}} {counts.get('confirmed', 0)}/{total}"


def _head(rollout: Row) -> str:
    state = str(rollout["state"])
    said = _in_colour(STATES.get(state, state), state)
    named = f"rollout {rollout['id']}  {plain(str(rollout['name']))}: {said}"
    return f"{named}\nrelease {plain(str(rollout.get('release') or '-'))}, by {rollout.get('who') or '?'}: {plain(str(rollout.get('reason') or '-'))}"


def _stations(title: str, rows: Sequence[Row]) -> str:
    lines = [f"  {row['station']}  {plain(str(row.get('reason') or 'no reason given'))}" for row in rows[:SHOWN]]
    more = [f"  and {len(rows) - SHOWN} more"] if len(rows) > SHOWN else []
    return "\n".join([f"{title}:", *lines, *more])


def _history(entries: Sequence[Row]) -> str:
    """The last few, oldest first."""
    rows = []
    for one in sorted(entries, key=lambda entry: str(entry["at"]))[-HISTORY:]:
        words = [plain(str(part)) for part in (one.get("why"), one.get("result")) if part]
        short = "; ".join(part if len(part) <= LONGEST else f"{part[: LONGEST - 1]}…" for part in words)
        rows.append([str(one["at"])[11:19], str(one["who"]), plain(str(one["what"])), short or "-"])
    return "history (UTC):\n" + "\n".join(f"  {line}" for line in grid(["AT", "WHO", "WHAT", "WHY"], rows).splitlines())


def _in_colour(words: str, state: str) -> str:
    colour = COLOURS.get(state)
    return coloured(words, colour) if colour else words
