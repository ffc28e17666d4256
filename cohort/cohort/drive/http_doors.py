"""The two HTTP doors of intake, as a client sees them: one application a request, or a stream of lines."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import httpx
import orjson

from cohort.drive.sent import Accepted, Rejected

_CHUNK = 64 * 1024
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})

Told = Accepted | Rejected


class NotNow(Exception):
    """The door did not answer for good: the same again may succeed. `after` is the pause it asks for, in seconds."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


def client(intake_url: str, connections: int) -> httpx.AsyncClient:
    """A client for intake; proxies of the environment are for the world outside."""
    return httpx.AsyncClient(
        base_url=intake_url,
        timeout=httpx.Timeout(60.0, connect=5.0, pool=None),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        trust_env=False,
    )


async def post_one(client: httpx.AsyncClient, line: bytes) -> Told:
    """Post one application. Raises NotNow."""
    try:
        response = await client.post("/v1/applications", content=line, headers={"content-type": "application/json"})
    except httpx.RequestError as error:
        raise NotNow(type(error).__name__) from error
    _refuse_if_busy(response)
    return _told(response.is_success, _object(response.content), f"HTTP {response.status_code}")


async def post_many(client: httpx.AsyncClient, lines: Sequence[bytes]) -> AsyncGenerator[Told | NotNow, None]:
    """Stream lines in one upload and yield an answer a line, in their order; NotNow for a line that failed.

    Raises NotNow when the upload as a whole was not taken or broke off: the lines without an answer are open.
    """
    try:
        async with client.stream(
            "POST",
            "/v1/applications/bulk",
            content=_body(lines),
            headers={"content-type": "application/x-ndjson"},
        ) as response:
            _refuse_if_busy(response)
            if not response.is_success:
                raise NotNow(f"HTTP {response.status_code} for the upload")
            number = 0
            async for piece in _lines(response):
                answer = _object(piece)
                if "status" not in answer:
                    break
                number += 1
                if answer.get("line") != number:
                    raise NotNow("the answers are out of step with the lines")
                failed = answer["status"] == "failed"
                yield NotNow("failed") if failed else _told(answer["status"] == "accepted", answer, "rejected")
    except httpx.RequestError as error:
        raise NotNow(type(error).__name__) from error


async def _body(lines: Sequence[bytes]) -> AsyncIterator[bytes]:
    chunk = bytearray()
    for line in lines:
        chunk += line
        chunk += b"\n"
        if len(chunk) >= _CHUNK:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)


async def _lines(response: httpx.Response) -> AsyncIterator[bytes]:
    # Not httpx's aiter_lines: it also breaks a line at U+2028, which may stand in JSON.
    rest = b""
    async for chunk in response.aiter_bytes():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield line
    if rest.strip():
        yield rest


def _refuse_if_busy(response: httpx.Response) -> None:
    if response.status_code in _BUSY:
        after = response.headers.get("retry-after", "")
        raise NotNow(f"HTTP {response.status_code}", float(after) if after.isdecimal() else 0.0)


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _told(accepted: bool, answer: dict[str, Any], otherwise: str) -> Told:
    if accepted:
        try:
            return Accepted(UUID(answer["application_id"]))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise NotNow("accepted, but the answer names no application") from None
    errors = answer.get("errors")
    reasons = tuple(
        f"{error.get('field', '(whole)')}: {error.get('problem', otherwise)}"
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict)
    )
    return Rejected(reasons or (str(answer.get("detail") or answer.get("title") or otherwise),))
