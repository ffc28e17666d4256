"""Commands, their answers, policies and trials: written with the batch that brought them, read for the pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from pydantic_core import to_json

from console.core.asked import Asked, applications_in, asked, without
from console.core.policies import seats_of
from hiring.events.answer import CommandAnswered, PolicyTried
from hiring.events.command import Command, PolicyTrialRequested
from hiring.events.policy import PolicyKnown

Told = Command | CommandAnswered | PolicyTried | PolicyKnown
"""What is kept here."""

# What was asked about an application that was forgotten since is forgotten with it.
_ASKED = """
INSERT INTO commands SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[],
    $6::timestamptz[], $7::json[]) AS c (command_id, type, application_id, by, why, at, about)
WHERE NOT EXISTS (SELECT FROM forgotten f WHERE f.application_id = c.application_id AND f.at >= c.at)
ON CONFLICT DO NOTHING
"""
_WIPE = "DELETE FROM commands WHERE application_id = ANY($1::uuid[])"
_NAMING = "SELECT tried FROM trials WHERE names && $1::uuid[]"
_GONE = "SELECT application_id, at FROM forgotten WHERE application_id = ANY($1::uuid[])"
_ANSWERED = """
INSERT INTO answers (command_id, service, refusal, answered_at, note)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[]) ON CONFLICT DO NOTHING
"""
_KNOWN = """
INSERT INTO policies SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[],
    $6::timestamptz[], $7::json[], $8::json[])
ON CONFLICT (digest) DO UPDATE SET programme = excluded.programme, name = excluded.name, version = excluded.version,
    effective_from = excluded.effective_from, approved_at = excluded.approved_at, known = excluded.known,
    seats = excluded.seats
"""
_TO_TRY = "INSERT INTO trial_policies SELECT * FROM unnest($1::uuid[], $2::json[]) ON CONFLICT DO NOTHING"
_TRIED = """
INSERT INTO trials (command_id, programme, tried_at, tried, names) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""
_TRIED_NOW = "UPDATE trials SET tried = $2, names = $3 WHERE command_id = $1"

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
_POLICIES = (
    "SELECT known FROM policies ORDER BY programme, effective_from DESC NULLS LAST, approved_at DESC NULLS FIRST"
)
_POLICY = "SELECT known FROM policies WHERE digest = $1"
_TRIAL = "SELECT tried FROM trials WHERE command_id = $1"


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
    """Keep those that are Told, in the order of the log. Raises what asyncpg raises."""
    commands = [_command_row(asked(it)) for it in told if isinstance(it, Command)]
    answers = [
        (it.command_id, it.service, it.refusal, it.answered_at, it.note)
        for it in told
        if isinstance(it, CommandAnswered)
    ]
    # One statement may not write a row twice: the last of a digest is what stands.
    policies = {it.digest: _policy_row(it) for it in told if isinstance(it, PolicyKnown)}
    to_try = [
        (it.command_id, _json(it.policy))
        for it in told
        if isinstance(it, PolicyTrialRequested) and it.policy is not None
    ]
    for statement, rows in (
        (_ASKED, commands),
        (_TO_TRY, to_try),
        (_ANSWERED, answers),
        (_KNOWN, list(policies.values())),
    ):
        if rows:
            await connection.execute(statement, *(list(column) for column in zip(*rows, strict=True)))
    for it in told:
        if isinstance(it, PolicyTried):
            await _keep_trial(connection, it)


async def _keep_trial(connection: Any, tried: PolicyTried) -> None:
    """Topics are read side by side: who was forgotten since the trial may be so here before it."""
    gone = {row[0] for row in await connection.fetch(_GONE, list(applications_in(tried))) if row[1] >= tried.tried_at}
    kept = without(tried, gone)
    names = sorted(applications_in(kept))
    await connection.execute(_TRIED, kept.command_id, kept.programme, kept.tried_at, kept.model_dump_json(), names)


async def wipe(connection: Any, applications: Sequence[UUID]) -> None:
    """Forget what was asked about these applications, and what trials tell of them."""
    await connection.execute(_WIPE, list(applications))
    for row in await connection.fetch(_NAMING, list(applications)):
        left = without(PolicyTried.model_validate_json(row["tried"]), set(applications))
        names = sorted(applications_in(left))
        await connection.execute(_TRIED_NOW, left.command_id, left.model_dump_json(), names)


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

    async def policies(self) -> list[PolicyKnown]:
        """Every policy, programme by programme, the one that judges latest first; those proposed before approved."""
        return [PolicyKnown.model_validate_json(row[0]) for row in await self._pool.fetch(_POLICIES)]

    async def policy(self, digest: str) -> PolicyKnown | None:
        """The policy of that digest."""
        known = await self._pool.fetchval(_POLICY, digest)
        return None if known is None else PolicyKnown.model_validate_json(known)

    async def trial(self, command: UUID) -> PolicyTried | None:
        """What came of a trial that was asked for by that command; None while it runs."""
        tried = await self._pool.fetchval(_TRIAL, command)
        return None if tried is None else PolicyTried.model_validate_json(tried)

    async def trial_policy(self, command: UUID) -> dict[str, Any] | None:
        """The policy that was sent to be tried; None where one was named."""
        content = await self._pool.fetchval("SELECT policy FROM trial_policies WHERE command_id = $1", command)
        policy: dict[str, Any] | None = None if content is None else orjson.loads(content)
        return policy

    async def _answered(self, rows: Sequence[Any]) -> list[Answered]:
        if not rows:
            return []
        answers: dict[UUID, list[Answer]] = {}
        for command, *answer in await self._pool.fetch(_ANSWERS, [row[0] for row in rows]):
            answers.setdefault(command, []).append(Answer(*answer))
        return [Answered(_asked(row), answers.get(row["command_id"], [])) for row in rows]


def _json(value: Any) -> str:
    """Whatever number somebody wrote: orjson takes none beyond 64 bits, and no policy may end the reading of all."""
    return to_json(value, inf_nan_mode="null").decode()


def _asked(row: Any) -> Asked:
    return Asked(**{**row, "about": orjson.loads(row["about"])})


def _command_row(it: Asked) -> tuple[Any, ...]:
    return (*it[:6], _json(it.about))


def _policy_row(it: PolicyKnown) -> tuple[Any, ...]:
    known, seats = it.model_dump_json(), _json(seats_of(it))
    return (it.digest, it.programme, it.name, it.version, it.effective_from, it.approved_at, known, seats)
