"""What an answer of a store that is not a plain yes means: wait, divide, or give up what it will never take.

InfluxDB 1 answers a partial write with 400, InfluxDB 2 with 422; both have stored the good lines. A line that InfluxDB 2 can not
parse refuses all that came with it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum

REASONS = (
    ("field type conflict", "field_type"),
    ("retention policy", "beyond_retention"),
    ("unable to parse", "not_parsed"),
    ("max-values-per-tag", "too_many_series"),
    ("max-series-per-database", "too_many_series"),
)
"""What the text says, and the word by which such points are counted."""
WHOLE_LINES = frozenset({"field_type", "beyond_retention", "not_parsed", "too_many_series"})
WHAT_TO_DO = {
    401: "the token is refused; SERIES_TOKEN_FILE must hold one that may read and write the bucket",
    403: "the token may not do this; it must be allowed to read and write the bucket",
    404: "it does not know this bucket or organisation; create them, or mend SERIES_BUCKET and SERIES_ORG",
}


class Turn(Enum):
    """`partial`: the good lines are stored; `divide`: none is, try with fewer; `down`: none is, try all later."""

    PARTIAL = "partial"
    DIVIDE = "divide"
    DOWN = "down"


@dataclass(frozen=True)
class Verdict:
    """`lost`: points that were refused for good (partial), at least. `words` for an operator."""

    turn: Turn
    reason: str
    words: str
    lost: int = 0


def judge(status: int, body: str) -> Verdict:
    """Of an HTTP status that is not 2xx, and what came with it."""
    text = _text(body)
    reason = next((word for needle, word in REASONS if needle in text), "other")
    if status in (400, 422) and "partial write" in text:
        return Verdict(Turn.PARTIAL, reason, text[:300], _dropped(text, body))
    if status == 413:
        return Verdict(Turn.DIVIDE, "too_large", "too large for the store")
    if status in (400, 422) and reason in WHOLE_LINES:
        return Verdict(Turn.DIVIDE, reason, text[:300])
    return Verdict(Turn.DOWN, reason, f"{status}: {WHAT_TO_DO.get(status, text[:200])}")


def _text(body: str) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return body
    return str(answer.get("message") or answer.get("error") or body) if isinstance(answer, dict) else body


def _dropped(text: str, body: str) -> int:
    """InfluxDB 1 and 2 say how many; 3 lists them; a line that 1 could not parse is only quoted."""
    said = re.search(r"dropped=(\d+)", text)
    return max(1, int(said[1]) if said else 0, text.count("unable to parse"), body.count('"line_number"'))
