"""Who sent a request, as the check of its token found out."""

from __future__ import annotations

import json

from fastapi import Request

from cloud.domain.callers import Caller, Role
from cloud.ports import AuditBook

ANONYMOUS = Caller("anonymous", Role.VIEWER, human=False)
"""Reads on this computer alone, where the settings allow it without a token."""


def caller(request: Request) -> Caller:
    """Set by cloud/api/auth.py before any route runs."""
    found = getattr(request.state, "caller", ANONYMOUS)
    assert isinstance(found, Caller)
    return found


def note(book: AuditBook, request: Request, act: str, target: str, **detail: object) -> None:
    """Into the audit, after it was done: pseudonyms and what changed, nothing secret and nothing by which one finds a person. Raises: LedgerDown."""
    book.note(caller(request).name, act, target, json.dumps(detail) if detail else "")
