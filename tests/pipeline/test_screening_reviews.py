"""A person's verdict, from the command to the published decision, on real Kafka and Postgres."""

import os
import signal
from collections.abc import AsyncIterator

import httpx
import pytest

from cohort.pipeline import Pipeline
from hiring.events.decision import DecisionMade

from .screening_stand import JUNE, Stand, policy, stand, until

pytestmark = pytest.mark.stack


@pytest.fixture
async def at(pipeline: Pipeline) -> AsyncIterator[Stand]:
    async with stand(pipeline) as found:
        await found.bring_into_force(policy(found.programme))
        yield found


async def waiting(at: Stand) -> DecisionMade:
    decision = await at.decided(await at.apply())
    assert decision.outcome == "review"
    return decision


async def test_a_person_advances_to_a_track_and_unit_of_their_choice(at: Stand) -> None:
    reviewed = await waiting(at)
    await at.review(reviewed, "advance", by="Mia", track="general", unit="cloud")
    made = await at.decided(reviewed.application_id, 2)
    assert (made.outcome, made.track, made.unit, made.cause) == ("advance", "general", "cloud", "review")
    assert (made.decided_by, made.reviewed, made.note) == ("Mia", reviewed.decision_id, "as discussed")
    assert made.reasons == ()
    kept = ("application_id", "candidate_id", "revision", "programme", "policy", "rules", "tracks")
    assert made.model_dump(include=set(kept)) == reviewed.model_dump(include=set(kept))
    assert made.decided_at > JUNE


async def test_a_person_declines_for_what_the_policy_asked_them_to_look_at(at: Stand) -> None:
    reviewed = await waiting(at)
    await at.review(reviewed, "decline")
    made = await at.decided(reviewed.application_id, 2)
    assert (made.outcome, made.reasons, made.track) == ("decline", reviewed.reasons, reviewed.track)


async def test_the_same_verdict_twice_is_one_decision_and_another_one_is_refused(at: Stand) -> None:
    reviewed = await waiting(at)
    command = await at.review(reviewed, "advance", by="Mia")
    first = await at.decided(reviewed.application_id, 2)
    await at.send_again(command)
    assert await at.answered(await at.review(reviewed, "advance", by="Noor")) is None
    why = await at.refused(await at.review(reviewed, "decline", by="Noor"))
    assert ("another verdict" in why, "Noor" in why) == (True, False)
    other_track = await at.review(reviewed, "advance", track="general")
    assert "another verdict" in await at.refused(other_track)
    published = await at.published(reviewed.application_id)
    assert {one.decision_id for one in published} == {reviewed.decision_id, first.decision_id}
    assert published[-1] == first


async def test_an_application_sent_again_does_not_undo_a_verdict(at: Stand) -> None:
    application = await at.apply(revision="a" * 64)
    reviewed = await at.decided(application)
    await at.review(reviewed, "advance")
    made = await at.decided(application, 2)
    await at.apply(application=application, revision="a" * 64)
    # Read after it: a partition is read in order.
    await at.decided(await at.apply(application=application, revision="b" * 64, data_processing=True), 3)
    ids = [one.decision_id for one in await at.published(application)]
    assert ids[:4] == [reviewed.decision_id, made.decision_id, reviewed.decision_id, made.decision_id]


async def test_a_verdict_on_a_decision_that_has_been_superseded_is_refused(at: Stand) -> None:
    application = await at.apply(revision="a" * 64)
    old = await at.decided(application)
    new = await at.decided(await at.apply(application=application, revision="b" * 64), 2)
    assert "latest decision" in await at.refused(await at.review(old, "advance"))
    # What the candidate goes back to stands again.
    await at.apply(application=application, revision="a" * 64)

    async def stands_again() -> bool:
        return old.decision_id == await at.database.fetchval(
            "SELECT decision_id FROM decisions WHERE application_id = $1 ORDER BY serial DESC LIMIT 1", application
        )

    await until(stands_again)
    assert "latest decision" in await at.refused(await at.review(new, "advance"))
    assert await at.answered(await at.review(old, "decline")) is None
    assert (await at.decided(application, 3)).reviewed == old.decision_id


async def test_verdicts_on_what_needs_none_are_refused_with_what_to_do(at: Stand) -> None:
    advanced = await at.decided(await at.apply(data_processing=True))
    reviewed = await waiting(at)
    for command, words in (
        (await at.review(advanced, "decline"), "does not wait for a person"),
        (await at.review(reviewed.model_copy(update={"decision_id": advanced.decision_id}), "decline"), "no such"),
        (await at.review(reviewed, "advance", track="x"), "ai, general"),
        (await at.review(reviewed, "advance", unit="x"), "cloud, research"),
        (await at.review(reviewed, "decline", track="general"), "names no track"),
    ):
        assert words in await at.refused(command)
    assert [one.outcome for one in await at.published(reviewed.application_id)] == ["review"]


async def test_a_verdict_given_while_screening_is_dead_is_obeyed_once(at: Stand, pipeline: Pipeline) -> None:
    reviewed = await waiting(at)
    os.kill(pipeline.supervisor.pids()["screening"], signal.SIGKILL)
    command = await at.review(reviewed, "advance")
    assert await at.answered(command) is None
    made = await at.decided(reviewed.application_id, 2)
    assert (
        await at.database.fetchval("SELECT count(*) FROM decisions WHERE application_id = $1", reviewed.application_id)
        == 2
    )
    await pipeline.services["screening"].wait_ready()
    second = await waiting(at)
    await at.review(second, "advance")
    await at.decided(second.application_id, 2)
    async with httpx.AsyncClient(base_url=pipeline.services["screening"].url, trust_env=False) as client:
        metrics = (await client.get("/metrics")).text
    assert f'screening_reviews_total{{programme="{at.programme}",verdict="advance"}}' in metrics
    assert (made.outcome, made.decided_by) == ("advance", "Mia")


async def test_a_further_application_of_a_candidate_goes_to_a_person_where_the_policy_says_so(at: Stand) -> None:
    candidate = "c" * 64
    first = await at.apply(candidate=candidate, data_processing=True)
    assert (await at.decided(first)).outcome == "advance"
    await at.bring_into_force(policy(at.programme, "2", further_applications="review"))
    further = await at.decided(await at.apply(candidate=candidate, data_processing=False))
    assert (further.outcome, further.policy.version) == ("review", "2")
    assert [reason.rule for reason in further.reasons] == ["one-application"]
    assert "另一份申请" in further.reasons[0].zh
    assert [rule.rule for rule in further.rules] == ["asked", "one-application"]
    # The first one keeps what it has, and may still be corrected; another candidate's is nobody's business.
    corrected = await at.decided(await at.apply(application=first, candidate=candidate, data_processing=False), 2)
    assert (corrected.outcome, corrected.reasons[0].rule) == ("decline", "asked")
    assert (await at.decided(await at.apply(data_processing=True))).outcome == "advance"
    # Both may come at once, and a person may let the further one go on.
    twins = [await at.apply(candidate="d" * 64, data_processing=True) for _ in range(2)]
    assert sorted([(await at.decided(one)).outcome for one in twins]) == ["advance", "review"]
    await at.review(further, "advance")
    assert (await at.decided(further.application_id, 2)).outcome == "advance"
