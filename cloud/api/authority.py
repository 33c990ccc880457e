"""Everything that goes down to stations in the cloud's name: trust, orders, receipts of the roster."""

from __future__ import annotations

from fastapi import APIRouter

from cloud.api import orders, receipts, trust
from cloud.api.parts import Parts


def routers(parts: Parts) -> list[APIRouter]:
    """For the process that tells stations things."""
    return [noun.routes(parts) for noun in (trust, orders, receipts)]
