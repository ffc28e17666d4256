"""Each HR system's delivery, signed as that system signs, ends as a decision and an e-mail."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
import yaml

from cohort.candidate_secret import candidate_secret
from cohort.pipeline import Pipeline
from cohort.service import ServiceProcess
from cohort.stack.mailbox import read_mailbox
from cohort.stack.ports import choose_ports
from hiring.identity import application_id

from ..unit.intake.hooks.api_stand_in import ApiStandIn, api_stand_in  # noqa: TID252
from ..unit.intake.hooks.senders import SENDERS, Sender  # noqa: TID252

pytestmark = pytest.mark.stack

PATIENCE_SECONDS = 90
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
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (letter := letter_to(pipeline, sender.email)):
            await asyncio.sleep(0.1)
    assert sender.name.split()[0] in letter
    connection = await asyncpg.connect(pipeline.addresses.screening_dsn)
    try:
        outcomes = await connection.fetch("SELECT outcome FROM decisions WHERE application_id = $1", application)
    finally:
        await connection.close()
    # What the system did not tell is unknown: a person looks. And a delivery that comes again changes nothing.
    assert [row["outcome"] for row in outcomes] == ["review"]


def letter_to(pipeline: Pipeline, address: str) -> str:
    for letter in read_mailbox(pipeline.addresses.mailbox):
        if letter.to == address:
            body = message_from_bytes(letter.path.read_bytes(), policy=policy.default).get_body(("plain",))
            assert body is not None
            return str(body.get_content())
    return ""
