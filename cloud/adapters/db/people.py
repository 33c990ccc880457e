"""People and the roster's version in SQL: one transaction per change. The rules are in cloud/people.py."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from cloud.adapters.db.engine import insert_into, reading, writing
from cloud.adapters.db.faces import withdrawn
from cloud.adapters.db.leases import read_allowance
from cloud.adapters.db.tables import PEOPLE, ROSTER, STATIONS, TICKET_KEYS
from contract.leases import Allowance
from contract.roster import Entitlement, FaceRight, Person, Role, Roster
from contract.ticket import TicketKey

HIGHEST = 2**52
"""Of the versions of rosters that stations may have reported; the contract ends at twice of it."""
BELIEVED = 10**6
"""So far beyond the version here a report is believed. What leaps by 1,000 times as much, stations refuse (edge/domain/signed_rosters.py)."""


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
            return _roster(connection, row)

    def version(self) -> int:
        """Of that document; 0 for none."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(ROSTER.c.version)).scalar_one_or_none() or 0)

    def renew(self) -> None:
        """A new version, because something in it changed that is stored elsewhere; none while nobody was ever entered."""
        with writing(self._engine) as connection:
            if connection.execute(select(ROSTER.c.version)).scalar_one_or_none():
                _next(connection)

    def put_ticket_keys(self, keys: Sequence[TicketKey]) -> None:
        """Whose tickets open; a new roster when they are others than before and anybody was ever entered."""
        with writing(self._engine) as connection:
            if sorted(keys, key=lambda key: key.id) == _ticket_keys(connection):
                return
            connection.execute(delete(TICKET_KEYS))
            connection.execute(insert(TICKET_KEYS), [key.model_dump() for key in keys])
            if connection.execute(select(ROSTER.c.version)).scalar_one_or_none():
                _next(connection)

    def put_allowance(self, allowance: Allowance) -> None:
        """What each station gives beyond its lease; a new roster when it is another than before and anybody was ever entered."""
        with writing(self._engine) as connection:
            row = connection.execute(select(ROSTER)).first()
            if read_allowance(row.offline_allowance if row else "") == allowance:
                return
            if row is None:
                connection.execute(insert(ROSTER).values(id=1, version=0, salt=secrets.token_hex(16)))
            connection.execute(update(ROSTER).values(offline_allowance=allowance.model_dump_json()))
            if row and row.version:
                _next(connection)

    def replace(self, person: Person) -> Roster:
        """Enter or change somebody; the new roster."""
        values = {
            "person": person.person, "number": person.number, "code_digest": person.code_digest,
            "phone_last4_digest": person.phone_last4_digest, "label": person.label,
            "role": person.role.value, "duress_digest": person.duress_digest,
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


def _ticket_keys(connection: Connection) -> list[TicketKey]:
    rows = connection.execute(select(TICKET_KEYS).order_by(TICKET_KEYS.c.id))
    return [TicketKey(id=row.id, public_key=row.public_key) for row in rows]


def _people(connection: Connection) -> list[Person]:
    without = withdrawn(connection)
    return [_person(row, without) for row in connection.execute(select(PEOPLE).order_by(PEOPLE.c.person))]


def _person(row: Any, without_face: set[str]) -> Person:
    entitlement = Entitlement(
        water_ml_per_day=row.water_ml_per_day, socket_min_per_day=row.socket_min_per_day, bottles_per_day=row.bottles_per_day
    )
    return Person(
        person=row.person, number=row.number, code_digest=row.code_digest, phone_last4_digest=row.phone_last4_digest,
        label=row.label, entitlement=entitlement, role=Role(row.role), duress_digest=row.duress_digest,
        face=FaceRight.WITHDRAWN if row.person in without_face else FaceRight.ALLOWED,
    )


def _next(connection: Connection) -> Roster:
    """The version never goes back at a station, not even when this database is new: it exceeds what stations reported.

    A report far beyond is a lie: nobody may drive the versions to where there is no next one, or to where stations do not follow.
    """
    here = connection.execute(select(ROSTER.c.version)).scalar_one()
    believed = select(func.coalesce(func.max(STATIONS.c.roster_version), 0)).where(STATIONS.c.roster_version <= min(HIGHEST, here + BELIEVED))
    reported = connection.execute(believed).scalar_one()
    connection.execute(update(ROSTER).values(version=max(here, reported) + 1))
    row = connection.execute(select(ROSTER)).one()
    return _roster(connection, row)


def _roster(connection: Connection, row: Any) -> Roster:
    return Roster(
        version=row.version, salt=row.salt, people=_people(connection), ticket_keys=_ticket_keys(connection),
        offline_allowance=read_allowance(row.offline_allowance),
    )  # fmt: skip
