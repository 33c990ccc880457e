"""The rules about tickets, tries and too large galleries, taken out one by one: the same check must then fail."""

from __future__ import annotations

from typing import Any

import pytest

from contract.facts import Refusal
from contract.ticket import Ticket
from edge.adapters.store import SqliteLedger
from edge.domain.records import KeepTries, UseTicket
from edge.domain.tickets import Tickets
from tests.sabotage.twins import Saw, Twin, name, turns_red
from tests.scenarios import test_gallery, test_tickets, test_tries
from tests.scenarios.conftest import Build
from twin.station import TwinStation


def a_face_decides_among_any_number(saw: Saw) -> None:
    saw.setattr("edge.domain.identity.face_alone", lambda config, gallery: True)


def tickets_open_again_and_again(saw: Saw) -> None:
    """Neither the station nor its ledger minds."""
    reason = Tickets._reason

    def judged(self: Tickets, ticket: Ticket, now: float) -> Refusal | None:
        found = reason(self, ticket, now)
        return None if found is Refusal.TICKET_USED else found

    saw.setattr(Tickets, "_reason", judged)
    used_tickets_are_not_written(saw)


def used_tickets_are_not_written(saw: Saw) -> None:
    _without(saw, UseTicket)


def tries_live_in_memory_alone(saw: Saw) -> None:
    _without(saw, KeepTries)


def _without(saw: Saw, kind: type) -> None:
    """Records of this kind reach no disk."""
    written = SqliteLedger._record

    def record(self: SqliteLedger, one: Any) -> None:
        if not isinstance(one, kind):
            written(self, one)

    saw.setattr(SqliteLedger, "_record", record)


def a_ticket_opens_once(bench: TwinStation) -> None:
    test_tickets.check_a_ticket_opens_once(test_tickets.with_keys(bench))


def a_restart_forgets_no_ticket(bench: TwinStation) -> None:
    test_tickets.check_a_restart_forgets_no_ticket(test_tickets.with_keys(bench))


TWINS = [
    Twin(a_face_decides_among_any_number, test_gallery.check_a_face_alone_does_not_decide_in_too_large_a_gallery, test_gallery.TABLE),
    Twin(tickets_open_again_and_again, a_ticket_opens_once),
    Twin(used_tickets_are_not_written, a_restart_forgets_no_ticket),
    Twin(tries_live_in_memory_alone, test_tries.check_a_restart_gives_no_new_tries),
]


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_without_its_rule_the_check_turns_red(build: Build, monkeypatch: Saw, twin: Twin) -> None:
    turns_red(build, monkeypatch, twin)


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_with_its_rule_the_check_is_green(build: Build, twin: Twin) -> None:
    twin.check(build(**twin.sections))
