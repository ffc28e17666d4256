"""A CSV file becomes submissions: its records, its columns, its cells."""

import csv
import io
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring.events.reading import Unreadable, parse
from hiring.events.submission import Submission
from intake.core import cells
from intake.core.columns import GUESSES, ColumnMapping, HeaderRefused, assign
from intake.core.records import RecordSplitter
from intake.core.table import Encoding, Table

NEEDED = {"source": "hr", "external_id": "1", "programme": "p", "candidate.name": "A", "candidate.email": "a@b.example"}


def split(chunks: list[bytes], limit: int = 1000) -> list[tuple[int, bytes | None]]:
    splitter = RecordSplitter(limit)
    return [record for chunk in chunks for record in splitter.feed(chunk)] + list(splitter.end())


def rows(text: str, mapping: dict[str, Any] | None = None, encoding: Encoding = "utf-8") -> list[dict[str, Any]]:
    """The submissions in a table."""
    table = Table(ColumnMapping.model_validate(mapping or {}), encoding, 10_000)
    found = [*table.feed(text.encode(encoding)), *table.end()]
    return [json.loads(table.json(row or b"")) for _, row in found]


def one(cells_: dict[str, str], **mapping: Any) -> dict[str, Any]:
    """The submission in a table of one row, with all that is needed besides."""
    row = {target: value for target, value in NEEDED.items() if target not in mapping.get("constants", {})} | cells_
    out = io.StringIO()
    csv.writer(out).writerows([row.keys(), row.values()])
    (made,) = rows(out.getvalue(), mapping)
    return made


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b"", []),
        (b"a,b\r\nc,d", [(1, b"a,b\r"), (2, b"c,d")]),
        (b'a,"x\n\ny",b\nc', [(1, b'a,"x\n\ny",b'), (4, b"c")]),
        (b'"a""\nb"\nc', [(1, b'"a""\nb"'), (3, b"c")]),
        (b'5" disk,x\nc', [(1, b'5" disk,x'), (2, b"c")]),
        (b'"a"x,"b"\nc', [(1, b'"a"x,"b"'), (2, b"c")]),
        (b'""\n"",""\n', [(1, b'""'), (2, b'"",""')]),
        (b"\n\na\n", [(3, b"a")]),
        (b'"' + b"x" * 2000 + b'\n",y\nz', [(1, None), (3, b"z")]),
    ],
)
def test_records(stream: bytes, found: list[tuple[int, bytes | None]]) -> None:
    assert split([stream]) == found
    assert split([bytes([byte]) for byte in stream]) == found


@given(text=st.text(st.sampled_from('a,"\n '), max_size=40), cuts=st.lists(st.integers(0, 40), max_size=4))
def test_records_end_where_the_csv_module_ends_them(text: str, cuts: list[int]) -> None:
    data = text.encode()
    places = [0, *sorted(cuts), len(data)]
    found = split([data[a:b] for a, b in pairwise(places)])
    theirs = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    ours = [next(csv.reader([(record or b"").decode()])) for _, record in found]
    # The csv module keeps the line feed at the end of a quotation that nothing closes, and a line of blanks.
    assert [row for row in ours if "".join(row).strip()] == [row for row in theirs if "".join(row).strip()]


@given(data=st.binary(max_size=200))
def test_no_bytes_break_a_table(data: bytes) -> None:
    table = Table(ColumnMapping(), "utf-8", 100)
    header = b"source,external_id,programme,name,email\n"
    for _, row in [*table.feed(header + data), *table.end()]:
        if row is not None:
            try:
                table.json(row)
            except Unreadable as error:
                assert error.problems


@pytest.mark.parametrize(
    ("name", "target"),
    [(name, target) for target, names in GUESSES.items() for name in names.split()]
    + [
        ("E-mail", "candidate.email"),
        (" Full Name ", "candidate.name"),
        ("External_ID", "external_id"),
        ("Graduation (date)", "education.0.graduation"),
        ("ＧＰＡ", "education.0.grade"),
        ("answers.ai-ethics", "answers.ai-ethics"),
        ("education.1.level", "education.1.level"),
    ],
)
def test_columns_are_known_by_their_names(name: str, target: str) -> None:
    constants = {needed: "x" for needed in NEEDED if needed != target}
    assert assign([name.strip()], ColumnMapping(constants=constants)) == [target]


def test_a_header_row_that_does_not_say_enough() -> None:
    mapping = ColumnMapping(columns={"ghost": "candidate.phone"})
    with pytest.raises(HeaderRefused) as refused:
        assign(["name", "Full name", "shoe size", ""], mapping)
    told = {problem["field"]: problem["problem"] for problem in refused.value.problems}
    assert set(told) == {"Full name", "shoe size", "ghost", "source", "external_id", "programme", "candidate.email"}


def test_columns_can_be_mapped_and_passed_over() -> None:
    mapping = {"columns": {"shoe size": None, "Kürzel": "external_id"}, "constants": {"source": "hr", "programme": "p"}}
    text = "Kürzel;shoe size;first name;last name;email;odd\n7;43;Ada;Lovelace;a@b.example;1\n"
    made = rows(text, mapping | {"delimiter": ";", "other_columns": "ignore"})
    assert made == [
        {
            "external_id": "7",
            "candidate": {"email": "a@b.example", "name": "Ada Lovelace"},
            "source": "hr",
            "programme": "p",
        }
    ]


def test_a_chinese_table_in_its_own_encoding() -> None:
    text = (
        "申请编号,姓名,邮箱,手机,学校,学历,专业,毕业时间,绩点\r\n"
        '1,林晓宇,lin@mail.example,13800138000,示例大学,本科,"计算机\r\n科学",2026年6月,3.6/4.0\r\n'
    )
    constants = {"source": "hr", "programme": "p"}
    (made,) = rows(text, {"constants": constants}, "gb18030")
    assert made["candidate"] == {"name": "林晓宇", "email": "lin@mail.example", "phone": "13800138000"}
    assert made["education"] == [
        {
            "institution": "示例大学",
            "level": "bachelor",
            "field": "计算机\r\n科学",
            "graduation": "2026-06",
            "grade": {"value": "3.6", "scale": "4.0"},
        }
    ]


def test_a_constant_fills_what_a_cell_leaves_empty() -> None:
    constants = {"candidate.locale": "zh-CN", "education.0.grade.scale": 4.0, "assessments.0.name": "coding"}
    filled = one({"locale": "en", "gpa": "3.2", "assessments.0.score": "7"}, constants=constants)
    assert filled["candidate"]["locale"] == "en"
    assert filled["education"] == [{"grade": {"value": "3.2", "scale": 4.0}}]
    assert filled["assessments"] == [{"score": "7", "name": "coding"}]
    empty = one({"locale": "", "gpa": "", "assessments.0.score": ""}, constants=constants)
    assert empty["candidate"]["locale"] == "zh-CN"
    assert "education" not in empty
    assert "assessments" not in empty


def test_a_gap_in_a_list_is_closed() -> None:
    made = one({"projects.0.title": "", "projects.1.title": "second", "projects.10.title": "last"})
    assert made["projects"] == [{"title": "second"}, {"title": "last"}]


def test_lists_truths_and_moments() -> None:
    made = one(
        {
            "tracks": "ai; cloud、data",
            "consents.automated_screening": "是",
            "projects.0.title": "t",
            "projects.0.ai": "No",
            "submitted_at": "2026/03/01 10:00",
        },
        time_zone="Asia/Shanghai",
    )
    assert made["preferences"] == {"tracks": ["ai", "cloud", "data"]}
    assert made["consents"] == {"automated_screening": True}
    assert made["projects"] == [{"title": "t", "ai": False}]
    assert made["submitted_at"] == "2026-03-01T10:00:00+08:00"


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-06", "2026-06"),
        ("2026/6", "2026-06"),
        ("2026.06", "2026-06"),
        ("2026年6月", "2026-06"),
        ("2026年06月30日", "2026-06"),
        ("2026-06-30", "2026-06"),
        ("2026/6/30 0:00", "2026-06"),
        ("202606", "2026-06"),
        ("06/2026", "2026-06"),
        ("06/07/2026", "06/07/2026"),
        ("2026-13", "2026-13"),
        ("2026", "2026"),
        ("soon", "soon"),
    ],
)
def test_months(text: str, month: str) -> None:
    assert cells.month(text) == month


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Bachelor", "bachelor"),
        ("B.Sc.", "bachelor"),
        ("Master’s  degree", "master"),
        ("Ph.D.", "doctorate"),
        ("硕士研究生", "master"),
        ("大专", "associate"),
        ("MBA", "master"),
        ("wizard", "wizard"),
    ],
)
def test_levels(text: str, level: str) -> None:
    assert cells.level(text) == level


def test_a_row_that_is_none_of_the_table() -> None:
    table = Table(ColumnMapping(), "utf-8", 10_000)
    head = b"source,external_id,programme,name,email\n"
    found = [*table.feed(head + b"hr,1,p,A\nhr,1,p,A,a@b.example,,\nhr,\xff,p,A,x\na\rb,1,p,A,x\n,,,,\n"), *table.end()]
    assert [number for number, _ in found] == [2, 3, 4, 5], "a row of nothing is passed over"
    told = []
    for _, row in found:
        try:
            table.json(row or b"")
            told.append("taken")
        except Unreadable as error:
            told.append(error.problems[0]["problem"])
    assert "5" in told[0] and "4" in told[0]
    assert told[1] == "taken", "cells beyond the header that hold nothing are nothing"
    assert "gb18030" in told[2]
    assert "line ends" in told[3]


def test_mistakes_are_told_with_the_column_they_stand_in() -> None:
    table = Table(ColumnMapping(columns={"Uni": "education.1.institution"}), "utf-8", 10_000)
    head = "source,external_id,programme,name,邮箱,gpa,Uni,education.1.level\n"
    found = [*table.feed((head + "hr,1,p,A,nobody,3.2,,\nhr,1,p,A,a@b.example,,U,wizard\n").encode())]
    read = table.reading(lambda raw: parse(raw, Submission))
    told = []
    for _, row in found:
        with pytest.raises(Unreadable) as error:
            read(row or b"")
        told += [(problem["field"], problem.get("column")) for problem in error.value.problems]
    assert told == [
        ("candidate.email", "邮箱"),
        ("education.0.grade.scale", "gpa"),
        ("education.1.level", "education.1.level"),
    ]
