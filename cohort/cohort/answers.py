"""Hearing on `hiring.answers` what became of a command."""

import asyncio
from types import TracebackType
from uuid import UUID

from aiokafka import AIOKafkaConsumer

from hiring import kafka
from hiring.events import COMMAND_ANSWERED
from hiring.events.answer import CommandAnswered
from hiring.events.reading import Unreadable, read
from hiring.settings import Settings
from hiring.topics import ANSWERS

_CONTRACTS = {COMMAND_ANSWERED: CommandAnswered}


class Answers:
    """Every answer that is published from when this is entered; in no group, so that only the topic is read."""

    def __init__(self, settings: Settings) -> None:
        self._consumer = AIOKafkaConsumer(
            ANSWERS, group_id=None, enable_auto_commit=False, **kafka.connection(settings)
        )

    async def __aenter__(self) -> "Answers":
        """Raises KafkaError where the broker or the topic is not there, or may not be read."""
        try:
            await self._consumer.start()
            # Where a reading begins is only fixed when it is asked for: it must be before the command is sent.
            ends = await self._consumer.end_offsets(self._consumer.assignment())
            for partition, end in ends.items():
                self._consumer.seek(partition, end)
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def of(self, service: str, command: UUID, seconds: float) -> CommandAnswered:
        """A service's answer to a command. Raises TimeoutError where there is none in so many seconds; KafkaError."""
        async with asyncio.timeout(seconds):
            while True:
                answer = await self.next()
                if answer.command_id == command and answer.service == service:
                    return answer

    async def next(self) -> CommandAnswered:
        """The next answer to any command, whenever it comes. Raises KafkaError."""
        while True:
            try:
                return read(await self._consumer.getone(), _CONTRACTS)
            except Unreadable:
                # More than this is told there, as what a trial of a policy gave.
                continue
