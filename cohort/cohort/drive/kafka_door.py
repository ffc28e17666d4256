"""The Kafka door of intake: lines as CloudEvents on `hiring.submissions`, each with the place it got."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.structs import RecordMetadata

from cohort.drive.naming import LineName, name
from cohort.drive.sent import Logged, Rejected
from hiring import kafka
from hiring.events import SUBMISSION_MADE
from hiring.events.envelope import Headers, cloudevent_headers
from hiring.settings import Settings
from hiring.topics import LARGEST_RECORD, SUBMISSIONS

_FRAME = 256
"""More than the bytes Kafka adds to a record and its batch."""

_STOP_SECONDS = 5.0

_NOT_TRIED = KafkaError("not tried")
_TOO_LARGE = Rejected((f"(whole): is larger than {LARGEST_RECORD:,} bytes, which is all Kafka takes here",))


class KafkaDoor:
    """An idempotent producer, started anew when it failed: a failed one may be out of step for ever."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._settings = Settings(kafka_bootstrap_servers=bootstrap_servers)
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> "KafkaDoor":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def send(self, lines: Sequence[bytes]) -> list[Logged | Rejected | KafkaError]:
        """Send lines side by side; for each its place, why Kafka cannot take it, or what to try again after."""
        answers: list[Logged | Rejected | KafkaError] = [_NOT_TRIED] * len(lines)
        waiting: list[tuple[int, LineName, asyncio.Future[RecordMetadata]]] = []
        try:
            producer = await self._started()
            for index, line in enumerate(lines):
                named = name(line)
                headers = _headers(named)
                if _size(named, line, headers) > LARGEST_RECORD:
                    # Not left to the broker: a refusal there leaves a gap in the idempotent producer's sequence.
                    answers[index] = _TOO_LARGE
                    continue
                future = await producer.send(SUBMISSIONS, value=line, key=named.key, headers=list(headers))
                waiting.append((index, named, future))
        except KafkaError as error:
            # What was not tried would only wait as long for the same.
            answers = [error if answer is _NOT_TRIED else answer for answer in answers]
        await asyncio.gather(*(future for *_, future in waiting), return_exceptions=True)
        for index, named, future in waiting:
            answers[index] = _answer(named, future)
        if any(isinstance(answer, KafkaError) for answer in answers):
            await self._stop()
        return answers

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = kafka.producer(self._settings, client_id="cohort-drive")
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _stop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            # An idempotent producer never gives up a batch, and stopping waits for all of them.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(producer.stop(), _STOP_SECONDS)


def _headers(named: LineName) -> Headers:
    subject = str(named.application_id or named.event_id)
    return cloudevent_headers(SUBMISSION_MADE, named.event_id, named.source, datetime.now(UTC), subject)


def _size(named: LineName, line: bytes, headers: Headers) -> int:
    told = sum(len(header) + len(value or b"") + 10 for header, value in headers)
    return len(line) + len(named.key) + told + _FRAME


def _answer(named: LineName, future: "asyncio.Future[RecordMetadata]") -> Logged | Rejected | KafkaError:
    error = future.exception()
    if error is None:
        metadata = future.result()
        return Logged((metadata.partition, metadata.offset), named.application_id)
    if isinstance(error, MessageSizeTooLargeError):
        return _TOO_LARGE
    return error if isinstance(error, KafkaError) else KafkaError(type(error).__name__)
