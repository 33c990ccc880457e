"""The roster: a newer one comes in force whole, a broken one leaves the old one in force and says why."""

import pytest

from contract.facts import InputRefused, RosterApplied
from contract.roster import Person, Roster, RosterReport
from contract.topics import Leaf
from edge.domain.messages import RosterReceived
from tests.scenarios.people import AN, BO, enters_by_code, people, two_people
from twin.station import SALT, TwinStation, roster


def push(bench: TwinStation, raw: bytes) -> RosterReport:
    """And what the station reports."""
    bench.cloud.push_roster(raw)
    bench.after(0.1)
    reports = [payload for leaf, payload in bench.cloud.said if leaf is Leaf.ROSTER_REPORTED]
    return RosterReport.model_validate_json(reports[-1])


def applied(bench: TwinStation) -> list[int]:
    """Versions, as the facts tell."""
    return [fact.version for fact in bench.cloud.of(RosterApplied)]


def test_a_newer_roster_comes_in_force(bench: TwinStation) -> None:
    report = push(bench, roster(people()[1], version=2))
    assert (report.version, report.people, report.refused) == (2, 1, None)
    assert applied(bench) == [1, 2]
    assert not enters_by_code(bench)
    assert enters_by_code(bench, "1002", "1357")


@pytest.mark.parametrize("version", [1, 4, 5])
def test_an_older_roster_or_the_same_changes_nothing(bench: TwinStation, version: int) -> None:
    push(bench, two_people(5))
    report = push(bench, roster(version=version))
    assert (report.version, report.people, report.refused) == (5, 2, None)
    assert applied(bench) == [1, 5]
    assert enters_by_code(bench)


TWICE = f'{{"version": 2, "salt": "{SALT}", "people": [{{"person": "p-an"}}, {{"person": "p-an"}}]}}'
NAMED = f'{{"version": 2, "salt": "{SALT}", "people": [{{"person": "p-an", "label": "Zhang San of Willow Lane 17, floor 3"}}]}}'
BROKEN = {
    "empty": b"",
    "not json": b"\x00\xff\xfe roster",
    "cut": two_people(9)[:-20],
    "not an object": b"[1, 2, 3]",
    "a person twice": TWICE.encode(),
    "no version": b'{"salt": "' + SALT.encode() + b'", "people": []}',
    "version 0": two_people(9).replace(b'"version":9', b'"version":0'),
    "a huge version": two_people(9).replace(b'"version":9', b'"version":' + b"9" * 400),
    "an unknown key": two_people(9).replace(b'"version":9', b'"version":9,"x":1'),
    "deep": b"[" * 20_000,
    "a long label": NAMED.encode(),
    "a digest of the wrong form": two_people(9).replace(b'"code_digest":"', b'"code_digest":"x'),
}


def check_a_broken_roster_leaves_the_old_one(bench: TwinStation, raw: bytes) -> None:
    """Nothing of it counts; who could enter still can."""
    report = push(bench, raw)
    assert report.version == 1
    assert report.refused
    assert enters_by_code(bench)


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
def test_a_broken_roster_leaves_the_old_one(bench: TwinStation, raw: bytes) -> None:
    check_a_broken_roster_leaves_the_old_one(bench, raw)
    assert [(fact.source, fact.count) for fact in bench.cloud.of(InputRefused)] == [("roster", 1)]
    assert applied(bench) == [1]


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
def test_a_fact_about_a_broken_roster_quotes_nothing_of_it(bench: TwinStation, raw: bytes) -> None:
    push(bench, raw)
    reason = bench.cloud.of(InputRefused)[0].reason
    assert not {"Zhang", AN, people()[0].code_digest, SALT} & set(reason.replace(",", " ").split())
    assert "Zhang" not in reason
    assert (people()[0].code_digest or "")[:8] not in reason


def test_a_flood_of_broken_rosters_is_one_fact_a_minute(bench: TwinStation) -> None:
    for _ in range(500):
        bench.post(RosterReceived(b"{"))
    bench.after(61)
    assert [fact.count for fact in bench.cloud.of(InputRefused)] == [1, 499]


def many(count: int, version: int) -> bytes:
    """An, Bo and others."""
    others = [Person(person=f"p-{n}", number=str(10_000 + n)) for n in range(count - 2)]
    return Roster.model_construct(version=version, salt=SALT, people=[*people(), *others]).model_dump_json().encode()


def test_five_thousand_people_are_taken_and_one_more_is_not(bench: TwinStation) -> None:
    assert push(bench, many(5000, 2)).people == 5000
    assert enters_by_code(bench)
    assert push(bench, many(5001, 3)).refused
    assert bench.cloud.states[-1].roster == 2


def test_who_is_inside_may_stay_and_leave_under_a_new_roster(bench: TwinStation) -> None:
    bench.let_in(BO)
    push(bench, roster(people()[0], version=2))
    bench.walk_out()
    assert bench.cloud.kinds()[-1] == "visit_ended"


def test_a_roster_is_there_after_a_restart(bench: TwinStation) -> None:
    push(bench, two_people(7))
    bench.kill()
    bench.boot()
    assert bench.cloud.states[-1].roster == 7
    assert push(bench, two_people(6)).version == 7
    assert enters_by_code(bench)
