"""What candidates ask of their applications, on real Postgres: to take one back, and that a person looks."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from cohort.pipeline import Pipeline
from cohort.review_verbs import ASKED, WAITING
from hiring.events.command import ReviewGiven
from hiring.events.decision import DecisionMade

from .screening_stand import policy
from .screening_step import ADA, BOB, Replica, applied, day, erased, look_wanted, replicas, withdrawn
from .screening_tables import NOW, asked, decided

pytestmark = pytest.mark.stack


@pytest.fixture
async def at(pipeline: Pipeline) -> AsyncIterator[Replica]:
    async with replicas(pipeline) as (made, _):
        yield made


def verdict(on: DecisionMade, verdict: str = "advance") -> ReviewGiven:
    told = {"application_id": on.application_id, "decision_id": on.decision_id, "verdict": verdict}
    return ReviewGiven.model_validate({**asked("Mia"), **told})


async def listed(at: Replica) -> dict[int, bool]:
    """The applications that `cohort review` lists, and whether the candidate asked for it."""
    rows = [row for query in (WAITING, ASKED) for row in await at.pool.fetch(query, "p", 50)]
    return {DecisionMade.model_validate_json(row[0]).application_id.int: row[1] is not None for row in rows}


async def test_what_is_withdrawn_waits_for_nobody_and_no_verdict_is_taken(at: Replica) -> None:
    one, other = (await at.takes(applied(1, 1), applied(2, 1, BOB))).decisions
    assert await listed(at) == {1: False, 2: False}
    command = withdrawn(1, 2)
    told = await at.takes(command)
    assert told.records == [], "who tells the candidate reads the command"
    assert (await at.takes(command)).answering == told.answering, "it is told once more, in the same words"
    assert at.metrics.get_sample_value("screening_withdrawals_total") == 1
    assert await listed(at) == {2: False}
    (why,) = (await at.takes(verdict(one))).refused
    assert why.startswith("the application was withdrawn at 2026-06-03 00:00 UTC, and nothing is decided on it: if")
    assert (await at.takes(verdict(other))).refused == []
    assert await at.standing() == {1: "review", 2: "advance"}


async def test_a_command_is_answered_after_what_it_caused_and_alike_whoever_reads_it_again(pipeline: Pipeline) -> None:
    async with replicas(pipeline) as (one, other):
        reviewed, declined = (await one.takes(applied(1, 1), applied(2, 1, BOB, data_processing=False))).decisions
        batch = (
            verdict(reviewed),
            look_wanted(declined),
            verdict(reviewed, "decline"),
            withdrawn(3, 1),
            erased(1, "c" * 64),
        )
        told = await one.takes(*batch)
        obeyed = {(it.command_id, it.service): it.refusal is None for it in told.answers}
        assert obeyed == {(it.command_id, "screening"): it is not batch[2] for it in batch}
        assert {it.key for it in told.answering} == {b"key"}, "the command's own key"
        # The first replica died before it committed, and perhaps before it published.
        again = await other.takes(*batch)
        assert again.answering == told.answering
        ids = {dict(it.headers)["ce_id"] for it in told.answering}
        assert len(ids) == len(batch)


async def test_a_withdrawal_is_of_what_was_submitted_before_it_whichever_is_read_first(at: Replica) -> None:
    await at.takes(withdrawn(1, 5), withdrawn(2, 5), withdrawn(2, 3))
    await at.takes(applied(1, 6), applied(2, 4, BOB), applied(3, 6, "c" * 64))
    await at.takes(withdrawn(3, 5), withdrawn(1, 4))
    assert await listed(at) == {1: False, 3: False}


async def test_the_same_facts_sent_again_after_a_withdrawal_stand_again(at: Replica) -> None:
    first = applied(1, 1)
    await at.takes(first, withdrawn(1, 2))
    assert await listed(at) == {}
    (again,) = (await at.takes(applied(1, 3))).decisions
    assert (again.submitted_at, again.outcome) == (day(3), "review")
    assert await listed(at) == {1: False}
    # Read again, the older record does not say the older time.
    assert [one.submitted_at for one in (await at.takes(first)).decisions] == [day(3)]
    # Read late, the withdrawal is still the older wish.
    await at.takes(withdrawn(1, 2))
    (made,) = (await at.takes(verdict(again))).decisions
    assert (made.submitted_at, made.reviewed) == (day(3), again.decision_id)
    assert [one.submitted_at for one in (await at.takes(applied(1, 7))).decisions] == [day(7)] * 2
    (twice,) = (await at.takes(applied(2, 2, BOB), applied(2, 4, BOB))).decisions
    assert twice.submitted_at == day(4)


async def test_what_an_earlier_release_decided_can_be_withdrawn_and_sent_again(at: Replica) -> None:
    old = decided(1, "1", 7)
    await at.pool.execute(
        "INSERT INTO decisions (application_id, settles, decision_id, outcome, track, decided_at, data)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *old[:7],
    )
    withdrawn_rows = "SELECT count(*) FROM withdrawn"
    await at.takes(withdrawn(1, 2))
    assert await at.pool.fetchval(withdrawn_rows) == 1
    assert await at.pool.fetchval("SELECT at FROM withdrawn") == day(2)
    await at.pool.execute(
        "INSERT INTO resubmissions VALUES ($1, $2, $3)", UUID(old.application_id), UUID(old.settles), day(3)
    )
    assert await at.pool.fetchval(withdrawn_rows) == 0


async def test_after_the_first_application_was_withdrawn_the_next_is_no_further_one(pipeline: Pipeline) -> None:
    async with replicas(pipeline, policy("p", further_applications="review")) as (at, _):
        yes = {"data_processing": True}
        await at.takes(applied(1, 1, **yes))
        await at.takes(applied(2, 2, **yes))
        assert await at.standing() == {1: "advance", 2: "review"}
        await at.takes(withdrawn(1, 3), applied(3, 4, **yes))
        assert (await at.standing())[3] == "advance", "in its place comes the next"
        await at.takes(applied(4, 5, **yes), applied(1, 6, revision="2", **yes))
        assert await at.standing() == {1: "review", 2: "review", 3: "advance", 4: "review"}
        # Withdrawn before it was read, it is nobody's first.
        await at.takes(withdrawn(5, 2))
        await at.takes(applied(5, 1, BOB, **yes), applied(6, 3, BOB, **yes))
        assert (await at.standing())[6] == "advance"
        # Who withdrew and sent it again has it still.
        await at.takes(applied(7, 1, "c" * 64, **yes))
        await at.takes(withdrawn(7, 2), applied(7, 3, "c" * 64, **yes))
        await at.takes(applied(8, 4, "c" * 64, **yes))
        assert (await at.standing())[8] == "review"
        # A forgotten person begins anew.
        await at.takes(erased(7, ADA))
        await at.takes(applied(9, 8, **yes), applied(10, 9, **yes))
        assert {number: (await at.standing())[number] for number in (9, 10)} == {9: "advance", 10: "review"}


async def test_a_candidate_has_a_person_look_at_a_decline_once(at: Replica) -> None:
    (declined,) = (await at.takes(applied(1, 1, data_processing=False))).decisions
    assert "asks for a look" in (await at.takes(verdict(declined))).refused[0]
    command = look_wanted(declined)
    assert (await at.takes(command, look_wanted(declined))).records == []
    assert (await at.takes(command)).records == []
    assert at.metrics.get_sample_value("screening_review_requests_total") == 2
    assert await listed(at) == {1: True}
    assert await at.pool.fetchval("SELECT at FROM review_requests") == NOW
    (made,) = (await at.takes(verdict(declined, "decline"))).decisions
    assert (made.outcome, made.cause, made.decided_by, made.reasons) == ("decline", "review", "Mia", declined.reasons)
    assert await listed(at) == {}
    assert "a person has decided this already" in (await at.takes(look_wanted(made))).refused[0]
    assert "another decision on the application stands" in (await at.takes(look_wanted(declined))).refused[0]
    # Sent again, the application is answered with both.
    sent_again = (await at.takes(applied(1, 1, data_processing=False))).decisions
    assert [one.decision_id for one in sent_again] == [declined.decision_id, made.decision_id]


async def test_a_person_may_advance_whom_the_policy_declined(at: Replica) -> None:
    (declined,) = (await at.takes(applied(1, 1, data_processing=False))).decisions
    await at.takes(look_wanted(declined))
    (made,) = (await at.takes(verdict(declined, "advance"))).decisions
    assert (made.outcome, made.reasons, made.reviewed) == ("advance", (), declined.decision_id)


async def test_a_look_at_what_needs_none_is_refused_with_why(at: Replica) -> None:
    declined, advances, waits = (
        await at.takes(
            applied(1, 1, data_processing=False), applied(2, 1, BOB, data_processing=True), applied(3, 1, "c" * 64)
        )
    ).decisions
    nowhere = declined.model_copy(update={"application_id": UUID(int=9)})
    for decision, words in (
        (advances, "advances: only"),
        (waits, "waits for a person already"),
        (nowhere, "there is no"),
    ):
        assert words in (await at.takes(look_wanted(decision))).refused[0]
    await at.takes(look_wanted(declined), withdrawn(1, 2))
    assert await listed(at) == {3: False}
    assert "withdrawn at" in (await at.takes(look_wanted(declined))).refused[0]
    (corrected,) = (await at.takes(applied(1, 3, revision="2", data_processing=False))).decisions
    assert "another decision" in (await at.takes(look_wanted(declined))).refused[0]
    assert (await at.takes(look_wanted(corrected))).refused == []
    assert await listed(at) == {1: True, 3: False}


async def test_asking_what_waits_reads_no_more_than_is_shown(at: Replica) -> None:
    await at.pool.execute(
        "INSERT INTO decisions (application_id, settles, decision_id, outcome, decided_at, data)"
        " SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'review', now(), ''"
        " FROM generate_series(1, 20000) AS n;"
        "INSERT INTO withdrawals SELECT application_id, now() FROM decisions LIMIT 5000; ANALYZE"
    )
    for query in (WAITING, ASKED):
        plan = await explained(at.pool, query)
        assert "Seq Scan on decisions" not in plan
    assert "decisions_for_a_person" in await explained(at.pool, WAITING)


async def explained(pool: asyncpg.Pool, query: str) -> str:
    return "\n".join(row[0] for row in await pool.fetch(f"EXPLAIN {query}", None, 51))
