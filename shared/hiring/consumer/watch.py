"""Watches a subscription from beside it: is the broker there, and does what should move move?

aiokafka waits in silence: an idempotent producer repeats a batch for ever, a consumer looks for its coordinator
for ever. So the watch asks, every few seconds, and readiness says what it heard. Where the broker answers and
something of ours stands still for long all the same, only new clients help: the loop is failed, the process
ends, its supervisor starts another.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from hiring.consumer.lag import LagMeter, heard_end
from hiring.consumer.loop import BatchLoop
from hiring.health import Health

log = logging.getLogger(__name__)

EVERY_SECONDS = 2.0
ANSWER_SECONDS = 4.0
SLOW_SECONDS = 5.0
STUCK_SECONDS = 90.0


class StandsStill(Exception):
    """The broker answers, and yet nothing moves."""


class Watch:
    """Looks at one loop and its consumer, and has `lag` measured. `consumer` gives the consumer, once there is one."""

    def __init__(
        self,
        loop: "BatchLoop[object]",
        consumer: Callable[[], AIOKafkaConsumer | None],
        health: Health,
        lag: LagMeter,
    ) -> None:
        self._lag = lag
        self._loop = loop
        self._consumer = consumer
        self._health = health

    async def run(self) -> None:
        """Watch until cancelled; a look that fails is a warning, and the next one follows."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                if (consumer := self._consumer()) is not None:
                    await self.look(consumer)
            except Exception as error:
                # A rebalance may take a partition between asking for it and using it.
                log.warning("could not look", extra={"fault": type(error).__name__})

    async def look(self, consumer: AIOKafkaConsumer) -> None:
        """Ask once, and say what was heard."""
        answers = await self._broker_answers(consumer)
        now = asyncio.get_running_loop().time()
        for what, since in self._loop.pending().items():
            if now - since > SLOW_SECONDS:
                self._health.set(what, False, f"no answer for {now - since:.0f} s")
            if answers and what != "store" and now - since > STUCK_SECONDS:
                self._loop.fail(StandsStill(f"{what} has waited for {now - since:.0f} s"))
        rested = self._loop.resting_since()
        if answers and rested is not None and now - rested > STUCK_SECONDS and await self._waiting(consumer):
            self._loop.fail(StandsStill(f"records wait and none came for {now - rested:.0f} s"))
        # Last, since a position that is not known yet is waited for.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._lag.measure(consumer, ask=answers)

    async def _broker_answers(self, consumer: AIOKafkaConsumer) -> bool:
        """Whether the group's coordinator answers; without partitions, whether any broker does."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if assigned := consumer.assignment():
                    await consumer.committed(next(iter(assigned)))
                else:
                    await consumer.topics()
        except (KafkaError, OSError, TimeoutError, AssertionError) as error:
            # aiokafka asserts where a partition has gone between asking for it and using it.
            self._health.set(
                "broker", False, "does not answer" if isinstance(error, TimeoutError) else type(error).__name__
            )
            return False
        self._health.set("broker", True)
        return True

    async def _waiting(self, consumer: AIOKafkaConsumer) -> bool:
        """Whether there are records beyond what was read, as far as the consumer has heard."""
        for partition in consumer.assignment():
            ahead = heard_end(consumer, partition)
            if ahead is not None and ahead > await consumer.position(partition):
                return True
        return False
