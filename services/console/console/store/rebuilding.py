"""Beginning anew: the read model is emptied, and the next generation reads the topics from their beginning."""

from collections.abc import Mapping

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from hiring import kafka
from hiring.settings import Settings

_EMPTY = """
TRUNCATE applications, history, forgotten, cells, dead_letters, dead_letter_groups, settlements, failed_again,
    positions, commands, answers, policies, trials, trial_policies, waiting
"""
_TARGETS = """
INSERT INTO positions (topic, partition, next, target)
SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[])
"""
_BEGIN = """
UPDATE read_model SET generation = generation + 1, changed = changed + 1, last_arrived = NULL,
    rebuilding_since = CASE WHEN $1 THEN now() END
RETURNING generation
"""

Range = tuple[int, int]
"""The first offset of a partition, and the one after its last."""


async def ranges(settings: Settings, topics: list[str]) -> dict[TopicPartition, Range]:
    """What each partition of the topics holds now; a topic that is not there has none. Raises KafkaError."""
    admin, consumer = AIOKafkaAdminClient(**kafka.connection(settings)), AIOKafkaConsumer(**kafka.connection(settings))
    try:
        await admin.start()
        await consumer.start()
        partitions = await kafka.partitions(admin, topics)
        if not partitions:
            return {}
        begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        return {it: (begins[it], ends[it]) for it in partitions}
    finally:
        await consumer.stop()
        await admin.close()


async def begin_anew(pool: asyncpg.Pool, found: Mapping[TopicPartition, Range]) -> int:
    """Empty the read model and begin the next generation; its number. What runs takes it up by itself.

    `found` says how far the topics reach now: until then the pages say that they are being made anew.
    """
    rows = [(it.topic, it.partition, begin, end) for it, (begin, end) in found.items() if end > begin]
    async with pool.acquire() as connection, connection.transaction():
        # Before anything is emptied: a batch that is being written ends first.
        await connection.execute("SELECT FROM read_model FOR UPDATE")
        await connection.execute(_EMPTY)
        if rows:
            await connection.execute(_TARGETS, *(list(column) for column in zip(*rows, strict=True)))
        generation: int = await connection.fetchval(_BEGIN, bool(rows))
    return generation


async def generation(pool: asyncpg.Pool) -> int:
    """Which generation there is now."""
    number: int = await pool.fetchval("SELECT generation FROM read_model")
    return number


async def fell_behind(pool: asyncpg.Pool, found: Mapping[TopicPartition, Range]) -> bool:
    """Whether a topic ends before what was read of it: it is another one, and the read model tells of the old."""
    for topic, partition, next_ in await pool.fetch("SELECT topic, partition, next FROM positions"):
        held = found.get(TopicPartition(topic, partition))
        if held is not None and held[1] < next_:
            return True
    return False
