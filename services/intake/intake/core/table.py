"""A table in CSV, read a chunk at a time: the header row says what the columns are, every other row is a submission."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NoReturn, TypeVar

import orjson

from hiring.events.reading import Flaw, Unreadable
from intake.core import cells
from intake.core.columns import ColumnMapping, HeaderRefused, assign
from intake.core.lines import Line
from intake.core.paths import LISTS, as_in_table, finished, put
from intake.core.records import RecordSplitter

Encoding = Literal["utf-8", "gb18030"]
T = TypeVar("T")

_BOM = b"\xef\xbb\xbf"
_ONLY_HEADER = "is the only line there is: with curl, send the file by --data-binary, since -d drops line ends"
_NOTHING = b' \t\r\n,;"'
_TRUTHS = re.compile(r"consents\..*|projects\.\d+\.ai")
_MONTHS = re.compile(r"education\.\d\.graduation|assessments\.\d+\.taken")
_LEVELS = re.compile(r"education\.\d\.level")


class Table:
    """Feed it chunks; it gives the rows without the header, and turns each into a submission's JSON."""

    def __init__(self, mapping: ColumnMapping, encoding: Encoding, max_bytes: int) -> None:
        self._mapping = mapping
        self._encoding = encoding
        self._splitter = RecordSplitter(max_bytes, mapping.delimiter.encode())
        self._names: list[str] = []
        self._targets: list[str | None] | None = None

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The rows that this chunk completes. Raises HeaderRefused, before the first one."""
        return self._rows(self._splitter.feed(chunk))

    def end(self) -> Iterator[Line]:
        """The row that no line feed follows, if there is one. Raises HeaderRefused."""
        try:
            yield from self._rows(self._splitter.end())
        except HeaderRefused:
            # Rows may stand in what was taken for the header: none of it is repeated.
            raise HeaderRefused([{"field": "(header)", "problem": _ONLY_HEADER}]) from None
        if self._targets is None:
            raise HeaderRefused([{"field": "(header)", "problem": "is missing: send a row of column names first"}])

    def json(self, row: bytes) -> bytes:
        """The submission in a row, not yet judged. Raises Unreadable where the row is none of this table."""
        return orjson.dumps(self._submission(self._cells(row)))

    def reading(self, read: Callable[[bytes], T]) -> Callable[[bytes], T]:
        """`read`, which takes JSON, for rows; what it finds wrong also names the column it stands in."""

        def read_row(row: bytes) -> T:
            filled = self._cells(row)
            try:
                return read(orjson.dumps(self._submission(filled)))
            except Unreadable as error:
                raise Unreadable(error.flaw, error.detail, self._in_columns(error.problems, filled)) from None

        return read_row

    def _rows(self, records: Iterator[Line]) -> Iterator[Line]:
        for number, record in records:
            if self._targets is None:
                self._begin(record)
            elif record is None or record.strip(_NOTHING):
                yield number, record

    def _begin(self, header: bytes | None) -> None:
        if header is None:
            raise HeaderRefused([{"field": "(header)", "problem": "is too long: is a quotation mark left open?"}])
        try:
            self._names = self._parted(header.removeprefix(_BOM))
        except Unreadable as error:
            raise HeaderRefused(error.problems) from None
        self._targets = assign(self._names, self._mapping)

    def _parted(self, record: bytes) -> list[str]:
        try:
            text = record.decode(self._encoding)
        except UnicodeDecodeError:
            _refuse(f"is not {self._encoding}: name its encoding in the content type, as text/csv; charset=gb18030")
        try:
            (row,) = csv.reader([text], delimiter=self._mapping.delimiter)
        except (csv.Error, ValueError):
            _refuse("is no row of a CSV file: see to its quotation marks and line ends")
        return [cell.strip() for cell in row]

    def _cells(self, record: bytes) -> dict[str, str]:
        """What the row says, by field; nothing for an empty cell."""
        assert self._targets is not None
        row = self._parted(record)
        while len(row) > len(self._targets) and not row[-1]:
            row.pop()
        if len(row) != len(self._targets):
            _refuse(f"has {len(row)} cells where the header row has {len(self._targets)}")
        return {target: cell for target, cell in zip(self._targets, row, strict=True) if target and cell}

    def _submission(self, filled: Mapping[str, str]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for target, cell in filled.items():
            put(made, target, self._said(target, cell))
        for target, constant in self._mapping.constants.items():
            listed, _, rest = target.partition(".")
            if listed not in LISTS or rest.partition(".")[0] in made.get(listed, {}):
                put(made, target, self._said(target, constant), over=False)
        return finished(made)

    def _said(self, target: str, told: str | bool | float) -> Any:
        """What a cell says, or a constant, which may also be no text."""
        if target.endswith(".grade"):
            return cells.grade(str(told))
        if not isinstance(told, str):
            return told
        if target == "submitted_at":
            return cells.moment(told, self._mapping.time_zone)
        understand = _understanding(target)
        return told if understand is None else understand(told)

    def _in_columns(self, problems: Sequence[Mapping[str, str]], filled: Mapping[str, str]) -> list[dict[str, str]]:
        assert self._targets is not None
        columns = {target: name for target, name in zip(self._targets, self._names, strict=True) if target}
        told = []
        for problem in problems:
            field = as_in_table(problem["field"], filled)
            column = next((columns[target] for target in columns if _concern(field, target)), None)
            told.append({**problem, "field": field} | ({"column": column} if column else {}))
        return told


# Mappings may name any answer: bounded, since clients send them.
@lru_cache(maxsize=1024)
def _understanding(target: str) -> Callable[[str], Any] | None:
    """What makes the contract's words of a cell of this field; None where it stands as it is."""
    if target.startswith("preferences."):
        return cells.several
    if _MONTHS.fullmatch(target):
        return cells.month
    if _LEVELS.fullmatch(target):
        return cells.level
    return cells.truth if _TRUTHS.fullmatch(target) else None


def _concern(field: str, target: str) -> bool:
    """Whether a problem with a field is one with what stands in the column of a target."""
    return field == target or (field.startswith(f"{target}.") and target.count(".") > 1)


def _refuse(problem: str) -> NoReturn:
    raise Unreadable(Flaw.INVALID, f"(whole): {problem}", [{"field": "(whole)", "problem": problem}])
