"""A CSV file as `cohort submit` reads it: the same applications, counted as an editor counts lines."""

import json
from pathlib import Path

import pytest

from cohort.csv_file import RefusedRow, read_mapping, read_table
from cohort.stack.errors import StackError
from intake.core.columns import ColumnMapping

CONSTANTS = ColumnMapping(constants={"source": "hr", "programme": "p"})


def test_rows_stand_where_they_stood(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text('id,name,email\n1,"A\nB",a@b.example\n\nodd\n2,C,c@d.example\n', "utf-8-sig")
    refused: list[RefusedRow] = []
    lines = list(read_table(file, CONSTANTS, "utf-8", refused))
    there = {number: json.loads(line)["external_id"] for number, line in enumerate(lines, 1) if line}
    assert there == {2: "1", 6: "2"}
    assert [row.line for row in refused] == [5]


def test_a_header_row_that_does_not_say_enough(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("id,shoe size\n")
    with pytest.raises(StackError, match=r"(?s)shoe size.*candidate\.email"):
        list(read_table(file, CONSTANTS, "utf-8", []))


def test_a_mapping_that_is_wrong_is_named(tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    file.write_text('{"columns": {"x": "shoe"}}')
    with pytest.raises(StackError, match=r"columns\.x"):
        read_mapping(file)
    file.write_text(json.dumps({"columns": {"Nr": "external_id", "x": None}}))
    assert read_mapping(file).columns == {"Nr": "external_id", "x": None}
