"""The two HTTP doors of intake, as a client sees them that wants to know of each try what became of it.

The protocol is `cohort_client`'s; what it does beyond, trying again and giving up, a drive does in its own way.
"""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import httpx

from cohort.drive.sent import Accepted, Rejected
from cohort_client import CohortError, FieldProblem, protocol
from cohort_client import Rejected as Refused
from cohort_client.answers import AnswerLines, Summary
from cohort_client.protocol import NotNow

__all__ = ["NotNow", "OutOfStep", "Told", "client", "post_many", "post_one"]

_CHUNK = 64 * 1024

Told = Accepted | Rejected


class OutOfStep(Exception):
    """The answers to an upload do not follow its lines: which line was accepted cannot be told."""


# Made once: a context of its own for each client takes longer than many requests.
_TLS = ssl.create_default_context()


def client(intake_url: str, api_key: str | None = None) -> httpx.AsyncClient:
    """A client for one worker, with one connection; proxies of the environment are for the world outside.

    One each, since httpx's pool looks through all its connections at every request: 32 workers on one client are
    slower than 8.
    """
    return httpx.AsyncClient(
        base_url=intake_url,
        headers=None if api_key is None else {"authorization": f"Bearer {api_key}"},
        timeout=httpx.Timeout(60.0, connect=5.0, pool=None),
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        verify=_TLS,
        trust_env=False,
    )


async def post_one(client: httpx.AsyncClient, line: bytes) -> Told:
    """Post one application. Raises NotNow."""
    try:
        response = await client.post("/v1/applications", content=line, headers={"content-type": protocol.JSON})
        protocol.check(response.status_code, response.headers, response.content)
    except httpx.RequestError as error:
        raise NotNow(type(error).__name__) from error
    except CohortError as error:
        return _rejected(error.errors if isinstance(error, Refused) else (), error.detail)
    return Accepted(protocol.receipt(response.content).application_id)


async def post_many(client: httpx.AsyncClient, lines: Sequence[bytes]) -> AsyncGenerator[Told | NotNow, None]:
    """Stream lines in one upload and yield an answer a line, in their order; NotNow for a line that failed.

    Raises NotNow when the upload as a whole was not taken or broke off: the lines without an answer are open.
    Raises OutOfStep: a fault of the door that trying again would only hide.
    """
    try:
        async with client.stream(
            "POST", "/v1/applications/bulk", content=_body(lines), headers={"content-type": protocol.NDJSON}
        ) as response:
            if not response.is_success:
                protocol.check(response.status_code, response.headers, await response.aread())
            number, reading = 0, AnswerLines()
            async for chunk in response.aiter_bytes():
                for answer in reading.feed(chunk):
                    if isinstance(answer, Summary):
                        return
                    number += 1
                    if answer.line != number:
                        raise OutOfStep(f"answer {number} of an upload is about line {answer.line}")
                    if answer.status == "failed":
                        yield NotNow("failed")
                    elif answer.application_id is not None:
                        yield Accepted(answer.application_id)
                    else:
                        yield _rejected(answer.errors, "rejected")
    except httpx.RequestError as error:
        raise NotNow(type(error).__name__) from error
    except CohortError as error:
        raise NotNow(f"HTTP {error.status} for the upload: {error.detail}") from error


async def _body(lines: Sequence[bytes]) -> AsyncIterator[bytes]:
    chunk = bytearray()
    for line in lines:
        chunk += line
        chunk += b"\n"
        if len(chunk) >= _CHUNK:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)


def _rejected(errors: Sequence[FieldProblem], otherwise: str) -> Rejected:
    return Rejected(tuple(f"{field}: {problem}" for field, problem in errors) or (otherwise,))
