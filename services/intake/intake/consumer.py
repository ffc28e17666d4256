"""The Kafka door: HR systems write submissions to a topic, and intake splits them like any other."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from pydantic import BaseModel

from hiring.consumer import Received, Wave
from hiring.events import SUBMISSION_MADE
from hiring.events.submission import Submission
from hiring.topics import SUBMISSIONS
from intake.core.split import Accepted, merged, split
from intake.metrics import DoorMetrics


class IntakeStep:
    """A batch of submissions becomes two waves: who applied, then the applications. Nothing is stored here."""

    contracts: Mapping[str, Mapping[str, type[BaseModel]]] = {SUBMISSIONS: {SUBMISSION_MADE: Submission}}

    def __init__(self, secret: bytes, metrics: DoorMetrics, phone_region: str | None = None) -> None:
        self._secret = secret
        self._phone_region = phone_region
        self._metrics = metrics

    def plan(self, batch: Iterable[Received]) -> list[Accepted]:
        """The records of each submission; where it has no time its record's holds, so that a repeated batch is
        the same to the byte."""
        return [
            split(event, self._secret, datetime.fromtimestamp(record.timestamp / 1000, UTC), self._phone_region)
            for event, record in batch
            if isinstance(event, Submission)
        ]

    async def store(self, planned: list[Accepted]) -> Sequence[Wave]:
        self._metrics.accepted("kafka", len(planned))
        return merged(planned)
