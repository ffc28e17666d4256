"""Commands and their answers: written with the batch that brought them, read for the pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from pydantic_core import to_json

from console.core.asked import Asked, asked
from hiring.events.answer import CommandAnswered
from hiring.events.command import Command

# What was asked about an application that was forgotten since is forgotten with it.
_ASKED = """
INSERT INTO commands SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[],
    $6::timestamptz[], $7::json[]) AS c (command_id, type, application_id, by, why, at, about)
WHERE NOT EXISTS (SELECT FROM forgotten f WHERE f.application_id = c.application_id AND f.at >= c.at)
ON CONFLICT DO NOTHING
"""
_WIPE = "DELETE FROM commands WHERE application_id = ANY($1::uuid[])"
_ANSWERED = """
INSERT INTO answers (command_id, service, refusal, answered_at, note)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[]) ON CONFLICT DO NOTHING
"""
_COMMAND = "SELECT command_id, type, application_id, by, why, at, about FROM commands"
_ONE = f"{_COMMAND} WHERE command_id = $1"
_LATEST = f"""
{_COMMAND} WHERE (at, command_id) < ($1, $2) ORDER BY at DESC, command_id DESC LIMIT $3
"""
# By an index of their own: withdrawals and reviews are many.
_STOPS = f"""
{_COMMAND} WHERE type IN ('LettersPaused', 'LettersResumed') ORDER BY at DESC, command_id DESC LIMIT $1
"""
_ANSWERS = """
SELECT command_id, service, refusal, answered_at, note FROM answers WHERE command_id = ANY($1::uuid[])
ORDER BY answered_at, service
"""


class Answer(NamedTuple):
    """What a service made of a command; `refusal` is None where it was obeyed, `note` is what to know of it then."""

    service: str
    refusal: str | None
    answered_at: datetime
    note: str | None = None


class Answered(NamedTuple):
    """A command, and its answers so far, the first one first."""

    asked: Asked
    answers: Sequence[Answer]

    @property
    def refusal(self) -> str | None:
        """Why it was refused, where any service refused it."""
        return refusal_of(self.answers)


def refusal_of(answers: Sequence[Answer]) -> str | None:
    """Why a command was refused, where any service refused it."""
    return next((it.refusal for it in answers if it.refusal is not None), None)


async def write(connection: Any, told: Sequence[object]) -> None:
    """Keep the commands and answers among these. Raises what asyncpg raises."""
    commands = [_command_row(asked(it)) for it in told if isinstance(it, Command)]
    answers = [
        (it.command_id, it.service, it.refusal, it.answered_at, it.note)
        for it in told
        if isinstance(it, CommandAnswered)
    ]
    for statement, rows in ((_ASKED, commands), (_ANSWERED, answers)):
        if rows:
            await connection.execute(statement, *(list(column) for column in zip(*rows, strict=True)))


async def wipe(connection: Any, applications: Sequence[UUID]) -> None:
    """Forget what was asked about these applications."""
    await connection.execute(_WIPE, list(applications))


class AskedReading:
    """Reads for the pages. All of it raises what asyncpg raises."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def command(self, id_: UUID) -> Answered | None:
        """One command, or None where it has not come over the topic yet."""
        found = await self._answered(await self._pool.fetch(_ONE, id_))
        return found[0] if found else None

    async def answers(self, id_: UUID) -> list[Answer]:
        """The answers to a command so far, which may be here before the command is."""
        return [Answer(*row[1:]) for row in await self._pool.fetch(_ANSWERS, [id_])]

    async def latest(self, before: tuple[datetime, UUID], most: int) -> list[Answered]:
        """Commands before one, the latest first."""
        return await self._answered(await self._pool.fetch(_LATEST, *before, most))

    async def stops(self, most: int) -> list[Answered]:
        """The commands that paused letters or let them go again, the latest first."""
        return await self._answered(await self._pool.fetch(_STOPS, most))

    async def _answered(self, rows: Sequence[Any]) -> list[Answered]:
        if not rows:
            return []
        answers: dict[UUID, list[Answer]] = {}
        for command, *answer in await self._pool.fetch(_ANSWERS, [row[0] for row in rows]):
            answers.setdefault(command, []).append(Answer(*answer))
        return [Answered(_asked(row), answers.get(row["command_id"], [])) for row in rows]


def _asked(row: Any) -> Asked:
    return Asked(**{**row, "about": orjson.loads(row["about"])})


def _command_row(it: Asked) -> tuple[Any, ...]:
    # Whatever number somebody wrote: orjson takes none beyond 64 bits, and no command may end the reading of all.
    return (*it[:6], to_json(it.about, inf_nan_mode="null").decode())
