"""A policy that was proposed without a date, on real tables: nobody is judged by what nobody had approved."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from cohort.pipeline import Pipeline
from hiring.events.command import PolicyApproved, PolicyProposed
from screening.commands import Commands
from screening.core.policy import Policy
from screening.registry import Registry

from .screening_stand import policy
from .screening_tables import NOW, asked, first_release, upgrade

pytestmark = pytest.mark.stack

POLICIES = 24


class Table:
    """Screening's table of policies, and who changes it."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.registry = Registry(pool)
        self._commands = Commands(pool, self.registry, CollectorRegistry())

    async def propose(self, proposed: Policy, **told: Any) -> str | None:
        """Why it was refused; None where it was obeyed."""
        content = {"programme": "p", "digest": proposed.digest(), "policy": proposed.content(), "effective_from": NOW}
        return (await self._commands.obey(PolicyProposed(**{**asked("Wei"), **content, **told}))).refusal

    async def approve(self, proposed: Policy, **told: Any) -> str | None:
        """The same."""
        which = {"programme": "p", "digest": proposed.digest()}
        return (await self._commands.obey(PolicyApproved(**{**asked("Lin"), **which, **told}))).refusal

    async def now(self) -> Any:
        return await self.pool.fetchval("SELECT clock_timestamp()")


@pytest.fixture
async def table(pipeline: Pipeline) -> AsyncIterator[Table]:
    async with first_release(pipeline) as pool:
        await upgrade(pool)
        yield Table(pool)


@pytest.mark.parametrize("seed", range(3))
async def test_no_application_is_judged_by_a_policy_approved_after_it_unless_an_earlier_date_was_named(
    table: Table, seed: int
) -> None:
    chance, moments, begun = random.Random(seed), [], await table.now()
    for version in range(POLICIES):
        proposed = policy("p", str(version))
        # Clocks of senders may say anything.
        sent = begun + timedelta(days=chance.uniform(-900, 900))
        named = chance.random() < 0.3
        date = {"effective_from": begun + timedelta(seconds=chance.uniform(-9, 0.05))} if named else {}
        await table.propose(proposed, at=sent, **{"effective_from": sent, "from_approval": not named, **date})
        moments.append(await table.now())
        if chance.random() < 0.8:
            assert await table.approve(proposed, at=sent, **(date or {"from_approval": True})) is None
        moments.append(await table.now())
    rows = {row["digest"]: row for row in await table.pool.fetch("SELECT * FROM policies")}
    judged = set()
    for submitted in [*moments, *(row["approved_at"] for row in rows.values() if row["approved_at"])]:
        for at in (submitted - timedelta(microseconds=1), submitted):
            digest = table.registry.programmes.policy("p", at).named.digest
            if digest in rows:
                row = rows[digest]
                assert row["approved_at"] <= at or (not row["from_approval"] and row["effective_from"] <= at)
                judged.add(row["from_approval"])
    assert True in judged, "some of those without a date did judge"


async def test_an_approval_is_of_what_its_giver_was_told(table: Table) -> None:
    proposed, moved = policy("p"), "another moment"
    await table.propose(proposed, from_approval=True)
    assert moved in (await table.approve(proposed, effective_from=NOW) or ""), "it was shown with a date"
    await table.propose(proposed)
    assert moved in (await table.approve(proposed, from_approval=True) or ""), "it was shown without one"
    await table.propose(proposed, from_approval=True)
    assert await table.approve(proposed, from_approval=True) is None
    assert await table.approve(proposed, from_approval=True) is None, "it is in force already"
    row = await table.pool.fetchrow("SELECT effective_from, approved_at FROM policies")
    assert row is not None and row["effective_from"] == row["approved_at"]
