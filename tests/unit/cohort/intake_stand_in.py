"""A small HTTP server that answers as intake does, and misbehaves as it is told. Keeps what it took."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hiring.identity import application_id


@dataclass
class Intake:
    """`busy` requests are answered 503 first; `failing` lines fail once each; a line with "poison" ends the answer.

    `skips`: the third line of an upload gets no answer. `misnames`: answers name another application.
    """

    busy: int = 0
    failing: bool = False
    break_on_poison: bool = False
    skips: bool = False
    misnames: bool = False
    took: Counter[UUID] = field(default_factory=Counter)
    singles: int = 0
    uploads: int = 0
    failed: set[bytes] = field(default_factory=set)

    def judge(self, line: bytes) -> dict[str, object]:
        if self.failing and line not in self.failed:
            self.failed.add(line)
            return {"status": "failed"}
        try:
            data = orjson.loads(line)
            id_ = application_id(data["source"].strip(), data["external_id"].strip())
        except (ValueError, TypeError, KeyError, AttributeError):
            return {"status": "rejected", "errors": [{"field": "(whole)", "problem": "is no application"}]}
        self.took[id_] += 1
        if self.misnames:
            id_ = UUID(int=0)
        return {"status": "accepted", "application_id": str(id_)}

    async def one(self, request: Request) -> Response:
        if self.busy:
            self.busy -= 1
            return Response(status_code=503, headers={"retry-after": "0"})
        self.singles += 1
        line = await request.body()
        assert request.headers["content-type"] == "application/json"
        if len(line) > 100_000:
            return JSONResponse({"title": "Too large", "detail": "is larger than 100,000 bytes"}, 413)
        answer = self.judge(line)
        if answer["status"] == "accepted":
            return JSONResponse({**answer, "revision": "0" * 64}, 202)
        return JSONResponse({"title": "Unprocessable", "errors": answer["errors"]}, 422)

    async def many(self, request: Request) -> Response:
        if self.busy:
            self.busy -= 1
            return Response(status_code=503)
        self.uploads += 1
        assert request.headers["content-type"] == "application/x-ndjson"
        return _Duplex(self._answers(request))

    async def _answers(self, request: Request) -> AsyncIterator[bytes]:
        rest, number = b"", 0
        async for chunk in request.stream():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                number += 1
                if self.skips and number == 3:
                    continue
                if self.break_on_poison and b"poison" in line:
                    raise ConnectionAbortedError
                yield orjson.dumps({"line": number, **self.judge(line), "note": "\u2028"}) + b"\n"
        assert not rest
        yield orjson.dumps({"summary": {"lines": number}}) + b"\n"


class _Duplex(Response):
    """Answers while the request is still being read, and does not read on before an answer is sent."""

    def __init__(self, answers: AsyncIterator[bytes]) -> None:
        super().__init__(media_type="application/x-ndjson")
        del self.headers["content-length"]
        self.answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for body in self.answers:
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@contextlib.asynccontextmanager
async def serving(intake: Intake) -> AsyncIterator[str]:
    """Serve on a free port of this machine; yields the address."""
    routes = [
        Route("/v1/applications", intake.one, methods=["POST"]),
        Route("/v1/applications/bulk", intake.many, methods=["POST"]),
    ]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    )
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
