"""The client against a real intake with keys, and the command's door for files: what they send ends as a decision."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg
import pytest

from cohort.candidate_secret import candidate_secret
from cohort.pipeline import Pipeline
from cohort.service import ServiceProcess
from cohort.stack.ports import choose_ports
from cohort_client import Application, AsyncClient, Client, NotAllowed, Progress, Rejected
from hiring.identity import application_id
from hiring.topic_reading import read_topic
from hiring.topics import COMMANDS
from intake import sources_file
from intake.sources import SourceScope

pytestmark = pytest.mark.stack

PATIENCE_SECONDS = 90
SOURCE = f"client-{uuid4().hex[:8]}"
"""So that the applications are of this run."""
RESUME = Path(__file__).parents[2] / "docs/examples/resume.json"


class Guarded(NamedTuple):
    """A further intake of the pipeline, which wants a key."""

    process: ServiceProcess
    key: str

    @property
    def url(self) -> str:
        return self.process.url


@pytest.fixture(scope="module")
async def guarded(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Guarded]:
    folder = tmp_path_factory.mktemp("client")
    file: Path = folder / "sources.json"
    key = sources_file.create(file, SOURCE, list(SourceScope))
    [port] = choose_ports(["intake"], {}).values()
    settings = {
        "kafka_bootstrap_servers": pipeline.addresses.kafka,
        "candidate_secret_file": candidate_secret(pipeline.addresses.logs.parent),
        "sources_file": file,
    }
    intake = ServiceProcess("intake", settings, port, folder / "intake.log")
    await intake.start()
    try:
        await intake.wait_ready()
        yield Guarded(intake, key)
    finally:
        await intake.stop()


def applications(first: int, many: int) -> Iterator[Application]:
    for number in range(first, first + many):
        yield {
            "source": SOURCE,
            "external_id": f"{number}/申请",
            "programme": "ai-internships-2026",
            "candidate": {"name": "Ada Lovelace", "email": f"{SOURCE}-{number}@mail.example"},
        }


def named(number: int) -> UUID:
    return application_id(SOURCE, f"{number}/申请")


async def decided(pipeline: Pipeline, wanted: list[UUID]) -> None:
    """Wait until each of them is decided."""
    connection = await asyncpg.connect(pipeline.addresses.screening_dsn)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            question = "SELECT count(DISTINCT application_id) FROM decisions WHERE application_id = ANY($1::uuid[])"
            while await connection.fetchval(question, wanted) < len(wanted):
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def test_one_by_one_and_in_bulk(pipeline: Pipeline, guarded: Guarded) -> None:
    [one] = applications(0, 1)
    with Client(guarded.url, guarded.key) as client:
        assert (await asyncio.to_thread(client.submit, one)).application_id == named(0)
        with pytest.raises(Rejected) as raised:
            await asyncio.to_thread(client.submit, {**one, "shoe_size": 42})
        assert [field for field, _ in raised.value.errors] == ["shoe_size"]
        told = await asyncio.to_thread(lambda: list(client.submit_many(applications(1, 500), upload_lines=200)))
    assert [result.application_id for result in told] == [named(number) for number in range(1, 501)]
    with Client(guarded.url) as client, pytest.raises(NotAllowed, match="Ask the operators"):
        await asyncio.to_thread(client.submit, one)
    await decided(pipeline, [named(number) for number in range(501)])


async def test_an_intake_killed_in_the_middle_costs_nothing(pipeline: Pipeline, guarded: Guarded) -> None:
    heard: list[Progress] = []
    ended: list[asyncio.Task[None]] = []

    async def end_and_start() -> None:
        assert guarded.process.child is not None
        guarded.process.child.kill()
        await guarded.process.child.wait()
        await guarded.process.start()
        await guarded.process.wait_ready()

    def on_progress(progress: Progress) -> None:
        heard.append(progress)
        if progress.accepted >= 2_000 and not ended:
            ended.append(asyncio.create_task(end_and_start()))

    async with AsyncClient(guarded.url, guarded.key) as client:
        many = client.submit_many(applications(1_000, 8_000), on_progress=on_progress, upload_lines=1_000)
        told = [result async for result in many]
    await asyncio.gather(*ended)
    assert [result.index for result in told] == list(range(8_000))
    assert [result.application_id for result in told] == [named(1_000 + number) for number in range(8_000)]
    assert heard[-1][:3] == (8_000, 8_000, 0)
    assert heard[-1].failed > 0
    await decided(pipeline, [result.application_id for result in told if result.application_id])


async def test_a_table_a_withdrawal_and_an_erasure(pipeline: Pipeline, guarded: Guarded, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(
        f'Nr,姓名,邮箱\n"a","王\n小明",{SOURCE}-a@mail.example\nb,B,no address\nc,C,{SOURCE}-c@mail.example\n',
        "gb18030",
    )
    async with AsyncClient(guarded.url, guarded.key) as client:
        mapping = {"columns": {"Nr": "external_id"}}
        rows = client.submit_table(file, mapping=mapping, programme="ai-internships-2026", encoding="gb18030")
        told = {result.index: result async for result in rows}
        with pytest.raises(Rejected, match="Nr"):
            await anext(client.submit_table(file, encoding="gb18030"))
        withdrawal = await client.withdraw(SOURCE, "0/申请")
        erasure = await client.erase(f"{SOURCE}-c@mail.example")
    # A name of two lines is none.
    assert {line: result.accepted for line, result in told.items()} == {2: False, 4: False, 5: True}
    assert withdrawal.application_id == named(0)
    wanted = {str(withdrawal.command_id).encode(), str(erasure.command_id).encode()}
    said = {dict(record.headers)["ce_id"] async for record in read_topic(pipeline.addresses.kafka, COMMANDS)}
    assert wanted <= said


async def test_the_command_sends_files_to_an_intake_elsewhere_with_a_key(
    pipeline: Pipeline, guarded: Guarded, tmp_path: Path
) -> None:
    (key := tmp_path / "key.txt").write_text(guarded.key + "\n")
    door = ("--to", guarded.url, "--key-file", str(key))
    resume = ("--format", "json-resume", "--source", SOURCE, "--programme", "ai-internships-2026")
    status, out, err = await cohort(RESUME, *resume, "--external-id", "resume-1", *door)
    assert (status, out) == (0, "1 of 1 lines accepted\n"), err
    assert "left out: skills: an application has no place for it" in err
    await decided(pipeline, [application_id(SOURCE, "resume-1")])

    lines = [json.dumps(application) for application in applications(9_000, 2)]
    (file := tmp_path / "many.ndjson").write_text(f"{lines[0]}\n\n{{}}\n{lines[1]}\n")
    status, out, err = await cohort(file, *door)
    assert status == 1, err
    assert "line 3 was rejected: " in out
    assert "2 of 3 lines accepted" in out
    (table := tmp_path / "x.csv").write_text(f"id,name,email\n1,A,{SOURCE}-x@mail.example\n")
    assert (await cohort(table, *door, "--programme", "ai-internships-2026"))[:2] == (0, "1 of 1 lines accepted\n")
    status, out, err = await cohort(file, "--to", guarded.url)
    assert (status, out) == (2, "")
    assert "--key-file" in err


async def cohort(*arguments: object) -> tuple[int | None, str, str]:
    """Run `cohort submit`: its status, what it printed and what it said beside."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cohort", "submit", *map(str, arguments)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "COLUMNS": "200"},
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()
