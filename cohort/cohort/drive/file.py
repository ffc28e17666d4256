"""Application lines from a file somebody wrote: whatever is in it, nothing is judged here."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from hiring.topics import LARGEST_RECORD

LONGEST_LINE = 2 * LARGEST_RECORD
"""Bytes kept of a line. No door takes as much, so what is cut off can change no answer."""


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of an NDJSON file without their ends: LF or CRLF, with or without one at the end of the file.

    A byte order mark is passed over. A line of blanks comes out empty, so that lines can be counted as an editor
    does. The file may be a pipe. Raises OSError, with the file's name.
    """
    try:
        yield from _lines(path)
    except OSError as error:
        # One that occurs in reading, not in opening, has no name yet.
        raise OSError(error.errno, error.strerror, str(path)) from error


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        beginning = True
        while piece := file.readline(LONGEST_LINE):
            line = piece.removeprefix(codecs.BOM_UTF8) if beginning else piece
            beginning = False
            while piece and not piece.endswith(b"\n"):
                # The rest of a line that is longer than anybody takes is read and dropped.
                piece = file.readline(LONGEST_LINE)
            yield line.strip()
