"""No bytes make the inflater fail otherwise than it says, and how they were cut makes no difference."""

import gzip
import zlib
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.core.inflate import PIECE_BYTES, Bomb, Inflater, NotGzip

packed = st.builds(
    lambda texts, level: b"".join(gzip.compress(text, level) for text in texts),
    st.lists(st.binary(max_size=200) | st.integers(0, 1 << 18).map(bytes), min_size=1, max_size=3),
    st.integers(0, 9),
)


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """Gzip with a byte changed, left out or put in, or with something behind it."""
    data = bytearray(draw(packed))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(data) - 1))
        data[place : place + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
        if not data:
            break
    return bytes(data) + draw(st.just(b"") | st.binary(max_size=4))


def outcome(data: bytes, places: list[int]) -> bytes | type[Exception]:
    """What came out, or what was raised."""
    inflater = Inflater()
    edges = [0, *sorted(place for place in places if place < len(data)), len(data)]
    found = []
    try:
        for a, b in pairwise(edges):
            found += inflater.feed(data[a:b])
        inflater.end()
    except (NotGzip, Bomb) as error:
        return type(error)
    assert all(0 < len(piece) <= PIECE_BYTES for piece in found)
    return b"".join(found)


@settings(max_examples=300, deadline=None)
@given(data=packed | spoiled() | st.binary(max_size=100), places=st.lists(st.integers(0, 400), max_size=6))
def test_whatever_comes(data: bytes, places: list[int]) -> None:
    found = outcome(data, places)
    assert found == outcome(data, [])
    if isinstance(found, bytes):
        try:
            assert gzip.decompress(data) == found
        except (OSError, EOFError, zlib.error):
            raise AssertionError("what the standard library refuses was taken") from None
