"""Three brokers: one is killed under load, and nothing is lost."""

import asyncio

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from hiring import topics

from .compose import Compose, until
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


async def test_a_broker_of_three_is_killed_and_nothing_is_lost(cluster: Compose) -> None:
    key = cluster.key_for(SOURCE)
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
    assert {cluster.health("kafka-2"), cluster.health("kafka-3")} == {"healthy"}
    cluster("start", "kafka")
    await until(lambda: cluster.health("kafka") == "healthy", "the broker is back", 90)
    again = await send(cluster.intake_url, key, 100, "back")
    await until(lambda: cluster.decided()[1] == MANY + len(again), "the drive goes on")
