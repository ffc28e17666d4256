"""The console's read model on a real Postgres, without a broker: told events, each at the next place of its topic."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg

from cohort.stack.postgres import PostgresServer
from console.core.happenings import Happenings, Place
from console.core.reviews import Wanted
from console.store.writing import Writing
from hiring import postgres
from hiring.events.answer import CommandAnswered
from hiring.events.command import Command
from hiring.settings import PostgresSettings
from hiring.topics import ANSWERS

from ..unit.console.happened import decided, happening, minute, submitted  # noqa: TID252

ANY = Wanted()
FIRST = (minute(-1), UUID(int=0))
REASON = {"rule": "ai-ethics", "en": "Short.", "zh": "短。"}
_databases = itertools.count()


@contextlib.asynccontextmanager
async def read_model(server: PostgresServer) -> AsyncIterator[asyncpg.Pool]:
    """A database of its own, migrated and empty."""
    database = f"reviews_{next(_databases)}"
    await server.create_database(database)
    dsn = server.dsn(database)
    await asyncio.to_thread(postgres.migrate, PostgresSettings(postgres_dsn=dsn), "console")  # type: ignore[arg-type]
    async with asyncpg.create_pool(dsn, min_size=0, max_size=8) as connections:
        yield connections


def answered(command: Command, refusal: str | None = None) -> CommandAnswered:
    return CommandAnswered(command_id=command.command_id, service="screening", refusal=refusal, answered_at=minute(9))


class Log:
    """Writes events to a read model, each at the next place of its topic."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.writing = Writing(pool, 1)
        self.offsets: dict[str, int] = {}

    async def tell(self, *events: tuple[int, Any]) -> None:
        batch = Happenings()
        for n, event in events:
            topic = ANSWERS if isinstance(event, CommandAnswered) else happening(n, event).place.topic
            place = Place(topic, 0, self.offsets.get(topic, 0))
            self.offsets[topic] = place.offset + 1
            batch.places.append(place)
            if isinstance(event, Command | CommandAnswered):
                batch.asked.append((place, event))
            if not isinstance(event, CommandAnswered):
                batch.applications.append(happening(n, event, place.offset))
        assert await self.writing.write(batch)


def waits(n: int, at: float = 1, **more: Any) -> list[tuple[int, Any]]:
    return [(n, submitted(n)), (n, decided(n, "review", at, reasons=[REASON], **more))]
