"""Tries a policy on every application there is: reads two topics to where they end, and changes nothing."""

import contextlib
import gc
from collections.abc import Callable, Iterator
from time import monotonic

from hiring.consumer.record import Record
from hiring.topic_reading import Broker, read_batches
from hiring.topics import APPLICATIONS, DECISIONS
from screening.core.policy import Policy
from screening.whatif.replay import Replay
from screening.whatif.result import Tried

Show = Callable[[str, int, int], None]
"""Told what is read, how many records of it so far, and how many there are."""


async def try_policy(
    kafka: Broker, policy: Policy, *, against: Policy | None, programme: str, shown: int, show: Show
) -> Tried:
    """Replay the programme's applications through the policy, beside what was decided or another policy.

    `shown` applications are named. Raises
    KafkaError where the broker is not there, TimeoutError where it stops telling.
    """
    begun, replay = monotonic(), Replay(policy, against, programme, shown)
    with _collector_at_rest():
        if against is None:
            await _each(kafka, DECISIONS, "decisions", replay.decision, show)
        await _each(kafka, APPLICATIONS, "applications", replay.application, show)
        return replay.result(monotonic() - begun)


async def _each(kafka: Broker, topic: str, what: str, take: Callable[[Record], None], show: Show) -> None:
    async for batch in read_batches(kafka, topic):
        for record in batch.records:
            take(record)
        show(what, batch.done, batch.total)


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Nothing here makes cycles: the collector looking through all that is kept would take a third of the time."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
