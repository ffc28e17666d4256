"""Whatever file a person wrote, its lines come out and nothing crashes."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cohort.drive import file as reading
from cohort.drive.file import read_lines, read_submissions
from cohort.stack.errors import StackError


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n\n", [b"", b""]),
        (b'{"a":1}\n{"b":2}\n', [b'{"a":1}', b'{"b":2}']),
        (b'{"a":1}\n{"b":2}', [b'{"a":1}', b'{"b":2}']),
        (b'\xef\xbb\xbf{"a":1}\r\n\r\n  \t\r\n{"b":2}\r\n', [b'{"a":1}', b"", b"", b'{"b":2}']),
        (b"\xff\xfe\x00 no JSON\nx", [b"\xff\xfe\x00 no JSON", b"x"]),
        ('{"u":"\u2028"}\n'.encode(), ['{"u":"\u2028"}'.encode()]),
        (b"\xef\xbb", [b"\xef\xbb"]),
    ],
)
def test_lines_come_out_as_they_are(tmp_path: Path, content: bytes, lines: list[bytes]) -> None:
    file = tmp_path / "drive.ndjson"
    file.write_bytes(content)
    assert list(read_lines(file)) == lines


@pytest.mark.parametrize("name", ["drive.ndjson", "drive.json"])
def test_a_file_of_lines_is_sent_whatever_its_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b'\n{"a":1}\n[]\n{')
    assert list(read_submissions(file)) == [b"", b'{"a":1}', b"[]", b"{"]


def test_a_json_file_of_one_object_is_one_application(tmp_path: Path) -> None:
    file = tmp_path / "one.JSON"
    file.write_bytes(b'\xef\xbb\xbf{\r\n  "a": "\xe2\x80\xa8b"\n}\n')
    assert list(read_submissions(file)) == [b'{   "a": "\xe2\x80\xa8b" }']


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one.ndjson", '{\n  "a": 1\n}\n'),
        ("one.txt", '{"a": 1,\n "b": 2}'),
        ("many.json", '[{"a": 1}]'),
        ("drive.yaml", "source: portal\nexternal_id: 1\n"),
    ],
)
def test_what_is_no_file_of_lines_is_told_in_one_sentence(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(StackError, match="one application a line"):
        list(read_submissions(file))


def test_a_line_longer_than_anybody_takes_is_cut_and_the_next_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE", 10)
    file = tmp_path / "drive.ndjson"
    file.write_bytes(b"a" * 35 + b"\n" + b"b" * 10 + b"\n" + b"c" * 9 + b"\nd")
    assert list(read_lines(file)) == [b"a" * 10, b"b" * 10, b"c" * 9, b"d"]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="only Linux has such a file")
def test_a_file_that_breaks_off_is_named() -> None:
    # It can be opened, and nothing is mapped at its beginning.
    with pytest.raises(OSError, match=r"/proc/self/mem"):
        list(read_lines(Path("/proc/self/mem")))


def test_a_pipe_is_as_good_as_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        pool.submit(pipe.write_bytes, b"a\nb")
        assert list(read_lines(pipe)) == [b"a", b"b"]
