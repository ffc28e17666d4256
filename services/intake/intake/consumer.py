"""The Kafka door: HR systems write submissions to a topic, and intake splits them like any other.

What intake could not process comes by a topic of its own once more, where an operator asks for it: submissions, and
deliveries of webhooks.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import BaseModel

from hiring.consumer import Received, Wave
from hiring.consumer.record import Record
from hiring.consumer.redriven import GivenAgain
from hiring.events import SUBMISSION_MADE
from hiring.events.dead_letter import DeadLetter
from hiring.events.envelope import Outgoing
from hiring.events.submission import Submission
from hiring.topics import SUBMISSIONS, redriven
from hiring.tracing import Traces
from intake.core.split import Accepted, merged, split
from intake.erased import Again, Erasures
from intake.hooks.redriven import RedrivenDeliveries
from intake.hooks.set_aside import GROUP
from intake.metrics import DoorMetrics
from intake.tracing import from_topic


@dataclass(slots=True)
class Plan:
    """The records of each submission; those of redriven ones, and redriven deliveries that are to be mapped.

    `mapped` is what became of these, once they were: a plan is stored again after a fault.
    """

    accepted: list[Accepted] = field(default_factory=list)
    again: list[Again] = field(default_factory=list)
    deliveries: list[Received] = field(default_factory=list)
    mapped: tuple[list[Again], list[Outgoing]] | None = None


class IntakeStep:
    """A batch of submissions becomes two waves: who applied, then the applications. Nothing is stored here."""

    contracts: Mapping[str, Mapping[str, type[BaseModel]]] = {
        SUBMISSIONS: {SUBMISSION_MADE: Submission},
        redriven(GROUP): {},
    }

    def __init__(
        self,
        secret: bytes,
        metrics: DoorMetrics,
        phone_region: str | None = None,
        traces: Traces | None = None,
        *,
        deliveries: RedrivenDeliveries,
        erasures: Erasures,
    ) -> None:
        self._secret = secret
        self._phone_region = phone_region
        self._metrics = metrics
        self._traces = traces
        self._deliveries = deliveries
        self._erasures = erasures

    def plan(self, batch: Iterable[Received]) -> Plan:
        """The records of each submission; where it has no time its record's holds, so that a repeated batch is
        the same to the byte."""
        planned = Plan()
        for received in batch:
            event, record = received
            if isinstance(event, Submission):
                accepted = self._split(event, record)
                if isinstance(record, GivenAgain):
                    planned.again.append(Again(record, accepted))
                else:
                    planned.accepted.append(accepted)
            elif isinstance(event, DeadLetter):
                planned.deliveries.append(received)
        return planned

    def _split(self, event: Submission, record: Record) -> Accepted:
        began = 0 if self._traces is None else time.time_ns()
        at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        accepted = split(event, self._secret, at, self._phone_region)
        return accepted if self._traces is None else from_topic(self._traces, accepted, record, began)

    async def store(self, planned: Plan) -> Sequence[Wave]:
        """The waves; the mapping of a delivery may ask its HR system for what it names, once.

        Raises KafkaError, TimeoutError where something is redriven and it cannot be told yet who was erased.
        """
        if not planned.again and not planned.deliveries:
            self._metrics.accepted("kafka", len(planned.accepted))
            return merged(planned.accepted)
        if planned.mapped is None:
            planned.mapped = await self._deliveries.again(planned.deliveries)
        mapped, unmapped = planned.mapped
        # After it, since a mapping may take half a minute.
        submitted, of_these = await self._erasures.let_go(planned.again)
        delivered, of_those = await self._erasures.let_go(mapped)
        dead = [*unmapped, *of_these, *of_those]
        # Counted last: what raises is stored again.
        self._metrics.accepted("kafka", len(planned.accepted) + len(submitted))
        self._metrics.accepted("hook", len(delivered))
        self._metrics.set_aside(len(dead))
        return (*merged([*planned.accepted, *submitted, *delivered]), dead)
