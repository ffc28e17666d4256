"""From every door to the mailbox, counted exactly; and the same with services killed on the way."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest

from cohort.accounting import Account, account
from cohort.accounting.gather import letters_in_flight
from cohort.demo_arrival import Outstanding, Watch
from cohort.drive.generate import generate
from cohort.drive.send import send
from cohort.drive.sent import Sent
from cohort.pipeline import Pipeline
from hiring.identity import application_id
from hiring.topic_reading import read_topic
from hiring.topics import DECISIONS

from .letters import letter_to

pytestmark = pytest.mark.stack

PATIENCE_SECONDS = 120
T = TypeVar("T")


async def arrived(watch: Watch, sent: Sent) -> None:
    """Wait until nothing of the drive is outstanding anywhere."""
    outstanding = Outstanding(sent)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while outstanding:
            await watch.settle(outstanding)
            await asyncio.sleep(0.1)


async def drive(pipeline: Pipeline, lines: Iterable[bytes]) -> Account:
    # The watch begins first: it counts the dead letters that come while it watches.
    async with Watch(pipeline.addresses) as watch:
        sent = await send(lines, pipeline.addresses)
        await arrived(watch, sent)
    return await account(sent, pipeline.addresses)


def lines(size: int, seed: int) -> list[bytes]:
    return [item.line for item in generate(size, seed)]


async def test_every_application_of_a_drive_is_accounted_for(pipeline: Pipeline) -> None:
    result = await drive(pipeline, lines(1500, seed=1))
    assert not result.discrepancies
    assert result.complete


async def test_the_same_drive_again_changes_nothing(pipeline: Pipeline) -> None:
    first = await drive(pipeline, lines(300, seed=2))
    decisions, emails = await counts(pipeline)
    again = await drive(pipeline, lines(300, seed=2))
    assert first.complete
    assert again.complete
    assert await counts(pipeline) == (decisions, emails)
    said: dict[bytes, set[tuple[bytes | None, bytes]]] = {}
    times = 0
    async for record in read_topic(pipeline.addresses.kafka, DECISIONS):
        if record.value is None:
            continue  # Somebody was erased by another test.
        # It tells when its application was submitted last, which may be now.
        told = orjson.dumps({**orjson.loads(record.value), "submitted_at": None})
        said.setdefault(dict(record.headers)["ce_id"] or b"", set()).add((record.key, told))
        times += 1
    assert times > len(said), "nothing was decided again"
    assert all(len(records) == 1 for records in said.values()), "a decision was published with another content"


@pytest.mark.parametrize(("service", "seed"), [("screening", 3), ("notify", 4), ("intake", 5)])
async def test_a_service_killed_in_the_middle_loses_and_doubles_nothing(
    pipeline: Pipeline, service: str, seed: int
) -> None:
    before = await counts(pipeline)
    in_flight: set[UUID] = set()
    async with Watch(pipeline.addresses) as watch:
        sending = asyncio.create_task(send(lines(3000, seed), pipeline.addresses))
        for more in (100, 900):
            await until(lambda more=more: _more(pipeline, before, more))
            killed = pipeline.supervisor.pids()[service]
            os.kill(killed, signal.SIGKILL)
            in_flight |= await letters_in_flight(pipeline.addresses.notify_dsn)
            await until(lambda killed=killed: _restarted(pipeline, service, killed))
        sent = await sending
        await arrived(watch, sent)
    result = await account(sent, pipeline.addresses, in_flight)
    assert not result.discrepancies
    assert result.complete


async def test_sigterm_ends_each_service_in_order_with_status_0(pipeline: Pipeline) -> None:
    for service in pipeline.services.values():
        assert service.child is not None
        child = service.child
        os.kill(child.pid, signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await child.wait() == 0
        await until(lambda service=service: _ready(service.url))


async def test_a_candidate_reads_the_outcome_in_their_language(pipeline: Pipeline) -> None:
    submission = {
        "source": "test",
        "external_id": "zh-1",
        "programme": "ai-internships-2026",
        "candidate": {"name": "王小明", "email": "xiaoming@mail.example", "locale": "zh-CN"},
        "education": [{"level": "bachelor", "graduation": "2024-06"}],
        "courses": [{"name": "数据结构"}],
        "projects": [{"title": "x", "ai": True}],
        "answers": {"ai-ethics": "人" * 40},
        "consents": {"data_processing": True, "automated_screening": True},
    }
    async with httpx.AsyncClient(base_url=pipeline.addresses.intake_url, trust_env=False) as client:
        answer = await client.post("/v1/applications", json=submission)
    assert answer.status_code == 202
    assert answer.json()["application_id"] == str(application_id("test", "zh-1"))
    letter = await letter_to(pipeline, "xiaoming@mail.example")
    assert "2025年11月至2026年10月" in letter


async def counts(pipeline: Pipeline) -> tuple[int, int]:
    """How many decisions and e-mails there are."""
    connection = await asyncpg.connect(pipeline.addresses.screening_dsn)
    try:
        decisions = await connection.fetchval("SELECT count(*) FROM decisions")
    finally:
        await connection.close()
    return decisions, sum(1 for _ in pipeline.addresses.mailbox.glob("*.eml"))


async def _more(pipeline: Pipeline, before: tuple[int, int], more: int) -> bool:
    return (await counts(pipeline))[0] >= before[0] + more


async def _restarted(pipeline: Pipeline, service: str, killed: int) -> bool:
    return pipeline.supervisor.pids().get(service, killed) != killed


async def _ready(url: str) -> bool:
    try:
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            return (await client.get("/readyz")).status_code == 200
    except httpx.HTTPError:
        return False


async def until(fact: Callable[[], Awaitable[T]]) -> T:
    """Ask until the answer is true; return it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (answer := await fact()):
            await asyncio.sleep(0.05)
    return answer
