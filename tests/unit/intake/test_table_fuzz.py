"""No bytes, no mapping and no cutting make the table door fail, and how the bytes were cut makes no difference."""

import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hiring.events.reading import Unreadable, parse
from hiring.events.submission import Submission
from intake.core import cells as words
from intake.core.columns import GUESSES, TARGET, ColumnMapping, HeaderRefused, assign
from intake.core.table import Encoding, Table

HEADER = "source,external_id,programme,name,email"
MOST = 120

targets = st.sampled_from([*GUESSES, "education.0.grade.value", "education.3.grade", "projects.0.ai", "answers.a.b"])
any_target = targets | st.from_regex(TARGET, fullmatch=True)
columns = st.sampled_from(HEADER.split(",")) | any_target | st.text(max_size=8)
values = st.text(max_size=8) | st.booleans() | st.floats() | st.sampled_from(["3.6/4", "2026年6月", "0001-01-01T00:00"])
mappings = st.fixed_dictionaries(
    {},
    optional={
        "columns": st.dictionaries(columns, st.none() | any_target, max_size=4),
        "constants": st.dictionaries(any_target, values, max_size=4),
        "other_columns": st.sampled_from(["refuse", "ignore"]),
        "delimiter": st.sampled_from([",", ";", "\t"]),
        "time_zone": st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York"]),
    },
)
cells = st.sampled_from(
    [
        "",
        "hr",
        "1",
        "ada@mail.example",
        "3.6/4",
        "2026年6月",
        "9999-12-31",
        "0001-01-01 00:00",
        "是",
        "本科",
        '"a\nb"',
        "张",
    ]
) | st.text(max_size=6)
encodings: st.SearchStrategy[Encoding] = st.sampled_from(["utf-8", "gb18030"])
cuts = st.lists(st.integers(0, 400), max_size=6)


@st.composite
def near_tables(draw: st.DrawFn) -> bytes:
    """A header row and rows that mostly fit it, in no matter which encoding."""
    names = draw(st.lists(columns, max_size=4))
    delimiter = draw(st.sampled_from(",;\t"))
    rows = draw(st.lists(st.lists(cells, min_size=1, max_size=9), max_size=4))
    header = delimiter.join([*HEADER.split(","), *names])
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join([header, *(delimiter.join(row) for row in rows)])
    return text.encode(draw(encodings), errors="replace")


tables = near_tables() | st.binary(max_size=300) | st.binary(max_size=200).map(f"{HEADER}\n".encode().__add__)


def mapping(told: dict[str, Any]) -> ColumnMapping:
    try:
        return ColumnMapping.model_validate(told)
    except ValidationError:
        assume(False)
        raise


def outcome(data: bytes, told: ColumnMapping, encoding: Encoding, places: list[int]) -> list[Any]:
    """What became of each row, by its number; last, why the table as a whole was refused."""
    table = Table(told, encoding, MOST)
    read = table.reading(lambda raw: parse(raw, Submission))
    edges = [0, *sorted(place for place in places if place < len(data)), len(data)]
    found: list[Any] = []
    try:
        for a, b in pairwise(edges):
            found += [_of(read, number, row) for number, row in table.feed(data[a:b])]
        found += [_of(read, number, row) for number, row in table.end()]
    except HeaderRefused as refused:
        assert refused.problems
        found.append(refused.problems)
    return found


def _of(read: Any, number: int, row: bytes | None) -> tuple[int, Any]:
    if row is None:
        return number, "too long"
    try:
        return number, read(row)
    except Unreadable as error:
        assert error.problems
        return number, error.problems


@settings(max_examples=300, deadline=None)
@given(data=tables, told=mappings, encoding=encodings, places=cuts)
@example(
    data=f"{HEADER},education.0.level\nhr,1,p,A,a@b.example,本科\n".encode(),
    told={"constants": {"education.0.grade": "3.6/4", "education.0.grade.scale": 4}},
    encoding="utf-8",
    places=[],
)
def test_whatever_comes(data: bytes, told: dict[str, Any], encoding: Encoding, places: list[int]) -> None:
    made = mapping(told)
    assert outcome(data, made, encoding, places) == outcome(data, made, encoding, [])


@settings(max_examples=200, deadline=None)
@given(data=tables, places=cuts)
def test_a_row_is_named_by_the_line_it_begins_on(data: bytes, places: list[int]) -> None:
    constants = dict.fromkeys(("source", "external_id", "programme", "candidate.name", "candidate.email"), "x")
    table = Table(ColumnMapping(constants=constants, other_columns="ignore"), "utf-8", MOST)
    edges = [0, *sorted(place for place in places if place < len(data)), len(data)]
    found = []
    try:
        for a, b in pairwise(edges):
            found += table.feed(data[a:b])
        found += table.end()
    except HeaderRefused:
        return
    lines = data.split(b"\n")
    assert [number for number, _ in found] == sorted({number for number, _ in found})
    for number, row in found:
        assert number > 1 or not lines[0].strip(), "the header is no row"
        if row is not None:
            assert b"\n".join(lines[number - 1 :]).startswith(row)


def test_what_one_source_sends_keeps_nobody_else_waiting() -> None:
    began = time.process_time()
    blanks = "2026-06" + " " * 100_000 + "x"
    assert words.month(blanks) == blanks
    with pytest.raises(HeaderRefused) as refused:
        assign(["a"] * 500_000, ColumnMapping())
    assert time.process_time() - began < 1.0
    assert refused.value.problems == [{"field": "(header)", "problem": "has 500000 columns: send at most 1000"}]
