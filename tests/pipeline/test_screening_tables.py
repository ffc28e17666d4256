"""Screening's tables on real Postgres: what an upgrade makes of old rows, and how files become policies in force."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest
from prometheus_client import CollectorRegistry

from cohort.pipeline import Pipeline
from hiring.consumer import Outdated
from hiring.events.command import PolicyApproved, PolicyProposed
from screening.commands import Commands
from screening.core.policy import Policy
from screening.programmes import PolicyError
from screening.registry import Registry
from screening.store import DecisionStore, StoredDecision

from .screening_stand import policy

pytestmark = pytest.mark.stack

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIRST, SECOND = sorted(path.name for path in files("screening.migrations").iterdir() if path.name.endswith(".sql"))


@pytest.fixture
async def pool(pipeline: Pipeline) -> AsyncIterator[asyncpg.Pool]:
    """A database of the test's own, as the first release left it."""
    parts, name = urlsplit(pipeline.addresses.screening_dsn), f"tables_{uuid4().hex[:12]}"
    connection = await asyncpg.connect(pipeline.addresses.screening_dsn)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    async with asyncpg.create_pool(urlunsplit(parts._replace(path=f"/{name}")), min_size=1) as made:
        await migrate(made, FIRST)
        yield made


async def migrate(pool: asyncpg.Pool, name: str) -> None:
    await pool.execute((files("screening.migrations") / name).read_text(encoding="utf-8"))


def decided(application: int, revision: str, number: int) -> StoredDecision:
    id_ = str(UUID(int=number))
    data = orjson.dumps({"decision_id": id_, "revision": revision * 64, "programme": "p"})
    return StoredDecision(str(UUID(int=application)), revision * 32, id_, "review", None, NOW, data)


async def test_rows_of_the_first_release_are_met_by_whoever_repeats_them(pool: asyncpg.Pool) -> None:
    # A policy file that was changed in place had decided the first application's revision `a` twice.
    old = [decided(1, "a", 1), decided(1, "a", 2), decided(1, "b", 3), decided(2, "a", 4)]
    for row in old:
        await pool.execute(
            "INSERT INTO decisions (application_id, decision_id, outcome, track, decided_at, data)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            *row._replace(settles="")[:1],
            *row[2:],
        )
    await migrate(pool, SECOND)
    again = [decided(1, "a", 7), decided(1, "b", 8), decided(2, "a", 9), decided(2, "c", 10)]
    stored = await DecisionStore(pool).add(again, 0)
    assert [UUID(one.decision_id).int for one in stored] == [2, 3, 4, 10]
    assert stored[0].data == old[1].data
    assert await pool.fetchval("SELECT count(*) FROM decisions") == 5


async def test_nothing_is_stored_that_was_decided_before_a_policy_was_approved(pool: asyncpg.Pool) -> None:
    await migrate(pool, SECOND)
    await Registry(pool).open([policy("p")], NOW)
    with pytest.raises(Outdated):
        await DecisionStore(pool).add([decided(1, "a", 1)], 0)
    assert await pool.fetchval("SELECT count(*) FROM decisions") == 0
    assert len(await DecisionStore(pool).add([decided(1, "a", 1)], 1)) == 1


async def in_force(pool: asyncpg.Pool, *seeds: Policy, at: datetime = NOW) -> list[str]:
    """The digests of what judges the seeds' programmes after a start with these files."""
    registry = Registry(pool)
    await registry.open(seeds, at)
    return [registry.programmes.policy(seed.programme).named.digest for seed in seeds]


async def test_a_file_is_in_force_until_a_policy_comes_by_command(
    pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    await migrate(pool, SECOND)
    first, second, third, fourth = (policy("p", str(number)) for number in range(1, 5))
    assert await in_force(pool, first) == [first.digest()]
    assert await in_force(pool, first, at=NOW + timedelta(1)) == [first.digest()]
    assert await in_force(pool, second, at=NOW + timedelta(2)) == [second.digest()], "a new file of a new version"
    mended = policy("p", "2", "automated_screening")
    assert await in_force(pool, mended, at=NOW + timedelta(3)) == [second.digest()]
    assert "its version is in force with other content" in caplog.text

    registry = Registry(pool)
    await registry.open([second], NOW)
    await obey(Commands(pool, registry, CollectorRegistry()), third)
    assert registry.programmes.policy("p", NOW).named.digest == third.digest()
    assert await in_force(pool, fourth, at=NOW + timedelta(4)) == [third.digest()]
    assert "come by command" in caplog.text


async def test_a_policy_that_this_release_cannot_read_stops_the_start_in_plain_words(pool: asyncpg.Pool) -> None:
    await migrate(pool, SECOND)
    await Registry(pool).open([policy("p")], NOW)
    await pool.execute("""UPDATE policies SET content = '{"of": "tomorrow"}'""")
    with pytest.raises(PolicyError, match=r"p 1 .* is approved and this release cannot read it"):
        await Registry(pool).open([policy("q")], NOW)


async def obey(commands: Commands, proposed: Policy) -> None:
    def asked(by: str) -> dict[str, Any]:
        return {"command_id": uuid4(), "by": by, "why": "agreed", "at": NOW, "programme": proposed.programme}

    digest = proposed.digest()
    await commands.obey(PolicyProposed(**asked("Wei"), digest=digest, policy=proposed.content(), effective_from=NOW))
    assert (await commands.obey(PolicyApproved(**asked("Lin"), digest=digest))).refusal is None
