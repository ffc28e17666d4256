"""Out to Kafka: an application is accepted when every in-sync replica has it, and not before."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from hiring.events.envelope import Outgoing
from hiring.faults import backoff, is_transient
from hiring.health import Health
from hiring.publishing import Publisher
from intake.core.split import Accepted, merged

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """Kafka has not acknowledged: some of the records may be in the log, so the same ones are to be sent again."""


class InWaves(Protocol):
    """Records of which the broker must have a wave before the next one is sent."""

    @property
    def waves(self) -> Sequence[Sequence[Outgoing]]: ...


class Outlet(Protocol):
    """What the doors need of the way out. Both return when the broker has everything, or raise Unavailable."""

    async def publish(self, records: InWaves) -> None: ...

    async def publish_all(self, many: Sequence[Accepted]) -> None: ...


class KafkaOutlet:
    """Publishes through one producer, once there is one. `failed` ends when only a new process helps."""

    def __init__(self, health: Health, *, timeout_seconds: float) -> None:
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._health = health
        self._timeout = timeout_seconds
        self._producer: AIOKafkaProducer | None = None
        self._recovery: asyncio.Task[None] | None = None
        health.set("broker", False, "is not connected yet")

    @contextlib.asynccontextmanager
    async def through(self, producer: AIOKafkaProducer) -> AsyncIterator[None]:
        """Publish through this started producer inside the block."""
        self._producer = producer
        try:
            yield
        finally:
            self._producer = None
            if self._recovery:
                self._recovery.cancel()

    async def publish(self, records: InWaves) -> None:
        """One application or command; concurrent ones share the producer's batches by themselves."""
        async with self._bounded() as producer:
            for wave in records.waves:
                await _send(producer, wave)

    async def publish_all(self, many: Sequence[Accepted]) -> None:
        """Many applications in batches of our own."""
        async with self._bounded() as producer:
            publisher = Publisher(producer)
            for wave in merged(many):
                await publisher.publish(wave)

    @contextlib.asynccontextmanager
    async def _bounded(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = self._producer
        if producer is None:
            raise Unavailable
        try:
            async with asyncio.timeout(self._timeout):
                yield producer
        except (KafkaError, OSError) as error:
            # TimeoutError is an OSError.
            self._note(error, producer)
            raise Unavailable from error

    def _note(self, error: KafkaError | OSError, producer: AIOKafkaProducer) -> None:
        why = type(error).__name__
        log.warning("not acknowledged", extra={"fault": why})
        self._health.set("broker", False, why)
        if not is_transient(error):
            self._health.fail(why)
            if not self.failed.done():
                self.failed.set_exception(error)
        elif self._recovery is None or self._recovery.done():
            self._recovery = asyncio.create_task(self._recover(producer), name="kafka-recovery")

    async def _recover(self, producer: AIOKafkaProducer) -> None:
        """Ask until the cluster answers: a process that is not ready is sent nothing it could learn it from."""
        for pause in backoff():
            await asyncio.sleep(pause)
            if await producer.client.force_metadata_update():
                break
        self._health.set("broker", True)


async def _send(producer: AIOKafkaProducer, wave: Sequence[Outgoing]) -> None:
    acknowledgements = []
    for record in wave:
        acknowledgement = await producer.send(
            record.topic, key=record.key, value=record.value, headers=list(record.headers)
        )
        acknowledgement.add_done_callback(_seen)
        acknowledgements.append(acknowledgement)
    # asyncio.wait, not gather: a time-out must leave the producer's futures alone.
    await asyncio.wait(acknowledgements)
    for acknowledgement in acknowledgements:
        acknowledgement.result()


def _seen(acknowledgement: "asyncio.Future[object]") -> None:
    # After a time-out nobody waits any more; an exception must not be reported as forgotten.
    if not acknowledgement.cancelled():
        acknowledgement.exception()
