"""Asks a system's API for the facts of an event that names only ids."""

import asyncio
import logging
import re
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import orjson

from hiring.topics import MIB
from intake.hooks.paths import first, path
from intake.hooks.system import Fetch

# It would log every address, and with it who applied where.
logging.getLogger("httpx").setLevel(logging.WARNING)

TIMEOUT_SECONDS = 3.0
MOST_BYTES = 4 * MIB
_PLACE = re.compile(r"\{([^}]+)\}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


class Missing(Exception):
    """The event names no id, or the system knows nothing of it: asking again does not help. `field` is the id's."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field
        self.problem = problem


class Away(Exception):
    """The system did not answer as it should now; `why` is a class, no text of theirs."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def fetch(what: Fetch, api: str, key: str, payload: Mapping[str, Any]) -> Any:
    """What the system's API says of the payload's event, as JSON data. Raises Missing, Away."""
    url, field = api + _filled(what.path, payload), ", ".join(_PLACE.findall(what.path))
    try:
        async with (
            asyncio.timeout(TIMEOUT_SECONDS),
            httpx.AsyncClient(verify=_tls(), timeout=TIMEOUT_SECONDS) as client,
            client.stream("GET", url, headers={"Accept": "application/json", **what.authorization(key)}) as answer,
        ):
            # 404 and 410: the candidate was deleted. Anything else an operator or time may mend.
            if answer.status_code in (404, 410):
                raise Missing(field, "is unknown to the system's API")
            if answer.status_code != 200:
                raise Away(str(answer.status_code))
            found = orjson.loads(await _body(answer))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
        raise Away(type(error).__name__) from None
    if not what.belongs(payload, found):
        raise Missing(field, "is not what the event is about")
    return found


def _filled(template: str, payload: Mapping[str, Any]) -> str:
    def put(place: re.Match[str]) -> str:
        told = first(payload, path(place[1]))
        # Whatever is no plain id could lead elsewhere below the API.
        if not isinstance(told, str) or not _ID.fullmatch(told):
            raise Missing(place[1], "is missing, or is no id")
        return told

    return _PLACE.sub(put, template)


async def _body(answer: httpx.Response) -> bytes:
    pieces, size = [], 0
    async for piece in answer.aiter_bytes():
        size += len(piece)
        if size > MOST_BYTES:
            raise Away("too-large")
        pieces.append(piece)
    return b"".join(pieces)


@cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates of the authorities takes long enough to do it once."""
    return httpx.create_ssl_context()
