"""Messages that a station with a bug, or somebody with its password, may send: each with the reason for which the cloud must refuse it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from contract.envelope import iso
from contract.topics import Leaf

Hostile = tuple[Leaf, bytes, str]
"""Where it goes, what it is, and the reason as `/api/v1/health` counts it."""
STRANGE: tuple[Any, ...] = (None, True, -1, 0, 1.5, 2**53 + 1, 10**400, "", "\x00", "x" * 300, "１２", [], [[]], {}, {"$gt": ""}, "'; DROP TABLE facts; --")


class Forger:
    """`of`: the station whose name and password are misused; `foreign`: another, in whose name it speaks."""

    def __init__(self, chance: Random, of: str, foreign: str, foreign_epoch: str) -> None:
        self._chance, self._of, self._foreign, self._foreign_epoch = chance, of, foreign, foreign_epoch
        self._seq = 0

    def messages(self, number: int) -> list[Hostile]:
        """So many, in any order."""
        made = [kind() for kind, _ in zip(self._kinds(), range(number), strict=False)]
        self._chance.shuffle(made)
        return made

    def _kinds(self) -> Iterator[Callable[[], Hostile]]:
        while True:
            yield from (self._cut_short, self._no_text, self._noise, self._nested, self._wrong_header, self._wrong_header, self._wrong_data)
            yield from (self._unknown_kind, self._foreign_fact, self._foreign_state, self._wrong_state, self._too_large, self._not_finite, self._wrong_samples)

    def fact(self, **changes: Any) -> dict[str, Any]:
        """One that would be taken. In an epoch of its own, so that it does not number itself into the true station's facts."""
        self._seq += 1
        head = {"v": 1, "station": self._of, "epoch": "0bad0bad", "seq": self._seq, "base": 1, "boot": "0bad0bad"}
        body = {"at": iso(datetime.now(UTC)), "up": 1.0, "clock": "trusted", "type": "fact", "data": {"kind": "door_closed", "open_s": 2.5}}
        return {**head, **body, **changes}

    def dated(self, ahead: timedelta) -> bytes:
        """A fact from the future."""
        return raw(self.fact(epoch="0badda7e", at=iso(datetime.now(UTC) + ahead)))

    def _cut_short(self) -> Hostile:
        whole = raw(self.fact())
        return Leaf.EVT, whole[: self._chance.randrange(1, len(whole))], "garbled"

    def _no_text(self) -> Hostile:
        whole = bytearray(raw(self.fact()))
        whole[self._chance.randrange(len(whole))] = 0xFF
        return Leaf.EVT, bytes(whole), "garbled"

    def _noise(self) -> Hostile:
        return self._chance.choice([Leaf.EVT, Leaf.TELE]), b"\x00" + self._chance.randbytes(self._chance.randrange(2000)), "garbled"

    def _nested(self) -> Hostile:
        return Leaf.EVT, self._chance.choice([b"[", b'{"data":']) * self._chance.randrange(1, 7000), "garbled"

    def _wrong_header(self) -> Hostile:
        name = self._chance.choice(["v", "station", "epoch", "seq", "base", "boot", "at", "clock"])
        wrong = [value for value in STRANGE if not (name == "v" and value is True)]  # JSON's true is 1 to pydantic, and does no harm
        return Leaf.EVT, raw(self.fact(**{name: self._chance.choice(wrong)})), "garbled"

    def _wrong_data(self) -> Hostile:
        data = self._chance.choice([value for value in STRANGE if value != {}])
        return Leaf.EVT, raw(self.fact(data=self._chance.choice([data, {"kind": "door_closed", "open_s": [data]}]))), "not_understood"

    def _unknown_kind(self) -> Hostile:
        kind = self._chance.choice(["door_exploded", "", "x\x00y", "<script>", "a" * 5000])
        return Leaf.EVT, raw(self.fact(data={"kind": kind, "n": 1})), "not_understood"

    def _foreign_fact(self) -> Hostile:
        return Leaf.EVT, raw(self.fact(station=self._foreign, epoch=self._foreign_epoch, seq=self._chance.randrange(1, 10_000))), "foreign_station"

    def _foreign_state(self) -> Hostile:
        return Leaf.STATE, raw(self._state() | {"station": self._foreign, "link": "lost"}), "foreign_station"

    def _wrong_state(self) -> Hostile:
        name = self._chance.choice(["link", "boot", "session", "at", "inside", "faults"])
        return Leaf.STATE, raw(self._state() | {name: self._chance.choice([None, "x\x00" * 40, -5, {}])}), "garbled"

    def _too_large(self) -> Hostile:
        leaf = self._chance.choice([Leaf.EVT, Leaf.TELE, Leaf.STATE])
        size = leaf.traffic.limit + self._chance.choice([1, 1000, 100_000])
        return leaf, raw(self.fact(data={"kind": "x" * size}))[: size + 200], "too_large"

    def _not_finite(self) -> Hostile:
        text = raw(self.fact()).decode()
        return Leaf.EVT, text.replace('"up":1.0', f'"up":{self._chance.choice(["NaN", "Infinity", "1e999", "-1"])}').encode(), "garbled"

    def _wrong_samples(self) -> Hostile:
        columns = self._chance.choice([{"inside": [1, 2]}, {"DROP TABLE": [1]}, {"inside": ["x"]}, {"inside": [1e400]}, []])
        return Leaf.TELE, raw(self.fact(type="samples", data={"ago_s": [0.0], "columns": columns})), "not_understood"

    def bomb(self) -> Hostile:
        """Some kilobytes that unpack to hundreds of megabytes."""
        return Leaf.TELE, gzip.compress(bytes(200 * 1024 * 1024)), "garbled"

    def _state(self) -> dict[str, Any]:
        return {
            "station": self._of, "link": "online", "boot": "0bad0bad", "session": 1, "at": iso(datetime.now(UTC)), "version": "0", "name": "n",
            "city": "c", "district": "d", "door": "locked", "inside": 0, "outbox": 0, "roster": 0, "faults": [],
        }  # fmt: skip


def raw(document: object) -> bytes:
    """As it goes over the wire."""
    return json.dumps(document, separators=(",", ":")).encode()
