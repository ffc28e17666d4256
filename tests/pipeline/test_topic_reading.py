"""Reading a topic to its end, on a real broker."""

import asyncio

import pytest
from aiokafka.errors import UnknownTopicOrPartitionError

from cohort.pipeline import Pipeline
from hiring import topic_reading

pytestmark = pytest.mark.stack


async def test_a_topic_that_is_not_there_leaves_nothing_running(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that lives for months asks again and again."""
    monkeypatch.setattr(topic_reading, "ANSWER_SECONDS", 3.0)
    before = asyncio.all_tasks()
    with pytest.raises(UnknownTopicOrPartitionError):
        [_ async for _ in topic_reading.read_topic(pipeline.addresses.kafka, "no.such.topic")]
    left = {str(it.get_coro()) for it in asyncio.all_tasks() - before}
    assert [it for it in left if "AIOKafka" in it] == []
