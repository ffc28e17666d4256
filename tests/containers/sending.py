"""Applications for the containers' pipeline, sent by the integrators' own client."""

from collections.abc import Iterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

import httpx

from cohort.drive.application import application
from cohort.drive.chance import Chance
from cohort_client import AsyncClient

SOURCE = "campus-portal"


def applications(many: int, drive: str) -> Iterator[Any]:
    """So many different ones, all of one source."""
    chance = Chance(2026)
    for number in range(many):
        yield application(chance, number, drive, "ai-internships-2026") | {"source": SOURCE}


async def send(intake_url: str, key: str, many: int, drive: str, upload_lines: int = 200) -> set[UUID]:
    """Send them in bulk; the ids of all, which were all accepted."""
    accepted: set[UUID] = set()
    async with (
        httpx.AsyncClient(base_url=intake_url, trust_env=False, timeout=60) as http,
        AsyncClient(intake_url, key, http=http) as client,
        aclosing(client.submit_many(applications(many, drive), upload_lines=upload_lines)) as results,
    ):
        async for result in results:
            assert result.application_id is not None, result.errors
            accepted.add(result.application_id)
    return accepted
