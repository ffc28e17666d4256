"""Browsing applications on a real Postgres: what a list shows is what the table has, page by page, by an index."""

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import product
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from cohort.stack.postgres import PostgresServer
from console.core.browsing import BEGINNING, Filters, Order, matching
from console.core.reviews import NO_POLICY
from console.store.browsing import PAGES, Browsing, Listed, indexed
from console.store.reading import Reading
from hiring import postgres
from hiring.settings import PostgresSettings
from hiring.topics import APPLICATIONS, DECISIONS

from ..unit.console.happened import decided, forgotten, id_of, submitted, told, withdrawn  # noqa: TID252
from .console_tables import Log, read_model

pytestmark = pytest.mark.stack

FILTERS = [
    Filters(*chosen)
    for chosen in product(
        (None, "ai-2026", "nobody's"), (None, "decided", "undecided", "advance"), (None, "ai", "-"), (None, "cloud"),
        (None, "none", "sent"), (None, "no", "yes"),
    )
]  # fmt: skip
ORDERS: tuple[Order, ...] = ("newest", "oldest")


@pytest.fixture
async def pool(notify_server: PostgresServer) -> AsyncIterator[asyncpg.Pool]:
    async with read_model(notify_server) as found:
        yield found


def happenings_of(n: int, chance: random.Random) -> list[tuple[int, Any]]:
    """What happens to an application: some in one moment, in many states."""
    at: float = chance.choice([chance.randint(0, 40), chance.uniform(0, 40)])
    programme = chance.choice(["ai-2026", "ops-2026"])
    found: list[tuple[int, Any]] = [(n, submitted(n, at, programme=programme))]
    if chance.random() < 0.8:
        track = chance.choice(["ai", "ops", None])
        unit = chance.choice(["cloud", None]) if track else None
        outcome = chance.choice(["advance", "review", "decline"])
        found.append((n, decided(n, outcome, at + 1, track=track, unit=unit, programme=programme)))
        if chance.random() < 0.7:
            found.append((n, told(n, chance.choice(["sent", "failed", "held", "suppressed"]), at + 2)))
    if chance.random() < 0.2:
        found.append((n, withdrawn(n, at + chance.choice([-1, 0, 3]))))
    if chance.random() < 0.1:
        found.append((n, submitted(n, at + 5, 2, programme=programme)))
    if chance.random() < 0.1:
        found += [(n, forgotten(topic, 60)) for topic in chance.choice([[APPLICATIONS], [APPLICATIONS, DECISIONS]])]
    return found


async def whole(pool: asyncpg.Pool, filters: Filters, order: Order, most: int) -> list[Listed]:
    """A list, page after page."""
    found: list[Listed] = []
    after = BEGINNING[order]
    while page := (await Browsing(pool).browse(filters, order, after, most)).listed:
        assert len(found) % most == 0, "only the last page is not full"
        found += page
        after = page[-1].submitted_at, page[-1].application_id
    return found


async def test_a_list_is_what_the_table_has(pool: asyncpg.Pool) -> None:
    chance, log = random.Random(3), Log(pool)
    for first in range(0, 300, 50):
        batch = [happenings_of(n, chance) for n in range(first, first + 50)]
        await log.tell(*(it for of in batch for it in of))
    everything = await whole(pool, Filters(), "oldest", 1000)
    there = "SELECT application_id FROM applications WHERE submitted_at IS NOT NULL ORDER BY submitted_at, 1"
    assert [it.application_id for it in everything] == [row[0] for row in await pool.fetch(there)]
    sizes = set()
    for filters in FILTERS:
        wanted = [it for it in everything if filters.fits(it.cell)]
        found = await Browsing(pool).browse(filters, "newest", BEGINNING["newest"], 1000)
        assert found.listed == wanted[::-1], filters
        assert sum(it.n for it in matching(found.cells, filters)) == len(wanted), "what the page says there are"
        sizes.add(len(wanted))
    assert 0 in sizes and len(sizes) > 30
    for filters, order in product((Filters(), Filters(outcome="decided"), Filters(track="ai", letter="sent")), ORDERS):
        wanted = [it for it in everything if filters.fits(it.cell)][:: 1 if order == "oldest" else -1]
        for most in 1, 7, 50:
            assert await whole(pool, filters, order, most) == wanted, "fewer a page than there are cells, and more"


@pytest.mark.parametrize("order", ORDERS)
async def test_pages_show_each_application_once_while_others_arrive(pool: asyncpg.Pool, order: Order) -> None:
    log = Log(pool)
    await log.tell(*((n, submitted(n, n // 5)) for n in range(200)))
    shown: list[UUID] = []
    after, arrived = BEGINNING[order], 1000
    while page := (await Browsing(pool).browse(Filters(), order, after, 9)).listed:
        shown += [it.application_id for it in page]
        after = page[-1].submitted_at, page[-1].application_id
        if arrived < 1020:
            # One is new, and one of those there is decided: it goes to another cell, and stays in its place.
            await log.tell((arrived, submitted(arrived, arrived)), (moves := (arrived * 7) % 200, decided(moves)))
            arrived += 1
    assert len(shown) == len(set(shown)) == (200 if order == "newest" else 220)
    assert {id_of(n) for n in range(200)} <= set(shown)


async def test_a_page_is_read_by_the_index_alone(pool: asyncpg.Pool) -> None:
    await Log(pool).tell(*((n, submitted(n, n)) for n in range(50)), *((n, decided(n)) for n in range(0, 50, 2)))
    async with pool.acquire() as connection, connection.transaction():
        # A table this small is read whole, unless that is forbidden; what the index cannot do it does not do so either.
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cells = [indexed(it.cell) for it in (await Browsing(pool).browse(Filters(), *START)).cells]
        for order in ORDERS:
            plan = await connection.fetch(f"EXPLAIN {PAGES[order]}", cells, *BEGINNING[order], 51)
            said = "\n".join(row[0] for row in plan)
            assert said.count(" using applications_browsed on applications") == 2, said
            assert "Seq Scan on applications" not in said and "Index Cond: ((hashtextextended" in said


START: Any = ("newest", BEGINNING["newest"], 1)


async def test_who_waits_for_want_of_a_policy_is_counted(pool: asyncpg.Pool) -> None:
    log, reason = Log(pool), {"rule": NO_POLICY, "en": "It is not open here.", "zh": "未开放。"}
    for n, more in enumerate(({"reasons": [reason]}, {"reasons": [reason]}, {"reasons": []})):
        of = {"programme": "a-typo" if n < 2 else "ai-2026"}
        await log.tell((n, submitted(n, **of)), (n, decided(n, "review", track=None, unit=None, **of, **more)))
    assert (await Reading(pool).glance()).no_policy == {"a-typo": 2}
    await log.tell((0, withdrawn(0)))
    assert (await Reading(pool).glance()).no_policy == {"a-typo": 1}


async def test_a_database_of_the_release_before_can_be_browsed(
    pool: asyncpg.Pool, notify_server: PostgresServer
) -> None:
    await pool.execute("DROP INDEX applications_browsed")
    await pool.execute("DELETE FROM _yoyo_migration WHERE migration_id = '0008.browse'")
    await Log(pool).tell((1, submitted(1)), (1, decided(1)), (2, decided(2)))
    dsn = notify_server.dsn(await pool.fetchval("SELECT current_database()"))
    await asyncio.to_thread(postgres.migrate, PostgresSettings(postgres_dsn=dsn), "console")  # type: ignore[arg-type]
    assert await pool.fetchval("SELECT count(*) FROM pg_indexes WHERE indexname = 'applications_browsed'") == 1
    [found] = await whole(pool, Filters(outcome="advance"), "newest", 5)
    assert found.application_id == id_of(1), "one whose event has not come is not listed"
