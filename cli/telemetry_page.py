"""Writes docs/telemetry.md: the contract on the wire with an example of everything, taken from the contract itself and from its golden payloads.

Decides nothing: what is said here in words is tested to name every leaf and every reason.
"""

import json
from enum import StrEnum

from pydantic import BaseModel

from cli.places import ROOT
from cloud.domain.intake import Reason
from contract import packing, samples, series
from contract.envelope import Ack, ClockState, Header
from contract.schema import NOTE
from contract.state import State
from contract.topics import SHARDS, TABLE, Leaf, Traffic, root, topic

PAGE = "docs/telemetry.md"
GOLDEN = ROOT / "tests/contract/golden"
EXAMPLE = "st-1"

LEAVES: dict[Leaf, tuple[str, tuple[str, ...]]] = {
    Leaf.EVT: ("One fact. Every kind and its fields: [facts.md](facts.md).", ("fact_water_poured",)),
    Leaf.ALARM: ("A fact that cannot wait: same epoch, same count, same envelope as on `evt`, only sent first.", ("fact_fault_raised",)),
    Leaf.TELE: ("Measurements in columns, gzip-compressed. Shown here unpacked.", ("samples",)),
    Leaf.STATE: ("What the station says of itself, retained; the same document with `link` `lost` is its last will.", ("state",)),
    Leaf.ACK: ("The cloud has committed. The only thing by which a station deletes.", ("ack",)),
    Leaf.ROSTER_DESIRED: ("Who has a right, as a whole document with a version that grows; retained.", ("roster",)),
    Leaf.ROSTER_REPORTED: ("Which roster is in force, and why a newer one was refused.", ("roster_report",)),
    Leaf.CMD: ("Do something now; never retained, so that nothing old is done.", ("command_identify", "command_rebirth", "command_forget_face")),
    Leaf.CMD_REPLY: ("What came of it.", ("reply",)),
    Leaf.CFG_DESIRED: ("Reserved: nobody publishes or hears it yet.", ()),
    Leaf.CFG_REPORTED: ("Reserved: the cloud takes it and does nothing with it yet.", ()),
    Leaf.QUOTA_ASK: ("A station asks for a part of somebody's day: [quota.md](quota.md).", ("quota_ask",)),
    Leaf.QUOTA_LEASE: ("The part that it got.", ("quota_lease",)),
}
"""Leaf -> what it is for, and the golden payloads that show it."""

REASONS = {
    Reason.TOPIC: "not a topic of this contract, or one that stations do not publish",
    Reason.TOO_LARGE: "longer than its leaf allows; not looked into",
    Reason.GARBLED: "no envelope, no JSON, damaged gzip, or more than allowed when unpacked",
    Reason.NOT_UNDERSTOOD: "the envelope is sound, what is in it is not known here; its seq counts as committed, so that it blocks nothing",
    Reason.FOREIGN_STATION: "topic and envelope name different stations",
    Reason.FUTURE_DATED: "a time that can not be (before 2025, or more than a day ahead). A fact is kept nevertheless, its time not believed (`clock` unsure), "
    "and its point stands where it arrived; samples are refused and acknowledged",
}
"""Why the cloud refuses, in words."""

RULES = f"""\
## In short

- MQTT 3.1.1, QoS 1, clean sessions, no shared subscriptions; any broker that keeps to that. Who may publish and subscribe what is derived from the table below.
- `ss/v1/SHARD/STATION/LEAF`. The shard is `crc32(station) % {SHARDS}` in two digits: `{root(EXAMPLE)}`. A worker of the cloud owns whole shards.
- **A PUBACK means nothing.** A row leaves the station's disk when `ack` of the cloud covers it; the cloud says so after its own commit.
- A message is known by (station, epoch, seq). Epoch: drawn once for an outbox database, and kept over restarts. Seq: counts up by one from 1, never
  used twice. Facts have one epoch and count (leaves `evt` and `alarm`), batches of samples another (`tele`).
- The same message may come any number of times and in any order; it is stored once. Facts are ordered by seq, not by arrival and not by clock.
- Times are text in UTC with `Z`. A time is never decided by: `up` is the monotonic clock of the boot, `clock` says how far `at` is believed.
"""

ACKNOWLEDGING = """\
## Acknowledgement and resending

`ack` says `{epoch, upto, ahead}`. **`upto`** is cumulative: everything of this epoch up to and with it is committed (or was declared gone by `base`) and may
be deleted. **`ahead`**: ranges beyond the first hole that are committed too, newest first, at most eight: they need not be sent again and must *not* be
deleted yet; the cloud may forget them. What neither covers is sent again after 10 s, then later and later up to 2 min while nothing is heard.

Every envelope carries **`base`**, the oldest seq that the station still holds. A cloud with an empty database begins there; a cloud that misses seqs below
`base` counts them as `facts_missing` and says so in `/api/v1/health`. An `ack` is repeated whenever something comes that is committed already, so that
a lost one costs nothing. An `upto` above what was ever written is not believed.

## Lanes: what is sent first

| lane | what | how |
| --- | --- | --- |
| alarm | facts that operators are told of at once | first, on leaf `alarm`; some places of the window are always theirs |
| live | what was stored since the link came up | at once, ahead of any backlog |
| backfill | what waited | oldest first, at most `telemetry.backfill_per_s` a second and half of the window |

So seqs arrive out of order after an outage: today's facts first, last night's behind them. A backlog that fits the window is sent in plain order.
Rows that were recorded with an unsure clock are restamped from `up` once the clock is trusted in the same boot (`clock` = `derived`), before
they are first sent.

## What a station may give up

Facts never. Samples when `telemetry.outbox_mb` is reached: first every second instant of the oldest quarter, then the oldest, an hour or so at a time.
A `gap_recorded` fact is committed *before* they go, so that a gap is told and never hidden.
"""

OWN = """\
## Writing a station of your own

1. Connect with the station's account. The user name is the station id; on brokers that do not bind the client id to it choose one that others cannot guess.
2. Last will: the `state` document with `link` `lost`, retained, QoS 1, with this boot and the session number that the connection will have.
3. Subscribe to your own `ack`, `roster/desired`, `cmd`, `quota/lease`; then publish `state` with `link` `online`, retained. Say it again at least every minute.
4. Write each fact to disk *before* you act on it, with the next seq; send it on `evt` with at most 64 unacknowledged; delete by `upto` only.
5. On `rebirth` send state and roster report again, and everything that is not acknowledged.
6. An orderly end publishes `state` with `link` `stopped`, then disconnects.

## Writing a consumer of your own

- Of facts: read `/api/v1/facts` (pages by `cursor`) or `/api/v1/stream` (goes on after `Last-Event-ID`), which is the committed ledger without
  duplicates. Do not listen to `evt`: you would see repetitions, and things that were refused.
- Of measurements: InfluxQL on the series below; they may come hours late (`late_s`), so ask again for what you have shown.
- A second worker of the cloud: its own broker account and its own shards, and one `ack` for each epoch; nobody else may publish `ack`.
- The schema of every message: `firmware_config/schema/wire.schema.json`.
"""


def generated() -> dict[str, str]:
    """Path from the project's root -> text."""
    return {PAGE: page()}


def page() -> str:
    """The whole page."""
    parts = [f"# Telemetry: the contract on the wire\n\n{NOTE}", RULES, topics(), envelope(), documents(), packed(), ACKNOWLEDGING, refusals(), measured(), OWN]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def topics() -> str:
    """The table of leaves."""
    rows = [f"| `{leaf.value}` | {each.direction.value} | {each.qos} | {_yes(each)} | {each.limit} | {LEAVES[leaf][0]} |" for leaf, each in TABLE.items()]
    return "\n".join(["## Topics\n", "| leaf | who publishes | QoS | retained | largest, bytes | |", "| --- | --- | --- | --- | --- | --- |", *rows])


def envelope() -> str:
    """Its fields, and how a clock is believed."""
    meaning = {
        "v": "version of this contract", "station": "as in the topic", "epoch": "of the outbox", "seq": "counts up by one in its epoch",
        "base": "the oldest seq that the station still holds", "boot": "drawn at each start", "at": "wall time of the station",
        "up": "s of its monotonic clock", "clock": f"how far `at` is believed: {_words(ClockState)}",
    }  # fmt: skip
    rows = [f"| `{name}` | {meaning[name]} |" for name in Header.model_fields]
    head = "Around every payload of `evt`, `alarm` and `tele`; `type` says what `data` is.\n"
    return "\n".join(["## Envelope\n", head, "| field | meaning |", "| --- | --- |", *rows])


def documents() -> str:
    """An example of every leaf."""
    found = ["## Every leaf by example"]
    for leaf, (meaning, names) in LEAVES.items():
        if names:
            found += [f"\n### {leaf.value}\n\n`{topic(EXAMPLE, leaf)}`. {meaning}\n", *(_block(name) for name in names)]
    found.append(f"\nFields of `state` that are not plain: {_described(State)}. Of `ack`: {' '.join((Ack.__doc__ or '').split())}")
    return "\n".join(found)


def packed() -> str:
    """How samples are packed."""
    return f"""\
## Packing of samples

Columns: `ago_s` are seconds before `at` for each instant, oldest first; each column has as many values, `null` for none. At most {samples.LONGEST}
instants. A column is called `what` or `what.part`. The JSON is gzip-compressed (a payload that begins with `1f 8b`); plain JSON is understood too. Unpacked
it may have {packing.MOST_BYTES} bytes at most; damaged, cut or padded gzip is refused.

| column | unit and meaning |
| --- | --- |
{chr(10).join(f"| `{name}` | {text} |" for name, text in series.SAMPLE_FIELDS.items())}"""


def refusals() -> str:
    """The reasons."""
    rows = [f"| `{reason.value}` | {REASONS[reason]} |" for reason in Reason]
    text = "Counted in `/api/v1/health`, filed with reason, place, size and digest, never with content; others are not affected."
    return "\n".join(["## What the cloud refuses\n", text + "\n", "| reason | |", "| --- | --- |", *rows])


def measured() -> str:
    """Every measurement of the time-series store."""
    head = "Made by the cloud from the ledger (facts), from samples, or as roll-ups. The same point written twice is one point. "
    head += "What is counted or billed comes from the ledger."
    rows = ["## Series\n", head + "\n", "| measurement | tags | fields |", "| --- | --- | --- |"]
    for name, shape in series.SHAPES.items():
        tags = ", ".join([*(f"`{tag}`" for tag in shape.tags), *(f"`{tag}` (some)" for tag in shape.optional)])
        rows.append(f"| `{name}` | {tags} | {', '.join(f'`{each}` ({text})' for each, text in shape.fields.items())} |")
    return "\n".join(rows)


def _block(name: str) -> str:
    payload = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return f"```json\n{_folded(payload)}\n```"


def _folded(payload: dict[str, object]) -> str:
    """A field a line, each on one."""
    lines = [f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in payload.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def _described(model: type[BaseModel]) -> str:
    return "; ".join(f"`{name}`: {field.description}" for name, field in model.model_fields.items() if field.description)


def _words(enum: type[StrEnum]) -> str:
    return ", ".join(f"`{member.value}`" for member in enum)


def _yes(traffic: Traffic) -> str:
    return "yes" if traffic.retain else "no"
