"""A wish is noted when Kafka has it; what takes too long, or fails, is not, and what only a restart mends ends us."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, ProducerFenced

from hiring.events.envelope import Outgoing
from notify.status.outlet import KafkaOutlet, Unavailable

RECORD = Outgoing("t", b"k", b"v")


class Publisher:
    """Fails, or hangs."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    async def publish(self, _: Any) -> None:
        if self.error is None:
            await asyncio.Event().wait()
        else:
            raise self.error


@pytest.mark.parametrize("error", [None, KafkaConnectionError(), OSError()])
async def test_what_passes_by_itself_is_to_be_tried_again(error: Exception | None) -> None:
    publisher: Any = Publisher(error)
    outlet = KafkaOutlet(publisher, timeout_seconds=0.05)
    with pytest.raises(Unavailable):
        await outlet.publish(RECORD)
    assert not outlet.failed.done()


async def test_what_only_a_new_process_mends_ends_this_one() -> None:
    publisher: Any = Publisher(ProducerFenced())
    outlet = KafkaOutlet(publisher)
    with pytest.raises(Unavailable):
        await outlet.publish(RECORD)
    assert isinstance(outlet.failed.exception(), ProducerFenced)
