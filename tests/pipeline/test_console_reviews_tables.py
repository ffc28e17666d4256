"""The queue of reviews on a real Postgres: what waits follows the topics, however they interleave."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from cohort.stack.postgres import PostgresServer
from console.core.reviews import NONE, REQUESTED, Wanted
from console.store.reviews import ReviewReading
from hiring import postgres
from hiring.settings import PostgresSettings
from hiring.topics import APPLICATIONS, DECISIONS

from ..unit.console.happened import (  # noqa: TID252
    decided,
    forgotten,
    id_of,
    minute,
    review_given,
    review_requested,
    submitted,
    withdrawn,
)
from .console_tables import ANY, FIRST, REASON, Log, answered, read_model, waits

pytestmark = pytest.mark.stack


@pytest.fixture
async def pool(notify_server: PostgresServer) -> AsyncIterator[asyncpg.Pool]:
    async with read_model(notify_server) as found:
        yield found


async def queue(pool: asyncpg.Pool, wanted: Wanted = ANY) -> list[UUID]:
    return [it.application_id for it, _ in await ReviewReading(pool).queue(wanted, FIRST, 1000)]


async def test_what_waits_follows_the_topics(pool: asyncpg.Pool) -> None:
    log, reading = Log(pool), ReviewReading(pool)
    await log.tell(*waits(1, 3), *waits(2, 1, track="general"), (3, submitted(3)), (3, decided(3, "decline", 0)))
    assert await queue(pool) == [id_of(2), id_of(1)]
    await log.tell((3, asked := review_requested(3, 2)))
    assert await queue(pool) == [id_of(2), id_of(3), id_of(1)], "since its candidate asked"
    assert {(it.track, it.reason, it.n) for it in await reading.counted()} == {
        ("general", "ai-ethics", 1), ("ai", "ai-ethics", 1), ("ai", REQUESTED, 1),
    }  # fmt: skip
    await log.tell((3, answered(asked, "only a look at a decline can be asked for")))
    assert await queue(pool) == [id_of(2), id_of(1)]

    # A verdict on its way, refused, given again, obeyed; its answer may be here before it is.
    first, second = review_given(1, "decline", 5), review_given(1, "advance", 6)
    await log.tell((1, first))
    assert (await queue(pool), await reading.answering()) == ([id_of(2)], 1)
    await log.tell((1, answered(first, "another verdict stands")))
    assert (await queue(pool), await reading.answering()) == ([id_of(2), id_of(1)], 0)
    assert (await reading.given("li.na", minute(0)), await reading.given("wei", minute(0))) == (0, 0)
    await log.tell((1, answered(second)))
    await log.tell((1, second))
    assert (await queue(pool), await reading.given("li.na", minute(0))) == ([id_of(2)], 1)
    assert await queue(pool, Wanted(track="ai")) == []
    await log.tell((2, withdrawn(2)))
    assert await queue(pool) == []
    await log.tell((2, submitted(2, at=7)))
    assert await queue(pool) == [id_of(2)]
    await log.tell((2, forgotten(APPLICATIONS, 9)), (2, forgotten(DECISIONS, 9)))
    assert await queue(pool) == [] and await reading.waiting(id_of(2)) is None


def happenings_of(n: int, chance: random.Random) -> list[list[tuple[int, Any]]]:
    """What happens to an application, by topic: each in its own order."""
    outcome = chance.choice(["review", "review", "decline", "advance"])
    decisions: list[Any] = [decided(n, outcome, 1, reasons=[REASON] if chance.random() < 0.8 else [])]
    commands: list[Any] = []
    if chance.random() < 0.5:
        commands.append(review_requested(n, 2))
    commands += [review_given(n, "advance", at) for at in range(3, 3 + chance.randint(0, 2))]
    answers = [answered(it, chance.choice([None, "refused"])) for it in commands if chance.random() < 0.7]
    if chance.random() < 0.3:
        commands.append(withdrawn(n, 6))
    if chance.random() < 0.3:
        decisions.append(decided(n, "review", 7, "anew", reasons=[REASON]))
    if chance.random() < 0.2:
        decisions.append(decided(n, "advance", 8, "verdict", cause="review", decided_by="li.na"))
    applications = [submitted(n)] + ([submitted(n, 7, 2)] if chance.random() < 0.3 else [])
    return [[(n, it) for it in topic] for topic in (applications, decisions, commands, answers)]


def interleaved(topics: Sequence[Sequence[Any]], chance: random.Random) -> list[Any]:
    left = [list(topic) for topic in topics if topic]
    told = []
    while left:
        topic = chance.choice(left)
        told.append(topic.pop(0))
        left = [it for it in left if it]
    return told


async def test_any_order_of_the_topics_tells_the_same_queue(pool: asyncpg.Pool) -> None:
    chance = random.Random(7)
    topics = [topic for n in range(400) for topic in happenings_of(n, chance)]
    seen = set()
    for _ in range(4):
        await pool.execute("TRUNCATE applications, history, forgotten, cells, positions, commands, answers, waiting")
        log, events = Log(pool), interleaved(topics, chance)
        while events:
            size = chance.randint(1, 120)
            await log.tell(*events[:size])
            events = events[size:]
        seen.add(tuple(tuple(row) for row in await pool.fetch("SELECT * FROM waiting ORDER BY application_id")))
    [found] = seen
    assert 20 < len(found) < 400 and {row[4] for row in found} == {"ai-ethics", NONE, REQUESTED}
    assert {row[6] for row in found} == {True, False}


async def test_a_database_of_the_release_before_gets_its_queue_from_what_it_knows(
    pool: asyncpg.Pool, notify_server: PostgresServer
) -> None:
    await Log(pool).tell(*waits(1), *waits(2), (2, withdrawn(2)), (3, submitted(3)), (3, decided(3)))
    before = await pool.fetch("SELECT * FROM waiting")
    await pool.execute("DROP TABLE waiting, claims, skips; DROP INDEX commands_given, answers_refused")
    await pool.execute("DELETE FROM _yoyo_migration WHERE migration_id = '0004.reviews'")
    dsn = notify_server.dsn(await pool.fetchval("SELECT current_database()"))
    await asyncio.to_thread(postgres.migrate, PostgresSettings(postgres_dsn=dsn), "console")  # type: ignore[arg-type]
    assert await pool.fetch("SELECT * FROM waiting") == before and len(before) == 1
    assert isinstance(before[0]["since"], datetime)
