"""Applications for the containers' pipeline, sent by the integrators' own client."""

import json
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from cohort.drive.application import application
from cohort.drive.chance import Chance
from cohort_client import AsyncClient

SOURCE = "campus-portal"


def applications(many: int, drive: str) -> Iterator[Any]:
    """So many different ones, all of one source; nobody is in two drives, or one letter could wait for another."""
    chance = Chance(2026)
    for number in range(many):
        document = application(chance, number, drive, "ai-internships-2026") | {"source": SOURCE}
        document["candidate"]["email"] = f"{drive}.{document['candidate']['email']}"
        yield document


def example(external_id: str, email: str, graduation: str = "2026-06") -> Any:
    """The first of docs/examples as somebody else's: the policy advances it, if its student graduates in time."""
    (line, *_) = (Path(__file__).parents[2] / "docs/examples/applications.ndjson").read_text().splitlines()
    document = json.loads(line) | {"external_id": external_id}
    document["candidate"]["email"] = email
    document["education"][0]["graduation"] = graduation
    return document


async def send_one(intake_url: str, key: str, document: Any) -> UUID:
    """Send it; its id, which intake accepted."""
    async with (
        httpx.AsyncClient(base_url=intake_url, trust_env=False, timeout=60) as http,
        AsyncClient(intake_url, key, http=http) as client,
    ):
        return (await client.submit(document)).application_id


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
