"""Dead letters as the topics tell them: what could not be processed, and what operators made of it."""

import asyncio
import heapq
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from aiokafka import TopicPartition

from hiring.consumer.batch import reason_found
from hiring.consumer.record import Record
from hiring.events import SETTLEMENT_RECORDED
from hiring.events.answer import SettlementRecorded
from hiring.events.dead_letter import DeadLetter
from hiring.events.reading import Unreadable, read
from hiring.topic_reading import Broker, consumer, read_topic
from hiring.topics import ANSWERS, DEAD_LETTERS

FETCH_SECONDS = 10.0
_CONTRACTS = {SETTLEMENT_RECORDED: SettlementRecorded}
_STATES = {"redrive": "redriven", "discard": "discarded"}

Place = tuple[int, int]
"""Partition and offset on the topic of dead letters."""


class Letter(NamedTuple):
    """A dead letter without its record, and what settled it, if anything did."""

    place: Place
    why: DeadLetter
    settled: SettlementRecorded | None

    @property
    def state(self) -> str:
        return "open" if self.settled is None else _STATES[self.settled.then]


@dataclass(slots=True)
class Group:
    """The letters of one topic and flaw: how many, of these how many are open, when the first and the last failed.

    `example` is the one that failed last among those that are open, or among all where none is.
    """

    topic: str
    flaw: str
    first: datetime
    last: datetime
    example: Place
    n: int = 0
    open: int = 0
    _of_example: tuple[bool, datetime] | None = None

    def add(self, letter: Letter) -> None:
        """Count one more."""
        at, is_open = letter.why.failed_at, letter.settled is None
        self.n, self.open = self.n + 1, self.open + is_open
        self.first, self.last = min(self.first, at), max(self.last, at)
        if self._of_example is None or (is_open, at) > self._of_example:
            self.example, self._of_example = letter.place, (is_open, at)


async def letters(broker: Broker) -> AsyncIterator[Letter]:
    """Every dead letter, one at a time, in no order. Raises KafkaError, TimeoutError."""
    settled = await settlements(broker)
    async for record in read_topic(broker, DEAD_LETTERS):
        place = record.partition, record.offset
        yield Letter(place, reason_found(record), settled.get(place))


async def latest(
    found: AsyncIterator[Letter], topic: str | None, flaw: str | None, most: int
) -> tuple[list[Letter], int]:
    """The last to fail of a topic and a flaw (None: of any), the last one first; and how many there are in all."""
    kept: list[tuple[datetime, Place, int, Letter]] = []
    n = 0
    async for it in found:
        if topic not in (None, it.why.topic) or flaw not in (None, it.why.flaw):
            continue
        n += 1
        # The number keeps letters from being compared.
        ranked = it.why.failed_at, it.place, n, it
        if len(kept) < most:
            heapq.heappush(kept, ranked)
        else:
            heapq.heappushpop(kept, ranked)
    return [it for *_, it in sorted(kept, reverse=True)], n


async def settlements(broker: Broker) -> dict[Place, SettlementRecorded]:
    """What settled each dead letter that is not open. Raises KafkaError, TimeoutError."""
    found: dict[Place, SettlementRecorded] = {}
    async for record in read_topic(broker, ANSWERS):
        try:
            told = read(record, _CONTRACTS)
        except Unreadable:
            continue  # Other answers stand there too.
        for at in told.letters:
            found.setdefault((at.partition, at.offset), told)
    return found


async def groups(found: AsyncIterator[Letter]) -> list[Group]:
    """The letters by topic and flaw, the group that failed last first. Keeps none of the letters."""
    by: dict[tuple[str, str], Group] = {}
    async for it in found:
        key, at = (it.why.topic, it.why.flaw), it.why.failed_at
        by.setdefault(key, Group(*key, at, at, it.place)).add(it)
    return sorted(by.values(), key=lambda it: it.last, reverse=True)


async def fetch(broker: Broker, place: Place) -> Record | None:
    """The record at a place; None where none is kept there. Raises KafkaError, TimeoutError."""
    at, reader = TopicPartition(DEAD_LETTERS, place[0]), consumer(broker, DEAD_LETTERS)
    async with asyncio.timeout(FETCH_SECONDS):
        await reader.start()
        try:
            if at not in reader.assignment():
                return None
            begins, ends = await reader.beginning_offsets([at]), await reader.end_offsets([at])
            if not begins[at] <= place[1] < ends[at]:
                return None
            reader.seek(at, place[1])
            record = await reader.getone(at)
        finally:
            await reader.stop()
    return record if record.offset == place[1] else None
