"""The scripted day: the same seed gives the same day, nobody is in two places, and everybody who comes in goes out again."""

from __future__ import annotations

from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.config import StationConfig
from contract.roster import Roster, code_digest
from twin import deeds as d
from twin import faults, socket_load
from twin.city import Place, city, fitted, people
from twin.day import TOP_PER_H, day, regulars, visits_per_h

pytestmark = pytest.mark.slow  # seconds in all

SEEDS = st.integers(0, 10_000)
SPEEDS = st.sampled_from([0.5, 1.0, 10.0, 60.0])


def config(place: Place | None = None) -> StationConfig:
    return fitted(place or city(3)[2], "127.0.0.1", 1883)


def visits(seed: int, speed: float = 10.0, count: int = 40, who: int = 4) -> list[d.Visit]:
    """The beginning of a day."""
    return list(islice(day(config(), people(seed, who), seed, speed), count))


@given(SEEDS, SPEEDS)
def test_the_same_seed_gives_the_same_day(seed: int, speed: float) -> None:
    assert visits(seed, speed) == visits(seed, speed)


def test_seeds_and_stations_differ() -> None:
    first, second = city(2)
    who = people(1, 4)
    days = [list(islice(day(config(place), who, seed), 5)) for place, seed in ((first, 1), (second, 1), (first, 2))]
    assert all(one != other for one, other in pairwise([*days, days[0]]))


@given(SEEDS, SPEEDS)
def test_visits_begin_in_order_and_acts_follow_each_other(seed: int, speed: float) -> None:
    found = visits(seed, speed)
    assert all(one.begins_s <= next_.begins_s for one, next_ in pairwise(found))
    for visit in found:
        assert all(one.at_s <= next_.at_s for one, next_ in pairwise(visit.acts))
        assert visit.acts[0].at_s >= 0 and visit.acts[-1].at_s <= visit.lasts_s


@given(SEEDS, SPEEDS)
def test_nobody_comes_back_before_having_left(seed: int, speed: float) -> None:
    left: dict[str, float] = {}
    for visit in visits(seed, speed):
        if visit.citizen is not None:
            assert visit.begins_s > left.get(visit.citizen.person, -1.0)
            left[visit.citizen.person] = visit.begins_s + visit.lasts_s


@given(SEEDS, SPEEDS)
def test_one_after_the_other_at_the_door(seed: int, speed: float) -> None:
    comers = [visit for visit in visits(seed, speed) if not isinstance(visit.acts[0].deed, d.Break | d.CutCable)]
    assert all(next_.begins_s >= one.begins_s + one.door_s - 0.02 for one, next_ in pairwise(comers))


@given(SEEDS, SPEEDS)
def test_a_socket_is_used_by_one_at_a_time(seed: int, speed: float) -> None:
    free_at: dict[str, float] = {}
    for visit in visits(seed, speed, who=12):
        for act in visit.acts:
            match act.deed:
                case d.Plug(socket):
                    assert visit.begins_s + act.at_s > free_at.get(socket, -1.0)
                    free_at[socket] = float("inf")
                case d.Unplug(socket):
                    free_at[socket] = visit.begins_s + act.at_s


@given(SEEDS)
def test_whoever_goes_in_comes_out_last_of_all(seed: int) -> None:
    for visit in visits(seed):
        kinds = [type(act.deed) for act in visit.acts]
        if d.PullDoor in kinds:
            assert kinds[-1] is d.PushOut
            assert kinds.count(d.Plug) == kinds.count(d.Unplug)


@pytest.mark.slow
@given(SEEDS)
def test_every_fault_is_mended_and_every_cable_joined(seed: int) -> None:
    ends = {d.Break: d.Mend, d.CutCable: d.JoinCable}
    for visit in visits(seed, 60.0, 200):
        first, last = visit.acts[0].deed, visit.acts[-1].deed
        if type(first) in ends:
            assert visit.citizen is None
            assert type(last) is ends[type(first)]
            assert 60 <= visit.lasts_s <= 300


def test_a_long_day_has_every_kind_of_deed_and_only_what_the_room_knows() -> None:
    deeds = [act.deed for seed in range(4) for visit in visits(seed, 30.0, 500) for act in visit.acts]
    assert {type(deed) for deed in deeds} == set(d.Deed.__args__)
    taps, sockets = {tap.name: tap for tap in config().taps}, {socket.name for socket in config().sockets}
    for deed in deeds:
        match deed:
            case d.Drink(tap, volume_ml):
                assert volume_ml in taps[tap].portions_ml
            case d.Plug(socket, load):
                assert socket in sockets and load in socket_load.LOADS
            case d.Break(fault, part):
                assert fault in faults.names() and part in taps


def test_noon_and_evening_are_rushes_and_the_night_is_thin() -> None:
    assert visits_per_h(12.2) > 4 * visits_per_h(9.0)
    assert visits_per_h(17.3) > 4 * visits_per_h(9.0)
    assert visits_per_h(3.0) < visits_per_h(9.0)
    assert max(visits_per_h(minute / 60) for minute in range(24 * 60)) < TOP_PER_H


def test_a_faster_day_brings_more_people() -> None:
    slow, quick = visits(1, 1.0, 40), visits(1, 10.0, 40)
    assert quick[-1].begins_s < slow[-1].begins_s / 3


@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_something_happens_at_once(speed: float) -> None:
    firsts = sorted(next(day(config(place), people(1, 4), 1, speed)).begins_s for place in city(23))
    assert firsts[0] < 6.0
    assert firsts[-1] <= 30.0


def test_a_station_without_regulars_has_troubles_only() -> None:
    found = islice(day(config(), [], 1, 60.0), 5)
    assert all(visit.citizen is None for visit in found)


def test_people_stay_the_same_when_more_come_and_fit_into_a_roster() -> None:
    many = people(7, 400)
    assert people(7, 40) == many[:40]
    assert people(8, 40) != many[:40]
    assert len({one.number for one in many}) == len({one.label for one in many}) == 400
    digest = code_digest("5a" * 16, many[0].number, many[0].pin)
    entries = [{"person": p.person, "number": p.number, "code_digest": digest, "label": p.label} for p in many]
    Roster.model_validate({"version": 1, "salt": "5a" * 16, "people": entries})


def test_nobody_is_a_regular_at_two_stations() -> None:
    citizens = people(1, 92)
    shared = [regulars(citizens, index, 23) for index in range(23)]
    assert sorted(one for group in shared for one in group) == sorted(citizens)


@pytest.mark.parametrize("count", [1, 24, 200])
def test_stations_of_the_city_differ_and_their_configuration_holds(count: int) -> None:
    places = city(count)
    assert [place.station for place in places[:2]] == ["st-1", "st-2"][:count]
    assert len({place.name for place in places}) == count
    assert len({place.city for place in places}) == 1
    for place in places:
        assert fitted(place, "127.0.0.1", 1883).name == place.name


def test_a_larger_city_keeps_the_names_of_the_smaller() -> None:
    assert city(24) == city(200)[:24]
    assert len({place.district for place in city(24)}) == 4
