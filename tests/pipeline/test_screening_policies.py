"""How a policy comes into force, on real Kafka and Postgres, with screening killed and doubled."""

import os
import signal
from collections.abc import AsyncIterator

import pytest

from cohort.pipeline import Pipeline
from cohort.service import ServiceProcess
from cohort.stack.ports import choose_ports

from .screening_stand import JULY, JUNE, MAY, Stand, policy, stand, until

pytestmark = pytest.mark.stack


@pytest.fixture
async def at(pipeline: Pipeline) -> AsyncIterator[Stand]:
    async with stand(pipeline) as found:
        yield found


async def test_a_programme_without_a_policy_in_force_has_a_person_look(at: Stand) -> None:
    await at.propose(policy(at.programme))
    decision = await at.decided(await at.apply(data_processing=False))
    assert (decision.outcome, decision.policy.name) == ("review", "no-policy")


async def test_an_approved_policy_judges_what_is_submitted_from_then_on_and_nothing_earlier(at: Stand) -> None:
    await at.bring_into_force(policy(at.programme, "1"), effective_from=MAY)
    before = await at.apply(JUNE, data_processing=True, automated_screening=False)
    assert (await at.decided(before)).outcome == "advance"
    second = policy(at.programme, "2", "automated_screening")
    await at.propose(second, effective_from=JULY)
    waiting = await at.apply(JULY, data_processing=True, automated_screening=False)
    assert (await at.decided(waiting)).policy.version == "1", "it was not approved yet"
    assert await at.answered(await at.approve(second)) is None

    late = await at.apply(JUNE, data_processing=True, automated_screening=False)
    assert (await at.decided(late)).policy.version == "1", "submitted before it is in force"
    after = await at.decided(await at.apply(JULY, data_processing=True, automated_screening=False))
    assert (after.outcome, after.policy.version, after.policy.digest) == ("decline", "2", second.digest())
    assert [reason.en for reason in after.reasons] == ["Version 2 asks for it."]
    assert len(await at.published(before)) == len(await at.published(waiting)) == 1


async def test_what_was_decided_stays_decided_however_often_it_comes_again(at: Stand) -> None:
    await at.bring_into_force(policy(at.programme, "1"))
    revision = "a" * 64
    application = await at.apply(JUNE, revision=revision, data_processing=True)
    first = await at.decided(application)
    await at.bring_into_force(policy(at.programme, "2", "automated_screening"), effective_from=MAY)
    # The same again, and something after it that shows that it was read.
    await at.apply(JULY, application, revision=revision, data_processing=True)
    changed = await at.apply(JULY, application, revision="b" * 64, automated_screening=False)
    newest = await at.decided(changed, 2)
    assert (newest.outcome, newest.policy.version) == ("decline", "2")
    assert [one.decision_id for one in await at.published(application)] == [
        first.decision_id,
        first.decision_id,
        newest.decision_id,
    ]


@pytest.mark.parametrize("by", ["Wei", " wEI ", "Ｗei"])
async def test_who_proposed_a_policy_does_not_approve_it(at: Stand, by: str) -> None:
    proposed = policy(at.programme)
    await at.propose(proposed, by="Wei")
    why = await at.refused(await at.approve(proposed, by=by))
    assert "another person must" in why
    assert by.strip() not in why
    assert (await at.decided(await at.apply(data_processing=True))).policy.name == "no-policy"


async def test_a_version_that_is_in_force_keeps_its_content(at: Stand) -> None:
    await at.bring_into_force(policy(at.programme, "1"))
    other = policy(at.programme, "1", "automated_screening")
    assert "give the policy a new version" in await at.refused(await at.propose(other))
    assert "propose it first" in await at.refused(await at.approve(other))


async def test_a_version_that_only_waits_may_be_mended_and_one_of_two_comes_into_force(at: Stand) -> None:
    slip, mended = policy(at.programme, "1", "automated_screening"), policy(at.programme, "1")
    await at.propose(slip)
    await at.bring_into_force(mended)
    assert "new version" in await at.refused(await at.approve(slip))
    assert (await at.decided(await at.apply(data_processing=True))).policy.digest == mended.digest()


async def test_a_policy_that_is_none_is_refused_with_what_to_mend(at: Stand) -> None:
    sound = policy(at.programme)
    broken = sound.model_copy(update={"version": ""})
    assert "version: " in await at.refused(await at.propose(broken))


async def test_a_policy_with_text_that_cannot_be_stored_is_refused_and_the_next_is_obeyed(at: Stand) -> None:
    unstorable = policy(at.programme).model_copy(update={"version": "1\0"})
    assert "version: " in await at.refused(await at.propose(unstorable))
    await at.bring_into_force(policy(at.programme))


async def test_a_repeated_command_changes_nothing(at: Stand) -> None:
    proposed = policy(at.programme)
    first = await at.propose(proposed)
    refused = await at.approve(proposed, by="Wei")
    assert await at.answered(await at.approve(proposed)) is None
    for command in (first, refused):
        await at.send_again(command)
    assert await at.answered(await at.approve(proposed, by="Mia")) is None
    assert "another person" in await at.refused(refused)
    row = await at.database.fetchrow(
        "SELECT approved_by, proposed_by FROM policies WHERE digest = $1", proposed.digest()
    )
    assert tuple(row or ()) == ("Lin", "Wei")


async def test_a_policy_survives_the_death_of_screening(at: Stand, pipeline: Pipeline) -> None:
    first = policy(at.programme, "1")
    await at.propose(first)
    killed = pipeline.supervisor.pids()["screening"]
    os.kill(killed, signal.SIGKILL)
    approved = await at.approve(first)
    application = await at.apply(data_processing=False)

    async def restarted() -> bool:
        return pipeline.supervisor.pids().get("screening", killed) != killed

    await until(restarted)
    assert await at.answered(approved) is None
    # Both came in one batch, and then the application comes first: it is decided once, whichever it was.
    assert len({one.decision_id for one in [await at.decided(application), *await at.published(application)]}) == 1
    assert (await at.decided(await at.apply(data_processing=False))).outcome == "decline"


async def test_every_replica_sees_what_one_was_told(at: Stand, pipeline: Pipeline) -> None:
    addresses, port = pipeline.addresses, choose_ports(["http"], {})["http"]
    settings = {"kafka_bootstrap_servers": addresses.kafka, "postgres_dsn": addresses.screening_dsn}
    second = ServiceProcess("screening", settings, port, addresses.logs / "screening-2.log")
    await second.start()
    try:
        await second.wait_ready()
        for version, consent in (("1", "data_processing"), ("2", "automated_screening")):
            await at.bring_into_force(policy(at.programme, version, consent))
            # Enough for every partition, whoever has it.
            applications = [await at.apply(data_processing=True) for _ in range(40)]
            versions = {(await at.decided(application)).policy.version for application in applications}
            assert versions == {version}
    finally:
        await second.stop()
