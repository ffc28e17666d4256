"""The batch loop's promises, on a store, a log and a consumer in memory."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg
import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError

from hiring.consumer import BatchLoop, Outdated, Wave
from hiring.consumer.batch import events_of
from hiring.events import APPLICATION_WITHDRAWN
from hiring.events.dead_letter import DeadLetter
from hiring.events.envelope import Outgoing
from hiring.events.fields import Event
from hiring.health import Health
from hiring.metrics import Metrics
from hiring.settings import Settings
from hiring.topics import COMMANDS, DECISIONS

HEADERS = (("ce_specversion", b"1.0"), ("ce_type", b"t.v1"), ("ce_id", b"1"), ("ce_source", b"/test"))


class Number(Event):
    n: int


def record(offset: int, value: bytes | None = None, *, partition: int = 0, headers: Any = HEADERS) -> Any:
    body = value if value is not None else b'{"n": %d}' % offset
    return ConsumerRecord("in", partition, offset, 0, 0, b"k", body, None, 1, len(body), headers)


@dataclass
class Step:
    """Keeps what was stored; each store first runs what `faults` holds next."""

    contracts: dict[str, dict[str, type[Number]]] = field(default_factory=lambda: {"in": {"t.v1": Number}})
    stored: list[int] = field(default_factory=list)
    faults: list[Exception | asyncio.Event] = field(default_factory=list)
    storing: asyncio.Event = field(default_factory=asyncio.Event)
    refused: set[int] = field(default_factory=set)
    """What the database will not take, whatever batch it comes in."""
    plans: list[list[int]] = field(default_factory=list)

    def plan(self, batch: Sequence[Any]) -> list[int]:
        self.plans.append([received.event.n for received in batch])
        return self.plans[-1]

    async def store(self, planned: list[int]) -> list[Wave]:
        self.storing.set()
        if self.refused & set(planned):
            raise asyncpg.CharacterNotInRepertoireError("a row with personal data")
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, asyncio.Event):
                await fault.wait()
            else:
                raise fault
        self.stored += [n for n in planned if n not in self.stored]
        return [[Outgoing("out", b"k", b"%d" % n) for n in planned]]


@dataclass
class Log:
    """What was published, and what goes wrong the next times."""

    records: list[Outgoing] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def publish(self, records: Sequence[Outgoing]) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.records += records


@dataclass
class Consumer:
    """What was committed, in order."""

    commits: list[dict[TopicPartition, int]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    committed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.faults:
            raise self.faults.pop(0)
        async with self.committed:
            self.commits.append(offsets)
            self.committed.notify_all()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5), self.committed:
            await self.committed.wait_for(lambda: len(self.commits) >= count)

    def assignment(self) -> set[TopicPartition]:
        return set()

    def pause(self, *_: TopicPartition) -> None: ...


@dataclass
class Bench:
    step: Step = field(default_factory=Step)
    log: Log = field(default_factory=Log)
    consumer: Consumer = field(default_factory=Consumer)
    health: Health = field(default_factory=Health)
    drain_seconds: float = 5.0

    def __post_init__(self) -> None:
        self.loop = BatchLoop(
            self.step,
            self.log,  # type: ignore[arg-type]
            self.health,
            Metrics("test"),
            group="test",
            settings=Settings(drain_seconds=self.drain_seconds, batch_linger_ms=0),
        )
        self.loop.start(lambda: self.consumer)  # type: ignore[arg-type, return-value]
        self.loop.assigned(set())

    def published(self) -> list[bytes | None]:
        return [out.value for out in self.log.records if out.topic == "out"]

    def dead(self) -> list[DeadLetter]:
        return [DeadLetter.of(out.headers) for out in self.log.records if out.topic == "hiring.dead-letters"]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    it = Bench()
    yield it
    await it.loop.stop()


IN0, IN1 = TopicPartition("in", 0), TopicPartition("in", 1)


async def test_a_batch_is_stored_then_published_then_committed_at_the_next_offset(bench: Bench) -> None:
    await bench.loop.handle((record(4), record(5), record(9, partition=1)))
    await bench.consumer.until(1)
    assert bench.step.stored == [4, 5, 9]
    assert bench.published() == [b"4", b"5", b"9"]
    assert bench.consumer.commits == [{IN0: 6, IN1: 10}]


async def test_nothing_is_committed_before_it_is_published(bench: Bench) -> None:
    bench.log.faults = [KafkaConnectionError(), KafkaConnectionError()]
    await bench.loop.handle((record(1),))
    await bench.consumer.until(1)
    assert bench.published() == [b"1"]


@pytest.mark.parametrize(
    ("value", "headers", "flaw"),
    [
        (b"{", HEADERS, "not-json"),
        (b"[1]", HEADERS, "invalid"),
        (b'{"n": "x"}', HEADERS, "invalid"),
        (b"\xff\xfe", HEADERS, "not-json"),
        (b"", HEADERS, "empty"),
        (b'{"n": 1}', (), "missing-header"),
        (b'{"n": 1}', (*HEADERS[1:],), "missing-header"),
        (b'{"n": 1}', (*HEADERS, ("x", None)), "unreadable-header"),
        (b'{"n": 1}', (*HEADERS, ("x", b"\xff")), "unreadable-header"),
        (b'{"n": 1}', (HEADERS[0], ("ce_type", b"t.v2"), *HEADERS[2:]), "unknown-type"),
        (b'{"n": 1}', (("ce_specversion", b"0.3"), *HEADERS[1:]), "unknown-type"),
    ],
)
async def test_a_bad_record_is_dead_lettered_unchanged_and_its_neighbours_go_on(
    bench: Bench, value: bytes, headers: Any, flaw: str
) -> None:
    await bench.loop.handle((record(1), record(2, value, headers=headers), record(3)))
    await bench.consumer.until(1)
    assert bench.step.stored == [1, 3]
    assert bench.consumer.commits == [{IN0: 4}]
    (letter,) = bench.dead()
    assert (letter.flaw, letter.topic, letter.partition, letter.offset, letter.group) == (flaw, "in", 0, 2, "test")
    (out,) = [out for out in bench.log.records if out.topic == "hiring.dead-letters"]
    assert out.value == value
    assert tuple(out.headers)[: len(headers)] == tuple(headers)


@pytest.mark.parametrize(("topic", "refused"), [(COMMANDS, 0), (DECISIONS, 1)])
def test_a_command_for_another_service_is_passed_over_and_a_foreign_event_elsewhere_is_not(
    topic: str, refused: int
) -> None:
    headers = (HEADERS[0], ("ce_type", APPLICATION_WITHDRAWN.encode()), *HEADERS[2:])
    told = replace(record(1, b"{}", headers=headers), topic=topic)
    dead: list[Any] = []
    assert list(events_of([told], {topic: {"t.v1": Number}}, lambda it, _: dead.append(it))) == []
    assert len(dead) == refused


async def test_a_reason_never_repeats_a_value(bench: Bench) -> None:
    await bench.loop.handle((record(1, b'{"n": "ada@mail.example"}'),))
    await bench.consumer.until(1)
    assert "ada" not in bench.dead()[0].detail


async def test_a_record_that_the_database_refuses_is_found_and_set_aside(bench: Bench) -> None:
    bench.step.refused = {3, 6}
    bench.step.faults = [ConnectionRefusedError()]
    await bench.loop.handle(tuple(record(offset) for offset in range(1, 8)))
    await bench.consumer.until(1)
    assert bench.step.stored == [1, 2, 4, 5, 7]
    assert bench.published() == [b"1", b"2", b"4", b"5", b"7"]
    assert [(letter.flaw, letter.offset) for letter in bench.dead()] == [("unstorable", 3), ("unstorable", 6)]
    assert "personal" not in bench.dead()[0].detail
    assert bench.consumer.commits == [{IN0: 8}]


async def test_a_plan_that_is_out_of_date_is_made_anew_before_anything_is_stored(bench: Bench) -> None:
    bench.step.faults = [Outdated(), Outdated()]
    await bench.loop.handle((record(1), record(2, b"{"), record(3)))
    await bench.consumer.until(1)
    assert bench.step.plans == [[1, 3], [1, 3], [1, 3]]
    assert bench.step.stored == [1, 3]
    assert len(bench.dead()) == 1


async def test_a_plan_is_made_anew_too_while_a_record_is_looked_for_that_cannot_be_stored(bench: Bench) -> None:
    bench.step.refused, bench.step.faults = {2}, [Outdated()]
    await bench.loop.handle((record(1), record(2), record(3)))
    await bench.consumer.until(1)
    assert sorted(bench.step.stored) == [1, 3]
    assert [letter.offset for letter in bench.dead()] == [2]


async def test_a_transient_fault_is_waited_out_and_readiness_says_so(bench: Bench) -> None:
    gate = asyncio.Event()
    bench.step.faults = [ConnectionRefusedError(), gate]
    await bench.loop.handle((record(1),))
    await _until(lambda: bench.health.report().get("store") == "ConnectionRefusedError")
    assert not bench.health.ready
    gate.set()
    await bench.consumer.until(1)
    assert bench.health.ready
    assert bench.consumer.commits == [{IN0: 2}]


async def test_an_unexpected_fault_ends_the_loop_with_nothing_committed(bench: Bench) -> None:
    bench.step.faults = [ZeroDivisionError()]
    await bench.loop.handle((record(1),))
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(asyncio.shield(bench.loop.failed), 5)
    assert not bench.health.alive
    # Later records are passed over: committing them would skip the one that failed.
    await bench.loop.handle((record(2),))
    assert await bench.loop.drain() is False
    assert bench.consumer.commits == []
    assert bench.published() == []


async def test_the_next_batch_is_planned_while_this_one_is_stored_and_order_holds(bench: Bench) -> None:
    gate = asyncio.Event()
    bench.step.faults = [gate]
    await bench.loop.handle((record(1),))
    await bench.loop.handle((record(2),))
    assert bench.step.stored == []
    gate.set()
    await bench.consumer.until(2)
    assert bench.published() == [b"1", b"2"]
    assert bench.consumer.commits == [{IN0: 2}, {IN0: 3}]


async def test_a_slow_store_holds_back_the_reading(bench: Bench) -> None:
    gate = asyncio.Event()
    bench.step.faults = [gate]
    await bench.loop.handle((record(1),))
    await bench.step.storing.wait()
    await bench.loop.handle((record(2),))
    third = asyncio.create_task(bench.loop.handle((record(3),)))
    done, _ = await asyncio.wait([third], timeout=0.05)
    assert not done
    gate.set()
    await bench.consumer.until(3)


async def test_revoked_partitions_wait_for_what_is_in_flight(bench: Bench) -> None:
    gate = asyncio.Event()
    bench.step.faults = [gate]
    await bench.loop.handle((record(1),))
    releasing = asyncio.create_task(bench.loop.release({IN0}))
    await bench.step.storing.wait()
    assert not releasing.done()
    gate.set()
    await releasing
    assert bench.consumer.commits == [{IN0: 2}]


async def test_work_that_takes_too_long_is_abandoned_when_its_partitions_go() -> None:
    bench = Bench(drain_seconds=0.05)
    gate = asyncio.Event()
    bench.step.faults = [gate]
    await bench.loop.handle((record(1),))
    await bench.loop.handle((record(2),))
    await bench.loop.release({IN0})
    gate.set()
    # A batch of the new assignment goes through; the old ones were neither published nor committed.
    await bench.loop.handle((record(1), record(2)))
    await bench.consumer.until(1)
    assert bench.published() == [b"1", b"2"]
    assert bench.consumer.commits == [{IN0: 3}]
    await bench.loop.stop()


async def test_a_commit_that_comes_too_late_is_no_fault(bench: Bench) -> None:
    bench.consumer.faults = [CommitFailedError()]
    await bench.loop.handle((record(1),))
    await bench.loop.handle((record(2),))
    await bench.consumer.until(1)
    assert bench.consumer.commits == [{IN0: 3}]
    assert not bench.loop.failed.done()


async def test_draining_finishes_what_is_in_flight_and_takes_no_more(bench: Bench) -> None:
    await bench.loop.handle((record(1),))
    assert await bench.loop.drain() is True
    await bench.loop.handle((record(2),))
    assert bench.step.stored == [1]
    assert bench.consumer.commits == [{IN0: 2}]


async def _until(fact: Any) -> None:
    async with asyncio.timeout(5):
        while not fact():
            await asyncio.sleep(0.005)
