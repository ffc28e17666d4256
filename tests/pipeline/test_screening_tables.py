"""Screening's tables on real Postgres: what an upgrade makes of old rows, and how files become policies in force."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from cohort.pipeline import Pipeline
from hiring.consumer import Outdated
from hiring.events.command import PolicyApproved, PolicyProposed
from screening.commands import Commands
from screening.core.policy import Policy
from screening.programmes import PolicyError
from screening.registry import Registry
from screening.store import DecisionStore

from .screening_stand import policy
from .screening_tables import NOW, asked, decided, first_release, upgrade

pytestmark = pytest.mark.stack


@pytest.fixture
async def pool(pipeline: Pipeline) -> AsyncIterator[asyncpg.Pool]:
    async with first_release(pipeline) as made:
        yield made


async def test_rows_of_the_first_release_are_met_by_whoever_repeats_them(pool: asyncpg.Pool) -> None:
    # A policy file that was changed in place had decided the first application's revision `a` twice.
    old = [decided(1, "a", 1), decided(1, "a", 2), decided(1, "b", 3), decided(2, "a", 4)]
    for row in old:
        await pool.execute(
            "INSERT INTO decisions (application_id, decision_id, outcome, track, decided_at, data)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            row.application_id,
            *row[2:7],
        )
    await upgrade(pool)
    again = [decided(1, "a", 7), decided(1, "b", 8), decided(2, "a", 9), decided(2, "c", 10)]
    stored = (await DecisionStore(pool).add(again, 0)).decisions
    assert [UUID(one.decision_id).int for one in stored] == [2, 3, 4, 10]
    assert stored[0].data == old[1].data
    assert await pool.fetchval("SELECT count(*) FROM decisions") == 5


async def test_nothing_is_stored_that_was_decided_before_a_policy_was_approved(pool: asyncpg.Pool) -> None:
    await upgrade(pool)
    await Registry(pool).open([policy("p")], NOW)
    with pytest.raises(Outdated):
        await DecisionStore(pool).add([decided(1, "a", 1)], 0)
    assert await pool.fetchval("SELECT count(*) FROM decisions") == 0
    assert len((await DecisionStore(pool).add([decided(1, "a", 1)], 1)).decisions) == 1


async def in_force(pool: asyncpg.Pool, *seeds: Policy, at: datetime = NOW) -> list[str]:
    """The digests of what judges the seeds' programmes after a start with these files."""
    registry = Registry(pool)
    await registry.open(seeds, at)
    return [registry.programmes.policy(seed.programme).named.digest for seed in seeds]


async def test_a_file_is_in_force_until_a_policy_comes_by_command(
    pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    await upgrade(pool)
    first, second, third, fourth = (policy("p", str(number)) for number in range(1, 5))
    assert await in_force(pool, first) == [first.digest()]
    assert await in_force(pool, first, at=NOW + timedelta(1)) == [first.digest()]
    assert await in_force(pool, second, at=NOW + timedelta(2)) == [second.digest()], "a new file of a new version"
    mended = policy("p", "2", "automated_screening")
    assert await in_force(pool, mended, at=NOW + timedelta(3)) == [second.digest()]
    assert "its version is in force with other content" in caplog.text

    registry = Registry(pool)
    await registry.open([second], NOW)
    commands = Commands(pool, registry, CollectorRegistry())
    await propose(commands, third)
    assert await approve(commands, third, "Lin") is None
    assert registry.programmes.policy("p", NOW).named.digest == third.digest()
    assert await in_force(pool, fourth, at=NOW + timedelta(4)) == [third.digest()]
    assert "come by command" in caplog.text


async def test_going_back_to_an_older_file_is_told_to_do_nothing(
    pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    await upgrade(pool)
    first, second = policy("p", "1"), policy("p", "2")
    await in_force(pool, first)
    await in_force(pool, second)
    assert "passed over" not in caplog.text
    assert await in_force(pool, first) == [second.digest()]
    assert "another policy has replaced it; to go back, give it a new version" in caplog.text


async def test_a_policy_that_is_only_proposed_leaves_the_files_as_they_are(pool: asyncpg.Pool) -> None:
    await upgrade(pool)
    commands = Commands(pool, Registry(pool), CollectorRegistry())
    assert await propose(commands, policy("p", "7")) is None
    file = policy("p", "1")
    assert await in_force(pool, file) == [file.digest()]


async def test_an_approval_is_for_the_moment_it_names_and_by_nobody_who_proposed(pool: asyncpg.Pool) -> None:
    await upgrade(pool)
    commands, proposed = Commands(pool, Registry(pool), CollectorRegistry()), policy("p")
    await propose(commands, proposed, "Wei", NOW)
    await propose(commands, proposed, "Noor", NOW + timedelta(days=1))
    await propose(commands, proposed, "Mia", NOW + timedelta(days=2))
    for by in ("Wei", "Noor", "Mia"):
        assert "another person must" in (await approve(commands, proposed, by) or "")
    assert "another moment" in (await approve(commands, proposed, "Lin", effective_from=NOW) or "")
    assert await pool.fetchval("SELECT approved_at FROM policies") is None
    assert await approve(commands, proposed, "Lin", effective_from=NOW + timedelta(days=2)) is None
    assert await pool.fetchval("SELECT approved_by FROM policies") == "Lin"


async def test_of_two_policies_from_one_moment_the_one_approved_later_judges_whatever_the_senders_clocks_say(
    pool: asyncpg.Pool,
) -> None:
    await upgrade(pool)
    registry = Registry(pool)
    commands = Commands(pool, registry, CollectorRegistry())
    begun = await pool.fetchval("SELECT clock_timestamp()")
    for version, clock in (("1", NOW + timedelta(days=9999)), ("2", NOW)):
        await propose(commands, policy("p", version))
        assert await approve(commands, policy("p", version), "Lin", at=clock) is None
    assert registry.programmes.policy("p", NOW).named.version == "2"
    assert await pool.fetchval("SELECT min(approved_at) FROM policies") >= begun


async def test_a_policy_that_this_release_cannot_read_stops_the_start_in_plain_words(pool: asyncpg.Pool) -> None:
    await upgrade(pool)
    await Registry(pool).open([policy("p")], NOW)
    await pool.execute("""UPDATE policies SET content = '{"of": "tomorrow"}'""")
    with pytest.raises(PolicyError, match=r"p 1 .* is approved and this release cannot read it"):
        await Registry(pool).open([policy("q")], NOW)


async def propose(commands: Commands, policy: Policy, by: str = "Wei", effective_from: datetime = NOW) -> str | None:
    """Why it was refused; None where it was obeyed."""
    told = {"programme": policy.programme, "digest": policy.digest(), "policy": policy.content()}
    return (await commands.obey(PolicyProposed(**asked(by), **told, effective_from=effective_from))).refusal


async def approve(commands: Commands, policy: Policy, by: str, **more: Any) -> str | None:
    """Why it was refused; None where it was obeyed."""
    told = {"programme": policy.programme, "digest": policy.digest()}
    return (await commands.obey(PolicyApproved(**{**asked(by), **told, **more}))).refusal
