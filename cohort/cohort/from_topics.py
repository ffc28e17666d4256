"""What screening published, read from its topics: for a deployment that tells no database of screening."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from aiokafka import TopicPartition

from cohort.progress import ReadingProgress
from hiring.events import DECISION_MADE, POLICY_KNOWN
from hiring.events.decision import DecisionMade
from hiring.events.policy import PolicyKnown
from hiring.events.reading import Unreadable, read
from hiring.partitioning import murmur2, partition_of
from hiring.settings import Settings
from hiring.topic_reading import consumer, read_topic
from hiring.topics import DECISIONS, POLICIES
from screening.in_force import ALWAYS


async def decisions_of(broker: Settings, application: UUID) -> list[DecisionMade]:
    """The decisions on an application that the topic still has, the last one at the end.

    Its partition is read from its beginning, and compaction has taken earlier decisions away: the table tells all, and
    at once. Raises KafkaError.
    """
    key, found = str(application).encode(), list[DecisionMade]()
    reader = consumer(broker, DECISIONS)
    await reader.start()
    try:
        numbers = sorted(reader.partitions_for_topic(DECISIONS) or ())
        at = TopicPartition(DECISIONS, partition_of(murmur2(key), numbers))
        begin, end = (await reader.beginning_offsets([at]))[at], (await reader.end_offsets([at]))[at]
        reader.unsubscribe()
        reader.assign([at])
        reader.seek(at, begin)
        with ReadingProgress() as progress:
            while (position := await reader.position(at)) < end:
                progress.show("decisions", position - begin, end - begin)
                for record in (await reader.getmany(at, timeout_ms=500, max_records=5_000)).get(at, []):
                    if record.key == key:
                        # A tombstone: whose it was is forgotten.
                        found = [*found, read(record, {DECISION_MADE: DecisionMade})] if record.value else []
    finally:
        await reader.stop()
    return found


async def policies(broker: Settings) -> list[dict[str, Any]]:
    """Every policy as it stands, as the table `policies` has it, `content` as an object; by programme and time.

    Raises KafkaError, TimeoutError.
    """
    known: dict[str, PolicyKnown] = {}
    async for record in read_topic(broker, POLICIES):
        try:
            told = read(record, {POLICY_KNOWN: PolicyKnown})
        except Unreadable:
            continue
        known[told.digest] = told
    return as_rows(list(known.values()), datetime.now(UTC))


def as_rows(known: list[PolicyKnown], now: datetime) -> list[dict[str, Any]]:
    """The same from the events; `judges_now` says of each whether it judges what is submitted at `now`."""
    rows = [it.model_dump() | {"content": it.policy, "effective_from": it.effective_from or ALWAYS} for it in known]
    last = datetime.max.replace(tzinfo=UTC)
    rows.sort(key=lambda row: (row["programme"], row["effective_from"], row["approved_at"] or last, row["proposed_at"]))
    in_force = {row["programme"]: row for row in rows if row["approved_at"] and row["effective_from"] <= now}
    return [row | {"judges_now": in_force.get(row["programme"]) is row} for row in rows]
