"""What stands at the ends of the topics: event types that this release does not know, and records from the future."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from cohort.doctor.clock import MOST_SECONDS, judged_clock
from cohort.doctor.finding import Case, Finding, ok, unknown, wrong
from hiring import kafka
from hiring.consumer.record import Record
from hiring.events import CONTRACTS
from hiring.topics import HR_SYSTEMS, LARGEST_DEAD_LETTER, TOPICS

CHECK = "event types"
LAST = 20
"""So many records at the end of each partition are looked at."""
_SECONDS = 10.0

# What HR systems write may be anything; a topic that takes what others took says nothing of a release.
_LOOKED_AT = {topic.name: topic.events for topic in TOPICS if topic.events and HR_SYSTEMS not in topic.written_by}


class Seen(NamedTuple):
    """`types` of events by topic; `newest` is the latest timestamp, in seconds since 1970, 0 without any."""

    types: Mapping[str, frozenset[str]]
    newest: float


async def event_types(case: Case) -> list[Finding]:
    """The findings on the ends of the topics that may be read."""
    if case.broker is None:
        return []
    readable = sorted(set(_LOOKED_AT) & case.readable & set(case.broker.topics))
    ends = {
        TopicPartition(name, number): (max(case.broker.topics[name].begins[number], end - LAST), end)
        for name in readable
        for number, end in case.broker.topics[name].ends.items()
    }
    seen = _seen([it async for it in _ends(case, ends)])
    found = judged_types(seen.types)
    # Records are stamped by whoever publishes: only one from the future says something of a clock.
    if (ahead := seen.newest - time.time()) > MOST_SECONDS:
        found.append(judged_clock("whoever stamped the newest record", ahead))
    if hidden := sorted((set(_LOOKED_AT) & set(case.broker.topics)) - case.readable):
        found.append(unknown(CHECK, f"this login may not read {', '.join(hidden)}: their types are not looked at"))
    return found


def judged_types(types: Mapping[str, frozenset[str]]) -> list[Finding]:
    """Whether this release knows every type, and it belongs on its topic."""
    found = [
        wrong(
            CHECK,
            f"{topic} has events of a type that this release does not know: {type_}",
            "a newer release writes there: bring this one up to it before its services read them as dead letters",
        )
        for topic, its in sorted(types.items())
        for type_ in sorted(its)
        if type_ not in CONTRACTS or not type_.startswith(_LOOKED_AT[topic])
    ]
    return found or [
        ok(CHECK, f"the newest events are of types that this release knows (topics with events: {len(types)})")
    ]


async def _ends(case: Case, ends: Mapping[TopicPartition, tuple[int, int]]) -> AsyncIterator[Record]:
    """The records of each partition between two offsets."""
    left = {at for at, (begin, end) in ends.items() if end > begin}
    consumer = AIOKafkaConsumer(
        group_id=None,
        enable_auto_commit=False,
        max_partition_fetch_bytes=LARGEST_DEAD_LETTER,
        **kafka.connection(case.at.broker),
    )
    await consumer.start()
    try:
        if not left:
            return
        consumer.assign(list(left))
        for at in left:
            consumer.seek(at, ends[at][0])
        # What did not come in time is not told: the rest is.
        with suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS):
                while left:
                    for records in (await consumer.getmany(*left, timeout_ms=300)).values():
                        for record in records:
                            yield record
                    left = {at for at in left if await consumer.position(at) < ends[at][1]}
    finally:
        await consumer.stop()


def _seen(records: Iterable[Record]) -> Seen:
    types: dict[str, set[str]] = {topic: set() for topic in _LOOKED_AT}
    newest = 0.0
    for record in records:
        newest = max(newest, record.timestamp / 1000)
        # A tombstone is of no type.
        for name, value in record.headers if record.value is not None else ():
            if name == "ce_type":
                types[record.topic].add(value.decode(errors="replace"))
    return Seen({topic: frozenset(its) for topic, its in types.items() if its}, newest)
