"""The batch loop, the heart of every service.

    records ──► read, plan ──► store ──► publish ──► commit
                 (handle)     (Postgres)  (Kafka)   (these offsets)

Each stage works on one batch while its neighbours work on the batches before and behind: while Postgres
writes batch k, batch k+1 is read and planned. Batches stay in order, and an offset is committed only when
everything before it is stored and published; so a crash anywhere repeats work and never skips any.

- A record that cannot be read goes to the dead letters; its neighbours go on. So does one that reads well and
  that the database refuses: the batch is halved until it is found.
- A plan that is out of date when it comes to be stored is made anew from the same records.
- A transient fault is waited out in its stage; the queues fill, the fetch stops, readiness says why.
- An unexpected fault ends the loop: `failed` is set, the process exits, its supervisor starts it anew from
  the committed offset.
- A batch that could have been larger is followed by a short pause (`batch_linger_ms` from its beginning): a
  record at a time costs every part of the pipeline a hundred times what a record in a batch does.
- When partitions are revoked, what is in flight is finished first. If that takes too long it is abandoned:
  it may be stored, but it is neither published nor committed, and the next owner repeats it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Generic, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from hiring.consumer.batch import Batch, bury, events_of, next_offsets
from hiring.consumer.flight import InFlight
from hiring.consumer.record import Record
from hiring.consumer.step import Planned, Step
from hiring.consumer.storing import Storing
from hiring.events.envelope import Outgoing
from hiring.events.reading import Unreadable
from hiring.health import Health
from hiring.metrics import Metrics
from hiring.patience import GivenUp, Patience
from hiring.publishing import Publisher
from hiring.settings import Settings

log = logging.getLogger(__name__)
R = TypeVar("R")


class BatchLoop(Generic[Planned]):
    """Runs one step over the records of a subscription.

    Of the settings, `drain_seconds` bounds every wait for the end of work, and no two batches begin within
    `batch_linger_ms` unless the first had a quarter of `batch_records`.
    """

    def __init__(
        self,
        step: Step[Planned],
        publisher: Publisher,
        health: Health,
        metrics: Metrics,
        *,
        group: str,
        settings: Settings,
    ) -> None:
        self.topics = tuple(step.contracts)
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._step = step
        self._publisher = publisher
        self.health = health
        self.metrics = metrics
        self._patience = Patience(health, metrics)
        self._group = group
        self._storing = Storing(step, metrics, group)
        self._drain_seconds = settings.drain_seconds
        self._linger_seconds = settings.batch_linger_ms / 1000
        self._enough = settings.batch_records // 4
        self._consumer: Callable[[], AIOKafkaConsumer | None] = lambda: None
        self._to_store: asyncio.Queue[Batch[Planned]] = asyncio.Queue(1)
        self._to_publish: asyncio.Queue[Batch[Planned]] = asyncio.Queue(1)
        self._stages: list[asyncio.Task[None]] = []
        self._pending: dict[str, float] = {}
        self._last_batch = asyncio.get_running_loop().time()
        self._generation = 0
        self.in_flight = InFlight()
        self._open = True
        health.set("consumer", False, "has not joined its group yet")

    # -- the life of the loop ------------------------------------------------------------------------------

    def start(self, consumer: Callable[[], AIOKafkaConsumer | None]) -> None:
        """Start the stages; `consumer` gives the consumer to commit with, once there is one."""
        self._consumer = consumer
        self._stages = [
            asyncio.create_task(self._run(self._store_stage), name=f"{self._group}-store"),
            asyncio.create_task(self._run(self._publish_stage), name=f"{self._group}-publish"),
        ]

    async def drain(self) -> bool:
        """Take no further records and wait until none are in flight; False where that took too long."""
        self._close()
        return not self.failed.done() and await self.in_flight.until_none(self._drain_seconds)

    async def stop(self) -> None:
        """End the stages. What is in flight stays uncommitted and will be repeated."""
        for stage in self._stages:
            stage.cancel()
        await asyncio.gather(*self._stages, return_exceptions=True)

    def assigned(self, partitions: set[TopicPartition]) -> None:
        """The group gave us these partitions."""
        log.info("partitions assigned", extra={"group": self._group, "partitions": len(partitions)})
        self.health.set("consumer", True)

    def pending(self) -> dict[str, float]:
        """What a batch waits for (`store`, `publish`, `commit`), and since when by the event loop's clock."""
        return dict(self._pending)

    def resting_since(self) -> float | None:
        """When the last batch came, by the event loop's clock; None while one is in flight."""
        return None if self.in_flight else self._last_batch

    async def release(self, partitions: set[TopicPartition]) -> None:
        """Finish what is in flight before these partitions go; abandon it where that takes too long."""
        if partitions and not await self.in_flight.until_none(self._drain_seconds):
            log.warning("partitions revoked with work in flight", extra={"group": self._group})
        self._generation += 1

    # -- the stages ----------------------------------------------------------------------------------------

    async def handle(self, records: tuple[Record, ...]) -> None:
        """Read and plan a batch and hand it on; FastStream calls this, one batch at a time.

        Never raises: FastStream would log it and go on with the next batch. Once the loop has ended it
        passes over what still comes: nothing later is ever committed, so the next owner begins there.
        """
        if not self._open:
            return
        clock = asyncio.get_running_loop().time
        again = clock() + self._linger_seconds
        self._last_batch = clock()
        ticket = self.in_flight.take(records)
        try:
            batch = self._plan(records, ticket)
            await self._to_store.put(batch)
        except BaseException as error:
            self.in_flight.let_go(ticket)
            if isinstance(error, asyncio.CancelledError):
                raise
            self.fail(error)
        if len(records) < self._enough and (early := again - clock()) > 0:
            await asyncio.sleep(early)

    def _plan(self, records: tuple[Record, ...], ticket: int) -> Batch[Planned]:
        dead: list[Outgoing] = []

        def refuse(record: Record, why: Unreadable) -> None:
            dead.append(bury(record, why.flaw, why.detail, self._group, datetime.now(UTC)))

        # An event is read, planned and let go, one at a time: keeping a batch of them costs a fifth of the whole.
        planned = self._step.plan(events_of(records, self._step.contracts, refuse))
        self.metrics.batch(len(records), len(dead))
        return Batch(ticket, self._generation, records, planned, dead, next_offsets(records))

    async def _store_stage(self) -> None:
        while True:
            batch = await self._to_store.get()
            try:
                batch.waves = await self._persist("store", batch, partial(self._storing.store, batch))
            except GivenUp:
                self.in_flight.let_go(batch.ticket)
            else:
                await self._to_publish.put(batch)

    async def _publish_stage(self) -> None:
        while True:
            batch = await self._to_publish.get()
            try:
                await self._persist("publish", batch, partial(self._publish, batch))
                await self._persist("commit", batch, partial(self._commit, batch))
            except GivenUp:
                log.info("batch abandoned", extra={"group": self._group, "records": len(batch.records)})
            else:
                self.metrics.done(len(batch.records))
            self.in_flight.let_go(batch.ticket)

    async def _publish(self, batch: Batch[Planned]) -> None:
        for wave in (batch.dead, *batch.waves):
            if wave:
                await self._publisher.publish(wave)

    async def _commit(self, batch: Batch[Planned]) -> None:
        consumer = self._consumer()
        if consumer is None:
            raise GivenUp
        try:
            await consumer.commit(batch.offsets)
        except (CommitFailedError, IllegalStateError):
            raise GivenUp from None

    # -- how a stage meets a fault -------------------------------------------------------------------------

    async def _persist(self, what: str, batch: Batch[Planned], act: Callable[[], Awaitable[R]]) -> R:
        """Do it until it succeeds. Raises GivenUp when the partitions have gone, and what is not transient."""
        self._pending[what] = asyncio.get_running_loop().time()
        try:
            return await self._patience.until_done(what, act, wanted=lambda: batch.generation == self._generation)
        finally:
            del self._pending[what]
            # The watch may have said that it takes long.
            self.health.set(what, True)

    async def _run(self, stage: Callable[[], Awaitable[None]]) -> None:
        try:
            await stage()
        except Exception as error:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """End the loop: only a new process helps."""
        if not self.failed.done():
            self._close()
            self.health.fail(type(error).__name__)
            self.failed.set_exception(error)

    def _close(self) -> None:
        self._open = False
        if consumer := self._consumer():
            consumer.pause(*consumer.assignment())
