"""The one base of all contract models: frozen, strict about unknown keys, finite numbers only."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.config import JsonDict


class Model(BaseModel):
    """Frozen; an unknown key is an error, never ignored; NaN and infinity are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


LIVE: Final[JsonDict] = {"live": True}
"""Of a configuration's field (`json_schema_extra=LIVE | LOWER`): a running station takes a new value without building anything anew."""
LOWER: Final[JsonDict] = {"safer": "lower"}
HIGHER: Final[JsonDict] = {"safer": "higher"}
"""A value that moves so makes the station stricter or more careful: it need not wait for the end of a session. See contract/change.py."""

StationId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
"""One MQTT topic level, one NATS subject token and one user name: no dot, space, plus or hash."""

PERSON_PATTERN = r"[a-z0-9][a-z0-9-]{0,31}"
PersonId = Annotated[str, StringConstraints(pattern=f"^{PERSON_PATTERN}$")]
"""A pseudonym; names of people never enter a message."""

Token = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
"""Eight hexadecimal digits, drawn at random: an outbox epoch or a boot."""

SessionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9]{1,9}$")]
"""A visit, pour or charge: boot and a number counted within it, so that no two of a station are alike."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,24}$")]
"""The name of a tap, a socket or another part of the room."""
