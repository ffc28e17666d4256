"""Reads a topic from its beginning to where it ended when the reading began."""

from collections.abc import AsyncIterator, Mapping, Sequence
from time import monotonic
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer

from hiring import kafka
from hiring.consumer.record import Record
from hiring.settings import Settings
from hiring.topics import LARGEST_DEAD_LETTER

STALLED_SECONDS = 30.0
ANSWER_SECONDS = 15.0
"""So long a broker has for each answer, and a topic that is not there to be made."""


Broker = Settings | str
"""How to reach Kafka: settings; or only where it is, with the login of the `HIRING_KAFKA_…` variables."""


def consumer(broker: Broker, topic: str) -> AIOKafkaConsumer:
    """A consumer of all partitions of a topic, from its beginning, in no group."""
    settings = Settings(kafka_bootstrap_servers=broker) if isinstance(broker, str) else broker
    return AIOKafkaConsumer(
        topic,
        group_id=None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=LARGEST_DEAD_LETTER,
        request_timeout_ms=int(ANSWER_SECONDS * 1000),
        **kafka.connection(settings),
    )


async def read_topic(broker: Broker, topic: str) -> AsyncIterator[Record]:
    """Yield every record that is there when the reading begins.

    Raises KafkaError where the broker or the topic is not there, TimeoutError where it stops telling.
    """
    async for batch in read_batches(broker, topic):
        for record in batch.records:
            yield record


class Batch(NamedTuple):
    """Some records, all of one partition; `done` of `total` offsets of the whole topic are behind them."""

    records: Sequence[Record]
    done: int
    total: int


async def read_batches(broker: Broker, topic: str, after: Mapping[int, int] | None = None) -> AsyncIterator[Batch]:
    """The same, many records at a time; `after` says for partitions at which offset to begin."""
    reader = consumer(broker, topic)
    try:
        # Within: where it raises, tasks of it are under way still.
        await reader.start()
        ends = await reader.end_offsets(reader.assignment())
        starts = await reader.beginning_offsets(reader.assignment())
        for partition, begin in starts.items():
            wanted = (after or {}).get(partition.partition, 0)
            # Beyond its end it was made anew.
            if begin < wanted <= ends[partition]:
                starts[partition] = wanted
                reader.seek(partition, wanted)
        at = dict(starts)
        total = sum(ends.values()) - sum(starts.values())
        left = {partition for partition, end in ends.items() if end > starts[partition]}
        heard = monotonic()
        while left:
            for partition, records in (await reader.getmany(*left, timeout_ms=500, max_records=5_000)).items():
                heard = monotonic()
                at[partition] = min(records[-1].offset + 1, ends[partition])
                found = [record for record in records if record.offset < ends[partition]]
                yield Batch(found, sum(at.values()) - sum(starts.values()), total)
            # By position, not by the last record: compaction leaves gaps, also at the end.
            left = {partition for partition in left if await reader.position(partition) < ends[partition]}
            if monotonic() - heard > STALLED_SECONDS:
                raise TimeoutError(f"{topic} could not be read to its end")
    finally:
        await reader.stop()
