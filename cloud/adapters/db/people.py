"""People and the roster's version in SQL: one transaction per change. The rules are in cloud/people.py."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.tables import PEOPLE, ROSTER, STATIONS
from contract.roster import Entitlement, Person, Roster


class SqlPeople:
    """The stored roster. A PIN is never here, only its digest."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def salt(self) -> str:
        """The roster's salt, drawn once."""
        with reading(self._engine) as connection:
            found = connection.execute(select(ROSTER.c.salt)).scalar_one_or_none()
        if found is not None:
            return str(found)
        with writing(self._engine) as connection:
            fresh = insert_into(connection, ROSTER).values(id=1, version=0, salt=secrets.token_hex(16))
            connection.execute(fresh.on_conflict_do_nothing())
            return str(connection.execute(select(ROSTER.c.salt)).scalar_one())

    def all(self) -> list[Person]:
        """Everybody, by name."""
        with reading(self._engine) as connection:
            return _people(connection)

    def roster(self) -> Roster | None:
        """The document that stations should have; None while nobody was ever entered."""
        with reading(self._engine) as connection:
            row = connection.execute(select(ROSTER)).first()
            if row is None or row.version == 0:
                return None
            return Roster(version=row.version, salt=row.salt, people=_people(connection))

    def replace(self, person: Person) -> Roster:
        """Enter or change somebody; the new roster."""
        values = {
            "person": person.person, "number": person.number, "code_digest": person.code_digest, "label": person.label,
            **person.entitlement.model_dump(),
        }  # fmt: skip
        with writing(self._engine) as connection:
            connection.execute(delete(PEOPLE).where(PEOPLE.c.person == person.person))
            connection.execute(insert(PEOPLE).values(**values))
            return _next(connection)

    def remove(self, person: str) -> Roster | None:
        """The new roster; None when there was nobody of this name."""
        with writing(self._engine) as connection:
            if not connection.execute(delete(PEOPLE).where(PEOPLE.c.person == person)).rowcount:
                return None
            return _next(connection)


def _people(connection: Connection) -> list[Person]:
    return [_person(row) for row in connection.execute(select(PEOPLE).order_by(PEOPLE.c.person))]


def _person(row: Any) -> Person:
    entitlement = Entitlement(water_ml_per_day=row.water_ml_per_day, socket_min_per_day=row.socket_min_per_day)
    return Person(
        person=row.person, number=row.number, code_digest=row.code_digest, label=row.label, entitlement=entitlement
    )


def _next(connection: Connection) -> Roster:
    """The version never goes back at a station, not even when this database is new: it exceeds what stations reported."""
    here = connection.execute(select(ROSTER.c.version)).scalar_one()
    reported = connection.execute(select(func.coalesce(func.max(STATIONS.c.roster_version), 0))).scalar_one()
    connection.execute(update(ROSTER).values(version=max(here, reported) + 1))
    row = connection.execute(select(ROSTER)).one()
    return Roster(version=row.version, salt=row.salt, people=_people(connection))
