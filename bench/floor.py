"""The floor: the loop a competent engineer writes by hand in one page. Serial, stock asyncio, stock collector."""

import asyncio
import contextlib
import signal
from collections import defaultdict

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner

from bench.contenders.place import Place, place
from bench.work import INSERT, Decided, decide


async def run(at: Place) -> None:
    """Consume, decide, insert, publish, commit; until cancelled."""
    consumer = AIOKafkaConsumer(
        at.topic,
        bootstrap_servers=at.kafka,
        group_id=at.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=at.kafka, acks="all", enable_idempotence=True, max_batch_size=2**20)
    database = await asyncpg.connect(at.dsn)
    insert = INSERT.format(name=at.table)
    async with consumer, producer:
        while True:
            records = await consumer.getmany(timeout_ms=1000, max_records=2000)
            decided = [decide(record.value) for batch in records.values() for record in batch if record.value]
            if decided:
                await database.execute(insert, *map(list, zip(*decided, strict=True)))
                await publish(producer, at.output, decided)
                await consumer.commit()


async def publish(producer: AIOKafkaProducer, topic: str, decided: list[Decided]) -> None:
    """One batch a partition; returns when the broker has them."""
    partitions = sorted(await producer.partitions_for(topic))
    choose = DefaultPartitioner()
    by_partition = defaultdict(list)
    for decision in decided:
        key = str(decision.application_id).encode()
        by_partition[choose(key, partitions, partitions)].append((key, decision.data.encode()))
    sent = []
    for partition, records in by_partition.items():
        batch = producer.create_batch()
        for key, value in records:
            if batch.append(key=key, value=value, timestamp=None) is None:
                sent.append(await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
                batch.append(key=key, value=value, timestamp=None)
        sent.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*sent)


async def main() -> None:
    at = place()
    task = asyncio.create_task(run(at))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    asyncio.run(main())
