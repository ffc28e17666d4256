"""The lag as /metrics tells it: what waits, since when, and only of partitions that are ours."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaConnectionError
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from hiring import metrics as telling
from hiring.consumer.flight import InFlight
from hiring.consumer.lag import LagMeter
from hiring.metrics import Metrics

IN0, IN1, OTHER = TopicPartition("in", 0), TopicPartition("in", 1), TopicPartition("other", 0)
NOW = 1_800_000_000.0


def record(of: TopicPartition, offset: int, ago: float = 0.0) -> Any:
    written = int((NOW - ago) * 1000)
    return ConsumerRecord(of.topic, of.partition, offset, written, 0, b"k", b"", None, 1, 0, ())


@dataclass
class Consumer:
    """What was fetched of each partition: its end as it was last heard, the position, and how long ago that was."""

    ends: dict[TopicPartition, int]
    positions: dict[TopicPartition, int]
    heard_ago: float | None = 0.0
    true_ends: Mapping[TopicPartition, int] | Exception = field(default_factory=dict)
    asked: int = 0
    clock: "Clock | None" = None
    stable: dict[TopicPartition, int] = field(default_factory=dict)

    def assignment(self) -> set[TopicPartition]:
        return set(self.positions)

    def highwater(self, of: TopicPartition) -> int | None:
        return self.ends.get(of)

    def last_stable_offset(self, of: TopicPartition) -> int | None:
        return self.stable.get(of)

    def last_poll_timestamp(self, _: TopicPartition) -> int | None:
        assert self.clock is not None
        return None if self.heard_ago is None else int((self.clock() - self.heard_ago) * 1000)

    async def position(self, of: TopicPartition) -> int:
        return self.positions[of]

    async def end_offsets(self, of: list[TopicPartition]) -> dict[TopicPartition, int]:
        self.asked += 1
        if isinstance(self.true_ends, Exception):
            raise self.true_ends
        return {one: self.true_ends[one] for one in of}


@dataclass
class Clock:
    at: float = NOW

    def __call__(self) -> float:
        return self.at


class Stand:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        monkeypatch.setattr(telling, "time", type("T", (), {"time": staticmethod(self.clock)}))
        self.metrics, self.in_flight = Metrics("test"), InFlight()
        self.meter = LagMeter(self.in_flight, self.metrics, self.clock)

    async def look(self, consumer: Consumer, *, ask: bool = True) -> None:
        consumer.clock = self.clock
        await self.meter.measure(consumer, ask=ask)  # type: ignore[arg-type]

    def told(self, name: str) -> dict[tuple[str, ...], float]:
        text = generate_latest(self.metrics.registry).decode()
        (family,) = [it for it in text_string_to_metric_families(text) if it.name == f"hiring_consumer_lag_{name}"]
        assert all(sample.labels["service"] == "test" for sample in family.samples)
        return {
            tuple(it.labels[key] for key in ("topic", "partition") if key in it.labels): it.value
            for it in family.samples
        }


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Stand:
    return Stand(monkeypatch)


async def test_nothing_waits(stand: Stand) -> None:
    await stand.look(Consumer({IN0: 7, OTHER: 0}, {IN0: 7, OTHER: 0}))
    assert stand.told("records") == {("in", "0"): 0, ("other", "0"): 0}
    assert stand.told("seconds") == {("in",): 0, ("other",): 0}


async def test_what_is_in_flight_is_behind_until_it_is_committed(stand: Stand) -> None:
    consumer = Consumer({IN0: 12, IN1: 5}, {IN0: 12, IN1: 5})
    first = stand.in_flight.take([record(IN0, 8, ago=40), record(IN0, 9, ago=1), record(IN1, 4, ago=3)])
    second = stand.in_flight.take([record(IN0, 10, ago=0.5)])
    await stand.look(consumer)
    assert stand.told("records") == {("in", "0"): 4, ("in", "1"): 1}
    assert stand.told("seconds") == {("in",): 40}
    stand.in_flight.let_go(first)
    await stand.look(consumer)
    assert stand.told("records") == {("in", "0"): 2, ("in", "1"): 0}
    stand.in_flight.let_go(second)
    await stand.look(consumer)
    assert stand.told("seconds") == {("in",): 0}


async def test_a_consumer_that_stands_still_is_seen_to_fall_behind(stand: Stand) -> None:
    # It holds a batch, so it fetches no more: how far the topic has grown meanwhile must be asked.
    stand.in_flight.take([record(IN0, 3, ago=2)])
    consumer = Consumer({IN0: 4}, {IN0: 4}, heard_ago=60, true_ends={IN0: 500})
    await stand.look(consumer)
    assert (stand.told("records"), stand.told("seconds")) == ({("in", "0"): 497}, {("in",): 2})
    stand.clock.at += 300
    assert stand.told("seconds") == {("in",): 302}, "the age grows without a look"
    # Where nobody answers, what was known still holds.
    consumer.true_ends = KafkaConnectionError()
    await stand.look(consumer)
    await stand.look(consumer, ask=False)
    assert stand.told("records") == {("in", "0"): 497}
    assert consumer.asked == 2


async def test_what_is_not_fetched_is_as_old_as_it_was_seen_to_wait(stand: Stand) -> None:
    consumer = Consumer({IN0: 10}, {IN0: 10})
    await stand.look(consumer)
    for end, at in ((12, 10), (12, 20), (30, 40)):
        stand.clock.at = NOW + at
        consumer.ends[IN0] = end
        await stand.look(consumer)
    assert stand.told("seconds") == {("in",): 30}
    consumer.positions[IN0] = 12
    await stand.look(consumer)
    assert (stand.told("records"), stand.told("seconds")) == ({("in", "0"): 18}, {("in",): 0})
    stand.clock.at += 5
    assert stand.told("seconds") == {("in",): 5}


async def test_one_that_never_gets_on_grows_however_long_it_takes(stand: Stand) -> None:
    consumer = Consumer({IN0: 1}, {IN0: 0})
    for second in range(5000):
        stand.clock.at, consumer.ends[IN0] = NOW + second, second + 1
        await stand.look(consumer)
    assert stand.told("seconds") == {("in",): 4999}


async def test_a_partition_that_went_is_told_no_longer_and_a_topic_made_anew_begins_anew(stand: Stand) -> None:
    consumer = Consumer({IN0: 9, IN1: 9}, {IN0: 1, IN1: 1})
    await stand.look(consumer)
    del consumer.positions[IN1]
    consumer.ends[IN0], consumer.positions[IN0] = 2, 0
    await stand.look(consumer)
    assert stand.told("records") == {("in", "0"): 2}
    stand.meter.forget()
    assert stand.told("records") == stand.told("seconds") == {}


async def test_what_an_open_transaction_wrote_waits_for_nobody(stand: Stand) -> None:
    consumer = Consumer({IN0: 9}, {IN0: 4}, stable={IN0: 4})
    await stand.look(consumer)
    stand.clock.at += 600
    assert (stand.told("records"), stand.told("seconds")) == ({("in", "0"): 0}, {("in",): 0})
    consumer.stable[IN0] = 9
    await stand.look(consumer)
    assert stand.told("records") == {("in", "0"): 5}


async def test_a_partition_that_went_is_told_no_longer_though_another_is_not_heard_of(stand: Stand) -> None:
    await stand.look(Consumer({IN0: 9, IN1: 9}, {IN0: 1, IN1: 1}))

    class Silent(Consumer):
        async def position(self, of: TopicPartition) -> int:
            return await asyncio.get_running_loop().create_future() if of == OTHER else self.positions[of]

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await stand.look(Silent({IN0: 9, OTHER: 9}, {IN0: 1, OTHER: 1}))
    assert stand.told("records") == {("in", "0"): 8}


async def test_without_an_end_nothing_is_told(stand: Stand) -> None:
    await stand.look(Consumer({}, {IN0: 3}, heard_ago=None), ask=False)
    assert stand.told("records") == {}
    await stand.look(Consumer({}, {IN0: 3}, heard_ago=None, true_ends={IN0: 5}))
    assert stand.told("records") == {("in", "0"): 2}


async def test_a_record_without_a_time_or_from_a_clock_ahead_is_never_younger_than_nothing(stand: Stand) -> None:
    untimed = ConsumerRecord("in", 0, 3, -1, 0, b"k", b"", None, 1, 0, ())
    stand.in_flight.take([untimed, record(IN1, 1, ago=-90)])  # type: ignore[list-item]
    consumer = Consumer({IN0: 4, IN1: 2}, {IN0: 4, IN1: 2})
    await stand.look(consumer)
    stand.clock.at += 8
    assert stand.told("seconds") == {("in",): 8}


async def test_waiting_for_what_is_in_flight(stand: Stand) -> None:
    ticket = stand.in_flight.take([record(IN0, 1)])
    assert not await stand.in_flight.until_none(0.01)
    waiting = asyncio.create_task(stand.in_flight.until_none(5))
    stand.in_flight.let_go(ticket)
    assert await waiting
