"""Dead letters as the topics tell them: what could not be processed, and what operators made of it."""

import asyncio
from collections.abc import Iterable
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


class Group(NamedTuple):
    """The letters of one topic and flaw, the first one first."""

    topic: str
    flaw: str
    letters: list[Letter]

    @property
    def open(self) -> int:
        return sum(letter.settled is None for letter in self.letters)


async def letters(broker: Broker) -> list[Letter]:
    """Every dead letter, in the order in which they failed. Raises KafkaError, TimeoutError."""
    settled = await settlements(broker)
    found = []
    async for record in read_topic(broker, DEAD_LETTERS):
        place = record.partition, record.offset
        found.append(Letter(place, reason_found(record), settled.get(place)))
    return sorted(found, key=lambda letter: (letter.why.failed_at, letter.place))


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


def groups(found: Iterable[Letter]) -> list[Group]:
    """The letters by topic and flaw, the group that failed last first."""
    by: dict[tuple[str, str], list[Letter]] = {}
    for letter in found:
        by.setdefault((letter.why.topic, letter.why.flaw), []).append(letter)
    return sorted(
        (Group(*key, of) for key, of in by.items()), key=lambda it: it.letters[-1].why.failed_at, reverse=True
    )


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
