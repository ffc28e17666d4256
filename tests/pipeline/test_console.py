"""The console on real Kafka and real Postgres: a drive shows up, exactly once, and a rebuild tells the same."""

import asyncio
import contextlib
import random
import signal
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from console.consumer import ConsoleStep
from console.core.happenings import Happenings, Place
from console.store.reading import Reading
from console.store.rebuilding import begin_anew, fell_behind, ranges
from console.store.writing import Writing
from console.web.requests import place, place_text
from hiring import postgres
from hiring.events import (
    APPLICATION_SUBMITTED,
    APPLICATION_WITHDRAWN,
    DECISION_MADE,
    NOTIFICATION_RECORDED,
    REVIEW_GIVEN,
)
from hiring.events.dead_letter import DeadLetter, dead_letter
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.settings import PostgresSettings
from hiring.topics import APPLICATIONS, COMMANDS, DEAD_LETTERS, DECISIONS, NOTIFICATIONS, SUBMISSIONS

from ..unit.console.happened import (  # noqa: TID252
    TOPIC,
    decided,
    forgotten,
    happening,
    id_of,
    minute,
    review_given,
    submitted,
    told,
    withdrawn,
)
from .console_service import Console, consoled, contents, logged_in
from .notify_service import Stack, running_stack, until

pytestmark = pytest.mark.stack

_TYPES = {
    "ApplicationSubmitted": APPLICATION_SUBMITTED,
    "DecisionMade": DECISION_MADE,
    "NotificationRecorded": NOTIFICATION_RECORDED,
    "ReviewGiven": REVIEW_GIVEN,
    "ApplicationWithdrawn": APPLICATION_WITHDRAWN,
}


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[Stack]:
    async with running_stack() as started:
        yield started


def record(event: Any) -> Outgoing:
    key = str(event.application_id)
    headers = cloudevent_headers(_TYPES[type(event).__name__], id_of(repr(event)), "/test", minute(0), key)
    return Outgoing(TOPIC.get(type(event), COMMANDS), key.encode(), event.model_dump_json().encode(), headers)


def tombstones(n: int) -> list[Outgoing]:
    return [Outgoing(topic, str(id_of(n)).encode(), None) for topic in (APPLICATIONS, DECISIONS)]


def buried(n: int) -> Outgoing:
    letter = dead_letter(
        "invalid",
        "applicant.email: is not an e-mail address",
        topic=SUBMISSIONS,
        partition=0,
        offset=n,
        group="intake",
        at=minute(n),
    )
    return letter.outgoing(DEAD_LETTERS, b"k", b'{"applicant": {"email": "not-one"}}', [("ce_id", b"1")])


def drive(size: int) -> list[Outgoing]:
    """Every third advances and is told, every third waits for a person; the last two are forgotten."""
    events: list[Any] = []
    for n in range(size):
        events.append(submitted(n))
        outcome = ("advance", "review", "decline")[n % 3]
        events += [decided(n, outcome), told(n, "sent" if n % 3 == 0 else "failed")]
    events += [submitted(0, at=7, revision=2), decided(1, "decline", 5, "r", cause="review", decided_by="li.na")]
    events += [review_given(1, "decline"), withdrawn(2)]
    return [record(it) for it in events] + tombstones(size - 1) + tombstones(size - 2)


async def read_all(connection: "asyncpg.Connection[Any]", stack: Stack) -> bool:
    """Whether the read model has all that the topics hold."""
    found = await ranges(stack.settings, list(ConsoleStep.contracts))
    at = {(row[0], row[1]): row[2] for row in await connection.fetch("SELECT topic, partition, next FROM positions")}
    return all(at.get((it.topic, it.partition), begin) >= end for it, (begin, end) in found.items())


async def test_a_drive_shows_up_and_a_rebuild_tells_the_same(stack: Stack) -> None:
    size = 300
    await stack.publisher.publish(drive(size) + [buried(n) for n in range(3)])
    # What is no event concerns other services: it is passed over, and the rest goes on.
    unreadable = Outgoing(DECISIONS, b"x", b"{", cloudevent_headers(DECISION_MADE, "1", "/test", minute(0), "x"))
    await stack.publisher.publish([unreadable])
    async with consoled(stack) as (console, connection), until_ready(console):
        await until(lambda: read_all(connection, stack))
        async with logged_in(console) as visitor:
            page = (await visitor.get("/")).text
            assert f'<a id="accepted" href="/applications#list">{size - 2:,}</a>' in page
            assert f"Applications that match: {size - 2:,}" in (await visitor.get("/applications")).text
            assert "Triage of X-rays" in (await visitor.get(f"/applications/{id_of(5)}")).text
            assert (await visitor.get(f"/applications/{id_of(size - 1)}")).status_code == 404, "forgotten"
            [(partition, offset)] = await connection.fetch('SELECT partition, "offset" FROM dead_letters LIMIT 1')
            letter = (await visitor.get(f"/dead-letters/{partition}/{offset}")).text
            assert "not-one" in letter, "the record is fetched from its topic"
        before = await contents(connection)
        assert not [table for table, rows in before.items() if any("not-one" in str(row) for row in rows)]

        await console.verb("rebuild")
        assert await connection.fetchval("SELECT generation FROM read_model") == 2
        await until(lambda: read_all(connection, stack))
        await until(lambda: rebuilt(connection))
        assert await contents(connection) == before
        assert console.process is not None and console.process.returncode is None, "the same process went on"

        async with logged_in(console) as visitor, visitor.stream("GET", "/live") as stream:
            lines = stream.aiter_lines()
            while "Accepted" not in await anext(lines):
                pass
            # One who watches does not hold up the end.
            async with asyncio.timeout(15):
                assert await console.end(signal.SIGTERM) == 0, console.log.read_text()

        await console.start()
        await console.end(signal.SIGKILL)
        await stack.publisher.publish(drive(size))
        await console.start()
        await until(lambda: read_all(connection, stack))
        again = await contents(connection)
        assert {**again, "forgotten ORDER BY application_id": 0} == {**before, "forgotten ORDER BY application_id": 0}

        # Topics that were made anew end before what was read of the old ones.
        assert await console.end(signal.SIGTERM) == 0
        await connection.execute("UPDATE positions SET next = next + 1000000")
        await console.start()
        await until(lambda: generation_is(connection, 3))
        await until(lambda: read_all(connection, stack))
        await until(lambda: rebuilt(connection))
        assert {**await contents(connection), "forgotten ORDER BY application_id": 0} == {
            **again,
            "forgotten ORDER BY application_id": 0,
        }


async def generation_is(connection: "asyncpg.Connection[Any]", number: int) -> bool:
    return bool(await connection.fetchval("SELECT generation FROM read_model") == number)


async def rebuilt(connection: "asyncpg.Connection[Any]") -> bool:
    return bool(await connection.fetchval("SELECT rebuilding_since IS NULL FROM read_model"))


def until_ready(console: Console) -> Any:
    @contextlib.asynccontextmanager
    async def waited() -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=console.url, trust_env=False) as client:

            async def ready() -> bool:
                try:
                    return (await client.get("/readyz")).status_code == 200
                except httpx.HTTPError:
                    return False

            await until(ready)
        yield

    return waited()


@pytest.fixture
async def pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    database = f"model_{next(stack.databases)}"
    await stack.postgres.create_database(database)
    dsn = stack.postgres.dsn(database)
    postgres.migrate(PostgresSettings(postgres_dsn=dsn), "console")  # type: ignore[arg-type]
    async with asyncpg.create_pool(dsn, min_size=0, max_size=4) as connections:
        yield connections


_RECOUNT = """
SELECT programme, coalesce(outcome, ''), coalesce(track, ''), coalesce(unit, ''), letter,
    coalesce(withdrawn_at >= submitted_at, false), count(*)
FROM applications WHERE submitted_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""
_COUNTED = "SELECT * FROM cells WHERE n <> 0 ORDER BY 1, 2, 3, 4, 5, 6"


@pytest.mark.parametrize("seed", range(4))
async def test_the_counters_are_what_a_full_recount_says(pool: asyncpg.Pool, seed: int) -> None:
    chance = random.Random(seed)
    offsets = dict.fromkeys((APPLICATIONS, DECISIONS, NOTIFICATIONS, COMMANDS), 0)
    writing = Writing(pool, 1)
    for _ in range(15):
        events = []
        for _ in range(chance.randint(0, 30)):
            n, at = chance.randint(0, 12), chance.randint(0, 20)
            event: Any = chance.choice(
                [
                    submitted(n, at, at),
                    decided(n, chance.choice(["advance", "review", "decline"]), at, at % 3),
                    told(n, chance.choice(["sent", "failed", "suppressed", "held"]), at, at % 3),
                    withdrawn(n, at),
                    forgotten(chance.choice([APPLICATIONS, DECISIONS]), at),
                ]
            )
            topic = happening(n, event).place.topic
            events.append(happening(n, event, offsets[topic]))
            offsets[topic] += 1
        batch = Happenings(events, [], [it.place for it in events])
        # Two at once, as after a rebalance: one of them finds everything done.
        assert await asyncio.gather(writing.write(batch), writing.write(batch)) == [True, True]
        assert await pool.fetch(_COUNTED) == await pool.fetch(_RECOUNT)
    assert sum(offsets.values()) == await pool.fetchval("SELECT sum(next) FROM positions")


async def test_topics_that_hold_less_than_was_read_are_told(stack: Stack, pool: asyncpg.Pool) -> None:
    [at] = [it for it in await ranges(stack.settings, [APPLICATIONS]) if it.partition == 0]
    batch = Happenings([], [], [Place(*at, 10)])
    assert await Writing(pool, 1).write(batch)
    assert not await fell_behind(pool, {at: (0, 11)})
    assert await fell_behind(pool, {at: (0, 10)})


async def test_dead_letters_are_counted_once(pool: asyncpg.Pool) -> None:
    letters = [(Place(DEAD_LETTERS, 0, n), DeadLetter.of(buried(n).headers)) for n in range(5)]
    batch = Happenings([], letters, [place for place, _ in letters])
    for _ in range(2):
        assert await Writing(pool, 1).write(batch)
    [group] = await Reading(pool).groups()
    assert (group.topic, group.flaw, group.n, group.first_at, group.last_at) == (
        SUBMISSIONS,
        "invalid",
        5,
        minute(0),
        minute(4),
    )
    assert (await Reading(pool).glance()).dead == 5

    found = await Reading(pool).dead_of(SUBMISSIONS, "invalid", place(""), 2)
    assert [it.offset for it in found] == [4, 3], "the latest first"
    before = place(place_text(found[-1].failed_at, 0, found[-1].offset))
    assert [it.offset for it in await Reading(pool).dead_of(SUBMISSIONS, "invalid", before, 9)] == [2, 1, 0]
    assert await Reading(pool).dead(0, 3) == found[1]
    assert await Reading(pool).dead(1, 3) is None


async def test_a_writer_of_an_earlier_generation_writes_nothing(pool: asyncpg.Pool) -> None:
    batch = Happenings([happening(1, submitted(1), 0)], [], [Place(APPLICATIONS, 0, 0)])
    assert await Writing(pool, 1).write(batch)
    assert await begin_anew(pool, {}) == 2
    assert not await Writing(pool, 1).write(batch)
    assert (await Reading(pool).glance()).all.accepted == 0
    assert await Writing(pool, 2).write(batch)
    assert (await Reading(pool).glance()).all.accepted == 1
