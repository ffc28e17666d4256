"""One dead letter from its topic: the record as it was. It may hold personal data, and is kept nowhere else."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from console.core.settling import Told, about
from hiring import kafka
from hiring.events.dead_letter import PREFIX
from hiring.settings import Settings
from hiring.topics import DEAD_LETTERS

SECONDS = 8.0
SHOWN_CHARACTERS = 100_000


class DeadRecord(NamedTuple):
    """Key, headers and value as text, each as far as it is text; `cut` where the value is longer than what is shown.

    `about` is the application, where the record tells it.
    """

    key: str | None
    headers: tuple[tuple[str, str], ...]
    value: str | None
    cut: bool
    about: Told | None = None


class DeadRecords:
    """Fetches them, each by a consumer of its own: this is done rarely, and by hand."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def fetch(self, partition: int, offset: int) -> DeadRecord | None:
        """The record at a place; None where it is kept no longer. Raises KafkaError, TimeoutError."""
        at = TopicPartition(DEAD_LETTERS, partition)
        consumer = AIOKafkaConsumer(
            **kafka.connection(self._settings), enable_auto_commit=False, auto_offset_reset="none"
        )
        async with asyncio.timeout(SECONDS):
            try:
                # Within: one that a broker let wait for too long is under way still, and is to be stopped.
                await consumer.start()
                consumer.assign([at])
                begins, ends = await consumer.beginning_offsets([at]), await consumer.end_offsets([at])
                if not begins[at] <= offset < ends[at]:
                    return None
                consumer.seek(at, offset)
                record = await consumer.getone()
            except OffsetOutOfRangeError:
                return None
            finally:
                await consumer.stop()
        if record.offset != offset:
            return None
        return shown(record.key, record.headers, record.value)._replace(about=about(record))


def shown(key: bytes | None, headers: Sequence[tuple[str, bytes | None]], value: bytes | None) -> DeadRecord:
    """The record for a page; JSON is set out in lines. What says why it is here is told elsewhere."""
    own = tuple((name, _text(told) or "") for name, told in headers if not name.startswith(PREFIX))
    text = _text(value)
    if text is not None:
        with contextlib.suppress(ValueError, RecursionError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    cut = text is not None and len(text) > SHOWN_CHARACTERS
    return DeadRecord(_text(key), own, text and text[:SHOWN_CHARACTERS], cut)


def _text(told: bytes | None) -> str | None:
    return None if told is None else told.decode(errors="replace")
