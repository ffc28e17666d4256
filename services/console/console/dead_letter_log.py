"""Dead letters as they stand on their topic, many at a time: for giving them to their services once more."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import groupby
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from console.store.settling import Partition, Spot
from hiring import kafka
from hiring.consumer.record import Record
from hiring.settings import Settings
from hiring.topics import DEAD_LETTERS, MIB

PORTION_BYTES = 16 * MIB
SILENT_SECONDS = 15.0
_POLL_MS = 500
_NEAR = 500
"""A record so few offsets on is read up to, not sought."""


class DeadLetterLog:
    """A reader of its own, in no group. Everything raises what aiokafka does, and TimeoutError."""

    def __init__(self, settings: Settings) -> None:
        self._consumer = AIOKafkaConsumer(
            **kafka.connection(settings), enable_auto_commit=False, auto_offset_reset="none"
        )

    async def __aenter__(self) -> Self:
        try:
            await self._consumer.start()
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def ends(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """The next offset of each partition that holds anything now."""
        asked = [TopicPartition(*it) for it in partitions]
        begins, ends = await self._consumer.beginning_offsets(asked), await self._consumer.end_offsets(asked)
        return {(it.topic, it.partition): ends[it] for it in asked if ends[it] > begins[it]}

    async def portions(self, spots: Sequence[Spot]) -> AsyncIterator[list[Record]]:
        """The records at these places, as far as they are kept still, no more than about PORTION_BYTES at a time."""
        held: list[Record] = []
        size = 0
        for partition, of in groupby(sorted(spots), key=lambda spot: spot[0]):
            async for record in self._of(TopicPartition(DEAD_LETTERS, partition), [offset for _, offset in of]):
                held.append(record)
                size += len(record.key or b"") + len(record.value or b"")
                if size >= PORTION_BYTES:
                    yield held
                    held, size = [], 0
        if held:
            yield held

    async def _of(self, at: TopicPartition, offsets: Sequence[int]) -> AsyncIterator[Record]:
        self._consumer.assign([at])
        left = await self._kept(at, offsets)
        position, heard = -_NEAR, asyncio.get_running_loop().time()
        while left:
            if not 0 <= left[0] - position < _NEAR:
                self._consumer.seek(at, left[0])
                position = left[0]
            try:
                came = (await self._consumer.getmany(at, timeout_ms=_POLL_MS, max_records=_NEAR)).get(at, [])
            except OffsetOutOfRangeError:
                # Retention was faster.
                left, position = await self._kept(at, left), -_NEAR
                continue
            if not came:
                if asyncio.get_running_loop().time() - heard > SILENT_SECONDS:
                    raise TimeoutError(f"{at.topic} could not be read")
                continue
            heard, position = asyncio.get_running_loop().time(), came[-1].offset + 1
            wanted = set(left)
            for record in came:
                if record.offset in wanted:
                    yield record
            left = [offset for offset in left if offset >= position]

    async def _kept(self, at: TopicPartition, offsets: Sequence[int]) -> list[int]:
        begins, ends = await self._consumer.beginning_offsets([at]), await self._consumer.end_offsets([at])
        return [offset for offset in offsets if begins[at] <= offset < ends[at]]
