"""The same ledger on PostgreSQL: what is committed, acknowledged, filed and found again."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.errors import LedgerDown
from cloud.ports import FactQuery
from contract.roster import Entitlement
from contract.topics import Leaf
from tests.cloud_parts import FakeStation, bench
from tests.servers import need


@pytest.fixture
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = need("postgres").resolve()
    pytest.importorskip("psycopg", reason="needs psycopg: pip install 'smart-station[postgres]'")
    folder = tmp_path_factory.mktemp("postgres")
    owner = {"user": "postgres"} if os.geteuid() == 0 else {}  # it refuses to run as root
    if owner:
        for path in (folder, *folder.parents[:2]):
            path.chmod(0o755)
        subprocess.run(["chown", "postgres", folder], check=True)
    data = folder / "data"
    subprocess.run([server.with_name("initdb"), "-A", "trust", "-U", "me", "-D", data], check=True, stdout=subprocess.DEVNULL, **owner)  # type: ignore[call-overload]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [server, "-D", data, "-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **owner)  # type: ignore[call-overload]
    yield f"postgresql+psycopg://me@127.0.0.1:{port}/postgres"
    process.terminate()
    process.wait(10)


def test_the_ledger_works_on_postgresql(tmp_path: Path, url: str) -> None:
    deadline = time.monotonic() + 15
    while True:
        try:
            one = bench(tmp_path, database_url=url)
            break
        except LedgerDown:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    station = FakeStation()
    strange = station.state(name="N\x00x"), station.reported(2, "a\x00b"), station.message(Leaf.EVT, b"{")
    one.take(station.fact(1), station.fact(3), station.fact(1), station.fact(4, {"kind": "nope\x00"}), *strange)
    assert one.sent.acks() == [("0000000a", 1)]
    one.take(station.fact(2), station.fact(3))
    assert one.sent.acks()[-1] == ("0000000a", 4)
    one.cloud.people.put("p-1", number="1001", pin="4711", label=None, entitlement=Entitlement())
    one.cloud.stop()
    again = bench(tmp_path, database_url=url)
    found = again.cloud.parts.ledger.facts(FactQuery(order="oldest", since_ms=0, kinds=("door_closed",)))
    assert [row.seq for row in found] == [1, 3, 2]
    roster = again.cloud.people.roster()
    assert roster is not None and roster.version == 3
    again.cloud.stop()
