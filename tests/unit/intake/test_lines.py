"""A stream of bytes becomes lines, however it was cut into chunks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.lines import LineSplitter


def lines(chunks: list[bytes], limit: int = 10) -> list[tuple[int, bytes | None]]:
    splitter = LineSplitter(limit)
    found = [line for chunk in chunks for line in splitter.feed(chunk)]
    return found + list(splitter.end())


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b"", []),
        (b"\n\n", []),
        (b"a\nb\n", [(1, b"a"), (2, b"b")]),
        (b"a\nb", [(1, b"a"), (2, b"b")]),
        (b"a\r\n\r\nb", [(1, b"a\r"), (3, b"b")]),
        (b"  \n b", [(2, b" b")]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", [(1, b"a"), (2, b"\xef\xbb\xbfb")]),
        (b"0123456789\n0123456789a\nb", [(1, b"0123456789"), (2, None), (3, b"b")]),
        (b"0123456789abc", [(1, None)]),
        (b"0123456789abc\n", [(1, None)]),
        (b"a\0b\n\xff", [(1, b"a\0b"), (2, b"\xff")]),
    ],
)
def test_lines(stream: bytes, found: list[tuple[int, bytes | None]]) -> None:
    assert lines([stream]) == found
    assert lines([bytes([byte]) for byte in stream]) == found


@given(chunks=st.lists(st.binary(max_size=20).map(lambda b: b.replace(b"x", b"\n"))))
def test_cutting_changes_nothing(chunks: list[bytes]) -> None:
    assert lines(chunks) == lines([b"".join(chunks)])


def test_a_line_without_end_is_not_held() -> None:
    splitter = LineSplitter(10)
    for _ in range(1000):
        assert list(splitter.feed(b"x" * 1000)) == []
        assert len(splitter._held) <= 10
    assert list(splitter.feed(b"\nb\n")) == [(1, None), (2, b"b")]
