"""Whatever comes from outside: a clear refusal, counted, and the station works on."""

import pytest

from contract.commands import Reply
from contract.facts import InputRefused
from contract.topics import Leaf
from edge.domain.messages import AckReceived, CommandReceived, InputFaulty, LeaseEnded, LeaveAsked, MoreTimeAsked
from edge.domain.room_messages import ChargeStopped, DrinkStopped
from tests.scenarios.people import enters_by_code
from twin.station import TwinStation


def refused(bench: TwinStation) -> list[tuple[str, int]]:
    """(source, count) of each fact."""
    return [(fact.source, fact.count) for fact in bench.cloud.of(InputRefused)]


COMMANDS = {
    "empty": b"",
    "unknown": b'{"kind": "open_the_door", "id": "1"}',
    "no kind": b'{"id": "1"}',
    "unlock": b'{"kind": "unlock", "id": "1", "door": "front"}',
    "more than asked": b'{"kind": "rebirth", "id": "1", "unlock": true}',
    "long id": b'{"kind": "rebirth", "id": "' + b"x" * 5000 + b'"}',
    "not text": b"\xff\xfe\x00",
    "deep": b"[" * 50_000,
    "large": b'{"kind": "' + b"A" * 1_000_000 + b'"}',
}


@pytest.mark.parametrize("raw", COMMANDS.values(), ids=COMMANDS)
def test_an_unknown_command_is_refused(bench: TwinStation, raw: bytes) -> None:
    bench.post(CommandReceived(raw))
    bench.after(0.1)
    assert refused(bench) == [("cmd", 1)]
    assert not bench.world.lock_released
    assert enters_by_code(bench)


def test_a_known_command_is_answered(bench: TwinStation) -> None:
    bench.post(CommandReceived(b'{"kind": "rebirth", "id": "r-1"}'), CommandReceived(b'{"kind": "identify", "id": "i-1"}'))
    bench.after(0.1)
    replies = [Reply.model_validate_json(raw) for leaf, raw in bench.cloud.said if leaf is Leaf.CMD_REPLY]
    assert [(reply.id, reply.done) for reply in replies] == [("r-1", True), ("i-1", True)]
    assert refused(bench) == []


def test_a_rebirth_sends_everything_again_and_nothing_twice(bench: TwinStation) -> None:
    bench.cloud.acknowledges = False
    bench.show_face(None, 0.7, 0.8)
    states, facts = len(bench.cloud.states), len(bench.cloud.facts)
    bench.post(CommandReceived(b'{"kind": "rebirth", "id": "1"}'))
    bench.after(0.1)
    assert len(bench.cloud.states) > states
    assert bench.cloud.repeated >= 1
    assert len(bench.cloud.facts) == facts


@pytest.mark.slow
def test_a_flood_is_counted_and_told_once_a_minute(bench: TwinStation) -> None:
    for _ in range(20):
        for _ in range(100):
            bench.post(InputFaulty("ack", "not an acknowledgement"), InputFaulty("web", "a body of 9 MB"))
        bench.after(6)
    bench.after(61)
    told = refused(bench)
    assert sum(count for source, count in told if source == "ack") == 2000
    assert sum(count for source, count in told if source == "web") == 2000
    assert len(told) <= 8


@pytest.mark.slow
def test_the_door_answers_in_the_middle_of_a_flood(bench: TwinStation) -> None:
    for _ in range(1000):
        bench.post(InputFaulty("cmd", "x"), CommandReceived(b"{"), AckReceived("zz", -1))
    assert enters_by_code(bench)


def test_long_words_from_an_adapter_fit_into_a_fact(bench: TwinStation) -> None:
    bench.post(InputFaulty("s" * 5000, "r" * 5000))
    bench.after(0.1)
    assert len(bench.cloud.of(InputRefused)[0].reason) == 200


def test_touches_without_a_visitor_do_nothing(bench: TwinStation) -> None:
    before = len(bench.cloud.facts)
    bench.post(LeaveAsked(), MoreTimeAsked(), DrinkStopped("cold"), ChargeStopped("1"), DrinkStopped("x"))
    bench.after(1)
    assert len(bench.cloud.facts) == before
    assert bench.screen.visitor is None


@pytest.mark.parametrize("output", ["lock", "valve.cold", "socket.1"])
def test_a_lease_that_ended_while_nothing_ran_does_nothing(bench: TwinStation, output: str) -> None:
    before = len(bench.cloud.facts)
    bench.post(LeaseEnded(output))
    bench.after(1)
    assert len(bench.cloud.facts) == before
