"""A batch of records on its way through the loop, and how records become one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic

from aiokafka import TopicPartition
from pydantic import BaseModel

from hiring.consumer.record import Record
from hiring.consumer.redriven import REDRIVEN, GivenAgain, given_again, is_delivery, reason
from hiring.consumer.step import Planned, Received, Tombstone, Wave
from hiring.events.dead_letter import DeadLetter, dead_letter
from hiring.events.envelope import Outgoing
from hiring.events.reading import Foreign, Unreadable, read
from hiring.topics import COMMANDS, DEAD_LETTERS, TOPICS

_COMPACTED = frozenset(topic.name for topic in TOPICS if topic.kept_days is None)


@dataclass(slots=True)
class Batch(Generic[Planned]):
    """What was planned of some records, the letters of those that are no events, and where to commit.

    `ticket` is what lets go of it: see InFlight.
    """

    ticket: int
    generation: int
    records: Sequence[Record]
    planned: Planned
    dead: list[Outgoing]
    offsets: dict[TopicPartition, int]
    waves: Sequence[Wave] = field(default_factory=tuple)


def next_offsets(records: Sequence[Record]) -> dict[TopicPartition, int]:
    """For each partition the offset to go on from, once all of these records are done with."""
    # Within a partition they come in order: the last one is what stays.
    last = {(record.topic, record.partition): record.offset for record in records}
    return {TopicPartition(*of): offset + 1 for of, offset in last.items()}


def events_of(
    records: Iterable[Record],
    contracts: Mapping[str, Mapping[str, type[BaseModel]]],
    refuse: Callable[[Record, Unreadable], None],
) -> Iterator[Received]:
    """The events in some records, read one at a time; what is none is refused, and never holds up its neighbours.

    A command for another service is passed over. A dead letter is read as the reason that it tells, never as the event
    that it was: it is no event, and must not become a dead letter once more. One that its service gets once more is
    read as the record that it was; see hiring.consumer.redriven.
    """
    for came in records:
        record = came
        try:
            if came.topic in REDRIVEN:
                why = reason(came)
                record = given_again(came, why)
                if is_delivery(came.topic, why, contracts):
                    yield Received(why, record)
                    continue
            if record.value is None and record.topic in _COMPACTED:
                yield Received(Tombstone(record.topic, (record.key or b"").decode(errors="replace")), record)
            elif record.topic == DEAD_LETTERS:
                yield Received(reason_found(record), record)
            else:
                yield Received(read(record, contracts[record.topic]), record)
        except Unreadable as unreadable:
            # A command is for whichever service knows it; on any other topic a foreign event is a mistake.
            if not (record.topic == COMMANDS and isinstance(unreadable, Foreign)):
                refuse(record, unreadable)


def reason_found(record: Record) -> DeadLetter:
    """Why a record is among the dead letters, also where it does not tell."""
    at = datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC)
    return DeadLetter.found(record.headers, partition=record.partition, offset=record.offset, at=at)


def bury(record: Record, flaw: str, detail: str, group: str, now: datetime) -> Outgoing:
    """The dead letter of a record; `flaw` is one of Flaw, or what it was before."""
    letter = dead_letter(
        flaw,
        detail,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        group=group,
        at=now,
        timestamp=record.timestamp,
        redriven=record.why.redriven if isinstance(record, GivenAgain) else None,
    )
    return letter.outgoing(DEAD_LETTERS, record.key, record.value, record.headers)
