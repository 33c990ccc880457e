"""Withdrawing a face from afar: every station that keeps it is told at once, and every other one with its roster."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from cloud.adapters.db import SqlFaces, SqlPeople
from cloud.domain.faces import FaceRecord
from cloud.errors import PersonUnknown
from cloud.ports import FaceReport, Outgoing
from contract.commands import ForgetFace
from contract.topics import Leaf, topic


class CityFaces:
    """See `cloud.ports.Faces`. `changed` sends the newest roster, which holds until a station that was offline hears it."""

    def __init__(
        self, faces: SqlFaces, people: SqlPeople, outgoing: Outgoing, changed: Callable[[], None], clock_ms: Callable[[], int]
    ) -> None:
        self._faces, self._people, self._outgoing, self._changed, self._clock_ms = faces, people, outgoing, changed, clock_ms

    def heads(self) -> int:
        """Distinct people of whom a face is kept anywhere."""
        return self._faces.heads()

    def report(self, person: str) -> FaceReport:
        """Raises: PersonUnknown: neither in the roster, nor ever spoken of by a station."""
        records = self._faces.of(person)
        if not records and all(one.person != person for one in self._people.all()):
            raise PersonUnknown(f"nobody is called {person!r}")
        return FaceReport(person, self._faces.withdrawn_ms(person), records)

    def withdraw(self, person: str) -> FaceReport:
        """No station may keep it any more; those that do are pending until their receipt comes.

        Raises:
            PersonUnknown: nothing was changed.
        """
        self.report(person)
        self._faces.withdraw(person, self._clock_ms())
        self._people.renew()
        self._changed()
        found = self.report(person)
        for record in found.pending:
            self._tell(record)
        return found

    def allow(self, person: str) -> FaceReport:
        """The person may enrol again; each station asks for consent anew. Raises: PersonUnknown."""
        self.report(person)
        self._faces.allow(person)
        self._people.renew()
        self._changed()
        return self.report(person)

    def _tell(self, record: FaceRecord) -> None:
        """Quicker than the roster where the station is there; lost where it is not, and then the roster does it."""
        command = ForgetFace(id=secrets.token_hex(8), person=record.person).model_dump_json().encode()
        traffic = Leaf.CMD.traffic
        self._outgoing.publish(topic(record.station, Leaf.CMD), command, traffic.qos, traffic.retain)
