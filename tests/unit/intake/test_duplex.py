"""A bulk upload over a real socket, by a client that reads nothing before it has sent everything."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from intake import duplex

LINES = 20_000
WRONG = json.dumps({f"field_{n}": 1 for n in range(10)}).encode().ljust(1500) + b"\n"

HEAD = b"POST /v1/applications/bulk HTTP/1.1\r\nHost: intake\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (
    LINES * len(WRONG)
)


@pytest.fixture
def port(doors: Any) -> Iterator[int]:
    """Where the doors are served, in a thread of their own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(doors.app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def test_neither_side_waits_for_the_other(port: int) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(30)
        client.connect(("127.0.0.1", port))
        client.sendall(HEAD)
        for _ in range(LINES // 1000):
            client.sendall(WRONG * 1000)
        answer = bytearray()
        while chunk := client.recv(1 << 20):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'{"summary":{"lines":20000,"accepted":0,"rejected":20000,"failed":0}}' in answer


def test_who_never_reads_an_answer_is_broken_off(
    port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(duplex, "_MOST_WAITING", 1 << 20)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(30)
        client.connect(("127.0.0.1", port))
        sending = threading.Thread(target=_send_all, args=(client,))
        sending.start()
        until = time.monotonic() + 30
        while "reads no answers" not in caplog.text:
            assert time.monotonic() < until
            time.sleep(0.01)
        answer = bytearray()
        with contextlib.suppress(ConnectionError):
            while chunk := client.recv(1 << 20):
                answer += chunk
        sending.join(30)
    assert answer.startswith(b"HTTP/1.1 200") and b"summary" not in answer


def _send_all(client: socket.socket) -> None:
    with contextlib.suppress(OSError):
        client.sendall(HEAD)
        for _ in range(LINES // 1000):
            client.sendall(WRONG * 1000)
