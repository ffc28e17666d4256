"""A record that nobody can read ends as a dead letter, unchanged; its neighbours go through."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from cohort.pipeline import Pipeline
from hiring import kafka
from hiring.events import SUBMISSION_MADE
from hiring.events.dead_letter import DeadLetter
from hiring.identity import application_id
from hiring.settings import Settings
from hiring.topic_reading import read_topic
from hiring.topics import APPLICATIONS, CONTACTS, DEAD_LETTERS, DECISIONS, MIB, SUBMISSIONS

pytestmark = pytest.mark.stack

HEADERS = [
    ("ce_specversion", b"1.0"),
    ("ce_type", SUBMISSION_MADE.encode()),
    ("ce_id", b"1"),
    ("ce_source", b"/test"),
    ("content-type", b"application/json"),
]


def without(name: str) -> list[tuple[str, bytes]]:
    return [header for header in HEADERS if header[0] != name]


def submission(external_id: str, **more: Any) -> bytes:
    return json.dumps(
        {
            "source": "poison",
            "external_id": external_id,
            "programme": "ai-internships-2026",
            "candidate": {"name": "Ada", "email": "ada@mail.example"},
            **more,
        }
    ).encode()


POISON: dict[str, tuple[bytes | None, list[tuple[str, Any]], str]] = {
    "not JSON": (b"{oops", HEADERS, "not-json"),
    "not UTF-8": (b'{"source": "\xff"}', HEADERS, "not-json"),
    "a wrong type": (submission("1", courses="many"), HEADERS, "invalid"),
    "no object": (b"[]", HEADERS, "invalid"),
    "no value": (None, HEADERS, "empty"),
    "a null header": (submission("2"), [*HEADERS, ("x-note", None)], "unreadable-header"),
    "a header that is not UTF-8": (submission("3"), [*HEADERS, ("x-note", b"\xff\xfe")], "unreadable-header"),
    "no headers": (submission("4"), [], "missing-header"),
    "no ce_type": (submission("5"), without("ce_type"), "missing-header"),
    "an unknown version": (
        submission("6"),
        [*without("ce_type"), ("ce_type", b"hiring.submission.made.v9")],
        "unknown-type",
    ),
    "a field of 2 MB": (submission("7", answers={"ai-ethics": "x" * 2_000_000}), HEADERS, "invalid"),
    "a lone surrogate": (submission("8").replace(b"Ada", b"\\ud800"), HEADERS, "not-json"),
    "a NUL": (submission("9").replace(b"Ada", b"A\\u0000da"), HEADERS, "invalid"),
}


async def producer(pipeline: Pipeline) -> AIOKafkaProducer:
    started = AIOKafkaProducer(
        max_request_size=4 * MIB, **kafka.connection(Settings(kafka_bootstrap_servers=pipeline.addresses.kafka))
    )
    await started.start()
    return started


@pytest.mark.parametrize("kind", POISON)
async def test_poison_is_set_aside_unchanged_and_its_neighbours_go_through(pipeline: Pipeline, kind: str) -> None:
    value, headers, flaw = POISON[kind]
    before, after = str(uuid4()), str(uuid4())
    sender = await producer(pipeline)
    try:
        await sender.send_and_wait(SUBMISSIONS, submission(before), b"k", headers=HEADERS)
        at = await sender.send_and_wait(SUBMISSIONS, value, b"k", headers=headers)
        await sender.send_and_wait(SUBMISSIONS, submission(after), b"k", headers=HEADERS)
    finally:
        await sender.stop()
    await decided(pipeline, before, after)
    ((letter, record),) = [
        (letter, record)
        async for record in read_topic(pipeline.addresses.kafka, DEAD_LETTERS)
        if (letter := DeadLetter.of(record.headers)).topic == SUBMISSIONS
        and (letter.partition, letter.offset) == (at.partition, at.offset)
    ]
    assert (letter.flaw, letter.group) == (flaw, "intake")
    assert (record.key, record.value) == (b"k", value)
    assert list(record.headers)[: len(headers)] == headers
    assert "ada" not in letter.detail.lower()


@pytest.mark.parametrize(("topic", "group"), [(APPLICATIONS, "screening"), (DECISIONS, "notify"), (CONTACTS, "notify")])
async def test_every_consumer_sets_poison_aside(pipeline: Pipeline, topic: str, group: str) -> None:
    sender = await producer(pipeline)
    try:
        at = await sender.send_and_wait(topic, b"{oops", str(uuid4()).encode(), headers=HEADERS)
    finally:
        await sender.stop()
    await buried(pipeline, topic, at, group)


async def buried(pipeline: Pipeline, topic: str, at: RecordMetadata, group: str) -> DeadLetter:
    """The dead letter that a group made of a record, once it is there."""
    async with asyncio.timeout(60):
        while True:
            async for record in read_topic(pipeline.addresses.kafka, DEAD_LETTERS):
                letter = DeadLetter.of(record.headers)
                if (letter.topic, letter.partition, letter.offset, letter.group) == (
                    topic,
                    at.partition,
                    at.offset,
                    group,
                ):
                    return letter
            await asyncio.sleep(0.1)


async def decided(pipeline: Pipeline, *external_ids: str) -> None:
    connection = await asyncpg.connect(pipeline.addresses.screening_dsn)
    wanted = [application_id("poison", external_id) for external_id in external_ids]
    try:
        async with asyncio.timeout(60):
            while await connection.fetchval(
                "SELECT count(DISTINCT application_id) FROM decisions WHERE application_id = ANY($1::uuid[])", wanted
            ) < len(wanted):
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_a_compressed_record_is_read_like_any_other(pipeline: Pipeline, codec: str) -> None:
    sender = AIOKafkaProducer(
        compression_type=codec, **kafka.connection(Settings(kafka_bootstrap_servers=pipeline.addresses.kafka))
    )
    await sender.start()
    external_id = str(uuid4())
    try:
        await sender.send_and_wait(SUBMISSIONS, submission(external_id), b"k", headers=HEADERS)
    finally:
        await sender.stop()
    await decided(pipeline, external_id)


async def test_what_a_producer_takes_back_is_never_decided(pipeline: Pipeline) -> None:
    taken_back, kept = str(uuid4()), str(uuid4())
    sender = AIOKafkaProducer(
        transactional_id=str(uuid4()), **kafka.connection(Settings(kafka_bootstrap_servers=pipeline.addresses.kafka))
    )
    await sender.start()
    try:
        await sender.begin_transaction()
        await sender.send_and_wait(SUBMISSIONS, submission(taken_back), b"k", headers=HEADERS)
        await sender.abort_transaction()
        async with sender.transaction():
            await sender.send_and_wait(SUBMISSIONS, submission(kept), b"k", headers=HEADERS)
    finally:
        await sender.stop()
    await decided(pipeline, kept)
    connection = await asyncpg.connect(pipeline.addresses.screening_dsn)
    try:
        assert not await connection.fetchval(
            "SELECT count(*) FROM decisions WHERE application_id = $1", application_id("poison", taken_back)
        )
    finally:
        await connection.close()


async def test_what_only_the_database_refuses_is_set_aside_too(pipeline: Pipeline) -> None:
    """A contact with a NUL cannot come through intake; on the topic it must not stop every letter behind it."""
    contact = {"candidate_id": "0" * 64, "name": "A\0", "email": "ada@mail.example", "given_at": "2026-03-01T08:00:00Z"}
    headers = [*without("ce_type"), ("ce_type", b"hiring.contact.given.v1")]
    sender = await producer(pipeline)
    try:
        at = await sender.send_and_wait(CONTACTS, json.dumps(contact).encode(), b"0" * 64, headers=headers)
    finally:
        await sender.stop()
    assert (await buried(pipeline, CONTACTS, at, "notify")).flaw == "unstorable"
