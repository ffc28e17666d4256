"""Claims on a real Postgres: two reviewers never hold one candidate, and the longest waiting comes first."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from cohort.stack.postgres import PostgresServer
from console.core.reviews import Wanted
from console.store.claims import Claims
from console.store.reviews import ReviewReading

from ..unit.console.happened import id_of  # noqa: TID252
from .console_tables import ANY, FIRST, Log, read_model, waits

pytestmark = pytest.mark.stack


@pytest.fixture
async def pool(notify_server: PostgresServer) -> AsyncIterator[asyncpg.Pool]:
    async with read_model(notify_server) as found:
        yield found


async def test_two_who_ask_at_once_get_different_candidates_and_the_longest_waiting(pool: asyncpg.Pool) -> None:
    await Log(pool).tell(*(event for n in range(100) for event in waits(n, n)))
    claims, got = Claims(pool), []
    for round_ in range(50):
        pair = await asyncio.gather(*(claims.next(f"{who}-{round_}", ANY) for who in "ab"))
        got += pair
        assert set(pair) == {id_of(2 * round_), id_of(2 * round_ + 1)}
    assert set(got) == {id_of(n) for n in range(100)}
    assert await claims.next("c", ANY) is None


async def test_many_who_ask_at_once_share_what_there_is(pool: asyncpg.Pool) -> None:
    await Log(pool).tell(*(event for n in range(30) for event in waits(n, n)))
    claims = Claims(pool)
    got = await asyncio.gather(*(claims.next(f"reviewer-{n}", ANY) for n in range(40)))
    taken = [it for it in got if it is not None]
    assert sorted(taken) == sorted(id_of(n) for n in range(30)), "each once, and nobody goes without while one is left"


async def expire(pool: asyncpg.Pool, of: timedelta = timedelta(minutes=11)) -> None:
    await pool.execute("UPDATE claims SET until = until - $1::interval, taken_at = taken_at - $1::interval", of)


async def test_a_claim_is_kept_taken_over_and_given_back(pool: asyncpg.Pool) -> None:
    await Log(pool).tell(*waits(1, 1), *waits(2, 2))
    claims = Claims(pool)
    assert await claims.next("a", ANY) == id_of(1)
    theirs = await claims.take(id_of(1), "b")
    assert theirs is not None and theirs.by == "a"
    [first, second] = await ReviewReading(pool).queue(ANY, FIRST, 10)
    assert (first[1], second[1]) == ("a", None)
    await expire(pool, timedelta(minutes=5))
    renewed = await claims.renew(id_of(1), "a")
    assert renewed is not None and renewed.until > theirs.until - timedelta(minutes=4)
    await expire(pool)
    # Both come at the same moment for what ran out: one gets it.
    got = await asyncio.gather(*(claims.take(id_of(1), who) for who in "bc"))
    assert len({it.by for it in got if it}) == 1
    [holder] = {it.by for it in got if it}
    lost = await claims.renew(id_of(1), "a")
    assert lost is not None and lost.by == holder
    await claims.release(id_of(1), "a")
    assert (await claims.holder(id_of(1)) or holder) != "a" and await claims.next("a", ANY) == id_of(2)
    await claims.release(id_of(1), holder)
    assert await claims.next("d", ANY) == id_of(1)
    # Taking another gives the first one back.
    await claims.release(id_of(2), "a")
    assert await claims.take(id_of(2), "d") and await claims.holder(id_of(1)) is None


async def test_an_hour_is_the_most_that_an_open_page_keeps(pool: asyncpg.Pool) -> None:
    await Log(pool).tell(*waits(1))
    claims = Claims(pool)
    await claims.take(id_of(1), "a")
    await expire(pool, timedelta(minutes=61))
    assert await claims.renew(id_of(1), "a") is None
    assert await claims.next("b", ANY) == id_of(1)


async def test_what_a_verdict_was_sent_on_is_nobodys_until_it_has_come_back(pool: asyncpg.Pool) -> None:
    await Log(pool).tell(*waits(1))
    claims = Claims(pool)
    await claims.take(id_of(1), "a")
    await claims.sent(id_of(1), "a", id_of((1, "d")))
    assert [await claims.next(who, ANY) for who in "ab"] == [None, None]
    again = await claims.take(id_of(1), "a")
    assert again is not None and again.by == "a", "who sent it may look again"
    await claims.sent(id_of(1), "a", id_of((1, "d")))
    await expire(pool)
    assert await claims.next("b", ANY) == id_of(1)


async def test_skipping_is_for_one_reviewer_and_ends(pool: asyncpg.Pool) -> None:
    await Log(pool).tell(*waits(1, 1), *waits(2, 2, track="general"))
    claims = Claims(pool)
    await claims.next("a", ANY)
    await claims.skip(id_of(1), "a")
    assert await claims.next("b", ANY) == id_of(1)
    await claims.release(id_of(1), "b")
    assert await claims.next("a", ANY) == id_of(2)
    assert (await claims.skipped("a", ANY), await claims.skipped("a", Wanted(track="general"))) == (1, 0)
    await pool.execute("UPDATE skips SET until = now()")
    assert (await claims.next("a", ANY), await claims.skipped("a", ANY)) == (id_of(1), 0)
    await claims.skip(id_of(1), "a")
    await claims.unskip("a")
    assert await claims.next("a", ANY) == id_of(1)
