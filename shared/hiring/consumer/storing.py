"""Storing a batch by its step, though its plan is out of date by then, or the database refuses one of its records."""

import contextlib
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Generic

from hiring.consumer.batch import Batch, bury, events_of
from hiring.consumer.step import Outdated, Planned, Received, Step, Wave
from hiring.events.envelope import Outgoing
from hiring.events.reading import Flaw
from hiring.faults import is_unstorable
from hiring.metrics import Metrics

log = logging.getLogger(__name__)


class Storing(Generic[Planned]):
    """Raises whatever the step raises, but what can be mended here."""

    def __init__(self, step: Step[Planned], metrics: Metrics, group: str) -> None:
        self._step = step
        self._metrics = metrics
        self._group = group

    async def store(self, batch: Batch[Planned]) -> Sequence[Wave]:
        """What is stored of the batch, to be published. A record that is refused is among its dead letters then."""

        def readable() -> Iterator[Received]:
            return events_of(batch.records, self._step.contracts, lambda _record, _why: None)

        try:
            while True:
                try:
                    return await self._step.store(batch.planned)
                except Outdated:
                    batch.planned = self._step.plan(readable())
        except Exception as error:
            if not is_unstorable(error):
                raise
            log.error("a record cannot be stored and is looked for", extra={"group": self._group})
            waves, dead = await self._salvage(list(readable()))
            batch.dead += dead
            self._metrics.dead(len(dead))
            return waves

    async def _salvage(self, received: Sequence[Received]) -> tuple[list[Wave], list[Outgoing]]:
        """Store each half apart, down to the record that the database refuses: that one is a dead letter."""
        try:
            while True:
                with contextlib.suppress(Outdated):
                    return list(await self._step.store(self._step.plan(received))), []
        except Exception as error:
            if not is_unstorable(error):
                raise
            if len(received) == 1:
                why = f"the database refuses it: {type(error).__name__}"
                return [], [bury(received[0].record, Flaw.UNSTORABLE, why, self._group, datetime.now(UTC))]
        middle = len(received) // 2
        left, right = await self._salvage(received[:middle]), await self._salvage(received[middle:])
        return left[0] + right[0], left[1] + right[1]
