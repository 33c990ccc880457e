"""Quota leases in SQL: granted and given back within the transaction of a batch, so that what is sent is committed; read by the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from cloud.adapters.db.engine import insert_into, reading
from cloud.adapters.db.tables import PEOPLE, QUOTA_SHARES, ROSTER
from cloud.domain.intake import Asked
from cloud.domain.leases import PersonDay, Share, forgotten_before, granted, grants, rest, returned
from cloud.ports import Batch
from contract.envelope import FactEnvelope
from contract.leases import Allowance, Kind, QuotaAsk, QuotaLease, QuotaReturned

COLUMN = {
    Kind.WATER_ML: PEOPLE.c.water_ml_per_day, Kind.BOTTLES: PEOPLE.c.bottles_per_day, Kind.SOCKET_MIN: PEOPLE.c.socket_min_per_day,
}  # fmt: skip


class SqlLeases:
    """See `cloud.ports.Leases`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def day(self, person: str, day: str) -> list[PersonDay]:
        """What stations have of one person's day, by kind."""
        with reading(self._engine) as connection:
            table = QUOTA_SHARES.c
            rows = connection.execute(select(QUOTA_SHARES).where(table.day == day, table.person == person).order_by(table.what, table.station)).all()
        return [PersonDay(what, max(row.quota for row in mine), [_share(row) for row in mine])
                for what in Kind if (mine := [row for row in rows if row.what == what.value])]

    def allowance(self) -> Allowance:
        """As it stands in the roster."""
        with reading(self._engine) as connection:
            return read_allowance(connection.execute(select(ROSTER.c.offline_allowance)).scalar_one_or_none() or "")


def read_allowance(text: str) -> Allowance:
    """From its column."""
    return Allowance.model_validate_json(text) if text else Allowance()


def write_leases(connection: Connection, batch: Batch, fresh: list[FactEnvelope]) -> list[tuple[str, QuotaLease]]:
    """Take back, then grant; what is to be said, and to whom, once all this is committed."""
    said = []
    told = [one.data.person for one in fresh if isinstance(one.data, QuotaReturned)]
    _take_turns(connection, {asked.ask.person for asked in batch.asks}.union(told))
    for one in sorted(fresh, key=lambda each: (each.station, each.epoch, each.seq)):
        if isinstance(one.data, QuotaReturned):
            said += _take_back(connection, one, one.data)
    for asked in batch.asks:
        said.append((asked.station, _grant(connection, asked, batch.now_ms)))
    if batch.asks:
        connection.execute(delete(QUOTA_SHARES).where(QUOTA_SHARES.c.day < forgotten_before(batch.now_ms)))
    return said


def _take_back(connection: Connection, one: FactEnvelope, fact: QuotaReturned) -> list[tuple[str, QuotaLease]]:
    """Where a newer lease than the station knew is on its way, it is said again: it too must come back."""
    rows = _rows(connection, fact.day, fact.person, fact.what)
    mine = _mine(rows, Share(fact.day, fact.person, fact.what, one.station, one.epoch))
    quota = max((row.quota for row in rows), default=0)
    after = returned(mine, fact)
    _write(connection, after, quota)
    return [(one.station, _lease(after, 0))] if fact.lease < after.number else []


def _grant(connection: Connection, asked: Asked, now_ms: int) -> QuotaLease:
    ask = asked.ask
    at_s = now_ms // 1000
    if ask.day is None or not grants(ask.day, now_ms, ask.utc_offset_min):
        return QuotaLease(ask=ask.ask, epoch=ask.epoch, person=ask.person, what=ask.what, day=ask.day, number=0, upto=0, rest=0, at_s=at_s)
    quota = _quota(connection, ask)
    rows = _rows(connection, ask.day, ask.person, ask.what)
    mine = _mine(rows, Share(ask.day, ask.person, ask.what, asked.station, ask.epoch))
    others = [share for share in map(_share, rows) if (share.station, share.epoch) != (mine.station, mine.epoch)]
    after = granted(mine, ask, others, quota)
    _write(connection, after, quota)
    return _lease(after, rest(quota, [*others, after]), ask.ask, at_s)


def _take_turns(connection: Connection, people: set[str]) -> None:
    """Two workers that grant to one person take turns (SQLite always does); all are asked for at once and in order, so that none waits in a circle.

    Who is in no roster is granted nothing, so nobody has to wait for that.
    """
    if people:
        table = PEOPLE.c
        connection.execute(select(table.person).where(table.person.in_(people)).order_by(table.person).with_for_update()).all()


def _quota(connection: Connection, ask: QuotaAsk) -> int:
    """The day's quota, nothing for who is no longer in the roster."""
    row = connection.execute(select(PEOPLE).where(PEOPLE.c.person == ask.person)).first()
    if row is None:
        return 0
    named = row._mapping[COLUMN[ask.what].name]
    return ask.ration if named is None else int(named)


def _rows(connection: Connection, day: str, person: str, what: Kind) -> list[Any]:
    table = QUOTA_SHARES.c
    return list(connection.execute(select(QUOTA_SHARES).where(table.day == day, table.person == person, table.what == what.value)))


def _mine(rows: list[Any], empty: Share) -> Share:
    return next((share for share in map(_share, rows) if (share.station, share.epoch) == (empty.station, empty.epoch)), empty)


def _share(row: Any) -> Share:
    return Share(row.day, row.person, Kind(row.what), row.station, row.epoch, row.number, row.upto, row.spent)


def _write(connection: Connection, share: Share, quota: int) -> None:
    values = asdict(share) | {"what": share.what.value, "quota": quota}
    fresh = {name: values[name] for name in ("number", "upto", "spent", "quota")}
    keys = ["day", "person", "what", "station", "epoch"]
    connection.execute(insert_into(connection, QUOTA_SHARES).values(**values).on_conflict_do_update(index_elements=keys, set_=fresh))


def _lease(share: Share, left: int, ask: str | None = None, at_s: int | None = None) -> QuotaLease:
    return QuotaLease(
        ask=ask, epoch=share.epoch, person=share.person, what=share.what, day=share.day,
        number=share.number, upto=share.upto, rest=left, at_s=at_s,
    )  # fmt: skip
