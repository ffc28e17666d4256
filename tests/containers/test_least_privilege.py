"""Everybody has a login of their own, and the broker and the database refuse whatever is not theirs."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
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
WHO_APPLIED = {topics.CONTACTS, topics.DEMOGRAPHICS, topics.SUBMISSIONS}


@pytest.mark.parametrize("user", users())
async def test_a_user_reads_what_is_declared_and_nothing_else(pipeline: Compose, user: str) -> None:
    declared = {topic.name for topic in topics.TOPICS if user in topic.read_by}
    assert await readable(pipeline, user) == declared


@pytest.mark.parametrize("user", users())
async def test_a_user_writes_what_is_declared_and_nothing_else(pipeline: Compose, user: str) -> None:
    declared = {topic.name for topic in topics.TOPICS if user in topic.written_by}
    assert await writable(pipeline, user) == declared


async def test_what_blindness_stands_on(pipeline: Compose) -> None:
    """The promise by name, whatever the table of topics comes to say."""
    assert not await readable(pipeline, "screening") & WHO_APPLIED
    assert not await readable(pipeline, "console") & WHO_APPLIED
    assert topics.APPLICATIONS not in await readable(pipeline, "notify")
    assert topics.CONTACTS not in await readable(pipeline, "operators")
    assert await writable(pipeline, "hr-systems") == {topics.SUBMISSIONS}
    assert await readable(pipeline, "hr-systems") == set()


@pytest.mark.parametrize(
    ("user", "group"), [("screening", "notify"), ("screening", "console-2"), ("console", "screening")]
)
async def test_a_service_cannot_take_part_in_anothers_group(pipeline: Compose, user: str, group: str) -> None:
    with pytest.raises(GroupAuthorizationFailedError):
        await commit(pipeline, user, group)


async def test_the_consoles_groups_are_all_that_begin_with_its_name(pipeline: Compose) -> None:
    await commit(pipeline, "console", "console-of-a-test")


def test_provisioning_again_finds_every_right_and_none_beyond(pipeline: Compose) -> None:
    (said,) = pipeline("run", "--rm", "provision").stdout.splitlines()
    assert said.startswith("set the passwords of console, hr-systems, ")


@pytest.mark.parametrize("user", ["console", "operators"])
async def test_the_console_and_operators_can_tell_every_lag(pipeline: Compose, user: str) -> None:
    admin, consumer = AIOKafkaAdminClient(**pipeline.login(user)), AIOKafkaConsumer(**pipeline.login(user))
    await admin.start()
    await consumer.start()
    try:
        for group in ("intake", "screening", "notify", "console"):
            for partition in await admin.list_consumer_group_offsets(group):
                assert await consumer.end_offsets([partition])
    finally:
        await consumer.stop()
        await admin.close()


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
        ("console", "screening", "SELECT 1", "permission denied for database"),
        ("console", "notify", "SELECT 1", "permission denied for database"),
        ("console_owner", "notify", "SELECT 1", "permission denied for database"),
        ("screening", "console", "SELECT 1", "permission denied for database"),
        ("console", "console", "TRUNCATE applications", "permission denied for table"),
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


async def commit(pipeline: Compose, user: str, group: str) -> None:
    """Move the group's position by the user's login. Raises GroupAuthorizationFailedError."""
    consumer = AIOKafkaConsumer(group_id=group, enable_auto_commit=False, **pipeline.login(user))
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topics.APPLICATIONS, 0)])
        await consumer.commit({TopicPartition(topics.APPLICATIONS, 0): 1})
    finally:
        await consumer.stop()


async def readable(pipeline: Compose, user: str) -> set[str]:
    """The topics whose records the broker gives this user. Asked outright: a consumer only waits for the right."""
    client = AIOKafkaClient(**pipeline.login(user))
    await client.bootstrap()
    try:
        wanted = [(topic, [(number, 0, MIB) for number in range(6)]) for topic in EVERY_TOPIC]
        answer = await client.send(client.get_random_node(), FetchRequest(100, 1, MIB, 0, wanted))
    finally:
        await client.close()
    told = {topic: {for_code(code) for _, code, *_ in partitions} for topic, partitions in answer.topics}
    assert set(told) == set(EVERY_TOPIC)
    assert all(errors in ({NoError}, {TopicAuthorizationFailedError}) for errors in told.values())
    return {topic for topic, errors in told.items() if errors == {NoError}}


async def writable(pipeline: Compose, user: str) -> set[str]:
    """The topics for which the broker takes this user's records; each says nothing and reaches nobody."""
    taken = set()
    producer = AIOKafkaProducer(acks="all", request_timeout_ms=10_000, **pipeline.login(user))
    await producer.start()
    try:
        for topic in EVERY_TOPIC:
            with suppress(TopicAuthorizationFailedError):
                await producer.send_and_wait(topic, key=b"nobody", value=None)
                taken.add(topic)
    finally:
        await producer.stop()
    return taken


@asynccontextmanager
async def consuming(login: dict[str, object]) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(request_timeout_ms=10_000, **login)
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()
