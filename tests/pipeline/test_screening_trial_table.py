"""Trials and known policies with more than one replica, on real tables: who holds a trial, whose word stands last."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest

from cohort.pipeline import Pipeline
from hiring.events.command import PolicyProposed
from hiring.events.envelope import Outgoing
from hiring.health import Health
from hiring.metrics import Metrics
from hiring.patience import Patience
from hiring.process import running
from screening.activation import propose
from screening.core.policy import Policy
from screening.known_policies import KnownPolicies
from screening.trials.child import TrialProcess
from screening.trials.runner import MOST_BEGUN, TrialRunner
from screening.trials.table import TrialTable

from .screening_stand import JULY, JUNE, policy, until
from .screening_tables import asked, first_release, upgrade

pytestmark = pytest.mark.stack


@pytest.fixture
async def pool(pipeline: Pipeline) -> AsyncIterator[asyncpg.Pool]:
    async with first_release(pipeline) as made:
        await upgrade(made)
        yield made


class Topic:
    """What is published, in order; `meanwhile` happens once, before the first record is there."""

    def __init__(self, meanwhile: Callable[[], Awaitable[None]] | None = None) -> None:
        self.records: list[Any] = []
        self._meanwhile = meanwhile

    async def publish(self, records: Sequence[Outgoing]) -> None:
        if (meanwhile := self._meanwhile) is not None:
            self._meanwhile = None
            await meanwhile()
        self.records += [orjson.loads(record.value or b"") for record in records]


def publisher(topic: Topic) -> Any:
    return topic


async def put_up(pool: asyncpg.Pool, proposed: Policy, **told: Any) -> None:
    command = {**asked("Wei"), "programme": "p", "digest": proposed.digest(), "policy": proposed.content(), **told}
    async with pool.acquire() as connection, connection.transaction():
        await propose(connection, PolicyProposed.model_validate(command))


async def waits(pool: asyncpg.Pool, begun: int = 0) -> None:
    content = orjson.dumps(policy("p").content()).decode()
    await pool.execute(
        "INSERT INTO trials (command_id, programme, policy, begun) VALUES ($1, 'p', $2, $3)", uuid4(), content, begun
    )


async def test_what_stands_last_on_the_topic_is_what_stands_in_the_table(pool: asyncpg.Pool) -> None:
    one = policy("p")
    await put_up(pool, one, effective_from=JUNE)
    topic = Topic()

    async def changed_by_another_replica() -> None:
        await put_up(pool, one, effective_from=JULY)
        await KnownPolicies(pool, publisher(topic)).tell([one.digest()])

    starting = Topic(changed_by_another_replica)
    starting.records = topic.records
    await KnownPolicies(pool, publisher(starting)).tell()
    assert [told["effective_from"][:7] for told in topic.records] == ["2026-07", "2026-06", "2026-07"]


async def test_a_trial_is_held_by_one_replica_until_that_dies_or_gives_it_back(pool: asyncpg.Pool) -> None:
    await waits(pool)
    dying, living = TrialTable(pool, 0.2), TrialTable(pool, 60)
    held = await dying.take()
    assert held is not None
    assert await living.take() is None
    taken = await until(living.take)
    assert (taken.command_id, taken.begun) == (held.command_id, 2)
    assert not await dying.keep(held, b"late")
    await living.give_back(taken)
    again = await living.take()
    assert again is not None
    assert again.begun == 2, "given back is not cut off"
    assert await living.keep(again, b"answer")
    assert await living.take() is None
    await pool.execute("UPDATE trials SET leased_until = now()")
    unpublished = await until(living.take)
    assert unpublished.answer == b"answer"


async def test_a_trial_that_ends_every_replica_is_answered_without_another_try(pool: asyncpg.Pool) -> None:
    await waits(pool, begun=MOST_BEGUN)
    topic, health, metrics = Topic(), Health(), Metrics("screening")
    runner = TrialRunner(
        TrialTable(pool, 60),
        TrialProcess(1, 100),
        publisher(topic),
        Patience(health, metrics),
        metrics.registry,
        60,
    )
    async with running(runner.run(), "trials"):
        await until(lambda: pool.fetchval("SELECT count(*) = 0 FROM trials"))
    (told,) = topic.records
    assert told["result"] is None
    assert "cut off each time" in told["problem"]


async def test_a_trial_that_takes_long_stays_with_its_replica(pool: asyncpg.Pool) -> None:
    await waits(pool)
    ended, topic, metrics = asyncio.Event(), Topic(), Metrics("screening")

    class Slow(TrialProcess):
        async def run(self, request: Mapping[str, Any]) -> dict[str, Any]:
            await ended.wait()
            return {"result": {"programme": request["programme"]}}

    def leased() -> Awaitable[Any]:
        return pool.fetchval("SELECT leased_until FROM trials")

    runner = TrialRunner(
        TrialTable(pool, 1), Slow(1, 100), publisher(topic), Patience(Health(), metrics), metrics.registry, 1
    )
    async with running(runner.run(), "trials"):
        first = await until(leased)
        await until(lambda: pool.fetchval("SELECT now() > $1", first))
        assert await TrialTable(pool, 60).take() is None
        ended.set()
        await until(lambda: pool.fetchval("SELECT count(*) = 0 FROM trials"))
    assert [told["result"] for told in topic.records] == [{"programme": "p"}]
