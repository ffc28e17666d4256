"""Looks every two seconds where each service's consumer group stands, and keeps the last quarter of an hour."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from console.core.gauges import SERVICES, Ends, Gauges, Look, Place, consumed, look
from hiring import kafka
from hiring.faults import is_transient
from hiring.settings import Settings

log = logging.getLogger(__name__)

EVERY_SECONDS = 2.0
_ANSWER_SECONDS = 10.0
_PAUSE_SECONDS = 30.0


class Gauging:
    """Fills `gauges`. `group` tells the console's own consumer group, which a rebuild changes."""

    def __init__(self, settings: Settings, gauges: Gauges, group: Callable[[], Awaitable[str]]) -> None:
        self._settings = settings
        self._gauges = gauges
        self._group = group

    async def run(self) -> None:
        """Look until cancelled; while the broker is away there is nothing to see, and the page says so by its gap.

        Never raises: whatever is wrong with looking, nobody's work ends for it.
        """
        while True:
            try:
                await self._look_on()
            except Exception as error:
                expected = isinstance(error, KafkaError) or is_transient(error)
                told = {"fault": type(error).__name__}
                log.warning("cannot look how much waits", extra=told, exc_info=None if expected else error)
                # What was seen last is not what waits now.
                self._gauges.add(Look(time.time(), {}, {}))
                await asyncio.sleep(EVERY_SECONDS if expected else _PAUSE_SECONDS)

    async def _look_on(self) -> None:
        consumer = AIOKafkaConsumer(**kafka.connection(self._settings), client_id="console-gauges")
        admin = AIOKafkaAdminClient(**kafka.connection(self._settings), client_id="console-gauges")
        try:
            await consumer.start()
            await admin.start()
            topics = sorted({topic for service in SERVICES for topic in consumed(service)})
            partitions = await kafka.partitions(admin, topics)
            while True:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await self._look(consumer, admin, partitions)
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            await consumer.stop()
            await admin.close()

    async def _look(
        self, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient, partitions: list[TopicPartition]
    ) -> None:
        begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        committed: dict[str, dict[Place, int]] = {}
        for service in SERVICES:
            group = await self._group() if service == "console" else service
            offsets = await admin.list_consumer_group_offsets(group)
            committed[service] = {(it.topic, it.partition): meta.offset for it, meta in offsets.items()}
        places = {(it.topic, it.partition): Ends(begins[it], ends[it]) for it in partitions}
        self._gauges.add(look(time.time(), places, committed))
