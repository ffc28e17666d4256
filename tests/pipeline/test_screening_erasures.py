"""A person is forgotten, in whichever order the command, the applications and crashes come; on real Postgres."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import httpx
import pytest

from cohort.pipeline import Pipeline
from hiring.events import CANDIDATE_ERASED
from hiring.events.command import CandidateErased
from hiring.topic_reading import read_topic
from hiring.topics import APPLICATIONS, DECISIONS, DEMOGRAPHICS
from screening.erasures import APPLICATIONS_OF

from .screening_stand import JULY, JUNE, MAY, policy, stand, until
from .screening_step import ADA, BOB, Replica, applied, day, erased, look_wanted, replicas, withdrawn
from .screening_tables import asked

pytestmark = pytest.mark.stack

EVERYWHERE = (DECISIONS, APPLICATIONS, DEMOGRAPHICS)


def on_every_topic(*applications: int) -> dict[str, set[int]]:
    return {topic: set(applications) for topic in EVERYWHERE}


@pytest.fixture
async def pair(pipeline: Pipeline) -> AsyncIterator[tuple[Replica, Replica]]:
    async with replicas(pipeline) as made:
        yield made


@pytest.fixture
def at(pair: tuple[Replica, Replica]) -> Replica:
    return pair[0]


async def test_everything_decided_is_deleted_and_each_application_forgotten_where_it_is_kept(at: Replica) -> None:
    batch = [applied(1, 1), applied(2, 2, data_processing=False), applied(3, 3, BOB)]
    decided = (await at.takes(*batch)).decisions
    await at.takes(look_wanted(decided[1]), withdrawn(1, 2), applied(1, 3))
    command = erased(5)
    wave = await at.takes(command)
    assert wave.forgotten() == on_every_topic(1, 2)
    assert await at.standing() == {3: "review"}
    assert await at.holds(ADA) == ["erasures"], "the pseudonym stays where it says who is not decided again"
    assert await at.holds(str(UUID(int=2))) == ["erasures"]
    note = await at.pool.fetchrow("SELECT at, applications FROM erasures")
    assert tuple(note) == (day(5), 2)
    assert at.metrics.get_sample_value("screening_erasures_total") == 1
    # Killed before it was published: the same command comes again, and so do the applications.
    assert (await at.takes(command)).forgotten() == on_every_topic(1, 2)
    again = await at.takes(*batch)
    assert (again.forgotten(), [one.application_id.int for one in again.decisions]) == (on_every_topic(1, 2), [3])
    assert await at.standing() == {3: "review"}
    assert tuple(await at.pool.fetchrow("SELECT at, applications FROM erasures")) == (day(5), 2)
    assert at.metrics.get_sample_value("screening_erasures_total") == 1


async def test_whatever_comes_first_the_result_is_the_same(at: Replica) -> None:
    old, new = applied(1, 1), applied(1, 9, revision="2", data_processing=True)
    after, before, beside = erased(5), erased(5, BOB), erased(5, "c" * 64)
    await at.takes(old, new)
    assert (await at.takes(after)).forgotten() == {}, "what was submitted since is a wish of its own"
    await at.takes(before)
    first = applied(2, 1, BOB)
    assert (await at.takes(first)).forgotten() == on_every_topic(2)
    # In one batch, whichever stands first in it.
    wave = await at.takes(applied(3, 1, "c" * 64), beside, applied(3, 9, "c" * 64, revision="2", data_processing=True))
    assert [(one.application_id.int, one.outcome) for one in wave.decisions] == [(3, "advance")]
    assert wave.forgotten() == {}
    await at.takes(applied(2, 9, BOB, revision="2", data_processing=True))
    # Beside the new application the erasure of what was decided long ago.
    await at.takes(applied(4, 1, "d" * 64))
    wave = await at.takes(erased(5, "d" * 64), applied(4, 9, "d" * 64, revision="2", data_processing=True))
    assert (wave.forgotten(), [one.outcome for one in wave.decisions]) == ({}, ["advance"])
    assert await at.standing() == dict.fromkeys((1, 2, 3, 4), "advance")
    # What is read again is neither decided nor does it take away what was submitted since.
    wave = await at.takes(old, first)
    assert (wave.forgotten(), wave.decisions) == ({}, [])
    assert await at.standing() == dict.fromkeys((1, 2, 3, 4), "advance")
    assert await at.pool.fetchval("SELECT count(*) FROM decisions") == 4


async def test_the_same_facts_submitted_after_the_erasure_stand_however_late_the_command_is_read(at: Replica) -> None:
    await at.takes(applied(1, 1, data_processing=True))
    again = await at.takes(applied(1, 9, data_processing=True))
    assert [one.submitted_at for one in again.decisions] == [day(9)]
    assert (await at.takes(erased(5))).forgotten() == {}
    assert await at.standing() == {1: "advance"}
    assert (await at.takes(erased(9))).forgotten() == on_every_topic(1), "submitted up to that moment"
    assert await at.standing() == {}


async def test_an_application_whose_address_was_corrected_is_forgotten_whole(at: Replica) -> None:
    await at.takes(applied(1, 1, BOB), applied(1, 2, ADA, revision="2"))
    await at.takes(applied(2, 1, ADA), applied(2, 2, BOB, revision="2"))
    assert (await at.takes(erased(5))).forgotten() == on_every_topic(1)
    assert await at.holds(ADA) == ["erasures"]
    assert await at.standing() == {2: "review"}


async def test_an_earlier_erasure_that_comes_late_changes_nothing_and_a_later_one_tells_again(at: Replica) -> None:
    await at.takes(applied(1, 1))
    await at.takes(erased(5))
    await at.takes(erased(2))
    assert (await at.takes(applied(1, 4))).forgotten() == on_every_topic(1)
    assert (await at.takes(erased(6))).forgotten() == on_every_topic(1)
    # A week later the ids are let go, and the pseudonym with its count stays.
    await at.pool.execute("UPDATE erasures SET obeyed_at = obeyed_at - interval '8 days'")
    await at.takes(erased(6, BOB))
    row = await at.pool.fetchrow("SELECT at, applications, application_ids FROM erasures WHERE candidate_id = $1", ADA)
    assert tuple(row) == (day(6), 1, [])


async def test_decisions_that_another_replica_is_storing_are_found_and_later_ones_see_the_erasure(
    pair: tuple[Replica, Replica],
) -> None:
    one, other = pair
    async with one.pool.acquire() as connection:
        storing = connection.transaction()
        await storing.start()
        half_way = Replica(connection, one._offsets)  # type: ignore[arg-type]
        await half_way.registry.open([policy("p")], day(0))
        await half_way.takes(applied(1, 1))
        erasing = asyncio.create_task(other.takes(erased(5)))
        await blocked(one, erasing)
        late = asyncio.create_task(one.takes(applied(2, 1)))
        await blocked(one, late, 2)
        await storing.commit()
    assert (await erasing).forgotten() == on_every_topic(1)
    assert (await late).forgotten() == on_every_topic(2)
    assert await one.standing() == {}


async def blocked(at: Replica, task: "asyncio.Task[object]", count: int = 1) -> None:
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'decisions'::regclass"
    async with asyncio.timeout(20):
        while await at.pool.fetchval(waits) < count and not task.done():
            await asyncio.sleep(0.02)


async def test_a_candidates_decisions_are_found_by_their_index(at: Replica) -> None:
    await at.pool.execute(
        "INSERT INTO decisions (application_id, settles, decision_id, outcome, decided_at, data)"
        " SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'decline', now(),"
        " convert_to(repeat('x', 126) || encode(sha256(n::text::bytea), 'hex'), 'UTF8')"
        " FROM generate_series(1, 20000) AS n"
    )
    plan = "\n".join(row[0] for row in await at.pool.fetch(f"EXPLAIN {APPLICATIONS_OF}", ADA.encode()))
    assert "decisions_of_a_candidate" in plan
    assert "Seq Scan on decisions" not in plan


async def test_a_person_is_forgotten_on_the_running_pipeline(pipeline: Pipeline) -> None:
    async with stand(pipeline) as at:
        await at.bring_into_force(policy(at.programme))
        candidate = "e" * 64
        application = await at.apply(candidate=candidate)
        await at.decided(application)
        event = CandidateErased(**{**asked("hr"), "at": JULY}, candidate_id=candidate)
        assert await at.answered(await at.command(event, CANDIDATE_ERASED, candidate)) is None
        for topic in EVERYWHERE:
            await until(partial(newest_is_a_tombstone, pipeline, topic, application))
        # An HR system sends the old application again, and then the person applies anew.
        late = await at.apply(candidate=candidate, submitted_at=JUNE)
        await until(partial(newest_is_a_tombstone, pipeline, APPLICATIONS, late))
        new = await at.apply(candidate=candidate, submitted_at=JULY + timedelta(1), data_processing=True)
        assert (await at.decided(new)).outcome == "advance"
        assert await at.published(late) == []


async def test_an_hr_system_withdraws_one_application_and_erases_the_person(pipeline: Pipeline) -> None:
    name = uuid4().hex
    email = f"{name}@mail.example"
    async with stand(pipeline) as at, httpx.AsyncClient(base_url=pipeline.addresses.intake_url, trust_env=False) as hr:
        await at.bring_into_force(policy(at.programme), effective_from=MAY - timedelta(9999))
        applications = []
        for external_id in ("1", "2"):
            submission = {
                "source": name,
                "external_id": external_id,
                "programme": at.programme,
                "candidate": {"name": "Ada Lovelace", "email": email},
                "demographics": {"gender": "female"},
            }
            answer = await hr.post("/v1/applications", json=submission)
            assert answer.status_code == 202, answer.text
            applications.append(UUID(answer.json()["application_id"]))
        for one in applications:
            assert (await at.decided(one)).outcome == "review"
        answer = await hr.post(f"/v1/applications/{name}/1/withdraw")
        assert await at.answered(UUID(answer.json()["command_id"])) is None
        query = "SELECT application_id FROM withdrawn WHERE application_id = ANY($1::uuid[])"
        assert [row[0] for row in await at.database.fetch(query, applications)] == applications[:1]
        answer = await hr.post("/v1/candidates/erase", json={"email": email})
        assert await at.answered(UUID(answer.json()["command_id"])) is None
        left = "SELECT count(*) FROM decisions WHERE application_id = ANY($1::uuid[])"
        assert await at.database.fetchval(left, applications) == 0
        for one in applications:
            for topic in EVERYWHERE:
                await until(partial(newest_is_a_tombstone, pipeline, topic, one))


async def newest_is_a_tombstone(pipeline: Pipeline, topic: str, application: UUID) -> bool:
    newest = b""
    async for record in read_topic(pipeline.addresses.kafka, topic):
        if record.key == str(application).encode():
            newest = record.value
    return newest is None
