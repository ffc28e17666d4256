"""Application lines from a file somebody wrote: whatever is in it, nothing is judged here."""

import codecs
from collections.abc import Iterator
from pathlib import Path

import orjson

from cohort.stack.errors import StackError
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


def read_submissions(path: Path) -> Iterator[bytes]:
    """Yield the applications in a file as lines: NDJSON as above, or the one JSON object that a .json holds.

    Raises StackError for a file whose beginning shows that it holds no line that could be taken; OSError as above.
    """
    if path.suffix.lower() == ".json" and (whole := _one_object(path)) is not None:
        yield whole
        return
    begun = False
    for line in read_lines(path):
        # Of a line that is meant to be an object on its own, it is told alone what is wrong with it.
        if line and not begun and (not line.startswith(b"{") or line.endswith((b"{", b"[", b","))):
            raise StackError(
                f"{path}: one application a line (NDJSON) is what can be sent, each a JSON object; "
                "or name a file that holds one JSON object .json, and a table .csv"
            )
        begun = begun or bool(line)
        yield line


def _one_object(path: Path) -> bytes | None:
    """The file in one line, where all of it is one JSON object."""
    with path.open("rb") as file:
        text = file.read(LONGEST_LINE + 1).removeprefix(codecs.BOM_UTF8)
    try:
        found = isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return None
    # In JSON, line ends stand only where blanks may.
    return b" ".join(text.splitlines()).strip() if found else None


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
