"""What each service says of itself at /readyz, and since when its answer is: the Date it gives."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx

SECONDS = 3.0
READY = "ready"


class Readiness(NamedTuple):
    """`state` is `ready`, or why not in words. `ahead` is how many seconds that machine's clock is ahead of ours."""

    state: str
    answers: bool
    ahead: float | None = None


async def readiness(urls: Mapping[str, str]) -> dict[str, Readiness]:
    """The readiness of each service, by its URL. Never raises for what a service may do."""
    # Proxies of the environment are for the world outside.
    async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
        answers = await asyncio.gather(*(_of(client, url) for url in urls.values()))
    return dict(zip(urls, answers, strict=True))


async def _of(client: httpx.AsyncClient, url: str) -> Readiness:
    asked = time.time()
    try:
        answer = await client.get(f"{url}/readyz")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Readiness(f"does not answer ({type(error).__name__})", False)
    return judged(answer.status_code, answer.content, answer.headers.get("date"), (asked + time.time()) / 2)


def judged(status: int, content: bytes, date: str | None, now: float) -> Readiness:
    """What an answer tells; `now` is the moment of it by our clock, in seconds since 1970."""
    ahead = None if (told := _moment(date)) is None else told - now
    if status == httpx.codes.OK:
        return Readiness(READY, True, ahead)
    try:
        told_conditions = httpx.Response(status, content=content).json()
        wrong = {name: why for name, why in told_conditions.items() if why != "ok" and name != "ready"}
    except (ValueError, AttributeError):
        return Readiness(f"answers {status}: this is no service of the pipeline, or something stands before it", True)
    return Readiness("not ready: " + ", ".join(f"{name}: {why}" for name, why in wrong.items()), True, ahead)


def _moment(date: str | None) -> float | None:
    """The middle of the second that a Date header names."""
    try:
        found: datetime = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return found.timestamp() + 0.5
