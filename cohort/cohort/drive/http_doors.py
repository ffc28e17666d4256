"""The two HTTP doors of intake, as a client sees them: one application a request, or a stream of lines."""

import ssl
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


class OutOfStep(Exception):
    """The answers to an upload do not follow its lines: which line was accepted cannot be told."""


# Made once: a context of its own for each client takes longer than many requests.
_TLS = ssl.create_default_context()


def client(intake_url: str) -> httpx.AsyncClient:
    """A client for one worker, with one connection; proxies of the environment are for the world outside.

    One each, since httpx's pool looks through all its connections at every request: 32 workers on one client are
    slower than 8.
    """
    return httpx.AsyncClient(
        base_url=intake_url,
        timeout=httpx.Timeout(60.0, connect=5.0, pool=None),
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        verify=_TLS,
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
    Raises OutOfStep: a fault of the door that trying again would only hide.
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
                    raise OutOfStep(f"answer {number} of an upload is about line {answer.get('line')}")
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
