"""Commands and trials on a real Postgres: what nobody may stop the console with, and what is forgotten."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from cohort.stack.postgres import PostgresServer
from console.core.happenings import Happenings, Place
from console.store.asked import AskedReading
from console.store.writing import Writing
from hiring.events.answer import PolicyTried
from hiring.events.command import PolicyTrialRequested
from hiring.topics import ANSWERS, APPLICATIONS, COMMANDS

from ..unit.console.happened import forgotten, happening, id_of, minute  # noqa: TID252
from .console_tables import read_model

pytestmark = pytest.mark.stack


@pytest.fixture
async def pool(notify_server: PostgresServer) -> AsyncIterator[asyncpg.Pool]:
    async with read_model(notify_server) as found:
        yield found


def tried(command: UUID, at: float, *applications: int) -> PolicyTried:
    examples = [{"application_id": str(id_of(n)), "because": [{"observed": "3.1 of 4"}]} for n in applications]
    result = {"comparison": {"flipped": len(examples), "examples": examples}}
    return PolicyTried(command_id=command, programme="p", result=result, tried_at=minute(at))


async def tell(pool: asyncpg.Pool, offset: int, *asked: Any, gone: tuple[tuple[int, float], ...] = ()) -> None:
    """One batch: commands and answers, and applications that are forgotten at a minute."""
    topics = [ANSWERS if isinstance(it, PolicyTried) else COMMANDS for it in asked]
    places = [Place(topic, 0, offset + n) for n, topic in enumerate(topics)]
    tombstones = [happening(n, forgotten(APPLICATIONS, at), offset + n) for n, at in gone]
    batch = Happenings(tombstones, [], places + [it.place for it in tombstones], list(zip(places, asked, strict=True)))
    assert await Writing(pool, 1).write(batch)


async def test_a_number_that_no_policy_may_hold_stops_nothing(pool: asyncpg.Pool) -> None:
    policy = {"programme": "p", "version": 10**30, "share": float("nan")}
    asked = PolicyTrialRequested(
        command_id=uuid4(), by="li.na", why="A slip.", at=minute(1), programme="p", policy=policy
    )
    await tell(pool, 0, asked)
    found = await AskedReading(pool).command(asked.command_id)
    assert found is not None and found.asked.by == "li.na"
    kept = await AskedReading(pool).trial_policy(asked.command_id)
    assert kept is not None and kept["programme"] == "p"


async def test_a_trial_names_nobody_who_was_forgotten(pool: asyncpg.Pool) -> None:
    first, second, later = uuid4(), uuid4(), uuid4()

    async def named(command: UUID) -> list[str]:
        found = await AskedReading(pool).trial(command)
        assert found is not None and found.result is not None
        return [it["application_id"] for it in found.result["comparison"]["examples"]]

    await tell(pool, 0, tried(first, 1, 1, 2))
    await tell(pool, 10, gone=((1, 5),))
    assert await named(first) == [str(id_of(2))]
    # The topics are read side by side: the tombstone may be here first.
    await tell(pool, 20, tried(second, 4, 1, 2))
    assert await named(second) == [str(id_of(2))]
    # Who applied again since is an application as any other.
    await tell(pool, 30, tried(later, 6, 1))
    assert await named(later) == [str(id_of(1))]
