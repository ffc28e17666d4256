"""An HR system's own API on this machine: answers GET by path, and remembers who asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass
class ApiStandIn:
    """`answers` by path; `status` for all of them; `asked` are the requests' heads."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    raw: bytes | None = None
    silent: bool = False
    asked: list[str] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head)
        if self.silent:
            await reader.read()
        known = self.answers.get(head.split(" ")[1])
        status = self.status if known is not None or self.status != 200 else 404
        body = orjson.dumps(known) if self.raw is None else self.raw
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body)
        writer.close()


@asynccontextmanager
async def api_stand_in(**answers: Any) -> AsyncIterator[ApiStandIn]:
    api = ApiStandIn(answers=answers)
    server = await asyncio.start_server(api.answer, "127.0.0.1", 0)
    api.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield api
    finally:
        server.close()
