"""What the way out makes of a broker that is slow, away, or beyond help."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, OutOfOrderSequenceNumber

from hiring.events.submission import Submission
from hiring.health import Health
from hiring.topics import APPLICATIONS, CONTACTS, DEMOGRAPHICS
from intake.core.split import Accepted, split
from intake.outlet import KafkaOutlet, Unavailable


@dataclass
class Producer:
    """Acknowledges at once, with `fault`, or never."""

    fault: Exception | None = None
    silent: bool = False
    sent: list[str] = field(default_factory=list)
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def client(self) -> "Producer":
        return self

    async def force_metadata_update(self) -> bool:
        await self.answering.wait()
        return True

    async def send(self, topic: str, **_: Any) -> "asyncio.Future[None]":
        acknowledgement: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.fault:
            acknowledgement.set_exception(self.fault)
        elif not self.silent:
            self.sent.append(topic)
            acknowledgement.set_result(None)
        return acknowledgement


@pytest.fixture
def accepted(application: Callable[..., dict[str, Any]]) -> Accepted:
    return split(Submission.model_validate(application()), b"secret", datetime.now(UTC))


async def test_the_application_goes_last(accepted: Accepted) -> None:
    outlet, producer = KafkaOutlet(Health(), timeout_seconds=1), Producer()
    async with outlet.through(producer):
        await outlet.publish(accepted)
    assert producer.sent == [CONTACTS, DEMOGRAPHICS, APPLICATIONS]


async def test_before_there_is_a_producer_nothing_is_accepted(accepted: Accepted) -> None:
    health = Health()
    with pytest.raises(Unavailable):
        await KafkaOutlet(health, timeout_seconds=1).publish(accepted)
    assert not health.ready


@pytest.mark.parametrize(
    "producer", [Producer(silent=True), Producer(fault=KafkaConnectionError())], ids=["slow", "away"]
)
async def test_it_is_ready_again_once_the_cluster_answers(accepted: Accepted, producer: Producer) -> None:
    health = Health()
    outlet = KafkaOutlet(health, timeout_seconds=0.05)
    producer.answering = asyncio.Event()
    async with outlet.through(producer):
        health.set("broker", True)
        with pytest.raises(Unavailable):
            await outlet.publish(accepted)
        assert not health.ready
        assert health.alive
        assert not outlet.failed.done()
        producer.answering.set()
        async with asyncio.timeout(5):
            while not health.ready:
                await asyncio.sleep(0.01)


async def test_a_producer_beyond_help_ends_the_process(accepted: Accepted) -> None:
    health = Health()
    outlet = KafkaOutlet(health, timeout_seconds=1)
    async with outlet.through(Producer(fault=OutOfOrderSequenceNumber())):
        with pytest.raises(Unavailable):
            await outlet.publish(accepted)
    assert not health.alive
    with pytest.raises(OutOfOrderSequenceNumber):
        await outlet.failed
