"""Errors of the wire contract and the words in which a validation error is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

SHOWN = 60
"""Characters of a value."""
LARGEST_BITS = 1000
"""An integer above is told by its size: to write it out takes for ever."""


class ContractError(ValueError):
    """A document, message or topic that breaks the contract; the text says what, where, the value and what to do."""


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong. `where`: the steps to it, none for the document as a whole; `text`: the value and the rule."""

    where: tuple[int | str, ...]
    text: str
    page: str

    def __str__(self) -> str:
        place = ".".join(str(step) for step in self.where) or "document"
        anchor = f"#{self.where[0]}" if self.where and isinstance(self.where[0], str) else ""
        return f"{place}: {self.text}; see {self.page}{anchor}"


def explain(error: ValidationError, page: str) -> str:
    """Every complaint on a line of its own: `water.0.pulses_per_l: 0: Input should be greater than 0; see PAGE#water`.

    `page` is the reference page of the document, for example `docs/config.md`. Values are cut at 60 characters.
    """
    return "\n".join(str(complaint) for complaint in complaints(error, page))


def complaints(error: ValidationError, page: str) -> list[Complaint]:
    """The same one by one."""
    found = []
    for each in error.errors():
        whole = each["type"] in ("missing", "value_error") and not isinstance(each["input"], str | int | float | bool)
        found.append(Complaint(each["loc"], each["msg"] if whole else f"{shown(each['input'])}: {each['msg']}", page))
    return found


def shown(value: object) -> str:
    """In a few words, whatever it is: what is wrong may also be endless."""
    if value is None:
        return "null"
    if isinstance(value, int) and value.bit_length() > LARGEST_BITS:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, str | int | float | bool):
        return str(value)[:SHOWN]
    if isinstance(value, Mapping):
        return f"a mapping of {len(value)}"
    return f"a list of {len(value)}" if isinstance(value, list | tuple) else type(value).__name__
