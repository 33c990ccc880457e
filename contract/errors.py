"""Errors of the wire contract and the words in which a validation error is told."""

from pydantic import ValidationError


class ContractError(ValueError):
    """A document, message or topic that breaks the contract; the text says what, where, the value and what to do."""


def explain(error: ValidationError, page: str) -> str:
    """Every complaint on a line of its own: `water.0.pulses_per_l: 0: Input should be greater than 0; see PAGE#water`.

    `page` is the reference page of the document, for example `docs/config.md`. Values are cut at 60 characters.
    """
    return "\n".join(_line(complaint["loc"], complaint["msg"], complaint["input"], page) for complaint in error.errors())


def _line(where: tuple[int | str, ...], what: str, value: object, page: str) -> str:
    place = ".".join(str(step) for step in where) or "document"
    anchor = f"#{where[0]}" if where and isinstance(where[0], str) else ""
    shown = f"{str(value)[:60]}: " if isinstance(value, (str, int, float, bool)) else ""
    return f"{place}: {shown}{what}; see {page}{anchor}"
