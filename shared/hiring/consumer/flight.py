"""The batches that are taken and neither committed nor let go."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aiokafka import TopicPartition

from hiring.consumer.record import Record


class Written(NamedTuple):
    """Where a record stands, and when it was written: milliseconds since 1970, as its producer or the broker says."""

    offset: int
    timestamp: int


class InFlight:
    """Batches on their way through the loop, in the order in which they were taken."""

    def __init__(self) -> None:
        self._batches: dict[int, Mapping[tuple[str, int], Written]] = {}
        self._taken = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._batches)

    def take(self, records: Sequence[Record]) -> int:
        """Note a batch, its records in the order of their partitions. Returns the ticket to let go of it by."""
        # Backwards, the first record of a partition is what stays.
        first = {(record.topic, record.partition): record for record in reversed(records)}
        self._taken += 1
        self._batches[self._taken] = {of: Written(record.offset, record.timestamp) for of, record in first.items()}
        self._idle.clear()
        return self._taken

    def let_go(self, ticket: int) -> None:
        """It is committed, or nobody here will commit it."""
        del self._batches[ticket]
        if not self._batches:
            self._idle.set()

    async def until_none(self, seconds: float) -> bool:
        """Wait until no batch is in flight; False where that took longer."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    def oldest(self) -> dict[TopicPartition, Written]:
        """Of each partition the first record that is in flight."""
        found: dict[TopicPartition, Written] = {}
        for batch in self._batches.values():
            for (topic, partition), written in batch.items():
                found.setdefault(TopicPartition(topic, partition), written)
        return found
