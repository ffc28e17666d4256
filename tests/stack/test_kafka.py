import asyncio
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from cohort.stack import kafka_jars
from cohort.stack.errors import StackError
from cohort.stack.kafka import KafkaNode
from cohort.stack.kafka_config import server_properties
from cohort.stack.ports import choose_ports

TOPIC = "hiring.applications"


def _node(folder: Path, said: list[str] | None = None) -> KafkaNode:
    ports = choose_ports(["kafka", "controller"], {})
    heard = [] if said is None else said
    return KafkaNode(folder / "kafka", ports["kafka"], ports["controller"], folder / "kafka.log", "256m", heard.append)


async def _make_topic(node: KafkaNode) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=node.bootstrap_servers)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, num_partitions=3, replication_factor=1)])
    await admin.close()


async def _publish(node: KafkaNode, value: bytes) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=node.bootstrap_servers, acks="all", enable_idempotence=True, max_request_size=8_000_000
    )
    await producer.start()
    await producer.send_and_wait(TOPIC, value, partition=1)
    await producer.stop()


async def _records(node: KafkaNode, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=node.bootstrap_servers, max_partition_fetch_bytes=8_388_608)
    consumer.assign([TopicPartition(TOPIC, 1)])
    await consumer.start()
    await consumer.seek_to_beginning()
    async with asyncio.timeout(20):
        records = [(await consumer.getone()).value for _ in range(count)]
    await consumer.stop()
    return records


@pytest.mark.stack
def test_it_keeps_its_records_over_a_stop_other_ports_and_a_kill(folder: Path) -> None:
    async def run() -> None:
        node = _node(folder)
        await node.start()
        await node.wait_ready()
        assert node.child is not None
        with pytest.raises(StackError, match="already running"):
            await node.start()
        await _make_topic(node)
        await _publish(node, b"one")
        meta = (folder / "kafka/log/meta.properties").read_bytes()
        assert await node.stop()

        moved = _node(folder)
        assert moved.port != node.port
        await moved.start()
        await moved.wait_ready()
        assert (folder / "kafka/log/meta.properties").read_bytes() == meta
        await _publish(moved, b"two")
        assert moved.child is not None
        moved.child.kill()
        await moved.child.wait()

        again = _node(folder)
        await again.start()
        await again.wait_ready()
        assert await _records(again, 2) == [b"one", b"two"]
        await _publish(again, os.urandom(6_000_000))
        assert len((await _records(again, 3))[2]) == 6_000_000
        assert await again.stop()
        log = (folder / "kafka.log").read_text()
        assert "Kafka Server started" in log
        assert "WARNING" not in log

    asyncio.run(run())


@pytest.mark.stack
def test_it_groups_consumers_and_makes_no_topic_by_itself(folder: Path) -> None:
    async def run() -> None:
        node = _node(folder)
        await node.start()
        await node.wait_ready()
        await _make_topic(node)
        await _publish(node, b"one")
        consumer = AIOKafkaConsumer(
            TOPIC, bootstrap_servers=node.bootstrap_servers, group_id="g", auto_offset_reset="earliest"
        )
        await consumer.start()
        async with asyncio.timeout(20):
            assert (await consumer.getone()).value == b"one"
        await consumer.commit()
        assert "nobody.made.this" not in await consumer.topics()
        await consumer.stop()
        await node.stop()

    asyncio.run(run())


@pytest.mark.stack
def test_an_orphan_that_holds_the_data_is_ended(folder: Path) -> None:
    async def run() -> None:
        orphan = _node(folder)
        await orphan.start()
        await orphan.wait_ready()
        assert orphan.child is not None
        said: list[str] = []
        node = _node(folder, said)
        await node.start()
        await node.wait_ready()
        assert not psutil.pid_exists(orphan.child.pid) or not orphan.child.alive()
        assert any(str(orphan.child.pid) in line for line in said)
        await node.stop()

    asyncio.run(run())


@pytest.mark.stack
def test_a_taken_port_is_said_with_the_last_lines(folder: Path) -> None:
    async def run() -> None:
        first = _node(folder / "a")
        await first.start()
        await first.wait_ready()
        second = _node(folder / "b")
        second.port = first.port
        await second.start()
        with pytest.raises(StackError, match=r"(?s)kafka ended with status.*Address already in use"):
            await second.wait_ready()
        await first.stop()

    asyncio.run(run())


def test_known_jars_are_found_without_asking_anybody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kafka_jars.kafka_jars(folder / "classpath.json", lambda _: None)
    names = {jar.name for jar in first}
    assert {"kafka_2.13-4.3.1.jar", "kafka-clients-4.3.1.jar", "log4j-slf4j-impl-2.25.4.jar"} <= names
    monkeypatch.setitem(sys.modules, "jgo", None)
    assert kafka_jars.kafka_jars(folder / "classpath.json", lambda _: None) == first


def test_jars_that_cannot_be_fetched_are_said(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from cohort.stack.kafka_jars import kafka_jars\n"
        "kafka_jars(Path(sys.argv[1]), print)"
    )
    env = os.environ | {"HOME": str(folder), "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    argv = [sys.executable, "-c", code, str(folder / "classpath.json")]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert "fetching Kafka 4.3.1 (about 45 MB), once" in done.stdout
    assert "StackError: Kafka 4.3.1 could not be fetched from Maven Central" in done.stderr


def test_a_folder_with_odd_letters_reaches_java_whole() -> None:
    text = server_properties(Path("/tmp/招聘 é\\x"), 1, 2)
    assert "log.dirs=/tmp/\\u62db\\u8058 \\u00e9\\\\x\n" in text
