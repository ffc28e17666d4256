"""Everybody has a login of their own, and the broker and the database refuse whatever is not theirs."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    NoError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    for_code,
)
from aiokafka.protocol.fetch import FetchRequest

from hiring import topics
from hiring.events import SUBMISSION_MADE
from hiring.events.envelope import cloudevent_headers
from hiring.rights import users

from .compose import Compose, until
from .sending import SOURCE, applications

pytestmark = [pytest.mark.containers, pytest.mark.timeout(420)]

MIB = topics.MIB
EVERY_TOPIC = [topic.name for topic in topics.TOPICS]


@pytest.mark.parametrize("user", users())
async def test_a_user_reads_what_is_declared_and_nothing_else(pipeline: Compose, user: str) -> None:
    declared = {topic.name for topic in topics.TOPICS if user in topic.read_by}
    assert {name for name in EVERY_TOPIC if await reads(pipeline, user, name)} == declared


@pytest.mark.parametrize("user", users())
async def test_a_user_writes_what_is_declared_and_nothing_else(pipeline: Compose, user: str) -> None:
    declared = {topic.name for topic in topics.TOPICS if user in topic.written_by}
    assert {name for name in EVERY_TOPIC if await writes(pipeline, user, name)} == declared


async def test_what_blindness_stands_on(pipeline: Compose) -> None:
    """The promise by name, whatever the table of topics comes to say."""
    assert not await reads(pipeline, "screening", topics.CONTACTS)
    assert not await reads(pipeline, "screening", topics.DEMOGRAPHICS)
    assert not await reads(pipeline, "notify", topics.APPLICATIONS)
    assert not await reads(pipeline, "operators", topics.CONTACTS)
    assert [name for name in EVERY_TOPIC if await writes(pipeline, "hr-systems", name)] == [topics.SUBMISSIONS]
    assert [name for name in EVERY_TOPIC if await reads(pipeline, "hr-systems", name)] == []


async def test_a_service_cannot_take_part_in_anothers_group(pipeline: Compose) -> None:
    consumer = AIOKafkaConsumer(group_id="notify", enable_auto_commit=False, **pipeline.login("screening"))
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topics.APPLICATIONS, 0)])
        with pytest.raises(GroupAuthorizationFailedError):
            await consumer.commit({TopicPartition(topics.APPLICATIONS, 0): 1})
    finally:
        await consumer.stop()


@pytest.mark.parametrize("wrong", [{"sasl_plain_password": "guessed"}, {"sasl_plain_username": "admin"}])
async def test_who_cannot_prove_who_they_are_is_not_let_in(pipeline: Compose, wrong: dict[str, str]) -> None:
    with pytest.raises((SaslAuthenticationFailed, KafkaConnectionError)):
        async with consuming(pipeline.login("operators") | wrong):
            pass


async def test_nobody_comes_in_without_a_login(pipeline: Compose) -> None:
    with pytest.raises(KafkaError):
        async with consuming({"bootstrap_servers": pipeline.brokers}):
            pass


@pytest.mark.parametrize(
    ("role", "database", "statement", "refusal"),
    [
        ("screening", "notify", "SELECT 1", "permission denied for database"),
        ("screening_owner", "notify", "SELECT 1", "permission denied for database"),
        ("notify", "screening", "SELECT 1", "permission denied for database"),
        ("notify", "postgres", "SELECT 1", "permission denied for database"),
        ("screening", "screening", "CREATE TABLE planted (x int)", "permission denied for schema"),
        ("screening", "screening", "DROP TABLE decisions", "must be owner"),
        ("screening", "screening", "TRUNCATE decisions", "permission denied for table"),
        ("notify", "notify", "ALTER TABLE letters ADD planted int", "must be owner"),
    ],
)
def test_a_role_reaches_its_own_database_and_only_its_rows(
    pipeline: Compose, role: str, database: str, statement: str, refusal: str
) -> None:
    with pytest.raises(AssertionError, match=refusal):
        pipeline.psql(database, statement, role)


async def test_an_hr_system_sends_over_kafka_and_is_decided(pipeline: Compose) -> None:
    """The one thing that its user may do, done."""
    (one,) = applications(1, "kafka")
    headers = cloudevent_headers(SUBMISSION_MADE, uuid4(), SOURCE, datetime.now(UTC), one["external_id"])
    before = pipeline.decided()[0]
    producer = AIOKafkaProducer(acks="all", enable_idempotence=True, **pipeline.login("hr-systems"))
    await producer.start()
    try:
        key = f"{SOURCE}/{one['external_id']}".encode()
        await producer.send_and_wait(topics.SUBMISSIONS, json.dumps(one).encode(), key=key, headers=list(headers))
    finally:
        await producer.stop()
    await until(lambda: pipeline.decided()[0] == before + 1, "it is decided")


async def reads(pipeline: Compose, user: str, topic: str) -> bool:
    """Whether the broker gives this user the topic's records. Asked outright: a consumer only waits for the right."""
    client = AIOKafkaClient(**pipeline.login(user))
    await client.bootstrap()
    try:
        partitions = [(number, 0, MIB) for number in range(6)]
        answer = await client.send(client.get_random_node(), FetchRequest(100, 1, MIB, 0, [(topic, partitions)]))
    finally:
        await client.close()
    ((_, told),) = answer.topics
    (error,) = {for_code(code) for _, code, *_ in told}
    assert error in (NoError, TopicAuthorizationFailedError)
    return error is NoError


async def writes(pipeline: Compose, user: str, topic: str) -> bool:
    """Whether the broker takes a record of this user's for the topic; one that says nothing and reaches nobody."""
    producer = AIOKafkaProducer(acks="all", request_timeout_ms=10_000, **pipeline.login(user))
    await producer.start()
    try:
        await producer.send_and_wait(topic, key=b"nobody", value=None)
    except TopicAuthorizationFailedError:
        return False
    finally:
        await producer.stop()
    return True


@asynccontextmanager
async def consuming(login: dict[str, object]) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(request_timeout_ms=10_000, **login)
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()
