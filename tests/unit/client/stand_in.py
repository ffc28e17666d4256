"""A small HTTP server that answers as intake does, and is in trouble as it is told. Keeps what it took."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with one request: a status, or an answer that breaks off, fails or counts wrongly from a line.

    An answer that `breaks_after` the last line has no summary.
    """

    status: int = 0
    retry_after: str | None = None
    breaks_after: int | None = None
    fails_from: int | None = None
    skips: int | None = None


def application_id(application: dict[str, Any]) -> UUID:
    return uuid5(NAMESPACE_URL, f"{application['source']}/{application['external_id']}")


@dataclass
class Intake:
    """`troubles` befall one request each; a body beyond `most_bytes` is 413; `key` is the bearer's, if any."""

    troubles: deque[Trouble] = field(default_factory=deque)
    most_bytes: int = 10_000_000
    key: str | None = None
    took: Counter[str] = field(default_factory=Counter)
    requests: list[Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    gate: asyncio.Event | None = None
    """Uploads wait for it before they are answered; but for the one that begins with application 0, if `lets_first`."""
    lets_first: bool = False

    def judge(self, line: bytes) -> dict[str, Any]:
        application = orjson.loads(line)
        if not isinstance(application, dict) or "external_id" not in application:
            return {"status": "rejected", "errors": [{"field": "external_id", "problem": "is missing"}]}
        self.took[application["external_id"]] += 1
        return {"status": "accepted", "application_id": str(application_id(application))}

    async def one(self, request: Request) -> Response:
        body, refusal = await self._enter(request)
        if refusal is not None:
            return refusal
        answer = self.judge(body)
        if answer["status"] == "rejected":
            return problem(422, detail="Mend it.", errors=answer["errors"])
        return Response(orjson.dumps({**answer, "revision": "r"}), 202, media_type="application/json")

    async def many(self, request: Request) -> Response:
        trouble = self.troubles[0] if self.troubles else Trouble()
        body, refusal = await self._enter(request)
        if refusal is not None:
            return refusal
        return StreamingResponse(self._answers(body, trouble), media_type="application/x-ndjson")

    async def asked(self, request: Request) -> Response:
        _, refusal = await self._enter(request)
        if refusal is not None:
            return refusal
        answer = {"command_id": str(UUID(int=1)), "application_id": str(UUID(int=2)), "status": "accepted"}
        return Response(orjson.dumps(answer), 202, media_type="application/json")

    async def _enter(self, request: Request) -> tuple[bytes, Response | None]:
        self.requests.append(request)
        body = await request.body()
        self.bodies.append(body)
        trouble = self.troubles.popleft() if self.troubles else Trouble()
        if trouble.status:
            headers = {} if trouble.retry_after is None else {"retry-after": trouble.retry_after}
            return body, problem(trouble.status, headers, detail="Not now.")
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            return body, problem(401, detail="The API key is unknown or was revoked.")
        if len(body) > self.most_bytes:
            return body, Response("<html>no</html>", 413, media_type="text/html")
        return body, None

    async def _answers(self, body: bytes, trouble: Trouble) -> AsyncIterator[bytes]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            first = self.lets_first and b'"external_id":"0"' in body
            if self.gate is not None and not first:
                await self.gate.wait()
            for number, line in self._lines(body):
                if trouble.breaks_after is not None and number > trouble.breaks_after:
                    raise ConnectionAbortedError
                if number == trouble.skips:
                    continue
                failed = trouble.fails_from is not None and number >= trouble.fails_from
                answer = {"status": "failed"} if failed else self.judge(line)
                if is_table(self.requests[-1]):
                    answer["errors"] = [{**error, "column": "Nr"} for error in answer.get("errors", ())]
                # A line separator of Unicode is no end of a line in JSON.
                yield orjson.dumps({"line": number, **answer, "note": "\u2028"}) + b"\n"
            if trouble.breaks_after is not None:
                raise ConnectionAbortedError
            yield b'{"summary":{"lines":0,"accepted":0,"rejected":0,"failed":0}}\n'
        finally:
            self.at_once -= 1

    def _lines(self, body: bytes) -> Iterator[tuple[int, bytes]]:
        if is_table(self.requests[-1]):
            header, *rows = body.decode().splitlines()
            for number, row in enumerate(rows, 2):
                cells = {name: cell for name, cell in zip(header.split(","), row.split(","), strict=True) if cell}
                yield number, orjson.dumps({"source": "s", **cells})
        else:
            yield from enumerate(body.split(b"\n"), 1)


def is_table(request: Request) -> bool:
    return request.headers["content-type"].startswith("text/csv")


def problem(status: int, headers: dict[str, str] | None = None, **told: Any) -> Response:
    return Response(orjson.dumps({"status": status, **told}), status, headers, media_type=PROBLEM)


@asynccontextmanager
async def serving(intake: Intake) -> AsyncIterator[str]:
    """Serve on a free port of this machine; yields the address."""
    routes = [
        Route("/v1/applications", intake.one, methods=["POST"]),
        Route("/v1/applications/bulk", intake.many, methods=["POST"]),
        Route("/v1/applications/{source}/{external_id:path}/withdraw", intake.asked, methods=["POST"]),
        Route("/v1/candidates/erase", intake.asked, methods=["POST"]),
    ]
    config = uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
