"""Asking the pipeline for something: a command on its topic, and what its service makes of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

from console.store.asked import Answer
from hiring.events.command import Command
from hiring.events.commanding import command_record
from hiring.publishing import Publisher

SOURCE = "/cohort/console"
ANSWER_SECONDS = 6.0
_LOOK_SECONDS = 0.05

C = TypeVar("C", bound=Command)


class Answers(Protocol):
    """Where answers arrive."""

    async def answers(self, id_: UUID) -> list[Answer]: ...


def command(kind: type[C], by: str, why: str, **about: Any) -> C:
    """A command of this moment, by who is logged in. Raises pydantic.ValidationError."""
    return kind(command_id=uuid4(), by=by, why=why, at=datetime.now(UTC), **about)


class Asking:
    """Publishes commands, and looks a while for the answer in the read model."""

    def __init__(self, publisher: Publisher, answers: Answers, seconds: float = ANSWER_SECONDS) -> None:
        self._publisher = publisher
        self._answers = answers
        self._seconds = seconds

    async def ask(self, type_: str, asked: Command, key: str) -> Answer | None:
        """Send the command; its first answer, or None where it takes longer: it is obeyed or refused all the same.

        Raises KafkaError where the broker did not take it; it may have all the same, under this command_id.
        """
        await self._publisher.publish([command_record(type_, asked, key, SOURCE)])
        try:
            async with asyncio.timeout(self._seconds):
                while not (found := await self._answers.answers(asked.command_id)):
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            return None
        return found[0]
