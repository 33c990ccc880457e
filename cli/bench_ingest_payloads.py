"""What stations send in `kiosk bench ingest`: the same 50 samples as a compressed envelope in columns, and as the JSON rows people write today.

A sample is one value of one series at one instant: 5 instants of 10 series. Values are drawn from a fixed seed.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from functools import cache
from zlib import crc32

from contract.envelope import iso
from contract.packing import pack

INSTANTS = 5
STEP_MS = 10
"""Close together, so that all lie in the hour that is not over: the cloud's hourly roll-ups, of which a bridge knows nothing, have no part in this."""
COLUMNS = (
    "socket_w.1", "socket_w.2", "tap_ml.cold", "tap_ml.hot", "fridge_c.top", "fridge_c.low", "outbox_facts", "outbox_batches", "inside_people", "step_ms",
)  # fmt: skip
SAMPLES = INSTANTS * len(COLUMNS)
VARIANTS = 2048
"""So many different messages: no two of a batch are alike, which would please the compression of the sink's client."""
BOOT = "0000000a"


def epoch_of(station: str, start_ms: int) -> str:
    """Of its outbox of samples, new with each round."""
    return f"{crc32(f'{station} {start_ms}'.encode()):08x}"


def at_ms(k: int, start_ms: int) -> int:
    """UTC ms of the last instant of message k: no instant is in two messages."""
    return start_ms + (k + 1) * INSTANTS * STEP_MS


def variant(station: str, k: int) -> int:
    """Which values message k has."""
    return (k + crc32(station.encode())) % VARIANTS


@cache
def values(which: int) -> dict[str, list[float]]:
    """Columns of one message."""
    drawn = random.Random(which)
    return {name: [round(drawn.uniform(0, 100), 1) for _ in range(INSTANTS)] for name in COLUMNS}


@cache
def _data(which: int) -> str:
    ago_s = [round(STEP_MS / 1000 * (INSTANTS - 1 - row), 3) for row in range(INSTANTS)]
    return json.dumps({"ago_s": ago_s, "columns": values(which)}, separators=(",", ":"))


def envelope(station: str, k: int, start_ms: int) -> bytes:
    """Message k of a station, as the station's outbox packs it."""
    at = iso(datetime.fromtimestamp(at_ms(k, start_ms) / 1000, UTC))
    key = f'"station":"{station}","epoch":"{epoch_of(station, start_ms)}","seq":{k + 1},"base":1'
    head = f'{{"v":1,{key},"boot":"{BOOT}","at":"{at}","up":{k}.5,"clock":"trusted"'
    return pack(f'{head},"type":"samples","data":{_data(variant(station, k))}}}'.encode())


def rows(station: str, k: int, start_ms: int) -> bytes:
    """The same samples, an object each; the station is in the topic. Times are numbers, which costs the bridge the least."""
    made = []
    for row in range(INSTANTS):
        ms = at_ms(k, start_ms) - STEP_MS * (INSTANTS - 1 - row)
        for column, drawn in values(variant(station, k)).items():
            field, _, part = column.partition(".")
            made.append({"field": field, "part": part, "value": drawn[row], "ts": ms})
    return json.dumps(made, separators=(",", ":")).encode()
