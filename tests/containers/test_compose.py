"""`docker compose up`: parts are as locked up as they say, replicas are added under load. A drive: test_operator.py."""

import asyncio
import subprocess

import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from .compose import Compose, until
from .sending import SOURCE, applications, send

pytestmark = [pytest.mark.containers, pytest.mark.timeout(420)]

OWN = ("intake", "screening", "notify", "console")


@pytest.fixture
def key(pipeline: Compose) -> str:
    return pipeline.key_for(SOURCE)


def test_nobody_sends_without_a_key(pipeline: Compose) -> None:
    (one,) = applications(1, "keyless")
    answer = httpx.post(f"{pipeline.intake_url}/v1/applications", json=one, trust_env=False)
    assert answer.status_code == 401


@pytest.mark.parametrize("service", OWN)
def test_a_service_is_no_root_and_cannot_change_its_image(pipeline: Compose, service: str) -> None:
    attempt = "import os; print(os.getuid()); open('/app/planted', 'w')"
    done = pipeline("exec", "-T", service, "python", "-c", attempt, check=False)
    assert done.stdout.strip() == "10001"
    assert "Read-only file system" in done.stderr


@pytest.mark.parametrize("service", OWN)
def test_no_secret_is_in_a_containers_settings(pipeline: Compose, service: str) -> None:
    container = pipeline("ps", "--quiet", service).stdout.split()[0]
    told = subprocess.run(["docker", "inspect", container], check=True, capture_output=True, text=True).stdout
    drawn = [path.read_text().strip() for path in pipeline.secrets.rglob("*") if path.is_file() and path.stat().st_size]
    assert len(drawn) > 12
    assert not [secret for secret in drawn if secret in told]


async def test_health_is_the_services_own_word(pipeline: Compose) -> None:
    def asks() -> str:
        return pipeline("exec", "-T", "screening", "python", "-m", "hiring.healthcheck", check=False).stderr

    assert asks() == ""
    pipeline("pause", "postgres")
    try:
        await until(lambda: '"database"' in asks() and '"ready":false' in asks(), "it says that the database is away")
    finally:
        pipeline("unpause", "postgres")
    await until(lambda: asks() == "" and pipeline.health("postgres") == "healthy", "all is well again")


async def test_replicas_come_under_load_and_share_the_work(pipeline: Compose, key: str) -> None:
    before, _ = pipeline.decided()
    sending = asyncio.create_task(send(pipeline.intake_url, key, 3000, "scaled"))
    await asyncio.to_thread(pipeline.up, "--no-recreate", "--scale", "screening=3", "--scale", "notify=2")
    accepted = await sending
    await until(lambda: pipeline.decided() == (before + len(accepted),) * 2, "all are decided, each once", 90)
    assert await members(pipeline, "screening") == 3
    assert await members(pipeline, "notify") == 2
    await until(lambda: pipeline.letters() == {"sent": before + len(accepted)}, "every letter is sent", 90)
    await until(lambda: pipeline.mails() == before + len(accepted), "nobody is told twice")
    await asyncio.to_thread(pipeline.up, "--no-recreate", "--scale", "screening=1", "--scale", "notify=1")


async def members(pipeline: Compose, group: str) -> int:
    """How many members of a consumer group have partitions, as an operator sees it."""
    admin = AIOKafkaAdminClient(**pipeline.login("operators"))
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([group])
        ((_, _, _, _, _, found, *_),) = answer.groups
        return sum(1 for member in found if member[4])
    finally:
        await admin.close()
