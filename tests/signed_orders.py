"""A cloud that signs orders and rosters with keys that anybody may know, and what a station answers. For scenarios, properties and sabotage."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.commands import Reply
from contract.orders import ChallengePlease, OrderKind, SignedOrder
from contract.roster import Roster, RosterReport
from contract.signing import Kind, Signed, public_half, sign
from contract.topics import Leaf
from contract.trust import Delegation, Scope, SignedRoster
from tests.contract import signed_examples as known
from tests.scenarios.people import two_people
from twin.clock import TwinClock
from twin.station import TwinStation, layout

Made = Callable[..., TwinStation]
"""`made(clock, **sections)`: a station that believes the known root."""
DAY = timedelta(days=1)
REASON = "courier locked in his bag"


def provisioned(folder: Path, clock: TwinClock | None = None, **sections: object) -> TwinStation:
    """A station that believes the known root, with An and Bo; its clock stands at the day on which the examples were signed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "root.json").write_text(known.SIGNED_ROOT.model_dump_json())
    bench = TwinStation(folder, layout("st-1", **sections), clock or TwinClock(known.AT))
    bench.cloud.push_roster(signed_roster(Roster.model_validate_json(two_people())))
    bench.after(0.1)
    return bench


def delegation(
    scope: tuple[Scope, ...] = (Scope.ORDER,), issued: datetime = known.AT, life: timedelta = 7 * DAY, districts: tuple[str, ...] = (),
    by: Ed25519PrivateKey = known.OPS_KEY, key: Ed25519PrivateKey = known.CLOUD_KEY,
) -> Signed:  # fmt: skip
    """Signed by the ops key of the known root, unless said otherwise."""
    given = Delegation(key=public_half(key), scope=scope, districts=districts, issued=issued, expires=issued + life)
    return known.signed(Kind.DELEGATION, given, by)


def ordered(
    challenge: str, order: OrderKind = OrderKind.UNLOCK, station: str = "st-1", id_: str = known.ORDER.id, minutes: int | None = None,
    given: Signed | None = None, by: Ed25519PrivateKey = known.CLOUD_KEY, kind: Kind = Kind.ORDER, **changed: object,
) -> SignedOrder:  # fmt: skip
    """As the cloud signs it. `changed` replaces fields of the order without asking whether they fit."""
    content: dict[str, object] = {
        "type": "order", "station": station, "id": id_, "order": order.value, "challenge": challenge, "operator": "lin.mei", "reason": REASON,
        "issued": known.ORDER.model_dump(mode="json")["issued"], "minutes": minutes,
    }  # fmt: skip
    return SignedOrder(id=id_, delegation=given or delegation(), order=sign(kind, content | changed, by))


def signed_roster(roster: Roster, given: Signed | None = None, roots: tuple[Signed, ...] = (), by: Ed25519PrivateKey = known.CLOUD_KEY) -> bytes:
    """As the cloud publishes it."""
    made = given or delegation((Scope.ROSTER,), life=400 * DAY)
    return SignedRoster(roots=roots, delegation=made, roster=known.signed(Kind.ROSTER, roster, by)).model_dump_json().encode()


def replies(bench: TwinStation) -> list[Reply]:
    """All of them, oldest first."""
    return [Reply.model_validate_json(payload) for leaf, payload in bench.cloud.said if leaf is Leaf.CMD_REPLY]


def says(bench: TwinStation, command: ChallengePlease | SignedOrder) -> Reply:
    """What the station answers to a command."""
    before = len(replies(bench))
    bench.cloud.push_command(command.model_dump_json().encode())
    bench.after(0.05)
    told = replies(bench)[before:]
    assert len(told) == 1, told
    return told[0]


def challenge(bench: TwinStation) -> str:
    """A fresh one."""
    told = says(bench, ChallengePlease(id=known.ORDER.id))
    assert told.done, told
    return told.challenge


def orders(bench: TwinStation, order: OrderKind = OrderKind.UNLOCK, minutes: int | None = None, **more: str) -> Reply:
    """Asks for a challenge and orders."""
    return says(bench, ordered(challenge(bench), order, minutes=minutes, **more))  # type: ignore[arg-type]


def tampered(signed: Signed, change: Callable[[dict[str, object]], object]) -> Signed:
    """The payload changed, the signatures left as they were."""
    content = json.loads(signed.payload)
    change(content)
    return Signed(payload=json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False), signatures=signed.signatures)


def reports(bench: TwinStation, raw: bytes) -> RosterReport:
    """What is reported of a roster."""
    bench.cloud.push_roster(raw)
    bench.after(0.1)
    return RosterReport.model_validate_json([payload for leaf, payload in bench.cloud.said if leaf is Leaf.ROSTER_REPORTED][-1])
