"""Notify as a process on real Kafka and real Postgres, before a real mail sink; what it is fed, and what it told."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from cohort.stack.kafka import KafkaNode
from cohort.stack.mail_sink import MailSink
from cohort.stack.ports import choose_ports
from cohort.stack.postgres import PostgresServer
from hiring import kafka
from hiring.events import CONTACT_GIVEN, DECISION_MADE, NOTIFICATION_RECORDED
from hiring.events.contact import ContactGiven
from hiring.events.decision import DecisionMade, PolicyNamed, Reason
from hiring.events.envelope import Outgoing, cloudevent_headers
from hiring.events.notification import NotificationRecorded
from hiring.events.reading import read
from hiring.provisioning import provision
from hiring.publishing import Publisher
from hiring.settings import Settings, as_environment
from hiring.topic_reading import read_topic
from hiring.topics import CONTACTS, DECISIONS, NOTIFICATIONS

NOW = datetime(2026, 3, 2, tzinfo=UTC)
OUTCOMES = ("advance", "decline", "review")


@dataclass
class Stack:
    """The real parts, started once for this file."""

    folder: Path
    broker: KafkaNode
    postgres: PostgresServer
    settings: Settings
    publisher: Publisher
    databases: itertools.count[int]


@contextlib.asynccontextmanager
async def running_stack() -> AsyncIterator[Stack]:
    with TemporaryDirectory(prefix="notify-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        ports = choose_ports(["kafka", "controller", "postgres"], {})
        broker = KafkaNode(folder / "kafka", ports["kafka"], ports["controller"], folder / "kafka.log")
        postgres = PostgresServer(folder / "postgres", ports["postgres"], folder / "postgres.log")
        try:
            await broker.start()
            await postgres.start()
            await asyncio.gather(broker.wait_ready(), postgres.wait_ready())
            settings = Settings(kafka_bootstrap_servers=broker.bootstrap_servers)
            await provision(settings)
            producer = kafka.producer(settings, "test")
            await producer.start()
            try:
                yield Stack(folder, broker, postgres, settings, Publisher(producer), itertools.count())
            finally:
                await producer.stop()
        finally:
            await postgres.stop()
            await broker.stop()


class Notify:
    """One notify on a database of its own: started, killed and started again by a test."""

    def __init__(self, stack: Stack, dsn: str, smtp_port: int, more: Mapping[str, object]) -> None:
        port = choose_ports(["http"], {})["http"]
        settings = {
            "kafka_bootstrap_servers": stack.settings.kafka_bootstrap_servers,
            "postgres_dsn": dsn,
            "smtp_port": smtp_port,
            "http_port": port,
            "retry_seconds": 0.05,
            **more,
        }
        self.url = f"http://127.0.0.1:{port}"
        self.dsn = dsn
        self.log = stack.folder / f"notify-{port}.log"
        self.process: asyncio.subprocess.Process | None = None
        self._environment = {**os.environ, **as_environment(settings)}

    async def run(self, *verb: str) -> asyncio.subprocess.Process:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "notify", *verb, env=self._environment, stdout=log, stderr=log
            )
        return self.process

    async def end(self, how: int) -> int:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 30)

    async def get(self, path: str) -> str:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            try:
                return (await client.get(path)).text
            except httpx.HTTPError:
                return ""


@contextlib.asynccontextmanager
async def notify(stack: Stack, smtp_port: int, **more: object) -> AsyncIterator[tuple[Notify, asyncpg.Connection[Any]]]:
    database = f"notify_{next(stack.databases)}"
    await stack.postgres.create_database(database)
    dsn = stack.postgres.dsn(database)
    service = Notify(stack, dsn, smtp_port, more)
    assert await (await service.run("migrate")).wait() == 0, service.log.read_text()
    connection = await asyncpg.connect(dsn)
    await service.run()
    try:
        yield service, connection
        assert await service.end(signal.SIGTERM) == 0, service.log.read_text()
        assert "example.org" not in service.log.read_text(), "an address in the log"
    finally:
        await service.end(signal.SIGKILL)
        await connection.close()


async def until(fact: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Wait for a fact; TimeoutError where it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not await fact():
            await asyncio.sleep(0.05)


Pairs = dict[UUID, tuple[DecisionMade, ContactGiven]]


def drive(size: int, mailbox: Callable[[int], str] = lambda n: f"c{n}") -> Pairs:
    """Decisions and their contacts, by decision_id; every other candidate reads Chinese."""
    pairs: Pairs = {}
    for n in range(size):
        candidate = uuid4().hex * 2
        decision = DecisionMade.model_validate(
            {
                "decision_id": uuid4(),
                "application_id": uuid4(),
                "candidate_id": candidate,
                "revision": "b" * 64,
                "programme": "ai-internships-2026",
                "policy": PolicyNamed(name="p", version="1", digest="c" * 64),
                "outcome": OUTCOMES[n % 3],
                "reasons": [Reason(rule="r", en="A reason.", zh="理由。")],
                "decided_at": NOW,
            }
        )
        locale = ("en", "zh-CN")[n % 2]
        contact = ContactGiven(
            candidate_id=candidate, name="王小明", email=f"{mailbox(n)}@example.org", locale=locale, given_at=NOW
        )
        pairs[decision.decision_id] = decision, contact
    return pairs


def decisions(pairs: Pairs) -> list[Outgoing]:
    return [
        Outgoing(
            DECISIONS,
            str(made.application_id).encode(),
            made.model_dump_json().encode(),
            cloudevent_headers(DECISION_MADE, id_, "/test", NOW, str(made.application_id)),
        )
        for id_, (made, _) in pairs.items()
    ]


def contacts(pairs: Pairs) -> list[Outgoing]:
    return [
        Outgoing(
            CONTACTS,
            given.candidate_id.encode(),
            given.model_dump_json().encode(),
            cloudevent_headers(CONTACT_GIVEN, given.candidate_id, "/test", NOW, given.candidate_id),
        )
        for _, given in pairs.values()
    ]


async def told(stack: Stack, pairs: Pairs) -> list[NotificationRecorded]:
    """Every notification about these decisions, in the log until now."""
    contracts = {NOTIFICATION_RECORDED: NotificationRecorded}
    records = read_topic(stack.settings.kafka_bootstrap_servers, NOTIFICATIONS)
    return [news async for record in records if (news := read(record, contracts)).decision_id in pairs]


def settled(ledger: asyncpg.Connection[Any], size: int) -> Callable[[], Awaitable[bool]]:
    async def fact() -> bool:
        return bool(await ledger.fetchval("SELECT count(*) FROM letters WHERE published") == size)

    return fact


@contextlib.asynccontextmanager
async def mail_sink(stack: Stack) -> AsyncIterator[MailSink]:
    port = choose_ports(["smtp"], {})["smtp"]
    sink = MailSink(stack.folder / f"mail-{port}", port, stack.folder / f"mail-{port}.log")
    await sink.start()
    await sink.wait_ready()
    try:
        yield sink
    finally:
        await sink.stop()
