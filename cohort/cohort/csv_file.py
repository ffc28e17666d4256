"""A table somebody exported, as the lines that the doors take."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cohort.drive.file import LONGEST_LINE
from cohort.stack.errors import StackError
from hiring.events.reading import Unreadable, parse
from intake.core.columns import ColumnMapping, HeaderRefused
from intake.core.lines import Line
from intake.core.table import Encoding, Table

_CHUNK = 64 * 1024


class RefusedRow(NamedTuple):
    """A row that is none of its table, by the number of its line, and why."""

    line: int
    why: str


def read_mapping(path: Path | None) -> ColumnMapping:
    """The column mapping in a JSON file; an empty one without a file. Raises StackError, OSError."""
    try:
        return ColumnMapping() if path is None else parse(path.read_bytes(), ColumnMapping)
    except Unreadable as error:
        told = "; ".join(f"{item['field']}: {item['problem']}" for item in error.problems) or error.detail
        raise StackError(f"{path}: {told}") from None


def read_table(path: Path, mapping: ColumnMapping, encoding: Encoding, refused: list[RefusedRow]) -> Iterator[bytes]:
    """Yield each row of a CSV file as a submission's JSON, and nothing for every other line of it.

    So the lines count as an editor counts them. A row that is none is added to `refused`. Raises StackError where
    the header row does not say enough, OSError.
    """
    table = Table(mapping, encoding, LONGEST_LINE)
    done = 0
    try:
        for number, row in _rows(path, table):
            yield from (b"" for _ in range(number - done - 1))
            done = number
            yield _line(table, number, row, refused)
    except HeaderRefused as error:
        told = "\n".join(f"  {item['field']}: {item['problem']}" for item in error.problems)
        raise StackError(f"the header row of {path} does not say enough:\n{told}") from None


def _rows(path: Path, table: Table) -> Iterator[Line]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield from table.feed(chunk)
    yield from table.end()


def _line(table: Table, number: int, row: bytes | None, refused: list[RefusedRow]) -> bytes:
    try:
        if row is not None:
            return table.json(row)
        refused.append(RefusedRow(number, f"is longer than {LONGEST_LINE} bytes: is a quotation mark left open?"))
    except Unreadable as error:
        refused.append(RefusedRow(number, "; ".join(item["problem"] for item in error.problems)))
    return b""
