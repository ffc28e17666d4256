"""A table on its way: sent whole, each row told once however often that is."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from cohort_client.answers import AnswerLines, Summary
from cohort_client.bulk import Result
from cohort_client.protocol import NotNow

CHUNK = 64 * 1024


def opened(file: str | Path | BinaryIO) -> AbstractContextManager[BinaryIO]:
    """The file to read from; one that was open stays open. Raises OSError, ValueError where it cannot be read twice."""
    if isinstance(file, str | Path):
        return Path(file).open("rb")
    if not file.seekable():
        raise ValueError("the table cannot be sent again if it breaks off: give a path, or a file that is seekable")
    return nullcontext(file)


class TableReading:
    """Reads the answers to a table that may be sent several times: begin, feed, end; and again."""

    def __init__(self) -> None:
        self._done = 0
        self._begin: int | None = None
        self._lines = AnswerLines()
        self._complete = False

    def begin(self, file: BinaryIO) -> Iterator[bytes]:
        """The table's bytes, from where the file stood first."""
        self._lines, self._complete = AnswerLines(), False
        if self._begin is None:
            self._begin = file.tell()
        file.seek(self._begin)
        return iter(lambda: file.read(CHUNK), b"")

    def feed(self, chunk: bytes) -> Iterator[Result]:
        """What became of further rows. Raises NotNow from the first on that could not be recorded."""
        for told in self._lines.feed(chunk):
            if isinstance(told, Summary):
                self._complete = told.summary.problem is None
            elif told.status == "failed":
                raise NotNow("some rows could not be recorded")
            elif told.line > self._done:
                self._done = told.line
                yield Result(told.line, told.application_id, tuple(told.errors))

    def end(self) -> None:
        """Raises NotNow where the answer broke off."""
        if not self._complete:
            raise NotNow("the upload broke off")
