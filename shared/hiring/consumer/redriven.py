"""A dead letter that its service gets once more, read as the record that it was.

It comes on a topic of the service's own, so that nobody else reads it again and no compacted topic takes it for its
newest. Topic, place, time and headers are those of the record that failed: whatever a step derives from them comes out
as it would have, and where it fails again it becomes a dead letter of the same place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from aiokafka import ConsumerRecord
from pydantic import BaseModel, ValidationError

from hiring.consumer.record import Record
from hiring.events.dead_letter import DELIVERIES, PREFIX, DeadLetter
from hiring.events.reading import Flaw, Unreadable
from hiring.topics import REDRIVEN_TO, redriven

REDRIVEN = frozenset(redriven(service) for service in REDRIVEN_TO)
_WITH_DOORS = redriven("intake")

Contracts = Mapping[str, Mapping[str, type[BaseModel]]]


@dataclass
class GivenAgain(ConsumerRecord[bytes | None, bytes | None]):
    """A record that failed, as it is read once more, and why it was a dead letter. Beside the record, not among its
    headers: there anybody could say so."""

    why: DeadLetter


def reason(record: Record) -> DeadLetter:
    """Why a redriven record is one. Raises Unreadable where it does not tell."""
    try:
        return DeadLetter.of(record.headers)
    except (ValidationError, UnicodeDecodeError):
        why = "only the console writes on this topic: a dead letter, with all its headers that begin with dl_"
        raise Unreadable(Flaw.MISSING_HEADER, why) from None


def original(record: Record, why: DeadLetter) -> Record:
    """The record that failed, as it was read first. One that does not tell its time has that of its failure."""
    return replace(
        record,
        topic=why.topic,
        partition=why.partition,
        offset=why.offset,
        timestamp=int(why.failed_at.timestamp() * 1000) if why.timestamp is None else why.timestamp,
        headers=tuple((name, value) for name, value in record.headers if not name.startswith(PREFIX)),
    )


def given_again(record: Record, why: DeadLetter) -> GivenAgain:
    """The record that failed, read from a topic of redriven ones."""
    was = original(record, why)
    return GivenAgain(**{field.name: getattr(was, field.name) for field in fields(was)}, why=why)


def is_delivery(to: str, why: DeadLetter, contracts: Contracts) -> bool:
    """Whether a record on the topic `to` came by no topic: its service then takes it beside its reason.

    Raises Unreadable where it came by a topic that the service does not read.
    """
    if why.topic in contracts and why.topic not in REDRIVEN:
        return False
    if to == _WITH_DOORS and why.topic.startswith(DELIVERIES):
        return True
    raise Unreadable(Flaw.UNKNOWN_TYPE, "this service does not read the topic that the record came by")
