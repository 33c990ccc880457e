"""Which pin may be what. 0 to 27 are the BCM numbers of the header; 100 and up are lines of I2C expanders, sixteen each.

Lock, valves and everything that gives fast pulses must be on the header: an expander keeps its level when its bus hangs, and it
is only looked at some twenty times a second.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

OUTPUT_PINS = frozenset({12, 13, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27})
"""Header pins (BCM numbers) that pull down at reset, so that an output is off before software runs; 14 and 15 are the serial console, 7 to 11 the SPI bus."""
INPUT_PINS = OUTPUT_PINS | {4, 5, 6}
"""0 and 1 are the board's identity bus, 2 and 3 are I2C with fixed pull-ups."""
EXPANDER_FIRST, EXPANDER_LINES, EXPANDERS = 100, 16, 8
"""Pin of the first line of the first expander; lines of one MCP23017; as many fit on one bus (addresses 0x20 to 0x27)."""
EXPANDER_LAST = EXPANDER_FIRST + EXPANDERS * EXPANDER_LINES - 1


def _schema(pins: frozenset[int], expander: bool) -> dict[str, Any]:
    header = {"enum": sorted(pins)}
    return {"anyOf": [header, {"minimum": EXPANDER_FIRST, "maximum": EXPANDER_LAST}]} if expander else header


OutputPin = Annotated[int, Field(strict=True, json_schema_extra=_schema(OUTPUT_PINS, False))]
"""Of the header."""
InputPin = Annotated[int, Field(strict=True, json_schema_extra=_schema(INPUT_PINS, False))]
"""Of the header: every edge is seen."""
AnyOutputPin = Annotated[int, Field(strict=True, json_schema_extra=_schema(OUTPUT_PINS, True))]
"""Of the header or of an expander."""
AnyInputPin = Annotated[int, Field(strict=True, json_schema_extra=_schema(INPUT_PINS, True))]
"""Likewise, for contacts that change slowly."""


@dataclass(frozen=True)
class Use:
    """One pin in a configuration: `where` names the field."""

    where: str
    pin: int
    output: bool
    expander: bool = False

    def wrong(self, expanders: int) -> str | None:
        """Why this pin can not be used so, None when it can."""
        allowed = OUTPUT_PINS if self.output else INPUT_PINS
        if self.pin in allowed:
            return None
        if self.pin < EXPANDER_FIRST:
            return f"{self.where}: pin {self.pin} is not one of {sorted(allowed)}"
        if not self.expander:
            return f"{self.where}: pin {self.pin} lies on an expander; this one must be on the header: one of {sorted(allowed)}"
        last = EXPANDER_FIRST + expanders * EXPANDER_LINES - 1
        return None if self.pin <= last else f"{self.where}: pin {self.pin} lies on no expander; {expanders} of them end at {last}"


def output(where: str, pin: int | None) -> list[Use]:
    """An output of the header; none for no pin."""
    return [] if pin is None else [Use(where, pin, True)]


def any_output(where: str, pin: int | None) -> list[Use]:
    """An output anywhere; none for no pin."""
    return [] if pin is None else [Use(where, pin, True, True)]


def input_(where: str, pin: int | None) -> list[Use]:
    """An input of the header; none for no pin."""
    return [] if pin is None else [Use(where, pin, False)]


def any_input(where: str, pin: int | None) -> list[Use]:
    """An input anywhere; none for no pin."""
    return [] if pin is None else [Use(where, pin, False, True)]
