"""The status light outside: dark when all is well, a short flash now and then when something is wrong, fast when somebody looks for the station."""

from pydantic import Field

from contract.model import Model
from contract.pins import AnyOutputPin, Use, any_output


class StatusConfig(Model):
    """One lamp."""

    light_pin: AnyOutputPin | None = Field(None, description="lamp outside; null: none fitted")
    light_active_high: bool = Field(True, description="whether it is lit at a high level")

    def pins(self) -> list[Use]:
        """What it is joined to."""
        return any_output("status.light_pin", self.light_pin)
