"""Which decision of an application stands, on real Postgres: late repetitions, returns, and verdicts beside them."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from cohort.pipeline import Pipeline
from cohort.review_verbs import WAITING
from hiring.consumer import Outdated
from hiring.events.command import ReviewGiven
from screening.commands import Commands
from screening.registry import Registry
from screening.store import DecisionStore
from screening.stored_decision import StoredDecision

from .screening_tables import asked, decided, first_release, upgrade

pytestmark = pytest.mark.stack


@pytest.fixture
async def pool(pipeline: Pipeline) -> AsyncIterator[asyncpg.Pool]:
    async with first_release(pipeline) as made:
        await upgrade(made)
        yield made


async def stands(pool: asyncpg.Pool, application: int = 1) -> str:
    """The revision whose decision stands of an application."""
    newest = "SELECT settles FROM decisions WHERE application_id = $1 ORDER BY serial DESC LIMIT 1"
    return str((await pool.fetchval(newest, UUID(int=application))).hex[0])


async def test_what_is_repeated_late_does_not_stand_again_and_what_a_candidate_goes_back_to_does(
    pool: asyncpg.Pool,
) -> None:
    store, a, b = DecisionStore(pool), decided(1, "a", 1, 10), decided(1, "b", 2, 11)

    async def then(*batch: StoredDecision) -> str:
        await store.add(batch, 0)
        return await stands(pool)

    assert await then(a) == "a"
    assert await then(b) == "b"
    assert await then(a) == "b", "read again by whoever had it before"
    back = a._replace(source_offset=12)
    assert await then(back) == "a"
    assert [await then(b), await then(a), await then(back)] == ["a", "a", "a"]
    # In one batch, where what stands already is what comes last.
    assert await then(b._replace(source_offset=13), a._replace(source_offset=14)) == "a"
    assert await then(b._replace(source_offset=13)) == "a"
    # Partitions were added: where the record stands now says nothing of where another stood.
    assert await then(b._replace(source_partition=5, source_offset=1)) == "b"
    assert await then(a._replace(source_offset=14)) == "b"
    assert await then(a._replace(source_partition=5, source_offset=2)) == "a"


async def test_a_verdict_stays_with_its_decision_however_late_another_is_repeated(pool: asyncpg.Pool) -> None:
    a, b, store = decided(1, "a", 1, 10), decided(1, "b", 2, 11), DecisionStore(pool)
    verdict = decided(1, "a", 3)._replace(settles=a.decision_id, outcome="advance")
    await store.add([a, verdict], 0)
    await store.add([b], 0)
    back = a._replace(source_offset=12)
    assert [one.decision_id for one in (await store.add([back], 0)).decisions] == [a.decision_id, verdict.decision_id]
    for late in (b, a, back):
        await store.add([late], 0)
        newest = "SELECT decision_id::text FROM decisions ORDER BY serial DESC LIMIT 1"
        assert await pool.fetchval(newest) == verdict.decision_id


async def test_no_row_is_written_for_an_application_that_is_only_sent_again(pool: asyncpg.Pool) -> None:
    await DecisionStore(pool).add([decided(1, "a", 1, 10)], 0)
    before = await pool.fetchrow("SELECT ctid, * FROM decisions")
    await DecisionStore(pool).add([decided(1, "a", 1, 20)], 0)
    assert await pool.fetchrow("SELECT ctid, * FROM decisions") == before


async def test_a_verdict_waits_for_a_revision_that_is_being_stored_and_is_refused_then(pool: asyncpg.Pool) -> None:
    a, b = decided(1, "a", 1, 10), decided(1, "b", 2, 11)
    await DecisionStore(pool).add([a], 0)
    command = ReviewGiven.model_validate(
        {**asked("Mia"), "application_id": a.application_id, "decision_id": a.decision_id, "verdict": "decline"}
    )
    async with pool.acquire() as connection:
        storing = connection.transaction()
        await storing.start()
        await DecisionStore(connection).add([b], 0)  # type: ignore[arg-type]
        obeying = asyncio.create_task(Commands(pool, Registry(pool), CollectorRegistry()).obey(command))
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'decisions'::regclass"
        async with asyncio.timeout(20):
            while not (await pool.fetchval(waits) or obeying.done()):
                await asyncio.sleep(0.02)
        await storing.commit()
    assert "latest decision" in ((await obeying).refusal or "")
    assert await stands(pool) == "b"


async def test_a_decision_whose_row_vanishes_is_planned_anew_and_not_published(pool: asyncpg.Pool) -> None:
    store, known = DecisionStore(pool), decided(1, "a", 1, 10)
    await store.add([known], 0)
    await pool.execute(
        # Gone between the two statements, as far as the second can see.
        "CREATE FUNCTION vanish() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM decisions; RETURN NULL; END';"
        "CREATE TRIGGER vanish AFTER INSERT ON decisions FOR EACH STATEMENT EXECUTE FUNCTION vanish()"
    )
    with pytest.raises(Outdated):
        await store.add([known], 0)


async def test_what_waits_for_a_person_is_found_by_its_index(pool: asyncpg.Pool) -> None:
    await pool.execute(
        "INSERT INTO decisions (application_id, settles, decision_id, outcome, decided_at, data)"
        " SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),"
        " CASE WHEN n % 3 = 0 THEN 'review' ELSE 'decline' END, now(), '' FROM generate_series(1, 20000) AS n"
    )
    await pool.execute("ANALYZE decisions")
    plan = "\n".join(row[0] for row in await pool.fetch(f"EXPLAIN {WAITING}", None, 51))
    assert "decisions_for_a_person" in plan
    assert "Seq Scan on decisions" not in plan
