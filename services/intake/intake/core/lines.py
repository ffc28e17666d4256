"""Splits a stream of bytes into lines while holding at most one line of a bounded length."""

from collections.abc import Iterator

Line = tuple[int, bytes | None]
"""The line's number, from 1, and its bytes without the line feed; None for a line that was too long to hold."""


class LineSplitter:
    """Feed it chunks as they come; blank lines are passed over, but they count."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._number = 1
        self._held = b""
        self._too_long = False

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The lines that this chunk completes."""
        first, *others = chunk.split(b"\n")
        self._hold(first)
        for other in others:
            yield from self.end()
            self._number += 1
            self._hold(other)

    def end(self) -> Iterator[Line]:
        """The line that nothing follows, if there is one."""
        line = self._held.removeprefix(b"\xef\xbb\xbf") if self._number == 1 else self._held
        if self._too_long:
            yield self._number, None
        elif line and not line.isspace():
            yield self._number, line
        self._held, self._too_long = b"", False

    def _hold(self, piece: bytes) -> None:
        if self._too_long or len(self._held) + len(piece) > self._max_bytes:
            self._held, self._too_long = b"", True
        elif self._held:
            self._held += piece
        else:
            self._held = piece
