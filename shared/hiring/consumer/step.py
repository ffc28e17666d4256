"""What a service supplies: how to read, what it would do (pure), and how it is written down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from pydantic import BaseModel

from hiring.consumer.record import Record
from hiring.events.envelope import Outgoing

Wave = Sequence[Outgoing]
"""Records that may be published side by side; the next wave waits until the broker has this one."""

Planned = TypeVar("Planned")


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A record without a value on a compacted topic: this key is forgotten."""

    topic: str
    key: str


class Received(NamedTuple):
    """An event, and the record it came in."""

    event: BaseModel | Tombstone
    record: Record


class Outdated(Exception):
    """Raised by `store`: what the plan rests on has changed since, and nothing was written. Plan the records anew."""


class Step(Protocol[Planned]):
    """One step of the pipeline. Planning proposes; storing applies.

    `contracts` names, for each topic, the event types read there and their models.
    """

    @property
    def contracts(self) -> Mapping[str, Mapping[str, type[BaseModel]]]: ...

    def plan(self, batch: Iterable[Received]) -> Planned:
        """Decide, in memory and without I/O, what is to be written. Must not raise for any event.

        The events are read as they are asked for; one that is let go at once costs no memory.
        """
        ...

    async def store(self, planned: Planned) -> Sequence[Wave]:
        """Write it in one statement or transaction, and return what is now stored, to be published.

        Called again with the same plan after a transient fault: a second call must change nothing and
        return the same records. Raises Outdated.
        """
        ...
