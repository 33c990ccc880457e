"""Hostile messages at a live cloud over a real broker: each is refused with a counted reason, and other stations do not notice.

One account of a station is misused; beside it two true stations send facts, whose way to the commit is measured by the cloud's own rows.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from cli.demo.client import call
from contract.topics import Leaf, topic
from tests.integration import witness
from tests.integration.broker_client import Client
from tests.integration.databases import SqliteFile
from tests.integration.hostile import Forger
from tests.integration.storm import Storm
from tests.integration.test_chaos import RECOVER_S, SEED, engine

MESSAGES, ROUNDS = 500, 20
OF_OTHERS = 20
"""Facts of the true stations while messages are being refused; they come when they come, so the attacker goes on until there are more."""
DELAY_MS = 2000
HONEST = ("st-1", "st-2")
FORGED = "st-3"

pytestmark = [pytest.mark.slow, pytest.mark.server]


def refused(storm: Storm) -> dict[str, int]:
    return dict(call("GET", f"{storm.url}api/v1/health")["ingest"]["refused"])


def await_refusals(storm: Storm, number: int) -> dict[str, int]:
    until = time.monotonic() + 30
    while sum(found := refused(storm).values()) < number:
        assert time.monotonic() < until, f"{found} of {number} refused"
        time.sleep(0.2)
    return refused(storm)


@pytest.mark.parametrize("kind", ["nats", "mosquitto"])
def test_hostile_messages_are_refused_and_counted_and_hold_up_nobody(tmp_path: Path, kind: str) -> None:
    with Storm(tmp_path, engine(kind), SqliteFile(tmp_path / "cloud" / "ledger.sqlite"), SEED) as storm:
        storm.watch.until(storm.watch.restarted("start"), RECOVER_S)
        storm.stations.kill(FORGED)
        epoch = witness.committed(storm.books.home("st-1"))[0]["epoch"]
        forger = Forger(Random(SEED), FORGED, "st-1", epoch)
        began_ms, client, messages, delays = time.time() * 1000, Client(storm.broker, FORGED), [forger.bomb()], list[int]()
        client.say(topic(FORGED, messages[0][0]), messages[0][1])
        for _ in range(ROUNDS):
            more = forger.messages(MESSAGES)
            for leaf, payload, _ in more:
                client.say(topic(FORGED, leaf), payload)
            messages += more
            found = await_refusals(storm, len(messages))
            delays = [row.received_ms - row.at_ms for row in storm.books.rows() if row.station in HONEST and row.at_ms >= began_ms]
            if len(delays) > OF_OTHERS:
                break
        print(f"\n{kind}: {found}; {len(delays)} facts of others meanwhile, {max(delays)} ms at most from the station's ledger to the cloud's")
        assert found == Counter(reason for _, _, reason in messages)
        assert len(delays) > OF_OTHERS
        assert max(delays) <= DELAY_MS
        assert not [row for row in storm.books.rows() if row.epoch == "0bad0bad"]

        for ahead in (timedelta(days=2), timedelta(days=3650)):
            client.say(topic(FORGED, Leaf.EVT), forger.dated(ahead))
        client.close()
        assert await_refusals(storm, len(messages) + 2)["future_dated"] == 2
        assert {row.clock for row in storm.books.rows() if row.epoch == "0badda7e"} == {"unsure"}
        storm.drain()
        found_at_the_end = storm.books.differences()
        assert {key[1] for key in found_at_the_end.extra} <= {"0badda7e"}
        assert not (found_at_the_end.lost or found_at_the_end.twice or found_at_the_end.changed), str(found_at_the_end)
        assert not [name for name, text in storm.logs().items() if "Traceback" in text]
