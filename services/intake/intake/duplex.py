"""A response that is written while its request is still being read.

Two traps lie here. Starlette's StreamingResponse listens for a disconnect by reading the request, which takes
the upload's chunks away. And many a client reads no answer before it has sent everything: once the socket's
buffers are full such a client and a server that waits for it would stand still for ever. So what the client has
not taken yet waits in a spool, and the reading goes on.
"""

import asyncio
import logging
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hiring.topics import MIB

log = logging.getLogger(__name__)

_CHUNK = 64 * 1024
# A client that sends for ever and reads nothing would fill the disk.
_MOST_WAITING = 1024 * MIB


class DuplexResponse(Response):
    """Sends `first` and what `rest` yields. `rest` is driven at its own pace, whatever the client reads."""

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None], media_type: str) -> None:
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers()
        self._first = first
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        spool = _Spool()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._collect(spool))
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                async for chunk in spool.chunks():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except* _NobodyReads:
            # Left unfinished, the response ends with the connection: the client sees that it broke off.
            log.warning("an upload was broken off: its client reads no answers")
        finally:
            spool.close()

    async def _collect(self, spool: "_Spool") -> None:
        spool.write(self._first)
        async with aclosing(self._rest):
            try:
                async for result in self._rest:
                    spool.write(result)
                    if spool.waiting > _MOST_WAITING:
                        raise _NobodyReads
            except ClientDisconnect:
                pass  # What was acknowledged stays accepted; nobody is there to be told.
        spool.end()


class _NobodyReads(Exception):
    """The client leaves its answers unread."""


class _Spool:
    """Bytes between one writer and one reader: in memory up to 1 MiB, beyond that in a file without a name."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=MIB)  # noqa: SIM115 - closed by close()
        self._written = self._taken = 0
        self._ended = False
        self._news = asyncio.Event()

    def write(self, data: bytes) -> None:
        self._file.seek(self._written)
        self._file.write(data)
        self._written += len(data)
        self._news.set()

    @property
    def waiting(self) -> int:
        """How many bytes nobody has taken yet."""
        return self._written - self._taken

    def end(self) -> None:
        """Nothing more is written."""
        self._ended = True
        self._news.set()

    async def chunks(self) -> AsyncIterator[bytes]:
        """What was written, as soon as there is some, until the end."""
        while True:
            while self._taken < self._written:
                self._file.seek(self._taken)
                chunk = self._file.read(_CHUNK)
                self._taken += len(chunk)
                yield chunk
            if self._ended:
                return
            self._file.seek(0)
            self._file.truncate()
            self._written = self._taken = 0
            self._news.clear()
            await self._news.wait()

    def close(self) -> None:
        self._file.close()
