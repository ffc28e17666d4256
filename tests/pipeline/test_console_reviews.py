"""Reviews through the console's pages, with screening deciding: real Kafka, Postgres and services."""

import asyncio
import contextlib
import itertools
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import httpx
import pytest

from cohort.pipeline import Pipeline
from console.accounts.file import Account, Passwords, add
from hiring.events.decision import DecisionMade
from hiring.settings import Settings

from .console_service import PASSWORD, Console, consoled, contents
from .screening_stand import Stand, policy, stand, until

pytestmark = pytest.mark.stack

WHY = "The thesis is a project in all but name."


class Databases:
    """The pipeline's Postgres, for a console of the test's own."""

    def __init__(self, dsn: str) -> None:
        self._parts = urlsplit(dsn)

    def dsn(self, name: str) -> str:
        return urlunsplit(self._parts._replace(path=f"/{name}"))

    async def create_database(self, name: str) -> None:
        connection = await asyncpg.connect(self.dsn("postgres"))
        await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()


@dataclass
class Beside:
    """What a console of the test's own needs of a running pipeline."""

    folder: Path
    postgres: Databases
    settings: Settings
    databases: "itertools.count[int]"


@dataclass
class Place:
    """A programme whose applications all go to a person, and a console that shows them."""

    at: Stand
    console: Console
    database: "asyncpg.Connection[Any]"

    async def waiting(self, n: int) -> list[DecisionMade]:
        """So many applications, once the console lists them as waiting."""
        found = [await self.at.decided(await self.at.apply()) for _ in range(n)]
        await until(lambda: self.lists(n))
        return found

    async def lists(self, n: int) -> bool:
        query = "SELECT count(*) FROM waiting WHERE programme = $1 AND NOT answering"
        return bool(await self.database.fetchval(query, self.at.programme) == n)

    @contextlib.asynccontextmanager
    async def reviewer(self, name: str) -> AsyncIterator["Reviewer"]:
        async with httpx.AsyncClient(base_url=self.console.url, timeout=20, trust_env=False) as client:
            visitor = Reviewer(client, f"?programme={self.at.programme}")
            await visitor.log_in(name)
            yield visitor


class Reviewer:
    """Somebody who goes through the queue of one programme, by links and forms alone."""

    def __init__(self, client: httpx.AsyncClient, query: str) -> None:
        self.client = client
        self.query = query
        self.page = ""

    async def log_in(self, name: str) -> None:
        await self.go("/login")
        await self.client.post("/login", data={**self._token(), "next": "/", "name": name, "password": PASSWORD})

    async def go(self, path: str) -> str:
        """The page there, wherever it leads to; what it says."""
        answer = await self.client.get(path, follow_redirects=True)
        self.page, self.path = answer.text, answer.url.path
        return self.page

    async def next(self) -> UUID | None:
        await self.go(f"/reviews/next{self.query}")
        return None if self.path.endswith("/next") else UUID(self.path.rpartition("/")[2])

    async def decide(self, verdict: str, **form: str) -> httpx.Response:
        """Send the form of the page that is open, and go where it leads."""
        found = re.search(r'action="(/reviews/[^"]+/verdict[^"]*)"', self.page)
        decision = re.search(r'name="decision_id" value="([^"]+)"', self.page)
        assert found and decision, self.page
        told = {**self._token(), "decision_id": decision[1], "verdict": verdict, "why": WHY, **form}
        answer = await self.client.post(found[1], data=told, follow_redirects=True)
        self.page, self.path = answer.text, answer.url.path
        return answer

    def _token(self) -> dict[str, str]:
        found = re.search(r'name="token" value="([^"]+)"', self.page)
        assert found, self.page
        return {"token": found[1]}


@pytest.fixture(scope="module")
async def console(pipeline: Pipeline) -> AsyncIterator[tuple[Console, "asyncpg.Connection[Any]"]]:
    with TemporaryDirectory(prefix="reviews-") as name:
        settings = Settings(kafka_bootstrap_servers=pipeline.addresses.kafka)
        beside: Any = Beside(Path(name), Databases(pipeline.addresses.screening_dsn), settings, itertools.count(900))
        async with consoled(beside) as started:
            hash_ = Passwords().hash(PASSWORD)
            for reviewer in "mia", "noor":
                add(started[0].accounts, Account(name=reviewer, role="reviewer", password=hash_))
            yield started


@pytest.fixture
async def place(pipeline: Pipeline, console: tuple[Console, "asyncpg.Connection[Any]"]) -> AsyncIterator[Place]:
    async with stand(pipeline) as at:
        await at.bring_into_force(policy(at.programme))
        yield Place(at, *console)


async def test_reviews_are_given_and_refused_and_a_rebuild_tells_the_same(place: Place) -> None:
    at = place.at
    decisions = await place.waiting(4)
    by_age = sorted(decisions, key=lambda it: (it.decided_at, it.application_id))
    async with place.reviewer("mia") as mia, place.reviewer("noor") as noor:
        # Two at once get different ones, the two who wait longest.
        both = await asyncio.gather(mia.next(), noor.next())
        assert set(both) == {it.application_id for it in by_age[:2]}

        # To another track and unit than was asked for; screening decides anew, and the next one is there.
        await mia.decide("advance", place="general/cloud")
        assert "Advanced: the verdict was accepted." in mia.page
        made = await at.decided(both[0], 2)  # type: ignore[arg-type]
        assert (made.outcome, made.track, made.unit) == ("advance", "general", "cloud")
        assert (made.decided_by, made.note, made.cause) == ("mia", WHY, "review")
        assert UUID(mia.path.rpartition("/")[2]) == by_age[2].application_id

        # A unit that the policy does not know: screening says which there are, and the candidate waits on.
        await noor.decide("advance", place="ai/nowhere")
        assert "Not done: the track has no such unit: name one of cloud, research" in noor.page
        assert UUID(noor.path.rpartition("/")[2]) == by_age[3].application_id
        await noor.go(f"/reviews/{both[1]}{noor.query}")
        await noor.decide("decline")
        assert "Declined: the verdict was accepted." in noor.page
        assert (await at.decided(both[1], 2)).outcome == "decline"  # type: ignore[arg-type]

        # Somebody else decides while the page is open, and the console has not heard of it.
        async with place.database.transaction():
            await place.database.execute("SELECT FROM read_model FOR UPDATE")
            command = await at.review(by_age[2], "decline", by="Wei")
            assert await at.answered(command) is None
            await mia.decide("advance", place="ai")
            assert "not answered yet" in mia.page
        refused = await latest_refused(place, by_age[2])
        await mia.go(f"/reviews/next{mia.query}&done={refused}")
        assert "Not done: another verdict on this decision was given before, and stands" in mia.page

        assert await noor.next() == by_age[3].application_id
        await place.console.verb("rebuild")
        await until(lambda: rebuilt(place))
        assert [row[0] for row in await waiting_rows(place)] == [by_age[3].application_id]
        assert await place.database.fetchval("SELECT count(*) FROM claims WHERE by = 'noor' AND sent IS NULL") == 1
        await noor.decide("decline")
        await until(lambda: place.lists(0))
        assert await mia.next() is None and "Nobody waits for you" in mia.page
    before = await contents(place.database)
    await place.console.verb("rebuild")
    await until(lambda: rebuilt(place))
    after = await contents(place.database)
    assert after["waiting ORDER BY application_id"] == before["waiting ORDER BY application_id"]


async def test_a_decline_at_which_the_candidate_asks_waits_for_a_person(place: Place) -> None:
    at = place.at
    declined = await at.decided(await at.apply(data_processing=False))
    assert declined.outcome == "decline"
    async with place.reviewer("mia") as mia:
        assert await mia.next() is None
        await at.request(declined)
        await until(lambda: place.lists(1))
        assert await mia.next() == declined.application_id
        assert "the candidate asks for a person to look" in mia.page
        await mia.decide("advance", place="ai")
        assert "Advanced" in mia.page
        await until(lambda: place.lists(0))
    assert (await at.decided(declined.application_id, 2)).outcome == "advance"


async def latest_refused(place: Place, decision: DecisionMade) -> UUID:
    """The command about an application that was refused, once the console has heard of it."""

    async def found() -> UUID | None:
        query = "SELECT command_id FROM commands JOIN answers USING (command_id)"
        of = "WHERE application_id = $1 AND refusal <> ''"
        id_: UUID | None = await place.database.fetchval(f"{query} {of}", decision.application_id)
        return id_

    return await until(found)


async def rebuilt(place: Place) -> bool:
    return bool(await place.database.fetchval("SELECT rebuilding_since IS NULL FROM read_model"))


async def waiting_rows(place: Place) -> list[Any]:
    query = "SELECT application_id FROM waiting WHERE programme = $1 ORDER BY since"
    return list(await place.database.fetch(query, place.at.programme))
