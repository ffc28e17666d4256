"""Inflates gzip a piece at a time, and refuses what grows out of all proportion."""

import zlib
from collections.abc import Iterator

PIECE_BYTES = 64 * 1024
MOST_RATIO = 250
"""Applications shrink to a tenth, lines alike but for a number to a 135th, a bomb to a thousandth."""
FREE_BYTES = 1024 * 1024
"""So much may come out at any ratio: a little text that repeats itself is no bomb."""

_GZIP = 16 + zlib.MAX_WBITS


class NotGzip(ValueError):
    """The bytes are no gzip, or end before they should."""


class Bomb(ValueError):
    """What comes out is far more than what went in."""


class Inflater:
    """Feed it chunks as they come; members that follow one another are one text (RFC 1952, section 2.2)."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._in = self._out = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """What this chunk adds, in pieces of at most PIECE_BYTES. Raises NotGzip, Bomb."""
        self._in += len(chunk)
        full = False
        while chunk or full:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
            try:
                piece = self._member.decompress(chunk, PIECE_BYTES)
            except zlib.error:
                raise NotGzip from None
            self._out += len(piece)
            if self._out > FREE_BYTES and self._out > self._in * MOST_RATIO:
                raise Bomb
            if piece:
                yield piece
            # With all input taken, a full piece may still have more behind it.
            full = len(piece) == PIECE_BYTES and not self._member.eof
            chunk = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def end(self) -> None:
        """Nothing more comes. Raises NotGzip where more should."""
        if not self._member.eof:
            raise NotGzip
