"""What every measurement stands on: the real Kafka and Postgres of `cohort.stack`, and their bookkeeping."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError

from cohort.stack.kafka import KafkaNode
from cohort.stack.kafka_config import NODE_ID
from cohort.stack.ports import choose_ports
from cohort.stack.postgres import PostgresServer
from hiring.provisioning import provision
from hiring.settings import Settings
from hiring.topics import TOPICS, Topic

DATABASE = "bench"
PARTITIONS = 6


@dataclass(frozen=True, slots=True)
class Stand:
    """A broker and a database that are ready, and an administrator of each."""

    folder: Path
    kafka: str
    dsn: str
    postgres: PostgresServer
    admin: AIOKafkaAdminClient
    database: asyncpg.Connection

    async def provision(self, names: Sequence[str]) -> None:
        """Create topics of the bench's own; not compacted, since a batch of FastStream's has no keys."""
        topics = [Topic(name, "application_id", kept_days=1) for name in names]
        await provision(Settings(kafka_bootstrap_servers=self.kafka), topics)

    async def committed(self, group: str) -> int:
        """The sum of the offsets a group has committed."""
        offsets = await self.admin.list_consumer_group_offsets(group, group_coordinator_id=NODE_ID)
        return sum(max(0, place.offset) for place in offsets.values())

    async def members(self, group: str) -> int:
        """How many members share the group's partitions; 0 while that is not settled."""
        (answer,) = await self.admin.describe_consumer_groups([group], group_coordinator_id=NODE_ID)
        (_, _, state, _, _, members, *_), *_ = answer.groups  # type: ignore[attr-defined]
        return len(members) if state == "Stable" else 0

    async def rewind(self, group: str, topic: str) -> None:
        """Have a group, once it has no members left, begin a topic at its first record."""
        async with AIOKafkaConsumer(bootstrap_servers=self.kafka, group_id=group, enable_auto_commit=False) as one:
            partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
            one.assign(partitions)
            for _ in range(600):
                try:
                    await one.commit(dict.fromkeys(partitions, 0))
                except CommitFailedError:
                    await asyncio.sleep(0.1)
                else:
                    return
        raise TimeoutError(f"the group {group} keeps a member")


async def ends(consumer: AIOKafkaConsumer, topic: str) -> int:
    """The sum of a topic's end offsets."""
    found = await consumer.end_offsets([TopicPartition(topic, number) for number in range(PARTITIONS)])
    return sum(found.values())


async def records_of(bootstrap_servers: str, topic: str) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
    """Every record a topic holds now."""
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap_servers) as consumer:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        left = {place: end for place, end in (await consumer.end_offsets(partitions)).items() if end}
        while left:
            for place, records in (await consumer.getmany(timeout_ms=1000)).items():
                for record in records:
                    yield record
                if await consumer.position(place) >= left[place]:
                    del left[place]
                    consumer.pause(place)


@contextlib.asynccontextmanager
async def standing() -> AsyncIterator[Stand]:
    """Start a broker and a database in a folder of their own; both and the folder are gone afterwards."""
    with TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root, Postgres runs as another account
        ports = choose_ports(("kafka", "controller", "postgres"), {})
        broker = KafkaNode(folder / "kafka", ports["kafka"], ports["controller"], folder / "kafka.log")
        postgres = PostgresServer(folder / "postgres", ports["postgres"], folder / "postgres.log")
        try:
            await broker.start()
            await postgres.start()
            await asyncio.gather(broker.wait_ready(), postgres.wait_ready())
            await postgres.create_database(DATABASE)
            await provision(Settings(kafka_bootstrap_servers=broker.bootstrap_servers), TOPICS)
            admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
            await admin.start()
            database = await asyncpg.connect(postgres.dsn(DATABASE))
            try:
                yield Stand(folder, broker.bootstrap_servers, postgres.dsn(DATABASE), postgres, admin, database)
            finally:
                await database.close()
                await admin.close()
        finally:
            await broker.stop()
            await postgres.stop()
