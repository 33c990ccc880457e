"""A city that is on no map: its stations, what each is fitted with, and the people who come. Pure; the same seed, the same people."""

from random import Random
from typing import NamedTuple

from contract.config import StationConfig, check
from twin.grades import Grade, sections

CITY = "lanting"
DISTRICTS = {"riverside": "河畔", "old-mill": "老磨坊", "harbour": "港湾", "hill-gate": "山门"}
"""As configuration and selectors name them, and as their stations are called."""
CORNERS = (
    "Ferry Stop 渡口", "Market Gate 市集口", "Courier Yard 驿园", "Bus Depot 公交场", "School Corner 学堂角", "Canal Bridge 运河桥",
)  # fmt: skip
SEASONS = ("", " Spring 春", " Summer 夏", " Autumn 秋", " Winter 冬", " North 北", " East 东", " South 南", " West 西")
BIRDS = ("白鹭", "Wren", "喜鹊", "Heron", "燕子", "Finch", "黄鹂", "Swift", "翠鸟", "Lark")
MIDDLE, APART, AROUND = (30.0, -160.0), 0.05, 0.03
"""degrees: the city lies in the open ocean, its districts in the four directions."""
FIRST_NUMBER, LAST_NUMBER = 10_000, 89_999


class Place(NamedTuple):
    """A station and where it stands."""

    station: str
    name: str
    city: str
    district: str


class Citizen(NamedTuple):
    """Somebody with a right: a pseudonym, a code, and what the screen may greet with; no label occurs twice."""

    person: str
    number: str
    pin: str
    label: str


STEWARD = Citizen("p-steward", "9001", "8642", "Steward 值班")
"""Who restocks and mends in the demo."""


def city(count: int) -> list[Place]:
    """`count` stations, st-1 first; neighbours in the list stand in different districts."""
    return [Place(f"st-{n + 1}", _name(n), CITY, list(DISTRICTS)[n % len(DISTRICTS)]) for n in range(count)]


def people(seed: int, count: int) -> list[Citizen]:
    """`count` people, p-0001 first; with a larger count the first ones stay the same."""
    random = Random(f"people of {seed}")
    numbers: dict[int, None] = {}
    while len(numbers) < count:
        numbers.setdefault(random.randint(FIRST_NUMBER, LAST_NUMBER))
    pins = Random(f"pins of {seed}")
    return [
        Citizen(f"p-{n:04d}", str(number), f"{pins.randrange(10_000):04d}", f"{BIRDS[n % len(BIRDS)]} {n}")
        for n, number in enumerate(numbers, 1)
    ]


GRADES = {"st-1": Grade.ENHANCED, "st-2": Grade.STANDARD, "st-3": Grade.ENHANCED, "st-4": Grade.STANDARD}
"""Of the first stations; all others are basic."""


def spot(place: Place) -> dict[str, float]:
    """Where it stands on the map: always the same, near the middle of its district."""
    random = Random(f"spot of {place.station}")
    quarter = list(DISTRICTS).index(place.district) if place.district in DISTRICTS else 0
    north, east = (-APART if quarter & 2 else APART), (-APART if quarter & 1 else APART)
    latitude, longitude = (middle + way + random.uniform(-AROUND, AROUND) for middle, way in zip(MIDDLE, (north, east), strict=True))
    return {"latitude": round(latitude, 5), "longitude": round(longitude, 5)}


def fitted(place: Place, host: str, port: int) -> StationConfig:
    """The configuration of a station without a screen of its own.

    A face opens by itself at these: their people are a script and have no head to turn.
    """
    return check(
        {
            **place._asdict(), "place": spot(place),
            "camera": {"source": "none"}, "identity": {"assurance": "face"}, **sections(GRADES.get(place.station, Grade.BASIC)),
            "link": {"host": host, "port": port}, "quota": {"shared": True, "water_ml_per_day": 20_000, "socket_min_per_day": 1440, "bottles_per_day": 20},
        }
    )  # fmt: skip


def _name(n: int) -> str:
    around, corner = divmod(n // len(DISTRICTS), len(CORNERS))
    return f"{CORNERS[corner]}{_turn(around)} · {list(DISTRICTS.values())[n % len(DISTRICTS)]}"


def _turn(around: int) -> str:
    return SEASONS[around] if around < len(SEASONS) else f" {around}"
