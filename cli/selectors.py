"""Which stations are meant: `district=riverside,grade!=basic,kind in (park,point),station=rs-*`. All terms must hold.

Values are compared as text, `*`, `?` and `[..]` stand for others as in file names. What a station does not have is the empty text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

_TERM = re.compile(r"\s*(?P<key>[A-Za-z_][\w.]*)\s*(?:(?P<sign>!=|==|=)\s*(?P<one>[^,=!()\s]*)|\s(?P<word>in|notin)\s*\((?P<many>[^()]*)\))\s*")
EXAMPLE = "write key=value, key!=value, key in (a,b) or key notin (a,b), with commas between them"


class SelectorRefused(ValueError):
    """Not a selector; the text says where it stops being one."""


@dataclass(frozen=True)
class Term:
    """One condition. Holds when the value fits one of `patterns`, or, `negated`, none of them."""

    key: str
    patterns: tuple[str, ...]
    negated: bool = False

    def holds(self, values: Mapping[str, Any]) -> bool:
        """For these values."""
        text = _text(values.get(self.key))
        return any(fnmatchcase(text, pattern) for pattern in self.patterns) is not self.negated


@dataclass(frozen=True)
class Selector:
    """No term: everything."""

    terms: tuple[Term, ...] = ()

    def matches(self, values: Mapping[str, Any]) -> bool:
        """Whether every term holds."""
        return all(term.holds(values) for term in self.terms)

    def keys(self) -> set[str]:
        """What it asks about."""
        return {term.key for term in self.terms}


def parse(text: str) -> Selector:
    """Raises: SelectorRefused."""
    terms: list[Term] = []
    at = 0
    while text[at:].strip():
        found = _TERM.match(text, at)
        if found is None or (found.end() < len(text) and text[found.end()] != ","):
            raise SelectorRefused(f"{text[at:].strip()!r} is no condition: {EXAMPLE}")
        patterns = (found["one"],) if found["sign"] else tuple(each.strip() for each in found["many"].split(","))
        terms.append(Term(found["key"], patterns, (found["sign"] or found["word"]) in ("!=", "notin")))
        at = found.end() + 1
    return Selector(tuple(terms))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
