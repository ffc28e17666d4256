"""Intake as a process on a real broker: what HR systems send is in the log, exactly, and the process ends in order."""

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from cohort.stack.kafka import KafkaNode
from cohort.stack.ports import choose_ports
from hiring.events import CONTRACTS, SUBMISSION_MADE
from hiring.events.application import ApplicationSubmitted
from hiring.events.command import ApplicationWithdrawn, CandidateErased, Command
from hiring.events.dead_letter import DeadLetter
from hiring.events.reading import read
from hiring.provisioning import provision
from hiring.settings import Settings, as_environment
from hiring.topics import APPLICATIONS, COMMANDS, CONTACTS, DEAD_LETTERS, DEMOGRAPHICS, SUBMISSIONS
from intake.openapi import EXAMPLE

pytestmark = pytest.mark.stack
PARTITIONS = 6
GOOD_HEADERS = [
    ("ce_specversion", b"1.0"),
    ("ce_type", SUBMISSION_MADE.encode()),
    ("ce_id", b"1"),
    ("ce_source", b"/hr"),
    ("content-type", b"application/json"),
]


def line(external_id: str) -> bytes:
    return json.dumps(EXAMPLE | {"external_id": external_id}).encode()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="intake-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="module")
async def kafka(folder: Path) -> AsyncIterator[KafkaNode]:
    ports = choose_ports(["kafka", "controller"], {})
    node = KafkaNode(folder / "kafka", ports["kafka"], ports["controller"], folder / "kafka.log", "384m")
    await node.start()
    await node.wait_ready()
    await provision(Settings(kafka_bootstrap_servers=node.bootstrap_servers), partitions=PARTITIONS)
    yield node
    await node.stop()


class Intake:
    """The process, and a client for it."""

    def __init__(self, folder: Path, bootstrap_servers: str, **more: Any) -> None:
        port = choose_ports(["intake"], {})["intake"]
        settings = {
            "kafka_bootstrap_servers": bootstrap_servers,
            "candidate_secret": "a secret of the tests",
            "http_port": port,
            "accept_timeout_seconds": 3,
            **more,
        }
        self.log = folder / "intake.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "intake"], env={**os.environ, **as_environment(settings)}, stderr=log
            )
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)

    async def answers(self, path: str, status: int) -> None:
        async def asked() -> bool:
            try:
                return (await self.http.get(path)).status_code == status
            except httpx.TransportError:
                return False

        await until(asked, f"{path} to be {status}")

    async def end(self) -> tuple[int, float]:
        """SIGTERM; the exit status, and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = await asyncio.to_thread(self.process.wait, 40)
        return status, time.monotonic() - began


async def until(holds: Callable[[], Any], what: str, seconds: float = 40) -> None:
    """Wait until it holds, with a deadline."""
    try:
        async with asyncio.timeout(seconds):
            while not await holds():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"waited {seconds} s for {what}") from None


@asynccontextmanager
async def running(folder: Path, bootstrap_servers: str, **more: Any) -> AsyncIterator[Intake]:
    intake = Intake(folder, bootstrap_servers, **more)
    try:
        yield intake
    finally:
        await intake.http.aclose()
        if intake.process.poll() is None:
            intake.process.kill()
            intake.process.wait()


@pytest.fixture(scope="module")
async def intake(folder: Path, kafka: KafkaNode) -> AsyncIterator[Intake]:
    async with running(folder, kafka.bootstrap_servers) as process:
        await process.answers("/readyz", 200)
        yield process


async def everything(kafka: KafkaNode, *topics: str) -> list[Any]:
    """All records that these topics hold now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, max_partition_fetch_bytes=8 << 20)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, n) for topic in topics for n in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(partitions)
        found: list[Any] = []
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += records
        return found
    finally:
        await consumer.stop()


def applications(records: Iterable[Any]) -> dict[str, ApplicationSubmitted]:
    return {
        record.key.decode(): read(record, {"hiring.application.submitted.v1": ApplicationSubmitted})
        for record in records
    }


async def test_an_accepted_application_is_in_the_log(intake: Intake, kafka: KafkaNode) -> None:
    response = await intake.http.post("/v1/applications", content=line("single"))
    assert response.status_code == 202
    found = applications(await everything(kafka, APPLICATIONS))
    assert found[response.json()["application_id"]].revision == response.json()["revision"]
    for record in await everything(kafka, CONTACTS, DEMOGRAPHICS):
        read(record, CONTRACTS)


async def test_a_withdrawal_and_an_erasure_are_in_the_log(intake: Intake, kafka: KafkaNode) -> None:
    applied = (await intake.http.post("/v1/applications", content=line("gone"))).json()
    withdrawn = await intake.http.post("/v1/applications/campus-portal/gone/withdraw")
    erased = await intake.http.post("/v1/candidates/erase", json={"email": "somebody.else@example.com"})
    assert (withdrawn.status_code, erased.status_code) == (202, 202)
    commands = [read(record, CONTRACTS) for record in await everything(kafka, COMMANDS)]
    by_id = {str(command.command_id): command for command in commands if isinstance(command, Command)}
    withdrawal, erasure = (by_id[response.json()["command_id"]] for response in (withdrawn, erased))
    assert isinstance(withdrawal, ApplicationWithdrawn)
    assert str(withdrawal.application_id) == applied["application_id"]
    assert isinstance(erasure, CandidateErased)
    tombstones = [record for record in await everything(kafka, CONTACTS) if record.value is None]
    assert [record.key.decode() for record in tombstones] == [erasure.candidate_id]


async def test_a_table_is_in_the_log(intake: Intake, kafka: KafkaNode) -> None:
    table = "申请编号,姓名,邮箱,毕业时间\n" + "".join(
        f"csv-{n},林晓宇,p{n}@mail.example,2026年6月\n" for n in range(3000)
    )
    response = await intake.http.post(
        "/v1/applications/bulk?source=hr&programme=ai-internships-2026",
        content=gzip.compress(table.encode("gb18030")),
        headers={"content-type": "text/csv; charset=gb18030", "content-encoding": "gzip"},
    )
    *answers, last = map(json.loads, response.text.splitlines())
    assert last["summary"]["accepted"] == 3000
    found = applications(await everything(kafka, APPLICATIONS))
    assert {answer["application_id"] for answer in answers} <= set(found)
    assert found[answers[0]["application_id"]].facts["education"] == [{"graduation": "2026-06"}]


async def test_many_posts_at_once(intake: Intake, kafka: KafkaNode) -> None:
    began = time.monotonic()
    responses = await asyncio.gather(
        *(intake.http.post("/v1/applications", content=line(f"one-{n}")) for n in range(500))
    )
    print(f"\n500 posts at once: {500 / (time.monotonic() - began):,.0f}/s")
    assert {response.status_code for response in responses} == {202}
    found = applications(await everything(kafka, APPLICATIONS))
    assert {response.json()["application_id"] for response in responses} <= set(found)


async def test_a_bulk_upload_is_in_the_log_line_by_line(intake: Intake, kafka: KafkaNode) -> None:
    many = 20_000
    body = b"\n".join([line(f"bulk-{n}") if n % 100 else b'{"source": "broken"}' for n in range(many)])
    began = time.monotonic()
    response = await intake.http.post(
        "/v1/applications/bulk", content=body, headers={"content-type": "application/x-ndjson"}
    )
    seconds = time.monotonic() - began
    print(f"\nbulk: {many} lines, {len(body) / 1e6:.0f} MB in {seconds:.2f} s: {many / seconds:,.0f} lines/s")
    *answers, last = [json.loads(text) for text in response.text.splitlines()]
    assert last["summary"] == {"lines": many, "accepted": many - 200, "rejected": 200, "failed": 0}
    told = {answer["application_id"] for answer in answers if answer["status"] == "accepted"}
    assert len(told) == many - 200
    assert told <= set(applications(await everything(kafka, APPLICATIONS)))


async def test_poison_on_the_kafka_door_goes_to_the_dead_letters(intake: Intake, kafka: KafkaNode) -> None:
    poison: list[tuple[str, bytes | None, list[tuple[str, bytes | None]]]] = [
        ("not-json", b"{", [*GOOD_HEADERS]),
        ("empty", None, [*GOOD_HEADERS]),
        ("invalid", b'{"source": "x"}', [*GOOD_HEADERS]),
        ("invalid", line("x").replace(b"12,000", b"x" * 2_000_000), [*GOOD_HEADERS]),
        ("unreadable-header", line("x"), [*GOOD_HEADERS, ("ce_subject", None)]),
        ("unreadable-header", line("x"), [*GOOD_HEADERS, ("ce_subject", b"\xff")]),
        ("missing-header", line("x"), []),
        ("unknown-type", line("x"), [*GOOD_HEADERS[:1], ("ce_type", b"hiring.submission.made.v9"), *GOOD_HEADERS[2:]]),
    ]
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers, max_request_size=4 << 20)
    await producer.start()
    for n, (_, value, headers) in enumerate(poison):
        await producer.send_and_wait(SUBMISSIONS, value, key=b"k", headers=headers)
        await producer.send_and_wait(SUBMISSIONS, line(f"kafka-{n}"), key=b"k", headers=GOOD_HEADERS)
    await producer.stop()
    expected = await intake.http.post("/v1/applications", content=line(f"kafka-{len(poison) - 1}"))

    async def all_there() -> bool:
        metrics = (await intake.http.get("/metrics")).text
        return f'hiring_records_done_total{{service="intake"}} {2 * len(poison)}.0' in metrics

    await until(all_there, "the submissions to be done with")
    letters = [DeadLetter.of(record.headers) for record in await everything(kafka, DEAD_LETTERS)]
    assert [letter.flaw for letter in letters] == [flaw for flaw, _, _ in poison]
    assert not any("xiaoyu" in letter.detail.lower() for letter in letters)
    found = await everything(kafka, APPLICATIONS)
    twice = [record for record in found if record.key.decode() == expected.json()["application_id"]]
    assert len(twice) == 2
    assert dict(twice[0].headers)["ce_id"] == dict(twice[1].headers)["ce_id"]


async def test_the_largest_valid_submission_does_not_stop_the_door(intake: Intake, kafka: KafkaNode) -> None:
    """It is larger than most topics take: were its record refused, every restart would meet it again."""
    large = EXAMPLE | {"external_id": "large", "projects": [{"title": "t", "summary": "题" * 8000}] * 50}
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers, max_request_size=4 << 20)
    await producer.start()
    value = json.dumps(large, ensure_ascii=False).encode()
    assert len(value) > 1_100_000
    await producer.send_and_wait(SUBMISSIONS, value, key=b"k", headers=GOOD_HEADERS)
    await producer.stop()

    async def arrived() -> bool:
        return any(len(record.value) > 1_100_000 for record in await everything(kafka, APPLICATIONS))

    await until(arrived, "the large application")
    assert (await intake.http.get("/readyz")).status_code == 200


async def test_a_broker_that_goes_and_comes_back(intake: Intake, kafka: KafkaNode) -> None:
    await kafka.stop()
    response = await intake.http.post("/v1/applications", content=line("away"))
    assert response.status_code == 503
    assert "retry-after" in response.headers
    assert (await intake.http.get("/readyz")).status_code == 503
    assert (await intake.http.get("/livez")).status_code == 200
    await kafka.start()
    await kafka.wait_ready()
    await intake.answers("/readyz", 200)
    response = await intake.http.post("/v1/applications", content=line("back"))
    assert response.status_code == 202
    assert response.json()["application_id"] in applications(await everything(kafka, APPLICATIONS))


async def test_sigterm_ends_it_in_order(intake: Intake) -> None:
    status, seconds = await intake.end()
    print(f"\nSIGTERM: {seconds:.1f} s")
    assert status == 0
    assert seconds < 10


async def test_no_personal_data_in_its_log(intake: Intake) -> None:
    log = intake.log.read_text()
    assert log
    assert "xiaoyu" not in log.lower()


async def test_without_a_broker_it_waits_and_says_so(folder: Path) -> None:
    port = choose_ports(["nothing"], {})["nothing"]
    async with running(folder, f"127.0.0.1:{port}") as intake:
        await intake.answers("/livez", 200)
        assert (await intake.http.get("/readyz")).status_code == 503
        assert (await intake.http.post("/v1/applications", content=line("x"))).status_code == 503
        status, seconds = await intake.end()
        assert status == 0
        assert seconds < 10
