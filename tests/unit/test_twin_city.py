"""Where the stations of the simulated city stand."""

from twin.city import city, fitted, spot


def test_each_station_has_a_place_of_its_own_in_its_district() -> None:
    places = city(48)
    spots = [spot(place) for place in places]
    assert len({tuple(one.values()) for one in spots}) == len(places)
    assert spots == [spot(place) for place in city(48)]
    for district in {place.district for place in places}:
        near = [one for place, one in zip(places, spots, strict=True) if place.district == district]
        for axis in ("latitude", "longitude"):
            assert max(one[axis] for one in near) - min(one[axis] for one in near) <= 0.06


def test_a_station_tells_where_it_stands() -> None:
    place = fitted(city(1)[0], "127.0.0.1", 1883).place
    assert place is not None and place.model_dump() == spot(city(1)[0])
