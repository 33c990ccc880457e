"""Codes on the keypad and on cards: the right one opens, all wrong ones look alike, and nobody can try for long."""

import pytest

from contract.facts import EntryGranted, EntryRefused, InputRefused, Refusal, Way
from edge.domain.messages import QrRead
from edge.domain.screen import Notice
from tests.scenarios.people import AN, AN_NUMBER, AN_PIN, BO, BO_NUMBER, BO_PIN, CARD, enters_by_code
from twin.station import TwinStation

WRONG = "0000"
QUARTER_S = 900


@pytest.fixture
def bench(build) -> TwinStation:
    """Without sockets: their currents, read twice a second, would only cost time here."""
    bench: TwinStation = build(sockets=[])
    return bench


def refusals(bench: TwinStation) -> list[Refusal]:
    """All so far."""
    return [fact.reason for fact in bench.cloud.of(EntryRefused)]


def test_the_right_code_opens(bench: TwinStation) -> None:
    assert enters_by_code(bench)
    granted = bench.cloud.of(EntryGranted)[0]
    assert (granted.person, granted.way) == (AN, Way.CODE)
    assert bench.screen.visitor == AN


def check_a_wrong_code_opens_nothing(bench: TwinStation) -> None:
    """Nor does one of somebody else."""
    for number, pin in ((AN_NUMBER, WRONG), (AN_NUMBER, BO_PIN), ("9999", AN_PIN)):
        assert not enters_by_code(bench, number, pin)


def test_a_wrong_code_opens_nothing(bench: TwinStation) -> None:
    check_a_wrong_code_opens_nothing(bench)
    assert set(refusals(bench)) == {Refusal.WRONG_CODE}


def test_an_unknown_number_looks_like_a_wrong_pin(bench: TwinStation) -> None:
    bench.type_code(AN_NUMBER, WRONG)
    known = bench.screen
    bench.type_code("7777", WRONG)
    unknown = bench.screen
    assert (known.notice, known.reason) == (unknown.notice, unknown.reason) == (Notice.REFUSED, Refusal.WRONG_CODE)
    one, other = bench.cloud.of(EntryRefused)
    assert one == other


def check_tries_of_a_person_are_counted(bench: TwinStation) -> None:
    """After five wrong PINs the right one does not open either, for a quarter of an hour; others come in meanwhile."""
    for _ in range(5):
        bench.type_code(AN_NUMBER, WRONG)
    assert not enters_by_code(bench)
    assert bench.screen.reason is Refusal.TOO_MANY_TRIES


@pytest.mark.slow
def test_a_person_has_five_tries_in_a_quarter_of_an_hour(bench: TwinStation) -> None:
    check_tries_of_a_person_are_counted(bench)
    assert enters_by_code(bench, BO_NUMBER, BO_PIN)
    bench.after(QUARTER_S)
    assert enters_by_code(bench)


def test_tries_of_an_unknown_number_are_counted_too(bench: TwinStation) -> None:
    for _ in range(6):
        bench.type_code("7777", WRONG)
    assert refusals(bench) == [Refusal.WRONG_CODE] * 5 + [Refusal.TOO_MANY_TRIES]


def check_tries_of_the_station_are_counted(bench: TwinStation) -> None:
    """Twenty numbers with one PIN each."""
    for number in range(5000, 5020):
        bench.type_code(str(number), AN_PIN)
    assert not enters_by_code(bench)
    assert bench.screen.reason is Refusal.TOO_MANY_TRIES


@pytest.mark.slow
def test_a_station_has_twenty_tries_in_a_quarter_of_an_hour(bench: TwinStation) -> None:
    check_tries_of_the_station_are_counted(bench)
    bench.show_face(AN)
    assert bench.world.lock_released, "faces are not locked out by codes"
    bench.after(QUARTER_S)
    assert enters_by_code(bench, BO_NUMBER, BO_PIN)


def test_the_right_code_forgives_slips(bench: TwinStation) -> None:
    for _ in range(4):
        bench.type_code(AN_NUMBER, WRONG)
    assert enters_by_code(bench)
    for _ in range(4):
        bench.type_code(AN_NUMBER, WRONG)
    assert enters_by_code(bench)


def test_who_knows_one_code_gets_no_more_tries_at_others(bench: TwinStation) -> None:
    for _ in range(5):
        bench.type_code(AN_NUMBER, WRONG)
        bench.type_code(BO_NUMBER, BO_PIN)
        bench.after(6)
    bench.type_code(AN_NUMBER, AN_PIN)
    assert bench.screen.reason is Refusal.TOO_MANY_TRIES


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "pin"),
    [("", ""), ("1001", ""), ("1001", "2468" * 1000), ("1' OR '1'='1", "2468"), ("１００１", "２４６８"), ("1001\n", "2468")],
)
def test_what_is_no_code_is_refused_without_counting_as_a_try(bench: TwinStation, number: str, pin: str) -> None:
    for _ in range(21):
        bench.type_code(number, pin)
    assert set(refusals(bench)) == {Refusal.NOT_READABLE}
    assert enters_by_code(bench)


# ---- cards


def show_card(bench: TwinStation, text: str) -> None:
    """The face process has read this from a card before the camera."""
    bench.post(QrRead(text))
    bench.after(0.05)


def test_a_card_opens(bench: TwinStation) -> None:
    show_card(bench, CARD)
    assert bench.world.lock_released
    assert bench.cloud.of(EntryGranted)[0].way is Way.QR


def test_a_forged_card_counts_as_a_try(bench: TwinStation) -> None:
    for _ in range(6):
        show_card(bench, f"SSC:{AN_NUMBER}:{WRONG}")
    assert refusals(bench) == [Refusal.WRONG_CODE] * 5 + [Refusal.TOO_MANY_TRIES]
    assert not bench.world.lock_released


HOSTILE = {
    "sql": "SSC:1001:2468'; DROP TABLE fact; --",
    "long": "A" * 4000,
    "long digits": "SSC:1001:" + "2" * 4000,
    "unicode digits": "SSC:１００１:２４６８",
    "unicode": "你好，世界 🚪\u202e",
    "control": "\x00\x01\x1b[2J\r\n",
    "two cards": f"{CARD}\n{CARD}",
    "trailing newline": f"{CARD}\n",
    "empty": "",
    "half a character": "\ud800",
    "json": '{"kind": "entry_granted"}',
    "address": "https://example.invalid/?a=SSC:1001:2468",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_on_a_card_is_refused_and_counted(bench: TwinStation, text: str) -> None:
    show_card(bench, text)
    assert not bench.world.lock_released
    assert (bench.screen.notice, bench.screen.reason) == (Notice.REFUSED, Refusal.NOT_READABLE)
    refused = bench.cloud.of(InputRefused)
    assert [(fact.source, fact.count) for fact in refused] == [("qr", 1)]
    assert text[:12] not in refused[0].reason or not text, "a fact never quotes what it refused"
    assert enters_by_code(bench)


@pytest.mark.slow
def test_a_flood_of_hostile_cards_is_one_fact_a_minute(bench: TwinStation) -> None:
    for _ in range(300):
        for text in HOSTILE.values():
            bench.post(QrRead(text))
        bench.after(0.3)
    bench.after(61)
    counts = [fact.count for fact in bench.cloud.of(InputRefused)]
    assert sum(counts) == 300 * len(HOSTILE)
    assert len(counts) <= 4
    assert enters_by_code(bench, BO_NUMBER, BO_PIN)
    assert bench.cloud.of(EntryGranted)[-1].person == BO
