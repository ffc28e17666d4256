"""A batch of records on its way through the loop, and how records become one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic

from aiokafka import TopicPartition
from pydantic import BaseModel

from hiring.consumer.record import Record
from hiring.consumer.step import Planned, Received, Tombstone, Wave
from hiring.events.dead_letter import DeadLetter, dead_letter
from hiring.events.envelope import Outgoing
from hiring.events.reading import Flaw, Foreign, Unreadable, read
from hiring.topics import COMMANDS, DEAD_LETTERS, TOPICS

_COMPACTED = frozenset(topic.name for topic in TOPICS if topic.kept_days is None)


@dataclass(slots=True)
class Batch(Generic[Planned]):
    """What was planned of some records, the letters of those that are no events, and where to commit."""

    generation: int
    records: Sequence[Record]
    planned: Planned
    dead: list[Outgoing]
    offsets: dict[TopicPartition, int]
    waves: Sequence[Wave] = field(default_factory=tuple)


def next_offsets(records: Sequence[Record]) -> dict[TopicPartition, int]:
    """For each partition the offset to go on from, once all of these records are done with."""
    offsets: dict[TopicPartition, int] = {}
    for record in records:
        partition = TopicPartition(record.topic, record.partition)
        offsets[partition] = max(offsets.get(partition, 0), record.offset + 1)
    return offsets


def events_of(
    records: Iterable[Record],
    contracts: Mapping[str, Mapping[str, type[BaseModel]]],
    refuse: Callable[[Record, Unreadable], None],
) -> Iterator[Received]:
    """The events in some records, read one at a time; what is none is refused, and never holds up its neighbours.

    A command for another service is passed over. A dead letter is read as the reason that it tells, never as the event
    that it was: it is no event, and must not become a dead letter once more.
    """
    for record in records:
        try:
            if record.value is None and record.topic in _COMPACTED:
                yield Received(Tombstone(record.topic, (record.key or b"").decode(errors="replace")), record)
            elif record.topic == DEAD_LETTERS:
                yield Received(_reason(record), record)
            else:
                yield Received(read(record, contracts[record.topic]), record)
        except Unreadable as unreadable:
            # A command is for whichever service knows it; on any other topic a foreign event is a mistake.
            if not (record.topic == COMMANDS and isinstance(unreadable, Foreign)):
                refuse(record, unreadable)


def _reason(record: Record) -> DeadLetter:
    at = datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC)
    return DeadLetter.found(record.headers, partition=record.partition, offset=record.offset, at=at)


def bury(record: Record, flaw: Flaw, detail: str, group: str, now: datetime) -> Outgoing:
    """The dead letter of a record."""
    letter = dead_letter(
        flaw, detail, topic=record.topic, partition=record.partition, offset=record.offset, group=group, at=now
    )
    return letter.outgoing(DEAD_LETTERS, record.key, record.value, record.headers)
