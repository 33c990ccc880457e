"""`kiosk bench outbox`: what a station's outbox costs on this disk: room for 50,000 facts and 72 h of samples, bytes on the wire, how fast it drains.

The drain is the station's real loop and stores; the link takes everything and answers each message at once. Ratios of one run count more
than its times. A sample is one value of one series at one instant.
"""

import argparse
import json
import random
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from typing import Any

from contract.config import StationConfig, check
from contract.envelope import ClockState
from contract.facts import DoorClosed, DoorLocked, DoorOpened, DoorUnlocked, EntryGranted, Fact, VisitEnded, WaterPoured, WaterReserved
from contract.packing import pack, unpack
from contract.samples import Samples
from contract.words import DoorCause, Stop, VisitEnd, Way
from edge.adapters.clock import SystemClock
from edge.adapters.store import SqliteLedger, SqliteSamples
from edge.delivery import envelope
from edge.domain.core import Core
from edge.domain.messages import AckReceived, DigestCode, LinkChanged
from edge.domain.ranges import Ranges
from edge.measured import MB
from edge.ports import Stamp
from edge.station import Inbox, Station, Surroundings

FACTS = 50_000
HOURS = 72
AT_ONCE = 500
"""Facts in one transaction while the store is filled; the rate of single ones is measured apart."""
SECONDS = 2.0
SERIES = (
    "tap_ml.cold", "tap_ml.hot", "socket_w.1", "socket_w.2", "socket_w.3", "socket_w.4", "amenity_wh.microwave", "amenity_wh.light", "amenity_wh.air",
    "amenity_w.air", "amenity_wh.massage", "fridge_c.upper", "fridge_c.lower", "outbox_facts", "outbox_batches", "inside_people", "inbox_inputs", "step_ms",
)  # fmt: skip
"""Of the station with everything that can be fitted (firmware_config/example-enhanced.yaml)."""
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="kiosk bench outbox", description=__doc__)
    made.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    made.add_argument("--folder", type=Path, help="a folder on the disk to be measured; default the current one")
    made.add_argument("--facts", type=int, default=FACTS, help="of the backlog; default %(default)s")
    made.add_argument("--hours", type=float, default=HOURS, help="of samples in the backlog; default %(default)s")
    return made


def main(argv: list[str]) -> int:
    """0."""
    asked = parser().parse_args(argv)
    with tempfile.TemporaryDirectory(dir=asked.folder or Path.cwd()) as folder:
        numbers = measure(Path(folder), asked.facts, asked.hours)
    text = json.dumps(numbers, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n")
    return 0


def measure(folder: Path, facts: int, hours: float) -> dict[str, Any]:
    """The numbers; bytes, MB of 10**6 bytes, rates in 1/s."""
    config = check({"station": "bench", "name": "bench", "telemetry": {"backfill_per_s": 10_000}})
    ledger, samples = SqliteLedger(folder, "bench"), SqliteSamples(folder, "bench")
    empty = ledger.used_bytes() + samples.used_bytes()
    found: dict[str, Any] = {"facts": facts, "hours": hours} | _singles(ledger)
    before = ledger.used_bytes()
    on_wire = _store_facts(ledger, facts)
    found |= {"fact_disk_bytes": round((ledger.used_bytes() - before) / facts, 1), "fact_wire_bytes": round(on_wire / facts, 1)}
    found |= _store_samples(samples, config, hours)
    room = (ledger.used_bytes() + samples.used_bytes()) / MB
    found |= {"backlog_mb": round(room, 2), "empty_mb": round(empty / MB, 2), "outbox_mb": check({"station": "a", "name": "a"}).telemetry.outbox_mb}
    drained = _drain(config, ledger, samples)
    found |= drained | {"drain_to_store_ratio": round(drained["drain_facts_s"] / found["store_facts_s"], 2)}
    ledger.close()
    samples.close()
    return found


def visit(n: int) -> list[Fact]:
    """What one visit says."""
    key, person = f"0000000a-{n}", f"p-{n % 500}"
    pour = f"0000000a-{n + 1}"
    return [
        EntryGranted(visit=key, person=person, way=Way.FACE_PHONE, decided_ms=742.5), DoorUnlocked(visit=key, longest_s=5.0),
        DoorOpened(cause=DoorCause.ENTRY), DoorLocked(opened=True), DoorClosed(open_s=3.4),
        WaterReserved(pour=pour, visit=key, person=person, tap="cold", reserved_ml=300),
        WaterPoured(pour=pour, person=person, tap="cold", reserved_ml=300, poured_ml=297, charged_ml=297, stop=Stop.REACHED),
        DoorOpened(cause=DoorCause.EXIT), DoorClosed(open_s=3.1), VisitEnded(visit=key, person=person, reason=VisitEnd.LEFT, stayed_s=412.7),
    ]  # fmt: skip


def _stamp(second: float) -> Stamp:
    return Stamp("0000000a", BEGAN + timedelta(seconds=second), round(second, 3), ClockState.TRUSTED)


def _singles(ledger: SqliteLedger) -> dict[str, float]:
    """Each fact in a transaction of its own, as the loop stores them."""
    facts, count, began = [fact for n in range(100) for fact in visit(n)], 0, time.perf_counter()
    while time.perf_counter() < began + SECONDS:
        ledger.commit([facts[count % len(facts)]], [], _stamp(count))
        count += 1
    lasted = time.perf_counter() - began
    ledger.forget(count)
    ledger.tidy()
    return {"store_facts_s": round(count / lasted)}


def _store_facts(ledger: SqliteLedger, count: int) -> int:
    """Bytes that they will have on the wire."""
    on_wire, done = 0, 0
    while done < count:
        facts = [fact for n in range(done, done + AT_ONCE, 10) for fact in visit(n)][: count - done]
        rows = ledger.commit(facts, [], _stamp(done * HOURS * 3600 / count))
        on_wire += sum(len(envelope(row, rows[0].seq)) for row in rows)
        done += len(rows)
    ledger.tidy()
    return on_wire


def _store_samples(store: SqliteSamples, config: StationConfig, hours: float) -> dict[str, float]:
    """In batches as configured by default, with values that wander as those of a room do."""
    per, every_s, drawn = config.telemetry.batch, config.telemetry.sample_s, random.Random(5)
    batches = max(1, round(hours * 3600 / every_s / per))
    now, before = [round(drawn.uniform(0, 500), 1) for _ in SERIES], store.used_bytes()
    rows_b = columns_b = packed_b = 0
    for batch in range(batches):
        instants = []
        for _ in range(per):
            now = [value if drawn.random() < 0.5 else round(max(0.0, value + drawn.gauss(0, 2)), 1) for value in now]
            instants.append(list(now))
        ago = [every_s * (per - 1 - n) for n in range(per)]
        data = Samples(ago_s=ago, columns={name: list(values) for name, values in zip(SERIES, zip(*instants, strict=True), strict=True)})
        seq = store.add(data.model_dump_json(), _stamp((batch + 1) * per * every_s))
        plain = envelope(store.rows(seq - 1, 1)[0], 1)
        rows_b += sum(len(_json_row(name, value, batch)) for values in instants for name, value in zip(SERIES, values, strict=True))
        columns_b, packed_b = columns_b + len(plain), packed_b + len(pack(plain))
    values = batches * per * len(SERIES)
    return {
        "batches": batches, "samples": values, "samples_a_batch": per * len(SERIES), "sample_disk_bytes": round((store.used_bytes() - before) / values, 2),
        "sample_rows_bytes": round(rows_b / values, 1), "sample_columns_bytes": round(columns_b / values, 2), "sample_wire_bytes": round(packed_b / values, 2),
        "wire_to_rows_ratio": round(packed_b / rows_b, 3), "wire_to_columns_ratio": round(packed_b / columns_b, 3),
    }  # fmt: skip


def _json_row(name: str, value: float, second: int) -> bytes:
    """As people send it: an object for each value."""
    return json.dumps({"station": "bench", "at": (BEGAN + timedelta(seconds=second)).isoformat(), "name": name, "value": value}).encode()


class _Sink:
    """Link, outputs, digests and heart to which nothing matters, and a cloud that commits at once."""

    def __init__(self) -> None:
        self.facts, self.samples = Ranges(), Ranges()
        self.count = 0

    def heed(self, *_: object) -> None:
        """No lease has a length here."""

    def send(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        if topic.endswith("/tele"):
            self._take(self.samples, unpack(payload))
        elif topic.endswith(("/evt", "/alarm")):
            self._take(self.facts, payload)
            self.count += 1
        return True

    def _take(self, known: Ranges, content: bytes) -> None:
        tail = content[content.rindex(b',"seq":') :]
        seq, base = (int(part.rpartition(b":")[2]) for part in tail.rstrip(b"}").split(b",")[1:])
        known.add(1, base - 1)
        known.add(seq, seq)

    def set(self, output: str, on: bool, now: float) -> None:
        """Nothing is driven."""

    def submit(self, asked: DigestCode) -> None:
        """Nobody types."""

    def beat(self) -> None:
        """Nobody listens."""


def _drain(config: StationConfig, ledger: SqliteLedger, samples: SqliteSamples) -> dict[str, float]:
    """The backlog of facts and samples through the loop; CPU of the deciding thread beside the time."""
    first, last = samples.range()
    restored = replace(ledger.load(), samples_epoch=samples.epoch, samples_first=first, samples_last=last)
    core, inbox, sink = Core(config, restored, "0000000b", "0", "0" * 64, repeat(0)), Inbox(), _Sink()
    station = Station(core, Surroundings(SystemClock(), sink, ledger, samples, sink, sink, sink), inbox)
    station.start()
    inbox.put(LinkChanged(True, "bench"))
    began, cpu = time.perf_counter(), time.thread_time()
    while core.facts_out.waiting() or core.samples_out.waiting():
        station.drain()
        for lane, known in ((core.facts_out, sink.facts), (core.samples_out, sink.samples)):
            upto = known.next_free(1) - 1
            if upto >= lane.first:
                inbox.put(AckReceived(lane.epoch, upto, tuple(known)[1:9]))
        if inbox.empty():
            time.sleep(0.001)
    lasted, used = time.perf_counter() - began, time.thread_time() - cpu
    return {"drain_facts_s": round(sink.count / lasted), "drain_cpu_us": round(used / sink.count * 1e6, 1)}
