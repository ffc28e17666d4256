"""Nobody who was erased comes back by a dead letter that is redriven, whichever service it goes to."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from cohort.pipeline import Pipeline
from hiring.consumer.record import Record
from hiring.events import SUBMISSION_MADE
from hiring.events.dead_letter import DeadLetter, dead_letter
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.identity import application_id
from hiring.topic_reading import consumer, read_topic
from hiring.topics import APPLICATIONS, CONTACTS, DEAD_LETTERS, DECISIONS, DEMOGRAPHICS, SUBMISSIONS, redriven

from .notify_service import until
from .screening_stand import MAY, policy, stand

pytestmark = pytest.mark.stack


async def test_nobody_who_was_erased_comes_back_by_a_dead_letter(pipeline: Pipeline) -> None:
    """What came before they were erased stays away from every topic and table; what came after is a wish like any."""
    source, began = uuid4().hex, datetime.now(UTC)
    person = {"name": "Ada Lovelace", "email": f"{source}@mail.example"}
    given = {"source": source, "candidate": person, "demographics": {"gender": "female"}}
    old, unread, anew = (application_id(source, external) for external in ("1", "2", "3"))
    notify = await asyncpg.connect(pipeline.addresses.notify_dsn)
    async with stand(pipeline) as at, httpx.AsyncClient(base_url=pipeline.addresses.intake_url, trust_env=False) as hr:
        await at.bring_into_force(policy(at.programme), effective_from=MAY - timedelta(9999))
        given |= {"programme": at.programme}
        assert (await hr.post("/v1/applications", json=given | {"external_id": "1"})).status_code == 202
        await at.decided(old)
        application, decision = [await newest(pipeline, topic, old) for topic in (APPLICATIONS, DECISIONS)]
        candidate = json.loads(application.value or b"")["candidate_id"]
        contact = await newest(pipeline, CONTACTS, candidate)
        command = UUID((await hr.post("/v1/candidates/erase", json={"email": person["email"]})).json()["command_id"])
        for service in ("screening", "notify"):
            assert await at.answered(command, service) is None
        erased = datetime.now(UTC)

        def again(service: str, it: Record) -> Outgoing:
            return letter(service, it.topic, it.key, it.value, it.headers, began)

        await at.publisher.publish(
            [
                submission(given, "2", began),
                submission(given, "3", erased),
                again("screening", application),
                again("notify", contact),
                again("notify", decision),
            ]
        )
        assert (await at.decided(anew)).application_id == anew, "who applies anew is decided"
        for service in ("intake", "screening", "notify"):
            await until(partial(all_read, pipeline, service))
        for topic in (APPLICATIONS, DECISIONS, DEMOGRAPHICS):
            assert (await newest(pipeline, topic, old)).value is None
            assert await newest(pipeline, topic, unread) is None
        [let_go] = [it for it in await of_intake(pipeline) if DeadLetter.of(it.headers).flaw == "forgotten"]
        assert let_go.value is None and source not in str(let_go)
        assert [row[0] for row in await notify.fetch(_LETTERS, candidate)] == [anew]
        contacts = [row[0] for row in await notify.fetch(_CONTACTS, candidate)]
        assert len(contacts) == 1 and contacts[0] >= erased - timedelta(milliseconds=1), "that of the new application"
        told = json.loads((await newest(pipeline, CONTACTS, candidate)).value or b"")
        assert datetime.fromisoformat(told["given_at"]) == contacts[0]
    await notify.close()


async def test_what_was_withdrawn_meanwhile_stays_withdrawn(pipeline: Pipeline) -> None:
    source, began = uuid4().hex, datetime.now(UTC)
    notify = await asyncpg.connect(pipeline.addresses.notify_dsn)
    async with stand(pipeline) as at, httpx.AsyncClient(base_url=pipeline.addresses.intake_url, trust_env=False) as hr:
        await at.bring_into_force(policy(at.programme), effective_from=MAY - timedelta(9999))
        person = {"name": "Ada Lovelace", "email": f"{source}@mail.example"}
        given = {"source": source, "candidate": person, "programme": at.programme}
        answer = (await hr.post(f"/v1/applications/{source}/1/withdraw")).json()
        for service in ("screening", "notify"):
            assert await at.answered(UUID(answer["command_id"]), service) is None
        await at.publisher.publish([submission(given, "1", began)])
        decision = (await at.decided(application_id(source, "1"))).decision_id
        query = "SELECT state, fallen FROM letters WHERE decision_id = $1"

        async def told() -> bool:
            return await notify.fetchval(query, decision) is not None

        await until(told)
        [row] = await notify.fetch(query, decision)
        assert tuple(row) == ("suppressed", "withdrawn")
        waits = "SELECT count(*) FROM withdrawn WHERE decision_id = $1"
        assert await at.database.fetchval(waits, decision) == 1, "and it waits for no reviewer"
    await notify.close()


_CONTACTS = "SELECT given_at FROM contacts WHERE candidate_id = $1"
_LETTERS = "SELECT application_id FROM letters WHERE candidate_id = $1"


def submission(given: dict[str, Any], external: str, came: datetime) -> Outgoing:
    """What an HR system sent then, and intake could not read."""
    value = json.dumps(given | {"external_id": external}).encode()
    headers = cloudevent_headers(SUBMISSION_MADE, uuid4(), "/test", came, external)
    return letter("intake", SUBMISSIONS, external.encode(), value, headers, came)


def letter(service: str, topic: str, key: Any, value: Any, headers: Any, came: datetime) -> Outgoing:
    """A dead letter as the console gives it to its service; the record came at that time."""
    why = dead_letter(
        "unknown-type",
        "it is newer",
        topic=topic,
        partition=0,
        offset=10**9,
        group=service,
        at=came,
        timestamp=int(came.timestamp() * 1000),
    )
    return why.outgoing(redriven(service), key, value, headers)


async def newest(pipeline: Pipeline, topic: str, key: object) -> Any:
    """The last record of a key; None where there is none."""
    found = None
    async for record in read_topic(pipeline.addresses.kafka, topic):
        if record.key == str(key).encode():
            found = record
    return found


async def of_intake(pipeline: Pipeline) -> list[Record]:
    records = [it async for it in read_topic(pipeline.addresses.kafka, DEAD_LETTERS)]
    return [it for it in records if DeadLetter.of(it.headers).group == "intake"]


async def all_read(pipeline: Pipeline, service: str) -> bool:
    """Whether a service is done with all that was redriven to it."""
    admin = AIOKafkaAdminClient(bootstrap_servers=pipeline.addresses.kafka)
    reader = consumer(pipeline.addresses.kafka, redriven(service))
    await admin.start()
    await reader.start()
    try:
        offsets = await admin.list_consumer_group_offsets(service)
        ends = await reader.end_offsets(reader.assignment())
        return all(end == 0 or (it in offsets and offsets[it].offset >= end) for it, end in ends.items())
    finally:
        await reader.stop()
        await admin.close()
