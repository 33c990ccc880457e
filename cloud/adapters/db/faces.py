"""Faces that stations keep, in SQL: written with each batch of facts, in its transaction; read by the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select, tuple_

from cloud.adapters.db.engine import insert_into, reading, upsert, writing
from cloud.adapters.db.progress import born
from cloud.adapters.db.tables import FACE_WITHDRAWALS, FACES
from cloud.domain.faces import FaceRecord, about_a_face, after
from cloud.domain.points import millis
from contract.envelope import FactEnvelope


class SqlFaces:
    """See `cloud.ports.Faces`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, person: str) -> list[FaceRecord]:
        """What each station said of this person, by station."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(FACES).where(FACES.c.person == person).order_by(FACES.c.station))
            return [_read(row) for row in rows]

    def heads(self) -> int:
        """Distinct people of whom a face is kept anywhere."""
        with reading(self._engine) as connection:
            counted = select(func.count(func.distinct(FACES.c.person))).where(FACES.c.kept == 1)
            return int(connection.execute(counted).scalar_one())

    def withdrawn_ms(self, person: str) -> int | None:
        """When this person's face was withdrawn from afar; None when it was not."""
        with reading(self._engine) as connection:
            found = select(FACE_WITHDRAWALS.c.asked_ms).where(FACE_WITHDRAWALS.c.person == person)
            return connection.execute(found).scalar_one_or_none()

    def withdraw(self, person: str, now_ms: int) -> None:
        """Remember it; the first time counts."""
        with writing(self._engine) as connection:
            fresh = insert_into(connection, FACE_WITHDRAWALS).values(person=person, asked_ms=now_ms)
            connection.execute(fresh.on_conflict_do_nothing())

    def allow(self, person: str) -> None:
        """Forget that it was withdrawn."""
        with writing(self._engine) as connection:
            connection.execute(delete(FACE_WITHDRAWALS).where(FACE_WITHDRAWALS.c.person == person))


def write_faces(connection: Connection, facts: list[FactEnvelope]) -> None:
    """Bring the records up to date with facts that are new, in whatever order they came. `progress` must know their ledgers already."""
    told = [(one, fact) for one in facts if (fact := about_a_face(one.data))]
    if not told:
        return
    keys = [(one.station, fact.person) for one, fact in told]
    found = connection.execute(select(FACES).where(tuple_(FACES.c.station, FACES.c.person).in_(keys)))
    records = {(row.station, row.person): _read(row) for row in found}
    ages = born(connection, [one.station for one, _ in told])
    for one, fact in told:
        key = one.station, fact.person
        record = records.get(key) or FaceRecord(*key)
        if _age(ages, one.station, one.epoch) >= _age(ages, one.station, record.epoch):
            records[key] = after(record, fact, one.epoch, one.seq, millis(one.at))
    if not records:
        return
    rows = [asdict(record) | {"kept": int(record.kept), "flagged": int(record.flagged)} for record in records.values()]
    connection.execute(upsert(connection, FACES, ("station", "person")), rows)


def withdrawn(connection: Connection) -> set[str]:
    """Whose faces no station may keep."""
    return set(connection.execute(select(FACE_WITHDRAWALS.c.person)).scalars())


def _age(ages: dict[tuple[str, str], int], station: str, epoch: str) -> tuple[int, str]:
    """Grows with newer ledgers of a station: it has one at a time, so the one that was heard of later is the newer."""
    return ages.get((station, epoch), -1), epoch


def _read(row: Any) -> FaceRecord:
    values = dict(row._mapping)
    return FaceRecord(**values | {"kept": bool(values["kept"]), "flagged": bool(values["flagged"])})
