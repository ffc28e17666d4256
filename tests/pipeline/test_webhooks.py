"""Each HR system's delivery, signed as that system signs, ends as a decision and an e-mail."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
import yaml

from cohort.candidate_secret import candidate_secret
from cohort.pipeline import Pipeline
from cohort.service import ServiceProcess
from cohort.stack.ports import choose_ports
from hiring.events.dead_letter import DeadLetter
from hiring.identity import application_id
from hiring.topic_reading import read_topic
from hiring.topics import DEAD_LETTERS

from ..unit.intake.hooks.api_stand_in import ApiStandIn, api_stand_in  # noqa: TID252
from ..unit.intake.hooks.senders import GREENHOUSE, KEY, SENDERS, Sender  # noqa: TID252
from .letters import letter_to

pytestmark = pytest.mark.stack

RUN = uuid4().hex[:8]
"""A part of every source's name, so that the applications are of this run."""


def source(sender: Sender) -> str:
    return f"{sender.system}-{RUN}"


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[ApiStandIn]:
    async with api_stand_in() as running:
        for sender in SENDERS:
            running.answers |= sender.answers
        yield running


@pytest.fixture(scope="module")
async def url(pipeline: Pipeline, api: ApiStandIn, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A further intake of the pipeline, with every system set up."""
    folder = tmp_path_factory.mktemp("webhooks")
    file: Path = folder / "hooks.yaml"
    told = {one.system: {source(one): one.config(api.url)} for one in SENDERS}
    file.write_text(yaml.safe_dump(told), encoding="utf-8")
    [port] = choose_ports(["intake"], {}).values()
    settings = {
        "kafka_bootstrap_servers": pipeline.addresses.kafka,
        "candidate_secret_file": candidate_secret(pipeline.addresses.logs.parent),
        "hooks_file": file,
    }
    intake = ServiceProcess("intake", settings, port, folder / "intake.log")
    await intake.start()
    try:
        await intake.wait_ready()
        yield intake.url
    finally:
        await intake.stop()


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.system)
async def test_a_delivery_ends_as_a_decision_and_an_email(pipeline: Pipeline, url: str, sender: Sender) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        for _ in range(2):
            body, headers = sender.send()
            answer = await client.post(f"/v1/hooks/{sender.system}/{source(sender)}", content=body, headers=headers)
            assert answer.status_code == sender.ok, answer.text
    application = application_id(source(sender), sender.external_id)
    assert answer.json()["application_id"] == str(application)
    assert sender.name.split()[0] in await letter_to(pipeline, sender.email)
    connection = await asyncpg.connect(pipeline.addresses.screening_dsn)
    try:
        outcomes = await connection.fetch("SELECT outcome FROM decisions WHERE application_id = $1", application)
    finally:
        await connection.close()
    # What the system did not tell is unknown: a person looks. And a delivery that comes again changes nothing.
    assert [row["outcome"] for row in outcomes] == ["review"]


async def test_a_delivery_that_cannot_be_mapped_is_a_dead_letter(pipeline: Pipeline, url: str) -> None:
    body, headers = GREENHOUSE.sign({"action": "new_candidate_application", "payload": {}}, (KEY,), time.time())
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        answer = await client.post(f"/v1/hooks/greenhouse/{source(GREENHOUSE)}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (200, "set-aside")
    place = f"hooks/greenhouse/{source(GREENHOUSE)}"
    kept = [
        record.value
        async for record in read_topic(pipeline.addresses.kafka, DEAD_LETTERS)
        if DeadLetter.of(record.headers).topic == place
    ]
    assert kept == [body], "it is there before the system is answered"
