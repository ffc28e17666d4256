"""The console's own consumer: it reads commands, obeys those about dead letters, and answers them."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaProducer
from pydantic import BaseModel

from console.redriving import SOURCE, Redriving
from console.store.settling import SettlingReading
from hiring import events
from hiring.consumer import BatchLoop, Received, Wave, subscribe
from hiring.consumer.record import Record
from hiring.consumer.subscription import Subscription
from hiring.events.answer import CommandAnswered
from hiring.events.answering import answer_record
from hiring.events.command import DeadLettersSettled
from hiring.events.dead_letter import DeadLetter
from hiring.events.envelope import Outgoing
from hiring.faults import is_transient
from hiring.health import Health
from hiring.metrics import Metrics
from hiring.publishing import Publisher
from hiring.settings import Settings
from hiring.topics import COMMANDS, DEAD_LETTERS

log = logging.getLogger(__name__)

GROUP = "console-acts"
CONDITION = "dead letters"
"""Readiness' word for whether commands about dead letters are read."""
GIVE_UP_SECONDS = 600.0
"""A command that cannot be obeyed for so long is refused: others wait behind it."""

Commands = Sequence[tuple[DeadLettersSettled, Record]]


class ActsStep:
    """Obeys the commands that are the console's. `now` tells monotonic seconds."""

    contracts: Mapping[str, Mapping[str, type[BaseModel]]] = {
        COMMANDS: {events.DEAD_LETTERS_SETTLED: DeadLettersSettled}
    }

    def __init__(self, redriving: Redriving, now: Callable[[], float] = monotonic) -> None:
        self._redriving = redriving
        self._now = now
        self._failing_since: dict[UUID, float] = {}

    def plan(self, batch: Iterable[Received]) -> Commands:
        """The commands, in order."""
        return [(event, record) for event, record in batch if isinstance(event, DeadLettersSettled)]

    async def store(self, planned: Commands) -> Sequence[Wave]:
        """Obey each; the answers."""
        return [[answer_record(await self._obey(command), record.key, SOURCE) for command, record in planned]]

    async def _obey(self, command: DeadLettersSettled) -> CommandAnswered:
        try:
            answer = await self._redriving.obey(command)
        except Exception as error:
            # From its first fault on: a hundred thousand letters take longer, and are work and no fault.
            since = self._failing_since.setdefault(command.command_id, self._now())
            if is_transient(error) and self._now() - since < GIVE_UP_SECONDS:
                raise
            # One command must not hold up the others for ever, nor end the pages for everybody.
            log.exception("a command could not be obeyed", extra={"command_id": str(command.command_id)})
            why = f"it could not be done ({type(error).__name__}); what was settled until then is settled"
            answer = self._redriving.answer(command, refusal=f"{why}: the console's log says more; ask again")
        self._failing_since.pop(command.command_id, None)
        return answer


class _Answers(Publisher):
    """Publishes answers. A command that cannot be read is left to the services, of which each sets it aside."""

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """See Publisher."""
        for it in (DeadLetter.of(record.headers) for record in records if record.topic == DEAD_LETTERS):
            log.warning("a command was passed over", extra={"offset": it.offset, "flaw": it.flaw, "why": it.detail})
        if answers := [record for record in records if record.topic != DEAD_LETTERS]:
            await super().publish(answers)


class Apart(Health):
    """Conditions that are not the pages' own: they go on where a command waits, and end where only a restart helps.

    Readiness tells of one, whether commands are read at all: that the broker or the database is away, the pages tell.
    """

    def __init__(self, whole: Health) -> None:
        super().__init__()
        self._whole = whole

    def set(self, name: str, holds: bool, why: str = "") -> None:
        """See Health."""
        super().set(name, holds, why)
        if name == "consumer":
            self._whole.set(CONDITION, holds, why)

    def fail(self, why: str) -> None:
        """See Health."""
        self._whole.fail(why)


def acting(
    settings: Settings, pool: asyncpg.Pool, producer: AIOKafkaProducer, health: Health, metrics: Metrics
) -> tuple[BatchLoop[Commands], Subscription]:
    """The loop, and its subscription to enter. It counts beside `metrics`, by the name of its group."""
    redriving = Redriving(settings, SettlingReading(pool), Publisher(producer), producer)
    step, beside = ActsStep(redriving), metrics.beside(GROUP)
    loop = BatchLoop(step, _Answers(producer), Apart(health), beside, group=GROUP, settings=settings)
    return loop, subscribe(settings, loop, group=GROUP, client_id=GROUP)
