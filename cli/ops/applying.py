"""Gives a plan to the cloud: looks whether its bases still hold, signs, uploads in batches, starts. Nothing reaches a station before the start."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.ops import naming, signer, stepping, talk, told
from cli.ops.client import Client
from cli.ops.desired import base, configs
from cli.ops.exits import Exit, OpsFailed
from cli.ops.plan_file import Plan
from contract.config import ConfigRefused, check

BATCH, MOST = 1024 * 1024, 200
"""Bytes and documents of a request, far below what the cloud takes, so that one sees it go on."""


def still_holds(plan: Plan, server: Client) -> None:
    """Raises: OpsFailed: a station has something else by now, or the content breaks the contract of this release."""
    there = configs(server)
    moved = [item.station for item in plan.items if item.station not in there or base(there[item.station]) != item.base]
    if moved:
        words = f"{told.count(len(moved))} changed since it was made, such as {moved[0]}; make it again with ./kiosk plan and look at it"
        raise OpsFailed(Exit.FAILED, f"plan {plan.id}: {words}")
    for item in plan.items:
        try:
            if check(item.content).station != item.station:
                raise OpsFailed(Exit.MISUSED, f"plan {plan.id}: the content for {item.station} is that of another station")
        except ConfigRefused as error:
            raise OpsFailed(Exit.FAILED, f"{item.station}: {str(error).splitlines()[0]}") from None


def waves_fit(labels: list[str], plan: Plan) -> None:
    """Whoever a wave names is in the plan; shares and numbers are for the cloud to judge. Raises: OpsFailed."""
    known, districts = [item.station for item in plan.items], sorted({item.district for item in plan.items})
    for label in labels:
        kind, _, district = label.partition("=")
        if kind == "district" and district not in districts:
            raise OpsFailed(Exit.MISUSED, f"--wave {label}: no station of this plan is there; its districts: {', '.join(districts)}")
        names = [] if "=" in label or (label[:1].isdigit() and label not in known and "+" not in label) else label.split("+")
        strange = next((name for name in names if name not in known), None)
        if strange is not None:
            hint = naming.near(strange, known, "waves are such as 1,25%,100%, st-1+st-7, or district=NAME")
            raise OpsFailed(Exit.MISUSED, f"--wave {label}: {strange} is not in this plan; {hint}")


def started(asked: argparse.Namespace, plan: Plan, server: Client, private: Ed25519PrivateKey) -> str:
    """The id of the rollout, which runs.

    Raises:
        OpsFailed: nothing was sent to any station then.
    """
    asking = {
        "name": asked.name or f"{plan.release}", "reason": asked.reason, "release": plan.release, "waves": asked.wave, "soak_s": asked.soak,
        "station_timeout_s": asked.station_timeout, "failed_limit_ratio": asked.failed_limit_ratio, "failed_limit": asked.failed_limit,
        "judge": not asked.no_judge, "visits": asked.visits, "patience_s": asked.patience,
    }  # fmt: skip
    stepping.ahead(asked, server)
    made = str(server.post("/rollouts", asking)["id"])
    try:
        upload(made, signer.documents(plan.items, plan.release, plan.level, private, datetime.now(UTC), asked.valid_days), server)
        stepping.done(asked, server, lambda: server.post(f"/rollouts/{made}/start", {"reason": asked.reason, "dry_run": False}))
    except OpsFailed as failed:
        raise OpsFailed(failed.exit_code, f"{failed}\n{given_up(made, server)}; no station got anything of it") from None
    except KeyboardInterrupt:
        talk.say(f"{given_up(made, server)}, unless it had begun already: ./kiosk rollout status {made}")
        raise
    return made


def given_up(rollout: str, server: Client) -> str:
    """A draft that nobody will start; in words what it is now."""
    try:
        if server.get(f"/rollouts/{rollout}")["state"] == "draft":
            server.post(f"/rollouts/{rollout}/abort", {"reason": "could not be uploaded or started", "dry_run": False})
        return f"rollout {rollout} was given up"
    except OpsFailed:
        return f"rollout {rollout} stays a draft"


def upload(rollout: str, documents: Iterable[dict[str, Any]], server: Client) -> None:
    """All of them, as many to a request as fit."""
    sent = 0
    for batch in batches(documents):
        server.put(f"/rollouts/{rollout}/documents", {"items": batch})
        sent += len(batch)
        talk.say(f"{told.count(sent)}: signed and uploaded")


def batches(documents: Iterable[dict[str, Any]], most: int = BATCH) -> Iterator[list[dict[str, Any]]]:
    """In order; each at most so many bytes and MOST documents long, and never empty."""
    batch: list[dict[str, Any]] = []
    size = 0
    for one in documents:
        own = len(json.dumps(one, ensure_ascii=False).encode()) + 2
        if batch and (size + own > most or len(batch) == MOST):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += own
    if batch:
        yield batch
