"""What becomes of a pushed configuration: the report that a station keeps retained, and the facts. The signed document is in contract/trust.py.

    desired -> refused                              it breaks a rule, or nobody who may has signed it
            -> waiting                              a visit is running, or the clock is not trusted
            -> trial -> confirmed                   120 s of health and an answer of the cloud
                     -> rolled_back                 else, and after a restart in between; the last good one is in force
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contract.model import Model
from contract.signing import Flaw
from contract.times import At
from contract.words import Amount, Text

LEVEL = 6
"""Contract level of this release. It grows by one whenever a document that goes down to stations gets a field; a document tells the level
that it needs, so that an older station refuses it in words instead of stumbling over a key that it does not know."""

Hash = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
"""SHA-256 of a document's payload; empty: the configuration that the station was provisioned with."""
Number = Annotated[int, Field(ge=0, le=2**53)]


class Phase(StrEnum):
    """Where the desired document stands at a station. `none`: none was ever seen."""

    NONE = "none"
    WAITING = "waiting"
    TRIAL = "trial"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    ROLLED_BACK = "rolled_back"


class ConfigReport(Model):
    """On `cfg/reported`, retained. `version`, `sha256`, `phase` and `reason` are of the newest desired document that was seen; what is in
    force, and what a restart would go back to, is told by hash, so that "done" is never a guess."""

    version: Number
    sha256: Hash
    phase: Phase
    reason: Annotated[str, Field(max_length=500)] = ""
    flaw: Flaw | None = None
    in_force_version: Number
    in_force_sha256: Hash
    confirmed_version: Number
    confirmed_sha256: Hash
    root: Number = Field(description="version of the root, 0: none; then no configuration and no order is taken")
    level: Annotated[int, Field(ge=1, le=10_000)] = LEVEL
    at: At


class ConfigTried(Model):
    """A trial began. `restarted`: the parts that it touches were built anew for it."""

    kind: Literal["config_tried"] = "config_tried"
    version: Number
    sha256: Hash
    restarted: bool


class ConfigConfirmed(Model):
    kind: Literal["config_confirmed"] = "config_confirmed"
    version: Number
    sha256: Hash
    tried_s: Amount


class ConfigRolledBack(Model):
    kind: Literal["config_rolled_back"] = "config_rolled_back"
    version: Number
    sha256: Hash
    back_to: Number = Field(description="version in force now; 0: as provisioned")
    reason: Text


class ConfigRefused(Model):
    kind: Literal["config_refused"] = "config_refused"
    version: Number = Field(description="0 where it could not be read")
    flaw: Flaw
    reason: Text


class RootChanged(Model):
    """Newer keys are in force."""

    kind: Literal["root_changed"] = "root_changed"
    version: Number
    before: Number


ConfigFact = ConfigTried | ConfigConfirmed | ConfigRolledBack | ConfigRefused | RootChanged
