"""What `kiosk demo --once` found, as JSON, and whether all of it is true in the cloud's ledger."""

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from cli.demo.city import City
from cli.demo.ledgers import Comparison, milliseconds
from cli.demo.visit import Seen
from edge import __version__

ALWAYS = (
    "entry_granted", "door_unlocked", "door_opened", "water_poured", "charge_ended", "bottles_taken", "amenity_ended", "visit_ended", "entry_refused",
)  # fmt: skip
POUR_ERROR_RATIO = 0.15
"""The simulated meter is read to 1 %; the rest is what runs on while the valve shuts after a small portion."""


@dataclass(frozen=True)
class Report:
    """The document, and each thing that is not as it should be."""

    document: dict[str, Any]
    wrong: list[str]


def make(city: City, seen: Seen, ledger: Comparison) -> Report:
    """From what the room saw and what the cloud committed."""
    poured, charged, taken, ran = (_last(ledger, kind) for kind in ("water_poured", "charge_ended", "bottles_taken", "amenity_ended"))
    document = {
        "granted": _has(ledger, "entry_granted") and seen.granted,
        "refused": _has(ledger, "entry_refused") and seen.refused,
        "code_offered": seen.offered_code, "photo_refused": seen.photo_refused,
        "door_opened": _has(ledger, "door_opened") and seen.door_opened,
        "poured_ml": poured.get("poured_ml"), "room_poured_ml": round(seen.poured_ml, 1),
        "charged_wh": charged.get("energy_wh"), "room_charged_wh": round(seen.charged_wh, 4),
        "bottles": taken.get("count"), "bottles_charged": taken.get("charged"), "room_bottles": seen.bottles,
        "amenity_wh": ran.get("energy_wh"), "room_amenity_wh": round(seen.warmed_wh, 3),
        "facts_station": ledger.station, "facts_cloud": ledger.cloud, "lost": ledger.lost, "duplicated": ledger.duplicated,
        "ms": {**milliseconds(city, ledger.rows), "total": round(seen.took_s * 1000)},
        "stations": 1 + _fleet(city), "broker": {"kind": city.broker.kind, "version": city.broker.version},
        "versions": _versions(),
    }  # fmt: skip
    return Report(document, _wrong(document, ledger))


def _wrong(document: dict[str, Any], ledger: Comparison) -> list[str]:
    wrong = [f"{name} is not true" for name in ("granted", "refused", "code_offered", "photo_refused", "door_opened") if not document[name]]
    wrong += [f"{document[name]} facts {name}" for name in ("lost", "duplicated") if document[name]]
    wrong += [f"the cloud has no {kind}" for kind in ALWAYS if not _has(ledger, kind)]
    measured, true = document["poured_ml"] or 0, document["room_poured_ml"]
    if not true or abs(measured - true) > POUR_ERROR_RATIO * true:
        wrong.append(f"poured_ml {measured} against {true} in the room")
    if not document["charged_wh"]:
        wrong.append("charged_wh is nothing")
    if not (document["bottles"] == document["bottles_charged"] == document["room_bottles"] == 1):
        wrong.append(f"bottles {document['bottles']}, charged {document['bottles_charged']} against {document['room_bottles']} in the room")
    if not document["amenity_wh"]:
        wrong.append("amenity_wh is nothing")
    return wrong


def _has(ledger: Comparison, kind: str) -> bool:
    return any(row["kind"] == kind for row in ledger.rows)


def _last(ledger: Comparison, kind: str) -> dict[str, Any]:
    return next((row["data"] for row in reversed(ledger.rows) if row["kind"] == kind), {})


def _fleet(city: City) -> int:
    return len(city.places) - 1


def _versions() -> dict[str, str]:
    found = {"smart-station": __version__, "python": platform.python_version()}
    for name in ("paho-mqtt", "fastapi", "opencv-python-headless", "dlib-bin", "face-recognition-ng", "gpiozero", "numpy", "sqlalchemy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
