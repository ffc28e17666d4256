"""Splits a stream of bytes into the records of a CSV file while holding at most one of a bounded length.

The csv module reads what it is given to the end; here the text comes in chunks, so where a record ends is found
first: at a line feed outside quotation marks, by the csv module's own rules (RFC 4180, and a quotation mark inside a
field that does not begin with one is just a sign). Works on bytes: neither UTF-8 nor GB18030 has a line feed, a comma
or a quotation mark within a longer character.
"""

from collections.abc import Iterator
from enum import Enum, auto

from intake.core.lines import Line


class _At(Enum):
    """Where in a record the reading stands."""

    START = auto()
    """At the start of a field."""
    PLAIN = auto()
    QUOTED = auto()
    CLOSED = auto()
    """After a quotation mark inside a quoted field: its end, or the first of two that stand for one."""


class RecordSplitter:
    """Feed it chunks as they come. A record's number is that of the line it begins on, from 1."""

    def __init__(self, max_bytes: int, delimiter: bytes = b",") -> None:
        self._max_bytes = max_bytes
        self._delimiter = delimiter
        self._at = _At.START
        self._number = self._begun = 1
        self._held: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The records that this chunk completes; empty lines are passed over, but they count."""
        first, *others = chunk.split(b"\n")
        self._hold(first)
        for other in others:
            self._number += 1
            if self._at is _At.QUOTED:
                self._keep(b"\n")
            else:
                yield from self._take()
                self._begun = self._number
            self._hold(other)

    def end(self) -> Iterator[Line]:
        """The record that no line feed follows, if there is one."""
        yield from self._take()

    def _take(self) -> Iterator[Line]:
        record = b"".join(self._held)
        if self._size > self._max_bytes:
            yield self._begun, None
        elif record and not record.isspace():
            yield self._begun, record
        self._at = _At.START
        self._held, self._size = [], 0

    def _hold(self, piece: bytes) -> None:
        self._keep(piece)
        if piece:
            self._at = _end_of(piece, self._at, self._delimiter)

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._max_bytes:
            self._held = []
        else:
            self._held.append(piece)


def _end_of(piece: bytes, state: _At, delimiter: bytes) -> _At:
    """Where the reading stands after a piece without line feeds that was begun in `state`."""
    if state in (_At.START, _At.PLAIN) and b'"' not in piece:
        return _At.START if piece.endswith(delimiter) else _At.PLAIN
    at = 0
    while at < len(piece):
        if state is _At.QUOTED:
            found = piece.find(b'"', at)
            if found < 0:
                return state
            state, at = _At.CLOSED, found + 1
        elif state is _At.PLAIN:
            found = piece.find(delimiter, at)
            if found < 0:
                return state
            state, at = _At.START, found + 1
        else:
            quote = piece[at : at + 1] == b'"'
            at += quote
            state = _At.QUOTED if quote else _At.PLAIN
    return state
