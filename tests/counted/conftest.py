"""A drive of 1,000 and one of 4,000 applications through each service, one after another, counted; done once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

import intake.main
import notify.main
import screening.main
from cohort.drive.generate import generate
from cohort.drive.kafka_door import KafkaDoor
from cohort.stack.kafka import KafkaNode
from cohort.stack.kafka_config import NODE_ID
from cohort.stack.mail_sink import MailSink
from cohort.stack.ports import choose_ports
from cohort.stack.postgres import PostgresServer
from hiring import postgres
from hiring.events.reading import Unreadable, parse
from hiring.events.submission import Submission
from hiring.provisioning import provision
from hiring.settings import PostgresSettings, Settings
from hiring.topics import APPLICATIONS, CONTACTS, DECISIONS, NOTIFICATIONS, SUBMISSIONS
from intake.settings import IntakeSettings
from notify.settings import NotifySettings
from screening.programmes import read_folder
from screening.registry import Registry
from screening.settings import ScreeningSettings

from .counting import Counted, counted, log_statements

SIZES = (1000, 4000)
PARTITIONS = 6
Counts = dict[tuple[str, int], Counted]
"""By service and number of applications."""


@dataclass
class Stack:
    """The real parts, and where their logs are."""

    kafka: KafkaNode
    postgres: PostgresServer
    mail: MailSink
    mail_port: int
    admin: AIOKafkaAdminClient

    def settings(self) -> dict[str, Any]:
        """What every service is told; the port for health checks is any."""
        return {"kafka_bootstrap_servers": self.kafka.bootstrap_servers, "http_port": 0}

    async def end(self, topic: str) -> int:
        """How many records the topic has been given."""
        async with AIOKafkaConsumer(bootstrap_servers=self.kafka.bootstrap_servers) as consumer:
            ends = await consumer.end_offsets([TopicPartition(topic, number) for number in range(PARTITIONS)])
            return sum(ends.values())

    async def until_committed(self, group: str, *topics: str) -> None:
        """Wait until the group has committed everything these topics hold."""
        total = sum([await self.end(topic) for topic in topics])
        async with asyncio.timeout(60):
            while True:
                offsets = await self.admin.list_consumer_group_offsets(group, group_coordinator_id=NODE_ID)
                if sum(place.offset for place in offsets.values()) >= total:
                    return
                await asyncio.sleep(0.05)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack() -> AsyncIterator[Stack]:
    with TemporaryDirectory(prefix="counted-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        ports = choose_ports(["kafka", "controller", "postgres", "mail"], {})
        kafka = KafkaNode(folder / "kafka", ports["kafka"], ports["controller"], folder / "kafka.log", "384m")
        server = PostgresServer(folder / "postgres", ports["postgres"], folder / "postgres.log")
        mail = MailSink(folder / "mail", ports["mail"], folder / "mail.log")
        try:
            for part in (kafka, server, mail):
                await part.start()
            await asyncio.gather(kafka.wait_ready(), server.wait_ready(), mail.wait_ready())
            await provision(Settings(kafka_bootstrap_servers=kafka.bootstrap_servers), partitions=PARTITIONS)
            for service in ("screening", "notify"):
                await server.create_database(service)
                settings = PostgresSettings(postgres_dsn=server.dsn(service))
                await asyncio.to_thread(postgres.migrate, settings, service)
                await log_statements(server, service)
            await _seed(server.dsn("screening"))
            admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
            await admin.start()
            yield Stack(kafka, server, mail, ports["mail"], admin)
            await admin.close()
        finally:
            for part in (mail, server, kafka):
                await part.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def counts(stack: Stack) -> Counts:
    """What each service asked of the broker and its database for each size."""
    found: Counts = {}
    with pytest.MonkeyPatch.context() as patch:
        for size in SIZES:
            async with KafkaDoor(stack.kafka.bootstrap_servers) as door:
                await door.send(_lines(size))
            found["intake", size] = await _intake(stack, patch)
            found["screening", size] = await _screening(stack, patch)
            found["notify", size] = await _notify(stack, patch)
    return found


async def _intake(stack: Stack, patch: pytest.MonkeyPatch) -> Counted:
    settings = IntakeSettings(candidate_secret="a secret of the tests", **stack.settings())
    with counted(patch, stack.postgres.log_path, None) as found:
        async with _running(intake.main.service(settings)):
            await stack.until_committed("intake", SUBMISSIONS)
    return found


async def _seed(dsn: str) -> None:
    """What screening's first start does once, before anything is counted."""
    async with asyncpg.create_pool(dsn, min_size=1) as pool:
        await Registry(pool).open(read_folder(ScreeningSettings().policies), datetime.now(UTC))


async def _screening(stack: Stack, patch: pytest.MonkeyPatch) -> Counted:
    settings = ScreeningSettings(postgres_dsn=stack.postgres.dsn("screening"), **stack.settings())
    with counted(patch, stack.postgres.log_path, "screening") as found:
        async with _running(screening.main.service(settings, read_folder(settings.policies))):
            await stack.until_committed("screening", APPLICATIONS)
    return found


async def _notify(stack: Stack, patch: pytest.MonkeyPatch) -> Counted:
    mail: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_port": stack.mail_port}
    settings = NotifySettings(postgres_dsn=stack.postgres.dsn("notify"), **mail, **stack.settings())
    # A repeated application is decided again under the same id: its record is there twice, its letter once.
    letters = len({record async for record in _keys(stack, DECISIONS)})
    with counted(patch, stack.postgres.log_path, "notify") as found:
        async with _running(notify.main.service(settings)):
            await stack.until_committed("notify", CONTACTS, DECISIONS)
            async with asyncio.timeout(120):
                while await stack.end(NOTIFICATIONS) < letters:
                    await asyncio.sleep(0.2)
    return found


async def _keys(stack: Stack, topic: str) -> AsyncIterator[bytes | None]:
    async with AIOKafkaConsumer(bootstrap_servers=stack.kafka.bootstrap_servers) as consumer:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        left = await stack.end(topic)
        while left:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                left -= len(records)
                for record in records:
                    yield record.key


@contextlib.asynccontextmanager
async def _running(service: contextlib.AbstractAsyncContextManager[Awaitable[Any]]) -> AsyncIterator[None]:
    """The service runs inside the block; if a part of it ends by itself, so does the block, with its error."""
    async with service as ended:
        watching = asyncio.ensure_future(ended)
        yield
        if watching.done():
            watching.result()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def _lines(size: int) -> list[bytes]:
    return list(islice(_readable(seed=size), size))


def _readable(seed: int) -> Any:
    for item in generate(10**9, seed):
        with contextlib.suppress(Unreadable):
            parse(item.line, Submission)
            yield item.line
