"""Three brokers: one is killed under load while the console is open; nothing is lost, and the console catches up."""

import asyncio
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from playwright.async_api import Browser, expect

from hiring import topics

from .compose import Compose, until
from .desk import at_console
from .sending import SOURCE, send

pytestmark = [pytest.mark.containers, pytest.mark.timeout(420)]

MANY = 3000


async def test_every_record_is_on_three_brokers_and_acknowledged_by_two(cluster: Compose) -> None:
    """As operators see it."""
    admin = AIOKafkaAdminClient(**cluster.login("operators"))
    await admin.start()
    try:
        told = await admin.describe_topics([topic.name for topic in topics.TOPICS])
        copies = {len(partition["replicas"]) for topic in told for partition in topic["partitions"]}
        wanted = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics.TOPICS]
        answers = await admin.describe_configs(wanted)
    finally:
        await admin.close()
    settings = [dict(entry[:2] for entry in entries) for answer in answers for *_, entries in answer.resources]
    assert copies == {3}
    assert [each["min.insync.replicas"] for each in settings] == ["2"] * len(topics.TOPICS)


@pytest.mark.browser
async def test_a_broker_of_three_is_killed_and_nothing_is_lost(
    cluster: Compose, browser: Browser, tmp_path: Path
) -> None:
    key, password = cluster.key_for(SOURCE), (cluster.secrets / "console-password").read_text().strip()
    async with at_console(browser, cluster.console_url, "operator", password, tmp_path) as desk:
        loads, figures = desk.loads, desk.page.locator(".funnel .figure")
        sending = asyncio.create_task(send(cluster.intake_url, key, MANY, "killed", upload_lines=50))
        await until(lambda: cluster.decided()[1] > 100, "the drive is under way")
        # The first of everybody's list, and the one that came up first.
        await asyncio.to_thread(cluster, "kill", "kafka")
        assert not sending.done(), "the load has to outlast the kill"
        accepted = await sending
        assert len(accepted) == MANY
        await until(lambda: cluster.decided() == (MANY, MANY), "all are decided, each once", 90)
        await until(lambda: cluster.letters() == {"sent": MANY}, "every letter is sent", 90)
        await until(lambda: cluster.mails() == MANY, "everybody is told once")
        await expect(figures).to_have_text([f"{MANY:,}"] * 3, timeout=90_000)
        assert {cluster.health("kafka-2"), cluster.health("kafka-3")} == {"healthy"}
        cluster("start", "kafka")
        await until(lambda: cluster.health("kafka") == "healthy", "the broker is back", 90)
        again = await send(cluster.intake_url, key, 100, "back")
        await until(lambda: cluster.decided()[1] == MANY + len(again), "the drive goes on")
        await expect(figures).to_have_text([f"{MANY + len(again):,}"] * 3, timeout=90_000)
        assert (desk.loads, desk.complaints) == (loads, []), "all of it on one page that was never loaded again"
