"""Who sent a request, as the check of its token found out."""

from __future__ import annotations

from fastapi import Request

from cloud.domain.callers import Caller, Role

ANONYMOUS = Caller("anonymous", Role.VIEWER, human=False)
"""Reads on this computer alone, where the settings allow it without a token."""


def caller(request: Request) -> Caller:
    """Set by cloud/api/auth.py before any route runs."""
    found = getattr(request.state, "caller", ANONYMOUS)
    assert isinstance(found, Caller)
    return found
