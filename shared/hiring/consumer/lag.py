"""How far a consumer is behind its partitions, in records and in time. Looked at every few seconds, never per record.

A partition is done up to its first record in flight; where none is, up to the position of the consumer. How old the
oldest record is that waits is known of one in flight. One that was not fetched yet is as old as the time since its
partition was first seen to reach beyond it: too young by a look at most, but for what waited before the process began.
"""

import time
from collections.abc import Callable, Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from hiring.consumer.flight import InFlight
from hiring.metrics import Behind, Metrics

# An idle consumer hears of its partitions twice a second; one that holds what it fetched back does not ask on.
_STALE_SECONDS = 5.0
_MOST_SEEN = 256


def heard_end(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int | None:
    """How far there is something to be read, as the consumer heard last; None where it heard nothing yet.

    What a transaction wrote that is open still is beyond it: nobody reads that yet, so nobody is behind.
    """
    stable: int | None = consumer.last_stable_offset(partition)
    heard: int | None = consumer.highwater(partition)
    return heard if stable is None or stable < 0 else stable


class Seen:
    """When a partition was seen to reach how far. `since` is what it is for."""

    def __init__(self) -> None:
        self._ends: list[tuple[int, float]] = []

    def note(self, end: int, now: float) -> None:
        """At `now` the partition's next offset was `end`."""
        if self._ends and end < self._ends[-1][0]:
            # The topic was made anew.
            self._ends = [(seen, at) for seen, at in self._ends if seen <= end]
        if not self._ends or end > self._ends[-1][0]:
            self._ends.append((end, now))
        if len(self._ends) > _MOST_SEEN:
            # Every second one; the first is what matters most.
            del self._ends[1::2]

    def since(self, position: int) -> float | None:
        """Since when a record at this offset or beyond has been there; None where none is. Forgets what is before."""
        self._ends = [(end, at) for end, at in self._ends if end > position]
        return self._ends[0][1] if self._ends else None

    @property
    def end(self) -> int | None:
        """How far it reaches, as far as is known and not done yet."""
        return self._ends[-1][0] if self._ends else None


class LagMeter:
    """Measures one consumer, and tells the metrics."""

    def __init__(self, in_flight: InFlight, metrics: Metrics, now: Callable[[], float] = time.time) -> None:
        self._in_flight = in_flight
        self._metrics = metrics
        self._now = now
        self._seen: dict[TopicPartition, Seen] = {}
        self._behind: dict[TopicPartition, Behind] = {}

    async def measure(self, consumer: AIOKafkaConsumer, *, ask: bool) -> None:
        """Tell how far each assigned partition is behind. `ask`: the broker answers, and may be asked for ends.

        A partition of which no end is known is left out. May raise what aiokafka does where partitions go meanwhile.
        """
        assigned = consumer.assignment()
        self._seen = {partition: self._seen.get(partition, Seen()) for partition in assigned}
        # At once: whoever has a partition now tells of it, however long it takes to hear of ours.
        self._tell({partition: it for partition, it in self._behind.items() if partition in assigned})
        ends = await self._ends(consumer, assigned, ask)
        oldest = self._in_flight.oldest()
        behind: dict[TopicPartition, Behind] = {}
        for partition in assigned:
            written, seen = oldest.get(partition), self._seen[partition]
            position = await consumer.position(partition) if written is None else written.offset
            if (end := ends.get(partition)) is None:
                continue
            seen.note(end, self._now())
            since = seen.since(position)
            if written is not None and written.timestamp > 0:
                since = written.timestamp / 1000
            behind[partition] = Behind(max(0, end - position), since)
        self._tell(behind)

    def _tell(self, behind: dict[TopicPartition, Behind]) -> None:
        self._behind = behind
        self._metrics.behind(behind)

    def forget(self) -> None:
        """The consumer has left its partitions."""
        self._tell({})

    async def _ends(
        self, consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition], ask: bool
    ) -> dict[TopicPartition, int]:
        """The next offset of each partition, as far as the consumer heard of it lately or the broker says."""
        known: dict[TopicPartition, int] = {}
        stale: list[TopicPartition] = []
        for partition in partitions:
            heard, heard_at = heard_end(consumer, partition), consumer.last_poll_timestamp(partition)
            if heard_at is None or self._now() - heard_at / 1000 > _STALE_SECONDS:
                stale.append(partition)
                heard = max((end for end in (heard, self._seen[partition].end) if end is not None), default=None)
            if heard is not None:
                known[partition] = heard
        if stale and ask:
            try:
                known |= await consumer.end_offsets(stale)
            except KafkaError:
                # What was known stays; the next look asks again.
                return known
        return known
