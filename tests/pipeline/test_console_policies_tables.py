"""Policies and trials on a real Postgres: what is listed, what nobody may stop the console with, who is forgotten."""

from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from cohort.stack.postgres import PostgresServer
from console.core.happenings import Happenings, Place
from console.core.policies import line, listed
from console.store.asked import AskedReading
from console.store.policies import PoliciesReading
from console.store.trials import TrialsReading
from console.store.writing import Writing
from hiring.events.answer import CommandAnswered, PolicyTried
from hiring.events.command import PolicyTrialRequested
from hiring.events.policy import PolicyKnown
from hiring.topics import ANSWERS, APPLICATIONS, COMMANDS, POLICIES

from ..unit.console.happened import forgotten, happening, id_of, minute  # noqa: TID252
from ..unit.console.test_policies import known  # noqa: TID252
from .console_tables import answered, read_model

pytestmark = pytest.mark.stack

DIGEST = "a" * 64


@pytest.fixture
async def pool(notify_server: PostgresServer) -> AsyncIterator[asyncpg.Pool]:
    async with read_model(notify_server) as found:
        yield found


class Told:
    """Writes commands, answers and policies, each at the next place of its topic."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._next = 0

    async def __call__(self, *asked: Any, gone: tuple[tuple[int, float], ...] = ()) -> None:
        """One batch; and applications that are forgotten at a minute."""
        places = [Place(_topic(it), 0, self._next + n) for n, it in enumerate(asked)]
        tombstones = [happening(n, forgotten(APPLICATIONS, at), self._next + n) for n, at in gone]
        self._next += len(asked) + 10
        both = places + [it.place for it in tombstones]
        batch = Happenings(tombstones, [], both, list(zip(places, asked, strict=True)))
        assert await Writing(self._pool, 1).write(batch)


@pytest.fixture
def tell(pool: asyncpg.Pool) -> Told:
    return Told(pool)


def _topic(it: Any) -> str:
    if isinstance(it, PolicyKnown):
        return POLICIES
    return ANSWERS if isinstance(it, PolicyTried | CommandAnswered) else COMMANDS


def tried(command: UUID, at: float, *applications: int, **more: Any) -> PolicyTried:
    examples = [{"application_id": str(id_of(n)), "because": [{"observed": "3.1 of 4"}]} for n in applications]
    result = {"comparison": {"flipped": len(examples), "moved": 7, "examples": examples}}
    policy = {"name": "p", "version": "1", "digest": DIGEST}
    told = {"command_id": command, "programme": "p", "policy": policy, "result": result, "tried_at": minute(at)}
    return PolicyTried.model_validate({**told, **more})


def request(at: float, **which: Any) -> PolicyTrialRequested:
    told = {"command_id": uuid4(), "by": "li.na", "why": "Is it too narrow?", "at": minute(at), "programme": "p"}
    return PolicyTrialRequested.model_validate({**told, **which})


async def test_a_number_that_no_policy_may_hold_stops_nothing(pool: asyncpg.Pool, tell: Told) -> None:
    asked = request(1, policy={"programme": "p", "version": 10**30, "share": float("nan")})
    await tell(asked)
    found = await AskedReading(pool).command(asked.command_id)
    assert found is not None and found.asked.by == "li.na"
    kept = await TrialsReading(pool).content(asked.command_id)
    assert kept is not None and kept["programme"] == "p"


async def test_a_trial_names_nobody_who_was_forgotten(pool: asyncpg.Pool, tell: Told) -> None:
    first, second, later = uuid4(), uuid4(), uuid4()

    async def named(command: UUID) -> list[str]:
        found = await TrialsReading(pool).trial(command)
        assert found is not None and found.result is not None
        return [it["application_id"] for it in found.result["comparison"]["examples"]]

    await tell(tried(first, 1, 1, 2))
    await tell(gone=((1, 5),))
    assert await named(first) == [str(id_of(2))]
    # The topics are read side by side: the tombstone may be here first.
    await tell(tried(second, 4, 1, 2))
    assert await named(second) == [str(id_of(2))]
    # Who applied again since is an application as any other.
    await tell(tried(later, 6, 1))
    assert await named(later) == [str(id_of(1))]
    assert [it.flipped for it in await TrialsReading(pool).of_policy(DIGEST, 9)] == [1, 2, 2], (
        "figures count them still"
    )


async def test_the_trials_of_a_policy_are_listed_the_newest_first(pool: asyncpg.Pool, tell: Told) -> None:
    named, whole = request(1, digest=DIGEST), request(2, policy={"programme": "p"})
    waits, refused, other = request(7, digest=DIGEST), request(8, digest=DIGEST), request(9, digest="b" * 64)
    await tell(named, whole, waits, refused, other, answered(refused, "20 trials wait already"), answered(waits))
    await tell(tried(named.command_id, 4, 1), tried(whole.command_id, 5, result=None, problem="no room"))
    # Its answer is here before the command is.
    await tell(tried(id_of("early"), 6))
    found = await TrialsReading(pool).of_policy(DIGEST, 9)
    assert [(it.command_id, it.by, it.state, it.flipped, it.moved) for it in found] == [
        (waits.command_id, "li.na", "waits", None, None),
        (id_of("early"), None, "tried", 0, 7),
        (whole.command_id, "li.na", "problem", None, None),
        (named.command_id, "li.na", "tried", 1, 7),
    ]
    assert [it.at for it in found] == [minute(7), minute(6), minute(5), minute(4)]
    assert await TrialsReading(pool).of_policy(DIGEST, 2) == found[:2]
    latest = await TrialsReading(pool).latest_trials(9)
    assert {it.command_id for it in latest} - {it.command_id for it in found} == {other.command_id}
    assert latest[0].command_id == other.command_id and await TrialsReading(pool).latest_trials(3) == latest[:3]


async def test_the_policy_that_judges_is_the_same_alone_and_in_the_list(pool: asyncpg.Pool, tell: Told) -> None:
    policies = [
        known("1", None, 1),
        known("2", minute(10), 2),
        known("3", minute(10), 3),
        known("4", minute(50), 4),
        known("5", minute(5)).model_copy(update={"from_approval": True}),
    ]
    await tell(*policies)
    reading, programme = PoliciesReading(pool), policies[0].programme
    lines = await reading.lines()
    assert {it.digest: it for it in lines} == {it.digest: line(it) for it in policies}
    for at in (0, 9, 10, 49, 50):
        [of] = listed(lines, minute(at)).values()
        assert [it.policy.digest for it in of if it.state == "now"] == [await reading.judging(programme, minute(at))]
    assert await reading.judging("another", minute(9)) is None
    approved = known("5", minute(20), 20).model_copy(update={"from_approval": True})
    await tell(approved)
    assert await reading.line(approved.digest) == line(approved)
    assert await reading.policy(approved.digest) == approved
    assert await reading.judging(programme, minute(20)) == approved.digest


async def test_what_was_there_before_is_listed_as_well(pool: asyncpg.Pool, tell: Told) -> None:
    await tell(known("1", None, 1), tried(id_of("old"), 4, 1, 2), tried(id_of("odd"), 5, result={"no": "comparison"}))
    reading = PoliciesReading(pool), TrialsReading(pool)
    before = await reading[0].lines(), await reading[1].of_policy(DIGEST, 9)
    for statement in _UNDO.split(";"):
        await pool.execute(statement)
    migration = files("console.migrations") / "0009.policies-and-trials.sql"
    await pool.execute(migration.read_text(encoding="utf-8"))
    assert (await reading[0].lines(), await reading[1].of_policy(DIGEST, 9)) == before
    # As a console of the release before writes, while it still runs.
    await pool.execute("UPDATE policies SET proposed_by = NULL, proposed_at = NULL, approved_by = NULL")
    assert await reading[0].lines() == before[0]


_UNDO = """
DROP INDEX policies_in_force; DROP INDEX trials_of_policy; DROP INDEX commands_trying;
ALTER TABLE policies DROP from_approval, DROP proposed_by, DROP proposed_at, DROP approved_by;
ALTER TABLE trials DROP digest, DROP flipped, DROP moved
"""
