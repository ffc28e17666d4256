"""Bodies that come as gzip: read like any other, and bombs are refused before they grow."""

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.inflate import PIECE_BYTES, Bomb, Inflater, NotGzip

URL = "/v1/applications"
GZIP = {"content-encoding": "gzip"}
NDJSON = {"content-type": "application/x-ndjson"}


def inflate(data: bytes, step: int = 1 << 16) -> bytes:
    inflater = Inflater()
    found = [piece for at in range(0, len(data), step) for piece in inflater.feed(data[at : at + step])]
    inflater.end()
    assert all(len(piece) <= PIECE_BYTES for piece in found)
    return b"".join(found)


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(b" " * (1 << 20)) for _ in range(megabytes)) + packer.flush()


@given(texts=st.lists(st.binary(max_size=300), min_size=1, max_size=3), step=st.integers(1, 50))
def test_what_was_packed_comes_out(texts: list[bytes], step: int) -> None:
    """However it was cut, and where several were put one behind the other."""
    assert inflate(b"".join(map(gzip.compress, texts)), step) == b"".join(texts)


def test_more_than_a_piece() -> None:
    text = json.dumps(list(range(100_000))).encode()
    assert inflate(gzip.compress(text)) == text


@pytest.mark.parametrize("data", [b"", b"{}", gzip.compress(b"{}")[:-1], gzip.compress(b"{}") + b"x"])
def test_what_is_no_gzip(data: bytes) -> None:
    with pytest.raises(NotGzip):
        inflate(data)


def test_a_bomb_takes_no_memory() -> None:
    data = bomb(200)
    tracemalloc.start()
    with pytest.raises(Bomb):
        for _ in Inflater().feed(data):
            pass
    assert tracemalloc.get_traced_memory()[1] < 2 << 20
    tracemalloc.stop()


async def test_a_single_application(doors: Any, application: Any) -> None:
    body = gzip.compress(json.dumps(application()).encode())
    assert (await doors.http.post(URL, content=body, headers=GZIP)).status_code == 202


async def test_an_upload(doors: Any, application: Any) -> None:
    lines = b"\n".join(json.dumps(application(external_id=str(n))).encode() for n in range(2000))
    response = await doors.http.post(f"{URL}/bulk", content=gzip.compress(lines), headers=GZIP | NDJSON)
    assert json.loads(response.text.splitlines()[-1])["summary"]["accepted"] == 2000


@pytest.mark.parametrize("path", [URL, f"{URL}/bulk"])
async def test_bombs(doors: Any, path: str) -> None:
    response = await doors.http.post(path, content=bomb(10)[:20_000], headers=GZIP | (NDJSON if "bulk" in path else {}))
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"


async def test_the_limit_is_of_what_comes_out(doors: Any) -> None:
    response = await doors.http.post(URL, content=gzip.compress(b" " * 20_001), headers=GZIP)
    assert response.status_code == 413


@pytest.mark.parametrize("path", [URL, f"{URL}/bulk"])
async def test_a_body_that_is_no_gzip(doors: Any, path: str) -> None:
    response = await doors.http.post(path, content=b"{}", headers=GZIP | (NDJSON if "bulk" in path else {}))
    assert response.status_code == 400


async def test_an_upload_that_breaks_off_later_tells_what_was_taken(doors: Any, application: Any) -> None:
    lines = b"".join(json.dumps(application(external_id=str(n))).encode() + b"\n" for n in range(5000))
    response = await doors.http.post(f"{URL}/bulk", content=gzip.compress(lines)[:-8], headers=GZIP | NDJSON)
    *answers, last = map(json.loads, response.text.splitlines())
    assert response.status_code == 200
    assert {answer["status"] for answer in answers} == {"accepted"}
    assert last["summary"]["accepted"] == len(answers) >= 1000
    assert "not read" in last["summary"]["problem"]
