"""Remote ops of the demo: keys, the folder of layers, an account. What each station is set up with, and what the cloud is told of it.

The keys lie together in the demo's folder, which is how it must not be anywhere else (docs/trust.md).
"""

import json
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli import config_tree, keys_roots
from cli.broker.accounts import write_private
from cli.demo import layers
from cli.demo.client import call
from cli.demo.progress import DemoFailed
from cli.demo.running import RemoteOps
from cli.key_files import load_private, save_private
from cli.keys_cloud import signed_delegation
from cli.places import ROOT
from contract.config import StationConfig, check
from contract.configuration import LEVEL
from contract.signing import Kind, Signed, sign
from contract.trust import Bundle, ConfigDocument, Scope, first_root
from twin.city import Place

USER, VALID_DAYS, TRIAL_S = "ops", 90, 15.0
BASELINE = "as set up"


@dataclass(frozen=True)
class Ports:
    """Where stations find broker and camera: stands in their configuration, so a demo that goes on takes the same. 0: any free one."""

    broker: int = 0
    camera: int = 0


@dataclass(frozen=True)
class Account:
    """Of remote ops at the demo's cloud."""

    user: str
    password: str


class Ops:
    """`folder` is the demo's. `layers` may be changed by hand; `key` signs what is pushed then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "ops"
        self.layers, self.key = self.folder / "firmware_config", self.folder / "keys" / "ops.pem"
        self._kept = self.folder / "kept.json"
        kept = json.loads(self._kept.read_text("utf-8")) if self._kept.exists() else {}
        self.is_new, self.ports = not kept, Ports(**kept.get("ports", {}))
        self.account = Account(USER, kept.get("password") or secrets.token_urlsafe(9))

    def prepare(self, places: Sequence[Place], ports: Ports, link: Mapping[str, Any], first: Mapping[str, Any]) -> None:
        """New keys; the layers; a signed document, version 1, for each station. In a folder that was kept all of that is there already."""
        if self.is_new:
            self._make_keys()
            layers.write(self.layers, places, link, first, TRIAL_S)
            write_private(self._kept, json.dumps({"ports": asdict(ports), "password": self.account.password}))
        self._ops_key = load_private(self.key)
        self.root = keys_roots.chain(self.key.parent)[0]
        self._tree = config_tree.load(self.layers)
        if self._tree.problems:
            raise DemoFailed(f"{self.layers}: {self._tree.problems[0]}")
        self._now = datetime.now(UTC)
        self._documents = {place.station: self._document(place.station, 1) for place in places}

    def _make_keys(self) -> None:
        ops, roots = Ed25519PrivateKey.generate(), {name: Ed25519PrivateKey.generate() for name in ("a", "b", "c")}
        self.key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        signed = keys_roots.first(roots, {"ops": ops}, 2, keys_roots.ROOT_DAYS, keys_roots.OPS_DAYS)
        for name, key in {"ops": ops, **{f"root-{name}": key for name, key in roots.items()}}.items():
            save_private(self.key.with_name(f"{name}.pem"), key, None)
        keys_roots.write_root(self.key.parent, first_root(signed), signed)

    def config(self, station: str) -> StationConfig:
        """What it is set up with."""
        return check(self._tree.content(station))

    def provision(self, station: str, folder: Path) -> None:
        """Put the root and the first document into a station's folder, as whoever sets it up does. A station that ran before keeps what it has."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.is_new:
            return
        (folder / "root.json").write_text(self.root.model_dump_json(), "utf-8")
        bundle = Bundle(roots=(self.root,), document=self._documents[station])
        (folder / "provisioned.json").write_text(bundle.model_dump_json(), "utf-8")

    def enrol(self, cloud: Mapping[str, str]) -> None:
        """An account at the cloud; `cloud` is the environment that it runs with. Raises: DemoFailed."""
        if not self.is_new:
            return
        command = [sys.executable, "-m", "cloud", "user", "add", self.account.user, "--role", "ops"]
        done = subprocess.run(command, cwd=ROOT, env=dict(cloud), input=self.account.password + "\n", capture_output=True, text=True, check=False)
        if done.returncode:
            raise DemoFailed(f"an account for remote ops: {done.stderr.strip()}")

    def introduce(self, url: str) -> None:
        """Roots and delegations, then all first documents in one rollout, so that the cloud knows what stations have. Raises: DemoFailed."""
        api = f"{url}api/v1"
        told = call("POST", f"{api}/login", {"user": self.account.user, "password": self.account.password})
        self.token, self.expires_at = str(told["token"]), str(told["expires_at"])
        if not self.is_new:
            return
        call("POST", f"{api}/step-up", {"password": self.account.password}, self.token)
        call("PUT", f"{api}/trust/roots", {"roots": [self.root.model_dump(mode="json")]}, self.token)
        for scope in Scope:
            public = call("POST", f"{api}/trust/keys/{scope.value}", {}, self.token)["key"]
            signed = signed_delegation(public, scope, [], None, self._ops_key)
            call("PUT", f"{api}/trust/delegations", {"signed": signed.model_dump(mode="json")}, self.token)
        self._tell_baseline(api)

    def place(self, url: str) -> RemoteOps:
        """For commands in another terminal."""
        return RemoteOps(url.rstrip("/"), self.account.user, self.token, self.expires_at, str(self.layers), str(self.key))

    def _tell_baseline(self, api: str) -> None:
        asked = {"name": BASELINE, "reason": "what the stations were set up with", "release": BASELINE, "waves": ["100%"], "soak_s": 0, "judge": False}
        rollout = call("POST", f"{api}/rollouts", asked, self.token)["id"]
        items = [self._item(station) for station in self._documents]
        call("PUT", f"{api}/rollouts/{rollout}/documents", {"items": items}, self.token)
        call("POST", f"{api}/rollouts/{rollout}/start", {"reason": "the demo begins", "dry_run": False}, self.token)

    def _item(self, station: str) -> dict[str, Any]:
        known = self._tree.station(station)
        assert known is not None
        told, undo = self._document(station, 2), self._document(station, 3, as_set_up=True)
        return {"station": station, "grade": known.grade, "document": told.model_dump(mode="json"), "undo": undo.model_dump(mode="json")}

    def _document(self, station: str, version: int, as_set_up: bool = False) -> Signed:
        made = ConfigDocument(
            station=station, version=version, release=BASELINE, issued=self._now, expires=self._now + timedelta(days=VALID_DAYS), level=LEVEL,
            config=None if as_set_up else self._tree.content(station),
        )  # fmt: skip
        return sign(Kind.CONFIG, made.model_dump(mode="json"), self._ops_key)
