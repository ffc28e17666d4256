"""The one way to subscribe. FastStream's defaults lose data; here is each one that matters, and its mend.

| default                                | what it costs                              | here                          |
|----------------------------------------|--------------------------------------------|-------------------------------|
| offsets committed before the work      | a crash loses the batch                    | manual, explicit, afterwards  |
| start at the newest record             | a first start skips what waits             | earliest                      |
| a header that is no text raises        | the whole batch is dropped in silence      | a parser that never raises    |
| topics created by the subscriber       | one partition, one replica                 | off; provisioning does it     |
| records of aborted transactions come too | what was taken back is decided        | read_committed                |
| the rebalance does not wait            | work in flight is done twice               | the listener drains the loop  |
"""

import asyncio
import logging
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaAckableMessage
from faststream.middlewares import AckPolicy

from hiring import kafka
from hiring.consumer.lag import LagMeter
from hiring.consumer.loop import BatchLoop
from hiring.consumer.record import Record
from hiring.consumer.watch import Watch
from hiring.settings import Settings

log = logging.getLogger(__name__)

# How long a poll waits for a first record; FastStream sleeps as long again after an empty one.
_POLL_MS = 10


async def _as_they_came(records: tuple[Record, ...]) -> KafkaAckableMessage:
    """FastStream's message around raw records: nothing is decoded here, so nothing can raise here."""
    return KafkaAckableMessage(raw_message=records, body=records, consumer=FAKE_CONSUMER)


async def _raw(message: KafkaAckableMessage) -> Any:
    return message.raw_message


class _Drain(ConsumerRebalanceListener):
    """Before partitions go elsewhere, what is in flight is finished and committed."""

    def __init__(self, loop: BatchLoop[Any]) -> None:
        self._loop = loop

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        await self._loop.release(revoked)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._loop.assigned(assigned)


class Subscription:
    """A FastStream broker with one batch subscriber that feeds one loop."""

    def __init__(self, broker: KafkaBroker, subscriber: Any, loop: BatchLoop[Any]) -> None:
        self._broker = broker
        self._subscriber = subscriber
        self._loop = loop
        self._lag = LagMeter(loop.in_flight, loop.metrics)
        self._watch = Watch(loop, self._consumer, loop.health, self._lag)
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Join the group and begin. Raises KafkaError where the broker cannot be reached."""
        self._loop.start(self._consumer)
        await self._broker.start()
        self._watching = asyncio.create_task(self._watch.run(), name="watch")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Take nothing more, finish and commit what is in flight, leave the group."""
        if self._watching is not None:
            self._watching.cancel()
        await self._loop.drain()
        await self._broker.stop()
        await self._loop.stop()
        self._lag.forget()

    def _consumer(self) -> AIOKafkaConsumer | None:
        consumer: AIOKafkaConsumer | None = self._subscriber.consumer
        return consumer


def subscribe(settings: Settings, loop: BatchLoop[Any], *, group: str, client_id: str) -> Subscription:
    """Subscribe `loop` to the topics its step reads, as `group`."""
    broker = KafkaBroker(
        settings.kafka_bootstrap_servers.split(","),
        security=kafka.security(settings),
        client_id=client_id,
        consumer_only=True,
        allow_auto_create_topics=False,
        apply_types=False,
        # The loop has drained before FastStream stops; it need not wait a second time.
        graceful_timeout=1.0,
        logger=log,
        # At INFO it would tell every batch twice; its warnings and errors are what matters.
        log_level=logging.DEBUG,
    )
    subscriber = broker.subscriber(
        *loop.topics,
        group_id=group,
        batch=True,
        max_records=settings.batch_records,
        batch_timeout_ms=_POLL_MS,
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        parser=_as_they_came,
        decoder=_raw,
        no_reply=True,
        listener=_Drain(loop),
        session_timeout_ms=settings.kafka_session_timeout_ms,
        heartbeat_interval_ms=max(1, settings.kafka_session_timeout_ms // 4),
        # A rebalance waits this long for members that still drain.
        rebalance_timeout_ms=int(settings.drain_seconds * 1000) + 10_000,
        # A database that is away for long must not cost the membership: back-pressure is not idleness.
        max_poll_interval_ms=3_600_000,
    )
    subscriber(loop.handle)
    return Subscription(broker, subscriber, loop)
