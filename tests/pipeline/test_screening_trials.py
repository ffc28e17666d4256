"""Screening tells every policy on a topic and tries one when asked, on real Kafka and Postgres; decisions go on."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
import pytest
import yaml

from cohort.pipeline import Pipeline
from hiring.events import APPLICATION_SUBMITTED, POLICY_KNOWN, POLICY_TRIAL_REQUESTED, POLICY_TRIED
from hiring.events.answer import PolicyTried
from hiring.events.application import ApplicationSubmitted
from hiring.events.command import PolicyTrialRequested
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.events.policy import PolicyKnown
from hiring.topic_reading import read_topic
from hiring.topics import ANSWERS, APPLICATIONS, POLICIES
from screening.core.policy import Policy
from screening.trials.request import MOST_WAITING

from .screening_stand import JULY, JUNE, MAY, Stand, policy, stand, until
from .screening_tables import asked
from .test_policy_verbs import REFERENCE, cohort

pytestmark = pytest.mark.stack

MANY = 3_000


@pytest.fixture
async def at(pipeline: Pipeline) -> AsyncIterator[Stand]:
    async with stand(pipeline) as found:
        yield found


async def known(at: Stand, digest: str) -> PolicyKnown | None:
    """A policy as it was told last."""
    last = None
    async for record in read_topic(at.pipeline.addresses.kafka, POLICIES):
        if record.key == digest.encode():
            assert dict(record.headers)["ce_type"] == POLICY_KNOWN.encode()
            last = PolicyKnown.model_validate_json(record.value or b"")
    return last


async def ask(at: Stand, programme: str | None = None, **named: Any) -> UUID:
    event = PolicyTrialRequested.model_validate({**asked("Mei"), "programme": programme or at.programme, **named})
    return await at.command(event, POLICY_TRIAL_REQUESTED, event.programme)


async def tried(at: Stand, command: UUID) -> PolicyTried:
    """What a trial found, once it is told; every time the same."""

    async def told() -> set[bytes | None]:
        records = [
            record
            for record in await at.about(ANSWERS, command)
            if dict(record.headers)["ce_type"] == POLICY_TRIED.encode()
        ]
        return {record.value for record in records}

    (one,) = await until(told)
    return PolicyTried.model_validate_json(one or b"")


async def apply_many(at: Stand, consents: Iterable[bool]) -> None:
    """Submit an application for each, all at once."""
    records = []
    for consent in consents:
        event = ApplicationSubmitted(
            application_id=uuid4(),
            candidate_id=uuid4().hex * 2,
            revision=uuid4().hex * 2,
            source="stand",
            programme=at.programme,
            submitted_at=JUNE,
            facts={"consents": {"data_processing": consent, "automated_screening": True}},  # type: ignore[typeddict-item]
        )
        id_ = str(event.application_id)
        headers = cloudevent_headers(APPLICATION_SUBMITTED, id_, "/test", JUNE, id_)
        records.append(Outgoing(APPLICATIONS, id_.encode(), event.model_dump_json().encode(), headers))
    await at.publisher.publish(records)

    async def all_decided() -> bool:
        decided = await at.database.fetchval(
            "SELECT count(*) FROM decisions WHERE application_id = ANY($1)", [one.key.decode() for one in records]
        )
        return bool(decided == len(records))

    await until(all_decided)


async def under_way(at: Stand) -> psutil.Process:
    """The process of the trial that is under way, stopped so that it stays so."""

    async def child() -> psutil.Process | None:
        for process in psutil.Process(at.pipeline.supervisor.pids()["screening"]).children():
            # At the lowest priority: decisions come first.
            if "screening.trials.process" in " ".join(process.cmdline()) and process.nice() == 19:
                return process
        return None

    process = await until(child)
    process.suspend()
    return process


async def test_what_came_with_the_release_is_told_when_screening_starts(at: Stand) -> None:
    read = Policy.model_validate(yaml.safe_load(REFERENCE.read_text()))
    told = await known(at, read.digest())
    assert told is not None
    assert (told.proposed_by, told.approved_by, told.effective_from, told.changes) == ("file", "file", None, None)
    assert Policy.model_validate(told.policy) == read
    assert "track ai: 1,500 seats, in cloud, research, delivery; 5 rules more" in told.sentences


async def test_a_policy_is_told_as_it_stands_and_in_words_before_its_proposer_hears_an_answer(at: Stand) -> None:
    first, second = policy(at.programme, "1"), policy(at.programme, "2", "automated_screening")
    await at.bring_into_force(first, MAY)
    told = await known(at, first.digest())
    assert told is not None
    assert (told.approved_by, told.effective_from, told.changes) == ("Lin", MAY, None)
    assert "  asked: consent to data_processing; failing it declines" in told.sentences

    await at.answered(await at.propose(second, effective_from=JUNE))
    before = await known(at, second.digest())
    assert before is not None
    assert (before.effective_from, before.approved_at) == (JUNE, None)
    assert before.changes is not None
    assert "asked: what is to be agreed to: now also automated_screening, no longer data_processing" in before.changes
    await at.answered(await at.propose(second, by="Ana", effective_from=JULY))
    after = await known(at, second.digest())
    assert after is not None
    assert (after.effective_from, after.proposed_by, after.changes) == (JULY, "Ana", before.changes)


async def test_a_trial_finds_what_the_command_line_finds(at: Stand, tmp_path: Path) -> None:
    first, second = policy(at.programme, "1"), policy(at.programme, "2", "automated_screening")
    await at.bring_into_force(first)
    await apply_many(at, [True] * 6 + [False] * 4)
    file = tmp_path / "second.yaml"
    file.write_text(json.dumps(second.content()))
    line = await cohort(at.pipeline, "policy", "try", file, "--json")
    assert line.returncode == 0, line.stderr

    def found(result: dict[str, Any] | None) -> dict[str, Any]:
        return {**(result or {}), "seconds": 0}

    by_content = await ask(at, policy=second.content())
    assert await at.answered(by_content) is None
    told = await tried(at, by_content)
    assert (told.problem, told.policy and told.policy.digest, told.against) == (None, second.digest(), None)
    assert found(told.result) == found(json.loads(line.stdout))
    assert told.result is not None
    assert told.result["comparison"]["flipped"] == 4
    assert told.judged is not None and told.judged.digest == first.digest()
    assert told.changes is not None
    assert "asked: what is to be agreed to: now also automated_screening, no longer data_processing" in told.changes
    assert await known(at, second.digest()) is None, "what is tried is not proposed"

    await at.propose(second)
    other = await cohort(at.pipeline, "policy", "try", file, "--against", first.digest(), "--json")
    by_digest = await tried(at, await ask(at, digest=second.digest(), against=first.digest()))
    assert found(by_digest.result) == found(json.loads(other.stdout))
    assert by_digest.against == first.digest()


async def test_a_request_that_cannot_be_met_is_refused_in_words(at: Stand) -> None:
    own = policy(at.programme)
    misspelt = {**own.content(), "rulez": [], "tracks": [{**own.content()["tracks"][0], "seats": "many"}]}
    for named, words in (
        ({"digest": "0" * 64}, "no policy of this programme and digest was proposed"),
        ({"policy": own.content(), "against": "0" * 64}, "no policy of this programme and digest was proposed"),
        ({"policy": misspelt}, "track ai, seats: is 'many': write a whole number"),
        ({"policy": misspelt}, "there is no field `rulez` here: did you mean `rules`?"),
        ({"policy": policy("another").content()}, "for another programme"),
    ):
        assert words in await at.refused(await ask(at, **named)), words
    for _ in range(MOST_WAITING):
        await at.database.execute(
            "INSERT INTO trials (command_id, programme, policy, leased_until)"
            " VALUES (gen_random_uuid(), $1, '{}', 'infinity')",
            at.programme,
        )
    try:
        assert "trials wait already" in await at.refused(await ask(at, policy=own.content()))
    finally:
        await at.database.execute("DELETE FROM trials WHERE programme = $1", at.programme)


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGTERM])
async def test_decisions_go_on_beside_a_trial_and_a_cut_off_one_is_begun_anew(
    at: Stand, ended_by: signal.Signals
) -> None:
    await at.bring_into_force(policy(at.programme))
    await apply_many(at, (number % 3 > 0 for number in range(MANY)))
    command = await ask(at, policy=policy(at.programme, "2", "automated_screening").content())
    trial = await under_way(at)
    for consent in True, False:
        decision = await at.decided(await at.apply(data_processing=consent, automated_screening=True))
        assert decision.outcome == ("advance" if consent else "decline")
    service = at.pipeline.supervisor.pids()["screening"]
    os.kill(service, ended_by)
    if ended_by == signal.SIGKILL:
        await until(lambda: _gone(service))
        trial.resume()
    await until(lambda: _gone(trial.pid))
    answer = asyncio.create_task(tried(at, command))
    while not answer.done():
        assert (await at.decided(await at.apply(data_processing=True, automated_screening=True))).outcome == "advance"
    told = (await answer).result
    assert told is not None
    assert told["comparison"]["applications"] >= MANY + 2
    assert told["comparison"]["flipped"] == MANY / 3 + 1
    await until(lambda: at.database.fetchval("SELECT count(*) = 0 FROM trials"))


async def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
