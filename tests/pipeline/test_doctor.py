"""The operators' verbs on a real pipeline: all is well; then things are wrong, and the doctor says exactly those."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from cohort.pipeline import Pipeline, running
from cohort.service_tables import fetch
from cohort.stack.ports import choose_ports
from hiring.topics import DEMOGRAPHICS, NOTIFICATIONS, POLICIES

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

WHO = ("--by", "Mei Lin", "--why", "a mistake in the text")
PATIENCE_SECONDS = 60
# Nothing on this machine takes part in these, whatever it is asked.
SKIPPED = {"rights", "release"}


@pytest.fixture(scope="module")
async def own() -> AsyncIterator[Pipeline]:
    """A pipeline of this file's own: what other tests leave behind would be found."""
    with TemporaryDirectory(prefix="doctor-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        async with running(folder, print, console=True) as started:
            yield started


def folder(own: Pipeline) -> Path:
    return own.addresses.logs.parent


async def cohort(*words: object) -> tuple[int, str]:
    """The status and what is printed on standard output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cohort", *map(str, words)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "250", "TZ": "UTC"},
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode()


async def doctor(*which: object) -> tuple[int, list[dict[str, Any]]]:
    status, said = await cohort("doctor", "--json", *which)
    return status, json.loads(said)["findings"]


async def test_all_is_well(own: Pipeline) -> None:
    status, findings = await doctor("--data", folder(own))
    assert (status, [it for it in findings if it["verdict"] == "wrong"]) == (0, [])
    assert {it["check"] for it in findings if it["verdict"] == "unknown"} <= SKIPPED
    looked_at = {it["check"] for it in findings if it["verdict"] == "ok"}
    assert looked_at >= {"Kafka", "topics", "event types", "consumer groups", "services", "Postgres", "migrations"}
    assert looked_at >= {"clock", "mail", "letters", "console", "disk"}
    told = json.dumps(findings)
    assert str(urlsplit(own.addresses.screening_dsn).password) not in told
    assert (await cohort("topics", "--data", folder(own)))[0] == 0
    status, said = await cohort("status", "--json", "--data", folder(own))
    assert (status, json.loads(said)["ready"]) == (0, True), said


async def test_a_watch_tells_rates_until_it_is_ended(own: Pipeline) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cohort", "status", "--watch", "--json", "--data", str(folder(own))),
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        first, second = [json.loads(await process.stdout.readline()) for _ in range(2)]
    process.terminate()
    assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
    assert {it["per_second"] for it in first["topics"]} == {None}
    assert {type(it["per_second"]) for it in second["topics"]} == {float}


async def test_kafka_alone_tells_what_the_tables_do(own: Pipeline, tmp_path: Path) -> None:
    application = await decided(own)
    alone = tmp_path / "kafka.toml"
    alone.write_text(
        f'kafka_bootstrap_servers = "{own.addresses.kafka}"\nconsole_url = "{own.addresses.console_url}"\n'
    )
    for words in (("policy", "list"), ("explain", application)):
        places = ("--data", folder(own)), ("--deployment", alone)
        table, topic = await asyncio.gather(*(cohort(*words, *place) for place in places))
        assert topic == table
        assert topic[0] == 0
    assert (await cohort("policy", "try", "active", "--against", "active", "--deployment", alone))[0] == 2
    status, _ = await cohort("review", application, "advance", *WHO, "--deployment", alone)
    assert status == 0
    assert "Mei Lin" in (await cohort("explain", application, "--data", folder(own)))[1]
    assert (await cohort("review", "--deployment", alone))[0] == 2, "what waits is in the table"


async def test_each_thing_that_is_wrong_is_told_and_nothing_else(own: Pipeline, tmp_path: Path) -> None:
    at = own.addresses
    described = tmp_path / "deployment.toml"
    nobody = choose_ports(["nobody"], {})["nobody"]
    described.write_text(
        f"""
kafka_bootstrap_servers = "{at.kafka}"
intake_url = "{at.intake_url}"
notify_dsn = "{at.notify_dsn}"
screening_dsn = "{guessed(at.screening_dsn)}"
smtp_host = "127.0.0.1"
smtp_port = {nobody}
"""
    )
    assert (await cohort("letters", "pause", *WHO, "--deployment", described))[0] == 0
    await change_retention(at.kafka, NOTIFICATIONS, 60_000)
    await leave_a_group(at.kafka, "console-2")
    await publish_a_later_release(at.kafka)
    try:
        status, findings = await doctor("--deployment", described)
    finally:
        assert (await cohort("letters", "resume", *WHO, "--deployment", described))[0] == 0
    told = {it["check"]: it["says"] for it in findings if it["verdict"] == "wrong"}
    assert status == 1
    assert len(told) == sum(it["verdict"] == "wrong" for it in findings), findings
    assert set(told) == {"Postgres", "mail", "letters", "topics", "consumer groups", "event types"}
    assert "the database of screening" in told["Postgres"] and "does not take the login" in told["Postgres"]
    assert f"127.0.0.1:{nobody} does not answer" in told["mail"]
    assert "letters are paused, by 1 pause" in told["letters"]
    assert told["topics"] == f"{NOTIFICATIONS}: retention.ms is 60000, declared 15552000000"
    assert "the group console-2 has no consumer" in told["consumer groups"]
    assert "records wait, and nobody reads them" in told["consumer groups"]
    assert told["event types"].endswith("hiring.demographics.given.v9")
    assert "guessed" not in json.dumps(findings)
    status, said = await cohort("topics", "--deployment", described)
    assert (status, "1 min (declared: 180 days)" in said) == (1, True), said


async def decided(own: Pipeline) -> str:
    """The id of an application that waits for a person: it says next to nothing of itself."""
    candidate = {"name": "Ada Lovelace", "email": "ada@mail.example"}
    one = {"source": "file", "external_id": "1", "programme": "ai-internships-2026", "candidate": candidate}
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{own.addresses.intake_url}/v1/applications", json=one)
    application = str(answer.raise_for_status().json()["application_id"])
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await fetch(
            own.addresses.screening_dsn, "SELECT 1 FROM decisions WHERE application_id = $1", application
        ):
            await asyncio.sleep(0.1)
    return application


def guessed(dsn: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(netloc=f"{parts.username}:guessed@{parts.hostname}:{parts.port}"))


async def change_retention(kafka: str, topic: str, milliseconds: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        # All of a topic's settings are replaced by what is said here.
        settings = {"max.message.bytes": "1048576", "cleanup.policy": "delete", "retention.ms": str(milliseconds)}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, settings)])
    finally:
        await admin.close()


async def leave_a_group(kafka: str, group: str) -> None:
    """A group that stands at the beginning of a topic, and whose consumer is gone."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(POLICIES, number) for number in range(6)]
        consumer.assign(partitions)
        await consumer.commit(dict.fromkeys(partitions, 0))
    finally:
        await consumer.stop()


async def publish_a_later_release(kafka: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        headers = [("ce_type", b"hiring.demographics.given.v9")]
        await producer.send_and_wait(DEMOGRAPHICS, b"{}", key=b"nobody", headers=headers)
    finally:
        await producer.stop()
