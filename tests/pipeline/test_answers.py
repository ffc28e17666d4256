"""What became of a command is told on a topic, by each service that knows it, on real Kafka and Postgres."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from cohort.pipeline import Pipeline
from hiring.identity import answer_id
from hiring.topics import ANSWERS, COMMANDS, DEAD_LETTERS

from .screening_stand import Stand, policy, stand, until
from .test_screening_verbs import cohort, who

pytestmark = pytest.mark.stack


@pytest.fixture
async def at(pipeline: Pipeline) -> AsyncIterator[Stand]:
    async with stand(pipeline) as found:
        yield found


async def test_each_service_that_obeys_a_command_answers_it(at: Stand) -> None:
    command = await at.withdraw(await at.apply())
    for service in "screening", "notify":
        assert await at.answered(command, service) is None
    assert len(await at.about(ANSWERS, command)) == 2


async def test_a_refusal_is_an_answer_and_no_dead_letter_and_is_told_again_in_the_same_words(at: Stand) -> None:
    proposed = policy(at.programme)
    await at.propose(proposed)
    command = await at.approve(proposed, by="Wei")
    assert "another person must" in await at.refused(command)
    await at.send_again(command)
    # Of the same key, so read after it.
    await at.answered(await at.approve(proposed, by="Lin"))
    first, again = await at.about(ANSWERS, command)
    assert (first.key, first.value, first.headers) == (again.key, again.value, again.headers)
    assert {it.key for it in await at.about(COMMANDS, command)} == {first.key}
    assert dict(first.headers)["ce_id"] == answer_id(command, "screening").encode()
    assert await at.about(DEAD_LETTERS, command) == []


async def test_an_operator_hears_what_notify_makes_of_a_command(at: Stand) -> None:
    programme = ("--programme", at.programme)
    status, said = await cohort(at, "letters", "pause", *programme, *who("Ops"))
    assert (status, f"no letter of {at.programme} goes out until" in said) == (0, True), said
    await at.bring_into_force(policy(at.programme))
    decision = (await at.decided(await at.apply())).decision_id
    notify = await asyncpg.connect(at.pipeline.addresses.notify_dsn)
    try:
        await until(lambda: notify.fetchval("SELECT true FROM letters WHERE decision_id = $1", decision))
    finally:
        await notify.close()
    assert await cohort(at, "letters", "send", decision, *who("Ops")) == (
        2,
        "refused: the letter is queued: only one that is held or failed can be settled\n",
    )
    status, said = await cohort(at, "letters", "resume", *programme, *who("Ops"))
    assert (status, f"letters of {at.programme} go out again" in said) == (0, True), said
