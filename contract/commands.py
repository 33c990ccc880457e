"""What may be asked of a station over `cmd`, and the reply. What can open or restart something is an order: signed, see contract/orders.py."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from contract.model import Model, PersonId
from contract.orders import ChallengePlease, SignedOrder
from contract.signing import Flaw


class Rebirth(Model):
    """Say `state` again and send everything that is not acknowledged from the oldest on."""

    kind: Literal["rebirth"] = "rebirth"
    id: Annotated[str, Field(max_length=40)]


class Identify(Model):
    """Blink the status light for 10 s, so that a person on the spot finds the station."""

    kind: Literal["identify"] = "identify"
    id: Annotated[str, Field(max_length=40)]


class ForgetFace(Model):
    """Erase what is kept of this person's face, and keep none until the roster allows it again. Can not open anything."""

    kind: Literal["forget_face"] = "forget_face"
    id: Annotated[str, Field(max_length=40)]
    person: PersonId


Command = Annotated[Rebirth | Identify | ForgetFace | ChallengePlease | SignedOrder, Field(discriminator="kind")]
COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


class Reply(Model):
    """On `cmd/reply`; `id` echoes the command's. `receipt` is that of an erasure, `challenge` what an order must echo."""

    id: Annotated[str, Field(max_length=40)]
    done: bool
    reason: Annotated[str, Field(max_length=200)] = ""
    receipt: Annotated[str, Field(max_length=32)] = ""
    challenge: Annotated[str, Field(max_length=48)] = ""
    flaw: Flaw | None = None
