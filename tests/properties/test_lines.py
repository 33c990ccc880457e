"""Line protocol: whatever is written can be read back by whoever reads by its rules."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.domain.lines import lines
from cloud.domain.points import Columns, Point, Points, one_by_one, point
from contract.series import Measurement, Tag

Parsed = tuple[str, dict[str, str], dict[str, float | str], int]

texts = st.text(max_size=12) | st.text('\\"=, \n\r\t%{}', max_size=8)
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
fields = st.dictionaries(st.sampled_from(["count", "a b", "c,d", "e=f", "%s"]), numbers | texts, max_size=4)
tags = st.dictionaries(st.sampled_from(sorted(Tag)), texts, max_size=3)
times = st.integers(-(2**62), 2**62)
single = st.builds(point, st.sampled_from(Measurement), tags, times, fields)


@st.composite
def batches(draw: st.DrawFn) -> Columns:
    at_ns = draw(st.lists(times, min_size=1, max_size=5))
    values = st.lists(st.none() | st.floats(allow_nan=False), min_size=len(at_ns), max_size=len(at_ns))
    columns = draw(st.dictionaries(st.sampled_from(["socket_w", "50%", "a b"]), values, max_size=3))
    known = point(Measurement.SAMPLE, draw(tags), 0, {}).tags
    return Columns(Measurement.SAMPLE, known, at_ns, tuple(columns.items()), tuple(draw(st.dictionaries(st.just("clock"), texts)).items()))


def parse(line: str) -> Parsed:
    """By the rules of the line protocol, letter by letter."""
    head, rest = cut(line, " ")
    body, at_ns = cut(rest, " ", quotes=True)
    measurement, *pairs = split(head, ",")
    known = {unescape(name): unescape(value) for name, value in (cut(pair, "=") for pair in pairs)}
    found = [cut(pair, "=", quotes=True) for pair in split(body, ",", quotes=True)]
    return measurement, known, {unescape(name): value_of(raw) for name, raw in found}, int(at_ns)


def value_of(raw: str) -> float | str:
    if raw.startswith('"'):
        assert raw.endswith('"') and len(raw) > 1
        return raw[1:-1].replace('\\"', "\0").replace("\\\\", "\\").replace("\0", '"') if "\\\\" not in raw else quoted(raw[1:-1])
    return float(raw)


def quoted(raw: str) -> str:
    found, escaped = "", False
    for letter in raw:
        if letter == "\\" and not escaped:
            escaped = True
            continue
        found, escaped = found + letter, False
    return found


def cut(text: str, at: str, quotes: bool = False) -> tuple[str, str]:
    first = split(text, at, quotes)[0]
    return first, text[len(first) + 1 :]


def split(text: str, at: str, quotes: bool = False) -> list[str]:
    found, escaped, inside = [""], False, False
    for letter in text:
        if quotes and letter == '"' and not escaped:
            inside = not inside
        if letter == at and not escaped and not inside:
            found.append("")
        else:
            found[-1] += letter
        escaped = letter == "\\" and not escaped
    return found


def unescape(text: str) -> str:
    for letter in ",= ":
        text = text.replace("\\" + letter, letter)
    return text


def spaced(text: str) -> str:
    """What becomes of text: control characters are spaces."""
    return "".join(" " if ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029" else letter for letter in text)


def expected(one: Point, words: bool) -> Parsed | None:
    kept = {name: spaced(value) if isinstance(value, str) else float(value) for name, value in one.fields if words or not isinstance(value, str)}
    kept = {name: value for name, value in kept.items() if isinstance(value, str) or math.isfinite(value)}
    if not kept:
        return None
    return one.measurement.value, {tag.value: spaced(value).replace("\\", "/") for tag, value in one.tags}, kept, one.at_ns


@pytest.mark.slow
@given(st.lists(single | batches(), max_size=5), st.booleans())
def test_a_line_reads_back_as_the_point(points: list[Points], words: bool) -> None:
    written = lines(points, words)
    assert not any("\n" in line for line in written)
    assert [parse(line) for line in written] == [found for one in one_by_one(points) if (found := expected(one, words))]


def test_a_batch_goes_through_as_its_points_do() -> None:
    times = [1_795_233_600_000_000_000 + n for n in range(50)]
    batch = Columns(Measurement.SAMPLE, ((Tag.STATION, "st-1"),), times, (("a", [n / 3 for n in range(50)]), ("b", [1e20] * 50)), (("clock", "trusted"),))
    assert lines([batch]) == lines(list(batch.points()))
    holes = Columns(Measurement.SAMPLE, batch.tags, times[:3], (("a", [1.0, None, math.inf]), ("b", [None, None, 2.0])))
    assert lines([holes]) == [f"sample,station=st-1 a=1.0 {times[0]}", f"sample,station=st-1 b=2.0 {times[2]}"]
