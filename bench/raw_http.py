"""An HTTP client on raw sockets with kept connections: on two cores the client's own work must not be what counts."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Self, cast

_HEAD = b"POST %b HTTP/1.1\r\nHost: bench\r\nContent-Type: %b\r\n"


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._data = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    @classmethod
    async def open(cls, port: int) -> Self:
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    async def post(self, path: bytes, body: bytes, media_type: bytes = b"application/json") -> tuple[int, bytes]:
        """Send one request; return the status and the body of its answer. Raises ConnectionError."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        head = _HEAD % (path, media_type) + b"Content-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)
        return await self._answer

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        end = self._data.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        head = self._data[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._data) >= end + 4 + length:
            answer = int(head[9:12]), self._data[end + 4 : end + 4 + length]
            self._data = self._data[end + 4 + length :]
            if not self._answer.done():
                self._answer.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionError(str(error or "closed")))


async def upload(port: int, path: bytes, chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Stream chunks as one NDJSON request and yield what is answered meanwhile, as it comes (chunk frames and all)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    writer.write(_HEAD % (path, b"application/x-ndjson") + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")

    async def send() -> None:
        for chunk in chunks:
            writer.write(b"%x\r\n" % len(chunk))
            writer.write(chunk)
            writer.write(b"\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    sending = asyncio.create_task(send())
    try:
        while piece := await reader.read(2**18):
            yield piece
        await sending
    finally:
        sending.cancel()
        writer.close()
