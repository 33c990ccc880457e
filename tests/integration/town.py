"""A broker, a cloud and one station without a camera, each part a process as in the field. For tests that kill parts of it."""

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any

from cli import broker as brokers
from cli.broker.accounts import write_private
from cli.demo.children import Child, last_after
from cli.demo.client import call
from cli.demo.front import FrontDoor
from contract.config import check

STATION = "st-1"
SETTLE_S = 40.0


class Town:
    """`with Town(folder) as town`: everything runs; at the end everything is ended. `sections`: of the station's configuration."""

    def __init__(self, folder: Path, kind: str = "nats", **sections: object) -> None:
        self.folder, self._kind, self._sections = folder, kind, sections

    def __enter__(self) -> "Town":
        self.broker = brokers.start(self.folder / "broker", [STATION], self._kind)
        self._start_cloud()
        password = self.folder / "st-1.password"
        self.broker.accounts.hand_out(STATION, password)
        config = {
            "station": STATION, "name": "Station 1", "web": {"port": 0}, "taps": [{"name": "cold", "valve_pin": 23, "flow_pin": 24}],
            "link": {"host": self.broker.host, "port": self.broker.port, "keepalive_s": 5},
        }  # fmt: skip
        self.front = FrontDoor(self.folder, check(config | self._sections), password, seed=1)
        self.front.start()
        self.front.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.front.stop()
        self.cloud.stop()
        self.broker.stop()

    def enter_person(self, person: str, number: str, pin: str, **entitlement: int) -> None:
        """Through the cloud's API; the station hears of it over the broker."""
        body = {"number": number, "pin": pin, "entitlement": entitlement}
        call("PUT", f"{self.url}api/v1/people/{person}", body, self.token)

    def until_roster(self) -> None:
        """Until the station knows its people."""
        self.front.until("the roster", lambda: self._column("SELECT count(*) FROM roster") == 1, 10.0)

    def facts_when_all_are_acknowledged(self) -> list[dict[str, Any]]:
        """The cloud's facts of the station by seq, once the station's outbox is empty."""
        self.front.until("the outbox is empty", lambda: self._column("SELECT count(*) FROM fact") == 0, SETTLE_S)
        newest = self._column("SELECT seq FROM sqlite_sequence WHERE name = 'fact'")
        rows = self._pages()
        assert len(rows) == newest, f"the station recorded {newest} facts, the cloud has {len(rows)}"
        return sorted(rows, key=lambda row: int(row["seq"]))

    def _pages(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = call("GET", f"{self.url}api/v1/facts?station={STATION}&order=oldest&limit=1000{cursor}")
            rows += page["items"]
            if page["cursor"] is None:
                return rows
            cursor = f"&cursor={page['cursor']}"

    def _column(self, query: str) -> int:
        db = sqlite3.connect(f"file:{self.front.folder / 'ledger.db'}?mode=ro", uri=True, timeout=5.0)
        try:
            row = db.execute(query).fetchone()
            return int(row[0]) if row else 0
        finally:
            db.close()

    def _start_cloud(self) -> None:
        folder = self.folder / "cloud"
        folder.mkdir()
        write_private(folder / "password", self.broker.password(brokers.CLOUD) + "\n")
        settings = {
            "DATA": str(folder), "PORT": "0", "BROKER_HOST": self.broker.host, "BROKER_PORT": str(self.broker.port),
            "BROKER_PASSWORD_FILE": str(folder / "password"),
        }  # fmt: skip
        self.cloud = Child("cloud", "cloud", [], folder, {f"SMART_STATION_CLOUD_{name}": value for name, value in settings.items()})
        self.url = "http://" + self.cloud.wait_for("its address", last_after("cloud: http://"))
        self.token = self.cloud.wait_for("its first token", last_after("first token, shown only now: "))
