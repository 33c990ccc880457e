"""Wiring of what goes down to stations in the cloud's name: who has a right, the keys by which it is believed, and orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from cloud.adapters.db import SqlPeople, SqlStations
from cloud.adapters.db.orders import SqlOrders
from cloud.adapters.db.trust import SqlTrust
from cloud.adapters.delegated_keys import DelegatedKeys
from cloud.orders import OrderDesk, Times
from cloud.people import Announcer, RosterPeople
from cloud.ports import Outgoing, Workers
from cloud.rosters import Post
from cloud.settings import Settings
from cloud.trust import Trust


@dataclass(frozen=True)
class Authority:
    """All of it, not yet running."""

    store: SqlPeople
    trust: Trust
    announcer: Announcer
    people: RosterPeople
    desk: Callable[[Workers], OrderDesk]


def open_authority(engine: Engine, settings: Settings, known: SqlStations, out: Outgoing, clock_ms: Callable[[], int]) -> Authority:
    """Raises: SettingsRefused: the file of the cloud's own keys is not ours alone, or not what was written."""
    store, trusted = SqlPeople(engine), SqlTrust(engine)
    trust = Trust(trusted, DelegatedKeys(settings.data), clock_ms, lambda: announcer.announce())
    announcer = Announcer(Post(store.roster, known, trust, trusted.rooted), lambda: [row.station for row in known.all()], out)
    times = Times(clock_ms, round(settings.late_s * 1000), settings.utc_offset_min)

    def desk(workers: Workers) -> OrderDesk:
        return OrderDesk(SqlOrders(engine), trust, known, workers, out, times)

    return Authority(store, trust, announcer, RosterPeople(store, announcer.announce), desk)
