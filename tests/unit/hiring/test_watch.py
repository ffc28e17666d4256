"""Readiness says within a look what has gone silent; a loop that stands still before a broker that answers ends."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition

from hiring.consumer import watch
from hiring.consumer.watch import StandsStill, Watch
from hiring.health import Health

IN0 = TopicPartition("in", 0)


@dataclass
class Loop:
    """What the watch sees of a loop; times in seconds ago."""

    waits: dict[str, float] = field(default_factory=dict)
    rested: float | None = 0.0
    failure: Exception | None = None

    def pending(self) -> dict[str, float]:
        return {what: asyncio.get_running_loop().time() - ago for what, ago in self.waits.items()}

    def resting_since(self) -> float | None:
        return None if self.rested is None else asyncio.get_running_loop().time() - self.rested

    def fail(self, error: Exception) -> None:
        self.failure = error


@dataclass
class Consumer:
    answers: bool = True
    position_: int = 5
    highwater_: int | None = 5
    stable: int | None = None
    partitions: frozenset[TopicPartition] = frozenset({IN0})

    def assignment(self) -> frozenset[TopicPartition]:
        return self.partitions

    async def committed(self, _: TopicPartition) -> int:
        if not self.answers:
            await asyncio.get_running_loop().create_future()
        return 0

    async def topics(self) -> set[str]:
        return {str(await self.committed(IN0))}

    async def position(self, _: TopicPartition) -> int:
        return self.position_

    def last_stable_offset(self, _: TopicPartition) -> int | None:
        return self.stable

    def highwater(self, _: TopicPartition) -> int | None:
        return self.highwater_


class Unmeasured:
    """The lag has tests of its own."""

    async def measure(self, _: object, *, ask: bool) -> None: ...


async def look(loop: Loop, consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> Health:
    monkeypatch.setattr(watch, "ANSWER_SECONDS", 0.02)
    health = Health()
    it: Any = Watch(loop, lambda: consumer, health, Unmeasured())  # type: ignore[arg-type, return-value]
    await it.look(consumer)
    return health


@pytest.mark.parametrize("partitions", [frozenset({IN0}), frozenset()])
async def test_a_silent_broker_is_told(monkeypatch: pytest.MonkeyPatch, partitions: frozenset[TopicPartition]) -> None:
    loop = Loop(waits={"publish": 1000}, rested=1000)
    health = await look(loop, Consumer(answers=False, highwater_=9, partitions=partitions), monkeypatch)
    assert health.report()["broker"] == "does not answer"
    assert loop.failure is None, "a restart would not bring the broker back"


async def test_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = Loop(waits={"publish": 1}, rested=None)
    health = await look(loop, Consumer(), monkeypatch)
    assert health.ready
    assert loop.failure is None


@pytest.mark.parametrize("what", ["store", "publish", "commit"])
async def test_a_slow_answer_is_told(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    health = await look(Loop(waits={what: 7}), Consumer(), monkeypatch)
    assert health.report()[what] == "no answer for 7 s"
    assert health.alive


async def test_a_producer_that_is_stuck_before_an_answering_broker_ends_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = Loop(waits={"publish": 91})
    await look(loop, Consumer(), monkeypatch)
    assert isinstance(loop.failure, StandsStill)


async def test_a_database_that_is_away_for_long_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = Loop(waits={"store": 1000})
    await look(loop, Consumer(), monkeypatch)
    assert loop.failure is None


@pytest.mark.parametrize(
    ("highwater", "stable", "stuck"),
    [(5, None, False), (None, None, False), (6, None, True), (6, 6, True), (6, 5, False)],
    ids=["at the end", "heard of nothing", "it waits", "it waits", "a transaction is open"],
)
async def test_a_consumer_that_stopped_reading_ends_the_process(
    monkeypatch: pytest.MonkeyPatch, highwater: int | None, stable: int | None, stuck: bool
) -> None:
    loop = Loop(rested=91)
    await look(loop, Consumer(highwater_=highwater, stable=stable), monkeypatch)
    assert (loop.failure is not None) is stuck
