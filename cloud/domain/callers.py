"""Who asks the cloud for something, and what they may. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Each may what those before it may. `operator` acts in the districts of the account only."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    OPS = "ops"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether this role may what the other may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True)
class Caller:
    """`districts`: empty for all. `stepped_up`: gave the password again a short while ago. `human`: logged in, not a token of a program."""

    name: str
    role: Role
    districts: frozenset[str] = frozenset()
    stepped_up: bool = False
    human: bool = True

    def may_touch(self, district: str) -> bool:
        """Whether a station of this district is theirs to act on."""
        return not self.districts or district in self.districts
