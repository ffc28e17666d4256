"""Asking the pipeline for something: a command on its topic, and what its service makes of it."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

from aiokafka.errors import MessageSizeTooLargeError

from console.store.asked import Answer
from hiring.events.command import Command
from hiring.events.commanding import command_record
from hiring.faults import is_transient
from hiring.publishing import Publisher

log = logging.getLogger(__name__)

SOURCE = "/cohort/console"
ANSWER_SECONDS = 6.0
PUBLISH_SECONDS = 10.0
"""Sooner than a proxy in front gives up, and than a person does: a producer that loses nothing waits for ever."""
_LOOK_SECONDS = 0.05

C = TypeVar("C", bound=Command)


class Answers(Protocol):
    """Where answers arrive."""

    async def answers(self, id_: UUID) -> list[Answer]: ...


def command(kind: type[C], by: str, why: str, **about: Any) -> C:
    """A command of this moment, by who is logged in. Raises pydantic.ValidationError."""
    return kind(command_id=uuid4(), by=by, why=why, at=datetime.now(UTC), **about)


class Asking:
    """Publishes commands, and looks a while for the answer in the read model.

    `failed` ends where only a new process helps: the producer has lost its place.
    """

    def __init__(
        self,
        publisher: Publisher,
        answers: Answers,
        seconds: float = ANSWER_SECONDS,
        publish_seconds: float = PUBLISH_SECONDS,
    ) -> None:
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._publisher = publisher
        self._answers = answers
        self._seconds = seconds
        self._publish_seconds = publish_seconds

    async def ask(self, type_: str, asked: Command, key: str) -> Answer | None:
        """Send the command; its first answer, or None where it takes longer: it is obeyed or refused all the same.

        Raises KafkaError or TimeoutError where the broker did not take it; it may all the same, under this command_id.
        """
        try:
            async with asyncio.timeout(self._publish_seconds):
                await self._publisher.publish([command_record(type_, asked, key, SOURCE)])
        except Exception as error:
            log.warning("a command was not acknowledged", extra={"fault": type(error).__name__})
            lost = not (is_transient(error) or isinstance(error, MessageSizeTooLargeError))
            if lost and not self.failed.done():
                self.failed.set_exception(error)
            raise
        try:
            async with asyncio.timeout(self._seconds):
                while not (found := await self._answers.answers(asked.command_id)):
                    await asyncio.sleep(_LOOK_SECONDS)
        except Exception as error:
            # It is sent: whatever keeps the answer from being seen undoes nothing of that.
            if not is_transient(error):
                raise
            return None
        return found[0]
