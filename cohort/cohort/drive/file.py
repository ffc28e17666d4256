"""Application lines from a file somebody wrote: whatever is in it, nothing is judged here."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from hiring.topics import LARGEST_RECORD

LONGEST_LINE = 2 * LARGEST_RECORD
"""Bytes kept of a line. No door takes as much, so what is cut off can change no answer."""


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of an NDJSON file without their ends: LF or CRLF, with or without one at the end of the file.

    A byte order mark is passed over, and so are lines of blanks. Raises OSError.
    """
    with path.open("rb") as file:
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        while piece := file.readline(LONGEST_LINE):
            line = piece
            while piece and not piece.endswith(b"\n"):
                # The rest of a line that is longer than anybody takes is read and dropped.
                piece = file.readline(LONGEST_LINE)
            if stripped := line.strip():
                yield stripped
