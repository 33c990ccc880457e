"""What a document says and what was read from it are of one kind: a switch is a switch, a number a number.

The models alone would take `unlock_s: yes` as 1 s and `hot: 1` as true; in YAML a word such as `on` or `no` is a switch by accident.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from contract.errors import Complaint, shown


def twisted(document: object, read: Any, page: str, where: tuple[int | str, ...] = ()) -> Iterator[Complaint]:
    """A complaint for each value of the document that became one of another kind in `read`, the valid model as plain data."""
    return iter(()) if _same(document, read) else _twisted(document, read, page, where)


def _same(document: object, read: Any) -> bool:
    """Whether nothing is to be complained of, which is quickly said."""
    if isinstance(document, dict) and isinstance(read, dict):
        return all(_same(value, read.get(key)) for key, value in document.items())
    if isinstance(document, list | tuple) and isinstance(read, list | tuple):
        return all(map(_same, document, read))
    return not isinstance(read, bool | int | float) or type(document) is type(read) or _kind(document) is _kind(read)


def _twisted(document: object, read: Any, page: str, where: tuple[int | str, ...]) -> Iterator[Complaint]:
    if isinstance(document, Mapping) and isinstance(read, Mapping):
        for key in document:
            yield from _twisted(document[key], read.get(key), page, (*where, key))
    elif isinstance(document, list | tuple) and isinstance(read, list | tuple):
        for n, (item, same) in enumerate(zip(document, read, strict=False)):
            yield from _twisted(item, same, page, (*where, n))
    elif isinstance(read, bool | int | float) and _kind(document) is not _kind(read):
        yield Complaint(where, f"{shown(document)}: Input should be {_WORDS[_kind(read)]}, not {_WORDS.get(_kind(document), 'that')}", page)


_WORDS = {bool: "true or false", float: "a number", str: "text"}


def _kind(value: object) -> type:
    return float if type(value) in (int, float) else type(value)
